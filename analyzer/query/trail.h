/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trail: where in the capture files a message came from.
 *
 * The runs of bytes that a side of an entry consists of, span by span, in
 * order; with the positions of the packets that carried them. Nothing is read
 * but the index.
 */
#ifndef QUERY_TRAIL_H
#define QUERY_TRAIL_H

#include "analyzer/entry/position.h"
#include "analyzer/index/part.h"
#include "analyzer/index/row.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"

struct trail_ask {
	const struct index_entry *entry;
	enum side side;
	int client; /* which side of the stream it is; -1: look it up */
};

/*
 * Call f for every run that has bytes of the side; a run may begin before and
 * end after them, and may be a gap. Non-zero from f stops with that code;
 * otherwise 0, nothing being told of a side that is missing, or the codes of
 * the index's reader.
 */
int trail_walk(struct opened *o, const struct trail_ask *ask,
               int (*f)(void *ctx, const struct part_run *run), void *ctx,
               struct err *err) WARN_UNUSED;

#endif /* QUERY_TRAIL_H */
