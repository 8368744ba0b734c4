/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: one conversation while it is being indexed.
 *
 * Joins reassembly (net/tcp), dissection (proto/engine) and the lists of
 * positions (index/part): every packet goes into the packet list with its
 * disposition, what reassembly delivers goes into the map and to the engine.
 */
#ifndef INGEST_STREAM_H
#define INGEST_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/stream.h"
#include "analyzer/index/part.h"
#include "analyzer/ingest/batch.h"
#include "analyzer/ingest/job.h"
#include "analyzer/ingest/learnt.h"
#include "analyzer/ingest/out.h"
#include "analyzer/ingest/scratch.h"
#include "analyzer/ingest/store.h"
#include "analyzer/net/flow.h"
#include "analyzer/net/tcp.h"
#include "analyzer/proto/engine.h"

/* What the streams of one worker share. */
struct stream_env {
	struct job *job;
	struct engine *engine;
	struct store *store;
	struct out *out; /* present one; rows go there */
	struct tcp_budget tcp[NET_SHARDS];
	struct engine_budget engine_budget[NET_SHARDS];
	struct learnt learnt;
	struct scratch scratch;
	struct job_counts counts;
	struct live_stream *changed; /* to be told to the index */
	int error;                   /* of a callback; the first one counts */
	uint64_t streams;
	uint64_t entries;
	uint64_t diags;
};

struct live_stream {
	struct flow flow; /* first */
	struct stream row;
	struct stream_env *env;
	struct tcp_conn *tcp;         /* NULL: UDP, or ended */
	struct engine_stream *engine; /* NULL: opaque or ended */
	struct part_writer parts;
	uint64_t next[2]; /* UDP: stream offset of the next datagram */
	struct live_stream *prev_changed, *next_changed;
	struct live_stream *prev_peer, *next_peer; /* of its capture point */
	bool is_changed;
	bool no_engine;       /* it was refused one, or has had it */
	bool ended;           /* reassembly and dissection are over */
	uint64_t losses;      /* gaps and conflicts that were to be told */
	struct position last; /* the packet at hand, for diag rows */
	int64_t last_ts;
};

/* The engine's results go through these; ctx is the struct stream_env. */
void stream_on_entry(void *ctx, const struct entry *e);
void stream_on_diag(void *ctx, const struct diag *d);
void stream_on_learnt(void *ctx, const struct learnt_address *a,
                      struct str name, int64_t ts);
int stream_parked_read(void *ctx, uint64_t off, void *p, size_t n);
int stream_parked_write(void *ctx, uint64_t off, const void *p, size_t n);

/* Begin: `s` is zeroed but for its flow; w is the first packet. */
int stream_begin(struct live_stream *s, struct stream_env *env,
                 const struct work *w) WARN_UNUSED;
/*
 * Take a packet. Returns 0, a code, or 1 when it belongs to a new connection
 * on the same ports: nothing was taken then.
 */
int stream_packet(struct live_stream *s, const struct work *w) WARN_UNUSED;
/* No more will be dissected: what is held is delivered, what is pending
 * emitted. Late packets may still be listed. */
void stream_end(struct live_stream *s, enum stream_state state, enum why why);
/* Hand over the rest of its positions and its final row, and let go. */
int stream_finish(struct live_stream *s) WARN_UNUSED;
void stream_release(struct live_stream *s);
/* Rows of the streams that changed and live on: for readers while we build. */
int stream_announce(struct stream_env *env) WARN_UNUSED;

#endif /* INGEST_STREAM_H */
