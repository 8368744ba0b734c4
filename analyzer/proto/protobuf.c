/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/protobuf.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/http_render.h"
#include "base/err.h"
#include "base/utf8.h"

/* Groups in groups; nobody uses them any more. */
enum { PROTOBUF_GROUPS = 16 };

/* The greatest field number. */
#define PROTOBUF_NUMBER_MAX 536870911u

/* --- the wire ------------------------------------------------------------- */

/* Passes a field's value; false when there is none of that shape. */
static void
take_value(struct cursor *c, struct protobuf_field *f)
{
	uint64_t n;

	switch (f->wire) {
	case PROTOBUF_VARINT:
		f->value = cur_varint(c);
		break;
	case PROTOBUF_FIXED64:
		f->value = cur_le64(c);
		break;
	case PROTOBUF_FIXED32:
		f->value = cur_le32(c);
		break;
	case PROTOBUF_BYTES:
		n = cur_varint(c);
		f->bytes = n <= SIZE_MAX ? cur_take(c, (size_t)n) : STR_NONE;
		break;
	default:
		break;
	}
}

static void
take_tag(struct cursor *c, struct protobuf_field *f)
{
	uint64_t tag = cur_varint(c);

	*f = (struct protobuf_field){ .wire = (enum protobuf_wire)(tag & 7) };
	if (tag >> 3 == 0 || tag >> 3 > PROTOBUF_NUMBER_MAX || (tag & 7) > 5)
		cur_bad(c);
	f->number = (uint32_t)(tag >> 3);
}

/* The inside of a group, whose tag was read; the cursor goes behind its end. */
static void
take_group(struct cursor *c, struct protobuf_field *group)
{
	uint32_t open[PROTOBUF_GROUPS] = { group->number };
	struct cursor begin = *c;
	struct cursor before = *c;
	unsigned depth = 1;

	while (cur_ok(c) && depth != 0) {
		struct protobuf_field f;

		before = *c;
		take_tag(c, &f);
		if (f.wire == PROTOBUF_GROUP && depth < PROTOBUF_GROUPS)
			open[depth++] = f.number;
		else if (f.wire == PROTOBUF_GROUP_END &&
		         f.number == open[depth - 1])
			depth--;
		else if (f.wire == PROTOBUF_GROUP ||
		         f.wire == PROTOBUF_GROUP_END)
			cur_bad(c);
		else
			take_value(c, &f);
	}
	group->bytes = cur_peek(&begin, cur_left(&begin) - cur_left(&before));
}

bool
protobuf_next(struct cursor *c, struct protobuf_field *ret)
{
	struct protobuf_field f;

	if (!cur_ok(c) || cur_at_end(c))
		return false;
	take_tag(c, &f);
	if (f.wire == PROTOBUF_GROUP_END)
		cur_bad(c);
	if (f.wire == PROTOBUF_GROUP)
		take_group(c, &f);
	else
		take_value(c, &f);
	if (!cur_ok(c))
		return false;
	*ret = f;
	return true;
}

bool
protobuf_is_message(struct str bytes)
{
	struct cursor c = cur_from_str(bytes, false);
	struct protobuf_field f;

	while (protobuf_next(&c, &f))
		;
	return cur_ok(&c);
}

/* --- values --------------------------------------------------------------- */

static void
put_unsigned(uint64_t v, struct sink *out)
{
	char text[24];
	int n;

	if (v <= INT64_MAX) {
		sink_integer(out, (int64_t)v);
		return;
	}
	n = snprintf(text, sizeof(text), "%" PRIu64, v);
	sink_string(out, str_make(text, (size_t)n));
}

/* JSON has no infinities. */
static void
put_double(double v, struct sink *out)
{
	if (isfinite(v))
		sink_number(out, v);
	else
		sink_string(out, isnan(v)  ? STR("NaN")
		                 : v > 0.0 ? STR("Infinity")
		                           : STR("-Infinity"));
}

static double
double_of(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static double
float_of(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float f;

	memcpy(&f, &low, sizeof(f));
	return (double)f;
}

static void
put_base64(struct str bytes, struct sink *out)
{
	sink_begin_object(out);
	if (sink_want(out, STR("base64")))
		http_render_base64(bytes, out);
	sink_end_object(out);
}

static bool
is_printable(struct str s)
{
	const char *p = s.p;

	if (!utf8_valid(s))
		return false;
	for (size_t i = 0; i < s.n; i++, p++) {
		uint8_t b = (uint8_t)*p;

		if ((b < ' ' && b != '\n' && b != '\r' && b != '\t') ||
		    b == 0x7f)
			return false;
	}
	return true;
}

static void
guess_number(const struct protobuf_field *f, struct sink *out)
{
	bool wide = f->wire == PROTOBUF_FIXED64;
	double d = wide ? double_of(f->value) : float_of(f->value);
	double size = fabs(d);

	if (f->wire != PROTOBUF_VARINT && f->value != 0 && size >= 1e-6 &&
	    size <= 1e15)
		put_double(d, out);
	else
		put_unsigned(f->value, out);
}

static void
guess_bytes(struct protobuf_show *s, struct str bytes, struct sink *out)
{
	if (is_printable(bytes))
		sink_string(out, bytes);
	else if (s->depth != 0 && protobuf_is_message(bytes))
		protobuf_render(s, bytes, NULL, out);
	else
		put_base64(bytes, out);
}

static void
guess(struct protobuf_show *s, const struct protobuf_field *f, struct sink *out)
{
	if (f->wire == PROTOBUF_BYTES)
		guess_bytes(s, f->bytes, out);
	else if (f->wire == PROTOBUF_GROUP)
		protobuf_render(s, f->bytes, NULL, out);
	else
		guess_number(f, out);
}

/* --- values with a type --------------------------------------------------- */

static int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static void
put_enum(const struct protobuf_member *m, uint64_t v, struct sink *out)
{
	const struct protobuf_member *value = protobuf_set_member(m->type, v);

	if (value != NULL)
		sink_string(out, value->name);
	else
		sink_integer(out, (int32_t)(uint32_t)v);
}

/* A number of the wire as the member's kind has it. */
static void
put_number(const struct protobuf_member *m, uint64_t v, struct sink *out)
{
	switch (m->kind) {
	case PROTOBUF_DOUBLE:
		put_double(double_of(v), out);
		break;
	case PROTOBUF_FLOAT:
		put_double(float_of(v), out);
		break;
	case PROTOBUF_INT32:
	case PROTOBUF_SFIXED32:
		sink_integer(out, (int32_t)(uint32_t)v);
		break;
	case PROTOBUF_INT64:
	case PROTOBUF_SFIXED64:
		sink_integer(out, (int64_t)v);
		break;
	case PROTOBUF_SINT32:
	case PROTOBUF_SINT64:
		sink_integer(out, unzigzag(v));
		break;
	case PROTOBUF_BOOL:
		sink_boolean(out, v != 0);
		break;
	case PROTOBUF_ENUM:
		put_enum(m, v, out);
		break;
	default:
		put_unsigned(v, out);
	}
}

/* The shape that the wire has for a kind. */
static enum protobuf_wire
wire_of(enum protobuf_kind kind)
{
	switch (kind) {
	case PROTOBUF_DOUBLE:
	case PROTOBUF_KIND_FIXED64:
	case PROTOBUF_SFIXED64:
		return PROTOBUF_FIXED64;
	case PROTOBUF_FLOAT:
	case PROTOBUF_KIND_FIXED32:
	case PROTOBUF_SFIXED32:
		return PROTOBUF_FIXED32;
	case PROTOBUF_STRING:
	case PROTOBUF_MESSAGE:
	case PROTOBUF_KIND_BYTES:
		return PROTOBUF_BYTES;
	case PROTOBUF_KIND_GROUP:
		return PROTOBUF_GROUP;
	default:
		return PROTOBUF_VARINT;
	}
}

/* Many numbers in one field; inside an array that is open. */
static void
put_packed(struct protobuf_show *s, const struct protobuf_member *m,
           struct str bytes, struct sink *out)
{
	struct cursor c = cur_from_str(bytes, false);

	while (cur_ok(&c) && !cur_at_end(&c) && s->fields != 0) {
		struct protobuf_field f = { .wire = wire_of(m->kind) };

		take_value(&c, &f);
		if (!cur_ok(&c))
			break;
		s->fields--;
		put_number(m, f.value, out);
	}
}

static bool
is_packed(const struct protobuf_member *m, const struct protobuf_field *f)
{
	return m != NULL && m->repeated && f->wire == PROTOBUF_BYTES &&
	       wire_of(m->kind) != PROTOBUF_BYTES;
}

static void
put_value(struct protobuf_show *s, const struct protobuf_member *m,
          const struct protobuf_field *f, struct sink *out)
{
	if (m == NULL || f->wire != wire_of(m->kind))
		guess(s, f, out);
	else if (m->kind == PROTOBUF_MESSAGE || m->kind == PROTOBUF_KIND_GROUP)
		protobuf_render(s, f->bytes, m->type, out);
	else if (m->kind == PROTOBUF_STRING && utf8_valid(f->bytes))
		sink_string(out, f->bytes);
	else if (f->wire == PROTOBUF_BYTES)
		put_base64(f->bytes, out);
	else
		put_number(m, f->value, out);
}

/* --- messages ------------------------------------------------------------- */

/* Fields with their order, so that those of one number come together. */
struct ranked {
	struct protobuf_field f;
	size_t order;
};

static int
compare_ranked(const void *va, const void *vb)
{
	const struct ranked *a = va, *b = vb;

	if (a->f.number != b->f.number)
		return a->f.number < b->f.number ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* All fields of a message, by number; *ret_whole: they are all there. */
static struct ranked *
gather(struct protobuf_show *s, struct str bytes, size_t *ret_n,
       bool *ret_whole)
{
	struct cursor c = cur_from_str(bytes, false);
	struct cursor again = c;
	struct protobuf_field f;
	struct ranked *v;
	size_t n = 0;

	while (n < s->fields && protobuf_next(&c, &f))
		n++;
	*ret_n = 0;
	*ret_whole = cur_ok(&c) && cur_at_end(&c);
	v = arena_array(s->scratch, n + 1, sizeof(*v));
	if (v == NULL)
		return NULL;
	for (size_t i = 0; i < n && protobuf_next(&again, &f); i++)
		v[i] = (struct ranked){ f, i };
	qsort(v, n, sizeof(*v), compare_ranked);
	s->fields -= n;
	*ret_n = n;
	return v;
}

/* n fields of one number. */
static void
render_field(struct protobuf_show *s, const struct protobuf_member *m,
             const struct ranked *v, size_t n, struct sink *out)
{
	bool many = n > 1 || (m != NULL && m->repeated);

	/* Of a field that is not repeated the last one counts. */
	if (m != NULL && !m->repeated) {
		v += n - 1;
		n = 1;
		many = false;
	}
	if (many)
		sink_begin_array(out);
	for (size_t i = 0; i < n; i++) {
		if (is_packed(m, &v[i].f))
			put_packed(s, m, v[i].f.bytes, out);
		else
			put_value(s, m, &v[i].f, out);
	}
	if (many)
		sink_end_array(out);
}

void
protobuf_render(struct protobuf_show *s, struct str bytes,
                const struct protobuf_type *type, struct sink *out)
{
	bool whole = true;
	size_t n, next;
	struct ranked *v;

	if (s->depth == 0) {
		put_base64(bytes, out);
		return;
	}
	s->depth--;
	sink_begin_object(out);
	v = gather(s, bytes, &n, &whole);
	for (size_t i = 0; i < n; i = next) {
		const struct protobuf_member *m =
		    protobuf_set_member(type, v[i].f.number);
		char number[16];
		int len = snprintf(number, sizeof(number), "%" PRIu32,
		                   v[i].f.number);

		for (next = i + 1; next < n; next++)
			if (v[next].f.number != v[i].f.number)
				break;
		if (sink_want(out, m != NULL ? m->name
		                             : str_make(number, (size_t)len)))
			render_field(s, m, &v[i], next - i, out);
	}
	if (!whole)
		sink_member_boolean(out, "truncated", true);
	sink_end_object(out);
	s->depth++;
}
