/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layer: bytes of a stream by offset, from the evidence.
 *
 * The one reader for rendering, residual queries and exports. Nothing is
 * reassembled again: the index's parts say which bytes of which record were
 * accepted. Sequential reads are fast: a window of runs is kept decoded for
 * each side, and the files are read in pieces that all layers of a snapshot
 * share (query/blocks.h). Memory is two such windows, whatever the stream's
 * size; for most streams they are small.
 *
 * Only layer 0, the wire, exists. Offsets beyond the last run are the stream's
 * end; while the index grows, they may come to be known later.
 *
 * A layer belongs to its opened snapshot's thread and must be freed first.
 */
#ifndef QUERY_LAYER_H
#define QUERY_LAYER_H

#include "analyzer/entry/position.h"
#include "analyzer/entry/stream.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"

struct layer;

/* ERR_NOTFOUND when there is no such stream. */
int layer_open(struct opened *o, int64_t stream, struct err *e,
               struct layer **ret_layer) WARN_UNUSED;
void layer_free(struct layer *l);

/*
 * As proto.h's exchange wants it; valid while l lives. Reads fail with
 * ERR_CORRUPT (the index), ERR_AGAIN (the index is not finished and does not
 * know the file yet; opened_refresh() later) and the codes of evidence_read().
 */
struct layer_reader layer_reader_of(struct layer *l);

/*
 * The record in which a byte lies. ERR_NOTFOUND in a gap and beyond the end;
 * else as for reads.
 */
int layer_locate(struct layer *l, enum dir dir, uint64_t off,
                 struct position *ret_at) WARN_UNUSED;

/* Its row as of layer_open(); `protocol` and `reason` are "". */
const struct stream *layer_stream(const struct layer *l);

/* The first failure that a read reported, with its text; code 0 if none. */
const struct err *layer_error(const struct layer *l);

#endif /* QUERY_LAYER_H */
