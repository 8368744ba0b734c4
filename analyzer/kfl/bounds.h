/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounds: what the index can say about a query before any packet is read.
 *
 * Two conditions on rows: `under`, and then the entry is surely asked for, and
 * `over`, without which it surely is not. Rows between them have to be
 * evaluated. SELECT ..., (under) AS sure FROM entry e WHERE (over).
 *
 * A node has four: (under, over) of "truthy" and of "falsy". A selector that
 * finds nothing makes its group neither, which is why falsy is not the opposite
 * of truthy and both are carried:
 *
 *	a and b   t = a.t AND b.t            f = a.f OR (a.t AND b.f)
 *	a or b    t = a.t OR (a.f AND b.t)   f = a.f AND b.f
 *	!a        swapped when a is boolean, the same when it is not, and
 *	          nothing is sure when that is unknown
 *	(a)       t = a.t                    f = NOT a.t, under and over swapped
 *
 * What cannot be said is left out in the sound direction: FALSE for under, TRUE
 * for over.
 */
#ifndef KFL_BOUNDS_H
#define KFL_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/kfl/cond.h"
#include "base/arena.h"
#include "base/compiler.h"

struct field;
struct kfl;
struct kfl_node;
struct protocol;

/* A dissector or an overlay, as far as queries are concerned. */
struct kfl_family {
	const struct field *fields; /* ends with a NULL path */
	const struct field *more;   /* others without columns, or NULL */
	const struct protocol *const *protocols; /* ends with NULL */
	/* Its entries have no member that neither these nor entry_fields let
	 * expect: then a missing one is known without looking. */
	bool complete;
};

/* More than there are protocols. */
enum { KFL_FAMILIES_MAX = 64 };

/* The index that is going to be asked. */
struct kfl_scope {
	const struct kfl_family *family;
	size_t n;          /* at most KFL_FAMILIES_MAX */
	bool closed;       /* it has no entries but those of the families */
	unsigned snapshot; /* the number in its ids, 0: none */
};

/* Which entries have to be evaluated because of a leaf. */
enum kfl_left {
	KFL_LEFT_NONE,
	KFL_LEFT_DOUBT, /* those that are cut, have gaps or odd protocols */
	KFL_LEFT_ALL,   /* those that have the field */
};

/* A leaf of the query that the index cannot decide. */
struct kfl_residual {
	const struct kfl_node *node;
	enum kfl_left left;
	struct kfl_residual *next;
};

struct kfl_bounds {
	const struct kfl_cond *under, *over;
	bool exact; /* both are the same: nothing has to be evaluated */
	const struct kfl_residual *residual; /* in the order of the text */
};

/* The memory that bounds take: conditions are small and shared. */
#define KFL_BOUNDS_ARENA ((size_t)16 << 20)

/*
 * The bounds of a prepared query over the columns of docs/formats/index.md, in
 * `a`. With redact() in it nothing is sure. 0 or the arena's error.
 */
int kfl_bounds(const struct kfl *k, const struct kfl_scope *s, struct arena *a,
               struct kfl_bounds *ret_bounds) WARN_UNUSED;

#endif /* KFL_BOUNDS_H */
