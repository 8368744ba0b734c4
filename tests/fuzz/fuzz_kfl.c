/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A query on the first line, and an entry as JSON behind it. Whatever they are,
 * nothing crashes, the normal form is one, bounds can be made, and an error has
 * a place inside the query.
 */
#include "analyzer/entry/field.h"
#include "analyzer/kfl/bounds.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/want.h"

#define NOW_MS  1700000000000
#define DOC_CAP ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct kfl_macro macro_list[] = {
	{ STR_INIT("http"), STR_INIT("protocol.abbr == \"HTTP\"") },
	{ STR_INIT("http2"), STR_INIT("protocol.abbr == \"HTTP/2\"") },
};

static const struct field *const tables[] = { entry_fields };

static void
check_print(const struct kfl *k)
{
	struct err e = ERR_INIT;
	struct buf once, twice;
	struct kfl *again;

	buf_init(&once, KFL_TEXT_MAX * 2);
	buf_init(&twice, KFL_TEXT_MAX * 2);
	ENSURE(kfl_print(k, &once) == 0);
	if (once.n <= KFL_TEXT_MAX) {
		ENSURE(kfl_parse(buf_str(&once), NULL, &e, &again) == 0);
		ENSURE(kfl_print(again, &twice) == 0);
		ENSURE(str_eq(buf_str(&once), buf_str(&twice)));
		kfl_free(again);
	}
	buf_release(&once);
	buf_release(&twice);
}

static void
check_eval(const struct kfl *k, struct str json)
{
	const struct kfl_want *want;
	const struct kfl_scope scope = { .n = 0 };
	struct kfl_bounds bounds;
	struct buf sql, binds;
	struct kfl_doc d;
	struct arena a;
	bool truth = false;

	kfl_doc_init(&d, DOC_CAP);
	if (kfl_json_parse(json, &d.arena, &d.root) == 0 &&
	    kfl_eval(k, &d, &truth) != 0)
		ENSURE(!truth); /* what cannot be decided is not a match */
	kfl_doc_release(&d);

	arena_init(&a, KFL_BOUNDS_ARENA, 0);
	buf_init(&sql, (size_t)4 << 20);
	buf_init(&binds, (size_t)4 << 20);
	ENSURE(kfl_wants(k, &a, &want) == 0);
	ENSURE(kfl_bounds(k, &scope, &a, &bounds) == 0);
	ENSURE(kfl_cond_write(bounds.under, &sql, &binds) == 0);
	ENSURE(kfl_cond_write(bounds.over, &sql, &binds) == 0);
	ENSURE(!bounds.exact || bounds.residual == NULL || !truth ||
	       bounds.over->kind != KFL_COND_FALSE);
	buf_release(&sql);
	buf_release(&binds);
	arena_release(&a);
}

static void
check_open(struct str query)
{
	struct kfl_setup setup = { macro_list, ARRAY_LEN(macro_list),
		                   tables,     ARRAY_LEN(tables),
		                   false,      NOW_MS };
	struct err e = ERR_INIT;
	struct kfl_mistake m;
	struct kfl *k = NULL;
	struct buf carets;

	buf_init(&carets, (size_t)1 << 20);
	if (kfl_open(query, &setup, &e, &m, &k) == ERR_SYNTAX) {
		ENSURE(e.text[0] != '\0' && m.at <= query.n &&
		       m.end <= query.n);
		ENSURE(kfl_carets(query, &m, &carets) == 0);
	}
	kfl_free(k);
	buf_release(&carets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct kfl_macros macros = { macro_list, ARRAY_LEN(macro_list), false };
	struct err e = ERR_INIT;
	struct str query, json;
	struct kfl *k;

	(void)str_split1(str_make(p, n), '\n', &query, &json);
	check_open(query);
	if (kfl_parse(query, n % 2 == 0 ? &macros : NULL, &e, &k) != 0)
		return 0;
	check_print(k);
	if (kfl_prepare(k, NOW_MS, &e) == 0)
		check_eval(k, json);
	kfl_free(k);
	return 0;
}
