/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what can be worked out before the first entry is seen.
 *
 * Selectors become paths (behind a bracket or a json() they inherit a prefix),
 * calls become helpers, regular expressions are compiled, points in time are
 * fixed, the limit is found.
 *
 * Mistakes are reported the way the original reports them: of two operands the
 * right one's outcome counts, so that a bad expression on the left is silently
 * false. Our own command line uses kfl_check(), which sees all of them.
 */
#ifndef KFL_PLAN_H
#define KFL_PLAN_H

#include "analyzer/kfl/ast.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

/* Regular expressions in the order of their compilation, for freeing. */
struct kfl_regexes {
	struct kfl_regex *regex;
	struct kfl_regexes *next;
};

struct kfl_planned {
	uint64_t limit;
	bool redacts;
};

/*
 * Compiles the tree below `root`. *io_regexes gets what was compiled also on
 * failure; free it with kfl_plan_release().
 */
int kfl_plan(struct kfl_node *root, struct arena *a, int64_t now_ms,
             struct err *e, struct kfl_regexes **io_regexes,
             struct kfl_planned *ret_planned) WARN_UNUSED;

void kfl_plan_release(struct kfl_regexes *list);

#endif /* KFL_PLAN_H */
