/* SPDX-License-Identifier: Apache-2.0 */
/* Request targets, forms, cookies and start lines, as Go reads them. */
#include "analyzer/proto/http1/http1_head.h"
#include "analyzer/proto/http1/http1_line.h"
#include "analyzer/proto/http_form.h"
#include "analyzer/proto/http_url.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

static void
is_text(struct str got, const char *want, const char *what)
{
	is_bytes(got.p, got.n, want, strlen(want), what);
}

/* --- targets ------------------------------------------------------------ */

static const struct {
	const char *target;
	const char *uri;
	const char *path;
	const char *query;
	const char *host;
} targets[] = {
	{ "/", "/", "/", "", "" },
	{ "/a/b%20c?x=1&y", "/a/b%20c?x=1&y", "/a/b c", "x=1&y", "" },
	{ "/a b", "/a%20b", "/a b", "", "" },
	{ "/%7Eme/%2F", "/%7Eme/%2F", "/~me//", "", "" },
	{ "/a%2fb", "/a%2fb", "/a/b", "", "" },
	{ "/\xc3\xa9", "/%C3%A9", "/\xc3\xa9", "", "" },
	{ "/x?", "/x?", "/x", "", "" },
	{ "/x??", "/x??", "/x", "?", "" },
	{ "/a#b", "/a%23b", "/a#b", "", "" },
	{ "/a?b#c", "/a?b#c", "/a", "b#c", "" },
	/* Broken escapes: the target is all there is. */
	{ "/%zz", "/%zz", "/%zz", "", "" },
	{ "/a%2", "/a%2", "/a%2", "", "" },
	{ "/a?b#%zz", "/a?b#%zz", "/a?b#%zz", "b#%zz", "" },
	/* Two slashes are a host the second time the URL is read. */
	{ "//a//b/", "//a//b/", "//b/", "", "" },
	{ "///a", "///a", "///a", "", "" },
	{ "*", "*", "*", "", "" },
	{ "http://ex.com:8080/p/q?z=1#frag", "http://ex.com:8080/p/q?z=1#frag",
	  "/p/q", "z=1#frag", "ex.com:8080" },
	{ "HTTP://ex.com", "http://ex.com", "", "", "ex.com" },
	{ "http://u:p%40@ex.com/", "http://u:p%40@ex.com/", "/", "", "ex.com" },
	{ "http://[::1]:80/x", "http://[::1]:80/x", "/x", "", "[::1]:80" },
	{ "http://h:port/x", "http://h:port/x", "http://h:port/x", "", "" },
	{ "http:/x", "http:/x", "/x", "", "" },
	{ "mailto:a@b", "mailto:a@b", "", "", "" },
	{ "foo", "foo", "foo", "", "" },
	{ "a:b/c", "a:b/c", "", "", "" },
	{ ":x", ":x", ":x", "", "" },
	{ "/\x01", "/\x01", "/\x01", "", "" },
};

static void
test_targets(void)
{
	struct arena a;

	arena_init(&a, 1u << 20, 0);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct str target = str_from_c(targets[i].target);
		struct http_url u = http_url_parse(target, false, &a);
		struct str plain = u.path;

		is_text(u.uri, targets[i].uri, targets[i].target);
		is_text(u.path, targets[i].path, "... its path");
		is_text(u.query, targets[i].query, "... its query");
		is_text(u.host, targets[i].host, "... its host");
		(void)http_url_plain(target, &plain);
		ok(str_eq(plain, u.path), "... the short way agrees");
	}
	{
		struct http_url u = http_url_parse(STR("h.example:443"), true,
		                                   &a);

		is_text(u.uri, "//h.example:443", "CONNECT's target");
		is_text(u.path, "", "has no path");
		is_text(u.host, "h.example:443", "but a host");
	}
	arena_release(&a);
}

static void
test_memory(void)
{
	bool good = true;

	for (int64_t nth = 1; nth < 6; nth++) {
		struct arena a;
		struct http_url u;

		arena_init(&a, 1u << 20, 16);
		mem_fail_at(nth, true);
		u = http_url_parse(STR("http://h/%41%42?q"), false, &a);
		mem_fail_at(-1, false);
		good &= arena_error(&a) == 0 || u.path.n != 0;
		arena_release(&a);
	}
	ok(good, "without memory the target is shown as it is");
}

/* --- forms -------------------------------------------------------------- */

/* "name=value;" of each, with (file|type) where there is one. */
static void
is_list(const struct http_list *l, const char *want, const char *what)
{
	char text[1000] = "";
	size_t n = 0;

	for (size_t i = 0; i < l->n && n < sizeof(text); i++) {
		const struct http_pair *p = &l->v[i];
		int len = snprintf(text + n, sizeof(text) - n,
		                   STR_FMT "=" STR_FMT, STR_ARG(p->name),
		                   STR_ARG(p->value));

		n += (size_t)len;
		if (p->file.n != 0 || p->type.n != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			                      "(" STR_FMT "|" STR_FMT ")",
			                      STR_ARG(p->file),
			                      STR_ARG(p->type));
		n += (size_t)snprintf(text + n, sizeof(text) - n, ";");
	}
	is_str(text, want, what);
}

static void
test_query(void)
{
	struct http_list l = { .n = 0 };
	struct arena a;

	arena_init(&a, 1u << 20, 0);
	ok(http_form_query(&l, STR("b=2&a=1&a=0&c=+%41&d&&=x&a=00"), &a),
	   "a query");
	http_form_sort(&l);
	is_list(&l, "=x;a=0;a=00;a=1;b=2;c= A;d=;", "is sorted and decoded");
	l.n = 0;
	ok(!http_form_query(&l, STR("a=%zz&b=1;2&c=3&%=4"), &a),
	   "broken pairs are told");
	is_list(&l, "c=3;", "and left out");
	http_form_merge(&l, &a);
	is_list(&l, "c=3;", "merging one is nothing");
	arena_release(&a);
}

static void
test_cookies(void)
{
	struct http_list l = { .n = 0 };
	struct arena a;

	arena_init(&a, 1u << 20, 0);
	http_form_cookie(&l,
	                 STR("s=1; t=\"2\"; s=0;; bad name=1; =2; u=a b; "
	                     "v=\"x; w=a\\b; x"),
	                 &a);
	http_form_group(&l);
	http_form_merge(&l, &a);
	is_list(&l, "s=1,0;t=2;u=a b;x=;",
	        "cookies: quotes off, repetitions joined, bad ones out");
	l.n = 0;
	http_form_set_cookie(&l, STR("z=9; Path=/; Secure"), &a);
	http_form_set_cookie(&l, STR("novalue"), &a);
	http_form_set_cookie(&l, STR(" y = 1"), &a);
	is_list(&l, "z=9;y= 1;", "Set-Cookie has one");
	arena_release(&a);
}

static void
test_media_types(void)
{
	struct arena a;
	struct str s = STR(
	    "Multipart/Form-Data ; charset=\"a;b\\\"c\" ;Boundary = x-1 ; z");

	arena_init(&a, 1u << 20, 0);
	is_text(http_form_media_type(s, &a), "multipart/form-data",
	        "a media type");
	is_text(http_form_param(s, STR("charset"), &a), "a;b\"c",
	        "a quoted parameter");
	is_text(http_form_param(s, STR("boundary"), &a), "x-1", "a plain one");
	is_text(http_form_param(s, STR("none"), &a), "", "one that is not");
	is_text(http_form_param(STR("a; f=\"C:\\dir\\x\""), STR("f"), &a),
	        "C:\\dir\\x", "backslashes of a file name stay");
	arena_release(&a);
}

static void
test_multipart(void)
{
	static const char body[] =
	    "preamble\r\n--B \r\nContent-Disposition: form-data; name=\"t\"\r\n"
	    "\r\nhe--B\r\n--Bllo\r\n--B\r\n"
	    "content-disposition: form-data; name=f; filename=\"/x/y.bin\"\r\n"
	    "Content-Type: image/png\r\n\r\n\r\nDATA\r\n\r\n--B\n"
	    "Content-Disposition: form-data; "
	    "name=empty\r\n\r\n\r\n--B--\r\nend";
	struct http_list l = { .n = 0 };
	struct arena a;
	bool good = true;

	arena_init(&a, 1u << 20, 0);
	ok(http_form_multipart(&l, str_from_c(body), STR("B"), &a),
	   "a multipart body");
	is_list(&l, "t=he--B\r\n--Bllo;f=\r\nDATA\r\n(y.bin|image/png);empty=;",
	        "has three parts");
	for (size_t n = 0; n < strlen(body) - 7; n++) {
		l.n = 0;
		good &= !http_form_multipart(&l, str_make(body, n), STR("B"),
		                             &a);
	}
	ok(good, "one that is cut is told");
	ok(!http_form_multipart(&l, STR("--\r\n\r\n----"), STR(""), &a),
	   "an empty boundary is none");
	arena_release(&a);
}

/* --- start lines -------------------------------------------------------- */

static const struct {
	const char *line;
	bool response;
	bool good;
} lines[] = {
	{ "GET / HTTP/1.1", false, true },
	{ "M-SEARCH * HTTP/1.0", false, true },
	{ "x!#$ /a b HTTP/1.9", false, true },
	{ "GET / HTTP/1.1 ", false, true },
	{ "GET  HTTP/1.1", false, false },
	{ "GET /", false, false },
	{ "GET / HTTP/2.0", false, false },
	{ "GET / HTTP/1.10", false, false },
	{ "GET / http/1.1", false, false },
	{ "GET /HTTP/1.1", false, false },
	{ "GET\t/ HTTP/1.1", false, false },
	{ "GET /\x01 HTTP/1.1", false, false },
	{ " GET / HTTP/1.1", false, false },
	{ "G:T / HTTP/1.1", false, false },
	{ "INVITE sip:bob@example.org SIP/2.0", false, false },
	{ "OPTIONS rtsp://h/x RTSP/1.0", false, false },
	{ "OPTIONS icap://h/x ICAP/1.0", false, false },
	{ "AVERYLONGMETHODNAMEOFMORETHAN32BYTES / HTTP/1.1", false, false },
	{ "PRI * HTTP/2.0", false, false },
	{ "HTTP/1.1 200 OK", false, false },
	{ "HTTP/1.1 200 OK", true, true },
	{ "HTTP/1.0 404", true, true },
	{ "HTTP/1.1 500 ", true, true },
	{ "HTTP/1.1 099 x", true, false },
	{ "HTTP/1.1 20 x", true, false },
	{ "HTTP/1.1 2000", true, false },
	{ "HTTP/1.1  200 OK", true, false },
	{ "HTTP/2 200 OK", true, false },
	{ "HTTP/1.x 200 OK", true, false },
	{ "RTSP/1.0 200 OK", true, false },
	{ "ICY 200 OK", true, false },
	{ "GET / HTTP/1.1", true, false },
	{ "", false, false },
	{ "", true, false },
};

static void
test_lines(void)
{
	bool final = true;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct str s = str_from_c(lines[i].line);
		struct http1_line l;

		ok(http1_line_parse(s, lines[i].response, &l) == lines[i].good,
		   lines[i].line);
		for (size_t n = 0; lines[i].good && n <= s.n; n++)
			final &= http1_line_begins(str_head(s, n),
			                           lines[i].response) !=
			         VERDICT_NO;
	}
	ok(final, "no beginning of a good line is refused");
	is_int(http1_line_begins(STR("GET /index"), false), VERDICT_YES,
	       "a common method and a path look right");
	is_int(http1_line_begins(STR("FOO /index"), false), VERDICT_MAYBE,
	       "another method might be");
	is_int(http1_line_begins(STR("GET sip:x"), false), VERDICT_MAYBE,
	       "and so might another target");
	is_int(http1_line_begins(STR("GET\n"), false), VERDICT_NO,
	       "a line without a target is none");
	is_int(http1_line_begins(STR("HTTP/1."), true), VERDICT_YES,
	       "so does a version");
	is_int(http1_line_begins(STR("HTT"), true), VERDICT_MAYBE,
	       "part of it might be");
	is_int(http1_line_begins(STR("HTTP/2"), true), VERDICT_NO,
	       "version 2 is none");
}

/* --- heads -------------------------------------------------------------- */

static void
test_heads(void)
{
	static const char text[] =
	    "GET / HTTP/1.1\r\nHost : h\r\nno colon\r\nA:  1 \r\n  2\r\n\t3\r\n"
	    "Content-length: 5,5\nTransfer-Encoding: identity , Chunked\r\n"
	    "Upgrade: TLS/1.0, websocket\r\n: empty name\r\nB:\r\n\r\nrest";
	const size_t n = sizeof(text) - sizeof("rest");
	struct http1_framing fr;
	struct http_field f;
	struct cursor c;
	bool good = true;
	size_t scanned = 0, len = 0, times = 0;
	struct str head = str_make(text, n);

	for (size_t have = 0; have <= sizeof(text) - 1 && len == 0; have++) {
		c = cur_make(text, have, true);
		len = http1_head_end(&c, &scanned);
		times += len != 0;
	}
	is_int(len, n, "a head that comes byte by byte ends where it ends");
	scanned = 0;
	c = cur_make(text, sizeof(text) - 1, true);
	is_int(http1_head_end(&c, &scanned), n, "and so does a whole one");

	is_text(http1_head_line(head, &c), "GET / HTTP/1.1", "its first line");
	good &= http_field_next(&c, &f) && str_eq(f.name, STR("Host ")) &&
	        str_eq(f.value, STR("h"));
	good &= http_field_next(&c, &f) && str_eq(f.name, STR("A")) &&
	        str_eq(f.value, STR("1 \r\n  2\r\n\t3"));
	ok(good, "fields as they are, folded ones whole");
	is_text(http1_head_find(head, STR("transfer-encoding")),
	        "identity , Chunked", "a field is found whatever its case");
	is_text(http1_head_find(head, STR("b")), "", "an empty one is empty");
	is_text(http1_head_find(head, STR("host")), "h",
	        "blanks in front of the colon");
	is_text(http1_head_find(head, STR("a")), "1 \r\n  2\r\n\t3",
	        "one that is folded");
	is_text(http1_head_find(head, STR("transfer")), "",
	        "the beginning of a name is none");
	is_text(http1_head_find(head, STR("no colon")), "",
	        "a line without a colon is no field");
	is_text(http1_head_find(STR("GET / HTTP/1.1\r\n Host: h\r\n\r\n"),
	                        STR("host")),
	        "h", "a blank in front of the first field");
	http1_head_framing(head, &fr);
	ok(fr.chunked && fr.coded && fr.sized, "both kinds of framing");
	is_int(fr.length, 5, "equal lengths are one");
	is_int(fr.faults, HTTP1_FAULT_LENGTH_CODED, "which is a fault");
	is_int(fr.upgrade, HTTP1_UPGRADE_OTHER, "the first upgrade counts");
	is_text(fr.host, "h", "the host");
	is_int(fr.fields, 6, "fields are counted");

	http1_head_framing(STR("HTTP/1.1 200 OK\r\n"
	                       "Transfer-Encoding: chunked, gzip\r\n"
	                       "Content-Length: 99999999999999999999\r\n\r\n"),
	                   &fr);
	ok(fr.coded && !fr.chunked && !fr.sized, "chunked is not the last");
	is_int(fr.faults, HTTP1_FAULT_CODING | HTTP1_FAULT_LENGTH_BAD,
	       "two faults");

	/* However much of a head is there, reading it is safe. */
	for (size_t have = 0; have <= n; have++) {
		char *copy = malloc(have != 0 ? have : 1);

		memcpy(copy, text, have);
		http1_head_framing(str_make(copy, have), &fr);
		free(copy);
	}
	is_int(times, 1, "the end is found once");
}

int
main(void)
{
	test_targets();
	test_memory();
	test_query();
	test_cookies();
	test_media_types();
	test_multipart();
	test_lines();
	test_heads();
	return tap_done();
}
