/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_out.h"

#include <math.h>

#include "base/buf.h"
#include "base/err.h"
#include "tests/tap/death.h"
#include "tests/tap/tap.h"

static struct buf text;

/* Ends the document and compares it. */
static void
is_json(struct json_out *j, const char *want, const char *what)
{
	is_int(jout_finish(j), 0, "finished");
	is_bytes(text.p, text.n, want, strlen(want), what);
	buf_clear(&text);
}

static void
test_structure(void)
{
	struct json_out j;

	jout_init_buf(&j, &text);
	is_json(&j, "", "nothing");
	jout_init_buf(&j, &text);
	jout_begin_object(&j);
	jout_put_str(&j, "s", STR("x"));
	jout_put_int(&j, "i", -1);
	jout_put_uint(&j, "u", UINT64_MAX);
	jout_put_bool(&j, "t", true);
	jout_put_bool(&j, "f", false);
	jout_put_null(&j, "n");
	jout_put(&j, "a");
	jout_begin_array(&j);
	jout_int(&j, INT64_MIN);
	jout_int(&j, 0);
	jout_begin_array(&j);
	jout_end_array(&j);
	jout_begin_object(&j);
	jout_end_object(&j);
	jout_raw(&j, STR("{\"raw\":1}"));
	jout_end_array(&j);
	jout_key(&j, STR("k\n"));
	jout_str(&j, STR_NONE);
	jout_end_object(&j);
	is_json(&j,
	        "{\"s\":\"x\",\"i\":-1,\"u\":18446744073709551615,"
	        "\"t\":true,\"f\":false,\"n\":null,"
	        "\"a\":[-9223372036854775808,0,[],{},{\"raw\":1}],"
	        "\"k\\n\":\"\"}",
	        "one of each");
	jout_init_buf(&j, &text);
	jout_uint(&j, 1);
	jout_newline(&j);
	jout_begin_object(&j);
	jout_end_object(&j);
	jout_newline(&j);
	is_json(&j, "1\n{}\n", "two lines");
}

struct escape {
	struct str in;
	const char *want;
	const char *what;
};

#define S(lit) STR_INIT(lit)
static const struct escape escapes[] = {
	{ S("a\"b\\c/d"), "a\\\"b\\\\c/d", "quotes" },
	{ S("\n\r\t"), "\\n\\r\\t", "white space" },
	{ S("\0\x01\b\f\x1f"), "\\u0000\\u0001\\u0008\\u000c\\u001f",
	  "controls" },
	{ S("\x7f"), "\\u007f", "DEL is one" },
	{ S("<a href='x'>&"), "\\u003ca href='x'\\u003e\\u0026", "HTML" },
	{ S("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"), "\\u2028\\u2029\\u202a",
	  "line separators, a reordering mark" },
	{ S("\xc2\x9b"
	    "31m\xc2\xa0"),
	  "\\u009b31m\xc2\xa0", "C1" },
	{ S("\xc3\xa9\xf0\x9f\x98\x80"), "\xc3\xa9\xf0\x9f\x98\x80",
	  "letters and pictures" },
	{ S("\xef\xbf\xbd"), "\xef\xbf\xbd", "U+FFFD itself" },
	{ S("a\xffz"), "a\\ufffdz", "a stray byte" },
	{ S("\xe2\x82"), "\\ufffd\\ufffd", "a character cut off" },
	{ S("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd", "a surrogate" },
	{ S("\xc0\x80"), "\\ufffd\\ufffd", "an overlong NUL" },
	{ S("\xf0\x9f\x98(\xf0\x9f\x98\x80"),
	  "\\ufffd\\ufffd\\ufffd(\xf0\x9f\x98\x80",
	  "a broken one, a good one" },
};

/* The same string in all ways to cut it into three parts. */
static bool
parts_agree(struct str s, struct str want)
{
	bool good = true;

	for (size_t i = 0; i <= s.n; i++) {
		for (size_t k = i; k <= s.n; k++) {
			struct json_out j;

			jout_init_buf(&j, &text);
			jout_str_begin(&j);
			jout_str_part(&j, str_head(s, i));
			jout_str_part(&j, str_tail(str_head(s, k), i));
			jout_str_part(&j, str_tail(s, k));
			jout_str_end(&j);
			good &= jout_finish(&j) == 0;
			good &= str_eq(buf_str(&text), want);
			buf_clear(&text);
		}
	}
	return good;
}

static void
test_escapes(void)
{
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		struct json_out j;
		char want[200];

		(void)snprintf(want, sizeof(want), "\"%s\"", escapes[i].want);
		jout_init_buf(&j, &text);
		jout_str(&j, escapes[i].in);
		is_json(&j, want, escapes[i].what);
		ok(parts_agree(escapes[i].in, str_from_c(want)),
		   "the same in parts");
	}
}

struct number {
	double v;
	const char *want;
};

/* What Go's json.Marshal gives for these float64 values. */
static const struct number numbers[] = {
	{ 0, "0" },
	{ -0.0, "-0" },
	{ 1, "1" },
	{ -1.5, "-1.5" },
	{ 0.1, "0.1" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 1.0 / 3, "0.3333333333333333" },
	{ 100, "100" },
	{ 123456789.125, "123456789.125" },
	{ 1e-6, "0.000001" },
	{ 1.5e-6, "0.0000015" },
	{ 9.5e-7, "9.5e-7" },
	{ 1e-7, "1e-7" },
	{ 1e-10, "1e-10" },
	{ 1e20, "100000000000000000000" },
	{ 999999999999999900000.0, "999999999999999900000" },
	{ 1e21, "1e+21" },
	{ 1.7976931348623157e308, "1.7976931348623157e+308" },
	{ 5e-324, "5e-324" },
	{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
	{ 9007199254740993.0, "9007199254740992" },
	{ 999999999999999.9, "999999999999999.9" },
	{ 4.35, "4.35" },
	{ -12.5e-5, "-0.000125" },
	{ 1500, "1500" },
	{ -1e-300, "-1e-300" },
	{ 123e-320, "1.23e-318" },
	{ (double)NAN, "null" },
	{ (double)INFINITY, "null" },
	{ -(double)INFINITY, "null" },
};

static void
test_numbers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct json_out j;

		jout_init_buf(&j, &text);
		jout_double(&j, numbers[i].v);
		is_json(&j, numbers[i].want, "a double");
	}
}

static void
test_long(void)
{
	static char big[3 * JSON_OUT_CHUNK];
	struct json_out j;
	size_t want = 1;
	FILE *f = tmpfile();
	int fd = f != NULL ? fileno(f) : -1;

	memset(big, 'x', sizeof(big));
	jout_init_fd(&j, &fd);
	jout_begin_array(&j);
	for (size_t n = JSON_OUT_CHUNK - 10; n < JSON_OUT_CHUNK + 10; n++) {
		jout_str(&j, str_make(big, n));
		want += n + 3;
	}
	jout_str(&j, str_make(big, sizeof(big)));
	jout_end_array(&j);
	want += sizeof(big) + 3;
	is_int(jout_finish(&j), 0, "long strings, to a descriptor");
	ok(f != NULL && fseek(f, 0, SEEK_END) == 0 && (size_t)ftell(f) == want,
	   "all of them arrived");
	if (f != NULL)
		(void)fclose(f);
	fd = -1;
	jout_init_fd(&j, &fd);
	jout_null(&j);
	is_int(jout_finish(&j), -EBADF, "a descriptor that is none");
}

/* A sink that fails after a number of writes. */
struct sink {
	int left;
	int calls;
};

static int
sink_write(void *ctx, const char *p, size_t n)
{
	struct sink *s = ctx;

	(void)p;
	(void)n;
	s->calls++;
	return s->left-- > 0 ? 0 : ERR_NOSPC;
}

static void
test_errors(void)
{
	struct sink s = { .left = 1 };
	struct json_out j;

	jout_init(&j, sink_write, &s);
	jout_begin_array(&j);
	for (int i = 0; i < 20000; i++)
		jout_int(&j, i);
	ok(j.error == ERR_NOSPC, "the sink's error is kept");
	is_int(s.calls, 2, "and the sink is left alone");
	jout_key(&j, STR("nonsense"));
	jout_end_object(&j);
	jout_newline(&j);
	jout_str_begin(&j);
	jout_str_part(&j, STR("x"));
	jout_str_end(&j);
	jout_begin_object(&j);
	is_int(jout_flush(&j), ERR_NOSPC, "flush tells");
	is_int(jout_finish(&j), ERR_NOSPC, "finish tells");
	is_int(s.calls, 2, "nothing more was written");

	jout_init_buf(&j, &text);
	jout_begin_array(&j);
	jout_fail(&j, ERR_CORRUPT);
	jout_fail(&j, ERR_IO);
	is_int(jout_finish(&j), ERR_CORRUPT, "the caller can fail it, once");
	is_int(text.n, 0, "and nothing comes out");

	jout_init_buf(&j, &text);
	for (unsigned i = 0; i < JSON_OUT_DEPTH_MAX; i++)
		jout_begin_array(&j);
	is_int(j.error, 0, "as deep as allowed");
	jout_begin_array(&j);
	is_int(j.error, ERR_LIMIT, "one deeper");
	for (unsigned i = 0; i <= JSON_OUT_DEPTH_MAX; i++)
		jout_end_array(&j);
	is_int(jout_finish(&j), ERR_LIMIT, "is an error to the end");
	buf_clear(&text);
}

/* --- mistakes ------------------------------------------------------------ */

static struct json_out wrong;

static void
value_without_key(void)
{
	jout_begin_object(&wrong);
	jout_null(&wrong);
}

static void
value_after_value(void)
{
	jout_begin_object(&wrong);
	jout_put_null(&wrong, "a");
	jout_null(&wrong);
}

static void
key_without_value(void)
{
	jout_begin_object(&wrong);
	jout_put(&wrong, "a");
	jout_end_object(&wrong);
}

static void
key_in_array(void)
{
	jout_begin_array(&wrong);
	jout_put(&wrong, "a");
}

static void
wrong_end(void)
{
	jout_begin_array(&wrong);
	jout_end_object(&wrong);
}

static void
end_of_nothing(void)
{
	jout_end_array(&wrong);
}

static void
two_values(void)
{
	jout_null(&wrong);
	jout_null(&wrong);
}

static void
newline_inside(void)
{
	jout_begin_array(&wrong);
	jout_newline(&wrong);
}

static void
not_ended(void)
{
	jout_begin_array(&wrong);
	(void)!jout_finish(&wrong);
}

static void
value_in_string(void)
{
	jout_begin_array(&wrong);
	jout_str_begin(&wrong);
	jout_null(&wrong);
}

static void
part_of_nothing(void)
{
	jout_str_part(&wrong, STR("x"));
}

static void
raw_nothing(void)
{
	jout_raw(&wrong, STR_NONE);
}

static void
test_mistakes(void)
{
	void (*const mistakes[])(void) = {
		value_without_key, value_after_value, key_without_value,
		key_in_array,      wrong_end,         end_of_nothing,
		two_values,        newline_inside,    not_ended,
		value_in_string,   part_of_nothing,   raw_nothing,
	};
	bool good = true;

	jout_init_buf(&wrong, &text);
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++)
		good &= death_aborts(mistakes[i]);
	ok(good, "what would not be JSON ends the program");
}

int
main(void)
{
	buf_init(&text, 1 << 20);
	test_structure();
	test_escapes();
	test_numbers();
	test_long();
	test_errors();
	test_mistakes();
	buf_release(&text);
	return tap_done();
}
