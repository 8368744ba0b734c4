/* SPDX-License-Identifier: Apache-2.0 */
/*
 * literal: numbers and quoted text the way Go reads and writes them.
 */
#ifndef KFL_LITERAL_H
#define KFL_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * The value of an integer or float token in *ret (`010` is ten). NULL, or why
 * not, in strconv's words: "invalid syntax".
 */
const char *kfl_literal_number(struct str token, double *ret);

/*
 * The value of an integer token as an index (`010` is eight). NULL, or why not.
 */
const char *kfl_literal_index(struct str token, int64_t *ret);

/*
 * strconv.ParseFloat(): decimal, hexadecimal with an exponent, inf, infinity,
 * nan, in any case, with a sign. False when s is anything else or out of range.
 */
bool kfl_parse_float(struct str s, double *ret);

/* strconv.FormatFloat(v, 'g', 6, 64) into out; returns its length. */
#define KFL_FLOAT_TEXT 32
size_t kfl_format_float(double v, char out[KFL_FLOAT_TEXT]);

/* %q: s in double quotes, escaped, in `a`; empty when there is no memory. */
struct str kfl_literal_quote(struct str s, struct arena *a);

#endif /* KFL_LITERAL_H */
