/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes are a script of calls that are legal where they stand. Whatever the
 * strings hold, the text must be well-formed JSON by the grammar below (RFC
 * 8259), must be valid UTF-8 and free of what Go escapes; and a string in parts
 * must come out like the string in one.
 */
#include "base/buf.h"
#include "base/compiler.h"
#include "base/cursor.h"
#include "base/json_out.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_MAX ((size_t)1 << 16)

/* --- a reader of JSON, as small as can be --------------------------------- */

static const struct cur_set hex = {
	.in = { ['0' ... '9'] = 1, ['a' ... 'f'] = 1 },
};
static const struct cur_set digits = { .in = { ['0' ... '9'] = 1 } };

static void
read_string(struct cursor *c)
{
	(void)cur_expect(c, STR("\""));
	while (cur_ok(c)) {
		uint8_t b = cur_u8(c);

		if (b == '"')
			return;
		ENSURE(b >= 0x20 && b != '<' && b != '>' && b != '&');
		if (b != '\\')
			continue;
		b = cur_u8(c);
		if (b == 'u') {
			struct cursor four = cur_block(c, 4);

			ENSURE(cur_token(&four, &hex, 4).n == 4);
		} else {
			ENSURE(b == '"' || b == '\\' || b == 'n' || b == 'r' ||
			       b == 't');
		}
	}
}

static bool
read_if(struct cursor *c, char b)
{
	if (cur_left(c) == 0 || *c->p != (uint8_t)b)
		return false;
	return cur_skip(c, 1);
}

static void
read_number(struct cursor *c)
{
	(void)read_if(c, '-');
	if (!read_if(c, '0'))
		ENSURE(cur_token(c, &digits, 400).n != 0);
	if (read_if(c, '.'))
		ENSURE(cur_token(c, &digits, 400).n != 0);
	if (read_if(c, 'e')) {
		if (!read_if(c, '-'))
			(void)cur_expect(c, STR("+"));
		ENSURE(cur_token(c, &digits, 3).n != 0);
	}
}

static void read_value(struct cursor *c);

static void
read_members(struct cursor *c, char end, bool keys)
{
	(void)cur_skip(c, 1);
	if (read_if(c, end))
		return;
	do {
		if (keys) {
			read_string(c);
			(void)cur_expect(c, STR(":"));
		}
		read_value(c);
	} while (read_if(c, ','));
	ENSURE(read_if(c, end));
}

static void
read_value(struct cursor *c)
{
	switch (cur_peek_u8(c)) {
	case '{':
		read_members(c, '}', true);
		return;
	case '[':
		read_members(c, ']', false);
		return;
	case '"':
		read_string(c);
		return;
	case 't':
		(void)cur_expect(c, STR("true"));
		return;
	case 'f':
		(void)cur_expect(c, STR("false"));
		return;
	case 'n':
		(void)cur_expect(c, STR("null"));
		return;
	default:
		read_number(c);
	}
}

/* --- the script ------------------------------------------------------------
 */

struct script {
	struct json_out j;
	struct cursor in;
	unsigned depth;
	bool object[JSON_OUT_DEPTH_MAX + 2];
};

static struct str
next_text(struct script *s)
{
	size_t n = cur_u8(&s->in);

	return cur_take(&s->in, n < cur_left(&s->in) ? n : cur_left(&s->in));
}

static void
write_parts(struct script *s)
{
	struct str text = next_text(s);
	size_t step = (text.n & 3) + 1;

	jout_str_begin(&s->j);
	for (; text.n != 0; text = str_tail(text, step))
		jout_str_part(&s->j, str_head(text, step));
	jout_str_end(&s->j);
}

static double
next_double(struct script *s)
{
	uint64_t bits = cur_be64(&s->in);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void
write_scalar(struct script *s, uint8_t what)
{
	switch (what % 8) {
	case 0:
		jout_str(&s->j, next_text(s));
		break;
	case 1:
		write_parts(s);
		break;
	case 2:
		jout_int(&s->j, (int64_t)cur_be64(&s->in));
		break;
	case 3:
		jout_uint(&s->j, cur_be64(&s->in));
		break;
	case 4:
		jout_double(&s->j, next_double(s));
		break;
	case 5:
		jout_bool(&s->j, (what & 8) != 0);
		break;
	default:
		jout_null(&s->j);
	}
}

static void
write_end(struct script *s)
{
	if (s->object[s->depth--])
		jout_end_object(&s->j);
	else
		jout_end_array(&s->j);
}

static void
write_document(struct script *s)
{
	jout_begin_array(&s->j);
	s->object[++s->depth] = false;
	while (cur_ok(&s->in) && cur_left(&s->in) != 0 && s->depth != 0) {
		uint8_t what = cur_u8(&s->in);

		if (what >= 240) {
			write_end(s);
			continue;
		}
		if (s->object[s->depth])
			jout_key(&s->j, next_text(s));
		if (what < 200 || s->depth == JSON_OUT_DEPTH_MAX) {
			write_scalar(s, what);
			continue;
		}
		s->object[++s->depth] = what < 220;
		if (what < 220)
			jout_begin_object(&s->j);
		else
			jout_begin_array(&s->j);
	}
	while (s->depth != 0)
		write_end(s);
}

static void
check_parts(struct str s)
{
	struct json_out j;
	struct buf whole, parts;

	buf_init(&whole, 7 * FUZZ_MAX);
	buf_init(&parts, 7 * FUZZ_MAX);
	jout_init_buf(&j, &whole);
	jout_str(&j, s);
	ENSURE(jout_finish(&j) == 0);
	jout_init_buf(&j, &parts);
	jout_str_begin(&j);
	jout_str_part(&j, str_head(s, s.n / 2));
	jout_str_part(&j, str_head(str_tail(s, s.n / 2), 1));
	jout_str_part(&j, str_tail(s, s.n / 2 + 1));
	jout_str_end(&j);
	ENSURE(jout_finish(&j) == 0);
	ENSURE(str_eq(buf_str(&whole), buf_str(&parts)));
	buf_release(&whole);
	buf_release(&parts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct script s = { .in = cur_make(p, n, false) };
	struct cursor c;
	struct buf out;

	if (n > FUZZ_MAX)
		return 0;
	buf_init(&out, 64 * FUZZ_MAX);
	jout_init_buf(&s.j, &out);
	write_document(&s);
	ENSURE(jout_finish(&s.j) == 0);
	ENSURE(utf8_valid(buf_str(&out)));
	c = cur_from_str(buf_str(&out), false);
	read_value(&c);
	cur_done(&c);
	ENSURE(cur_ok(&c));
	buf_release(&out);
	check_parts(str_make(p, n));
	return 0;
}
