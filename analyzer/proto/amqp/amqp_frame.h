/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_frame: frames and the protocol header in front of them (AMQP 0-9-1,
 * section 4.2.2 and 4.2.3).
 */
#ifndef AMQP_FRAME_H
#define AMQP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"
#include "base/cursor.h"

enum amqp_frame_type {
	AMQP_FRAME_METHOD = 1,
	AMQP_FRAME_HEADER = 2,
	AMQP_FRAME_BODY = 3,
	AMQP_FRAME_HEARTBEAT = 8,
};

enum {
	AMQP_FRAME_HEAD = 7,     /* type, channel, size */
	AMQP_FRAME_END = 0xce,   /* the octet behind the payload */
	AMQP_FRAME_AROUND = 8,   /* octets around the payload */
	AMQP_CONTENT_HEAD = 12,  /* class, weight, size of the body */
	AMQP_CONTENT_CLASS = 60, /* basic */
	AMQP_PROTOCOL_HEADER = 8,
};

struct amqp_frame {
	enum amqp_frame_type type;
	uint16_t channel;
	uint32_t size; /* of the payload */
};

/* The first seven octets; fails when they are no frame's. */
void amqp_frame_head(struct cursor *c, struct amqp_frame *ret_frame);

/* What follows "AMQP": the protocol's id (0; 2 TLS, 3 SASL) and version. */
struct amqp_version {
	uint8_t id, major, minor, revision;
};

void amqp_frame_version(struct cursor *c, struct amqp_version *ret_version);
/* AMQP 1.0, which has nothing but the name in common with the others. */
bool amqp_frame_is_1_0(const struct amqp_version *v);

/*
 * Is this the beginning of a method frame that may travel in dir, of a content
 * header or of heartbeats followed by such? Everything is looked at that is
 * there; YES needs the method to be known, and, with `whole`, its frame to the
 * last octet. MAYBE: it could be, and there is not enough.
 */
enum verdict amqp_frame_begins(struct cursor c, enum dir dir, bool whole);

#endif /* AMQP_FRAME_H */
