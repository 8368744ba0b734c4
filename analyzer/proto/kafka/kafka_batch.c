/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_batch.h"

#include "analyzer/proto/kafka/kafka_codec.h"
#include "base/err.h"
#include "base/utf8.h"

/* --- decoding ------------------------------------------------------------- */

void
kafka_batch_open(struct kafka_show *s, const struct kafka_batch *b,
                 struct kafka_inside *ret_inside)
{
	struct kafka_inside *in = ret_inside;
	struct str data = b->magic == 2 ? b->data : b->value.s;
	unsigned codec = kafka_records_codec(b);

	*in = (struct kafka_inside){ .error = 0 };
	buf_init(&in->mem, (size_t)s->limits->render_bytes + (1u << 20));
	if (codec == KAFKA_PLAIN) {
		in->c = cur_from_str(data, false);
		return;
	}
	in->error = kafka_codec_decode(codec, data, s->budget,
	                               s->limits->render_ratio, &in->mem);
	s->budget -= in->mem.n < s->budget ? in->mem.n : s->budget;
	in->c = cur_from_str(buf_str(&in->mem), false);
}

void
kafka_batch_close(struct kafka_inside *in)
{
	buf_release(&in->mem);
}

/* --- text or not ---------------------------------------------------------- */

/* `key`, and `encoding` next to it when it is no text. */
static void
batch_text(const char *key, const char *encoding, struct str s,
           struct sink *out)
{
	bool text = utf8_valid(s);

	if (sink_want(out, str_from_c(key))) {
		if (text)
			sink_string(out, s);
		else
			kafka_show_base64(s, out);
	}
	if (!text)
		sink_member_string(out, encoding, STR("base64"));
}

/* --- records -------------------------------------------------------------- */

static void
batch_headers(const struct kafka_record *r, struct sink *out)
{
	struct cursor c = r->header;
	struct kafka_text key, value;

	sink_begin_array(out);
	for (int64_t n = r->headers; n > 0; n--) {
		if (!kafka_records_header(&c, &key, &value))
			break;
		sink_begin_object(out);
		sink_member_string(out, "headerKey", key.s);
		sink_member_integer(out, "headerKeyLength", key.n);
		sink_member_integer(out, "headerValueLength", value.n);
		batch_text("value", "encoding", value.s, out);
		sink_end_object(out);
	}
	sink_end_array(out);
}

void
kafka_batch_record(const struct kafka_batch *b, const struct kafka_record *r,
                   struct sink *out)
{
	struct str control = b->attributes & KAFKA_CONTROL
	                         ? kafka_records_control(r->key.s)
	                         : STR_NONE;

	sink_member_integer(out, "attributes", r->attributes);
	if (control.n != 0)
		sink_member_string(out, "control", control);
	if (sink_want(out, STR("headers")))
		batch_headers(r, out);
	batch_text("key", "keyEncoding", r->key.s, out);
	sink_member_integer(out, "keyLength", r->key.n);
	sink_member_integer(out, "length", r->length);
	sink_member_integer(out, "offsetDelta", r->offset_delta);
	sink_member_integer(out, "timestampDelta", r->timestamp_delta);
	batch_text("value", "valueEncoding", r->value.s, out);
	sink_member_integer(out, "valueLen", r->value.n);
}

static void
batch_error(int code, struct sink *out)
{
	if (code != 0)
		sink_member_string(out, "decodeError",
		                   str_from_c(err_text(code)));
}

static void
batch_records(struct kafka_show *s, const struct kafka_batch *b,
              struct sink *out)
{
	struct kafka_inside in;
	struct kafka_record r;
	int64_t n = 0;

	if (!sink_want(out, STR("record")))
		return;
	kafka_batch_open(s, b, &in);
	sink_begin_array(out);
	for (; sink_ok(out) && kafka_records_record(&in.c, &r); n++) {
		sink_begin_object(out);
		kafka_batch_record(b, &r, out);
		sink_end_object(out);
	}
	sink_end_array(out);
	if (in.error == 0 && !b->cut && n != b->count)
		in.error = ERR_MALFORMED;
	batch_error(in.error, out);
	kafka_batch_close(&in);
}

/* --- batches -------------------------------------------------------------- */

static void
batch_marks(const struct kafka_batch *b, struct sink *out)
{
	if (b->attributes & KAFKA_APPEND_TIME)
		sink_member_string(out, "timestampType", STR("LogAppendTime"));
	if (b->attributes & KAFKA_TRANSACTIONAL)
		sink_member_boolean(out, "transactional", true);
	if (b->cut)
		sink_member_boolean(out, "truncated", true);
}

static void
batch_compression(const struct kafka_batch *b, struct sink *out)
{
	struct str name = kafka_codec_name(kafka_records_codec(b));

	if (name.n != 0)
		sink_member_string(out, "compression", name);
}

void
kafka_batch_members(struct kafka_show *s, const struct kafka_batch *b,
                    struct sink *out)
{
	sink_member_integer(out, "attributes", b->attributes);
	sink_member_integer(out, "baseOffset", b->offset);
	sink_member_integer(out, "baseSequence", b->base_sequence);
	sink_member_integer(out, "batchLength", b->length);
	batch_compression(b, out);
	if (b->attributes & KAFKA_CONTROL)
		sink_member_boolean(out, "control", true);
	sink_member_integer(out, "crc", b->crc);
	sink_member_integer(out, "firstTimestamp", b->first_timestamp);
	sink_member_integer(out, "lastOffsetDelta", b->last_offset_delta);
	sink_member_integer(out, "magic", b->magic);
	sink_member_integer(out, "maxTimestamp", b->max_timestamp);
	sink_member_integer(out, "partitionLeaderEpoch", b->leader_epoch);
	sink_member_integer(out, "producerEpoch", b->producer_epoch);
	sink_member_integer(out, "producerId", b->producer_id);
	batch_records(s, b, out);
	batch_marks(b, out);
}

/* --- messages of magic 0 and 1 -------------------------------------------- */

static void batch_messages(struct kafka_show *s, struct cursor c, bool outer,
                           struct sink *out);

static void
batch_message(struct kafka_show *s, const struct kafka_batch *b, bool outer,
              struct sink *out)
{
	bool packed = outer && kafka_records_codec(b) != KAFKA_PLAIN;

	sink_member_integer(out, "attributes", b->attributes);
	batch_compression(b, out);
	sink_member_integer(out, "crc", b->crc);
	batch_text("key", "keyEncoding", b->key.s, out);
	sink_member_integer(out, "keyLength", b->key.n);
	sink_member_integer(out, "magic", b->magic);
	sink_member_integer(out, "messageSize", b->length);
	if (packed && sink_want(out, STR("messages"))) {
		struct kafka_inside in;

		kafka_batch_open(s, b, &in);
		batch_messages(s, in.c, false, out);
		batch_error(in.error, out);
		kafka_batch_close(&in);
	}
	sink_member_integer(out, "offset", b->offset);
	if (b->magic == 1)
		sink_member_integer(out, "timestamp", b->timestamp);
	batch_marks(b, out);
	if (!packed)
		batch_text("value", "valueEncoding", b->value.s, out);
	sink_member_integer(out, "valueLen", b->value.n);
}

void
kafka_batch_message(struct kafka_show *s, const struct kafka_batch *b,
                    struct sink *out)
{
	batch_message(s, b, true, out);
}

static void
batch_messages(struct kafka_show *s, struct cursor c, bool outer,
               struct sink *out)
{
	struct kafka_batch b;

	sink_begin_array(out);
	while (sink_ok(out) && kafka_records_next(&c, &b)) {
		if (b.magic == 2)
			continue;
		sink_begin_object(out);
		batch_message(s, &b, outer, out);
		sink_end_object(out);
	}
	sink_end_array(out);
}

/* --- sets ----------------------------------------------------------------- */

static void
batch_object(struct kafka_show *s, const struct kafka_batch *b,
             struct sink *out)
{
	sink_begin_object(out);
	kafka_batch_members(s, b, out);
	sink_end_object(out);
}

void
kafka_batch_set(struct kafka_show *s, struct str set, struct sink *out)
{
	struct cursor c = cur_from_str(set, false);
	uint64_t batches = 0, messages = 0;
	struct kafka_batch b;

	sink_begin_object(out);
	while (kafka_records_next(&c, &b)) {
		if (b.magic != 2) {
			messages++;
		} else if (batches++ == 0) {
			if (sink_want(out, STR("recordBatch")))
				batch_object(s, &b, out);
		}
	}
	if (messages != 0 && sink_want(out, STR("messageSet")))
		batch_messages(s, cur_from_str(set, false), true, out);
	if (batches > 1 && sink_want(out, STR("moreRecordBatches"))) {
		bool first = true;

		sink_begin_array(out);
		c = cur_from_str(set, false);
		while (sink_ok(out) && kafka_records_next(&c, &b)) {
			if (b.magic == 2 && !first)
				batch_object(s, &b, out);
			first = first && b.magic != 2;
		}
		sink_end_array(out);
	}
	sink_end_object(out);
}
