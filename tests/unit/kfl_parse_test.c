/* SPDX-License-Identifier: Apache-2.0 */
/* Lexer, parser, macros, normal form, and what people are told. */
#include "analyzer/entry/field.h"
#include "analyzer/kfl/kfl.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

static const struct kfl_macro macro_list[] = {
	{ STR_INIT("http"), STR_INIT("protocol.abbr == \"HTTP\"") },
	{ STR_INIT("http2"), STR_INIT("protocol.abbr == \"HTTP/2\"") },
};

static const struct field http_fields[] = {
	{ "request.method", FIELD_STRING, false, "method", "" },
	{ "request.headers", FIELD_OBJECT, true, NULL, "" },
	{ "request.httpVersion", FIELD_STRING, false, NULL, "" },
	{ "request.questions[0].name", FIELD_STRING, false, NULL, "" },
	{ "response.status", FIELD_NUMBER, false, "status", "" },
	{ "response.content", FIELD_OBJECT, true, NULL, "" },
	{ .path = NULL },
};

static const struct field *const tables[] = { entry_fields, http_fields };

static const struct kfl_setup setup = { .macro = macro_list,
	                                .nmacros = ARRAY_LEN(macro_list),
	                                .fields = tables,
	                                .nfields = ARRAY_LEN(tables),
	                                .now_ms = 1700000000000 };

/* The query on one line, for TAP. */
static const char *
label(const char *query)
{
	static char text[200];
	size_t n = strlen(query);

	n = n < sizeof(text) ? n : sizeof(text) - 1;
	for (size_t i = 0; i < n; i++)
		text[i] = query[i] == '\n' ? ' ' : query[i];
	text[n] = '\0';
	return text;
}

/* The normal form of a query. */
static void
is_printed(const char *query, const char *want)
{
	struct err e = ERR_INIT;
	struct kfl *k = NULL;
	struct buf b;

	buf_init(&b, 65536);
	if (ok(kfl_parse(str_from_c(query), NULL, &e, &k) == 0, label(query)))
		ok(kfl_print(k, &b) == 0, "prints");
	is_bytes(b.p, b.n, want, strlen(want), "normal form");
	kfl_free(k);
	buf_release(&b);
}

/* The original's message. */
static void
is_refused(const char *query, const char *want)
{
	struct err e = ERR_INIT;
	struct kfl *k = NULL;
	struct buf b;

	buf_init(&b, 4096);
	is_int(kfl_parse(str_from_c(query), NULL, &e, &k), ERR_SYNTAX,
	       label(query));
	ok(kfl_message(&e, &b) == 0, "a message");
	is_bytes(b.p, b.n, want, strlen(want), "the original's message");
	buf_release(&b);
}

/* Our own: the sentence with its place, then the carets. */
static void
is_told(const char *query, const char *want)
{
	struct err e = ERR_INIT;
	struct kfl_mistake m = { .at = 0 };
	struct kfl *k = NULL;
	struct buf b, carets;

	buf_init(&b, 8192);
	buf_init(&carets, 8192);
	is_int(kfl_open(str_from_c(query), &setup, &e, &m, &k), ERR_SYNTAX,
	       label(query));
	ok(kfl_carets(str_from_c(query), &m, &carets) == 0, "carets");
	ok(kfl_message(&e, &b) == 0 && buf_append_byte(&b, '\n') == 0 &&
	       buf_append_str(&b, buf_str(&carets)) == 0,
	   "a message");
	is_bytes(b.p, b.n, want, strlen(want), "our message");
	buf_release(&b);
	buf_release(&carets);
}

static void
is_fine(const char *query)
{
	struct err e = ERR_INIT;
	struct kfl *k = NULL;

	if (!ok(kfl_open(str_from_c(query), &setup, &e, NULL, &k) == 0, query))
		printf("# %s\n", e.text);
	kfl_free(k);
}

static void
test_print(void)
{
	is_printed("", "");
	is_printed(" a . b  == \"x\"/* c */and//d\n !( c<= 5)",
	           "a.b == \"x\" and !(c <= 5)");
	is_printed("f ( 1 ,x : true )", "f(1, x: true)");
	is_printed("a [ 0 ] [ \"k\" ] .. b . c", "a[0][\"k\"]..b.c");
	is_printed("a[*]. 5 == 5", "a[*]. 5 == 5");
	is_printed("a.* . b", "a.*.b");
	is_printed("- - 5 > r 'x'", "--5 > r'x'");
	is_printed("a.body.json() . x", "a.body.json().x");
	is_printed("1_000 == .5", "1_000 == .5");
}

static void
test_lexer(void)
{
	is_refused("a == \"x\ny\"", "1:8: literal not terminated");
	is_refused("a ==\n\"\\z\"", "2:3: invalid char escape");
	is_refused("\"\\400\" == 1e5 == 'a", "1:20: literal not terminated");
	is_refused("\"\\89\"", "1:3: invalid char escape");
	is_refused("\"\\U0010ffff\\u12\"", "1:16: invalid char escape");
	is_refused("0b", "1:3: binary literal has no digits");
	is_refused("0b12", "1:5: invalid digit '2' in binary literal");
	is_refused("0o1.5", "1:5: invalid radix point in octal literal");
	is_refused("0x1.8",
	           "1:6: hexadecimal mantissa requires a 'p' exponent");
	is_refused("0x1e+", "Primary.Number: invalid integer \"0x1e\": "
	                    "strconv.ParseFloat: parsing \"0x1e\": invalid "
	                    "syntax");
	is_refused("1p5", "1:2: 'p' exponent requires hexadecimal mantissa");
	is_refused("1__0", "1:5: '_' must separate successive digits");
	is_refused("1_", "1:3: '_' must separate successive digits");
	is_refused("a == \xff", "1:6: invalid UTF-8 encoding");
	is_refused("a \xe2\x80\xa6 b",
	           "1:3: unexpected token \"\xe2\x80\xa6\"");
	is_refused("a \x01", "1:3: unexpected token \"\\x01\"");
	is_refused("/*", "1:3: comment not terminated");
	is_refused(" // x", "1:6: unexpected token \"<EOF>\"");
	is_printed("0x1p-2 == 0.25", "0x1p-2 == 0.25");
}

static void
test_parser(void)
{
	is_refused("a == !",
	           "1:7: unexpected token \"<EOF>\" (expected Unary)");
	is_refused("f(", "1:3: unexpected token \"<EOF>\" (expected \")\")");
	is_refused("a[\"x\"].", "1:8: unexpected token \"<EOF>\" (expected "
	                        "Expression)");
	is_refused("a[99999999999999999999]",
	           "SelectExpression.Index: invalid integer "
	           "\"99999999999999999999\": strconv.ParseInt: parsing "
	           "\"99999999999999999999\": value out of range");
	is_refused("1e999", "Primary.Number: invalid integer \"1e999\": "
	                    "strconv.ParseFloat: parsing \"1e999\": value out "
	                    "of range");
}

static int
parse_repeated(const char *part, unsigned n, const char *end)
{
	struct err e = ERR_INIT;
	struct kfl *k = NULL;
	struct buf b;
	int rc;

	buf_init(&b, 1 << 20);
	while (n-- > 0)
		ENSURE(buf_append_str(&b, str_from_c(part)) == 0);
	ENSURE(buf_append_str(&b, str_from_c(end)) == 0);
	rc = kfl_parse(buf_str(&b), NULL, &e, &k);
	kfl_free(k);
	buf_release(&b);
	return rc;
}

static void
test_limits(void)
{
	is_int(parse_repeated("(", 50, "1"), ERR_SYNTAX, "50 levels");
	is_int(parse_repeated("(", 5000, "1"), ERR_LIMIT, "5000 levels");
	is_int(parse_repeated("!", 5000, "1"), ERR_LIMIT, "5000 signs");
	is_int(parse_repeated("1 == ", 5000, "1"), ERR_LIMIT, "5000 relations");
	is_int(parse_repeated("1 or ", 1000, "1"), 0, "1000 alternatives");
	is_int(parse_repeated("1 or ", 9000, "1"), ERR_LIMIT, "too many parts");
	is_int(parse_repeated("a", 70000, ""), ERR_LIMIT, "too long a text");
	is_int(parse_repeated("a[0].", 40, "b"), 0, "40 brackets");
	is_int(parse_repeated("f(", 400, ""), ERR_LIMIT, "calls in calls");
}

static void
test_macros(void)
{
	is_fine("http and request.httpVersion == \"HTTP/1.1\"");
	is_fine("http2 or !http");
	is_fine("request.headers[\"http\"] == \"http\"");
	is_told("http2x", "1:1: there is no field http2x\n"
	                  "http2x\n^^^^^^\n");
	is_told("http and tls tls", "1:14: \"tls\" cannot stand here\n"
	                            "http and tls tls\n"
	                            "             ^^^\n");
	is_told("http and (dns",
	        "1:14: the query ends where \")\" should follow\n"
	        "http and (dns\n"
	        "             ^\n");
}

static void
test_told(void)
{
	is_told("response.statsu == 200",
	        "1:1: there is no field response.statsu; did you mean "
	        "response.status?\n"
	        "response.statsu == 200\n"
	        "^^^^^^^^^^^^^^^\n");
	is_told("status == 200", "1:1: there is no field status; did you mean "
	                         "response.status?\n"
	                         "status == 200\n^^^^^^\n");
	is_told("tls and\n request.metod == \"GET\"",
	        "2:2: there is no field request.metod; did you mean "
	        "request.method?\n"
	        " request.metod == \"GET\"\n ^^^^^^^^^^^^^\n");
	is_told("tls = true",
	        "1:7: \"true\" stands where another \"=\": equality is ==, "
	        "inequality != should\n"
	        "tls = true\n      ^^^^\n");
	is_told("tls == 'x'",
	        "1:8: text stands in \"double quotes\"; other quotes would "
	        "become part of it\n"
	        "tls == 'x'\n       ^^^\n");
	is_told("timestamp == 1634668524000",
	        "1:14: == compares six digits of a number; put a longer one in "
	        "quotes, or use >= and <=\n"
	        "timestamp == 1634668524000\n             ^^^^^^^^^^^^^\n");
	is_told("tls == r\"(\" and true",
	        "1:8: this is no regular expression\n"
	        "tls == r\"(\" and true\n       ^^^^\n");
	is_told("src.ip.startsWith(dst.ip)",
	        "1:19: a helper's argument is a literal; anything else counts "
	        "as false\n"
	        "src.ip.startsWith(dst.ip)\n                  ^^^^^^\n");
	is_told("src.ip.contains()", "1:1: this helper needs an argument\n"
	                             "src.ip.contains()\n"
	                             "^^^^^^^^^^^^^^^^^\n");
	is_told("request.headers[\"a\"].b == 1 and tls",
	        "1:22: all of this is looked up inside what stands in front; "
	        "put the comparison in parentheses\n"
	        "request.headers[\"a\"].b == 1 and tls\n"
	        "                     ^^^^^^^^^^^^^^\n");
	is_told("redact(\"a[\")",
	        "1:8: this is no path, so nothing would be redacted\n"
	        "redact(\"a[\")\n       ^^^^\n");
	is_told("timestamp > datetime(\"yesterday\")",
	        "1:22: a point in time is written "
	        "\"1/31/2024, 6:05:09.123 PM\"\n"
	        "timestamp > datetime(\"yesterday\")\n"
	        "                     ^^^^^^^^^^^\n");
}

static void
test_fine(void)
{
	is_fine("");
	is_fine("request.headers[\"x-y\"] == \"1\" and tls");
	is_fine("(response.content.text.json().a.b == 1) and tls");
	is_fine("response.content.text.json().a.b == 1");
	is_fine("request.questions[0].name == \"a\"");
	is_fine("timestamp >= now() and limit(100)");
	is_fine("redact(\"request.headers.Authorization\", \"..id\")");
	is_fine("redact(\"response.content.text.json().a.xml().b[0].c\")");
	is_fine("src.name == \"\" or dst.port == 80 or response.status >= 500");
	is_fine("evidence.names.src.early and tls != false");
	is_fine("timestamp == \"1634668524000\"");
}

/* With every allocation failing in turn, nothing crashes and nothing leaks. */
static void
test_no_memory(void)
{
	const struct str query = STR(
	    "http and request.headers[\"x\"].contains(\"y\") and "
	    "(src.ip == r\"^10\" or redact(\"..a\")) and tsl");
	struct kfl_mistake m = { .suggestion = NULL };
	int64_t n = 0;
	int rc;

	do {
		struct err e = ERR_INIT;
		struct kfl *k = NULL;

		mem_fail_at(++n, false);
		rc = kfl_open(query, &setup, &e, &m, &k);
		mem_fail_at(-1, false);
		kfl_free(k);
	} while (rc == ERR_NOMEM);
	is_int(rc, ERR_SYNTAX, "in the end the mistake is found");
	ok(m.at > 0 && m.at < m.end && m.end <= query.n, "and its place");
	ok(n > 5, "after several failures");
}

int
main(void)
{
	test_print();
	test_lexer();
	test_parser();
	test_limits();
	test_macros();
	test_told();
	test_fine();
	test_no_memory();
	return tap_done();
}
