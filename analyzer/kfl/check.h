/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what the original lets pass in silence and our own tools do not.
 *
 * The original answers a mistyped name with "nothing matches". Here it is an
 * error, with the nearest name that there is; and so are helpers that there are
 * not, arguments that cannot work, regular expressions and paths that mean
 * nothing, text in quotes of the wrong kind, and comparisons that are always
 * false for a reason nobody would guess.
 */
#ifndef KFL_CHECK_H
#define KFL_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct field;
struct kfl;
struct kfl_mistake;

/*
 * Checks a prepared query against the tables (each ends with a NULL path).
 * Below an open field every name is right; a field of one word that is open
 * ("request") counts as closed as soon as a table names something below it.
 * ERR_SYNTAX: the first mistake, a sentence in *e; its span in *ret_mistake is
 * that in the expanded text.
 */
int kfl_check(const struct kfl *k, const struct field *const *tables,
              size_t ntables, struct err *e,
              struct kfl_mistake *ret_mistake) WARN_UNUSED;

/*
 * Is this the path of a field, or of something below an open one? The path is
 * dotted; *ret_field is the field it is or lies below.
 */
bool kfl_field_known(const struct field *const *tables, size_t ntables,
                     struct str path, const struct field **ret_field);

/* Is there a field below this path? */
bool kfl_field_above(const struct field *const *tables, size_t ntables,
                     struct str path);

/* The path nearest to a mistyped one, or NULL when none is near. */
const char *kfl_field_nearest(const struct field *const *tables, size_t ntables,
                              struct str path);

#endif /* KFL_CHECK_H */
