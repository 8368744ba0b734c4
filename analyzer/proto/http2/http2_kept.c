/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_kept.h"

#include <string.h>

#include "analyzer/proto/http2/hpack_static.h"

enum kept_kind {
	KEPT_MARK,
	KEPT_PAIR,
	KEPT_VALUE,
	KEPT_FIELD,
	KEPT_UNKNOWN,
	KEPT_NAMELESS,
};

static size_t
put_number(char *to, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		to[n++] = (char)(uint8_t)(v | 0x80);
		v >>= 7;
	}
	to[n++] = (char)(uint8_t)v;
	return n;
}

static size_t
put_kind(char *to, enum kept_kind kind, uint64_t number)
{
	return put_number(to, number << 3 | kind);
}

static size_t
put_string(char *to, struct str s)
{
	size_t n = put_number(to, s.n);

	if (s.n != 0)
		memcpy(to + n, s.p, s.n);
	return n + s.n;
}

size_t
http2_kept_field(char *to, const struct hpack_field *f)
{
	size_t n;

	if (f->static_pair != 0)
		return put_kind(to, KEPT_PAIR, f->static_pair);
	if (f->value_unknown)
		return put_kind(to, KEPT_UNKNOWN, 0);
	if (f->name_unknown)
		n = put_kind(to, KEPT_NAMELESS, 0);
	else if (f->static_name != 0)
		n = put_kind(to, KEPT_VALUE, f->static_name);
	else
		n = put_kind(to, KEPT_FIELD, 0);
	if (f->static_name == 0 && !f->name_unknown)
		n += put_string(to + n, f->name);
	return n + put_string(to + n, f->value);
}

size_t
http2_kept_mark(char *to, enum http2_mark mark, uint64_t number)
{
	size_t n = put_kind(to, KEPT_MARK, mark);

	return n + put_number(to + n, number);
}

static struct str
get_string(struct cursor *c)
{
	uint64_t n = cur_varint(c);

	return cur_take(c, (size_t)n);
}

static void
get_mark(struct cursor *c, uint64_t mark, struct http2_item *it)
{
	it->is_mark = true;
	it->number = cur_varint(c);
	if (mark > HTTP2_MARK_STALLS)
		cur_bad(c);
	else
		it->mark = (enum http2_mark)mark;
	if (mark == HTTP2_MARK_UPGRADED)
		it->text = cur_take(c, (size_t)it->number);
}

static void
get_field(struct cursor *c, unsigned kind, uint64_t index,
          struct http2_item *it)
{
	const struct hpack_static *fixed = hpack_static(index);

	if (kind == KEPT_PAIR || kind == KEPT_VALUE) {
		if (fixed == NULL) {
			cur_bad(c);
			return;
		}
		it->name = fixed->name;
	}
	if (kind == KEPT_PAIR)
		it->value = fixed->value;
	else if (kind == KEPT_FIELD)
		it->name = get_string(c);
	it->value_unknown = kind == KEPT_UNKNOWN;
	it->name_unknown = kind == KEPT_UNKNOWN || kind == KEPT_NAMELESS;
	if (kind != KEPT_PAIR && kind != KEPT_UNKNOWN)
		it->value = get_string(c);
}

bool
http2_kept_next(struct cursor *c, struct http2_item *ret)
{
	struct http2_item it = { .is_mark = false };
	uint64_t t;

	if (!cur_ok(c) || cur_at_end(c))
		return false;
	t = cur_varint(c);
	if ((t & 7) == KEPT_MARK)
		get_mark(c, t >> 3, &it);
	else if ((t & 7) <= KEPT_NAMELESS)
		get_field(c, (unsigned)(t & 7), t >> 3, &it);
	else
		cur_bad(c);
	if (!cur_ok(c))
		return false;
	*ret = it;
	return true;
}

struct str
http2_kept_find(struct str kept, struct str name)
{
	struct cursor c = cur_from_str(kept, false);
	enum http2_mark section = HTTP2_MARK_HEAD;
	struct http2_item it;

	while (http2_kept_next(&c, &it)) {
		if (it.is_mark && it.mark <= HTTP2_MARK_INTERIM)
			section = it.mark;
		if (!it.is_mark && section == HTTP2_MARK_HEAD &&
		    !it.name_unknown && str_eq(it.name, name))
			return it.value;
	}
	return STR_NONE;
}

int32_t
http2_kept_status(struct str value)
{
	uint64_t status;

	return str_u64(value, &status) == 0 && status < 1000 ? (int32_t)status
	                                                     : 0;
}
