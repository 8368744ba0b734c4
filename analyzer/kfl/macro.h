/* SPDX-License-Identifier: Apache-2.0 */
/*
 * macro: words that stand for a condition, such as `http`.
 *
 * The compatible way is textual: an occurrence anywhere outside double quotes
 * is replaced by the parenthesised condition, also inside a longer word
 * (`request.httpVersion` is destroyed by it). With `words` an occurrence has to
 * be a name of its own, without a dot on either side; this is what our own
 * command line and UI use.
 *
 * Where several macros fit, the longest is taken. An expansion is not looked at
 * again.
 */
#ifndef KFL_MACRO_H
#define KFL_MACRO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

struct kfl_macro {
	struct str name;
	struct str text; /* the condition, without parentheses */
};

struct kfl_macros {
	const struct kfl_macro *macro; /* in any order */
	size_t n;
	bool words;
};

/* A replacement: [at, at + n) of the expanded text came from [from, +from_n).
 */
struct kfl_expansion {
	size_t at, n;
	size_t from, from_n;
};

/*
 * Appends the expanded `text` to `out`, and to `expansions` (an array of struct
 * kfl_expansion) what was replaced. 0, ERR_BUDGET or ERR_NOMEM.
 */
int kfl_macro_expand(struct str text, const struct kfl_macros *m,
                     struct buf *out, struct buf *expansions) WARN_UNUSED;

#endif /* KFL_MACRO_H */
