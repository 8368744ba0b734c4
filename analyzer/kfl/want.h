/* SPDX-License-Identifier: Apache-2.0 */
/*
 * want: which members of an entry a query can look at.
 *
 * A tree of names. What a query does not name need not be rendered: a question
 * about a header does not inflate a body.
 */
#ifndef KFL_WANT_H
#define KFL_WANT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

struct kfl;

struct kfl_want {
	struct str name;
	bool all; /* and everything below it */
	struct kfl_want *child, *next;
};

/*
 * What the prepared query looks at, in `a`. With redact() in the query, that is
 * everything. 0 or the arena's error.
 */
int kfl_wants(const struct kfl *k, struct arena *a,
              const struct kfl_want **ret_root) WARN_UNUSED;

/* The part of w for a member; NULL when that is not wanted. */
const struct kfl_want *kfl_want_below(const struct kfl_want *w,
                                      struct str name);

/* Does the query look at the member with this path, or below it or above? */
bool kfl_want_path(const struct kfl_want *root, struct str path);

#endif /* KFL_WANT_H */
