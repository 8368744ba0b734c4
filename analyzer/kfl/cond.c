/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/cond.h"

const struct kfl_cond kfl_cond_true = { .kind = KFL_COND_TRUE };
const struct kfl_cond kfl_cond_false = { .kind = KFL_COND_FALSE };

static bool
is(const struct kfl_cond *c, enum kfl_cond_kind kind)
{
	return c != NULL && c->kind == kind;
}

/* A chain of one operator is written flat, or in groups when it is long. */
static unsigned
groups(unsigned members)
{
	unsigned levels = 1;

	for (; members > KFL_COND_GROUP; levels++)
		members = (members + KFL_COND_GROUP - 1) / KFL_COND_GROUP;
	return levels;
}

static const struct kfl_cond *
make(struct arena *a, struct kfl_cond c)
{
	struct kfl_cond *made;

	if (c.leaves > KFL_COND_LEAVES || c.depth > KFL_COND_DEPTH)
		return NULL;
	made = arena_alloc(a, sizeof(*made));
	if (made != NULL)
		*made = c;
	return made;
}

const struct kfl_cond *
kfl_cond_leaf(struct arena *a, struct str sql, const struct kfl_bind *binds,
              size_t n)
{
	struct kfl_cond c = { .kind = KFL_COND_LEAF, .leaves = 1, .nbinds = n };
	struct kfl_bind *copy = arena_array(a, n + 1, sizeof(*copy));

	c.sql = arena_dup(a, sql);
	if (copy == NULL || c.sql.n != sql.n)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		copy[i] = binds[i];
		if (binds[i].kind == KFL_BIND_TEXT)
			copy[i].s = arena_dup(a, binds[i].s);
	}
	c.binds = copy;
	return make(a, c);
}

const struct kfl_cond *
kfl_cond_not(struct arena *a, const struct kfl_cond *c)
{
	if (c == NULL)
		return NULL;
	if (c->kind == KFL_COND_TRUE || c->kind == KFL_COND_FALSE)
		return kfl_cond_bool(c->kind == KFL_COND_FALSE);
	if (c->kind == KFL_COND_NOT)
		return c->left;
	return make(a, (struct kfl_cond){ .kind = KFL_COND_NOT,
	                                  .left = c,
	                                  .leaves = c->leaves,
	                                  .depth = c->depth + 1 });
}

static void
add_member(struct kfl_cond *c, const struct kfl_cond *x)
{
	unsigned depth = x->kind == c->kind ? x->inner : x->depth;

	c->leaves += x->leaves;
	c->members += x->kind == c->kind ? x->members : 1;
	c->inner = depth > c->inner ? depth : c->inner;
}

static const struct kfl_cond *
both(struct arena *a, enum kfl_cond_kind kind, const struct kfl_cond *x,
     const struct kfl_cond *y)
{
	struct kfl_cond c = { .kind = kind, .left = x, .right = y };

	if (x == NULL || y == NULL)
		return NULL;
	if (x == y)
		return x;
	add_member(&c, x);
	add_member(&c, y);
	c.depth = c.inner + 3 * groups(c.members);
	return make(a, c);
}

const struct kfl_cond *
kfl_cond_and(struct arena *a, const struct kfl_cond *x,
             const struct kfl_cond *y)
{
	if (is(x, KFL_COND_FALSE) || is(y, KFL_COND_FALSE))
		return &kfl_cond_false;
	if (is(x, KFL_COND_TRUE))
		return y;
	if (is(y, KFL_COND_TRUE))
		return x;
	return both(a, KFL_COND_AND, x, y);
}

const struct kfl_cond *
kfl_cond_or(struct arena *a, const struct kfl_cond *x, const struct kfl_cond *y)
{
	if (is(x, KFL_COND_TRUE) || is(y, KFL_COND_TRUE))
		return &kfl_cond_true;
	if (is(x, KFL_COND_FALSE))
		return y;
	if (is(y, KFL_COND_FALSE))
		return x;
	return both(a, KFL_COND_OR, x, y);
}

bool
kfl_cond_same(const struct kfl_cond *x, const struct kfl_cond *y)
{
	/* Shared parts make this quick; small ones make it worth while. */
	while (x != y) {
		if (x->kind != y->kind || x->leaves != y->leaves ||
		    x->leaves > 64)
			return false;
		if (x->kind == KFL_COND_LEAF || x->kind == KFL_COND_TRUE ||
		    x->kind == KFL_COND_FALSE)
			return x->kind != KFL_COND_LEAF;
		if (x->kind != KFL_COND_NOT &&
		    !kfl_cond_same(x->right, y->right))
			return false;
		x = x->left;
		y = y->left;
	}
	return true;
}

/* --- writing -------------------------------------------------------------- */

static int write_cond(const struct kfl_cond *c, struct buf *sql,
                      struct buf *binds);

/* Appends to `list` the members of a chain of one operator. */
static int
flatten(const struct kfl_cond *c, enum kfl_cond_kind kind, struct buf *list)
{
	int rc = 0;

	for (; c->kind == kind && rc == 0; c = c->right)
		rc = flatten(c->left, kind, list);
	return rc == 0 ? buf_append(list, &c, sizeof(struct kfl_cond *)) : rc;
}

static int
write_group(const struct kfl_cond *const *c, size_t n, const char *operator,
            struct buf * sql, struct buf *binds)
{
	size_t step = 1;
	int rc = buf_append_byte(sql, '(');

	while (n > step * KFL_COND_GROUP)
		step *= KFL_COND_GROUP;
	for (size_t i = 0; i < n && rc == 0; i += step) {
		size_t left = n - i;

		if (i > 0)
			rc = buf_append_str(sql, str_from_c(operator));
		if (rc == 0 && step == 1)
			rc = write_cond(c[i], sql, binds);
		else if (rc == 0)
			rc = write_group(c + i,
			                 left < step ? left : step, operator,
			                 sql, binds);
	}
	return rc == 0 ? buf_append_byte(sql, ')') : rc;
}

static int
write_chain(const struct kfl_cond *c, struct buf *sql, struct buf *binds)
{
	struct buf list;
	int rc;

	buf_init(&list, KFL_COND_LEAVES * sizeof(struct kfl_cond *));
	rc = flatten(c, c->kind, &list);
	if (rc == 0)
		rc = write_group(
		    (const void *)list.p, list.n / sizeof(struct kfl_cond *),
		    c->kind == KFL_COND_AND ? " AND " : " OR ", sql, binds);
	buf_release(&list);
	return rc;
}

static int
write_cond(const struct kfl_cond *c, struct buf *sql, struct buf *binds)
{
	int rc;

	switch (c->kind) {
	case KFL_COND_FALSE:
		return buf_append_byte(sql, '0');
	case KFL_COND_TRUE:
		return buf_append_byte(sql, '1');
	case KFL_COND_LEAF:
		rc = buf_append_str(sql, c->sql);
		if (rc == 0)
			rc = buf_append(binds, c->binds,
			                c->nbinds * sizeof(struct kfl_bind));
		return rc;
	case KFL_COND_NOT:
		rc = buf_append_str(sql, STR("NOT "));
		if (rc == 0)
			rc = write_cond(c->left, sql, binds);
		return rc;
	default:
		return write_chain(c, sql, binds);
	}
}

int
kfl_cond_write(const struct kfl_cond *c, struct buf *sql, struct buf *binds)
{
	return write_cond(c, sql, binds);
}
