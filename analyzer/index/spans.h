/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spans: the places of messages in more than one piece, as a blob.
 * The grammar is in docs/formats/index.md, table entry.
 */
#ifndef INDEX_SPANS_H
#define INDEX_SPANS_H

#include <stddef.h>

#include "analyzer/entry/span.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

/* Append one side's list. */
int spans_put(struct buf *b, const struct span *spans, size_t n) WARN_UNUSED;
/* Take one side's list off the front of *io; arrays are the arena's. */
int spans_get(struct str *io, struct arena *a, const struct span **ret_spans,
              size_t *ret_n) WARN_UNUSED;

#endif /* INDEX_SPANS_H */
