/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protobuf: messages of Protocol Buffers in their wire format
 * (https://protobuf.dev/programming-guides/encoding/), as JSON.
 *
 * Without a schema the wire tells a field's number and one of four shapes. What
 * is shown is then a guess, and made the same way always:
 *
 *	varint          a number (an enum or a boolean, perhaps)
 *	64 bits, 32     a floating-point number when it looks like one, that is,
 *	                when it is 0 or its size is between 1e-6 and 1e15;
 *	                otherwise an unsigned number
 *	bytes           text when it is printable UTF-8; otherwise a message,
 *when it is one to its last byte; otherwise {"base64": "..."}
 *
 * Members are the field numbers; a number that comes again makes an array. With
 * a schema (protobuf_set.h) members have their names and values their types;
 * fields that the schema does not have are shown as without one.
 */
#ifndef PROTO_PROTOBUF_H
#define PROTO_PROTOBUF_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/sink.h"
#include "analyzer/proto/protobuf_set.h"
#include "base/arena.h"
#include "base/cursor.h"

enum protobuf_wire {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED64 = 1,
	PROTOBUF_BYTES = 2,
	PROTOBUF_GROUP = 3,
	PROTOBUF_GROUP_END = 4,
	PROTOBUF_FIXED32 = 5,
};

/* One field of the wire. */
struct protobuf_field {
	uint32_t number;
	enum protobuf_wire wire;
	uint64_t value;   /* of a number */
	struct str bytes; /* of PROTOBUF_BYTES, and of a group its inside */
};

/* The next field; false at the end, and when the cursor fails. */
bool protobuf_next(struct cursor *c, struct protobuf_field *ret);

/* Are these bytes a message, to the last of them? None are an empty one. */
bool protobuf_is_message(struct str bytes);

/* What rendering needs. */
struct protobuf_show {
	struct arena *scratch;
	const struct protobuf_set *set; /* NULL: no schema */
	uint64_t depth;                 /* messages in messages */
	uint64_t fields;                /* left to be shown */
};

/*
 * Write the message as an object; `type` may be NULL. What is malformed or too
 * much ends it, with a member "truncated": true.
 */
void protobuf_render(struct protobuf_show *s, struct str bytes,
                     const struct protobuf_type *type, struct sink *out);

#endif /* PROTO_PROTOBUF_H */
