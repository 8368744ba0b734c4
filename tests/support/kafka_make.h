/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_make: Kafka messages written by the tables that read them, with values
 * that can be told apart, and records in every format and codec.
 *
 * Lists have two elements, strings are "s1", "s2", ... in the order of the
 * wire, numbers count up, booleans are true. In flexible versions every tagged
 * field is there, and one more that nobody knows. A test ends when there is no
 * memory.
 */
#ifndef TESTS_SUPPORT_KAFKA_MAKE_H
#define TESTS_SUPPORT_KAFKA_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/kafka/kafka_schema.h"
#include "base/buf.h"

struct kafka_make {
	int16_t key, version;
	bool request;
	int32_t correlation;
	const char *client; /* requests; NULL is null */
	int16_t acks;       /* of Produce */
	int16_t error;      /* all error codes of a response */
	struct str records; /* what every field for records has */
};

/* Appends the message; the size is in front of it. How many strings it has. */
unsigned kafka_make_message(const struct kafka_make *m, struct buf *out);

/* Numbers, most significant byte first; varints. */
void kafka_make_int(struct buf *out, unsigned bytes, int64_t v);
void kafka_make_varint(struct buf *out, uint64_t v);
void kafka_make_zigzag(struct buf *out, int64_t v);

struct kafka_make_batch {
	int64_t offset;
	unsigned codec;   /* and the other attributes */
	int32_t count;    /* records: key kN, value vN, a header h=N */
	struct str value; /* when not empty, instead of vN */
};

/* A batch of magic 2, and a set of messages of magic 0 or 1. */
void kafka_make_records(const struct kafka_make_batch *b, struct buf *out);
void kafka_make_set(const struct kafka_make_batch *b, int magic,
                    struct buf *out);

/* What a producer's codec makes of it; xerial's snappy is codec 8. */
enum { KAFKA_MAKE_XERIAL = 8 };
void kafka_make_pack(unsigned codec, struct str in, struct buf *out);

#endif /* TESTS_SUPPORT_KAFKA_MAKE_H */
