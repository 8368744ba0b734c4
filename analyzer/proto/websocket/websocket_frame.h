/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_frame: the head of a WebSocket frame (RFC 6455, section 5.2), and
 * whether bytes look like a run of frames.
 */
#ifndef WEBSOCKET_FRAME_H
#define WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"
#include "base/cursor.h"

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

enum {
	WEBSOCKET_CONTROL_MAX = 125, /* bytes of a control frame's payload */
	WEBSOCKET_HEAD_MAX = 14,
	/* What is looked at of bytes that may be frames. */
	WEBSOCKET_SNIFF = 4096,
};

struct websocket_frame {
	bool fin;
	bool rsv1;     /* the message is compressed (RFC 7692) */
	bool reserved; /* one of the other two bits */
	bool masked;
	uint8_t opcode;
	uint8_t mask[4]; /* all 0 when it is not */
	uint64_t length; /* of the payload */
};

/*
 * Reads the head of a frame; what the RFC forbids in every case is malformed:
 * unknown opcodes, fragments of control frames, lengths that are not written in
 * the shortest way.
 */
void websocket_frame_read(struct cursor *c, struct websocket_frame *ret_frame);

static inline bool
websocket_frame_is_control(const struct websocket_frame *f)
{
	return f->opcode >= WEBSOCKET_CLOSE;
}

/* Undo the mask of n bytes that are `at` bytes into the payload, in place. */
void websocket_frame_unmask(const struct websocket_frame *f, uint64_t at,
                            uint8_t *p, size_t n);

/*
 * Do frames begin here, and with a message? Masked as those of a client are, or
 * not at all. YES takes so many frames, or so much text in them, that chance is
 * out of the question; MAYBE wants to see more, up to WEBSOCKET_SNIFF bytes.
 */
enum verdict websocket_frame_sniff(struct cursor c, bool masked);

#endif /* WEBSOCKET_FRAME_H */
