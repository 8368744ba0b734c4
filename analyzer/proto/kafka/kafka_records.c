/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_records.h"

/* Where all three formats have their magic. */
enum { RECORDS_MAGIC = 16 };

/* A key or value with an int32 for its length. */
static struct kafka_text
records_bytes(struct cursor *c)
{
	struct kafka_text t = { .n = (int32_t)cur_be32(c) };

	if (t.n < -1)
		cur_bad(c);
	if (t.n > 0)
		t.s = cur_take(c, (size_t)t.n);
	return t;
}

static void
records_message(struct cursor *c, struct kafka_batch *b)
{
	b->crc = cur_be32(c);
	(void)cur_u8(c);
	b->attributes = cur_u8(c);
	b->timestamp = b->magic == 1 ? (int64_t)cur_be64(c) : -1;
	b->key = records_bytes(c);
	b->value = records_bytes(c);
}

static void
records_batch(struct cursor *c, struct kafka_batch *b)
{
	b->leader_epoch = (int32_t)cur_be32(c);
	(void)cur_u8(c);
	b->crc = cur_be32(c);
	b->attributes = (int16_t)cur_be16(c);
	b->last_offset_delta = (int32_t)cur_be32(c);
	b->first_timestamp = (int64_t)cur_be64(c);
	b->max_timestamp = (int64_t)cur_be64(c);
	b->producer_id = (int64_t)cur_be64(c);
	b->producer_epoch = (int16_t)cur_be16(c);
	b->base_sequence = (int32_t)cur_be32(c);
	b->count = (int32_t)cur_be32(c);
	b->data = cur_rest(c);
}

bool
kafka_records_next(struct cursor *set, struct kafka_batch *ret_batch)
{
	struct kafka_batch b = { .timestamp = -1 };
	struct cursor look = *set, in;
	size_t left;

	(void)cur_skip(&look, RECORDS_MAGIC);
	b.magic = (int8_t)cur_u8(&look);
	if (!cur_ok(&look))
		return false;
	b.offset = (int64_t)cur_be64(set);
	b.length = cur_be32(set);
	left = cur_left(set);
	b.cut = b.length > left;
	in = cur_block(set, b.cut ? left : b.length);
	if (b.magic == 2)
		records_batch(&in, &b);
	else
		records_message(&in, &b);
	b.cut = b.cut || !cur_ok(&in);
	*ret_batch = b;
	return true;
}

/* A key or value with a signed varint for its length. */
static struct kafka_text
records_text(struct cursor *c)
{
	struct kafka_text t = { .n = cur_zigzag(c) };

	if (t.n < -1 || t.n > INT32_MAX)
		cur_bad(c);
	if (t.n > 0)
		t.s = cur_take(c, (size_t)t.n);
	return t;
}

bool
kafka_records_record(struct cursor *c, struct kafka_record *ret_record)
{
	struct kafka_record r = { .length = 0 };
	struct cursor in;

	if (cur_at_end(c))
		return false;
	r.length = cur_zigzag(c);
	if (r.length < 0 || r.length > INT32_MAX)
		cur_bad(c);
	in = cur_block(c, (size_t)r.length);
	r.attributes = (int8_t)cur_u8(&in);
	r.timestamp_delta = cur_zigzag(&in);
	r.offset_delta = cur_zigzag(&in);
	r.key = records_text(&in);
	r.value = records_text(&in);
	r.headers = cur_zigzag(&in);
	r.header = in;
	if (!cur_ok(&in))
		return false;
	*ret_record = r;
	return true;
}

bool
kafka_records_header(struct cursor *c, struct kafka_text *ret_key,
                     struct kafka_text *ret_value)
{
	if (cur_at_end(c))
		return false;
	*ret_key = records_text(c);
	*ret_value = records_text(c);
	return cur_ok(c);
}

struct str
kafka_records_control(struct str key)
{
	struct cursor c = cur_from_str(key, false);
	unsigned type;

	(void)cur_be16(&c); /* its version */
	type = cur_be16(&c);
	if (!cur_ok(&c) || type > 1)
		return STR_NONE;
	return type == 1 ? STR("commit") : STR("abort");
}
