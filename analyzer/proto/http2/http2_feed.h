/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_feed: one pass over an HTTP/2 connection while it is indexed.
 *
 * Each stream is one exchange, paired by its id; a message is the frames of one
 * side of it, and its decoded fields are kept. Bodies are passed over unseen,
 * unless an overlay asks for them.
 *
 * - A message begins with its first HEADERS frame, a response with its first
 *   1xx head; the end is END_STREAM, or RST_STREAM, whose code is kept.
 * - GOAWAY rejects the requests with ids above the last that it names; those
 *   entries say so. Frames for a stream that their receiver has just reset are
 *   passed over, as the receiver does.
 * - Flow control is watched: how often a sender had used up its window, and had
 *   more to send, is kept with the message. Nothing is judged by it.
 * - A pushed request is one that the server sends (ENTRY_PUSHED).
 * - The upgraded request of HTTP/1.1 is that of stream 1.
 * - A connection that was joined in the middle, or that has a gap, is searched
 *   for frames (http2_sync.h); fields that are in no table we know are unknown
 *   (hpack.h) and the entry says so. Frames of a stream whose head was not seen
 *   are a message without a head.
 * - Stream ids need not make sense. At most http2-streams are open at a time;
 *   the oldest is cut to make room.
 * - Wherever the packets' boundaries are, the same messages come out.
 */
#ifndef HTTP2_FEED_H
#define HTTP2_FEED_H

#include "analyzer/proto/http2/http2_head.h"
#include "analyzer/proto/http2/http2_streams.h"
#include "analyzer/proto/proto.h"

/* What comes next in one direction. */
enum http2_phase {
	HTTP2_PHASE_BEGIN,
	HTTP2_PHASE_FRAME,
	HTTP2_PHASE_PAYLOAD, /* of a frame that is passed over */
	HTTP2_PHASE_SEARCH,
	HTTP2_PHASE_DEAD, /* given up */
};

/* The window that each stream begins with, and the connection (section 6.9.2).
 */
#define HTTP2_WINDOW_FIRST 65535u

/* Streams that were reset last, of which frames may be on their way still. */
enum { HTTP2_RESETS_KNOWN = 32 };

struct http2_dir {
	struct hpack hpack;
	enum http2_phase phase;
	bool lost;       /* streams may be open that we know nothing of */
	bool flood;      /* in a header block that is too long */
	bool skipping;   /* the engine passes over the `left` bytes */
	bool ends;       /* the frame being read is the stream's last */
	uint8_t padding; /* at its end */
	uint32_t stream; /* that it belongs to; 0: nobody's */
	uint64_t left;   /* of its payload */
	uint64_t searched;
	uint32_t resets; /* streams that this side reset; the last of them: */
	uint32_t reset[HTTP2_RESETS_KNOWN];
	uint64_t sent;    /* bytes of DATA frames on all streams */
	uint64_t granted; /* ... that it may send, besides the first window */
	uint32_t window;  /* that its streams begin with, when `set` */
	bool set;
	bool leaves;     /* it said GOAWAY: */
	uint32_t last;   /* ... the other side's last stream it looks at */
	uint32_t reason; /* ... and why */
};

/* State of one connection; all zero is a new one. */
struct http2_state {
	struct http2_dir dir[2];
	struct http2_streams streams;
	struct http2_head head;
	struct http2_bytes block; /* put together from several frames */
	bool begun;
	uint32_t first;   /* stream that was opened before our eyes */
	uint32_t highest; /* stream seen */
};

/* The members of struct dissector. */
enum feed http2_feed(struct dissect *d, void *state, enum dir dir,
                     struct cursor *in);
enum feed http2_feed_gap(struct dissect *d, void *state, enum dir dir,
                         const struct gap *g);
void http2_feed_finish(struct dissect *d, void *state, enum why why);

#endif /* HTTP2_FEED_H */
