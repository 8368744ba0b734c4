/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_feed: one pass over an HTTP/1 stream while it is indexed (RFC 9112).
 *
 * Finds where messages begin and end and what the index wants to know of them.
 * Bodies are passed over unseen. Nothing here asks for a whole message: the
 * largest thing the engine has to hold is one head.
 *
 * - A response begins with the first of its 1xx heads and ends with the final
 *   one; 101 is final. When bytes of a 1xx head are missing, the response
 * begins with the next start line instead, and says that something is missing.
 * - What follows a request for CONNECT or with Upgrade waits until the response
 *   is known, because it may not be HTTP any more.
 * - Bytes that are no start line where one should be, and the bytes behind a
 *   gap, are searched line by line for the next start line. The first message
 *   found that way is flagged ENTRY_RESYNCED.
 * - Wherever the packets' boundaries are, the same messages come out.
 */
#ifndef HTTP1_FEED_H
#define HTTP1_FEED_H

#include "analyzer/proto/proto.h"

/* What comes next in one direction. */
enum http1_phase {
	HTTP1_PHASE_START, /* a start line, or the rest of a head */
	HTTP1_PHASE_BODY,  /* `left` bytes of a body of known length */
	HTTP1_PHASE_CHUNK, /* a chunk's size */
	HTTP1_PHASE_CHUNK_DATA,
	HTTP1_PHASE_CHUNK_END, /* the line end behind a chunk */
	HTTP1_PHASE_TRAILER,
	HTTP1_PHASE_TO_END, /* a body that ends with the connection */
	HTTP1_PHASE_SEARCH, /* something that looks like a start line */
	HTTP1_PHASE_DEAD,   /* given up */
};

struct http1_dir {
	struct message *m; /* also NULL when the engine had no room for it */
	enum http1_phase phase;
	bool open;         /* a message has begun and not ended */
	bool lined;        /* the start line of the present head was read */
	bool interim;      /* the last start line was that of a 1xx response */
	bool seen;         /* there has been a message */
	bool lost;         /* bytes were missing: garbage is no surprise */
	bool found;        /* by SEARCH: the next message is flagged */
	bool midline;      /* SEARCH: inside a line that is no start line */
	bool overlay;      /* an overlay wants to see the body */
	bool skipping;     /* the engine passes over the `left` bytes */
	bool bodiless;     /* response to HEAD */
	bool tunnel;       /* response to CONNECT */
	bool has_host;     /* the target named it */
	size_t scanned;    /* of the head, see http1_head_end() */
	uint64_t left;     /* of the body or chunk */
	uint64_t searched; /* bytes since the search began */
};

/* State of one stream; all zero is a new one. */
struct http1_state {
	struct http1_dir dir[2];
	uint32_t pending; /* requests whose final response is outstanding */
	uint32_t ahead;   /* of those, up to the one that asked to switch */
	bool waiting;     /* the client's bytes wait for that response */
	bool held;        /* there are such bytes */
	bool yield;       /* they go first now, then the server's */
};

/* The members of struct dissector. */
enum feed http1_feed(struct dissect *d, void *state, enum dir dir,
                     struct cursor *in);
enum feed http1_feed_gap(struct dissect *d, void *state, enum dir dir,
                         const struct gap *g);

#endif /* HTTP1_FEED_H */
