/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of columns, in SQL (column.h). */
#include <math.h>
#include <string.h>

#include "analyzer/entry/entry.h"
#include "analyzer/entry/position.h"
#include "analyzer/kfl/column.h"
#include "analyzer/kfl/eval.h"
#include "base/buf.h"
#include "base/clock.h"

/* Nanoseconds of a millisecond, in SQL and in C. */
#define NS_OF_MS 1000000
/* Milliseconds beyond this are not in any column (year 2262). */
#define MS_MAX 9.2e12

/* The row's name number %s: source, destination or namespace. */
#define WHO_CALL                                          \
	"who(%s,e.point,e.client,e.client_port,e.server," \
	"e.server_port,e.flags,e.ts)"

const struct kfl_cond *
kfl_column_flags(uint32_t flags, struct arena *a)
{
	struct kfl_bind b = { .kind = KFL_BIND_INT, .i = flags };

	if (flags == 0)
		return &kfl_cond_false;
	return kfl_cond_leaf(a, STR("(e.flags&?)<>0"), &b, 1);
}

/* An expression of SQL; the empty one when there was no memory. */
static const struct kfl_cond *
leaf(struct arena *a, struct str sql, const struct kfl_bind *b, size_t n)
{
	return sql.n == 0 ? NULL : kfl_cond_leaf(a, sql, b, n);
}

/* (before column after), with or without a parameter. */
static const struct kfl_cond *
leaf_about(struct arena *a, const char *before, const char *column,
           const char *after, const struct kfl_bind *b)
{
	return leaf(a, arena_printf(a, "(%s%s%s)", before, column, after), b,
	            b != NULL);
}

/* The text of v as the integer that is written exactly like that. */
static bool
canonical_int(struct str s, int64_t *ret)
{
	char room[KFL_FLOAT_TEXT];
	struct kfl_value back = { .type = KFL_V_INT };

	if (str_i64(s, &back.u.integer) != 0 ||
	    !str_eq(s, kfl_value_text(&back, room)))
		return false;
	*ret = back.u.integer;
	return true;
}

/* Is the test one of numbers? */
static bool
is_numeric(enum kfl_test test)
{
	return test >= KFL_TEST_GT && test <= KFL_TEST_LE;
}

/* --- texts ---------------------------------------------------------------- */

/* A test of a text: what stands around the text in SQL. */
struct around {
	const char *before, *after;
	struct kfl_bind bind;
	bool bound; /* there is a '?' in `after` */
};

/* False when SQL cannot do it: texts as numbers are Go's business. */
static bool
around_of(enum kfl_test test, struct str operand, struct arena *a,
          struct around *ret)
{
	*ret = (struct around){
		.before = "",
		.bind = { .kind = KFL_BIND_TEXT, .s = operand },
		.bound = true,
	};
	switch (test) {
	case KFL_TEST_TRUE:
		ret->after = "<>''";
		ret->bound = false;
		return true;
	case KFL_TEST_EQ:
		ret->after = "=?";
		return true;
	case KFL_TEST_STARTS_WITH:
	case KFL_TEST_CONTAINS:
		ret->before = "instr(CAST(";
		ret->after = test == KFL_TEST_CONTAINS
		                 ? " AS BLOB),CAST(? AS BLOB))>0"
		                 : " AS BLOB),CAST(? AS BLOB))=1";
		return true;
	case KFL_TEST_ENDS_WITH:
		/* Of nothing, SQLite's end is NULL. */
		ret->before = "coalesce(substr(CAST(";
		ret->after =
		    arena_printf(a, " AS BLOB),-%zu),x'')=CAST(? AS BLOB)",
		                 operand.n)
			.p;
		return ret->after != NULL;
	default:
		return false;
	}
}

/* id IN (SELECT id FROM text WHERE value...) */
static const struct kfl_cond *
in_values(const char *column, const struct kfl_column *c,
          const struct around *r, struct arena *a)
{
	/* "text WHERE value": the table, and the name of its value. */
	struct str table, value;

	(void)str_split1(str_from_c(c->values), ' ', &table, &value);
	value = str_tail(value, sizeof("WHERE ") - 1);
	return leaf(
	    a,
	    arena_printf(
		a, "(%s IN (SELECT id FROM " STR_FMT " WHERE %s" STR_FMT "%s))",
		column, STR_ARG(table), r->before, STR_ARG(value), r->after),
	    &r->bind, r->bound);
}

static const struct kfl_cond *
test_values(const struct kfl_column *c, const struct around *r, struct arena *a)
{
	const struct kfl_cond *plain = in_values(c->sql, c, r, a);
	const struct kfl_cond *reversed, *is_reversed;

	if (c->reversed == NULL)
		return plain;
	reversed = in_values(c->reversed, c, r, a);
	is_reversed = kfl_column_flags(ENTRY_REVERSED, a);
	return kfl_cond_or(a,
	                   kfl_cond_and(a, plain, kfl_cond_not(a, is_reversed)),
	                   kfl_cond_and(a, reversed, is_reversed));
}

/*
 * Asking for the name of every row takes its time. Unless the empty name
 * passes, only addresses count that ever had a name which does.
 */
static const struct kfl_cond *
test_who(const struct kfl_column *c, const struct around *r, bool empty_passes,
         struct arena *a)
{
	struct kfl_bind binds[3] = { r->bind, r->bind, r->bind };
	struct str had = arena_printf(a,
	                              "(SELECT i.addr FROM identity i JOIN "
	                              "text t ON t.id=i.%s WHERE %st.value%s)",
	                              c->values, r->before, r->after);
	struct str call = arena_printf(a, WHO_CALL, c->sql);

	if (empty_passes)
		return leaf(a,
		            arena_printf(a, "(%s" STR_FMT "%s)", r->before,
		                         STR_ARG(call), r->after),
		            &r->bind, r->bound);
	return leaf(a,
	            arena_printf(a,
	                         "((e.client IN " STR_FMT
	                         " OR e.server IN " STR_FMT ") AND %s" STR_FMT
	                         "%s)",
	                         STR_ARG(had), STR_ARG(had), r->before,
	                         STR_ARG(call), r->after),
	            binds, r->bound ? 3 : 0);
}

static const struct kfl_cond *
test_text(const struct kfl_column *c, const struct kfl_column_ask *ask,
          struct arena *a)
{
	const struct kfl_value empty = { .type = KFL_V_STRING };
	char room[KFL_FLOAT_TEXT];
	struct str operand = STR_NONE;
	struct around r;

	if (ask->test != KFL_TEST_TRUE) {
		/* Numbers are written into `room`, which does not last. */
		operand = arena_dup(a, kfl_value_text(ask->v, room));
		if (operand.n == 0 && ask->test >= KFL_TEST_STARTS_WITH)
			return &kfl_cond_true;
	}
	if (!around_of(ask->test, operand, a, &r))
		return NULL;
	switch (c->kind) {
	case KFL_COL_TEXT:
		return test_values(c, &r, a);
	case KFL_COL_WHO:
		return test_who(
		    c, &r, kfl_column_decide(ask->test, &empty, ask->v), a);
	default:
		return leaf_about(a, r.before, c->sql, r.after,
		                  r.bound ? &r.bind : NULL);
	}
}

/* --- numbers -------------------------------------------------------------- */

static const struct kfl_cond *
test_number(const struct kfl_column *c, const struct kfl_column_ask *ask,
            struct arena *a)
{
	struct kfl_bind b = { .kind = KFL_BIND_REAL };

	b.d = kfl_value_number(ask->v);
	/* SQL's NULL is what a NaN would become. */
	if (isnan(b.d))
		return &kfl_cond_false;
	return leaf_about(a, "CAST(", c->sql,
	                  ask->test == KFL_TEST_GT   ? " AS REAL)>?"
	                  : ask->test == KFL_TEST_GE ? " AS REAL)>=?"
	                  : ask->test == KFL_TEST_LT ? " AS REAL)<?"
	                                             : " AS REAL)<=?",
	                  &b);
}

/* "5", or "2:5" in the second of several snapshots. */
static bool
int_of(const struct kfl_column *c, const struct kfl_column_ask *ask,
       int64_t *ret)
{
	char room[KFL_FLOAT_TEXT];
	struct str s = kfl_value_text(ask->v, room);
	struct str number;
	uint64_t snapshot;

	if (c->kind != KFL_COL_ID || ask->snapshot == 0)
		return canonical_int(s, ret);
	return str_split1(s, ':', &number, &s) && number.n > 0 &&
	       number.p[0] != '0' && str_u64(number, &snapshot) == 0 &&
	       snapshot == ask->snapshot && canonical_int(s, ret);
}

static const struct kfl_cond *
test_int(const struct kfl_column *c, const struct kfl_column_ask *ask,
         struct arena *a)
{
	struct kfl_bind b = { .kind = KFL_BIND_INT };
	bool text = c->kind != KFL_COL_INT;

	if (ask->test == KFL_TEST_TRUE) /* of a text: "0" is true */
		return text ? &kfl_cond_true
		            : leaf_about(a, "", c->sql, ">0", NULL);
	if (ask->test == KFL_TEST_EQ)
		return int_of(c, ask, &b.i)
		           ? leaf_about(a, "(", c->sql, ")=?", &b)
		           : &kfl_cond_false;
	/* Is "2:5" a number? It is 0, but that is nobody's question. */
	if (is_numeric(ask->test) && c->kind != KFL_COL_ID)
		return test_number(c, ask, a);
	return NULL;
}

static const struct kfl_cond *
test_real(const struct kfl_column *c, const struct kfl_column_ask *ask,
          struct arena *a)
{
	if (ask->test == KFL_TEST_TRUE)
		return leaf_about(a, "(", c->sql, ")>0", NULL);
	return is_numeric(ask->test) ? test_number(c, ask, a) : NULL;
}

static const struct kfl_cond *
test_bool(const struct kfl_column *c, const struct kfl_column_ask *ask,
          struct arena *a)
{
	struct kfl_value yes = { .type = KFL_V_BOOL, .u.truth = true };
	struct kfl_value no = { .type = KFL_V_BOOL, .u.truth = false };
	bool if_yes = kfl_column_decide(ask->test, &yes, ask->v);
	bool if_no = kfl_column_decide(ask->test, &no, ask->v);
	const struct kfl_cond *holds;

	if (if_yes == if_no)
		return kfl_cond_bool(if_yes);
	holds = leaf_about(a, "", c->sql, "", NULL);
	return if_yes ? holds : kfl_cond_not(a, holds);
}

/* --- times ---------------------------------------------------------------- */

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
	return leaf_about(a, "", c->sql, from ? ">=?" : "<?", &b);
}

static const struct kfl_cond *
test_ms_equal(const struct kfl_column *c, const struct kfl_value *v,
              struct arena *a)
{
	char room[KFL_FLOAT_TEXT];
	int64_t exact;

	if (!canonical_int(kfl_value_text(v, room), &exact) ||
	    fabs((double)exact) > MS_MAX)
		return &kfl_cond_false;
	return kfl_cond_and(a, test_ms_from(c, (double)exact, true, a),
	                    test_ms_from(c, (double)exact + 1, false, a));
}

static const struct kfl_cond *
test_ms(const struct kfl_column *c, const struct kfl_column_ask *ask,
        struct arena *a)
{
	double n = ask->test == KFL_TEST_TRUE ? 0 : kfl_value_number(ask->v);

	if (isnan(n) && ask->test != KFL_TEST_EQ)
		return is_numeric(ask->test) ? &kfl_cond_false : NULL;
	switch (ask->test) {
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
		return test_ms_equal(c, ask->v, a);
	default:
		return NULL;
	}
}

/* "2023-01-29T10:00:00.5Z", and no other text of that instant. */
static const struct kfl_cond *
test_time(const struct kfl_column *c, const struct kfl_column_ask *ask,
          struct arena *a)
{
	static const struct kfl_value any = {
		.type = KFL_V_STRING, .u.text = STR_INIT("1970-01-01T00:00:00Z")
	};
	struct kfl_bind b = { .kind = KFL_BIND_INT };
	char room[KFL_FLOAT_TEXT], back[CLOCK_TEXT_MAX];
	struct str s;

	/* As a truth and as a number, every such text is the same. */
	if (ask->test == KFL_TEST_TRUE || is_numeric(ask->test))
		return kfl_cond_bool(
		    kfl_column_decide(ask->test, &any, ask->v));
	if (ask->test != KFL_TEST_EQ)
		return NULL;
	s = kfl_value_text(ask->v, room);
	if (clock_parse(s, &b.i) != 0 || !str_eq(s, clock_format(b.i, back)))
		return &kfl_cond_false;
	return leaf_about(a, "", c->sql, "=?", &b);
}

/* --- names of streams ----------------------------------------------------- */

/* Any stream whose file could be called this, and the entry if that is named.
 */
static const struct kfl_cond *
test_file(const struct kfl_column *c, const struct kfl_column_ask *ask,
          struct arena *a)
{
	struct kfl_bind b[3] = { { .kind = KFL_BIND_INT },
		                 { .kind = KFL_BIND_INT },
		                 { .kind = KFL_BIND_INT } };
	char room[KFL_FLOAT_TEXT];
	struct str s, head, ordinal = STR_NONE;
	size_t digits = 0;
	uint64_t number;

	if (ask->test == KFL_TEST_TRUE)
		return &kfl_cond_true;
	if (ask->test != KFL_TEST_EQ)
		return NULL;
	/* "WORKER/0000NUMBER[_tls].pcap-ORDINAL", or from NUMBER to pcap. */
	s = kfl_value_text(ask->v, room);
	if (c->sql != NULL && (!str_split1(s, '/', &head, &s) ||
	                       !str_split1(s, '-', &s, &ordinal) ||
	                       !canonical_int(ordinal, &b[2].i)))
		return &kfl_cond_false;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (str_u64(str_head(s, digits), &number) != 0 ||
	    number > INT64_MAX >> POSITION_SEQ_BITS)
		return &kfl_cond_false;
	b[0].i = (int64_t)(number << POSITION_SEQ_BITS);
	b[1].i = b[0].i | ((INT64_C(1) << POSITION_SEQ_BITS) - 1);
	if (c->sql == NULL)
		return leaf(a, STR("(e.stream BETWEEN ? AND ?)"), b, 2);
	return leaf(
	    a, arena_printf(a, "(e.stream BETWEEN ? AND ? AND %s=?)", c->sql),
	    b, 3);
}

/* --- reasons -------------------------------------------------------------- */

/*
 * The reason is that of the lowest of these flags. Each reason is decided
 * here; SQL is told which flags have one that passes.
 */
static const struct kfl_cond *
test_reason(const struct kfl_column *c, const struct kfl_column_ask *ask,
            struct arena *a)
{
	const struct kfl_cond *holds = &kfl_cond_false;
	uint32_t graver = 0;

	for (unsigned bit = 0; bit <= 32; bit++) {
		uint32_t flag = bit < 32 ? UINT32_C(1) << bit : 0;
		const char *reason = entry_reason(flag);
		struct kfl_value v = { .type = KFL_V_STRING,
			               .u.text = str_from_c(reason) };
		struct str sql;

		if (flag != 0 && reason[0] == '\0')
			continue;
		sql = arena_printf(a, "((%s&%u)=%u)", c->sql, graver | flag,
		                   flag);
		if (kfl_column_decide(ask->test, &v, ask->v))
			holds = kfl_cond_or(a, holds, leaf(a, sql, NULL, 0));
		graver |= flag;
	}
	return holds;
}

/* --- all of them ---------------------------------------------------------- */

const struct kfl_cond *
kfl_column_test(const struct kfl_column *c, const struct kfl_column_ask *ask,
                struct arena *a)
{
	if (c->kind == KFL_COL_REASON)
		return test_reason(c, ask, a);
	if (ask->v != NULL &&
	    (ask->v->type == KFL_V_REGEX || ask->v->type == KFL_V_ARRAY))
		return NULL;
	switch (c->kind) {
	case KFL_COL_TEXT:
	case KFL_COL_EXPR:
	case KFL_COL_WHO:
		return test_text(c, ask, a);
	case KFL_COL_INT:
	case KFL_COL_PORT:
	case KFL_COL_ID:
		return test_int(c, ask, a);
	case KFL_COL_REAL:
		return test_real(c, ask, a);
	case KFL_COL_BOOL:
		return test_bool(c, ask, a);
	case KFL_COL_MS:
		return test_ms(c, ask, a);
	case KFL_COL_TIME:
		return test_time(c, ask, a);
	case KFL_COL_FILE:
		return test_file(c, ask, a);
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
