/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include "base/buf.h"
#include "base/err.h"
#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

/* Every code point there is: encode, decode, validate; and every partial. */
static void
test_all(void)
{
	bool round = true, partial = true, cut = true;

	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
		uint32_t back = 0;
		char text[UTF8_MAX];
		size_t n = utf8_encode(cp, text);

		if (surrogate) {
			round &= n == 0;
			continue;
		}
		round &= n != 0 && utf8_decode(str_make(text, n), &back) == n;
		round &= back == cp && utf8_valid(str_make(text, n));
		for (size_t k = 1; k < n; k++) {
			struct str s = str_make(text, k);

			cut &= utf8_decode(s, &back) == 0;
			cut &= back == UTF8_REPLACEMENT;
			partial &= utf8_is_partial(s);
		}
		partial &= !utf8_is_partial(str_make(text, n));
	}
	ok(round, "every character survives encoding and decoding");
	ok(cut, "none of their beginnings is a character");
	ok(partial, "but each could become one");
	ok(!utf8_is_partial(STR_NONE), "nothing could not");
	is_int(utf8_encode(0x110000, (char[4]){ 0 }), 0, "beyond Unicode");
}

/*
 * All sequences of up to three bytes, and interesting ones of four, against the
 * definition: valid is what encoding some code point gives.
 */
static void
test_definition(void)
{
	bool good = true;

	for (uint32_t v = 0; v < 1u << 24; v += v < 0xc00000 ? 257 : 1) {
		char b[3] = { (char)(v >> 16), (char)(v >> 8), (char)v };
		uint32_t cp;
		size_t n = utf8_decode(str_make(b, 3), &cp);
		char again[UTF8_MAX];

		if (n != 0)
			good &= utf8_encode(cp, again) == n &&
			        memcmp(again, b, n) == 0;
		else
			good &= cp == UTF8_REPLACEMENT;
	}
	ok(good, "what is decoded is the shortest form");
}

struct invalid {
	struct str s;
	size_t prefix;
	const char *what;
};

#define S(lit) STR_INIT(lit)
static const struct invalid invalids[] = {
	{ S("\x80"), 0, "a later byte first" },
	{ S("ab\xff"), 2, "FF" },
	{ S("\xc0\xaf"), 0, "overlong, two bytes" },
	{ S("\xc1\xbf"), 0, "overlong, C1" },
	{ S("\xe0\x9f\xbf"), 0, "overlong, three bytes" },
	{ S("\xf0\x8f\xbf\xbf"), 0, "overlong, four bytes" },
	{ S("\xed\xa0\x80"), 0, "a surrogate" },
	{ S("\xf4\x90\x80\x80"), 0, "beyond U+10FFFF" },
	{ S("\xf5\x80\x80\x80"), 0, "F5" },
	{ S("12345678\xe2\x82"), 8, "cut off" },
	{ S("\xe2\x82\xac\xe2\x28\xa1"), 3, "broken in the middle" },
	{ S("\xf0\x9f\x98x"), 0, "broken at the end" },
	{ S("1234567890123456789\xc3\x28"), 19, "after a long run" },
};

static void
test_invalid(void)
{
	for (size_t i = 0; i < ARRAY_LEN(invalids); i++) {
		struct str s = invalids[i].s;
		struct guard g = guard_make(s.p, s.n);

		is_int(utf8_valid_prefix(str_make(g.p, g.n)),
		       invalids[i].prefix, invalids[i].what);
		guard_free(&g);
	}
	ok(utf8_valid(STR_NONE), "nothing is valid");
	ok(!utf8_is_partial(STR("\xe2\x28")), "a broken one is not partial");
	ok(!utf8_is_partial(STR("\x80")), "a later byte is not");
	ok(!utf8_is_partial(STR("\xed\xa0")), "half a surrogate is not");
}

static void
test_replace(void)
{
	struct buf b;
	size_t n = 9;

	buf_init(&b, 100);
	is_int(utf8_replace(&b, STR("a\xff\xe2\x82z\xc3\xa9"), &n), 0,
	       "replace");
	is_bytes(b.p, b.n, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xc3\xa9", 13,
	         "one mark for each byte");
	is_int(n, 3, "counted");
	buf_clear(&b);
	is_int(utf8_replace(&b, STR("fine"), NULL), 0, "nobody counts");
	is_bytes(b.p, b.n, "fine", 4, "valid text is copied");
	is_int(utf8_replace(&b, STR("\xff"), &n), 0, "only an invalid byte");
	is_int(n, 1, "is one replacement");
	buf_release(&b);
	buf_init(&b, 5);
	is_int(buf_append(&b, "ab", 2), 0, "something before");
	is_int(utf8_replace(&b, STR("c\xff"), &n), ERR_BUDGET, "over budget");
	is_bytes(b.p, b.n, "ab", 2, "leaves the buffer as it was");
	buf_release(&b);
}

static void
test_escape(void)
{
	struct buf b;

	buf_init(&b, 200);
	is_int(utf8_escape(&b, STR("a\n\r\t\x1b[31m\x7f \xc3\xa9 \\")), 0,
	       "escape");
	is_bytes(b.p, b.n, "a\\n\\r\\t\\x1b[31m\\x7f \xc3\xa9 \\", 24,
	         "controls are shown");
	buf_clear(&b);
	is_int(utf8_escape(&b, STR("\xff\xc2\x9b\xe2\x80\xae\xf0\x9f\x98\x80")),
	       0, "escape");
	is_bytes(b.p, b.n, "\\xff\\u009b\\u202e\xf0\x9f\x98\x80", 20,
	         "C1, direction marks and stray bytes, but not pictures");
	buf_release(&b);
	buf_init(&b, 3);
	is_int(utf8_escape(&b, STR("ab\n\n")), ERR_BUDGET, "over budget");
	is_int(b.n, 0, "leaves the buffer as it was");
	buf_release(&b);
	ok(utf8_is_plain(' ') && utf8_is_plain(0xa0) && utf8_is_plain(0x1f600),
	   "plain ones");
	ok(!utf8_is_plain(0) && !utf8_is_plain(0x9f) &&
	       !utf8_is_plain(0xfeff) && !utf8_is_plain(0x2069) &&
	       !utf8_is_plain(0x61c),
	   "others");
}

int
main(void)
{
	test_all();
	test_definition();
	test_invalid();
	test_replace();
	test_escape();
	return tap_done();
}
