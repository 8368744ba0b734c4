/* SPDX-License-Identifier: Apache-2.0 */
/* Values, sinks, paths, bodies and redaction beyond what the vectors have. */
#include "analyzer/entry/sink.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/gather.h"
#include "analyzer/kfl/helper.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/path.h"
#include "analyzer/kfl/want.h"
#include "analyzer/kfl/xml.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

#define NOW_MS  1700000000000
#define DOC_CAP ((size_t)4 << 20)

static struct kfl *
query(const char *text)
{
	struct err e = ERR_INIT;
	struct kfl *k = NULL;

	if (kfl_parse(str_from_c(text), NULL, &e, &k) != 0 ||
	    kfl_prepare(k, NOW_MS, &e) != 0)
		BUG("%s: %s", text, e.text);
	return k;
}

/* The answer to a query about a JSON text, and the text afterwards. */
static void
is_answer(const char *text, const char *json, bool want, const char *after)
{
	struct kfl *k = query(text);
	struct kfl_doc d;
	struct buf b;
	bool truth = !want;

	buf_init(&b, DOC_CAP);
	kfl_doc_init(&d, DOC_CAP);
	ENSURE(kfl_json_parse(str_from_c(json), &d.arena, &d.root) == 0);
	is_int(kfl_eval(k, &d, &truth), 0, text);
	ok(truth == want, want ? "is true" : "is false");
	if (after != NULL) {
		ok(kfl_json_write(d.root, &b) == 0, "is written");
		is_bytes(b.p, b.n, after, strlen(after), "is left");
	}
	buf_release(&b);
	kfl_doc_release(&d);
	kfl_free(k);
}

static void
test_redact(void)
{
	is_answer("redact(\"a[?(@.n > 1 && @.k != 'x')].v\")",
	          "{\"a\":[{\"n\":1,\"v\":1},{\"n\":2,\"k\":\"x\",\"v\":2},"
	          "{\"n\":3,\"k\":\"y\",\"v\":3}]}",
	          true,
	          "{\"a\":[{\"n\":1,\"v\":1},{\"n\":2,\"k\":\"x\",\"v\":2},"
	          "{\"n\":3,\"k\":\"y\",\"v\":\"[REDACTED]\"}]}");
	is_answer("redact(\"a[?(!(@.n == 1) || @.w)].v\", \"b[0,'c']\")",
	          "{\"a\":[{\"n\":1,\"v\":1},{\"n\":1,\"w\":0,\"v\":2}],"
	          "\"b\":{\"c\":1}}",
	          true,
	          "{\"a\":[{\"n\":1,\"v\":1},"
	          "{\"n\":1,\"w\":0,\"v\":\"[REDACTED]\"}],"
	          "\"b\":{\"c\":\"[REDACTED]\"}}");
	is_answer("redact(\"a[1:]\", \"b[-1::-2]\", \"c[0:9:0]\")",
	          "{\"a\":[1,2,3],\"b\":[1,2,3],\"c\":[1]}", true,
	          "{\"a\":[1,\"[REDACTED]\",\"[REDACTED]\"],"
	          "\"b\":[\"[REDACTED]\",2,\"[REDACTED]\"],\"c\":[1]}");
	is_answer("redact(\"a[?(@ == 2)]\")", "{\"a\":[1,2]}", true,
	          "{\"a\":[1,\"[REDACTED]\"]}");
	is_answer("redact(\"..a.b\")", "{\"a\":{\"b\":1},\"c\":{\"a\":{}}}",
	          true, "{\"a\":{\"b\":\"[REDACTED]\"},\"c\":{\"a\":{}}}");
	is_answer("redact(\"l.*.json().x\")",
	          "{\"l\":[\"{\\\"x\\\":1}\",\"{\\\"x\\\":2,\\\"y\\\":3}\",4]}",
	          true,
	          "{\"l\":[\"{\\\"x\\\":\\\"[REDACTED]\\\"}\","
	          "\"{\\\"x\\\":\\\"[REDACTED]\\\",\\\"y\\\":3}\",4]}");
	is_answer("redact(\"x.xml().r.a[0].b\")",
	          "{\"x\":\"<r><a><b>1</b></a><a><b z='&lt;'>2</b></a></r>\"}",
	          true,
	          "{\"x\":\"\\u003cr\\u003e\\u003ca\\u003e\\u003cb\\u003e"
	          "[REDACTED]\\u003c/b\\u003e\\u003c/a\\u003e\\u003ca\\u003e"
	          "\\u003cb z=\\\"\\u0026lt;\\\"\\u003e2\\u003c/b\\u003e"
	          "\\u003c/a\\u003e\\u003c/r\\u003e\"}");
}

static void
test_eval(void)
{
	is_answer("a.body.json().n == 12345678901234567890",
	          "{\"a\":{\"body\":\"{\\\"n\\\":12345678901234567890}\"}}",
	          true, NULL);
	is_answer("a.json().s == \"\xf0\x9f\x98\x80\xef\xbf\xbd\"",
	          "{\"a\":\"{\\\"s\\\":\\\"\\\\ud83d\\\\ude00\\\\ud83d\\\"}\"}",
	          true, NULL);
	is_answer("a..x == 1", "{\"a\":[{\"x\":2},{\"y\":{\"x\":1}}]}", true,
	          NULL);
	is_answer("now == 1700000000000", "{}", false, NULL);
	is_answer("now == \"1700000000000\" and days(-1) == \"1699913600000\"",
	          "{}", true, NULL);
	is_answer("years(1e300) > now() and years(-1e300) < now()", "{}", true,
	          NULL);
	is_answer("a > 1 and a < 2", "{\"a\":\"0x1.8p0\"}", true, NULL);
	is_answer("a == \"+Inf\"", "{\"a\":\"inf\"}", false, NULL);
	is_answer("a > 1e308", "{\"a\":\"Infinity\"}", true, NULL);
	is_answer("a > 0", "{\"a\":\"1_0\"}", false, NULL);
}

static void
is_time(const char *text, int64_t want)
{
	int64_t ms = -1;
	bool good = kfl_helper_datetime(str_from_c(text), &ms);

	ok(good == (want >= 0), text);
	if (want >= 0)
		is_int(ms, want, "in ms");
}

static void
test_datetime(void)
{
	is_time("1/1/1970, 12:00:00.000 AM", 0);
	is_time("02/29/2024,  3:04:05.678 PM", 1709219045678);
	is_time("2/29/2023, 3:04:05.678 PM", -1);
	is_time("12/31/1999, 12:59:59.999 PM", 946645199999);
	is_time("12/31/1999, 12:59:59.999 PMx", -1);
	is_time("12/31/1999, 12:60:59.999 PM", -1);
	is_time("13/31/1999, 12:00:59.999 PM", -1);
	is_time("1/1/99, 12:00:59.999 PM", -1);
	is_time("", -1);
}

/* An entry as a dissector would tell it; counts what it was spared. */
static unsigned
tell(struct sink *s)
{
	unsigned spared = 0;

	sink_begin_object(s);
	sink_member_integer(s, "id", 7);
	if (sink_want(s, STR("request"))) {
		sink_begin_object(s);
		sink_member_string(s, "method", STR("GET"));
		if (sink_want(s, STR("headers"))) {
			sink_begin_object(s);
			sink_member_string(s, "a", STR("1"));
			sink_member_string(s, "b", STR("2"));
			sink_end_object(s);
		}
		if (sink_want(s, STR("list"))) {
			sink_begin_array(s);
			sink_begin_object(s);
			sink_member_string(s, "x", STR("y"));
			sink_end_object(s);
			sink_null(s);
			sink_number(s, 0.5);
			sink_boolean(s, true);
			sink_end_array(s);
		}
		if (sink_want(s, STR("body"))) {
			sink_text_begin(s);
			sink_text(s, STR("he"));
			sink_text(s, STR("llo"));
			sink_text_end(s);
		} else {
			spared++;
		}
		sink_end_object(s);
	} else {
		spared++;
	}
	/* A dissector need not ask. */
	sink_key(s, STR("other"));
	sink_begin_object(s);
	sink_member_string(s, "deep", STR("x"));
	sink_end_object(s);
	sink_end_object(s);
	return spared;
}

static void
is_gathered(const char *text, const char *want, unsigned spared)
{
	struct kfl *k = query(text);
	const struct kfl_want *w;
	struct kfl_gather g;
	struct kfl_doc d;
	struct arena a;
	struct buf b;

	arena_init(&a, DOC_CAP, 0);
	buf_init(&b, DOC_CAP);
	kfl_doc_init(&d, DOC_CAP);
	ENSURE(kfl_wants(k, &a, &w) == 0);
	kfl_gather_init(&g, &d, w);
	is_int(tell(&g.sink), spared, text);
	is_int(g.sink.error, 0, "is gathered");
	ok(kfl_json_write(d.root, &b) == 0, "is written");
	is_bytes(b.p, b.n, want, strlen(want), "what is wanted");
	buf_release(&b);
	kfl_doc_release(&d);
	arena_release(&a);
	kfl_free(k);
}

static void
test_gather(void)
{
	static const char whole[] =
	    "{\"id\":7,\"request\":{\"method\":\"GET\",\"headers\":{\"a\":"
	    "\"1\",\"b\":\"2\"},\"list\":[{\"x\":\"y\"},null,0.5,true],"
	    "\"body\":\"hello\"},\"other\":{\"deep\":\"x\"}}";

	is_gathered("id == 1 and request.headers[\"b\"] == \"2\"",
	            "{\"id\":7,\"request\":{\"headers\":{\"b\":\"2\"}}}", 1);
	is_gathered("request.list[0].x == \"y\"",
	            "{\"request\":{\"list\":[{\"x\":\"y\"},null,0.5,true]}}",
	            1);
	is_gathered("request.body.json().x == 1 or now() > 5",
	            "{\"request\":{\"body\":\"hello\"}}", 0);
	is_gathered("(request.headers) == 1 or other == 1",
	            "{\"request\":{\"headers\":{\"a\":\"1\",\"b\":\"2\"}},"
	            "\"other\":{\"deep\":\"x\"}}",
	            1);
	is_gathered("request..x == 1 and other.* == 1 and id == 1", whole, 0);
	is_gathered("true and redact(\"id\")", whole, 0);
	is_gathered("true", "{}", 1);
}

static void
test_want_path(void)
{
	struct kfl *k = query("a.b.c == 1 and d == 1");
	const struct kfl_want *w;
	struct arena a;

	arena_init(&a, DOC_CAP, 0);
	ENSURE(kfl_wants(k, &a, &w) == 0);
	ok(kfl_want_path(w, STR("a")), "above");
	ok(kfl_want_path(w, STR("a.b.c.x")), "below");
	ok(!kfl_want_path(w, STR("a.c")), "beside");
	ok(kfl_want_path(w, STR("d")), "itself");
	arena_release(&a);
	kfl_free(k);
}

static void
test_redactor(void)
{
	struct kfl *k = query("id == 7 and redact(\"request.*\")");
	struct kfl_redactor r;
	struct sink_json json;
	struct json_out out;
	struct buf b;
	bool truth = false;

	buf_init(&b, DOC_CAP);
	jout_init_buf(&out, &b);
	sink_json_init(&json, &out);
	kfl_redactor_init(&r, k, DOC_CAP, &json.sink);
	(void)tell(&r.gather.sink);
	is_int(kfl_redactor_end(&r, &truth), 0, "the entry passes");
	ok(truth, "and is asked for");
	ok(jout_finish(&out) == 0, "and is whole");
	is_str((buf_append_byte(&b, '\0') == 0 ? b.p : ""),
	       "{\"id\":7,\"request\":{\"method\":\"[REDACTED]\",\"headers\":"
	       "\"[REDACTED]\",\"list\":\"[REDACTED]\",\"body\":"
	       "\"[REDACTED]\"},\"other\":{\"deep\":\"x\"}}",
	       "without what is hidden");
	is_int(kfl_redactor_end(&r, &truth), ERR_INVAL, "nothing was told");
	kfl_redactor_release(&r);
	buf_release(&b);
	kfl_free(k);
}

static void
test_bounds_of_memory(void)
{
	struct kfl *k = query("a..*..*..*..*..*..x == 1");
	struct kfl_doc d;
	struct kfl_gather g;
	struct buf b;
	bool truth;

	buf_init(&b, 1 << 20);
	ENSURE(buf_append_str(&b, STR("{\"a\":")) == 0);
	for (int i = 0; i < 100; i++)
		ENSURE(buf_append_str(&b, STR("[[1,2],[3],"
		                              "")) == 0);
	ENSURE(buf_append_byte(&b, '1') == 0);
	for (int i = 0; i < 100; i++)
		ENSURE(buf_append_byte(&b, ']') == 0);
	ENSURE(buf_append_byte(&b, '}') == 0);
	kfl_doc_init(&d, DOC_CAP);
	ENSURE(kfl_json_parse(buf_str(&b), &d.arena, &d.root) == 0);
	is_int(kfl_eval(k, &d, &truth), ERR_LIMIT, "a path that explodes");
	kfl_doc_clear(&d);
	kfl_gather_init(&g, &d, NULL);
	for (int i = 0; i < 200; i++)
		sink_begin_array(&g.sink);
	is_int(g.sink.error, ERR_LIMIT, "an entry that is too deep");
	kfl_doc_release(&d);
	kfl_doc_init(&d, 100);
	kfl_gather_init(&g, &d, NULL);
	(void)tell(&g.sink);
	is_int(g.sink.error, ERR_BUDGET, "one that is too large");
	kfl_doc_release(&d);
	buf_release(&b);
	kfl_free(k);
}

static int
xml_code(const char *text)
{
	struct kfl_value *v;
	struct arena a;
	int rc;

	arena_init(&a, DOC_CAP, 0);
	rc = kfl_xml_parse(str_from_c(text), &a, &v);
	arena_release(&a);
	return rc;
}

static void
is_xml(const char *text, const char *want, const char *again)
{
	struct kfl_value *v;
	struct arena a;
	struct buf b;

	buf_init(&b, DOC_CAP);
	arena_init(&a, DOC_CAP, 0);
	is_int(kfl_xml_parse(str_from_c(text), &a, &v), 0, text);
	ok(kfl_json_write(v, &b) == 0, "becomes values");
	is_bytes(b.p, b.n, want, strlen(want), "of this shape");
	buf_clear(&b);
	ok(kfl_xml_write(v, &b) == 0, "and text again");
	is_bytes(b.p, b.n, again, strlen(again), "with its members ordered");
	arena_release(&a);
	buf_release(&b);
}

static void
test_xml(void)
{
	is_xml("<n:r b='2' a=\"1\"> t <x/>u<x>v</x><y> <![CDATA[w]]></y></n:r>",
	       "{\"r\":{\"-b\":\"2\",\"-a\":\"1\",\"x\":[\"\",\"v\"],"
	       "\"y\":\"w\",\"#text\":\"u\"}}",
	       "<r a=\"1\" b=\"2\">u<x/><x>v</x><y>w</y></r>");
	is_xml("<!DOCTYPE r><r>a<!-- c -->b<c/></r>",
	       "{\"r\":{\"c\":\"\",\"#text\":\"b\"}}", "<r>b<c/></r>");
	is_int(xml_code("<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>"), ERR_SYNTAX,
	       "entities are refused");
	is_int(xml_code("<r>"), ERR_SYNTAX, "no end");
	is_int(xml_code(""), ERR_SYNTAX, "nothing");
}

static void
is_json(const char *text, int want)
{
	struct kfl_value *v;
	struct arena a;

	arena_init(&a, DOC_CAP, 0);
	/* One of them has a line break in it. */
	is_int(kfl_json_parse(str_from_c(text), &a, &v), want,
	       strchr(text, '\n') == NULL ? text : "a line break");
	arena_release(&a);
}

static void
test_json(void)
{
	static const char *const bad[] = {
		"",         "{",      "[1,]",        "{\"a\" 1}", "01",
		"1.",       "-",      "1e",          "nul",       "\"\\x\"",
		"\"a",      "\"\n\"", "1 2",         "{1:2}",     "[1}",
		"+1",       "1e999",  "\"\\u12g4\"", "tru e",     "'a'",
		"\"\\u1\"",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_json(bad[i], ERR_SYNTAX);
	is_json(" [ 1 , -0.5e+2 , {} , [ ] , \"\\\"\\/\" ] ", 0);
}

static void
is_path(const char *text, int want)
{
	const struct kfl_path *p;
	struct err e = ERR_INIT;
	struct arena a;

	arena_init(&a, DOC_CAP, 0);
	is_int(kfl_path_parse(str_from_c(text), &a, &e, &p), want, text);
	arena_release(&a);
}

/* Which of three elements a condition picks: "x" for those, "." for others. */
static void
picks(const char *condition, const char *want)
{
	static const char json[] =
	    "{\"a\":[{\"n\":1,\"s\":\"a\",\"b\":true,\"z\":null,\"v\":0},"
	    "{\"n\":2.5,\"s\":\"b\",\"b\":false,\"m\":2.5,\"v\":0},"
	    "{\"s\":\"c\",\"l\":[1],\"o\":{\"k\":1},\"v\":0}]}";
	char text[200], got[4] = "...";
	struct kfl_value *v, *hidden;
	struct kfl_doc d;
	struct kfl *k;
	bool truth;

	(void)snprintf(text, sizeof(text), "redact(\"a[?(%s)].v\")", condition);
	k = query(text);
	kfl_doc_init(&d, DOC_CAP);
	ENSURE(kfl_json_parse(str_from_c(json), &d.arena, &d.root) == 0);
	is_int(kfl_eval(k, &d, &truth), 0, condition);
	v = kfl_value_member(d.root, STR("a"));
	for (int i = 0; i < 3; i++) {
		hidden = kfl_value_member(kfl_value_element(v, i), STR("v"));
		if (hidden->type == KFL_V_STRING)
			got[i] = 'x';
	}
	is_str(got, want, "picks");
	kfl_doc_release(&d);
	kfl_free(k);
}

static void
test_filters(void)
{
	static const char *const table[][2] = {
		{ "@.n == 1", "x.." },
		{ "@.n != 1", ".x." },
		{ "@.n < 2", "x.." },
		{ "@.n <= 2.5", "xx." },
		{ "@.n > 1", ".x." },
		{ "@.n >= 1", "xx." },
		{ "2 < @.n", ".x." },
		{ "@.s == 'b'", ".x." },
		{ "@.s > 'a'", ".xx" },
		{ "@.s <= 'b'", "xx." },
		{ "@.s != 'b'", "x.x" },
		{ "@.s == 1", "..." },
		{ "@.s < 1", "..." },
		{ "@.b == true", "x.." },
		{ "@.b == false", ".x." },
		{ "@.b != true", ".x." },
		{ "@.z == null", "x.." },
		{ "@.b", "x.." },
		{ "@.n", "xx." },
		{ "!@.n", "..x" },
		{ "!(@.n == 1)", ".xx" },
		{ "@.n == @.m", ".x." },
		{ "@.l == @.l", "..x" },
		{ "@.o.k == 1", "..x" },
		{ "@['s'] == 'c'", "..x" },
		{ "@.l[0] == 1", "..x" },
		{ "@.n == 1 || @.s == 'c'", "x.x" },
		{ "@.n && @.b", "x.." },
		{ "@.n == 1 && @.s == 'b' || @.l", "..x" },
		{ "(@.n == 1 || @.n == 2.5) && !@.b", ".x." },
		{ "@.n == 2.5e0", ".x." },
		{ "@.n == -1", "..." },
		{ "true", "xxx" },
		{ "false", "..." },
		{ "null", "xxx" },
		{ "'x'", "xxx" },
	};
	static const char *const bad[] = {
		"a[?(@.x == 'y)]",  "a[?(@.x == 1x)]", "a[?(!)]",
		"a[?(@.x && )]",    "a[?(@.x)",        "a[?(@.x) y]",
		"a[?(@.x == 1 2)]", "a[?()]",          "a[?",
		"a[?(@.a[)]",
	};
	char deep[44] = "a[?";

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		picks(table[i][0], table[i][1]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_path(bad[i], ERR_SYNTAX);
	memset(deep + 3, '(', sizeof(deep) - 4);
	is_path(deep, ERR_LIMIT);
}

static void
test_paths(void)
{
	static const char *const bad[] = {
		"a[",
		"a.",
		"a[1",
		"a['x",
		"a['\\q']",
		"a['\\u12']",
		"a[1,",
		"a[x]",
		"a[1:x]",
		"a b",
		"a[?(@.x =~ /x/)]",
		"a[?(@[?(@.y)])]",
		"a[?(@.x == )]",
		"a[?((@.x)]",
		"a[-]",
		"a-b",
		"a]",
		"a['x'",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_path(bad[i], ERR_SYNTAX);
	is_path("", 0);
	is_path("$", 0);
	is_path("@.a", 0);
	is_path("*[*].*..x['\\x41\\u00e9\\n', 2][ 1 ][:][::2][1:2:3]", 0);
}

/* With every allocation failing in turn, nothing crashes and nothing leaks. */
static void
test_no_memory(void)
{
	static const char json[] =
	    "{\"l\":[{\"x\":\"<r><a>1</a><a k='v'>2</a></r>\"},{\"x\":1}],"
	    "\"b\":\"eyJrIjoidiJ9\"}";
	struct kfl *k = query("b.json().k == \"v\" and l.*.x != 5 and "
	                      "l[0].x.xml().r.a == \"1\" and "
	                      "redact(\"b.json().k\", \"l[0].x.xml().r.a\")");
	bool truth = false;
	int64_t n = 0;
	int rc;

	do {
		struct kfl_doc d;

		kfl_doc_init(&d, DOC_CAP);
		mem_fail_at(++n, false);
		rc = kfl_json_parse(str_from_c(json), &d.arena, &d.root);
		if (rc == 0)
			rc = kfl_eval(k, &d, &truth);
		mem_fail_at(-1, false);
		kfl_doc_release(&d);
	} while (rc == ERR_NOMEM);
	is_int(rc, 0, "in the end there is an answer");
	ok(n > 5, "after several failures");
	kfl_free(k);
}

int
main(void)
{
	test_redact();
	test_eval();
	test_datetime();
	test_gather();
	test_want_path();
	test_redactor();
	test_bounds_of_memory();
	test_xml();
	test_json();
	test_filters();
	test_paths();
	test_no_memory();
	return tap_done();
}
