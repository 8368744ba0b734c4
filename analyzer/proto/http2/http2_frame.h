/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_frame: frames of HTTP/2 (RFC 9113, sections 4 and 6): their header,
 * what makes one impossible, and the names of things in them.
 */
#ifndef HTTP2_FRAME_H
#define HTTP2_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/str.h"

enum {
	HTTP2_FRAME_HEADER = 9, /* bytes */
	HTTP2_FRAME_MAX = 16384 /* payload, unless SETTINGS allow more */
};

enum http2_frame_type {
	HTTP2_DATA = 0,
	HTTP2_HEADERS = 1,
	HTTP2_PRIORITY = 2,
	HTTP2_RST_STREAM = 3,
	HTTP2_SETTINGS = 4,
	HTTP2_PUSH_PROMISE = 5,
	HTTP2_PING = 6,
	HTTP2_GOAWAY = 7,
	HTTP2_WINDOW_UPDATE = 8,
	HTTP2_CONTINUATION = 9,
};

enum http2_frame_flag {
	HTTP2_END_STREAM = 0x1, /* DATA, HEADERS */
	HTTP2_ACK = 0x1,        /* SETTINGS, PING */
	HTTP2_END_HEADERS = 0x4,
	HTTP2_PADDED = 0x8,
	HTTP2_HAS_PRIORITY = 0x20,
};

struct http2_frame {
	uint32_t length; /* of the payload */
	uint32_t stream;
	uint8_t type;
	uint8_t flags;
};

/* The first bytes of every connection that a client opens. */
#define HTTP2_PREFACE STR("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

/* The header of the next frame; the cursor says whether there was one. */
struct http2_frame http2_frame_read(struct cursor *c);

/* Does its type allow this length and this stream? Unknown types are fine. */
bool http2_frame_possible(const struct http2_frame *f);

/*
 * What follows the padding and the priority: from the payload (closed) of a
 * DATA, HEADERS or PUSH_PROMISE frame take what is not its content. The cursor
 * fails when the padding is longer than the payload. *ret_promised is the
 * stream of a PUSH_PROMISE.
 */
struct cursor http2_frame_content(const struct http2_frame *f,
                                  struct cursor *payload,
                                  uint32_t *ret_promised);

/* "CANCEL" for 8; empty for codes without a name (section 7). */
struct str http2_frame_error(uint64_t code);
/* What is told of a GOAWAY with such a code. */
const char *http2_frame_goaway(uint64_t code);

#endif /* HTTP2_FRAME_H */
