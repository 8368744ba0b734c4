/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_records: record batches (magic 2), and the messages of the formats
 * before them (magic 0 and 1).
 *
 * A set holds any number of both, one after the other; the last one may be cut,
 * because brokers used to send as many bytes as were asked for. All three
 * begin with an offset and a length and have their magic at the same place.
 */
#ifndef KAFKA_RECORDS_H
#define KAFKA_RECORDS_H

#include "base/cursor.h"

enum {
	KAFKA_CODEC_BITS = 7,
	KAFKA_APPEND_TIME = 8, /* its timestamps are the broker's */
	KAFKA_TRANSACTIONAL = 16,
	KAFKA_CONTROL = 32,
};

/* Null is shown as the length -1. */
struct kafka_text {
	struct str s;
	int64_t n;
};

struct kafka_batch {
	int64_t offset;
	uint32_t length; /* of what follows it */
	int8_t magic;
	uint32_t crc;
	int16_t attributes;
	bool cut; /* the set ends inside */

	/* magic 2 */
	int32_t leader_epoch;
	int32_t last_offset_delta;
	int64_t first_timestamp, max_timestamp;
	int64_t producer_id;
	int16_t producer_epoch;
	int32_t base_sequence;
	int32_t count;
	struct str data; /* the records, encoded */

	/* magic 0 and 1 */
	int64_t timestamp;
	struct kafka_text key, value; /* a set of messages, when encoded */
};

struct kafka_record {
	int64_t length;
	int8_t attributes;
	int64_t timestamp_delta;
	int64_t offset_delta;
	struct kafka_text key, value;
	int64_t headers;      /* how many */
	struct cursor header; /* the first */
};

/* The next of a set; false at its end, or when not even its magic is there. */
bool kafka_records_next(struct cursor *set, struct kafka_batch *ret_batch);

static inline unsigned
kafka_records_codec(const struct kafka_batch *b)
{
	return (unsigned)b->attributes & KAFKA_CODEC_BITS;
}

/* The next of a batch's decoded records; false at the end or where they are
 * malformed. */
bool kafka_records_record(struct cursor *c, struct kafka_record *ret_record);
/* The next of a record's headers. */
bool kafka_records_header(struct cursor *c, struct kafka_text *ret_key,
                          struct kafka_text *ret_value);

/* "commit", "abort" or "" by the key of a record in a control batch. */
struct str kafka_records_control(struct str key);

#endif /* KAFKA_RECORDS_H */
