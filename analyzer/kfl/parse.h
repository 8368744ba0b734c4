/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: tokens to a tree.
 *
 * All binary operators are right-associative, `and` and `or` have the same
 * strength, and the original's parser looks two tokens ahead before it commits
 * itself to a construct. Which mistake is reported, and what it says was
 * expected, follows from that; so the productions here are those of the
 * original's grammar, tried in its order, with its rule for when to give up.
 */
#ifndef KFL_PARSE_H
#define KFL_PARSE_H

#include "analyzer/kfl/ast.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

/* Where parsing ended, and what would have been right there. */
struct kfl_where {
	size_t at, end;       /* in the expanded text */
	const char *expected; /* as in the message; "" when there is nothing */
};

/*
 * Parses `text`, macros expanded; the tree and what it points to live in `a`
 * and in `text`. ERR_SYNTAX (the message in *e is the original's, without its
 * position, which is in line and col; line 0: it has none), ERR_LIMIT,
 * ERR_NOMEM, ERR_BUDGET. *where is filled in with ERR_SYNTAX.
 */
int kfl_parse_text(struct str text, struct arena *a, struct err *e,
                   struct kfl_where *where,
                   struct kfl_node **ret_root) WARN_UNUSED;

#endif /* KFL_PARSE_H */
