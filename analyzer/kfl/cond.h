/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cond: conditions on rows of the index, as trees that become SQL text.
 *
 * Building simplifies (TRUE and FALSE vanish), shares parts freely, and never
 * fails half-way: a condition that has no memory, or that would be larger or
 * deeper than SQL should be, becomes NULL, which stands for "cannot be said".
 * A caller puts something weaker in its place (kfl_cond_or_else()).
 *
 * Values are bind parameters, never text.
 */
#ifndef KFL_COND_H
#define KFL_COND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

enum {
	/* Leaves of one condition, counting shared ones each time: SQLite takes
	 * 32766 parameters and a megabyte of text. */
	KFL_COND_LEAVES = 4000,
	/* Members between one pair of parentheses. SQLite refuses trees of
	 * 1000 levels; KFL_COND_DEPTH / 3 of these pairs have fewer. */
	KFL_COND_GROUP = 32,
	/* What SQLite's parser keeps of what is open around a leaf; it refuses
	 * more than 100 in all, and leaves and the rest of a statement need
	 * some, too. Each pair of parentheses takes three, a NOT one. */
	KFL_COND_DEPTH = 57,
};

enum kfl_bind_kind { KFL_BIND_INT, KFL_BIND_REAL, KFL_BIND_TEXT };

struct kfl_bind {
	enum kfl_bind_kind kind;
	int64_t i;
	double d;
	struct str s;
};

enum kfl_cond_kind {
	KFL_COND_FALSE,
	KFL_COND_TRUE,
	KFL_COND_LEAF,
	KFL_COND_NOT,
	KFL_COND_AND,
	KFL_COND_OR,
};

struct kfl_cond {
	enum kfl_cond_kind kind;
	struct str sql; /* LEAF: with a '?' for each of its binds */
	const struct kfl_bind *binds;
	size_t nbinds;
	const struct kfl_cond *left, *right;
	unsigned leaves, depth;
	unsigned members, inner; /* of a chain, and the depth below it */
};

extern const struct kfl_cond kfl_cond_true;
extern const struct kfl_cond kfl_cond_false;

static inline const struct kfl_cond *
kfl_cond_bool(bool b)
{
	return b ? &kfl_cond_true : &kfl_cond_false;
}

/* `sql` has to be a whole expression, in parentheses where it needs them. */
const struct kfl_cond *kfl_cond_leaf(struct arena *a, struct str sql,
                                     const struct kfl_bind *binds, size_t n);
const struct kfl_cond *kfl_cond_not(struct arena *a, const struct kfl_cond *c);
const struct kfl_cond *kfl_cond_and(struct arena *a, const struct kfl_cond *x,
                                    const struct kfl_cond *y);
const struct kfl_cond *kfl_cond_or(struct arena *a, const struct kfl_cond *x,
                                   const struct kfl_cond *y);

static inline const struct kfl_cond *
kfl_cond_or_else(const struct kfl_cond *c, bool weaker)
{
	return c != NULL ? c : kfl_cond_bool(weaker);
}

/* The same tree, or two that are put together in the same way. */
bool kfl_cond_same(const struct kfl_cond *x, const struct kfl_cond *y);

/*
 * Appends the SQL text of c, and its parameters as struct kfl_bind to `binds`.
 * 0, ERR_BUDGET or ERR_NOMEM.
 */
int kfl_cond_write(const struct kfl_cond *c, struct buf *sql,
                   struct buf *binds) WARN_UNUSED;

#endif /* KFL_COND_H */
