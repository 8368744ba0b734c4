/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc_look: a look at the bodies of calls while they are indexed, as a stream
 * with a small state of its own. It answers two questions.
 *
 *  - Is it gRPC, when the capture does not have the content-type because it was
 *    joined late? A body that is nothing but messages behind their prefixes,
 *    to its last byte, is; and so is one that goes on, once two messages have
 *    come of which one is not empty.
 *  - How did a call of gRPC-Web end? Its trailers are the last message of the
 *    response's body, which may be base64 (grpc/doc/PROTOCOL-WEB.md).
 */
#ifndef GRPC_LOOK_H
#define GRPC_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum {
	GRPC_LOOK_PREFIX = 5,
	GRPC_LOOK_LINE = 18, /* "grpc-status: 16" */
	/* A longer message proves nothing: clients refuse more than 4 MiB. */
	GRPC_LOOK_MESSAGE = 64 << 20,
};

/* All zero but for `web` and `text` is a new one. */
struct grpc_look {
	bool web;  /* gRPC-Web: there may be trailers */
	bool text; /* ... in base64 */

	bool bad;    /* it is no sequence of messages */
	bool failed; /* the trailers have a grpc-status other than 0 */
	bool sure;   /* it is one, whatever follows: that is not looked at */

	/* private */
	bool trailers;   /* the present message is them */
	bool filled;     /* some message was not empty */
	uint8_t nprefix; /* of the present message */
	uint8_t prefix[GRPC_LOOK_PREFIX];
	uint8_t nline; /* of the line being read: what there is room for */
	uint8_t line[GRPC_LOOK_LINE];
	uint8_t ncoded; /* bits / 6 of a base64 group */
	uint32_t coded;
	uint32_t left;  /* bytes of the present message */
	uint32_t whole; /* messages, two at most */
};

void grpc_look_feed(struct grpc_look *l, struct str bytes);

/* At the end of the body: is it one? */
bool grpc_look_end(const struct grpc_look *l);

#endif /* GRPC_LOOK_H */
