/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/eval.h"

#include "analyzer/kfl/helper.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/path.h"
#include "analyzer/kfl/re2_shim.h"
#include "base/err.h"

/* First chunk of a document's arena: most entries fit. */
#define DOC_CHUNK ((size_t)16 << 10)

/* --- documents ------------------------------------------------------------ */

void
kfl_doc_init(struct kfl_doc *d, size_t cap)
{
	arena_init(&d->arena, cap, DOC_CHUNK);
	d->root = NULL;
}

void
kfl_doc_clear(struct kfl_doc *d)
{
	arena_clear(&d->arena);
	d->root = NULL;
}

void
kfl_doc_release(struct kfl_doc *d)
{
	arena_release(&d->arena);
	d->root = NULL;
}

/* --- operators ------------------------------------------------------------ */

static bool
matches(const struct kfl_value *regex, const struct kfl_value *v)
{
	char room[KFL_FLOAT_TEXT];
	struct str s = kfl_value_text(v, room);

	return kfl_regex_matches(regex->u.regex, s.n > 0 ? s.p : "", s.n);
}

static bool
same_text(const struct kfl_value *a, const struct kfl_value *b)
{
	char room_a[KFL_FLOAT_TEXT], room_b[KFL_FLOAT_TEXT];

	return str_eq(kfl_value_text(a, room_a), kfl_value_text(b, room_b));
}

static bool
any_same_text(const struct kfl_value *array, const struct kfl_value *v)
{
	for (const struct kfl_value *m = array->u.list.first; m != NULL;
	     m = m->next) {
		if (same_text(m, v))
			return true;
	}
	return false;
}

bool
kfl_eval_equal(const struct kfl_value *a, const struct kfl_value *b)
{
	if (a->type == KFL_V_REGEX)
		return matches(a, b);
	if (a->type == KFL_V_ARRAY && b->type == KFL_V_ARRAY)
		return kfl_value_same(a, b);
	if (a->type == KFL_V_ARRAY)
		return any_same_text(a, b);
	if (b->type == KFL_V_REGEX)
		return matches(b, a);
	if (b->type == KFL_V_ARRAY)
		return any_same_text(b, a);
	return same_text(a, b);
}

static bool
related(enum kfl_kind kind, const struct kfl_value *a,
        const struct kfl_value *b)
{
	double x = kfl_value_number(a);
	double y = kfl_value_number(b);

	switch (kind) {
	case KFL_GT:
		return x > y;
	case KFL_GE:
		return x >= y;
	case KFL_LT:
		return x < y;
	default:
		return x <= y;
	}
}

/* The relation of two arrays fails when a pair has the opposite one. */
static bool
arrays_related(enum kfl_kind kind, const struct kfl_value *a,
               const struct kfl_value *b)
{
	static const enum kfl_kind opposite[] = {
		[KFL_GT] = KFL_LE,
		[KFL_GE] = KFL_LT,
		[KFL_LT] = KFL_GE,
		[KFL_LE] = KFL_GT,
	};

	for (const struct kfl_value *x = a->u.list.first; x != NULL;
	     x = x->next) {
		for (const struct kfl_value *y = b->u.list.first; y != NULL;
		     y = y->next) {
			if (related(opposite[kind], x, y))
				return false;
		}
	}
	return true;
}

bool
kfl_eval_compare(enum kfl_kind kind, const struct kfl_value *a,
                 const struct kfl_value *b)
{
	const struct kfl_value *m;

	if (a->type == KFL_V_ARRAY && b->type == KFL_V_ARRAY)
		return arrays_related(kind, a, b);
	if (a->type != KFL_V_ARRAY && b->type != KFL_V_ARRAY)
		return related(kind, a, b);
	m = a->type == KFL_V_ARRAY ? a->u.list.first : b->u.list.first;
	for (; m != NULL; m = m->next) {
		if (a->type == KFL_V_ARRAY ? related(kind, m, b)
		                           : related(kind, a, m))
			return true;
	}
	return false;
}

/* --- expressions ---------------------------------------------------------- */

struct eval {
	struct kfl_doc *doc; /* NULL: constants only */
	int rc;
};

/*
 * The value of n in *ret. False: collapsed, or failed with x->rc; *ret is then
 * not to be used.
 */
static bool eval(struct eval *x, const struct kfl_node *n,
                 struct kfl_value *ret);

static bool
give_bool(struct kfl_value *ret, bool truth)
{
	*ret = (struct kfl_value){ .type = KFL_V_BOOL, .u.truth = truth };
	return true;
}

/* The end of a collapse. */
static bool
eval_group(struct eval *x, const struct kfl_node *n, struct kfl_value *ret)
{
	if (eval(x, n, ret))
		return true;
	return x->rc == 0 && give_bool(ret, false);
}

/* Several hits are an array of them. */
static bool
give_array(struct eval *x, const struct kfl_hits *hits, struct kfl_value *ret)
{
	struct kfl_value *copy = arena_array(&x->doc->arena, hits->n,
	                                     sizeof(struct kfl_value));

	if (copy == NULL) {
		x->rc = arena_error(&x->doc->arena);
		return false;
	}
	*ret = (struct kfl_value){ .type = KFL_V_ARRAY };
	for (size_t i = 0; i < hits->n; i++) {
		copy[i] = *hits->v[i];
		kfl_value_add(ret, &copy[i]);
	}
	return true;
}

/* What the path names; false when that is nothing. */
static bool
select_path(struct eval *x, const struct kfl_path *path, struct kfl_value *ret)
{
	struct kfl_hits hits = { .v = NULL };
	struct kfl_value *v = x->doc->root;
	size_t i = 0;

	if (path == NULL || path->n == 0)
		return false;
	while (i < path->n && v != NULL && path->step[i].kind == KFL_STEP_CHILD)
		v = kfl_value_member(v, path->step[i++].name);
	if (v == NULL)
		return false;
	if (i == path->n) {
		*ret = *v;
		return true;
	}
	x->rc = kfl_path_get(path, x->doc->root, &x->doc->arena, &hits);
	if (x->rc != 0 || hits.n == 0)
		return false;
	if (hits.n > 1)
		return give_array(x, &hits, ret);
	*ret = *hits.v[0];
	return true;
}

static bool
eval_call(struct eval *x, const struct kfl_call *c, struct kfl_value *ret)
{
	struct kfl_value receiver;

	if (c->role == KFL_ROLE_NONE || c->role == KFL_ROLE_TAIL ||
	    x->doc == NULL) {
		if (c->tail != NULL)
			return eval_group(x, c->tail, ret);
		return give_bool(ret, false);
	}
	if (c->role == KFL_ROLE_UNKNOWN)
		return false;
	if (c->role == KFL_ROLE_SELECTOR)
		return select_path(x, c->path, ret);
	if (!select_path(x, c->path, &receiver)) {
		if (x->rc != 0)
			return false;
		(void)give_bool(&receiver, false);
	}
	x->rc = kfl_helper_call(c, &receiver, x->doc, ret);
	return x->rc == 0;
}

static bool
eval_sign(struct eval *x, const struct kfl_node *n, struct kfl_value *ret)
{
	if (!eval(x, n->left, ret))
		return false;
	if (n->kind == KFL_NOT && ret->type == KFL_V_BOOL)
		ret->u.truth = !ret->u.truth;
	if (n->kind == KFL_NEG && ret->type == KFL_V_FLOAT)
		ret->u.number = -ret->u.number;
	return true;
}

/* A chain of "and" and "or", to the right, until one side decides. */
static bool
eval_logical(struct eval *x, const struct kfl_node *n, struct kfl_value *ret)
{
	while (n->kind == KFL_AND || n->kind == KFL_OR) {
		bool either = n->kind == KFL_OR;

		if (!eval(x, n->left, ret))
			return false;
		if (kfl_value_truth(ret) == either)
			return give_bool(ret, either);
		n = n->right;
	}
	if (!eval(x, n, ret))
		return false;
	return give_bool(ret, kfl_value_truth(ret));
}

static bool
eval_relation(struct eval *x, const struct kfl_node *n, struct kfl_value *ret)
{
	struct kfl_value a, b;

	if (!eval(x, n->left, &a) || !eval(x, n->right, &b))
		return false;
	if (n->kind == KFL_EQ || n->kind == KFL_NE)
		return give_bool(ret,
		                 kfl_eval_equal(&a, &b) == (n->kind == KFL_EQ));
	return give_bool(ret, kfl_eval_compare(n->kind, &a, &b));
}

static bool
eval(struct eval *x, const struct kfl_node *n, struct kfl_value *ret)
{
	switch (n->kind) {
	case KFL_EMPTY:
		return give_bool(ret, true);
	case KFL_NUMBER:
	case KFL_STRING:
	case KFL_REGEX:
	case KFL_BOOL:
	case KFL_NIL:
		*ret = n->value;
		return true;
	case KFL_CALL:
		return eval_call(x, n->call, ret);
	case KFL_GROUP:
		return eval_group(x, n->left, ret);
	case KFL_NOT:
	case KFL_NEG:
		return eval_sign(x, n, ret);
	case KFL_AND:
	case KFL_OR:
		return eval_logical(x, n, ret);
	default:
		return eval_relation(x, n, ret);
	}
}

struct kfl_value
kfl_eval_constant(const struct kfl_node *n)
{
	struct eval x = { .doc = NULL };
	struct kfl_value v;

	(void)eval_group(&x, n, &v);
	return v;
}

int
kfl_eval(const struct kfl *k, struct kfl_doc *d, bool *ret_truth)
{
	struct eval x = { .doc = d };
	struct kfl_value v;

	ENSURE(k->prepared);
	if (eval_group(&x, k->root, &v))
		*ret_truth = kfl_value_truth(&v);
	return x.rc;
}
