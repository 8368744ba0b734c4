/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_feed: one pass over WebSocket frames while they are indexed
 * (RFC 6455).
 *
 * Each message is an entry by itself, in either direction: a data message from
 * the first of its frames to the last, and each control frame, which may stand
 * between them. Payloads are passed over, but for those of close frames.
 *
 * After an upgrade the first byte is a frame's, and HTTP/1 has handed on what
 * was agreed (upgrade.h). A stream that was joined in the middle, and one with
 * a gap outside payloads, is searched for a run of frames that cannot be chance
 * (websocket_frame.h).
 *
 * A compressed message can only be read with those before it (RFC 7692,
 * section 7.1.1): what is kept with a message says where they begin.
 */
#ifndef WEBSOCKET_FEED_H
#define WEBSOCKET_FEED_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

enum websocket_phase {
	WEBSOCKET_START, /* nothing has been looked at */
	WEBSOCKET_SEARCH,
	WEBSOCKET_FRAME,
	WEBSOCKET_PAYLOAD, /* the engine passes over it */
	WEBSOCKET_DEAD,
};

struct websocket_dir {
	struct message *m; /* a data message; NULL also for want of room */
	enum websocket_phase phase;
	bool open;      /* a data message has begun and not ended */
	bool last;      /* its present frame is the last one */
	bool scattered; /* it has spans, because control frames came between */
	bool found;     /* by SEARCH: the next message is flagged */
	uint64_t from;  /* where its present span began */
	uint64_t start; /* where the run of frames began that it is in */
	uint64_t searched;
};

struct websocket_state {
	struct websocket_dir dir[2];
};

/* What is kept with a message. */
struct websocket_kept {
	uint64_t start;      /* offset of the first frame that counts for it */
	bool reset;          /* no message needs those before it */
	struct str protocol; /* Sec-WebSocket-Protocol */
};

/* Absent parts are 0; false when there is nothing, or nonsense. */
bool websocket_kept_read(struct str kept, struct websocket_kept *ret);

/* "text", "close", ...; of no other opcodes than the known ones. */
struct str websocket_opcode_name(unsigned opcode);

/* The variant, for messages; websocket.c has the table. */
extern const struct protocol websocket_v13;

/* The members of struct dissector. */
enum feed websocket_feed(struct dissect *d, void *state, enum dir dir,
                         struct cursor *in);
enum feed websocket_feed_gap(struct dissect *d, void *state, enum dir dir,
                             const struct gap *g);

#endif /* WEBSOCKET_FEED_H */
