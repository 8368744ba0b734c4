/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_impl: the writer's inside, for writer.c and seal.c only.
 */
#ifndef INDEX_WRITER_IMPL_H
#define INDEX_WRITER_IMPL_H

#include <sqlite3.h>
#include <stdint.h>

#include "analyzer/index/chart.h"
#include "analyzer/index/dict.h"
#include "analyzer/index/feed.h"
#include "analyzer/index/statements.h"
#include "analyzer/index/sums.h"
#include "analyzer/index/writer.h"
#include "base/buf.h"

/* Queries make a mask of ids, which begin with 1, in 63 bits. */
enum { WRITER_PROTOCOLS = 62 };

/* Tables that have many rows. */
enum {
	FEED_TEXT,
	FEED_KEPT,
	FEED_STREAM,
	FEED_PART,
	FEED_ENTRY,
	FEED_COUNT,
};

struct index_writer {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *st[ST_COUNT_ALL];
	struct feed feed[FEED_COUNT];
	struct dict texts;
	struct dict kept;
	struct dict addrs;
	const struct protocol *protocols[WRITER_PROTOCOLS]; /* id - 1 */
	int64_t tally[WRITER_PROTOCOLS]; /* entries of each */
	size_t nprotocols;
	struct buf place;
	int64_t committed; /* monotonic ns of the last commit */
	int64_t members;   /* that are not captures: ids -1, -2, ... */
	bool open;         /* a transaction is */
	void (*alone)(void *ctx);
	void *alone_ctx;
	struct chart_block chart; /* of the entries since the last block */
	struct sums sums;         /* for the digest */
};

#endif /* INDEX_WRITER_IMPL_H */
