/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/bounds.h"

#include "analyzer/kfl/helper.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/leaf.h"

struct bounds {
	const struct kfl_scope *scope;
	struct arena *a;
	bool redacts;  /* there is a redact() somewhere */
	bool redacted; /* and it stands to the left */
	bool weakened; /* what could be said was too large for SQL */
	struct kfl_residual **residual;
	int rc;
};

static struct kfl_leaf bound_node(struct bounds *b, const struct kfl_node *n);

/* --- conditions in both directions ---------------------------------------- */

/* Falsy is the rest when there is no third way. */
static void
complete(struct bounds *b, struct kfl_leaf *l)
{
	if (!l->total)
		return;
	l->fu = kfl_cond_or_else(kfl_cond_not(b->a, l->to), false);
	l->fo = kfl_cond_or_else(kfl_cond_not(b->a, l->tu), true);
}

/* What is said when c is too large. */
static const struct kfl_cond *
or_else(struct bounds *b, const struct kfl_cond *c,
        const struct kfl_cond *weaker)
{
	if (c != NULL)
		return c;
	b->weakened = true;
	return weaker;
}

static const struct kfl_cond *
and_under(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	return or_else(b, kfl_cond_and(b->a, x, y), &kfl_cond_false);
}

/* Half of it is still sound. */
static const struct kfl_cond *
or_under(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	return or_else(b, kfl_cond_or(b->a, x, y), x);
}

static const struct kfl_cond *
and_over(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	return or_else(b, kfl_cond_and(b->a, x, y), x);
}

static const struct kfl_cond *
or_over(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	return or_else(b, kfl_cond_or(b->a, x, y), &kfl_cond_true);
}

/* --- operators ------------------------------------------------------------ */

/*
 * a and b. When a has no third way, b's falsity is enough: whatever a is, the
 * whole is false.
 */
static struct kfl_leaf
bound_and(struct bounds *b, const struct kfl_leaf *x, const struct kfl_leaf *y)
{
	struct kfl_leaf l = { .kind = KFL_LEAF_BOOL,
		              .total = x->total && y->total };

	l.tu = and_under(b, x->tu, y->tu);
	l.to = and_over(b, x->to, y->to);
	if (l.total) {
		complete(b, &l);
	} else if (x->total) {
		l.fu = or_under(b, x->fu, y->fu);
		l.fo = or_over(b, x->fo, y->fo);
	} else {
		l.fu = or_under(b, x->fu, and_under(b, x->tu, y->fu));
		l.fo = or_over(b, x->fo, and_over(b, x->to, y->fo));
	}
	return l;
}

static struct kfl_leaf
bound_or(struct bounds *b, const struct kfl_leaf *x, const struct kfl_leaf *y)
{
	struct kfl_leaf l = { .kind = KFL_LEAF_BOOL,
		              .total = x->total && y->total };

	if (x->total) {
		l.tu = or_under(b, x->tu, y->tu);
		l.to = or_over(b, x->to, y->to);
	} else {
		l.tu = or_under(b, x->tu, and_under(b, x->fu, y->tu));
		l.to = or_over(b, x->to, and_over(b, x->fo, y->to));
	}
	l.fu = and_under(b, x->fu, y->fu);
	l.fo = and_over(b, x->fo, y->fo);
	complete(b, &l);
	return l;
}

static struct kfl_leaf
swapped(struct kfl_leaf l)
{
	struct kfl_leaf s = l;

	s.tu = l.fu;
	s.to = l.fo;
	s.fu = l.tu;
	s.fo = l.to;
	return s;
}

/* A sign in front of what may or may not be boolean. */
static struct kfl_leaf
bound_sign(struct bounds *b, const struct kfl_node *n)
{
	struct kfl_leaf l = bound_node(b, n->left);

	if (l.kind == KFL_LEAF_OTHER)
		return l;
	if (l.kind == KFL_LEAF_BOOL)
		return n->kind == KFL_NOT ? swapped(l) : l;
	l.to = or_over(b, l.to, l.fo);
	l.fo = l.to;
	l.tu = &kfl_cond_false;
	l.fu = &kfl_cond_false;
	l.total = false;
	return l;
}

static struct kfl_leaf
bound_group(struct bounds *b, const struct kfl_node *n)
{
	struct kfl_leaf l = bound_node(b, n);

	if (!l.total && l.kind == KFL_LEAF_OTHER)
		l.kind = KFL_LEAF_UNKNOWN;
	l.total = true;
	complete(b, &l);
	return l;
}

/* The links of a chain to the right: part[0] kind[0] part[1] ... last. */
struct chain {
	struct kfl_leaf *part;
	enum kfl_kind *kind;
	size_t n;
	struct kfl_leaf last;
};

/* Put together from the right, each inside of the one before it. */
static struct kfl_leaf
chain_nested(struct bounds *b, const struct chain *c)
{
	struct kfl_leaf l = c->last;

	for (size_t i = c->n; i-- > 0;)
		l = c->kind[i] == KFL_AND ? bound_and(b, &c->part[i], &l)
		                          : bound_or(b, &c->part[i], &l);
	return l;
}

/*
 * a or b or ... or y, without one inside of the other:
 *
 *	surely		a.t OR ((a.t OR a.f) AND (b.t OR b.f) ... AND
 *			(a.t OR b.t ... OR y.t))
 *	perhaps		a.t OR (a.f AND (b.t OR ... OR y.t))
 *
 * The first leaves out rows in which something behind a true part cannot be
 * decided, the second keeps those in which something behind a false a is
 * neither. Parts without a third way need not be decided.
 */
static struct kfl_leaf
or_flat(struct bounds *b, const struct kfl_leaf *x, size_t n,
        const struct kfl_leaf *y)
{
	struct kfl_leaf l = *y;
	const struct kfl_cond *decided = &kfl_cond_true;

	l.kind = KFL_LEAF_BOOL;
	for (size_t i = n; i-- > 0;) {
		if (!x[i].total)
			decided = and_under(b, or_under(b, x[i].tu, x[i].fu),
			                    decided);
		l.total = l.total && x[i].total;
		l.tu = or_under(b, x[i].tu, l.tu);
		l.fu = and_under(b, x[i].fu, l.fu);
		l.fo = and_over(b, x[i].fo, l.fo);
		if (i > 0)
			l.to = or_over(b, x[i].to, l.to);
	}
	l.tu = or_under(b, x[0].tu, and_under(b, decided, l.tu));
	if (!x[0].total)
		l.to = and_over(b, x[0].fo, l.to);
	l.to = or_over(b, x[0].to, l.to);
	complete(b, &l);
	return l;
}

/* As above, with what is between two "and" made flat. */
static struct kfl_leaf
chain_flat(struct bounds *b, const struct chain *c)
{
	struct kfl_leaf l = c->last;
	size_t i = c->n, end;

	while (i > 0) {
		end = i--;
		if (c->kind[i] == KFL_AND) {
			l = bound_and(b, &c->part[i], &l);
			continue;
		}
		while (i > 0 && c->kind[i - 1] == KFL_OR)
			i--;
		l = or_flat(b, c->part + i, end - i, &l);
	}
	return l;
}

/* Looked at from the left. */
static struct kfl_leaf
bound_chain(struct bounds *b, const struct kfl_node *n)
{
	const struct kfl_node *last = n;
	bool before = b->weakened;
	struct chain c = { .n = 0 };
	struct kfl_leaf l;
	size_t i = 0;

	for (; last->kind == KFL_AND || last->kind == KFL_OR;
	     last = last->right)
		c.n++;
	c.part = arena_array(b->a, c.n, sizeof(*c.part));
	c.kind = arena_array(b->a, c.n, sizeof(*c.kind));
	if (c.part == NULL || c.kind == NULL) {
		b->rc = arena_error(b->a);
		return kfl_leaf_unknown(KFL_LEAF_BOOL);
	}
	for (last = n; last->kind == KFL_AND || last->kind == KFL_OR;
	     last = last->right) {
		c.kind[i] = last->kind;
		c.part[i++] = bound_node(b, last->left);
	}
	c.last = bound_node(b, last);
	b->weakened = false;
	l = chain_nested(b, &c);
	if (b->weakened)
		l = chain_flat(b, &c);
	b->weakened = before;
	return l;
}

/* --- leaves --------------------------------------------------------------- */

/* The node has to be evaluated on those entries. */
static void
leave(struct bounds *b, const struct kfl_node *n, enum kfl_left left)
{
	struct kfl_residual *r = arena_zalloc(b->a, sizeof(*r));

	if (r == NULL) {
		b->rc = arena_error(b->a);
		return;
	}
	r->node = n;
	r->left = left;
	*b->residual = r;
	b->residual = &r->next;
}

static struct kfl_leaf
residual(struct bounds *b, const struct kfl_node *n, enum kfl_leaf_kind kind)
{
	/* It may have been in here. */
	b->redacted = b->redacted || b->redacts;
	leave(b, n, KFL_LEFT_ALL);
	return kfl_leaf_unknown(kind);
}

/* Asks the columns about selector TEST v. */
static struct kfl_leaf
ask(struct bounds *b, const struct kfl_node *n, const struct kfl_call *call,
    struct kfl_question q)
{
	struct kfl_leaf l;

	q.path = call->path;
	if (b->redacted || !kfl_leaf_ask(b->scope, &q, b->a, &l)) {
		bool boolean = q.test != KFL_TEST_TRUE;

		return residual(b, n,
		                boolean ? KFL_LEAF_BOOL : KFL_LEAF_UNKNOWN);
	}
	if (l.left != KFL_LEFT_NONE)
		leave(b, n, l.left);
	return l;
}

/* The value of what names no field. */
static bool
constant(const struct kfl_node *n, struct kfl_value *ret)
{
	struct kfl_value none = { .type = KFL_V_BOOL };
	const struct kfl_call *c = n->call;

	switch (n->kind) {
	case KFL_NUMBER:
	case KFL_STRING:
	case KFL_BOOL:
	case KFL_NIL:
	case KFL_REGEX:
		*ret = n->value;
		return true;
	case KFL_EMPTY:
		*ret = (struct kfl_value){ .type = KFL_V_BOOL,
			                   .u.truth = true };
		return true;
	case KFL_GROUP:
		return constant(n->left, ret);
	case KFL_NEG:
		if (!constant(n->left, ret))
			return false;
		if (ret->type == KFL_V_FLOAT)
			ret->u.number = -ret->u.number;
		return true;
	case KFL_CALL:
		if (c->role != KFL_ROLE_HELPER ||
		    (c->helper != KFL_H_LIMIT && c->helper != KFL_H_DATETIME &&
		     c->helper < KFL_H_NOW))
			return false;
		return kfl_helper_call(c, &none, NULL, ret) == 0;
	default:
		return false;
	}
}

static struct kfl_leaf
given(bool truth, enum kfl_type type)
{
	struct kfl_leaf l = { .total = true };

	l.kind = type == KFL_V_BOOL ? KFL_LEAF_BOOL : KFL_LEAF_OTHER;
	/* A float may change its sign. */
	if (type == KFL_V_FLOAT)
		l.kind = KFL_LEAF_UNKNOWN;
	l.tu = l.to = kfl_cond_bool(truth);
	l.fu = l.fo = kfl_cond_bool(!truth);
	return l;
}

static bool
is_selector(const struct kfl_node *n)
{
	return n->kind == KFL_CALL && n->call->role == KFL_ROLE_SELECTOR &&
	       n->call->path != NULL;
}

static enum kfl_test
test_of(enum kfl_kind kind, bool turned)
{
	switch (kind) {
	case KFL_GT:
		return turned ? KFL_TEST_LT : KFL_TEST_GT;
	case KFL_GE:
		return turned ? KFL_TEST_LE : KFL_TEST_GE;
	case KFL_LT:
		return turned ? KFL_TEST_GT : KFL_TEST_LT;
	case KFL_LE:
		return turned ? KFL_TEST_GE : KFL_TEST_LE;
	default:
		return KFL_TEST_EQ;
	}
}

/* boolean == "true", for macros that are compared. */
static struct kfl_leaf
bound_truth_test(struct bounds *b, const struct kfl_node *n,
                 const struct kfl_node *side, const struct kfl_value *v)
{
	static const struct kfl_value yes = { .type = KFL_V_BOOL,
		                              .u.truth = true };
	static const struct kfl_value no = { .type = KFL_V_BOOL };
	struct kfl_leaf l = bound_node(b, side);
	bool if_yes, if_no;

	if (l.kind != KFL_LEAF_BOOL)
		return residual(b, n, KFL_LEAF_BOOL);
	if_yes = kfl_column_decide(test_of(n->kind, n->right == side), &yes, v);
	if_no = kfl_column_decide(test_of(n->kind, n->right == side), &no, v);
	if (if_yes && !if_no)
		return l;
	if (if_no && !if_yes)
		return swapped(l);
	/* Always the same, unless it collapses. */
	l.tu = or_under(b, l.tu, l.fu);
	l.to = or_over(b, l.to, l.fo);
	l.fu = l.fo = &kfl_cond_false;
	if (l.total)
		l.tu = l.to = &kfl_cond_true;
	return if_yes ? l : swapped(l);
}

static struct kfl_leaf
bound_relation(struct bounds *b, const struct kfl_node *n)
{
	struct kfl_value x, y;
	bool cx = constant(n->left, &x);
	bool cy = constant(n->right, &y);
	const struct kfl_node *side = cx ? n->right : n->left;
	const struct kfl_value *v = cx ? &x : &y;
	struct kfl_question q = { .test = test_of(n->kind, cx), .operand = v };
	struct kfl_leaf l;

	if (cx && cy)
		l = given(kfl_column_decide(test_of(n->kind, false), &x, &y),
		          KFL_V_BOOL);
	else if (!cx && !cy)
		return residual(b, n, KFL_LEAF_BOOL);
	else if (is_selector(side))
		l = ask(b, n, side->call, q);
	else
		l = bound_truth_test(b, n, side, v);
	return n->kind == KFL_NE ? swapped(l) : l;
}

static struct kfl_leaf
bound_helper(struct bounds *b, const struct kfl_node *n)
{
	const struct kfl_call *c = n->call;
	struct kfl_question q = { .missing_is_false = true };

	switch (c->helper) {
	case KFL_H_STARTS_WITH:
		q.test = KFL_TEST_STARTS_WITH;
		break;
	case KFL_H_ENDS_WITH:
		q.test = KFL_TEST_ENDS_WITH;
		break;
	case KFL_H_CONTAINS:
		q.test = KFL_TEST_CONTAINS;
		break;
	case KFL_H_REDACT:
		b->redacted = true;
		return given(true, KFL_V_BOOL);
	default:
		return residual(b, n, KFL_LEAF_UNKNOWN);
	}
	if (c->path == NULL)
		return residual(b, n, KFL_LEAF_BOOL);
	q.operand = &c->args->constant;
	return ask(b, n, c, q);
}

static struct kfl_leaf
bound_call(struct bounds *b, const struct kfl_node *n)
{
	struct kfl_question q = { .test = KFL_TEST_TRUE };
	struct kfl_leaf never = { .kind = KFL_LEAF_BOOL,
		                  .tu = &kfl_cond_false,
		                  .to = &kfl_cond_false,
		                  .fu = &kfl_cond_false,
		                  .fo = &kfl_cond_false };

	switch (n->call->role) {
	case KFL_ROLE_TAIL:
		return bound_group(b, n->call->tail);
	case KFL_ROLE_HELPER:
		return bound_helper(b, n);
	case KFL_ROLE_SELECTOR:
		if (n->call->path == NULL)
			return never;
		return ask(b, n, n->call, q);
	default:
		return never; /* a helper that there is not: collapse */
	}
}

static struct kfl_leaf
bound_node(struct bounds *b, const struct kfl_node *n)
{
	struct kfl_value v;

	if (n->kind != KFL_GROUP && n->kind < KFL_EQ && constant(n, &v))
		return given(kfl_value_truth(&v), v.type);
	switch (n->kind) {
	case KFL_CALL:
		return bound_call(b, n);
	case KFL_GROUP:
		return bound_group(b, n->left);
	case KFL_NOT:
	case KFL_NEG:
		return bound_sign(b, n);
	case KFL_AND:
	case KFL_OR:
		return bound_chain(b, n);
	default:
		return bound_relation(b, n);
	}
}

int
kfl_bounds(const struct kfl *k, const struct kfl_scope *s, struct arena *a,
           struct kfl_bounds *ret_bounds)
{
	struct kfl_residual *first = NULL;
	struct bounds b = {
		.scope = s, .a = a, .redacts = k->redacts, .residual = &first
	};
	struct kfl_leaf l;

	ENSURE(k->prepared && s->n <= KFL_FAMILIES_MAX);
	l = bound_node(&b, k->root);
	if (b.rc == 0)
		b.rc = arena_error(a);
	if (b.rc != 0)
		return b.rc;
	ret_bounds->under = k->redacts ? &kfl_cond_false : l.tu;
	ret_bounds->over = l.to;
	ret_bounds->exact = !k->redacts && kfl_cond_same(l.tu, l.to);
	ret_bounds->residual = first;
	return 0;
}
