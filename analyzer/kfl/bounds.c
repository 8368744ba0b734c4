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

static const struct kfl_cond *
and_under(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	return kfl_cond_or_else(kfl_cond_and(b->a, x, y), false);
}

static const struct kfl_cond *
or_under(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	const struct kfl_cond *c = kfl_cond_or(b->a, x, y);

	/* Too large: half of it is still sound. */
	return c != NULL ? c : x;
}

static const struct kfl_cond *
and_over(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	const struct kfl_cond *c = kfl_cond_and(b->a, x, y);

	return c != NULL ? c : x;
}

static const struct kfl_cond *
or_over(struct bounds *b, const struct kfl_cond *x, const struct kfl_cond *y)
{
	return kfl_cond_or_else(kfl_cond_or(b->a, x, y), true);
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

/* A chain to the right: looked at from the left, put together from the right.
 */
static struct kfl_leaf
bound_chain(struct bounds *b, const struct kfl_node *n)
{
	struct kfl_leaf l = kfl_leaf_unknown(KFL_LEAF_BOOL);
	const struct kfl_node *last = n;
	struct kfl_leaf *part;
	enum kfl_kind *kind;
	size_t count = 1, i = 0;

	for (; last->kind == KFL_AND || last->kind == KFL_OR;
	     last = last->right)
		count++;
	part = arena_array(b->a, count, sizeof(*part));
	kind = arena_array(b->a, count, sizeof(*kind));
	if (part == NULL || kind == NULL) {
		b->rc = arena_error(b->a);
		return l;
	}
	for (last = n; last->kind == KFL_AND || last->kind == KFL_OR;
	     last = last->right) {
		kind[i] = last->kind;
		part[i++] = bound_node(b, last->left);
	}
	l = bound_node(b, last);
	while (i-- > 0)
		l = kind[i] == KFL_AND ? bound_and(b, &part[i], &l)
		                       : bound_or(b, &part[i], &l);
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
