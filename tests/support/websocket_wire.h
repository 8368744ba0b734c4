/* SPDX-License-Identifier: Apache-2.0 */
/* websocket_wire: WebSocket frames for tests, compressed or not. */
#ifndef TESTS_SUPPORT_WEBSOCKET_WIRE_H
#define TESTS_SUPPORT_WEBSOCKET_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "base/buf.h"

enum {
	WS_FIN = 0x80,
	WS_RSV1 = 0x40,
	WS_CONT = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

/* Appends a frame; `first` is its first byte. Aborts without memory. */
void websocket_wire_frame(struct buf *b, unsigned first, bool masked,
                          struct str payload);

/* One direction's compressor. */
struct websocket_wire_deflate {
	z_stream z;
};
void websocket_wire_deflate_init(struct websocket_wire_deflate *d);
void websocket_wire_deflate_release(struct websocket_wire_deflate *d);
/* A message as permessage-deflate has it; `anew` forgets those before. */
void websocket_wire_deflate_message(struct websocket_wire_deflate *d,
                                    struct str text, bool anew,
                                    struct buf *ret);

#endif /* TESTS_SUPPORT_WEBSOCKET_WIRE_H */
