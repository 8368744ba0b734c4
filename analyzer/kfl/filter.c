/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/filter.h"

#include "analyzer/kfl/path.h"

enum op {
	OP_LITERAL,
	OP_PATH,
	OP_NOT,
	OP_EQ,
	OP_NE,
	OP_LE,
	OP_GE,
	OP_LT,
	OP_GT,
	OP_AND,
	OP_OR,
};

struct kfl_filter {
	enum op op;
	const struct kfl_filter *left, *right;
	const struct kfl_path *path;
	struct kfl_value literal;
};

struct reader {
	struct str s;
	struct arena *a;
	unsigned depth;
};

static int read_or(struct reader *r, struct kfl_filter **ret);

/* --- reading -------------------------------------------------------------- */

static void
blanks(struct reader *r)
{
	while (r->s.n > 0 && r->s.p[0] == ' ')
		r->s = str_tail(r->s, 1);
}

static bool
take(struct reader *r, struct str text)
{
	blanks(r);
	if (!str_starts(r->s, text))
		return false;
	r->s = str_tail(r->s, text.n);
	return true;
}

static int
make(struct reader *r, enum op op, struct kfl_filter **ret)
{
	struct kfl_filter *f = arena_zalloc(r->a, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->op = op;
	*ret = f;
	return 0;
}

/* How long the path at the front is: brackets and quotes are passed over. */
static size_t
path_length(struct str s)
{
	size_t i = 1;
	bool bracket = false;
	char quote = '\0';

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (quote != '\0') {
			if (c == quote)
				quote = '\0';
		} else if (bracket && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '[') {
			bracket = true;
		} else if (c == ']' && bracket) {
			bracket = false;
		} else if (!bracket && (c == ' ' || c == ')' || c == ']' ||
		                        c == '=' || c == '!' || c == '<' ||
		                        c == '>' || c == '&' || c == '|')) {
			break;
		}
	}
	return i;
}

static int
read_path(struct reader *r, struct kfl_filter **ret)
{
	size_t n = path_length(r->s);
	struct str text = str_head(r->s, n);
	int rc = make(r, OP_PATH, ret);

	/* A filter inside a filter would be recursion without a bound. */
	if (rc == 0 && str_find(text, STR("[?")) < n)
		rc = ERR_SYNTAX;
	/* "@" alone is the value itself, an empty path. */
	if (rc == 0 && n > 1)
		rc = kfl_path_parse(text, r->a, NULL, &(*ret)->path);
	r->s = str_tail(r->s, n);
	return rc;
}

static int
read_text(struct reader *r, struct kfl_value *v)
{
	char quote = r->s.p[0];
	size_t n = str_find_char(str_tail(r->s, 1), quote);

	if (n + 1 >= r->s.n)
		return ERR_SYNTAX;
	v->type = KFL_V_STRING;
	v->u.text = arena_dup(r->a, str_make(r->s.p + 1, n));
	r->s = str_tail(r->s, n + 2);
	return arena_error(r->a);
}

static int
read_number(struct reader *r, struct kfl_value *v)
{
	size_t n = 0;

	while (n < r->s.n && r->s.p[n] != ' ' && r->s.p[n] != ')' &&
	       r->s.p[n] != ']' && r->s.p[n] != '&' && r->s.p[n] != '|')
		n++;
	v->type = KFL_V_FLOAT;
	if (!kfl_parse_float(str_head(r->s, n), &v->u.number))
		return ERR_SYNTAX;
	r->s = str_tail(r->s, n);
	return 0;
}

static int
read_literal(struct reader *r, struct kfl_filter **ret)
{
	struct kfl_value v = { .type = KFL_V_NULL };
	int rc = 0;

	blanks(r);
	if (r->s.n > 0 && (r->s.p[0] == '\'' || r->s.p[0] == '"')) {
		rc = read_text(r, &v);
	} else if (!take(r, STR("null"))) {
		v.type = KFL_V_BOOL;
		v.u.truth = take(r, STR("true"));
		if (!v.u.truth && !take(r, STR("false")))
			rc = read_number(r, &v);
	}
	if (rc == 0)
		rc = make(r, OP_LITERAL, ret);
	if (rc == 0)
		(*ret)->literal = v;
	return rc;
}

static int
read_operand(struct reader *r, struct kfl_filter **ret)
{
	struct kfl_filter *inner;
	int rc;

	blanks(r);
	if (r->s.n > 0 && r->s.p[0] == '@')
		return read_path(r, ret);
	if (++r->depth > KFL_FILTER_DEPTH)
		return ERR_LIMIT;
	if (take(r, STR("!"))) {
		rc = make(r, OP_NOT, ret);
		if (rc == 0)
			rc = read_operand(r, &inner);
		if (rc == 0)
			(*ret)->left = inner;
	} else if (take(r, STR("("))) {
		rc = read_or(r, ret);
		if (rc == 0 && !take(r, STR(")")))
			rc = ERR_SYNTAX;
	} else {
		rc = read_literal(r, ret);
	}
	r->depth--;
	return rc;
}

/* An operator of [first, last] at the front, by the table's order. */
static bool
take_op(struct reader *r, enum op first, enum op last, enum op *ret)
{
	static const struct str text[] = {
		[OP_EQ] = STR_INIT("=="),  [OP_NE] = STR_INIT("!="),
		[OP_LE] = STR_INIT("<="),  [OP_GE] = STR_INIT(">="),
		[OP_LT] = STR_INIT("<"),   [OP_GT] = STR_INIT(">"),
		[OP_AND] = STR_INIT("&&"), [OP_OR] = STR_INIT("||"),
	};

	for (unsigned op = first; op <= last; op++) {
		if (take(r, text[op])) {
			*ret = (enum op)op;
			return true;
		}
	}
	return false;
}

static int
read_level(struct reader *r, enum op first, enum op last,
           int (*operand)(struct reader *r, struct kfl_filter **ret),
           struct kfl_filter **ret)
{
	struct kfl_filter *n;
	struct kfl_filter *right;
	enum op op;
	int rc = operand(r, ret);

	while (rc == 0 && take_op(r, first, last, &op)) {
		rc = make(r, op, &n);
		if (rc == 0)
			rc = operand(r, &right);
		if (rc != 0)
			break;
		n->left = *ret;
		n->right = right;
		*ret = n;
	}
	return rc;
}

static int
read_comparison(struct reader *r, struct kfl_filter **ret)
{
	return read_level(r, OP_EQ, OP_GT, read_operand, ret);
}

static int
read_and(struct reader *r, struct kfl_filter **ret)
{
	return read_level(r, OP_AND, OP_AND, read_comparison, ret);
}

static int
read_or(struct reader *r, struct kfl_filter **ret)
{
	return read_level(r, OP_OR, OP_OR, read_and, ret);
}

int
kfl_filter_parse(struct str *io_text, struct arena *a,
                 const struct kfl_filter **ret_filter)
{
	struct reader r = { .s = *io_text, .a = a };
	struct kfl_filter *f;
	int rc = read_or(&r, &f);

	if (rc != 0)
		return rc;
	blanks(&r);
	*io_text = r.s;
	*ret_filter = f;
	return 0;
}

/* --- deciding ------------------------------------------------------------- */

static bool
is_number(const struct kfl_value *v)
{
	return v->type == KFL_V_INT || v->type == KFL_V_FLOAT;
}

/* <0, 0, >0; false when the two cannot be compared. */
static bool
compare(const struct kfl_value *a, const struct kfl_value *b, int *ret)
{
	double x, y;

	if (a->type == KFL_V_STRING && b->type == KFL_V_STRING) {
		*ret = str_cmp(a->u.text, b->u.text);
		return true;
	}
	if (!is_number(a) || !is_number(b))
		return false;
	x = kfl_value_number(a);
	y = kfl_value_number(b);
	*ret = (x > y) - (x < y);
	return true;
}

static bool
relate(enum op op, const struct kfl_value *a, const struct kfl_value *b)
{
	int c;

	if (!compare(a, b, &c)) {
		bool same = a->type == b->type && kfl_value_same(a, b);

		return op == OP_EQ ? same : op == OP_NE && !same;
	}
	switch (op) {
	case OP_EQ:
		return c == 0;
	case OP_NE:
		return c != 0;
	case OP_LE:
		return c <= 0;
	case OP_GE:
		return c >= 0;
	case OP_LT:
		return c < 0;
	default:
		return c > 0;
	}
}

/* The value of an operand; *ret is NULL when its path names nothing. */
static int
operand(const struct kfl_filter *f, struct kfl_value *v, struct arena *a,
        const struct kfl_value **ret)
{
	struct kfl_hits hits = { .v = NULL };
	bool holds = false;
	struct kfl_value *made;
	int rc = 0;

	*ret = NULL;
	if (f->op == OP_LITERAL) {
		*ret = &f->literal;
	} else if (f->op == OP_PATH && f->path == NULL) {
		*ret = v;
	} else if (f->op == OP_PATH) {
		rc = kfl_path_get(f->path, v, a, &hits);
		if (rc == 0 && hits.n > 0)
			*ret = hits.v[0];
	} else {
		rc = kfl_filter_holds(f, v, a, &holds);
		made = rc == 0 ? kfl_value_new(a, KFL_V_BOOL) : NULL;
		if (rc == 0 && made == NULL)
			return arena_error(a);
		if (made != NULL)
			made->u.truth = holds;
		*ret = made;
	}
	return rc;
}

static int
holds_alone(const struct kfl_filter *f, struct kfl_value *v, struct arena *a,
            bool *ret_holds)
{
	const struct kfl_value *x;
	int rc = operand(f, v, a, &x);

	if (rc == 0)
		*ret_holds = x != NULL && (x->type != KFL_V_BOOL || x->u.truth);
	return rc;
}

int
kfl_filter_holds(const struct kfl_filter *f, struct kfl_value *v,
                 struct arena *a, bool *ret_holds)
{
	const struct kfl_value *x, *y;
	int rc;

	switch (f->op) {
	case OP_LITERAL:
	case OP_PATH:
		return holds_alone(f, v, a, ret_holds);
	case OP_NOT:
		rc = kfl_filter_holds(f->left, v, a, ret_holds);
		*ret_holds = !*ret_holds;
		return rc;
	case OP_AND:
	case OP_OR:
		rc = kfl_filter_holds(f->left, v, a, ret_holds);
		if (rc != 0 || *ret_holds == (f->op == OP_OR))
			return rc;
		return kfl_filter_holds(f->right, v, a, ret_holds);
	default:
		rc = operand(f->left, v, a, &x);
		if (rc == 0)
			rc = operand(f->right, v, a, &y);
		if (rc == 0)
			*ret_holds = x != NULL && y != NULL &&
			             relate(f->op, x, y);
		return rc;
	}
}
