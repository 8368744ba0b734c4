/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/hub_base.h"

#include "analyzer/api/glean.h"

/*
 * With redact(), the lists' texts are those that it left: the row is told with
 * them in the place of its own.
 */
static int
redacted(const struct hub_base *b, struct arena *a, struct index_entry *ret,
         struct err *e)
{
	const char *method = full_path(b->entry, "method");
	const char *target = full_path(b->entry, "target");
	const char *paths[] = { method != NULL ? method : "",
		                target != NULL ? target : "" };
	struct glean g;
	int rc;

	glean_init(&g, paths, ARRAY_LEN(paths), a);
	rc = merge_entry(b->merge, &g.sink, e);
	*ret = *b->entry;
	ret->e.method = g.value[0];
	ret->e.target = g.value[1];
	return rc;
}

int
hub_base_tell(const struct hub_base *b, struct arena *a, struct sink *out,
              struct err *e)
{
	struct index_entry row;
	int rc;

	if (b->merge == NULL)
		return full_base(b->opened, b->entry, &b->names, out);
	rc = redacted(b, a, &row, e);
	return rc == 0 ? full_base(b->opened, &row, &b->names, out) : rc;
}
