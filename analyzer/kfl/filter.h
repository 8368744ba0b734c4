/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: conditions inside a path, as in list[?(@.id == 2)].
 *
 * Comparisons (== != < <= > >=) of @-paths with literals or with each other,
 * && || ! and parentheses. A path alone holds when it names something that is
 * not false. Other operators of the library (=~, in, has, functions) are
 * refused: a redaction that cannot be understood has to be noticed.
 */
#ifndef KFL_FILTER_H
#define KFL_FILTER_H

#include <stdbool.h>

#include "analyzer/kfl/value.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct kfl_filter;

/* Conditions in parentheses inside one another. */
#define KFL_FILTER_DEPTH 16u

/*
 * Reads the condition at the front of *io_text, up to what cannot belong to
 * it, and moves *io_text behind it. ERR_SYNTAX, ERR_LIMIT or the arena's error.
 */
int kfl_filter_parse(struct str *io_text, struct arena *a,
                     const struct kfl_filter **ret_filter) WARN_UNUSED;

/* Does the condition hold for v? 0 or what looking up a path returned. */
int kfl_filter_holds(const struct kfl_filter *f, struct kfl_value *v,
                     struct arena *a, bool *ret_holds) WARN_UNUSED;

#endif /* KFL_FILTER_H */
