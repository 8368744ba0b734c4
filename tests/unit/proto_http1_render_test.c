/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1 messages as they are shown: shapes, bodies, and what goes wrong. */
#define ZLIB_CONST

#include <zlib.h>

#include "base/err.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "tests/support/http1_world.h"
#include "tests/tap/tap.h"

#define REQUEST "POST /p HTTP/1.1\r\nHost: h\r\n"
#define OK0     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* What is shown of one request and one response. */
static void
is_shown(const char *request, struct str response, unsigned show,
         const char *want, const char *what)
{
	struct world w;

	http1_world_init(&w, show);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, request);
	http1_world_send(&w, 1, response.p, response.n);
	http1_world_end(&w, 1, WHY_FIN);
	is_str(http1_world_finish(&w, WHY_FIN), want, what);
	ok(w.failed == 0 && w.sides_agree, "... without a failure");
	http1_world_release(&w);
}

/* The part of the text between two marks, as a C string. */
static const char *
between(const char *text, const char *from, const char *to)
{
	static char part[8192];
	const char *a = strstr(text, from);
	const char *b = a != NULL ? strstr(a + strlen(from), to) : NULL;

	if (b == NULL)
		return "(not there)";
	a += strlen(from);
	(void)snprintf(part, sizeof(part), "%.*s", (int)(b - a), a);
	return part;
}

/* One member of a request with this body. */
static void
is_posted(const char *request, const char *want, const char *what)
{
	struct world w;

	http1_world_init(&w, WORLD_JSON);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, request);
	http1_world_say(&w, 1, OK0);
	is_str(between(http1_world_finish(&w, WHY_FIN),
	               "\"postData\":", ",\"queryString\""),
	       want, what);
	ok(w.failed == 0 && w.sides_agree, "... without a failure");
	http1_world_release(&w);
}

static void
test_shape(void)
{
	is_shown(
	    REQUEST "Content-Length: 2\r\n\r\nhi", STR(OK0), WORLD_JSON,
	    "  > {\"bodySize\":2,\"cookies\":{},\"headers\":{"
	    "\"Content-Length\":\"2\",\"Host\":\"h\"},"
	    "\"headersSize\":-1,\"httpVersion\":\"HTTP/1.1\","
	    "\"method\":\"POST\",\"path\":\"/p\",\"pathSegments\":[\"p\"],"
	    "\"postData\":{\"mimeType\":\"\",\"params\":[],\"text\":\"hi\"},"
	    "\"queryString\":{},\"targetUri\":\"/p\",\"url\":\"/p\"}\n"
	    "  < {\"bodySize\":0,\"content\":{\"encoding\":\"base64\","
	    "\"mimeType\":\"\",\"size\":0},\"cookies\":{},\"headers\":{"
	    "\"Content-Length\":\"0\"},\"headersSize\":-1,"
	    "\"httpVersion\":\"HTTP/1.1\",\"redirectURL\":\"\","
	    "\"status\":200,\"statusText\":\"OK\"}\n",
	    "members in their order");
	is_shown(
	    "GET / HTTP/1.0\r\n\r\n",
	    STR("HTTP/1.0 799\r\nA: 1\r\n b\r\na: 0\r\n"
	        "Set-Cookie: x=1\r\nSet-Cookie: x=2\r\n\r\nz"),
	    WORLD_JSON,
	    "  > {\"bodySize\":0,\"cookies\":{},\"headers\":{\"Host\":\"\"},"
	    "\"headersSize\":-1,\"httpVersion\":\"HTTP/1.0\","
	    "\"method\":\"GET\",\"path\":\"/\",\"pathSegments\":[\"\"],"
	    "\"queryString\":{},\"targetUri\":\"/\",\"url\":\"/\"}\n"
	    "  < {\"bodySize\":0,\"content\":{\"encoding\":\"base64\","
	    "\"mimeType\":\"\",\"size\":1,\"text\":\"eg==\"},\"cookies\":{"
	    "\"x\":\"1,2\"},\"headers\":{\"A\":\"0,1 b\",\"Set-Cookie\":"
	    "\"x=1,x=2\"},\"headersSize\":-1,\"httpVersion\":\"HTTP/1.0\","
	    "\"redirectURL\":\"\",\"status\":799,\"statusText\":\"\"}\n",
	    "no Host, folding, repeated fields, an unknown status");
}

static void
test_sections(void)
{
	is_shown(
	    "POST /a?k=1&k=0&z HTTP/1.1\r\nHost: h\r\nContent-Type: "
	    "application/x-www-form-urlencoded\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n3\r\na=\"\r\n0\r\nT: 1\r\n\r\n",
	    STR("HTTP/1.1 204 No\r\n\r\n"), WORLD_SECTIONS,
	    "  > [{\"type\":\"table\",\"title\":\"Details\",\"data\":\"["
	    "{\\\"name\\\":\\\"Method\\\",\\\"value\\\":\\\"POST\\\","
	    "\\\"selector\\\":\\\"request.method\\\"},"
	    "{\\\"name\\\":\\\"Target URI\\\",\\\"value\\\":"
	    "\\\"/a?k=1\\\\u0026k=0\\\\u0026z\\\","
	    "\\\"selector\\\":\\\"request.targetUri\\\"},"
	    "{\\\"name\\\":\\\"Path\\\",\\\"value\\\":\\\"/a\\\","
	    "\\\"selector\\\":\\\"request.path\\\"},"
	    "{\\\"name\\\":\\\"Body Size (bytes)\\\",\\\"value\\\":-1,"
	    "\\\"selector\\\":\\\"request.bodySize\\\"}]\"},"
	    "{\"type\":\"table\",\"title\":\"Headers\",\"data\":\"["
	    "{\\\"name\\\":\\\"Content-Type\\\",\\\"value\\\":"
	    "\\\"application/x-www-form-urlencoded\\\",\\\"selector\\\":"
	    "\\\"request.headers[\\\\\\\"Content-Type\\\\\\\"]\\\"},"
	    "{\\\"name\\\":\\\"Host\\\",\\\"value\\\":\\\"h\\\","
	    "\\\"selector\\\":"
	    "\\\"request.headers[\\\\\\\"Host\\\\\\\"]\\\"},"
	    "{\\\"name\\\":\\\"Transfer-Encoding\\\",\\\"value\\\":"
	    "\\\"chunked\\\",\\\"selector\\\":"
	    "\\\"request.headers[\\\\\\\"Transfer-Encoding\\\\\\\"]\\\"}]\"},"
	    "{\"type\":\"table\",\"title\":\"Cookies\",\"data\":\"null\"},"
	    "{\"type\":\"table\",\"title\":\"Query String\",\"data\":\"["
	    "{\\\"name\\\":\\\"k [0]\\\",\\\"value\\\":\\\"0\\\","
	    "\\\"selector\\\":\\\"request.queryString.k[0]\\\"},"
	    "{\\\"name\\\":\\\"k [1]\\\",\\\"value\\\":\\\"1\\\","
	    "\\\"selector\\\":\\\"request.queryString.k[1]\\\"},"
	    "{\\\"name\\\":\\\"z\\\",\\\"value\\\":\\\"\\\","
	    "\\\"selector\\\":"
	    "\\\"request.queryString[\\\\\\\"z\\\\\\\"]\\\"}]\"},"
	    "{\"type\":\"body\",\"title\":\"POST Data (text/plain)\","
	    "\"data\":\"\",\"mimeType\":"
	    "\"application/x-www-form-urlencoded\","
	    "\"selector\":\"request.postData.text\"},"
	    "{\"type\":\"table\",\"title\":"
	    "\"POST Data (application/x-www-form-urlencoded)\",\"data\":\"["
	    "{\\\"name\\\":\\\"a\\\",\\\"value\\\":\\\"\\\\\\\"\\\","
	    "\\\"selector\\\":"
	    "\\\"request.postData.params[\\\\\\\"a\\\\\\\"]\\\"}]\"},"
	    "{\"type\":\"table\",\"title\":\"Trailers\",\"data\":\"["
	    "{\\\"name\\\":\\\"T\\\",\\\"value\\\":\\\"1\\\","
	    "\\\"selector\\\":"
	    "\\\"request.trailers[\\\\\\\"T\\\\\\\"]\\\"}]\"}]\n"
	    "  < [{\"type\":\"table\",\"title\":\"Details\",\"data\":\"["
	    "{\\\"name\\\":\\\"Status\\\",\\\"value\\\":204,"
	    "\\\"selector\\\":\\\"response.status\\\"},"
	    "{\\\"name\\\":\\\"Status Text\\\",\\\"value\\\":"
	    "\\\"No Content\\\",\\\"selector\\\":"
	    "\\\"response.statusText\\\"},"
	    "{\\\"name\\\":\\\"Body Size (bytes)\\\",\\\"value\\\":0,"
	    "\\\"selector\\\":\\\"response.bodySize\\\"}]\"},"
	    "{\"type\":\"table\",\"title\":\"Headers\",\"data\":\"null\"},"
	    "{\"type\":\"table\",\"title\":\"Cookies\",\"data\":\"null\"}]\n",
	    "sections, with trailers of our own");
}

/* What came in front of the response. */
static void
test_interims(void)
{
	const char *text;
	struct world w;

	http1_world_init(&w, WORLD_JSON | WORLD_SECTIONS);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	http1_world_say(&w, 1,
	                "HTTP/1.1 100 Continue\r\n\r\n"
	                "HTTP/1.1 103 Early Hints\r\nlink: </b>\r\n"
	                "a: 1\r\nlink: </c>\r\n\r\n" OK0);
	text = http1_world_finish(&w, WHY_FIN);
	is_str(between(text, "\"interim\":", ",\"redirectURL\""),
	       "[{\"headers\":{},\"status\":100,\"statusText\":\"Continue\"},"
	       "{\"headers\":{\"A\":\"1\",\"Link\":\"\\u003c/b\\u003e,\\u003c/"
	       "c\\u003e\"},\"status\":"
	       "103,\"statusText\":\"Early Hints\"}]",
	       "interim responses, each with its fields");
	ok(strstr(text, "\"title\":\"Interim Response\",\"data\":\"[{\\\"name"
	                "\\\":\\\"Status\\\",\\\"value\\\":103,\\\"selector"
	                "\\\":\\\"response.interim[1].status\\\"}"),
	   "... as a section");
	ok(strstr(text, "response.interim[1].headers[\\\\\\\"Link"),
	   "... with selectors");
	ok(w.failed == 0 && w.sides_agree, "... without a failure");
	http1_world_release(&w);
}

static void
test_other_sections(void)
{
	struct world w;

	http1_world_init(&w, WORLD_SECTIONS);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0,
	                "POST /a/b HTTP/1.1\r\nHost: h\r\n"
	                "Content-Length: 2\r\n\r\n\xc3(");
	http1_world_say(&w, 1,
	                "HTTP/1.1 200 OK\r\nContent-Type: a/b; c\r\n"
	                "Content-Length: 2\r\n\r\nhi");
	is_str(between(http1_world_finish(&w, WHY_FIN),
	               "\"Path Segments\",\"data\":\"[", "]\"},"),
	       "{\\\"name\\\":\\\"0\\\",\\\"value\\\":\\\"a\\\","
	       "\\\"selector\\\":\\\"request.pathSegments[0]\\\"},"
	       "{\\\"name\\\":\\\"1\\\",\\\"value\\\":\\\"b\\\","
	       "\\\"selector\\\":\\\"request.pathSegments[1]\\\"}",
	       "two segments have a table");
	is_str(between(w.text.p, "\"POST Data (text/plain)\",", "}"),
	       "\"data\":\"wyg=\",\"selector\":\"request.postData.text\"",
	       "a body that is no text");
	is_str(between(w.text.p, "\"title\":\"Body\",", "}"),
	       "\"data\":\"aGk=\",\"encoding\":\"base64\",\"mimeType\":"
	       "\"a/b; c\",\"selector\":\"response.content.text\"",
	       "a response's body");
	http1_world_release(&w);
}

static void
test_forms(void)
{
	is_posted(REQUEST "Content-Type: multipart/form-data; boundary=B\r\n"
	                  "Content-Length: 95\r\n\r\n--B\r\n"
	                  "Content-Disposition: form-data; name=n; "
	                  "filename=f\r\nContent-Type: image/png\r\n\r\n"
	                  "\xff\xd8\r\n--B--\r\n",
	          "{\"mimeType\":\"multipart/form-data\",\"params\":[{"
	          "\"contentType\":\"image/png\",\"fileName\":\"f\","
	          "\"name\":\"n\",\"value\":\"\\ufffd\\ufffd\"}],"
	          "\"text\":\"\"}",
	          "an upload");
	is_posted(REQUEST "Content-Type: application/x-www-form-urlencoded\r\n"
	                  "Content-Length: 11\r\n\r\nb=%zz&a=1&c",
	          "{\"mimeType\":\"application/x-www-form-urlencoded\","
	          "\"params\":[{\"name\":\"a\",\"value\":\"1\"},"
	          "{\"name\":\"c\",\"value\":\"\"}],\"text\":\"b=%zz\\u0026a=1"
	          "\\u0026c\"}",
	          "a broken form is shown as text, too");
	is_posted(REQUEST "Content-Type: multipart/form-data; boundary=B\r\n"
	                  "Content-Length: 9\r\n\r\nno parts.",
	          "{\"mimeType\":\"multipart/form-data\",\"params\":[],"
	          "\"text\":\"no parts.\"}",
	          "and so is a broken upload");
	is_posted(REQUEST "Content-Type: text/plain; x\r\n"
	                  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	          "{\"mimeType\":\"text/plain\",\"params\":[],\"text\":\"\"}",
	          "an empty chunked body is a body");
	is_posted(REQUEST "Content-Length: 2\r\n\r\n\xc3(",
	          "{\"encoding\":\"base64\",\"mimeType\":\"\",\"params\":[],"
	          "\"text\":\"wyg=\"}",
	          "what is no text is base64");
	is_posted(REQUEST "Content-Encoding: compress\r\n"
	                  "Content-Length: 2\r\n\r\nab",
	          "{\"decodeError\":\"compress: not supported\",\"mimeType\":"
	          "\"\",\"params\":[],\"text\":\"ab\"}",
	          "a coding nobody knows is named");
}

/* --- codings ------------------------------------------------------------ */

static void
squeeze(struct str text, struct buf *out)
{
	z_stream z = { .next_in = (const Bytef *)text.p,
		       .avail_in = (uInt)text.n };

	buf_init(out, 1000);
	if (buf_reserve(out, 500) != 0 ||
	    deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) !=
	        Z_OK)
		abort();
	z.next_out = (Bytef *)buf_tail(out);
	z.avail_out = 500;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	buf_added(out, z.total_out);
	(void)deflateEnd(&z);
}

/* A gzip response of which the first `have` bytes are sent. */
static void
gzip_response(struct world *w, size_t have, bool chunked)
{
	char head[200];
	struct buf coded;
	struct str part;

	squeeze(STR("{\"ok\":true}"), &coded);
	part = str_head(buf_str(&coded), have);
	http1_world_say(w, 0, "GET / HTTP/1.1\r\n\r\n");
	(void)snprintf(head, sizeof(head),
	               chunked ? "HTTP/1.1 200 OK\r\nContent-Encoding: "
	                         "gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
	                         "%zx\r\n"
	                       : "HTTP/1.1 200 OK\r\nContent-Encoding: "
	                         "gzip\r\nContent-Length: %zu\r\n\r\n",
	               coded.n);
	http1_world_say(w, 1, head);
	http1_world_send(w, 1, part.p, part.n);
	if (chunked && part.n == coded.n)
		http1_world_say(w, 1, "\r\n0\r\n\r\n");
	buf_release(&coded);
}

static void
test_codings(void)
{
	struct world w;

	for (int chunked = 0; chunked < 2; chunked++) {
		http1_world_init(&w, WORLD_JSON | WORLD_BODIES);
		if (!http1_world_open(&w, 0))
			ok(false, "a stream opens");
		gzip_response(&w, SIZE_MAX, chunked != 0);
		is_str(between(http1_world_finish(&w, WHY_FIN),
		               "\"content\":", ",\"cookies\""),
		       "{\"encoding\":\"base64\",\"mimeType\":\"\",\"size\":11,"
		       "\"text\":\"eyJvayI6dHJ1ZX0=\"}",
		       "gzip is undone");
		is_str(between(w.text.p, "\"OK\"}", "\n"), "{\"ok\":true}",
		       "and so it is in body()");
		http1_world_release(&w);
	}
	http1_world_init(&w, WORLD_JSON);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	gzip_response(&w, 15, false);
	is_str(between(http1_world_finish(&w, WHY_SNAPSHOT_END),
	               "\"size\":", "\"cookies\""),
	       "4,\"text\":\"eyJvaw==\",\"truncated\":true},",
	       "what could be decoded of a cut body is shown, and said");
	http1_world_release(&w);
	is_shown("GET / HTTP/1.1\r\n\r\n",
	         STR("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	             "Content-Length: 5\r\n\r\nxxxxx"),
	         WORLD_BODIES, "  > \n  <  malformed\n",
	         "body() tells that a body is broken");
}

/* --- limits and holes --------------------------------------------------- */

static void
test_limits(void)
{
	struct world w;

	http1_world_init(&w, WORLD_JSON);
	w.limits.render_bytes = 5;
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0,
	                REQUEST "Content-Length: 9\r\n\r\nabcd\xc3\xa4"
	                        "efg");
	http1_world_say(&w, 1,
	                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef");
	is_str(between(http1_world_finish(&w, WHY_FIN), "\"params\":[],",
	               ",\"queryString\""),
	       "\"text\":\"abcd\",\"truncated\":true}",
	       "text past the limit is cut between characters");
	is_str(between(w.text.p, "\"size\":", ",\"cookies\""),
	       "6,\"text\":\"YWJjZGU=\",\"truncated\":true}",
	       "a response's as well, but its size is known");
	http1_world_release(&w);

	http1_world_init(&w, WORLD_JSON | WORLD_BODIES);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, "GET / HTTP/1.1\r\n\r\n");
	http1_world_say(&w, 1,
	                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
	http1_world_lose(&w, 1, 5);
	http1_world_say(&w, 1, "hi");
	is_str(between(http1_world_finish(&w, WHY_FIN),
	               "\"size\":", ",\"cookies\""),
	       "9,\"text\":\"YWJoaQ==\",\"truncated\":true}",
	       "a hole is not filled with anything");
	is_str(between(w.text.p, "\"OK\"}", "\n"), "ab<5 missing>hi",
	       "and body() tells how much is missing");
	http1_world_release(&w);
}

/* What body() says of a response with `gap` bytes missing in it. */
static void
is_streamed(const char *before, uint64_t gap, const char *after,
            const char *want, const char *what)
{
	struct world w;

	http1_world_init(&w, WORLD_BODIES);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, "GET / HTTP/1.1\r\n\r\n");
	http1_world_say(&w, 1, before);
	http1_world_lose(&w, 1, gap);
	http1_world_say(&w, 1, after);
	is_str(between(http1_world_finish(&w, WHY_SNAPSHOT_END), "  < ", "\n"),
	       want, what);
	http1_world_release(&w);
}

static void
test_holes(void)
{
	is_streamed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	            "8\r\nab",
	            4, "gh\r\n1\r\ni\r\n0\r\n\r\n", "ab<4 missing>ghi",
	            "a hole inside a chunk");
	is_streamed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	            "4\r\nab",
	            9, "rest\r\n", "ab<2 missing> ends too early",
	            "a hole that goes on behind the chunk");
	is_streamed("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	            "Content-Length: 50\r\n\r\n\x1f\x8b\x08",
	            40, "xxxxxxx", "<40 missing> ends too early",
	            "nothing can be decoded behind a hole");
	is_streamed("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab", 1, "cd",
	            "ab<1 missing>cd ends too early",
	            "a body that is shorter than it says");
}

/* --- ranges ------------------------------------------------------------- */

struct ranged {
	const struct exchange *x;
	struct buf got;
	bool good;
};

static int
ranged_bytes(void *ctx, const uint8_t *p, size_t n)
{
	return buf_append(&((struct ranged *)ctx)->got, p, n);
}

static int
ranged_hole(void *ctx, uint64_t n)
{
	(void)ctx, (void)n;
	return ERR_CORRUPT;
}

static int
ranged_read(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
            uint64_t *ret_hole)
{
	const struct str *all = ctx;

	*ret_hole = 0;
	*ret_n = 0;
	if (at.off < all->n) {
		*ret_n = all->n - at.off < n ? all->n - at.off : n;
		memcpy(buf, all->p + at.off, *ret_n);
	}
	return 0;
}

/* Every range of a body, however it is framed. */
static void
check_ranges(const char *message, const char *body, bool decoded,
             const char *what)
{
	struct str all = str_from_c(message);
	/* Scattered over several spans, as nothing forbids. */
	const struct span spans[] = {
		{ .off = 0, .len = 3 },
		{ .off = 3, .len = 20 },
		{ .off = 23, .len = all.n - 23 },
	};
	const struct entry e = {
		.response = { .present = true,
		              .nspans = ARRAY_LEN(spans),
		              .spans = spans },
	};
	const struct layer_reader reader = { .read = ranged_read, .ctx = &all };
	struct proto_limits limits;
	struct arena scratch;
	struct exchange x = { .entry = &e,
		              .reader = &reader,
		              .limits = &limits,
		              .scratch = &scratch };
	struct ranged r = { .x = &x, .good = true };
	struct body_out out = { .bytes = ranged_bytes,
		                .hole = ranged_hole,
		                .ctx = &r };
	struct str want = str_from_c(body);

	proto_limits_init(&limits);
	arena_init(&scratch, 1u << 20, 0);
	for (size_t off = 0; off <= want.n + 1; off++) {
		for (size_t len = 0; len <= want.n + 1; len++) {
			struct body_range range = { .off = off, .len = len };

			buf_init(&r.got, 1000);
			r.good &= proto_http1.body(&x, SIDE_RESPONSE, decoded,
			                           range, &out) == 0;
			r.good &= str_eq(buf_str(&r.got),
			                 str_head(str_tail(want, off), len));
			buf_release(&r.got);
			arena_clear(&scratch);
		}
	}
	ok(r.good, what);
	arena_release(&scratch);
}

static void
test_ranges(void)
{
	check_ranges("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
	             "0123456789", false, "every range of a plain body");
	check_ranges("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
	             "Transfer-Encoding: chunked\r\n\r\n"
	             "3\r\n012\r\n1\n3\n6;x=y\r\n456789\r\n0\r\n\r\n",
	             "0123456789", true, "every range of a chunked one");
}

/* --- errors ------------------------------------------------------------- */

static int
broken_read(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
            uint64_t *ret_hole)
{
	int *left = ctx;

	if ((*left)-- <= 0)
		return ERR_IO;
	memset(buf, 'x', n);
	if (at.off == 0)
		memcpy(buf, "HTTP/1.1 200 OK\r\n\r\n", 19);
	*ret_n = n < 100 ? n : 100;
	*ret_hole = 0;
	return 0;
}

static bool
only_status(struct sink *s, struct str key)
{
	(void)s;
	return str_eq(key, STR("status"));
}

static void
ignore_key(struct sink *s, struct str key)
{
	(void)s, (void)key;
}

static void
ignore(struct sink *s)
{
	(void)s;
}

static void
ignore_integer(struct sink *s, int64_t v)
{
	(void)s, (void)v;
}

static void
test_errors(void)
{
	const struct span span = { .off = 0, .len = 100000 };
	const struct entry e = {
		.response = { .present = true, .nspans = 1, .spans = &span },
	};
	int left = 0;
	const struct layer_reader reader = { .read = broken_read,
		                             .ctx = &left };
	struct proto_limits limits;
	struct arena scratch;
	const struct exchange x = { .entry = &e,
		                    .reader = &reader,
		                    .limits = &limits,
		                    .scratch = &scratch };
	const struct sink_ops ops = { .want = only_status,
		                      .begin_object = ignore,
		                      .end_object = ignore,
		                      .key = ignore_key,
		                      .integer = ignore_integer };
	struct sink s = { .ops = &ops };

	proto_limits_init(&limits);
	arena_init(&scratch, 1u << 20, 0);
	is_int(proto_http1.render(&x, SIDE_RESPONSE, &s), ERR_IO,
	       "a head that cannot be read is an error");
	left = 1;
	is_int(proto_http1.render(&x, SIDE_RESPONSE, &s), 0,
	       "a body that nobody wants is not read");
	arena_release(&scratch);
}

/* --- failing allocations ------------------------------------------------ */

static int
discard(void *ctx, const char *p, size_t n)
{
	(void)ctx, (void)p, (void)n;
	return 0;
}

/* Render with the nth allocation failing, and all after it when `forever`. */
static int
render_failing(const struct exchange *x, int64_t nth, bool forever)
{
	struct sink_json s;
	struct json_out j;
	int rc;

	jout_init(&j, discard, NULL);
	sink_json_init(&s, &j);
	mem_fail_at(nth, forever);
	rc = proto_http1.render(x, SIDE_REQUEST, &s.sink);
	if (rc == 0) {
		jout_init(&j, discard, NULL);
		sink_json_init(&s, &j);
		rc = proto_http1.represent(x, SIDE_REQUEST, &s.sink);
	}
	mem_fail_at(-1, false);
	return rc;
}

static void
test_memory(void)
{
	struct str all = STR("POST http://u@h/%41?b=%42&a=1&a=2 HTTP/1.1\r\n"
	                     "Cookie: a=1; a=2\r\nFolded: x\r\n y\r\n"
	                     "Content-Type: multipart/form-data; "
	                     "boundary=\"B\"\r\n"
	                     "Transfer-Encoding: chunked\r\n\r\n3e\r\n--B\r\n"
	                     "Content-Disposition: form-data; name=\"a\"\r\n"
	                     "\r\nx\r\n--B--\r\n0\r\nT: 1\r\n\r\n");
	const struct span span = { .off = 0, .len = all.n };
	const struct entry e = {
		.request = { .present = true, .nspans = 1, .spans = &span },
	};
	const struct layer_reader reader = { .read = ranged_read, .ctx = &all };
	struct proto_limits limits;
	bool good = true, whole = false;
	int64_t nth = 1;

	proto_limits_init(&limits);
	for (; nth < 200 && !whole; nth++) {
		for (int forever = 0; forever < 2; forever++) {
			struct arena scratch;
			const struct exchange x = { .entry = &e,
				                    .reader = &reader,
				                    .limits = &limits,
				                    .scratch = &scratch };
			int rc;

			arena_init(&scratch, 1u << 20, 16);
			rc = render_failing(&x, nth, forever != 0);
			good &= rc == 0 || rc == ERR_NOMEM;
			whole = rc == 0;
			arena_release(&scratch);
		}
	}
	ok(good, "each allocation may fail: it is told, and nothing leaks");
	ok(whole && nth > 5, "and in the end none does");
}

int
main(void)
{
	test_shape();
	test_sections();
	test_interims();
	test_other_sections();
	test_forms();
	test_codings();
	test_limits();
	test_holes();
	test_ranges();
	test_errors();
	test_memory();
	return tap_done();
}
