/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_inflate: permessage-deflate undone (RFC 7692, section 7.2.2).
 *
 * All compressed messages of one direction are one deflate stream, cut at
 * message boundaries, unless it was agreed to begin anew each time.
 */
#ifndef WEBSOCKET_INFLATE_H
#define WEBSOCKET_INFLATE_H

/* zlib then promises not to write through next_in. */
#ifndef ZLIB_CONST
#define ZLIB_CONST
#endif

#include <stdint.h>
#include <zlib.h>

#include "analyzer/proto/proto.h"
#include "base/compiler.h"
#include "base/str.h"

enum { WEBSOCKET_INFLATE_PIECE = 16384 };

struct websocket_inflate {
	z_stream z;
	uint64_t left; /* bytes that may go in and come out; 0: ERR_LIMIT */
	uint8_t piece[WEBSOCKET_INFLATE_PIECE];
};

/* Release it only after 0; ERR_NOMEM. */
int websocket_inflate_init(struct websocket_inflate *f,
                           uint64_t max) WARN_UNUSED;
void websocket_inflate_release(struct websocket_inflate *f);

/* What came before cannot be referred to any more. */
void websocket_inflate_reset(struct websocket_inflate *f);

/*
 * Some of a message, or its end. `out` may be NULL: only the window matters.
 * ERR_MALFORMED also when the bytes refer to what is not known; ERR_LIMIT;
 * ERR_NOMEM; or what out->bytes() returned.
 */
int websocket_inflate_bytes(struct websocket_inflate *f, struct str bytes,
                            const struct body_out *out) WARN_UNUSED;
int websocket_inflate_end(struct websocket_inflate *f,
                          const struct body_out *out) WARN_UNUSED;

#endif /* WEBSOCKET_INFLATE_H */
