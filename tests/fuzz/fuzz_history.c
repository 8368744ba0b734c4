/* SPDX-License-Identifier: Apache-2.0 */
/* A name history; what is read is sorted, whole and free of overlaps. */
#include "base/compiler.h"
#include "snapshot/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_pair(const struct identity *a, const struct identity *b)
{
	int d = memcmp(a->ip, b->ip, sizeof(a->ip));

	ENSURE(d <= 0);
	if (d < 0)
		return;
	ENSURE(a->port <= b->port);
	if (a->port == b->port)
		ENSURE(a->to <= b->from);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct snapshot_limits l;
	struct history *h = NULL;
	struct err e = ERR_INIT;
	int rc;

	snapshot_limits_init(&l);
	l.identities = 40;
	l.history_maps = 20;
	rc = history_parse(str_make(p, n), &l, &e, &h);
	ENSURE(rc == e.code);
	ENSURE((rc == 0) == (h != NULL));
	if (rc != 0)
		return 0;
	ENSURE(history_count(h) <= l.identities);
	for (size_t i = 0; i < history_count(h); i++) {
		const struct identity *id = history_at(h, i);

		ENSURE(id->from < id->to && id->name.n > 0);
		ENSURE(id->early == (id->from == INT64_MIN));
		if (i > 0)
			check_pair(history_at(h, i - 1), id);
	}
	history_free(h);
	return 0;
}
