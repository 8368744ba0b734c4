/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_wire.h"

#include "base/base64.h"
#include "base/utf8.h"

struct kafka_form
kafka_wire_form(int16_t key, int16_t version)
{
	struct kafka_form f = { .api = { .key = key, .name = "Unknown" },
		                .version = version };

	f.known = kafka_schema_api(key, &f.api);
	/* What comes after the known keys came after flexible versions. */
	f.flexible = !f.known || version >= f.api.flexible;
	f.decoded = f.known && version <= f.api.max && f.api.response.n != 0;
	return f;
}

bool
kafka_wire_is_plain(struct str s)
{
	static const struct cur_set plain = { .in = { [' ' ... '~'] = 1 } };
	struct cursor c = cur_from_str(s, false);

	(void)cur_token(&c, &plain, s.n);
	return cur_ok(&c) && cur_at_end(&c);
}

struct cursor
kafka_wire_within(const struct cursor *c, uint64_t n)
{
	struct cursor all = *c;
	size_t left = cur_left(c);

	if (n <= left)
		return cur_block(&all, (size_t)n);
	return cur_from_str(cur_rest(&all), c->open);
}

size_t
kafka_wire_fixed(uint8_t type)
{
	switch (type) {
	case KAFKA_BOOL:
	case KAFKA_INT8:
		return 1;
	case KAFKA_INT16:
	case KAFKA_ERROR:
		return 2;
	case KAFKA_INT32:
		return 4;
	case KAFKA_INT64:
		return 8;
	case KAFKA_UUID:
		return 16;
	default:
		return 0;
	}
}

int64_t
kafka_wire_integer(struct cursor *c, uint8_t type)
{
	switch (kafka_wire_fixed(type)) {
	case 1:
		return (int8_t)cur_u8(c);
	case 2:
		return (int16_t)cur_be16(c);
	case 4:
		return (int32_t)cur_be32(c);
	default:
		return (int64_t)cur_be64(c);
	}
}

int64_t
kafka_wire_length(struct cursor *c, uint8_t type, bool list, bool flexible)
{
	int64_t n;

	if (flexible) {
		uint64_t v = cur_varint(c);

		if (v > (uint64_t)INT32_MAX + 1)
			cur_bad(c);
		n = (int64_t)v - 1;
	} else if (type == KAFKA_STRING && !list) {
		n = (int16_t)cur_be16(c);
	} else {
		n = (int32_t)cur_be32(c);
	}
	if (n < -1)
		cur_bad(c);
	return cur_ok(c) ? n : -1;
}

void
kafka_wire_tags(struct cursor *c)
{
	uint64_t n = cur_varint(c);

	while (cur_ok(c) && n-- != 0) {
		uint64_t size;

		(void)cur_varint(c);
		size = cur_varint(c);
		if (size > UINT32_MAX)
			cur_bad(c);
		(void)cur_skip(c, (size_t)size);
	}
}

/* The client id is a word or two of text, and not in any other encoding. */
static bool
wire_is_client(struct str s)
{
	return utf8_valid(s) && str_find_char(s, '\0') == s.n;
}

static void
wire_client(struct cursor *c, struct kafka_head *h)
{
	int64_t n;

	/* The first version of ControlledShutdown has none. */
	if (h->form.api.key == 7 && h->form.version == 0)
		return;
	n = kafka_wire_length(c, KAFKA_STRING, false, false);
	h->no_client = n < 0;
	if (n > 0)
		h->client = cur_take(c, (size_t)n);
	if (!wire_is_client(h->client))
		cur_bad(c);
}

/* Is it a Produce request that nobody answers? Looks, and does not move. */
static bool
wire_one_way(struct cursor *c, const struct kafka_form *f)
{
	struct cursor look = *c;

	if (f->api.key != KAFKA_PRODUCE || !f->decoded)
		return false;
	if (f->version >= 3) {
		int64_t n = kafka_wire_length(&look, KAFKA_STRING, false,
		                              f->flexible);

		if (n > 0)
			(void)cur_skip(&look, (size_t)n);
	}
	if (kafka_wire_integer(&look, KAFKA_INT16) == 0 && cur_ok(&look))
		return true;
	/* Without these bytes it is not known what the message is. */
	if (look.state == CUR_MORE)
		(void)cur_want(c, cur_left(c) + look.need);
	return false;
}

static void
wire_request_inside(struct cursor *c, struct kafka_head *h)
{
	int16_t key = (int16_t)cur_be16(c);
	int16_t version = (int16_t)cur_be16(c);

	h->form = kafka_wire_form(key, version);
	if (key < 0 || key > KAFKA_KEY_MAX || version < 0 ||
	    version > KAFKA_VERSION_MAX)
		cur_bad(c);
	h->correlation = (int32_t)cur_be32(c);
	wire_client(c, h);
	if (h->form.flexible)
		kafka_wire_tags(c);
	h->one_way = wire_one_way(c, &h->form);
}

/* Moves c by what `inside`, which is within it, was read; or fails like it. */
static void
wire_follow(struct cursor *c, const struct cursor *inside, size_t was)
{
	(void)cur_skip(c, was - cur_left(inside));
	if (inside->state == CUR_BAD)
		cur_bad(c);
	else if (inside->state == CUR_MORE)
		(void)cur_want(c, cur_left(c) + inside->need);
}

void
kafka_wire_request(struct cursor *c, struct kafka_head *ret_head)
{
	struct kafka_head h = { .size = cur_be32(c) };
	struct cursor in;
	size_t was;

	if (cur_ok(c) &&
	    (h.size < KAFKA_REQUEST_MIN || h.size > KAFKA_REQUEST_MAX))
		cur_bad(c);
	if (!cur_ok(c))
		return;
	in = kafka_wire_within(c, h.size);
	was = cur_left(&in);
	wire_request_inside(&in, &h);
	wire_follow(c, &in, was);
	*ret_head = h;
}

void
kafka_wire_response(struct cursor *c, struct kafka_head *ret_head)
{
	struct kafka_head h = { .size = cur_be32(c) };

	h.correlation = (int32_t)cur_be32(c);
	if (cur_ok(c) && (h.size < KAFKA_SIZE || h.size > INT32_MAX))
		cur_bad(c);
	*ret_head = h;
}

/* KIP-511: a client that asks for versions cannot know this one. */
bool
kafka_wire_response_tagged(const struct kafka_form *form)
{
	return form->flexible && form->api.key != KAFKA_API_VERSIONS;
}

struct str
kafka_wire_uuid(struct str bytes, char out[KAFKA_UUID_TEXT])
{
	struct base64_enc e;
	size_t n;

	/* 16 bytes are five groups and one byte, which gives two letters. */
	base64_enc_init(&e);
	n = base64_enc_part(&e, str_head(bytes, 16), out);
	n += base64_enc_end(&e, out + n);
	for (size_t i = 0; i < n; i++) {
		if (out[i] == '+')
			out[i] = '-';
		else if (out[i] == '/')
			out[i] = '_';
	}
	return str_head(str_make(out, n), 22);
}
