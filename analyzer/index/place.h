/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: where the bytes of an entry's two messages are, as a blob.
 *
 * No query asks for that, so it need not be columns. The grammar is in
 * docs/formats/index.md, table entry.
 */
#ifndef INDEX_PLACE_H
#define INDEX_PLACE_H

#include <stdint.h>

#include "analyzer/entry/entry.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

/* Append one side's: its spans, and the id of what it keeps, 0 nothing. */
int place_put(struct buf *b, const struct entry_side *s,
              int64_t kept) WARN_UNUSED;
/*
 * Take one side's off the front of *io; arrays are the arena's. 0, ERR_CORRUPT
 * or an error of the arena.
 */
int place_get(struct str *io, struct arena *a, struct entry_side *s,
              int64_t *ret_kept) WARN_UNUSED;

#endif /* INDEX_PLACE_H */
