/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_streams: the streams of a connection that are open, by their ids.
 *
 * A table in memory that the caller provides piece by piece, since a dissector
 * has none of its own. Ids come from the other side of the network: where they
 * lie in the table depends on where the table lies, so that they cannot be
 * chosen to collide. Pointers to streams are valid until the next
 * http2_streams_add().
 */
#ifndef HTTP2_STREAMS_H
#define HTTP2_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"

/* How far one side of a stream has come. */
enum http2_progress {
	HTTP2_IDLE, /* nothing was seen */
	HTTP2_HEAD, /* its message is open; the final head is to come */
	HTTP2_BODY,
	HTTP2_ENDED,
};

struct http2_stream {
	uint32_t id;    /* 0: free */
	uint32_t next;  /* in its chain, or of the free ones; 0: none */
	uint32_t older; /* by age; 0: none */
	uint32_t newer;
	/* By direction; NULL also when the engine had no room for it. */
	struct message *m[2];
	uint64_t data[2];    /* bytes of the body so far */
	uint64_t sent[2];    /* of DATA frames, as flow control counts */
	uint64_t granted[2]; /* by WINDOW_UPDATE, besides the first window */
	uint32_t stalls[2];  /* times that there was nothing left */
	uint8_t progress[2];
	uint8_t interims; /* 1xx heads of the response so far */
	bool overlay[2];  /* an overlay wants to see the body */
};

struct http2_streams {
	struct http2_stream *v; /* [0] is not used */
	uint32_t *chains;       /* behind the streams */
	uint32_t cap;           /* a power of two */
	uint32_t count;
	uint32_t free;
	uint32_t oldest;
	uint32_t newest;
	uint32_t found; /* last: it is the next one, mostly */
};

/* NULL when it is not there. */
struct http2_stream *http2_streams_find(struct http2_streams *t, uint32_t id);

/* Bytes of memory for twice as many, to be given to http2_streams_grow(). */
size_t http2_streams_need(const struct http2_streams *t);
static inline bool
http2_streams_full(const struct http2_streams *t)
{
	return t->count + 1 >= t->cap;
}
/* `memory` holds what the last one held. */
void http2_streams_grow(struct http2_streams *t, void *memory);

/* A new one; the table has to have room and not to have this id. */
struct http2_stream *http2_streams_add(struct http2_streams *t, uint32_t id);
void http2_streams_remove(struct http2_streams *t, struct http2_stream *s);

/* The one that was added first; NULL when there is none. */
struct http2_stream *http2_streams_oldest(const struct http2_streams *t);
/* The one that was added after s; NULL when there is none. */
struct http2_stream *http2_streams_newer(const struct http2_streams *t,
                                         const struct http2_stream *s);

#endif /* HTTP2_STREAMS_H */
