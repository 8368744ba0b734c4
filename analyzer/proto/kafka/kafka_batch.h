/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_batch: record sets as events.
 *
 * A set is an object: `recordBatch` is its first batch, moreRecordBatches the
 * others, messageSet the messages of the formats before. Members of our own,
 * where there is something to say:
 *	compression, timestampType, transactional, control   of a batch
 *	keyEncoding, valueEncoding, encoding   "base64": it is no text
 *	messages      what a compressed message holds
 *	control       "commit" or "abort": a record that ends a transaction
 *	decodeError   why not all records are there
 *	truncated     the set ends inside
 */
#ifndef KAFKA_BATCH_H
#define KAFKA_BATCH_H

#include "analyzer/proto/kafka/kafka_records.h"
#include "analyzer/proto/kafka/kafka_show.h"
#include "base/buf.h"

void kafka_batch_set(struct kafka_show *s, struct str set, struct sink *out);

/* Decoded records, or a compressed message's messages. */
struct kafka_inside {
	struct buf mem;
	struct cursor c;
	int error; /* why they are not whole: 0, or a code */
};

/* Release it in any case. */
void kafka_batch_open(struct kafka_show *s, const struct kafka_batch *b,
                      struct kafka_inside *ret_inside);
void kafka_batch_close(struct kafka_inside *in);

/* Members of an object that the caller begins and ends. */
void kafka_batch_members(struct kafka_show *s, const struct kafka_batch *b,
                         struct sink *out);
void kafka_batch_message(struct kafka_show *s, const struct kafka_batch *b,
                         struct sink *out);
void kafka_batch_record(const struct kafka_batch *b,
                        const struct kafka_record *r, struct sink *out);

#endif /* KAFKA_BATCH_H */
