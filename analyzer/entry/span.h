/* SPDX-License-Identifier: Apache-2.0 */
/*
 * span: bytes of a message, by place in a stream.
 *
 * A layer is a wire stream (0) or one derived from it (decrypted TLS, a
 * tunnel), each with offsets of its own. A message is a list of spans, because
 * HTTP/2 streams and AMQP channels interleave.
 */
#ifndef ENTRY_SPAN_H
#define ENTRY_SPAN_H

#include <stdint.h>

/* Direction of travel within a connection. */
enum dir { TO_SERVER = 0, TO_CLIENT = 1 };

static inline enum dir
dir_other(enum dir d)
{
	return d == TO_SERVER ? TO_CLIENT : TO_SERVER;
}

struct span {
	uint64_t off; /* absolute in (layer, dir) */
	uint64_t len;
	uint32_t layer;
};

enum { SPAN_MAX = 4096 }; /* a message keeps at most this many */

#endif /* ENTRY_SPAN_H */
