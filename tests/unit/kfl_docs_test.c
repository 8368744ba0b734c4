/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of docs/kfl.md are queries that our own tools accept. */
#include <stdio.h>

#include "analyzer/entry/field.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/proto/proto.h"
#include "base/err.h"
#include "tests/tap/tap.h"

#define TABLES_MAX 32

static const struct kfl_macro macro_list[] = {
	{ STR_INIT("http"), STR_INIT("protocol.abbr == \"HTTP\"") },
	{ STR_INIT("dns"), STR_INIT("protocol.abbr == \"DNS\"") },
};

static void
check(const char *query, const struct kfl_setup *setup)
{
	struct err e = ERR_INIT;
	struct kfl *k = NULL;

	if (!ok(kfl_open(str_from_c(query), setup, &e, NULL, &k) == 0, query))
		printf("# %s\n", e.text);
	kfl_free(k);
}

int
main(void)
{
	const struct field *tables[TABLES_MAX] = { entry_fields };
	struct kfl_setup setup = { .macro = macro_list,
		                   .nmacros = ARRAY_LEN(macro_list),
		                   .fields = tables,
		                   .nfields = 1,
		                   .now_ms = 1700000000000 };
	FILE *f = fopen("docs/kfl.md", "r");
	bool inside = false;
	char line[1000];

	for (size_t i = 0; proto_registry[i] != NULL; i++) {
		if (setup.nfields < TABLES_MAX)
			tables[setup.nfields++] = proto_registry[i]->fields;
	}
	if (!ok(f != NULL, "docs/kfl.md is there"))
		return tap_done();
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "```", 3) == 0)
			inside = strcmp(line, "```kfl") == 0;
		else if (inside)
			check(line, &setup);
	}
	(void)fclose(f);
	return tap_done();
}
