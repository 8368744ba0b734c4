/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every branch of base/cursor.h. Inputs lie in front of a guard page, so that a
 * read past the end cannot go unnoticed in any build.
 */
#include "base/cursor.h"

#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

#define SEVEN "\x01\x02\x03\x04\x05\x06\x07"

/* A reader of n bytes that are a number. */
struct fixed {
	const char *name;
	size_t n;
	uint64_t want; /* of 01 02 03 04 05 06 07 08 */
	uint64_t (*read)(struct cursor *c);
};

#define READER(name)                                  \
	static uint64_t read_##name(struct cursor *c) \
	{                                             \
		return cur_##name(c);                 \
	}
READER(u8)
READER(peek_u8)
READER(be16)
READER(be24)
READER(be32)
READER(be64)
READER(le16)
READER(le32)
READER(le64)

static const struct fixed fixed[] = {
	{ "u8", 1, 0x01, read_u8 },
	{ "peek_u8", 1, 0x01, read_peek_u8 },
	{ "be16", 2, 0x0102, read_be16 },
	{ "be24", 3, 0x010203, read_be24 },
	{ "be32", 4, 0x01020304, read_be32 },
	{ "be64", 8, 0x0102030405060708, read_be64 },
	{ "le16", 2, 0x0201, read_le16 },
	{ "le32", 4, 0x04030201, read_le32 },
	{ "le64", 8, 0x0807060504030201, read_le64 },
};

/* One reader, given `have` of the bytes it wants. */
static bool
fixed_case(const struct fixed *f, size_t have, bool open)
{
	struct guard g = guard_make(SEVEN "\x08", 8);
	struct cursor c = cur_make(g.p + 8 - have, have, open);
	bool good;

	memcpy(g.p + 8 - have, SEVEN "\x08", have);
	if (have < f->n) {
		good = f->read(&c) == 0 && cur_left(&c) == have;
		good &= c.state == (open ? CUR_MORE : CUR_BAD);
		good &= c.need == (open ? f->n - have : 0);
		good &= f->read(&c) == 0 && !cur_ok(&c);
	} else {
		size_t rest = f->read == read_peek_u8 ? have : have - f->n;

		good = f->read(&c) == f->want && cur_left(&c) == rest;
		good &= cur_ok(&c);
	}
	guard_free(&g);
	return good;
}

static void
test_fixed(void)
{
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		bool good = true;

		for (size_t have = 0; have <= 8; have++)
			good &= fixed_case(&fixed[i], have, true) &&
			        fixed_case(&fixed[i], have, false);
		ok(good, fixed[i].name);
	}
}

static void
test_high_bits(void)
{
	struct cursor c = cur_make("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8", 8,
	                           false);
	struct cursor d = c;

	ok(cur_be64(&c) == UINT64_C(0xfffefdfcfbfaf9f8), "be64 of high bytes");
	ok(cur_le64(&d) == UINT64_C(0xf8f9fafbfcfdfeff), "le64 of high bytes");
}

static void
test_making(void)
{
	struct cursor c = cur_make(NULL, 0, true);

	ok(cur_ok(&c) && cur_at_end(&c) && cur_left(&c) == 0, "empty of NULL");
	c = cur_from_str(STR("ab"), false);
	ok(!cur_at_end(&c) && cur_left(&c) == 2, "made of a str");
	cur_bad(&c);
	ok(c.state == CUR_BAD, "the caller can call it malformed");
	c = cur_make("a", 1, true);
	(void)cur_take(&c, 2);
	cur_bad(&c);
	ok(c.state == CUR_MORE && c.need == 1, "the first reason stays");
	ok(!cur_want(&c, 0), "nothing can be read after a failure");
}

static void
test_runs(void)
{
	struct cursor c = cur_make("abcdef", 6, true);
	char mac[3];
	struct str s = cur_peek(&c, 2);

	is_bytes(s.p, s.n, "ab", 2, "peek shows");
	is_int(cur_left(&c), 6, "and does not move");
	s = cur_take(&c, 2);
	is_bytes(s.p, s.n, "ab", 2, "take cuts out");
	ok(cur_skip(&c, 1) && cur_left(&c) == 3, "skip moves");
	ok(cur_copy(&c, mac, 3), "copy copies");
	is_bytes(mac, 3, "def", 3, "what was there");
	ok(!cur_copy(&c, mac, 3), "copy fails at the end");
	is_bytes(mac, 3, "\0\0\0", 3, "and leaves zeros");
	ok(c.state == CUR_MORE && c.need == 3, "three bytes would help");
	ok(cur_peek(&c, 0).n == 0 && cur_take(&c, 0).n == 0 && !cur_skip(&c, 0),
	   "all fail from then on");

	c = cur_make("xyz", 3, false);
	s = cur_rest(&c);
	is_bytes(s.p, s.n, "xyz", 3, "rest is all of it");
	ok(cur_ok(&c) && cur_at_end(&c), "and leaves nothing");
	is_int(cur_rest(&c).n, 0, "rest of nothing is nothing");
	ok(cur_ok(&c), "which is no failure");
	c = cur_make("x", 1, false);
	ok(cur_take(&c, SIZE_MAX).n == 0 && c.state == CUR_BAD,
	   "absurd lengths do not wrap around");
	is_int(cur_rest(&c).n, 0, "rest of a failed cursor is empty");
}

static void
test_blocks(void)
{
	struct cursor c = cur_make("\x00\x02"
	                           "abc",
	                           5, true);
	struct cursor b = cur_block(&c, cur_be16(&c));

	ok(cur_ok(&b) && !b.open && cur_left(&b) == 2, "a block is closed");
	(void)cur_be32(&b);
	ok(b.state == CUR_BAD && c.state == CUR_OK,
	   "coming short in a block is malformed; outside all is well");
	b = cur_block(&c, 2);
	ok(b.state == CUR_MORE && b.need == 1 && c.state == CUR_MORE,
	   "a block that is not all there is short as the stream is");

	c = cur_make("ab", 2, false);
	cur_done(&c);
	ok(c.state == CUR_BAD, "leftovers are malformed");
	c = cur_make("ab", 2, false);
	(void)cur_be16(&c);
	cur_done(&c);
	ok(cur_ok(&c), "used up is fine");
	c = cur_make("ab", 2, true);
	(void)cur_take(&c, 3);
	cur_done(&c);
	ok(c.state == CUR_MORE, "done keeps an earlier reason");
}

/* cur_expect() on the first n bytes of `text`. */
static enum cur_state
expect(struct str text, bool open, size_t *ret_need)
{
	struct guard g = guard_make(text.p, text.n);
	struct cursor c = cur_make(g.p, g.n, open);
	bool found = cur_expect(&c, STR("HTTP"));

	*ret_need = c.need;
	if (found != cur_ok(&c) || cur_left(&c) != text.n - (found ? 4u : 0u))
		*ret_need = 99;
	guard_free(&g);
	return c.state;
}

static void
test_expect(void)
{
	struct cursor c = cur_make("", 0, true);
	size_t need;

	is_int(expect(STR("HTTP/1"), true, &need), CUR_OK, "literal found");
	is_int(need, 0, "and passed over");
	is_int(expect(STR("HTTP"), false, &need), CUR_OK, "at the very end");
	is_int(expect(STR("HT"), true, &need), CUR_MORE, "half of it, open");
	is_int(need, 2, "two more are needed");
	is_int(expect(STR("HT"), false, &need), CUR_BAD, "half of it, closed");
	is_int(expect(STR("HX"), true, &need), CUR_BAD, "wrong before its end");
	is_int(expect(STR("HTTPS"), true, &need), CUR_OK, "only a prefix");
	is_int(expect(STR("XTTP/1"), true, &need), CUR_BAD, "something else");
	ok(cur_expect(&c, STR("")), "the empty literal is everywhere");
	cur_bad(&c);
	ok(!cur_expect(&c, STR("")), "but not in a failed cursor");
}

/* --- delimited text ------------------------------------------------------ */

enum reader { UNTIL, LINE, LINE_LF };

struct text_case {
	enum reader reader;
	struct str in;
	size_t max;
	enum cur_state open;   /* the state on an open cursor */
	enum cur_state closed; /* and on a closed one */
	struct str want;
	size_t eaten;
	const char *what;
};

#define S(lit) STR_INIT(lit)
static const struct text_case text_cases[] = {
	{ UNTIL, S("key\0rest"), 3, CUR_OK, CUR_OK, S("key"), 4, "until" },
	{ UNTIL, S("\0"), 0, CUR_OK, CUR_OK, S(""), 1, "until at once" },
	{ UNTIL, S("keys\0"), 3, CUR_BAD, CUR_BAD, S(""), 0, "until too long" },
	{ UNTIL, S("key"), 3, CUR_MORE, CUR_BAD, S(""), 0, "until may come" },
	{ UNTIL, S("key"), SIZE_MAX, CUR_MORE, CUR_BAD, S(""), 0,
	  "until ever" },
	{ UNTIL, S(""), 3, CUR_MORE, CUR_BAD, S(""), 0, "until in nothing" },

	{ LINE, S("GET\r\nx"), 3, CUR_OK, CUR_OK, S("GET"), 5, "line" },
	{ LINE, S("\r\n"), 0, CUR_OK, CUR_OK, S(""), 2, "empty line" },
	{ LINE, S("\na\nb\r\n"), 9, CUR_OK, CUR_OK, S("\na\nb"), 6,
	  "LF is part of a line" },
	{ LINE, S("a\rb\r\r\n"), 9, CUR_OK, CUR_OK, S("a\rb\r"), 6,
	  "and so is CR" },
	{ LINE, S("GETS\r\n"), 3, CUR_BAD, CUR_BAD, S(""), 0, "line too long" },
	{ LINE, S("ab\n\n\n"), 3, CUR_BAD, CUR_BAD, S(""), 0, "LFs too long" },
	{ LINE, S("GET\r"), 3, CUR_MORE, CUR_BAD, S(""), 0, "LF may come" },
	{ LINE, S("GET"), SIZE_MAX, CUR_MORE, CUR_BAD, S(""), 0, "any line" },
	{ LINE, S("GET"), SIZE_MAX - 1, CUR_MORE, CUR_BAD, S(""), 0,
	  "almost any line" },
	{ LINE, S(""), 3, CUR_MORE, CUR_BAD, S(""), 0, "line in nothing" },

	{ LINE_LF, S("GET\r\nx"), 3, CUR_OK, CUR_OK, S("GET"), 5, "CR LF" },
	{ LINE_LF, S("GET\nx"), 3, CUR_OK, CUR_OK, S("GET"), 4, "bare LF" },
	{ LINE_LF, S("\n"), 0, CUR_OK, CUR_OK, S(""), 1, "empty, LF" },
	{ LINE_LF, S("\r\n"), 0, CUR_OK, CUR_OK, S(""), 2, "empty, CR LF" },
	{ LINE_LF, S("a\rb\r\r\n"), 4, CUR_OK, CUR_OK, S("a\rb\r"), 6,
	  "only the last CR goes" },
	{ LINE_LF, S("GETS\n"), 3, CUR_BAD, CUR_BAD, S(""), 0, "one over, LF" },
	{ LINE_LF, S("GETS\r\n"), 3, CUR_BAD, CUR_BAD, S(""), 0,
	  "one over, CR LF" },
	{ LINE_LF, S("GET\r"), 3, CUR_MORE, CUR_BAD, S(""), 0, "LF to come" },
	{ LINE_LF, S("GET"), SIZE_MAX, CUR_MORE, CUR_BAD, S(""), 0,
	  "no limit" },
	{ LINE_LF, S(""), 3, CUR_MORE, CUR_BAD, S(""), 0, "LF in nothing" },
};

static struct str
read_text(struct cursor *c, enum reader reader, size_t max)
{
	switch (reader) {
	case UNTIL:
		return cur_until(c, '\0', max);
	case LINE:
		return cur_line(c, max);
	case LINE_LF:
		return cur_line_lf(c, max);
	}
	return STR_NONE;
}

static bool
text_case(const struct text_case *t, bool open)
{
	struct guard g = guard_make(t->in.p, t->in.n);
	struct cursor c = cur_make(g.p, g.n, open);
	struct str got = read_text(&c, t->reader, t->max);
	bool good = c.state == (open ? t->open : t->closed) &&
	            str_eq(got, t->want) && cur_left(&c) == t->in.n - t->eaten;

	if (c.state == CUR_MORE)
		good &= c.need == 1;
	if (c.state != CUR_OK)
		good &= read_text(&c, t->reader, t->max).p == NULL;
	guard_free(&g);
	return good;
}

static void
test_text(void)
{
	for (size_t i = 0; i < ARRAY_LEN(text_cases); i++) {
		const struct text_case *t = &text_cases[i];

		ok(text_case(t, true) && text_case(t, false), t->what);
	}
}

/* A long line in the cursor is found by one call, however many LFs it has. */
static void
test_long_line(void)
{
	enum { N = 100000 };
	char *text = malloc(N + 2);
	struct cursor c;

	for (size_t i = 0; i < N; i++)
		text[i] = i % 3 == 0 ? '\n' : 'a';
	memcpy(text + N, "\r\n", 2);
	c = cur_make(text, N + 2, true);
	is_int(cur_line(&c, N).n, N, "a line as long as allowed");
	c = cur_make(text, N + 2, true);
	ok(cur_line(&c, N - 1).p == NULL && c.state == CUR_BAD,
	   "one byte longer than allowed");
	free(text);
}

static const struct cur_set digits = { .in = { ['0' ... '9'] = 1 } };

static void
test_token(void)
{
	struct guard g = guard_make("123x", 4);
	struct cursor c = cur_make(g.p, 4, true);
	struct str s = cur_token(&c, &digits, 3);

	is_bytes(s.p, s.n, "123", 3, "a token of the allowed length");
	s = cur_token(&c, &digits, 3);
	ok(cur_ok(&c) && s.n == 0, "the empty token is one too");
	guard_free(&g);

	g = guard_make("123", 3);
	c = cur_make(g.p, 3, true);
	ok(cur_token(&c, &digits, 9).n == 0 && c.state == CUR_MORE &&
	       c.need == 1,
	   "a token at an open end may go on");
	ok(cur_token(&c, &digits, 9).p == NULL, "and it sticks");
	c = cur_make(g.p, 3, false);
	is_int(cur_token(&c, &digits, 9).n, 3, "at a closed end it is over");
	ok(cur_ok(&c) && cur_at_end(&c), "and that is fine");
	c = cur_make(g.p, 3, true);
	ok(cur_token(&c, &digits, 2).n == 0 && c.state == CUR_BAD,
	   "longer than allowed");
	is_int(cur_left(&c), 3, "a failed token does not move");
	guard_free(&g);
}

/* --- numbers ------------------------------------------------------------- */

struct number_case {
	struct str in;
	unsigned base;
	uint64_t max;
	enum cur_state state;
	uint64_t want;
	bool open;
	const char *what;
};

static const struct number_case number_cases[] = {
	{ S("0 "), 10, 9, CUR_OK, 0, true, "zero" },
	{ S("00042;"), 10, 42, CUR_OK, 42, true, "leading zeros, the limit" },
	{ S("43;"), 10, 42, CUR_BAD, 0, true, "one over the limit" },
	{ S("18446744073709551615 "), 10, UINT64_MAX, CUR_OK, UINT64_MAX, true,
	  "the largest there is" },
	{ S("18446744073709551616 "), 10, UINT64_MAX, CUR_BAD, 0, true,
	  "one more" },
	{ S("99999999999999999999999 "), 10, UINT64_MAX, CUR_BAD, 0, true,
	  "far more" },
	{ S("9"), 10, 5, CUR_BAD, 0, true, "a digit over the limit" },
	{ S("12"), 10, 99, CUR_MORE, 0, true, "more digits may come" },
	{ S("12"), 10, 99, CUR_OK, 12, false, "no more digits come" },
	{ S(""), 10, 99, CUR_MORE, 0, true, "nothing yet" },
	{ S(""), 10, 99, CUR_BAD, 0, false, "nothing at all" },
	{ S("-1 "), 10, 99, CUR_BAD, 0, true, "no signs" },
	{ S("+1 "), 10, 99, CUR_BAD, 0, true, "none at all" },
	{ S(" 1"), 10, 99, CUR_BAD, 0, false, "no spaces" },
	{ S("a "), 10, 99, CUR_BAD, 0, true, "no letters" },
	{ S("1aF;"), 16, UINT64_MAX, CUR_OK, 0x1af, true, "hexadecimal" },
	{ S("ffffffffffffffff\r"), 16, UINT64_MAX, CUR_OK, UINT64_MAX, true,
	  "sixteen digits" },
	{ S("10000000000000000\r"), 16, UINT64_MAX, CUR_BAD, 0, true,
	  "seventeen" },
	{ S("g"), 16, 99, CUR_BAD, 0, true, "beyond f" },
	{ S("`"), 16, 99, CUR_BAD, 0, true, "before a" },
	{ S("@"), 16, 99, CUR_BAD, 0, true, "before A" },
	{ S(":"), 16, 99, CUR_BAD, 0, true, "after 9" },
	{ S("0x1"), 16, 99, CUR_OK, 0, true, "0x is 0 and something else" },
};

static uint64_t
read_number(struct cursor *c, const struct number_case *t)
{
	return t->base == 10 ? cur_decimal(c, t->max) : cur_hex(c, t->max);
}

static void
test_numbers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(number_cases); i++) {
		const struct number_case *t = &number_cases[i];
		struct guard g = guard_make(t->in.p, t->in.n);
		struct cursor c = cur_make(g.p, g.n, t->open);
		uint64_t v = read_number(&c, t);
		bool good = v == t->want && c.state == t->state;

		if (c.state != CUR_OK)
			good &= cur_left(&c) == t->in.n &&
			        read_number(&c, t) == 0;
		ok(good, t->what);
		guard_free(&g);
	}
}

static void
test_varint(void)
{
	static const char max[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
	static const char wide[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";
	static const char endless[] =
	    "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01";
	struct cursor c = cur_make("\x00\x96\x01\x7f", 4, true);
	bool good = true;

	ok(cur_varint(&c) == 0, "zero");
	ok(cur_varint(&c) == 150, "two groups");
	ok(cur_varint(&c) == 127, "one group, all of it");
	ok(cur_varint(&c) == 0 && c.state == CUR_MORE && c.need == 1,
	   "nothing yet");
	ok(cur_varint(&c) == 0, "and it sticks");
	c = cur_make(max, 10, false);
	ok(cur_varint(&c) == UINT64_MAX && cur_at_end(&c), "the largest");
	for (size_t n = 0; n < 10; n++) {
		struct guard g = guard_make(max, n);
		struct cursor d = cur_make(g.p, n, true);
		struct cursor e = cur_make(g.p, n, false);

		good &= cur_varint(&d) == 0 && d.state == CUR_MORE;
		good &= cur_varint(&e) == 0 && e.state == CUR_BAD;
		good &= cur_left(&d) == n && cur_left(&e) == n;
		guard_free(&g);
	}
	ok(good, "every truncation of it");
	c = cur_make(wide, 10, true);
	ok(cur_varint(&c) == 0 && c.state == CUR_BAD, "65 bits");
	c = cur_make(endless, 11, true);
	ok(cur_varint(&c) == 0 && c.state == CUR_BAD, "eleven groups");
}

static void
test_zigzag(void)
{
	struct cursor c = cur_make("\x00\x01\x02\x03\xff\xff\xff\xff\xff\xff"
	                           "\xff\xff\xff\x01\xfe\xff\xff\xff\xff\xff"
	                           "\xff\xff\xff\x01",
	                           24, false);

	is_int(cur_zigzag(&c), 0, "zigzag 0");
	is_int(cur_zigzag(&c), -1, "zigzag 1");
	is_int(cur_zigzag(&c), 1, "zigzag 2");
	is_int(cur_zigzag(&c), -2, "zigzag 3");
	is_int(cur_zigzag(&c), INT64_MIN, "the lowest");
	is_int(cur_zigzag(&c), INT64_MAX, "the highest");
	is_int(cur_zigzag(&c), 0, "at the end");
	is_int(c.state, CUR_BAD, "which is malformed when closed");
}

int
main(void)
{
	test_making();
	test_fixed();
	test_high_bits();
	test_runs();
	test_blocks();
	test_expect();
	test_text();
	test_long_line();
	test_token();
	test_numbers();
	test_varint();
	test_zigzag();
	return tap_done();
}
