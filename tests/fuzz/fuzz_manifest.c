/* SPDX-License-Identifier: Apache-2.0 */
/* Each input is read as manifest.json and as snapshot.json. */
#include "base/compiler.h"
#include "snapshot/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
as_manifest(struct str text, const struct snapshot_limits *l)
{
	struct manifest *m = NULL;
	struct err e = ERR_INIT;
	int rc = manifest_parse(text, l, &e, &m);

	ENSURE(rc == e.code);
	if (rc != 0)
		return;
	for (size_t i = 0; i < manifest_count(m); i++) {
		const struct manifest_member *p = manifest_at(m, i);

		ENSURE(manifest_find(m, p->name) == p);
	}
	manifest_free(m);
}

static void
as_info(struct str text, const struct snapshot_limits *l)
{
	struct snapshot_info *s = NULL;
	struct err e = ERR_INIT;
	int rc = snapshot_info_parse(text, l, &e, &s);

	ENSURE(rc == e.code);
	if (rc != 0)
		return;
	for (size_t i = 0; i < snapshot_info_nodes(s); i++)
		ENSURE(snapshot_info_node(s, i) != NULL);
	snapshot_info_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	l.members = 20;
	as_manifest(str_make(p, n), &l);
	as_info(str_make(p, n), &l);
	return 0;
}
