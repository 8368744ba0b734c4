/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: JSON text to values and back, for bodies that hold JSON.
 *
 * RFC 8259, one document, nested at most KFL_VALUE_DEPTH deep. Numbers without
 * fraction and exponent that fit 64 bits are integers, all others are floats.
 * Everything lives in the arena, whose cap is the limit on size; this and the
 * integers are why it is not jansson (docs/adr/0008).
 */
#ifndef KFL_JSON_H
#define KFL_JSON_H

#include "analyzer/kfl/value.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

/*
 * The value of `text`; strings without escapes borrow from it. ERR_SYNTAX,
 * ERR_LIMIT (nesting), or the arena's error.
 */
int kfl_json_parse(struct str text, struct arena *a,
                   struct kfl_value **ret_value) WARN_UNUSED;

/* Appends v as compact JSON. ERR_LIMIT (nesting), ERR_BUDGET, ERR_NOMEM. */
int kfl_json_write(const struct kfl_value *v, struct buf *out) WARN_UNUSED;

#endif /* KFL_JSON_H */
