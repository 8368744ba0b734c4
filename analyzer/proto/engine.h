/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: drives dissectors over streams and turns messages into entries.
 *
 * One engine belongs to one worker thread and serves many streams. A stream's
 * events come in delivery order (see net/tcp.h); the engine finds a dissector
 * (probe), keeps the bytes of an incomplete head in a bounded window, passes
 * over bodies, tells gaps, pairs requests with responses and emits entries
 * with the times and positions of the packets that carried them. It knows no
 * protocol by name.
 */
#ifndef PROTO_ENGINE_H
#define PROTO_ENGINE_H

#include "analyzer/entry/diag.h"
#include "analyzer/entry/position.h"
#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* Where results go; called during engine calls, strings borrowed. */
struct engine_out {
	void (*entry)(void *ctx, const struct entry *e);
	void (*diag)(void *ctx, const struct diag *d);
	/* An address was called so from ts on. May be NULL. */
	void (*learnt)(void *ctx, const struct learnt_address *a,
	               struct str name, int64_t ts);
	/*
	 * A file that is nobody else's, for requests that wait and do not fit
	 * in memory. What was not written is not read. 0, or a code, which
	 * whoever provides the file takes for a failure of the whole. Both
	 * NULL: there is none, and the oldest are given up.
	 */
	int (*parked_read)(void *ctx, uint64_t off, void *p, size_t n);
	int (*parked_write)(void *ctx, uint64_t off, const void *p, size_t n);
	void *ctx;
};

struct engine;
struct engine_stream;
struct overlay;

/* Bytes that all of one virtual shard's streams may keep. */
struct engine_budget {
	uint64_t used;
	uint64_t max;
	uint64_t parked; /* of the file for requests that wait */
	uint64_t parked_max;
};

struct engine *engine_new(const struct proto_limits *limits,
                          const struct engine_out *out);
void engine_free(struct engine *g);
/*
 * Use these tables in place of the built-in ones, NULL-terminated and borrowed
 * for the engine's life. Before any stream is opened.
 */
void engine_tables(struct engine *g, const struct dissector *const *dissectors,
                   const struct overlay *const *overlays);
/* Dissect with this one only (golden tests): a registry name. ERR_NOTFOUND. */
int engine_only(struct engine *g, struct str name) WARN_UNUSED;

struct engine_open {
	int64_t stream; /* id */
	uint8_t l4;
	uint16_t port[2]; /* of side 0 and 1 */
	int opener;       /* side that sent the SYN, -1 unknown */
	struct engine_budget *budget;
	void *owner; /* given back by engine_owner() in callbacks */
};

/*
 * NULL when memory or the budget is out: the stream is opaque then. Every
 * function below accepts NULL for such a stream.
 */
struct engine_stream *engine_open(struct engine *g,
                                  const struct engine_open *o);
/* The owner of the stream that a callback is about. */
void *engine_owner(const struct engine *g);

/* Where a run of bytes came from. */
struct engine_from {
	struct position at;
	int64_t ts;
};

/* n bytes of a side at stream offset off; offsets are contiguous with gaps. */
void engine_data(struct engine_stream *s, int side, uint64_t off,
                 const uint8_t *p, size_t n, struct engine_from from);
void engine_gap(struct engine_stream *s, int side, const struct gap *g);
/* No more bytes of that side. */
void engine_end(struct engine_stream *s, int side, enum why why);
/* A datagram is complete in itself: the cursor is closed, window unused. */
void engine_datagram(struct engine_stream *s, int side, uint64_t off,
                     const uint8_t *p, size_t n, struct engine_from from);
/* The SYN was seen after all: side is the opener. */
void engine_opener(struct engine_stream *s, int side);
/* Over: emits what is pending; engine_state() is final then. */
void engine_finish(struct engine_stream *s, enum why why);
/* Frees s, after engine_finish() if that was not called. */
void engine_close(struct engine_stream *s, enum why why);

/* What became of it, until engine_close(); the strings live on. */
struct engine_state {
	const char *protocol; /* dissector name, "" none (yet) */
	const char *reason;   /* why none, why it stopped, or why there are no
	                         entries; "" */
	int client;           /* side; guessed until known */
	bool role_guessed;
	bool tls_wire; /* begins with TLS records */
	uint64_t entries;
};
void engine_state(const struct engine_stream *s, struct engine_state *ret);

#endif /* PROTO_ENGINE_H */
