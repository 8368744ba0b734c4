/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streams: the ids of streams in a wanted order, for pages of a list.
 *
 * The rows themselves are then read with index_stream(). Sorting takes narrow
 * columns of all streams that the conditions let through.
 */
#ifndef INDEX_STREAMS_H
#define INDEX_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum streams_order {
	STREAMS_BY_TIME, /* of the first packet */
	STREAMS_BY_BYTES,
	STREAMS_BY_PACKETS,
	STREAMS_BY_RETRANSMISSIONS,
	STREAMS_BY_GAP_BYTES,
	STREAMS_BY_ENTRIES,
};

enum streams_only {
	STREAMS_ALL,
	STREAMS_UNDISSECTED,
	/* Reset, half open, retransmissions, zero windows or gaps. */
	STREAMS_UNHEALTHY,
	STREAMS_GAPS,
	STREAMS_UNDECRYPTED,
};

struct streams_ask {
	enum streams_order order; /* equal ones by id */
	bool desc;                /* the largest first, ids too */
	bool after;               /* only those behind (key, id) */
	int64_t key, id;
	bool ranged; /* only those that overlap [from, to), ns */
	int64_t from, to;
	enum streams_only only;
	struct str protocol; /* dissector's name; "" is any */
};

/* f returns non-zero to stop with that code. */
int index_stream_ids(struct index_reader *r, const struct streams_ask *ask,
                     int (*f)(void *ctx, int64_t key, int64_t id), void *ctx,
                     struct err *e) WARN_UNUSED;

#endif /* INDEX_STREAMS_H */
