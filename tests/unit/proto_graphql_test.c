/* SPDX-License-Identifier: Apache-2.0 */
/* GraphQL: documents, request and response bodies, entries over HTTP/1. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/graphql/graphql_body.h"
#include "analyzer/proto/graphql/graphql_doc.h"
#include "analyzer/proto/graphql/graphql_view.h"
#include "analyzer/proto/json_scan.h"
#include "base/json_out.h"
#include "tests/support/http1_world.h"
#include "tests/tap/tap.h"

static void
must(int rc)
{
	if (rc != 0)
		abort();
}

/* --- JSON --------------------------------------------------------------- */

/* Writes each event as one character or its text. */
static void
log_json(struct json_scan *s, void *ctx, enum json_event ev, struct str text)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "{",     [JSON_OBJECT_END] = "}",
		[JSON_ARRAY] = "[",      [JSON_ARRAY_END] = "]",
		[JSON_KEY_PART] = "",    [JSON_KEY] = ":",
		[JSON_STRING_PART] = "", [JSON_STRING] = "$",
		[JSON_NUMBER] = "#",     [JSON_TRUE] = "t",
		[JSON_FALSE] = "f",      [JSON_NULL] = "n",
	};
	struct buf *b = ctx;

	must(buf_append_str(b, text));
	must(buf_append_str(b, str_from_c(names[ev])));
	if (str_eq(text, STR("stop")))
		json_scan_stop(s);
}

/* The events of a text that comes in pieces of n bytes; '!' when it is none. */
static void
scan(struct buf *b, const char *text, size_t n, uint64_t depth)
{
	struct str rest = str_from_c(text);
	struct json_scan s;
	bool good = true;

	buf_clear(b);
	json_scan_init(&s, depth);
	while (good && rest.n != 0) {
		good = json_scan_feed(&s, str_head(rest, n), log_json, b);
		rest = str_tail(rest, rest.n < n ? rest.n : n);
	}
	if (!good || !json_scan_end(&s, log_json, b))
		must(buf_append_str(b, STR("!")));
	must(buf_append_byte(b, '\0'));
}

static void
test_json(void)
{
	static const struct {
		const char *text, *want;
	} table[] = {
		{ " {\"a\":[1,-2.5e3,true,false,null,\"x\"],\"b\":{}} ",
		  "{a:[1#-2.5e3#tfnx$]b:{}}" },
		{ "[]", "[]" },
		{ "12", "12#" },
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9z\"",
		  "a\"\\/\b\f\n\r\t\xc3\xa9z$" },
		{ "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80$" },
		{ "\"\\ud83dx\"", "\xef\xbf\xbdx$" },
		{ "\"\\ude00\"", "\xef\xbf\xbd$" },
		{ "\"\\ud83d\\ud83d\\ude00\"",
		  "\xef\xbf\xbd\xf0\x9f\x98\x80$" },
		{ "\"\\ud83d\\n\"", "\xef\xbf\xbd\n$" },
		{ "\"\\ud83d\"", "\xef\xbf\xbd$" },
		{ "", "!" },
		{ "{", "{!" },
		{ "{\"a\"}", "{a:!" },
		{ "{\"a\":1,}", "{a:1#!" },
		{ "{,}", "{!" },
		{ "[1,]", "[1#!" },
		{ "[1 2]", "[1#!" },
		{ "[1}", "[1#!" },
		{ "{\"a\":1]", "{a:1#!" },
		{ "]", "!" },
		{ "1 2", "1#!" },
		{ "tru", "!" },
		{ "trux", "!" },
		{ "\"a\nb\"", "a!" },
		{ "\"\\x\"", "!" },
		{ "\"\\u12g4\"", "!" },
		{ "x", "!" },
		{ "[[[[]]]]", "[[[[]]]]" },
		{ "[[[[[]]]]]", "[[[[!" },
		{ "[\"stop\",1]", "[stop!" },
	};
	struct buf whole, bytes;
	char number[JSON_SCAN_NUMBER + 2];

	buf_init(&whole, 10000);
	buf_init(&bytes, 10000);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		scan(&whole, table[i].text, SIZE_MAX, 4);
		is_str(whole.p, table[i].want, table[i].text);
		if (strstr(table[i].text, "stop") != NULL)
			continue;
		scan(&bytes, table[i].text, 1, 4);
		is_str(bytes.p, table[i].want, "  byte by byte");
	}
	memset(number, '1', sizeof(number));
	number[JSON_SCAN_NUMBER + 1] = '\0';
	scan(&whole, number, SIZE_MAX, 4);
	is_str(whole.p, "!", "a number may not be endless");
	buf_release(&whole);
	buf_release(&bytes);
}

static void
test_json_render(void)
{
	static const struct {
		const char *text, *want;
	} table[] = {
		{ "{\"a\":[1,{\"b\":\"x\\u0041\"},2.50,1e999,true,null],"
		  "\"c\":\"\"}",
		  "{\"a\":[1,{\"b\":\"xA\"},2.5,\"1e999\",true,null],"
		  "\"c\":\"\"}" },
		{ "{\"a\":", "null" },
		{ "[[[1]]]", "null" },
		{ "7", "7" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct sink_json s;
		struct json_out j;
		struct buf b;

		buf_init(&b, 1000);
		jout_init_buf(&j, &b);
		sink_json_init(&s, &j);
		json_scan_render(str_from_c(table[i].text), i == 2 ? 2 : 64,
		                 &s.sink);
		must(jout_finish(&j));
		must(buf_append_byte(&b, '\0'));
		is_str(b.p, table[i].want, "JSON as a value");
		buf_release(&b);
	}
}

/* --- documents ---------------------------------------------------------- */

static void
log_doc(void *ctx, enum graphql_part part, struct str name)
{
	static const char *const marks[] = { "+", "=", "." };

	must(buf_append_str(ctx, str_from_c(marks[part])));
	must(buf_append_str(ctx, name));
}

/* What a document asks, given in pieces of n bytes; '!' when it is none. */
static void
read_doc(struct buf *b, const char *text, size_t n)
{
	struct str rest = str_from_c(text);
	struct graphql_doc d = { .on = log_doc, .ctx = b };
	bool good = true;

	buf_clear(b);
	while (good && rest.n != 0) {
		good = graphql_doc_feed(&d, str_head(rest, n));
		rest = str_tail(rest, rest.n < n ? rest.n : n);
	}
	if (!graphql_doc_end(&d))
		must(buf_append_str(b, STR("!")));
	must(buf_append_byte(b, '\0'));
}

static void
test_documents(void)
{
	static const struct {
		const char *text, *want;
	} table[] = {
		{ "{a}", "+query.a" },
		{ "{ a b, c }", "+query.a.b.c" },
		{ "query{a}", "+query.a" },
		{ "query Q { me { id friends { name } } hello }",
		  "+query=Q.me.hello" },
		{ "mutation M($id: ID! = \"x\", $l: [Int] = [1, -2.5e3]) @d(a: "
		  "1) @e { do(id: $id, o: {k: [], b: {}}) @skip(if: $l) { ok } "
		  "}",
		  "+mutation=M.do" },
		{ "subscription S { tick }", "+subscription=S.tick" },
		{ "{ x: a(b: 1) y: c z }", "+query.a.c.z" },
		{ "{ a { ...F @d ... on T { b } ... @include(if: true) { c } "
		  "...{ e } } } fragment F on T @d { a }",
		  "+query.a" },
		{ "query A { a } query B { b }", "+query=A.a+query=B.b" },
		{ "query { query mutation on fragment }",
		  "+query.query.mutation.on.fragment" },
		{ "{ on: on ...on }", "+query.on!" },
		{ "\xef\xbb\xbf# a comment {\n{a # one more\n}", "+query.a" },
		{ "{a(s: \"}{\\\"\", b: \"\"\"x\"y\\\"\"\"}\"\"\", e: \"\")}",
		  "+query.a" },
		{ "{a(s: \"\"\"\\x\"\"\" t: $v, u: ENUM, w: 1)}", "+query.a" },
		{ "", "!" },
		{ " ", "!" },
		{ "{}", "+query!" },
		{ "{a{}}", "+query.a!" },
		{ "{a", "+query!" },
		{ "{a}}", "+query.a!" },
		{ "{a]", "+query.a!" },
		{ "{a()}", "+query.a!" },
		{ "{a(b: (1))}", "+query.a!" },
		{ "{a(b: [1})}", "+query.a!" },
		{ "{a(b: ...)}", "+query.a!" },
		{ "{\"a\"}", "+query!" },
		{ "{1}", "+query!" },
		{ "{a: }", "+query!" },
		{ "{a: b: c}", "+query.b!" },
		{ "{..a}", "+query!" },
		{ "{... on}", "+query!" },
		{ "{... on T}", "+query!" },
		{ "{a @}", "+query.a!" },
		{ "{a(s: \"x\n\")}", "+query.a!" },
		{ "{a(s: \"\"\"x\"\")}", "+query.a!" },
		{ "query", "+query!" },
		{ "query Q", "+query=Q!" },
		{ "query Q R {a}", "+query=Q!" },
		{ "query ($a: Int) ($b: Int) {a}", "+query!" },
		{ "fragment on on T {a}", "!" },
		{ "fragment F T {a}", "!" },
		{ "fragment F on T", "!" },
		{ "fragment F on T {a}", "" },
		{ "SELECT * FROM t", "!" },
		{ "select a from t", "!" },
		{ "type T { a: Int }", "!" },
		{ "schema { query: Q }", "!" },
		{ "hello world", "!" },
		{ "{\"match_all\":{}}", "+query!" },
		{ "{a} ^", "+query.a!" },
		{ "\xef\xbb {a}", "!" },
	};
	struct buf whole, bytes;
	char deep[3 * GRAPHQL_DOC_DEPTH + 8] = "";

	buf_init(&whole, 10000);
	buf_init(&bytes, 10000);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		read_doc(&whole, table[i].text, SIZE_MAX);
		is_str(whole.p, table[i].want, table[i].text);
		read_doc(&bytes, table[i].text, 1);
		is_str(bytes.p, table[i].want, "  byte by byte");
	}
	for (int levels = GRAPHQL_DOC_DEPTH; levels <= GRAPHQL_DOC_DEPTH + 1;
	     levels++) {
		for (int i = 0; i < 3 * levels; i++)
			deep[i] = i < 2 * levels ? "{a"[i % 2] : '}';
		read_doc(&whole, deep, SIZE_MAX);
		is_str(whole.p,
		       levels > GRAPHQL_DOC_DEPTH ? "+query.a!" : "+query.a",
		       "how deep selections may be");
	}
	buf_release(&whole);
	buf_release(&bytes);
}

/* --- bodies ------------------------------------------------------------- */

static void
check_body(const char *text, bool asks, bool failed)
{
	struct graphql_body whole, bytes;

	graphql_body_init(&whole);
	graphql_body_init(&bytes);
	(void)graphql_body_feed(&whole, str_from_c(text));
	for (const char *p = text; *p != '\0'; p++)
		(void)graphql_body_feed(&bytes, str_make(p, 1));
	ok(whole.asks == asks && bytes.asks == asks, text);
	ok(whole.failed == failed && bytes.failed == failed, "  errors");
}

static void
test_bodies(void)
{
	check_body("{\"query\":\"{a}\"}", true, false);
	check_body("{\"variables\":{\"query\":\"{a}\"},\"query\":\"\\n{a}\"}",
	           true, false);
	check_body("[{\"query\":\"{a}\"},{}]", true, false);
	check_body("{\"extensions\":{\"persistedQuery\":{\"version\":1,"
	           "\"sha256Hash\":\"ab\"}}}",
	           true, false);
	check_body("[{\"extensions\":{\"persistedQuery\":{\"sha256Hash\":"
	           "\"ab\"}}}]",
	           true, false);
	check_body("{\"query\":\"\"}", false, false);
	check_body("{\"query\":\"select 1\"}", false, false);
	check_body("{\"query\":{\"match\":\"{a}\"}}", false, false);
	check_body("{\"query\":[\"{a}\"]}", false, false);
	check_body("{\"a\":{\"query\":\"{a}\"}}", false, false);
	check_body("[[{\"query\":\"{a}\"}]]", false, false);
	check_body("\"{a}\"", false, false);
	check_body("{\"queryx\":\"{a}\",\"a-very-long-key-indeed\":\"{a}\"}",
	           false, false);
	check_body(
	    "{\"extensions\":{\"persistedQuery\":{\"sha256Hash\":\"\"}}}",
	    false, false);
	check_body("{\"extensions\":{\"x\":{\"sha256Hash\":\"ab\"}},"
	           "\"persistedQuery\":{\"sha256Hash\":\"ab\"}}",
	           false, false);
	check_body("{\"extensions\":{\"persistedQuery\":1},\"x\":{"
	           "\"sha256Hash\":\"ab\"}}",
	           false, false);

	check_body("{\"errors\":[{\"message\":\"m\"}],\"data\":null}", false,
	           true);
	check_body("[{\"data\":{}},{\"errors\":[{}]}]", false, true);
	check_body("{\"data\":{},\"errors\":[]}", false, false);
	check_body("{\"errors\":{\"name\":[\"is empty\"],\"x\":{}}}", false,
	           false);
	check_body("{\"data\":{\"errors\":[{}]}}", false, false);
}

static void
test_targets(void)
{
	ok(graphql_view_url_asks(STR("/g?query=%7Ba%7D")), "a document");
	ok(graphql_view_url_asks(STR("/g?x=1&query=query+Q+%7B+a+%7D&y#z")),
	   "among others");
	ok(graphql_view_url_asks(
	       STR("/g?extensions=%7B%22persistedQuery%22:%7B%22version%22:1,"
	           "%22sha256Hash%22:%22ab%22%7D%7D")),
	   "a persisted query");
	ok(!graphql_view_url_asks(STR("/g?query=chairs")), "a search");
	ok(!graphql_view_url_asks(STR("/g?query=%7Ba%7")), "a broken escape");
	ok(!graphql_view_url_asks(STR("/g?query=%7Ba%zz%7D")), "another one");
	ok(!graphql_view_url_asks(STR("/g?q=%7Ba%7D")), "another parameter");
	ok(!graphql_view_url_asks(STR("/g?#query=%7Ba%7D")), "a fragment");
	ok(!graphql_view_url_asks(STR("/g")), "nothing");
	ok(!graphql_view_url_asks(STR("/g?extensions=%7B%7D")), "no hash");
}

/* --- entries ------------------------------------------------------------ */

struct talk {
	const char *request; /* line and fields */
	const char *body;
	const char *response;
	const char *answer;
};

#define POST_JSON                                                    \
	"POST /graphql HTTP/1.1\r\nContent-Type: application/json; " \
	"charset=utf-8\r\n"
#define OK_JSON "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static size_t
wire_of(const char *head, const char *body, char *out, size_t room)
{
	int n = snprintf(out, room, "%sContent-Length: %zu\r\n\r\n%s", head,
	                 strlen(body), body);

	return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

/* Talks with the request cut in two at `cut`; the text of the entry. */
static bool
converse(struct world *w, const struct talk *t, size_t cut)
{
	static char request[4096], response[4096];
	size_t n = wire_of(t->request, t->body, request, sizeof(request));
	size_t m = wire_of(t->response, t->answer, response, sizeof(response));

	w->overlays = overlay_registry;
	if (n == 0 || m == 0 || !http1_world_open(w, 0))
		return false;
	cut = cut < n ? cut : n;
	http1_world_send(w, 0, request, cut);
	http1_world_send(w, 0, request + cut, n - cut);
	cut = cut < m ? cut : m;
	http1_world_send(w, 1, response, cut);
	http1_world_send(w, 1, response + cut, m - cut);
	return true;
}

static void
check(const struct talk *t, const char *line, const char *const *has,
      const char *what)
{
	struct world w;
	const char *got;
	struct buf first;
	bool same = true;

	http1_world_init(&w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS);
	if (!converse(&w, t, SIZE_MAX))
		abort();
	got = http1_world_finish(&w, WHY_FIN);
	if (!ok(strncmp(got, line, strlen(line)) == 0, what))
		tap_note(got);
	for (; *has != NULL; has++)
		if (!ok(strstr(got, *has) != NULL, *has))
			tap_note(got);
	ok(w.failed == 0 && w.sides_agree, "  it is shown as it was indexed");
	buf_init(&first, 1 << 20);
	must(buf_append_str(&first, str_from_c(got)));
	must(buf_append_byte(&first, '\0'));
	http1_world_release(&w);
	for (size_t cut = 1; cut < 700; cut++) {
		http1_world_init(&w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS);
		same &= converse(&w, t, cut) &&
		        strcmp(http1_world_finish(&w, WHY_FIN), first.p) == 0;
		http1_world_release(&w);
	}
	ok(same, "  wherever it is cut");
	buf_release(&first);
}

#define HAS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_entries(void)
{
	check(&(struct talk){ POST_JSON,
	                      "{\"operationName\":\"B\",\"query\":\"query A { "
	                      "a } query B($i: ID) { x: b(i: $i) { c } d }\","
	                      "\"variables\":{\"i\":\"7\",\"n\":1.50}}",
	                      OK_JSON, "{\"data\":{\"x\":null}}" },
	      "gql/1.1 \"POST\" /graphql @ 200 ",
	      HAS("\"graphql\":{\"operationName\":\"B\",\"operationType\":"
	          "\"query\",\"fields\":[\"b\",\"d\"],\"variables\":{\"i\":"
	          "\"7\",\"n\":1.5},\"query\":\"query A",
	          "\"title\":\"GraphQL\",\"data\":\"[{\\\"name\\\":"
	          "\\\"Operation\\\",\\\"value\\\":\\\"B\\\",\\\"selector\\\":"
	          "\\\"request.graphql.operationName\\\"}",
	          "{\"type\":\"body\",\"title\":\"Variables\",\"data\":\"{"
	          "\\\"i\\\":\\\"7\\\",\\\"n\\\":1.50}\",\"mimeType\":"
	          "\"application/json\",\"selector\":"
	          "\"request.graphql.variables\"}"),
	      "an operation of a document");
	check(&(struct talk){ POST_JSON, "{\"query\":\"{a}\"}", OK_JSON,
	                      "{\"errors\":[{\"message\":\"no\",\"x\":{"
	                      "\"message\":1}},{}],\"data\":null}" },
	      "gql/1.1 \"POST\" /graphql @ 200 108/133 failed\n",
	      HAS("\"graphql\":{\"errors\":[{\"message\":\"no\",\"x\":{"
	          "\"message\":1}},{}]}",
	          "\"title\":\"GraphQL Errors\",\"data\":\"[{\\\"name\\\":"
	          "\\\"Message [0]\\\",\\\"value\\\":\\\"no\\\",\\\"selector"
	          "\\\":\\\"response.graphql.errors[0].message\\\"}]\"}"),
	      "errors in the response");
	check(&(struct talk){ POST_JSON,
	                      "[{\"query\":\"{a}\"},{\"query\":\"mutation M "
	                      "{b}\",\"variables\":{}}]",
	                      OK_JSON,
	                      "[{},{\"errors\":[{\"message\":\"m\"}]}]" },
	      "gql/1.1 \"POST\" /graphql @ 200 ",
	      HAS("failed\n",
	          "\"graphql\":{\"operationType\":\"query\",\"fields\":[\"a\"],"
	          "\"query\":\"{a}\",\"batch\":[{\"operationType\":\"query\","
	          "\"fields\":[\"a\"],\"query\":\"{a}\"},{\"operationName\":"
	          "\"M\",\"operationType\":\"mutation\",\"fields\":[\"b\"],"
	          "\"variables\":{},\"query\":\"mutation M {b}\"}]}",
	          "\"graphql\":{\"batch\":[{},{\"errors\":[{\"message\":"
	          "\"m\"}]}]}",
	          "\"title\":\"GraphQL [1]\"",
	          "\\\"request.graphql.batch[1].operationName\\\"",
	          "\"title\":\"GraphQL Errors [1]\""),
	      "a batch");
	check(&(struct talk){ "GET /graphql?query=query+Q%7Ba%7D&variables="
	                      "%7B%22k%22:1%7D HTTP/1.1\r\n",
	                      "", OK_JSON, "{}" },
	      "gql/1.1 \"GET\" /graphql @ 200 ",
	      HAS("\"graphql\":{\"operationName\":\"Q\",\"operationType\":"
	          "\"query\",\"fields\":[\"a\"],\"variables\":{\"k\":1},"
	          "\"query\":\"query Q{a}\"}"),
	      "a target");
	check(
	    &(struct talk){ "GET /g?operationName=P&extensions=%7B%22persisted"
	                    "Query%22:%7B%22sha256Hash%22:%22abc%22%7D%7D "
	                    "HTTP/1.1\r\n",
	                    "", OK_JSON, "{}" },
	    "gql/1.1 \"GET\" /g @ 200 ",
	    HAS("\"graphql\":{\"operationName\":\"P\",\"persistedQuery\":"
	        "\"abc\"}"),
	    "a persisted query in a target");
	check(&(struct talk){ POST_JSON,
	                      "{\"extensions\":{\"persistedQuery\":{"
	                      "\"sha256Hash\":\"\\u0061bc\"}}}",
	                      OK_JSON, "{}" },
	      "gql/1.1 \"POST\" /graphql @ 200 ",
	      HAS("\"graphql\":{\"persistedQuery\":\"abc\"}"), "and in a body");
	check(&(struct talk){ "POST /g HTTP/1.1\r\nContent-Type: "
	                      "application/graphql\r\n",
	                      "subscription {t}", OK_JSON, "{}" },
	      "gql/1.1 \"POST\" /g @ 200 ",
	      HAS("\"graphql\":{\"operationType\":\"subscription\",\"fields\":"
	          "[\"t\"],\"query\":\"subscription {t}\"}"),
	      "a document alone");
	check(&(struct talk){ POST_JSON, "{\"query\":\"query Q {\"}",
	                      "HTTP/1.1 400 Bad Request\r\nContent-Type: "
	                      "application/graphql-response+json\r\n",
	                      "{\"errors\":[{}]}" },
	      "gql/1.1 \"POST\" /graphql @ 400 ",
	      HAS("failed\n", "\"query\":\"query Q {\"",
	          "\"graphql\":{\"errors\":[{}]}"),
	      "the response alone proves it");
}

#define UPLOAD                                                          \
	"POST /graphql HTTP/1.1\r\nContent-Type: multipart/form-data; " \
	"boundary=x\r\n"
#define PART(name) "--x\r\nContent-Disposition: form-data; name=\"" name "\""

/* Files with the request; results one after the other. */
static void
test_parts(void)
{
	check(
	    &(struct talk){
		UPLOAD,
		PART(
		    "operations") "\r\n\r\n{\"query\":\"mutation"
				  " Keep { keep }\",\"variables\":"
				  "{\"f\":null}}\r\n" PART(
				      "map") "\r\n\r\n{\"0\":[\"variables.f\"]}"
					     "\r\n" PART("0") "; "
							      "filename="
							      "\"a\"\r\n\r\ntex"
							      "t\r\n--x--\r\n",
		OK_JSON, "{}" },
	    "gql/1.1 \"POST\" /graphql @ 200 ",
	    HAS("\"graphql\":{\"operationName\":\"Keep\",\"operationType\":"
	        "\"mutation\",\"fields\":[\"keep\"],\"variables\":{\"f\":null}",
	        "\"fileName\":\"a\""),
	    "a request with a file");
	check(&(struct talk){ UPLOAD,
	                      PART("note") "\r\n\r\n{\"query\":\"{ a }\"}\r\n"
	                                   "--x--\r\n",
	                      OK_JSON, "{}" },
	      "http/1.1 \"POST\" /graphql @ 200 ", HAS("\"name\":\"note\""),
	      "a form that only looks like it");
	check(
	    &(struct talk){
		POST_JSON, "{\"query\":\"{a}\"}",
		"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; "
		"boundary=\"-\"\r\n",
		"\r\n---\r\nContent-Type: application/json\r\n\r\n"
		"{\"data\":{},\r\n\"hasNext\":true}\r\n---\r\n"
		"Content-Type: application/json\r\n\r\n{\"errors\":[{"
		"\"message\":\"late\"}]}\r\n-----\r\n" },
	    "gql/1.1 \"POST\" /graphql @ 200 ",
	    HAS("\"graphql\":{\"delivery\":\"multipart/mixed\",\"parts\":2,"
	        "\"errors\":[{\"message\":\"late\"}]}",
	        "response.graphql.delivery"),
	    "results of @defer");
	check(
	    &(struct talk){
		POST_JSON, "{\"query\":\"subscription {a}\"}",
		"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n",
		"event: next\ndata: {\"data\":{\"a\":1}}\n\n:\n\nevent: "
		"next\ndata: {\"data\":{\"a\":2}}\n\nevent: complete\n"
		"data:\n\n" },
	    "gql/1.1 \"POST\" /graphql @ 200 ",
	    HAS("\"graphql\":{\"delivery\":\"text/event-stream\",\"parts\":"
	        "2}"),
	    "results of a subscription");
}

static void
test_others(void)
{
	check(&(struct talk){ POST_JSON, "{\"query\":\"chairs\"}", OK_JSON,
	                      "{\"errors\":[{}]}" },
	      "http/1.1 \"POST\" /graphql @ 200 ", HAS("\"postData\""),
	      "a search is no GraphQL");
	check(
	    &(struct talk){ "POST /g HTTP/1.1\r\nContent-Type: text/plain\r\n",
	                    "{a}", OK_JSON, "{}" },
	    "http/1.1 \"POST\" /g @ 200 ", HAS("\"postData\""),
	    "nor is text that could be a document");
	check(&(struct talk){ POST_JSON, "{\"query\":\"{a}\"", OK_JSON, "{}" },
	      "gql/1.1 \"POST\" /graphql @ 200 ", HAS("\"query\":\"{a}\""),
	      "what is missing behind a document does not matter");
	check(&(struct talk){ POST_JSON, "{\"query\":\"{a}\"}",
	                      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
	                      "{\"errors\":[{}]}" },
	      "gql/1.1 \"POST\" /graphql @ 200 108/79\n", HAS("\"graphql\":{"),
	      "errors are those of a JSON response");
}

int
main(void)
{
	test_json();
	test_json_render();
	test_documents();
	test_bodies();
	test_targets();
	test_entries();
	test_parts();
	test_others();
	return tap_done();
}
