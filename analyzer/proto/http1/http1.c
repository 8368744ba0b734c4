/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1.h"

#include "analyzer/proto/http1/http1_body.h"
#include "analyzer/proto/http1/http1_carrier.h"
#include "analyzer/proto/http1/http1_feed.h"
#include "analyzer/proto/http1/http1_line.h"
#include "analyzer/proto/http_render.h"
#include "analyzer/proto/http_represent.h"

/* A line this long that looks right so far is right, even without its end. */
#define HTTP1_SURE 256u

static const uint16_t http1_ports[] = { 80, 443, 8080, 0 };

const struct protocol http1_v10 = {
	.key = "http/1.0",
	.name = "http",
	.version = "1.0",
	.abbr = "HTTP",
	.long_name = "Hypertext Transfer Protocol -- HTTP/1.0",
	.macro = "http",
	.background = "#326de6",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://datatracker.ietf.org/doc/html/rfc1945",
	.layer4 = "tcp",
	.priority = 0,
	.ports = http1_ports,
};

const struct protocol http1_v11 = {
	.key = "http/1.1",
	.name = "http",
	.version = "1.1",
	.abbr = "HTTP",
	.long_name = "Hypertext Transfer Protocol -- HTTP/1.1",
	.macro = "http",
	.background = "#326de6",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://datatracker.ietf.org/doc/html/rfc2616",
	.layer4 = "tcp",
	.priority = 0,
	.ports = http1_ports,
};

static const struct protocol *const http1_protocols[] = {
	&http1_v10,
	&http1_v11,
	NULL,
};

static const struct field http1_fields[] = {
	{ "request.method", FIELD_STRING, false, "method", "request method" },
	{ "request.path", FIELD_STRING, false, "target",
	  "path of the target, percent-decoded, without the query" },
	{ "request.url", FIELD_STRING, false, NULL, "request target" },
	{ "request.targetUri", FIELD_STRING, false, NULL, "request target" },
	{ "request.httpVersion", FIELD_STRING, false, NULL,
	  "\"HTTP/1.1\" or \"HTTP/1.0\"" },
	{ "request.headers", FIELD_OBJECT, true, NULL,
	  "fields by name, as in request.headers[\"User-Agent\"]" },
	{ "request.cookies", FIELD_OBJECT, true, NULL, "cookies by name" },
	{ "request.queryString", FIELD_OBJECT, true, NULL,
	  "query parameters by name; an array where one is repeated" },
	{ "request.pathSegments", FIELD_ARRAY, true, NULL,
	  "the path split at its slashes" },
	{ "request.postData", FIELD_OBJECT, true, NULL,
	  "the body: mimeType, params, text" },
	{ "request.bodySize", FIELD_NUMBER, false, NULL,
	  "Content-Length; -1 when chunked" },
	{ "request.headersSize", FIELD_NUMBER, false, NULL, "always -1" },
	{ "request.trailers", FIELD_OBJECT, true, NULL,
	  "fields behind a chunked body, by name" },
	{ "response.status", FIELD_NUMBER, false, "status", "status code" },
	{ "response.statusText", FIELD_STRING, false, NULL,
	  "the code's registered text" },
	{ "response.httpVersion", FIELD_STRING, false, NULL,
	  "\"HTTP/1.1\" or \"HTTP/1.0\"" },
	{ "response.headers", FIELD_OBJECT, true, NULL,
	  "fields by name, as in response.headers[\"Server\"]" },
	{ "response.cookies", FIELD_OBJECT, true, NULL,
	  "cookies that were set, by name" },
	{ "response.content", FIELD_OBJECT, true, NULL,
	  "the decoded body: mimeType, size, text in base64" },
	{ "response.interim", FIELD_ARRAY, true, NULL,
	  "1xx responses in front: status, statusText, headers" },
	{ "response.redirectURL", FIELD_STRING, false, NULL,
	  "Location of a 3xx response" },
	{ "response.bodySize", FIELD_NUMBER, false, NULL,
	  "Content-Length; 0 without one" },
	{ "response.headersSize", FIELD_NUMBER, false, NULL, "always -1" },
	{ "response.trailers", FIELD_OBJECT, true, NULL,
	  "fields behind a chunked body, by name" },
	{ .path = NULL },
};

/* Is there a start line at the beginning of some line? */
static bool
http1_probe_lines(struct cursor c, bool response)
{
	struct http1_line line;

	while (!cur_at_end(&c)) {
		struct str text = cur_line_lf(&c, HTTP1_LINE_MAX);

		if (!cur_ok(&c))
			return false;
		if (http1_line_parse(text, response, &line) ||
		    http1_line_find(text, response) < text.n)
			return true;
	}
	return false;
}

static enum verdict
http1_probe_side(struct cursor c, bool response, bool late)
{
	struct cursor rest;
	struct http1_line line;
	struct str text;
	enum verdict v;

	while (!cur_at_end(&c) &&
	       (cur_peek_u8(&c) == '\r' || cur_peek_u8(&c) == '\n'))
		(void)cur_skip(&c, 1);
	rest = c;
	text = cur_line_lf(&c, HTTP1_LINE_MAX);
	if (c.state == CUR_MORE) {
		text = str_make(rest.p, cur_left(&rest));
		v = http1_line_begins(text, response);
		if (v == VERDICT_YES && text.n < HTTP1_SURE)
			v = VERDICT_MAYBE;
	} else {
		v = cur_ok(&c) && http1_line_parse(text, response, &line)
		        ? VERDICT_YES
		        : VERDICT_NO;
	}
	if (v != VERDICT_NO || !late)
		return v;
	/* It begins in the middle: of a body perhaps, so there is hope. */
	return http1_probe_lines(rest, response) ? VERDICT_YES : VERDICT_MAYBE;
}

static enum verdict
http1_probe(const struct probe *p)
{
	enum verdict request = http1_probe_side(p->to_server, false,
	                                        p->late_join);
	enum verdict response = http1_probe_side(p->to_client, true,
	                                         p->late_join);

	if (request == VERDICT_YES || response == VERDICT_YES)
		return VERDICT_YES;
	/* A client may be broken, or speak TLS: the answer will tell. */
	return response == VERDICT_NO ? VERDICT_NO : VERDICT_MAYBE;
}

static int
http1_render(const struct exchange *x, enum side side, struct sink *out)
{
	return http_render(&http1_carrier, x, side, out);
}

static int
http1_represent(const struct exchange *x, enum side side, struct sink *out)
{
	return http_represent(&http1_carrier, x, side, out);
}

const struct dissector proto_http1 = {
	.abi = PROTO_ABI,
	.name = "http1",
	.summary = "HTTP/1.0 and HTTP/1.1",
	.l4 = 6,
	.ports = http1_ports,
	.protocols = http1_protocols,
	.fields = http1_fields,
	.state_size = sizeof(struct http1_state),
	.probe = http1_probe,
	.feed = http1_feed,
	.gap = http1_feed_gap,
	.render = http1_render,
	.represent = http1_represent,
	.body = http1_body,
	.http = &http1_carrier,
};
