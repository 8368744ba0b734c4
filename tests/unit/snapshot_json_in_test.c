/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is JSON and what is not is also asked of jansson, for every document
 * here and for every way to cut one short.
 */
#include "snapshot/json_in.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/tap/tap.h"

static int
skip_all(struct str text, uint64_t depth, struct err *e)
{
	struct json_in j;
	char *copy = malloc(text.n ? text.n : 1);
	int rc;

	if (copy == NULL)
		abort();
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	jin_init(&j, str_make(copy, text.n), depth, e);
	jin_skip(&j);
	rc = jin_finish(&j);
	free(copy);
	return rc;
}

static bool
jansson_reads(struct str text)
{
	json_t *v = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
	bool good = v != NULL;

	json_decref(v);
	return good;
}

static const char *const documents[] = {
	"{}",
	"[]",
	" { } ",
	"null",
	"true",
	"false",
	"0",
	"-0",
	"-12.5e+10",
	"1E5",
	"1e-5",
	"\"\"",
	"\"abc\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	"\"\\u00e4\\u20ac\\ud83d\\ude00 \xc3\xa4\"",
	"{\"a\":1,\"b\":[true,false,null,{\"c\":{}}],\"d\":\"x\\ny\"}",
	"\t[ 1 ,\r\n 2 , [ [ ] , { } ] ] ",
	/* and these are none */
	"",
	" ",
	"{",
	"}",
	"[1,]",
	"[,1]",
	"[1 2]",
	"[1}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{,}",
	"{a:1}",
	"{1:2}",
	"{\"a\" 1}",
	"{\"a\":1 \"b\":2}",
	"nul",
	"nulll",
	"True",
	"01",
	"-",
	"-a",
	"1.",
	".5",
	"+1",
	"1e",
	"1e+",
	"0x10",
	"\"",
	"\"\\\"",
	"\"\\x\"",
	"\"\\u12\"",
	"\"\\u12g4\"",
	"\"\\ud83d\"",
	"\"\\ud83dx\"",
	"\"\\ud83d\\n\"",
	"\"\\ud83d\\u0041\"",
	"\"\\ude00\"",
	"\"a\nb\"",
	"\"\x01\"",
	"\"\x80\"",
	"\"\xc3\"",
	"\"\xed\xa0\x80\"",
	"\"\\u0000\"",
	"\"ab\\n\xff\"",
	"1 2",
	"{} x",
	"'a'",
	"// c\n1",
	"\xef\xbb\xbf{}",
};

static void
test_against_jansson(void)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct str text = str_from_c(documents[i]);
		struct err e = ERR_INIT;
		int rc = skip_all(text, 100, &e);
		bool good = (rc == 0) == jansson_reads(text);

		good &= rc == 0 || rc == ERR_SYNTAX;
		good &= rc == 0 || (e.code == rc && e.line > 0 && e.col > 0 &&
		                    e.text[0] != '\0');
		if (!ok(good, "as jansson has it"))
			tap_show("document", text.p, text.n);
		good = true;
		for (size_t n = 0; n < text.n; n++) {
			struct str cut = str_head(text, n);

			good &= (skip_all(cut, 100, NULL) == 0) ==
			        jansson_reads(cut);
		}
		ok(good, "and cut short anywhere");
	}
	is_int(skip_all(str_make("[\0]", 3), 9, NULL), ERR_SYNTAX,
	       "a NUL between tokens");
	is_int(skip_all(str_make("1\0", 2), 9, NULL), ERR_SYNTAX,
	       "a NUL behind the document");
}

/* Every byte of a document, replaced by every other. */
static void
test_replaced(void)
{
	static const char doc[] =
	    "{\"a\":[1,-2.5e3,\"x\\u00e4\\n\"],\"b\":{\"c\":null}}";
	char text[sizeof(doc)];
	bool good = true;

	for (size_t i = 0; i < sizeof(doc) - 1; i++) {
		for (int b = 0; b < 256; b++) {
			struct str s = str_make(text, sizeof(doc) - 1);

			memcpy(text, doc, sizeof(doc));
			text[i] = (char)b;
			if ((skip_all(s, 9, NULL) == 0) == jansson_reads(s))
				continue;
			good = false;
			tap_show("differs", s.p, s.n);
		}
	}
	ok(good, "every byte replaced by every other: as jansson");
}

static void
test_reading(void)
{
	static const char doc[] =
	    "{\"name\":\"plain\",\"n\":18446744073709551615,"
	    "\"list\":[\"a\\tb\",\"\\ud83d\\ude00\",[1,2],{}],\"\\u006bey\":"
	    "true}";
	struct json_in j;
	struct str key = STR_NONE, s;
	size_t at;

	jin_init(&j, str_from_c(doc), 8, NULL);
	is_int(jin_peek(&j), JIN_OBJECT, "an object comes");
	jin_object(&j);
	ok(jin_member(&j, &key) && str_eq(key, STR("name")), "first member");
	s = jin_str(&j);
	ok(str_eq(s, STR("plain")) && s.p == doc + 9, "a string, borrowed");
	ok(jin_member(&j, &key) && str_eq(key, STR("n")), "second member");
	ok(jin_u64(&j) == UINT64_MAX, "the largest number");
	ok(jin_member(&j, &key) && str_eq(key, STR("list")), "third member");
	at = jin_offset(&j);
	jin_array(&j);
	ok(jin_item(&j), "first item");
	ok(str_eq(jin_str(&j), STR("a\tb")), "a string with an escape");
	ok(jin_item(&j), "second item");
	ok(str_eq(jin_str(&j), STR("\xf0\x9f\x98\x80")), "a surrogate pair");
	ok(jin_item(&j), "third item");
	jin_skip(&j);
	ok(jin_item(&j), "fourth item");
	jin_skip(&j);
	ok(!jin_item(&j), "the end of the list");
	ok(jin_member(&j, &key) && str_eq(key, STR("key")),
	   "a name with an escape");
	is_int(jin_peek(&j), JIN_TRUE, "a true");
	jin_skip(&j);
	ok(!jin_member(&j, &key), "the end of the object");
	is_int(jin_peek(&j), JIN_NONE, "nothing follows");
	is_int(jin_finish(&j), 0, "all of it is well");

	jin_init(&j, str_from_c(doc), 8, NULL);
	jin_seek(&j, at);
	jin_array(&j);
	ok(jin_item(&j) && str_eq(jin_str(&j), STR("a\tb")),
	   "another reader goes to the list");
	jin_fail(&j, ERR_LIMIT, "enough");
	jin_fail(&j, ERR_IO, "too late");
	is_int(jin_finish(&j), ERR_LIMIT, "the first error is kept");
}

/* After an error everything ends, whatever the caller does. */
static void
test_sticky(void)
{
	struct err e = ERR_INIT;
	struct json_in j;
	struct str key;

	jin_init(&j, STR("{\"a\":1,\n\n  \"b\":x}"), 8, &e);
	jin_object(&j);
	(void)jin_member(&j, &key);
	is_int(jin_u64(&j), 1, "a number");
	(void)jin_member(&j, &key);
	is_int(jin_u64(&j), 0, "something else");
	ok(!jin_member(&j, &key), "no member after an error");
	ok(!jin_item(&j), "no item");
	is_int(jin_str(&j).n, 0, "no string");
	is_int(jin_u64(&j), 0, "no number");
	is_int(jin_peek(&j), JIN_NONE, "no type");
	jin_object(&j);
	jin_array(&j);
	jin_skip(&j);
	jin_seek(&j, 0);
	ok(!jin_ok(&j), "it is not well");
	is_int(jin_finish(&j), ERR_SYNTAX, "the error");
	is_int(e.line, 3, "its line");
	is_int(e.col, 7, "its column");
	is_str(e.text, "expected a number", "its text");
}

static void
is_u64(const char *text, int rc, uint64_t want)
{
	struct json_in j;
	uint64_t got;

	jin_init(&j, str_from_c(text), 8, NULL);
	got = jin_u64(&j);
	ok(jin_finish(&j) == rc && got == want, text);
}

static void
test_numbers(void)
{
	is_u64("0", 0, 0);
	is_u64("18446744073709551615", 0, UINT64_MAX);
	is_u64("18446744073709551616", ERR_SYNTAX, 0);
	is_u64("-1", ERR_SYNTAX, 0);
	is_u64("-0", ERR_SYNTAX, 0);
	is_u64("1.0", ERR_SYNTAX, 0);
	is_u64("1e2", ERR_SYNTAX, 0);
	is_u64("007", ERR_SYNTAX, 0);
	is_u64("\"1\"", ERR_SYNTAX, 0);
	is_u64("null", ERR_SYNTAX, 0);
}

static void
test_depth(void)
{
	static char deep[100000];
	struct err e = ERR_INIT;

	is_int(skip_all(STR("[[[]]]"), 3, NULL), 0, "three levels of three");
	is_int(skip_all(STR("[[[]]]"), 2, &e), ERR_LIMIT, "of two");
	is_str(e.text, "nested deeper than 2 levels", "and says so");
	is_int(skip_all(STR("[[],[],[[]]]"), 3, NULL), 0,
	       "levels that ended do not count");
	memset(deep, '[', sizeof(deep));
	is_int(skip_all(str_make(deep, sizeof(deep)), UINT64_MAX, NULL),
	       ERR_LIMIT, "no limit is beyond all bounds");
}

static void
test_no_memory(void)
{
	bool good = true;
	int64_t most;

	mem_fail_at(0, false);
	is_int(skip_all(STR("[\"a\\nb\",\"c\\nd\"]"), 8, NULL), 0, "escapes");
	most = mem_alloc_count();
	for (int64_t n = 1; n <= most; n++) {
		mem_fail_at(n, false);
		good &= skip_all(STR("[\"a\\nb\",\"c\\nd\"]"), 8, NULL) ==
		        ERR_NOMEM;
	}
	mem_fail_at(-1, false);
	ok(good && most > 0, "each failing allocation is told");
}

int
main(void)
{
	test_against_jansson();
	test_replaced();
	test_reading();
	test_sticky();
	test_numbers();
	test_depth();
	test_no_memory();
	return tap_done();
}
