/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/cursor.h"
#include "base/utf8.h"

/* Digits within which two different floats differ. */
#define FLOAT_DIGITS 9

/* Bytes that become base64 text at a time; a multiple of three. */
#define TABLE_PIECE 768u

/* Seconds that an int64_t of nanoseconds holds. */
#define TABLE_SECONDS_MAX UINT64_C(9223372036)

enum kind {
	KIND_BAD, /* no such type */
	KIND_BOOLEAN,
	KIND_INTEGER,
	KIND_FLOAT,
	KIND_DOUBLE,
	KIND_DECIMAL,
	KIND_STRING,
	KIND_BYTES,
	KIND_TIME,
	KIND_ARRAY,
	KIND_TABLE,
	KIND_VOID,
};

struct item {
	enum kind kind;
	int64_t number; /* also the bits of a float, and a decimal's value */
	uint8_t scale;
	struct str text; /* of strings, bytes, arrays and tables */
};

/* --- reading -------------------------------------------------------------- */

static int64_t
read_integer(struct cursor *c, uint8_t type)
{
	switch (type) {
	case 't':
	case 'B':
		return cur_u8(c);
	case 'b':
		return (int8_t)cur_u8(c);
	case 's':
	case 'U':
		return (int16_t)cur_be16(c);
	case 'u':
		return cur_be16(c);
	case 'I':
		return (int32_t)cur_be32(c);
	case 'i':
	case 'f':
		return cur_be32(c);
	default:
		return (int64_t)cur_be64(c);
	}
}

static enum kind
kind_of(uint8_t type)
{
	static const struct {
		char type;
		enum kind kind;
	} kinds[] = {
		{ 't', KIND_BOOLEAN }, { 'b', KIND_INTEGER },
		{ 'B', KIND_INTEGER }, { 's', KIND_INTEGER },
		{ 'U', KIND_INTEGER }, { 'u', KIND_INTEGER },
		{ 'I', KIND_INTEGER }, { 'i', KIND_INTEGER },
		{ 'l', KIND_INTEGER }, { 'L', KIND_INTEGER },
		{ 'f', KIND_FLOAT },   { 'd', KIND_DOUBLE },
		{ 'D', KIND_DECIMAL }, { 'S', KIND_STRING },
		{ 'x', KIND_BYTES },   { 'T', KIND_TIME },
		{ 'A', KIND_ARRAY },   { 'F', KIND_TABLE },
		{ 'V', KIND_VOID },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].type == (char)type)
			return kinds[i].kind;
	}
	return KIND_BAD;
}

/* One value with its type in front. */
static void
read_item(struct cursor *c, struct item *it)
{
	uint8_t type = cur_u8(c);

	*it = (struct item){ .kind = kind_of(type) };
	switch (it->kind) {
	case KIND_BAD:
		cur_bad(c);
		break;
	case KIND_DECIMAL:
		it->scale = cur_u8(c);
		it->number = (int32_t)cur_be32(c);
		break;
	case KIND_STRING:
	case KIND_BYTES:
	case KIND_ARRAY:
	case KIND_TABLE:
		it->text = cur_take(c, cur_be32(c));
		break;
	case KIND_VOID:
		break;
	default:
		it->number = read_integer(c, type);
	}
}

bool
amqp_table_next(struct str *io_bytes, struct str *ret_name,
                struct str *ret_value)
{
	struct cursor c = cur_from_str(*io_bytes, false);
	struct str name = cur_take(&c, cur_u8(&c));
	struct str value;
	struct item it;

	value = str_tail(*io_bytes, io_bytes->n - cur_left(&c));
	read_item(&c, &it);
	if (!cur_ok(&c))
		return false;
	*ret_name = name;
	*ret_value = str_head(value, value.n - cur_left(&c));
	*io_bytes = str_tail(value, ret_value->n);
	return true;
}

static bool
is_valid(struct cursor c, bool named, unsigned depth)
{
	struct item it;

	while (!cur_at_end(&c)) {
		if (named && !utf8_valid(cur_take(&c, cur_u8(&c))))
			return false;
		read_item(&c, &it);
		if (!cur_ok(&c))
			return false;
		if ((it.kind == KIND_TABLE || it.kind == KIND_ARRAY) &&
		    (depth == 0 || !is_valid(cur_from_str(it.text, false),
		                             it.kind == KIND_TABLE, depth - 1)))
			return false;
	}
	return true;
}

bool
amqp_table_valid(struct str bytes, unsigned depth)
{
	return is_valid(cur_from_str(bytes, false), true, depth);
}

bool
amqp_table_text(struct str value, struct str *ret_text)
{
	struct cursor c = cur_from_str(value, false);
	struct item it;

	read_item(&c, &it);
	if (!cur_ok(&c) || it.kind != KIND_STRING)
		return false;
	*ret_text = it.text;
	return true;
}

/* --- writing -------------------------------------------------------------- */

struct str
amqp_table_time(uint64_t seconds, char buf[AMQP_TIME_MAX])
{
	if (seconds == 0 || seconds > TABLE_SECONDS_MAX)
		return STR("0001-01-01T00:00:00Z");
	return clock_format((int64_t)seconds * CLOCK_SEC, buf);
}

/* The shortest decimal that is this float, as a double: 1.1 and not 1.1000...
 */
static double
widen(uint32_t bits)
{
	char text[32];
	float f;

	memcpy(&f, &bits, sizeof(f));
	for (int digits = 1; digits < FLOAT_DIGITS; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, (double)f);
		if (strtof(text, NULL) == f)
			return strtod(text, NULL);
	}
	return (double)f;
}

static double
as_double(int64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static void
put_base64(struct str bytes, struct sink *out)
{
	char text[TABLE_PIECE / 3 * 4 + 4];
	struct base64_enc e;

	base64_enc_init(&e);
	sink_text_begin(out);
	for (; bytes.n != 0; bytes = str_tail(bytes, TABLE_PIECE)) {
		struct str part = str_head(bytes, TABLE_PIECE);

		sink_text(out, str_make(text, base64_enc_part(&e, part, text)));
	}
	sink_text(out, str_make(text, base64_enc_end(&e, text)));
	sink_text_end(out);
}

static void
put_array(struct str bytes, unsigned depth, struct sink *out)
{
	struct cursor c = cur_from_str(bytes, false);
	struct item it;

	sink_begin_array(out);
	while (!cur_at_end(&c)) {
		struct str rest = str_tail(bytes, bytes.n - cur_left(&c));

		read_item(&c, &it);
		if (!cur_ok(&c))
			break;
		amqp_table_render_value(rest, depth, out);
	}
	sink_end_array(out);
}

static void
put_item(const struct item *it, unsigned depth, struct sink *out)
{
	char buf[AMQP_TIME_MAX];

	switch (it->kind) {
	case KIND_BOOLEAN:
		sink_boolean(out, it->number != 0);
		break;
	case KIND_INTEGER:
		sink_integer(out, it->number);
		break;
	case KIND_FLOAT:
		sink_number(out, widen((uint32_t)it->number));
		break;
	case KIND_DOUBLE:
		sink_number(out, as_double(it->number));
		break;
	case KIND_DECIMAL:
		sink_begin_object(out);
		sink_member_integer(out, "Scale", it->scale);
		sink_member_integer(out, "Value", it->number);
		sink_end_object(out);
		break;
	case KIND_STRING:
		sink_string(out, it->text);
		break;
	case KIND_BYTES:
		put_base64(it->text, out);
		break;
	case KIND_TIME:
		sink_string(out, amqp_table_time((uint64_t)it->number, buf));
		break;
	case KIND_ARRAY:
		put_array(it->text, depth, out);
		break;
	case KIND_TABLE:
		amqp_table_render(it->text, depth, out);
		break;
	default:
		sink_null(out);
	}
}

void
amqp_table_render_value(struct str value, unsigned depth, struct sink *out)
{
	struct cursor c = cur_from_str(value, false);
	struct item it;

	read_item(&c, &it);
	if (!cur_ok(&c) ||
	    (depth == 0 && (it.kind == KIND_ARRAY || it.kind == KIND_TABLE)))
		it.kind = KIND_VOID;
	put_item(&it, depth != 0 ? depth - 1 : 0, out);
}

void
amqp_table_render(struct str bytes, unsigned depth, struct sink *out)
{
	struct str name, value;

	sink_begin_object(out);
	while (amqp_table_next(&bytes, &name, &value)) {
		if (sink_want(out, name))
			amqp_table_render_value(value, depth, out);
	}
	sink_end_object(out);
}
