/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/column.h"

#include <math.h>
#include <string.h>

#include "analyzer/entry/entry.h"
#include "analyzer/entry/field.h"
#include "analyzer/kfl/eval.h"

/* Nanoseconds of a millisecond, in SQL and in C. */
#define NS_OF_MS 1000000
/* Milliseconds beyond this are not in any column (year 2262). */
#define MS_MAX      9.2e12
#define TEXT_VALUES "text WHERE value"
#define ADDR_VALUES "addr WHERE text"

/* --- which column -----------------------------------------------------------
 */

#define REQUEST_ABSENT  ENTRY_NO_REQUEST
#define REQUEST_DOUBT   (ENTRY_REQ_CUT | ENTRY_REQ_GAP | ENTRY_SPANS_CUT)
#define RESPONSE_ABSENT ENTRY_NO_RESPONSE
#define RESPONSE_DOUBT  (ENTRY_RES_CUT | ENTRY_RES_GAP | ENTRY_SPANS_CUT)

/* Fields of every entry. ENTRY_REVERSED is 8192. */
static const struct {
	const char *path;
	struct kfl_column column;
} always[] = {
	{ "index", { .kind = KFL_COL_INT, .sql = "e.ordinal" } },
	{ "tls", { .kind = KFL_COL_BOOL, .sql = "e.tls<>0" } },
	{ "src.ip",
	  { .kind = KFL_COL_TEXT,
	    .sql = "e.client",
	    .reversed = "e.server",
	    .values = ADDR_VALUES } },
	{ "dst.ip",
	  { .kind = KFL_COL_TEXT,
	    .sql = "e.server",
	    .reversed = "e.client",
	    .values = ADDR_VALUES } },
	{ "src.port",
	  { .kind = KFL_COL_PORT,
	    .sql = "CASE WHEN e.flags&8192 THEN e.server_port "
	           "ELSE e.client_port END" } },
	{ "dst.port",
	  { .kind = KFL_COL_PORT,
	    .sql = "CASE WHEN e.flags&8192 THEN e.client_port "
	           "ELSE e.server_port END" } },
	{ "outgoing", { .kind = KFL_COL_BOOL, .sql = "0" } },
	{ "timestamp", { .kind = KFL_COL_MS, .sql = "e.ts" } },
	{ "requestSize", { .kind = KFL_COL_INT, .sql = "e.req_size" } },
	{ "responseSize", { .kind = KFL_COL_INT, .sql = "e.res_size" } },
	{ "elapsedTime", { .kind = KFL_COL_INT, .sql = "e.elapsed" } },
	{ "evidence.complete",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&4159)=0" } },
	{ "evidence.lateJoin",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&64)<>0" } },
	{ "evidence.roleGuessed",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&128)<>0" } },
	{ "evidence.resynced",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&2048)<>0" } },
	{ "protocol.name", { .kind = KFL_COL_PROTO } },
	{ "protocol.version", { .kind = KFL_COL_PROTO } },
	{ "protocol.abbr", { .kind = KFL_COL_PROTO } },
	{ "protocol.longName", { .kind = KFL_COL_PROTO } },
	{ "protocol.macro", { .kind = KFL_COL_PROTO } },
	{ "protocol.layer4", { .kind = KFL_COL_PROTO } },
	{ "protocol.priority", { .kind = KFL_COL_PROTO } },
};

_Static_assert(ENTRY_REVERSED == 8192 && ENTRY_LATE_JOIN == 64 &&
                   ENTRY_ROLE_GUESSED == 128 && ENTRY_RESYNCED == 2048,
               "the table above has these numbers in its SQL");
_Static_assert((ENTRY_NO_REQUEST | ENTRY_NO_RESPONSE | ENTRY_REQ_CUT |
                ENTRY_RES_CUT | ENTRY_REQ_GAP | ENTRY_RES_GAP |
                ENTRY_PAIR_DOUBT) == 4159,
               "so it has those that entry_reason() looks at");

/* Columns that dissectors fill, by the name in their field tables. */
static const struct {
	const char *column;
	enum field_type type;
	enum kfl_column_kind kind;
	const char *sql;
} filled[] = {
	{ "method", FIELD_STRING, KFL_COL_TEXT, "e.method" },
	{ "target", FIELD_STRING, KFL_COL_TEXT, "e.target" },
	{ "host", FIELD_STRING, KFL_COL_TEXT, "e.host" },
	{ "status", FIELD_NUMBER, KFL_COL_INT, "e.status" },
};

struct kfl_column
kfl_column_of(const struct field *f)
{
	struct kfl_column none = { .kind = KFL_COL_NONE };
	struct str path = str_from_c(f->path);
	bool request = str_starts(path, STR("request."));

	for (size_t i = 0; i < ARRAY_LEN(always); i++) {
		if (str_eq(path, str_from_c(always[i].path)))
			return always[i].column;
	}
	if (f->column == NULL ||
	    (!request && !str_starts(path, STR("response."))))
		return none;
	for (size_t i = 0; i < ARRAY_LEN(filled); i++) {
		if (strcmp(f->column, filled[i].column) != 0 ||
		    f->type != filled[i].type)
			continue;
		return (struct kfl_column){
			.kind = filled[i].kind,
			.sql = filled[i].sql,
			.values = TEXT_VALUES,
			.absent = request ? REQUEST_ABSENT : RESPONSE_ABSENT,
			.doubt = request ? REQUEST_DOUBT : RESPONSE_DOUBT,
		};
	}
	return none;
}

const struct kfl_cond *
kfl_column_flags(uint32_t flags, struct arena *a)
{
	struct kfl_bind b = { .kind = KFL_BIND_INT, .i = flags };

	if (flags == 0)
		return &kfl_cond_false;
	return kfl_cond_leaf(a, STR("(e.flags&?)<>0"), &b, 1);
}

/* --- tests ------------------------------------------------------------------
 */

static const struct kfl_cond *
leaf(struct arena *a, const char *before, const char *column, const char *after,
     const struct kfl_bind *b)
{
	struct str sql = arena_printf(a, "(%s%s%s)", before, column, after);

	if (sql.n == 0)
		return NULL;
	return kfl_cond_leaf(a, sql, b, b != NULL ? 1 : 0);
}

/* The text of v as the integer that is written exactly like that. */
static bool
canonical_int(const struct kfl_value *v, int64_t *ret)
{
	char room[KFL_FLOAT_TEXT], back_room[KFL_FLOAT_TEXT];
	struct kfl_value back = { .type = KFL_V_INT };
	struct str s = kfl_value_text(v, room);

	if (str_i64(s, &back.u.integer) != 0 ||
	    !str_eq(s, kfl_value_text(&back, back_room)))
		return false;
	*ret = back.u.integer;
	return true;
}

/* id IN (SELECT id FROM text WHERE value...) */
static const struct kfl_cond *
in_values(const char *column, const struct kfl_column *c, const char *before,
          const char *after, const struct kfl_bind *b, struct arena *a)
{
	/* "text WHERE value": the table, and the name of its value. */
	struct str values = str_from_c(c->values);
	struct str table, value;
	struct str sql;

	(void)str_split1(values, ' ', &table, &value);
	value = str_tail(value, sizeof("WHERE ") - 1);
	sql = arena_printf(
	    a, "(%s IN (SELECT id FROM " STR_FMT " WHERE %s" STR_FMT "%s))",
	    column, STR_ARG(table), before, STR_ARG(value), after);
	return sql.n == 0 ? NULL : kfl_cond_leaf(a, sql, b, b != NULL ? 1 : 0);
}

static const struct kfl_cond *
test_values(const struct kfl_column *c, const char *before, const char *after,
            const struct kfl_bind *b, struct arena *a)
{
	const struct kfl_cond *plain = in_values(c->sql, c, before, after, b,
	                                         a);
	const struct kfl_cond *reversed, *is_reversed;

	if (c->reversed == NULL)
		return plain;
	reversed = in_values(c->reversed, c, before, after, b, a);
	is_reversed = kfl_column_flags(ENTRY_REVERSED, a);
	return kfl_cond_or(a,
	                   kfl_cond_and(a, plain, kfl_cond_not(a, is_reversed)),
	                   kfl_cond_and(a, reversed, is_reversed));
}

static const struct kfl_cond *
test_text(const struct kfl_column *c, enum kfl_test test,
          const struct kfl_value *v, struct arena *a)
{
	char room[KFL_FLOAT_TEXT];
	struct kfl_bind b = { .kind = KFL_BIND_TEXT };
	struct str after;

	if (test == KFL_TEST_TRUE)
		return test_values(c, "", "<>''", NULL, a);
	b.s = kfl_value_text(v, room);
	if (b.s.n == 0 && test >= KFL_TEST_STARTS_WITH)
		return &kfl_cond_true;
	switch (test) {
	case KFL_TEST_EQ:
		return test_values(c, "", "=?", &b, a);
	case KFL_TEST_STARTS_WITH:
		return test_values(c, "instr(CAST(",
		                   " AS BLOB),CAST(? AS "
		                   "BLOB))=1",
		                   &b, a);
	case KFL_TEST_CONTAINS:
		return test_values(c, "instr(CAST(",
		                   " AS BLOB),CAST(? AS "
		                   "BLOB))>0",
		                   &b, a);
	case KFL_TEST_ENDS_WITH:
		after = arena_printf(a, " AS BLOB),-%zu)=CAST(? AS BLOB)",
		                     b.s.n);
		return test_values(c, "substr(CAST(", after.p, &b, a);
	default:
		return NULL; /* texts as numbers are Go's business */
	}
}

static const struct kfl_cond *
test_int(const struct kfl_column *c, enum kfl_test test,
         const struct kfl_value *v, struct arena *a)
{
	bool port = c->kind == KFL_COL_PORT;
	struct kfl_bind b = { .kind = KFL_BIND_INT };

	switch (test) {
	case KFL_TEST_TRUE:
		/* A port is shown as text, and "0" is true. */
		return port ? &kfl_cond_true : leaf(a, "", c->sql, ">0", NULL);
	case KFL_TEST_EQ:
		if (!canonical_int(v, &b.i))
			return &kfl_cond_false;
		return leaf(a, "(", c->sql, ")=?", &b);
	case KFL_TEST_GT:
	case KFL_TEST_GE:
	case KFL_TEST_LT:
	case KFL_TEST_LE:
		b.kind = KFL_BIND_REAL;
		b.d = kfl_value_number(v);
		/* SQL's NULL is what a NaN would become. */
		if (isnan(b.d))
			return &kfl_cond_false;
		return leaf(a, "CAST(", c->sql,
		            test == KFL_TEST_GT   ? " AS REAL)>?"
		            : test == KFL_TEST_GE ? " AS REAL)>=?"
		            : test == KFL_TEST_LT ? " AS REAL)<?"
		                                  : " AS REAL)<=?",
		            &b);
	default:
		return NULL;
	}
}

static const struct kfl_cond *
test_bool(const struct kfl_column *c, enum kfl_test test,
          const struct kfl_value *v, struct arena *a)
{
	struct kfl_value yes = { .type = KFL_V_BOOL, .u.truth = true };
	struct kfl_value no = { .type = KFL_V_BOOL, .u.truth = false };
	bool if_yes, if_no;
	const struct kfl_cond *holds;

	if (test > KFL_TEST_LE)
		return NULL;
	if_yes = test == KFL_TEST_TRUE || kfl_column_decide(test, &yes, v);
	if_no = test != KFL_TEST_TRUE && kfl_column_decide(test, &no, v);
	if (if_yes == if_no)
		return kfl_cond_bool(if_yes);
	holds = leaf(a, "", c->sql, "", NULL);
	return if_yes ? holds : kfl_cond_not(a, holds);
}

/* The column is nanoseconds, so that its index helps. ms is floor(ns / 1e6). */
static const struct kfl_cond *
test_ms_from(const struct kfl_column *c, double ms, bool from, struct arena *a)
{
	struct kfl_bind b = { .kind = KFL_BIND_INT };

	if (ms > MS_MAX)
		return kfl_cond_bool(!from);
	if (ms < -MS_MAX)
		return kfl_cond_bool(from);
	b.i = (int64_t)ms * NS_OF_MS;
	return leaf(a, "", c->sql, from ? ">=?" : "<?", &b);
}

static const struct kfl_cond *
test_ms(const struct kfl_column *c, enum kfl_test test,
        const struct kfl_value *v, struct arena *a)
{
	double n = test == KFL_TEST_TRUE ? 0 : kfl_value_number(v);
	int64_t exact;

	if (isnan(n))
		return test == KFL_TEST_EQ ? NULL : &kfl_cond_false;
	switch (test) {
	case KFL_TEST_TRUE:
	case KFL_TEST_GT:
		return test_ms_from(c, floor(n) + 1, true, a);
	case KFL_TEST_GE:
		return test_ms_from(c, ceil(n), true, a);
	case KFL_TEST_LT:
		return test_ms_from(c, ceil(n), false, a);
	case KFL_TEST_LE:
		return test_ms_from(c, floor(n) + 1, false, a);
	case KFL_TEST_EQ:
		if (!canonical_int(v, &exact) || fabs((double)exact) > MS_MAX)
			return &kfl_cond_false;
		return kfl_cond_and(
		    a, test_ms_from(c, (double)exact, true, a),
		    test_ms_from(c, (double)exact + 1, false, a));
	default:
		return NULL;
	}
}

const struct kfl_cond *
kfl_column_test(const struct kfl_column *c, enum kfl_test test,
                const struct kfl_value *v, struct arena *a)
{
	if (v != NULL && (v->type == KFL_V_REGEX || v->type == KFL_V_ARRAY))
		return NULL;
	switch (c->kind) {
	case KFL_COL_TEXT:
		return test_text(c, test, v, a);
	case KFL_COL_INT:
	case KFL_COL_PORT:
		return test_int(c, test, v, a);
	case KFL_COL_BOOL:
		return test_bool(c, test, v, a);
	case KFL_COL_MS:
		return test_ms(c, test, v, a);
	default:
		return NULL;
	}
}

bool
kfl_column_decide(enum kfl_test test, const struct kfl_value *x,
                  const struct kfl_value *v)
{
	char room_x[KFL_FLOAT_TEXT], room_v[KFL_FLOAT_TEXT];
	struct str s = kfl_value_text(x, room_x);
	struct str arg = v != NULL ? kfl_value_text(v, room_v) : STR_NONE;

	switch (test) {
	case KFL_TEST_TRUE:
		return kfl_value_truth(x);
	case KFL_TEST_EQ:
		return kfl_eval_equal(x, v);
	case KFL_TEST_GT:
		return kfl_eval_compare(KFL_GT, x, v);
	case KFL_TEST_GE:
		return kfl_eval_compare(KFL_GE, x, v);
	case KFL_TEST_LT:
		return kfl_eval_compare(KFL_LT, x, v);
	case KFL_TEST_LE:
		return kfl_eval_compare(KFL_LE, x, v);
	case KFL_TEST_STARTS_WITH:
		return str_starts(s, arg);
	case KFL_TEST_ENDS_WITH:
		return str_ends(s, arg);
	default:
		return arg.n == 0 || str_find(s, arg) < s.n;
	}
}
