/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2.h"

#include "analyzer/proto/http2/http2_carrier.h"
#include "analyzer/proto/http2/http2_feed.h"
#include "analyzer/proto/http2/http2_frame.h"
#include "analyzer/proto/http2/http2_sync.h"
#include "analyzer/proto/http_render.h"
#include "analyzer/proto/http_represent.h"

static const uint16_t http2_ports[] = { 80, 443, 8080, 0 };

const struct protocol http2_v20 = {
	.key = "http/2.0",
	.name = "http",
	.version = "2.0",
	.abbr = "HTTP/2",
	.long_name = "Hypertext Transfer Protocol Version 2 (HTTP/2)",
	.macro = "http2",
	.background = "#244c5a",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://datatracker.ietf.org/doc/html/rfc7540",
	.layer4 = "tcp",
	.priority = 0,
	.ports = http2_ports,
};

static const struct protocol *const http2_protocols[] = { &http2_v20, NULL };

static const struct field http2_fields[] = {
	{ "request.method", FIELD_STRING, false, "method",
	  "request method, :method" },
	{ "request.path", FIELD_STRING, false, "target",
	  "path and query, :path; \"(unknown)\" when the capture does not have "
	  "it" },
	{ "request.url", FIELD_STRING, false, NULL, "the same as the path" },
	{ "request.targetUri", FIELD_STRING, false, NULL,
	  "the same as the path" },
	{ "request.httpVersion", FIELD_STRING, false, NULL, "\"HTTP/2.0\"" },
	{ "request.headers", FIELD_OBJECT, true, NULL,
	  "fields by name, as in request.headers[\":authority\"], with "
	  "trailers" },
	{ "request.cookies", FIELD_OBJECT, true, NULL, "cookies by name" },
	{ "request.queryString", FIELD_OBJECT, true, NULL,
	  "query parameters by name; an array where one is repeated" },
	{ "request.pathSegments", FIELD_ARRAY, true, NULL,
	  "the path split at its slashes" },
	{ "request.postData", FIELD_OBJECT, true, NULL,
	  "the body: mimeType, params, text" },
	{ "request.bodySize", FIELD_NUMBER, false, NULL,
	  "bytes of the body as sent" },
	{ "request.headersSize", FIELD_NUMBER, false, NULL, "always -1" },
	{ "request.trailers", FIELD_OBJECT, true, NULL,
	  "fields behind the body, by name" },
	{ "request.stalls", FIELD_NUMBER, false, NULL,
	  "times that flow control stopped the sender, who had more" },
	{ "request.unknownFields", FIELD_NUMBER, false, NULL,
	  "header fields that the capture does not have" },
	{ "request.rejected", FIELD_STRING, false, NULL,
	  "GOAWAY came before it ended, with that code: not processed" },
	{ "request.reset", FIELD_STRING, false, NULL,
	  "the code that the stream was reset with, by name" },
	{ "response.status", FIELD_NUMBER, false, "status", "status code" },
	{ "response.statusText", FIELD_STRING, false, NULL,
	  "the code's registered text" },
	{ "response.httpVersion", FIELD_STRING, false, NULL, "\"HTTP/2.0\"" },
	{ "response.headers", FIELD_OBJECT, true, NULL,
	  "fields by name, with trailers" },
	{ "response.cookies", FIELD_OBJECT, true, NULL,
	  "cookies that were set, by name" },
	{ "response.content", FIELD_OBJECT, true, NULL,
	  "the decoded body: mimeType, size, text in base64" },
	{ "response.interim", FIELD_ARRAY, true, NULL,
	  "1xx responses in front: status, statusText, headers" },
	{ "response.redirectURL", FIELD_STRING, false, NULL,
	  "Location of a 3xx response" },
	{ "response.bodySize", FIELD_NUMBER, false, NULL,
	  "bytes of the body as sent" },
	{ "response.headersSize", FIELD_NUMBER, false, NULL, "always -1" },
	{ "response.trailers", FIELD_OBJECT, true, NULL,
	  "fields behind the body, by name" },
	{ "response.stalls", FIELD_NUMBER, false, NULL,
	  "times that flow control stopped the sender, who had more" },
	{ "response.unknownFields", FIELD_NUMBER, false, NULL,
	  "header fields that the capture does not have" },
	{ "response.rejected", FIELD_STRING, false, NULL,
	  "the code of the GOAWAY that says it was not processed" },
	{ "response.reset", FIELD_STRING, false, NULL,
	  "the code that the stream was reset with, by name" },
	{ .path = NULL },
};

/* A setting that no endpoint may send; others than these exist (section 6.5.2).
 */
static bool
http2_setting_impossible(uint16_t id, uint32_t value)
{
	enum { ENABLE_PUSH = 2, INITIAL_WINDOW_SIZE = 4, MAX_FRAME_SIZE = 5 };

	switch (id) {
	case 0:
		return true;
	case ENABLE_PUSH:
		return value > 1;
	case INITIAL_WINDOW_SIZE:
		return value > INT32_MAX;
	case MAX_FRAME_SIZE:
		return value < HTTP2_FRAME_MAX || value > 0xffffff;
	default:
		return false;
	}
}

/* A server's first frame, without a client to be seen. */
static enum verdict
http2_probe_server(struct cursor c)
{
	struct http2_frame f = http2_frame_read(&c);
	struct cursor settings;

	if (!cur_ok(&c))
		return VERDICT_MAYBE;
	if (!http2_frame_possible(&f) || f.type != HTTP2_SETTINGS ||
	    f.flags != 0 || f.length > 256)
		return VERDICT_NO;
	settings = cur_block(&c, f.length);
	if (!cur_ok(&c))
		return VERDICT_MAYBE;
	while (!cur_at_end(&settings)) {
		uint16_t id = cur_be16(&settings);

		if (http2_setting_impossible(id, cur_be32(&settings)))
			return VERDICT_NO;
	}
	return VERDICT_YES;
}

/* Bytes from the middle: frames, and a head that tells the two sides apart? */
static enum verdict
http2_probe_middle(struct cursor c, enum http2_sender sender)
{
	enum http2_sender seen;
	enum verdict v = VERDICT_NO;

	if (cur_at_end(&c))
		return VERDICT_MAYBE;
	while (!cur_at_end(&c)) {
		v = cur_peek_u8(&c) != 0 ? VERDICT_NO
		                         : http2_sync_judge(c, true, &seen);
		if (v == VERDICT_YES && seen == sender)
			return VERDICT_YES;
		if (v != VERDICT_NO)
			return seen == HTTP2_ANYBODY ? VERDICT_MAYBE
			                             : VERDICT_NO;
		(void)cur_skip(&c, 1);
	}
	return v;
}

static enum verdict
http2_probe(const struct probe *p)
{
	struct cursor c = p->to_server;
	enum verdict client, server;

	if (cur_expect(&c, HTTP2_PREFACE))
		return VERDICT_YES;
	if (c.state == CUR_MORE && !cur_at_end(&p->to_server))
		return VERDICT_MAYBE;
	if (cur_at_end(&p->to_server) && !p->late_join)
		return cur_at_end(&p->to_client)
		           ? VERDICT_MAYBE
		           : http2_probe_server(p->to_client);
	if (!p->late_join)
		return VERDICT_NO;
	client = http2_probe_middle(p->to_server, HTTP2_CLIENT);
	server = http2_probe_middle(p->to_client, HTTP2_SERVER);
	if (client == VERDICT_YES || server == VERDICT_YES)
		return VERDICT_YES;
	return client == VERDICT_NO || server == VERDICT_NO ? VERDICT_NO
	                                                    : VERDICT_MAYBE;
}

static int
http2_render(const struct exchange *x, enum side side, struct sink *out)
{
	return http_render(&http2_carrier, x, side, out);
}

static int
http2_represent(const struct exchange *x, enum side side, struct sink *out)
{
	return http_represent(&http2_carrier, x, side, out);
}

const struct dissector proto_http2 = {
	.abi = PROTO_ABI,
	.name = "http2",
	.summary = "HTTP/2",
	.l4 = 6,
	.ports = http2_ports,
	.protocols = http2_protocols,
	.fields = http2_fields,
	.state_size = sizeof(struct http2_state),
	.probe = http2_probe,
	.feed = http2_feed,
	.gap = http2_feed_gap,
	.finish = http2_feed_finish,
	.render = http2_render,
	.represent = http2_represent,
	.body = http2_carrier_body,
	.http = &http2_carrier,
};
