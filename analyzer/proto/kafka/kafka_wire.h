/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_wire: heads and primitive types of the Kafka protocol.
 *
 * A message is an int32 with its size and then as many bytes. A request begins
 * with its API key, version, correlation id and client id; a response with the
 * correlation id alone. In *flexible* versions lengths are varints of one more
 * than the length (0: null), heads and structs end in tagged fields.
 *
 * The functions read through a cursor and leave the reason for a failure in it.
 * Facts: Apache Kafka's protocol guide, KIP-482 (tagged fields), KIP-511
 * (ApiVersions).
 */
#ifndef KAFKA_WIRE_H
#define KAFKA_WIRE_H

#include "analyzer/proto/kafka/kafka_schema.h"
#include "base/cursor.h"

/* Bytes of the size itself. */
enum { KAFKA_SIZE = 4 };

/* Sizes of what a request has at least, and of what brokers take at most:
 * socket.request.max.bytes is 100 MiB unless somebody changed it. */
enum { KAFKA_REQUEST_MIN = 8, KAFKA_REQUEST_MAX = 256 << 20 };

/* Versions above this one are no versions; the highest in use is 17. */
enum { KAFKA_VERSION_MAX = 31 };

/* Keys above the known ones, of brokers yet to come, end here. */
enum { KAFKA_KEY_MAX = 127 };

/* How a message is to be read. */
struct kafka_form {
	struct kafka_api api; /* of unknown keys only `key` is set */
	int16_t version;
	bool known;    /* the API is */
	bool decoded;  /* fields are known for this version */
	bool flexible; /* so is the version, and all lengths in it */
};

struct kafka_head {
	uint32_t size; /* of what follows the size */
	int32_t correlation;
	struct kafka_form form; /* requests */
	struct str client;
	bool no_client; /* null, not "" */
	bool one_way;   /* Produce with acks=0: nobody answers */
};

/* What is known about an API in a version. */
struct kafka_form kafka_wire_form(int16_t key, int16_t version);

/*
 * A request up to its first field. The head must be whole within the message:
 * CUR_BAD also when it does not fit, or cannot be one.
 */
void kafka_wire_request(struct cursor *c, struct kafka_head *ret_head);
/* Size and correlation id; tagged fields may follow (kafka_wire_tags()). */
void kafka_wire_response(struct cursor *c, struct kafka_head *ret_head);
/* Does the head of this response end in tagged fields? */
bool kafka_wire_response_tagged(const struct kafka_form *form);

/* Nothing but letters, digits and signs of ASCII, and blanks? */
bool kafka_wire_is_plain(struct str s);

/* At most n of c's bytes, closed if it has that many; c does not move. */
struct cursor kafka_wire_within(const struct cursor *c, uint64_t n);

/* Bytes of a type that always has as many; else 0. */
size_t kafka_wire_fixed(uint8_t type);
/* The value of a number, boolean or error. */
int64_t kafka_wire_integer(struct cursor *c, uint8_t type);
/* Of a string, bytes, records or (with `list`) a list; -1 for null. */
int64_t kafka_wire_length(struct cursor *c, uint8_t type, bool list,
                          bool flexible);
/* Passes over tagged fields. */
void kafka_wire_tags(struct cursor *c);

/* 16 bytes as Kafka's tools show them: 22 letters of base64url. */
enum { KAFKA_UUID_TEXT = 24 };
struct str kafka_wire_uuid(struct str bytes, char out[KAFKA_UUID_TEXT]);

#endif /* KAFKA_WIRE_H */
