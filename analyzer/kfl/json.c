/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/json.h"

#include "analyzer/entry/sink.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/utf8.h"

struct reader {
	struct cursor c;
	struct arena *a;
	unsigned depth;
	int rc;
};

static struct kfl_value *read_value(struct reader *r);

static struct kfl_value *
stop(struct reader *r, int code)
{
	if (r->rc == 0)
		r->rc = code;
	return NULL;
}

static struct kfl_value *
make(struct reader *r, enum kfl_type type)
{
	struct kfl_value *v = kfl_value_new(r->a, type);

	return v != NULL ? v : stop(r, arena_error(r->a));
}

/* The next byte that is not white space, unread; 0 at the end. */
static uint8_t
next(struct reader *r)
{
	while (!cur_at_end(&r->c)) {
		uint8_t b = cur_peek_u8(&r->c);

		if (b != ' ' && b != '\t' && b != '\n' && b != '\r')
			return b;
		(void)cur_u8(&r->c);
	}
	return 0;
}

static bool
take(struct reader *r, uint8_t byte)
{
	if (next(r) != byte)
		return false;
	(void)cur_u8(&r->c);
	return true;
}

/* --- strings -------------------------------------------------------------- */

static uint32_t
read_hex4(struct reader *r)
{
	struct str s = cur_take(&r->c, 4);
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = str_lower(s.p[i]);

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else
			stop(r, ERR_SYNTAX);
	}
	return v;
}

/* Behind \u: the character, which may need a second escape. */
static uint32_t
read_unicode(struct reader *r)
{
	uint32_t hi = read_hex4(r);
	struct cursor back = r->c;
	uint32_t lo;

	if (hi < 0xd800 || hi > 0xdfff)
		return hi;
	if (hi < 0xdc00 && cur_left(&r->c) >= 6 && cur_u8(&r->c) == '\\' &&
	    cur_u8(&r->c) == 'u') {
		lo = read_hex4(r);
		if (lo >= 0xdc00 && lo <= 0xdfff)
			return 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
	}
	r->c = back;
	return UTF8_REPLACEMENT;
}

/* Behind the backslash; writes at most UTF8_MAX bytes. */
static size_t
read_escape(struct reader *r, char *out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	uint8_t c = cur_u8(&r->c);
	const char *at = c != 0 ? strchr(from, c) : NULL;

	if (at != NULL) {
		out[0] = to[at - from];
		return 1;
	}
	if (c == 'u')
		return utf8_encode(read_unicode(r), out);
	stop(r, ERR_SYNTAX);
	return 0;
}

/* The string again, now with room for what its escapes mean. */
static struct str
read_escaped(struct reader *r, size_t most)
{
	char *out = arena_alloc(r->a, most + UTF8_MAX);
	size_t n = 0;

	if (out == NULL) {
		stop(r, arena_error(r->a));
		return STR_NONE;
	}
	while (r->rc == 0 && cur_ok(&r->c)) {
		uint8_t c = cur_u8(&r->c);

		if (c == '"')
			return str_make(out, n);
		if (c == '\\')
			n += read_escape(r, out + n);
		else
			out[n++] = (char)c;
	}
	return STR_NONE;
}

/* Behind the opening quote. */
static struct str
read_string(struct reader *r)
{
	struct cursor begin = r->c;
	struct str s = str_make(r->c.p, cur_left(&r->c));
	bool escapes = false;
	size_t n = 0;

	for (; n < s.n && s.p[n] != '"'; n++) {
		if ((unsigned char)s.p[n] < 0x20)
			break;
		if (s.p[n] == '\\') {
			escapes = true;
			n++;
		}
	}
	if (n >= s.n || s.p[n] != '"') {
		stop(r, ERR_SYNTAX);
		return STR_NONE;
	}
	r->c = begin;
	if (escapes)
		return read_escaped(r, n);
	s = cur_take(&r->c, n);
	(void)cur_u8(&r->c);
	return s;
}

/* --- the other values ----------------------------------------------------- */

/* Passes over digits at *io_i; false when there is none. */
static bool
digits(struct str s, size_t *io_i)
{
	size_t from = *io_i;

	while (*io_i < s.n && s.p[*io_i] >= '0' && s.p[*io_i] <= '9')
		(*io_i)++;
	return *io_i > from;
}

/* A number's text as RFC 8259 has it: no leading zeros, no lone dot. */
static bool
number_fits(struct str s, bool *ret_integer)
{
	size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0;
	size_t first = i;

	if (!digits(s, &i) || (s.p[first] == '0' && i > first + 1))
		return false;
	*ret_integer = i == s.n;
	if (i < s.n && s.p[i] == '.') {
		i++;
		if (!digits(s, &i))
			return false;
	}
	if (i < s.n && str_lower(s.p[i]) == 'e') {
		i++;
		if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
			i++;
		if (!digits(s, &i))
			return false;
	}
	return i == s.n;
}

static struct kfl_value *
read_number(struct reader *r)
{
	struct str s = str_make(r->c.p, cur_left(&r->c));
	struct kfl_value *v;
	bool integer;
	size_t n = 0;

	while (n < s.n && s.p[n] != '\0' &&
	       strchr("+-.eE0123456789", s.p[n]) != NULL)
		n++;
	s = cur_take(&r->c, n);
	if (!number_fits(s, &integer))
		return stop(r, ERR_SYNTAX);
	v = make(r, KFL_V_INT);
	if (v == NULL || (integer && str_i64(s, &v->u.integer) == 0))
		return v;
	v->type = KFL_V_FLOAT;
	if (!kfl_parse_float(s, &v->u.number))
		return stop(r, ERR_SYNTAX);
	return v;
}

static struct kfl_value *
read_word(struct reader *r, struct str word, enum kfl_type type, bool truth)
{
	struct kfl_value *v;

	if (!cur_expect(&r->c, word))
		return stop(r, ERR_SYNTAX);
	v = make(r, type);
	if (v != NULL)
		v->u.truth = truth;
	return v;
}

/* Behind the opening bracket. */
static struct kfl_value *
read_list(struct reader *r, enum kfl_type type, uint8_t close)
{
	struct kfl_value *list = make(r, type);
	struct kfl_value *m;
	struct str key = STR_NONE;

	if (list == NULL)
		return NULL;
	if (++r->depth > KFL_VALUE_DEPTH)
		return stop(r, ERR_LIMIT);
	if (take(r, close)) {
		r->depth--;
		return list;
	}
	do {
		if (type == KFL_V_OBJECT) {
			if (!take(r, '"'))
				return stop(r, ERR_SYNTAX);
			key = read_string(r);
			if (!take(r, ':'))
				return stop(r, ERR_SYNTAX);
		}
		m = read_value(r);
		if (m == NULL)
			return NULL;
		m->key = key;
		kfl_value_add(list, m);
	} while (take(r, ','));
	r->depth--;
	return take(r, close) ? list : stop(r, ERR_SYNTAX);
}

static struct kfl_value *
read_value(struct reader *r)
{
	struct kfl_value *v;

	if (r->rc != 0)
		return NULL;
	switch (next(r)) {
	case '{':
		(void)cur_u8(&r->c);
		return read_list(r, KFL_V_OBJECT, '}');
	case '[':
		(void)cur_u8(&r->c);
		return read_list(r, KFL_V_ARRAY, ']');
	case '"':
		(void)cur_u8(&r->c);
		v = make(r, KFL_V_STRING);
		if (v != NULL)
			v->u.text = read_string(r);
		return r->rc == 0 ? v : NULL;
	case 't':
		return read_word(r, STR("true"), KFL_V_BOOL, true);
	case 'f':
		return read_word(r, STR("false"), KFL_V_BOOL, false);
	case 'n':
		return read_word(r, STR("null"), KFL_V_NULL, false);
	default:
		return read_number(r);
	}
}

int
kfl_json_parse(struct str text, struct arena *a, struct kfl_value **ret_value)
{
	struct reader r = { .c = cur_from_str(text, false), .a = a };
	struct kfl_value *v = read_value(&r);

	if (r.rc == 0 && (next(&r) != 0 || !cur_at_end(&r.c)))
		r.rc = ERR_SYNTAX;
	if (r.rc == 0)
		*ret_value = v;
	return r.rc;
}

int
kfl_json_write(const struct kfl_value *v, struct buf *out)
{
	struct sink_json s;
	struct json_out j;

	jout_init_buf(&j, out);
	sink_json_init(&s, &j);
	kfl_value_emit(v, &s.sink);
	return s.sink.error != 0 ? s.sink.error : jout_finish(&j);
}
