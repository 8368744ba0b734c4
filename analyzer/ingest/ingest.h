/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest: a snapshot becomes an index.
 *
 *   reader -> (hash and store) -> workers, by virtual shard -> index writer
 *
 * The reader inflates, cuts records out of the captures, decodes headers and
 * hands packets over in batches, one a block of input. Workers own their flows
 * outright. One thread writes the index. With one job the same code runs in
 * one thread, and the result is the same whatever the number.
 *
 * Readers of the index may open it as soon as ingest_run() has created it, when
 * they were announced (see `alone`).
 */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/disposition.h"
#include "analyzer/net/limits.h"
#include "analyzer/proto/limits.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"
#include "snapshot/limits.h"
#include "snapshot/workspace.h"

/* Counters that another thread may read while ingest runs. */
struct ingest_progress {
	atomic_uint_fast64_t taken; /* bytes of the input, as stored */
	atomic_uint_fast64_t total; /* the same in all, 0 unknown */
	atomic_uint_fast64_t bytes; /* after unpacking */
	atomic_uint_fast64_t packets;
	atomic_uint_fast64_t entries;
	atomic_uint_fast64_t streams; /* begun, dissected or not */
	atomic_bool sealing;
	atomic_bool cancel; /* set by anybody: stop as soon as possible */
};

struct ingest_options {
	unsigned jobs;    /* 1: one thread; 0: as the machine allows */
	const char *only; /* one dissector by name, NULL: all */
	const char *tool; /* version text that becomes part of the index */
	/* Called when the index is about to be finished; returns when nobody
	 * reads it. NULL: nobody opens it before, which makes it faster. */
	void (*alone)(void *ctx);
	void *alone_ctx;
	struct snapshot_limits snapshot;
	struct net_limits net;
	struct proto_limits proto;
};

void ingest_options_init(struct ingest_options *o);

/*
 * Hex SHA-256 over everything but the evidence that the result depends on:
 * version, limits, dissectors. For workspace keys.
 */
int ingest_salt(const struct ingest_options *o,
                char ret_hex[SHA256_HEX_MAX]) WARN_UNUSED;

enum ingest_stage {
	INGEST_READ,    /* reading and inflating */
	INGEST_DECODE,  /* records, headers, routing */
	INGEST_STORE,   /* hashing and writing the evidence */
	INGEST_DISSECT, /* workers, all together */
	INGEST_INDEX,   /* the index writer */
	INGEST_SEAL,
	INGEST_TOTAL, /* wall, all of it */
	INGEST_STAGES
};

const char *ingest_stage_name(enum ingest_stage s);

struct ingest_result {
	uint64_t packets;
	uint64_t dispositions[DISPOSITION_COUNT];
	uint64_t streams;
	uint64_t entries;
	uint64_t bytes; /* of the evidence */
	uint64_t index_bytes;
	int64_t ns[INGEST_STAGES];     /* busy time of each stage */
	uint8_t digest[SHA256_SIZE];   /* canonical, of the index */
	uint8_t evidence[SHA256_SIZE]; /* of the members */
	uint8_t contents[SHA256_SIZE]; /* check_contents() */
	bool refused; /* something unreadable, refused or dropped by a limit */
};

/*
 * Index `input` (a path, "-": standard input) into the workspace: evidence
 * below it when it has to be unpacked, and workspace_index(). ERR_CANCELLED
 * when progress->cancel was set. What cannot be read of a snapshot is a diag
 * row and `refused`, not an error; errors are what stops the whole.
 */
int ingest_run(const char *input, struct workspace *ws,
               const struct ingest_options *o, struct ingest_progress *progress,
               struct err *e, struct ingest_result *ret_result) WARN_UNUSED;

#endif /* INGEST_INGEST_H */
