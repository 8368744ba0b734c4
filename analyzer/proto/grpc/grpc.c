/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/grpc/grpc.h"

#include "analyzer/proto/grpc/grpc_look.h"
#include "analyzer/proto/grpc/grpc_render.h"

static const uint16_t grpc_ports[] = { 80, 443, 8080, 50051, 0 };

static const struct protocol grpc_v20 = {
	.key = "grpc/2.0",
	.name = "http",
	.version = "2.0",
	.abbr = "gRPC",
	.long_name = "Hypertext Transfer Protocol Version 2 (HTTP/2) "
		     "[ gRPC over HTTP/2 ]",
	.macro = "grpc",
	.background = "#244c5a",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://grpc.github.io/grpc/core/"
		"md_doc__p_r_o_t_o_c_o_l-_h_t_t_p2.html",
	.layer4 = "tcp",
	.priority = 0,
	.ports = grpc_ports,
	.over = "http2",
};

static const struct protocol grpc_v11 = {
	.key = "grpc/1.1",
	.name = "http",
	.version = "1.1",
	.abbr = "gRPC",
	.long_name = "Hypertext Transfer Protocol -- HTTP/1.1 "
		     "[ gRPC-Web over HTTP/1.1 ]",
	.macro = "grpc",
	.background = "#244c5a",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md",
	.layer4 = "tcp",
	.priority = 0,
	.ports = grpc_ports,
	.over = "http1",
};

static const struct protocol *const grpc_protocols[] = { &grpc_v20, &grpc_v11,
	                                                 NULL };

static const struct field grpc_fields[] = {
	{ "request.grpc", FIELD_OBJECT, false, NULL, "the call" },
	{ "request.grpc.service", FIELD_STRING, false, NULL,
	  "the service, with its package" },
	{ "request.grpc.method", FIELD_STRING, false, NULL, "the method" },
	{ "request.grpc.kind", FIELD_STRING, false, NULL,
	  "\"unary\" or what streams, as the schema has it" },
	{ "request.grpc.encoding", FIELD_STRING, false, NULL,
	  "how messages are compressed" },
	{ "request.grpc.timeoutMs", FIELD_NUMBER, false, NULL,
	  "the deadline that the client set" },
	{ "request.grpc.messageCount", FIELD_NUMBER, false, NULL,
	  "messages sent" },
	{ "request.grpc.messageBytes", FIELD_NUMBER, false, NULL,
	  "their lengths together, as sent" },
	{ "request.grpc.messages", FIELD_ARRAY, true, NULL,
	  "the messages, as in request.grpc.messages[0].data" },
	{ "request.grpc.truncated", FIELD_BOOL, false, NULL,
	  "some of the body is missing" },
	{ "response.grpc", FIELD_OBJECT, false, NULL, "the outcome" },
	{ "response.grpc.status", FIELD_NUMBER, false, NULL,
	  "status code of gRPC, 0 is OK" },
	{ "response.grpc.statusName", FIELD_STRING, false, NULL,
	  "its name, as in NOT_FOUND" },
	{ "response.grpc.message", FIELD_STRING, false, NULL,
	  "what went wrong" },
	{ "response.grpc.details", FIELD_OBJECT, true, NULL,
	  "google.rpc.Status of an error" },
	{ "response.grpc.kind", FIELD_STRING, false, NULL,
	  "\"unary\" or what streams, of the schema or the messages" },
	{ "response.grpc.encoding", FIELD_STRING, false, NULL,
	  "how messages are compressed" },
	{ "response.grpc.messageCount", FIELD_NUMBER, false, NULL,
	  "messages sent" },
	{ "response.grpc.messageBytes", FIELD_NUMBER, false, NULL,
	  "their lengths together, as sent" },
	{ "response.grpc.messages", FIELD_ARRAY, true, NULL,
	  "the messages, as in response.grpc.messages[0].data" },
	{ "response.grpc.truncated", FIELD_BOOL, false, NULL,
	  "some of the body is missing" },
	{ .path = NULL },
};

/* State of one exchange; both bodies may pass at the same time. */
struct grpc_state {
	struct grpc_look look[2]; /* by enum side */
};

static bool
is_grpc_type(struct str type)
{
	return str_starts_nocase(type, STR("application/grpc"));
}

/* A head that says nothing against a call, because it is not all known. */
static bool
may_be_call(const struct http_head *h)
{
	struct str query, path;

	if (!h->unknown || h->trailers || h->version < 20 ||
	    h->content_type.n != 0)
		return false;
	return (h->method.n == 0 || str_eq(h->method, STR("POST"))) &&
	       !str_split1(h->target, '?', &path, &query);
}

static enum overlay_claim
grpc_claims(const struct http_head *h)
{
	if (is_grpc_type(h->content_type))
		return OVERLAY_YES;
	if (h->side == SIDE_RESPONSE && h->version >= 20 &&
	    h->field(h, STR("grpc-status")).n != 0)
		return OVERLAY_YES;
	return may_be_call(h) ? OVERLAY_MAYBE_BODY : OVERLAY_NO;
}

static bool
grpc_annotate(void *state, const struct http_head *h,
              struct message_summary *io)
{
	struct grpc_state *s = state;
	struct grpc_look *look = &s->look[h->side];
	struct str type = h->content_type;
	struct str status = h->field(h, STR("grpc-status"));

	if (status.n != 0 && !str_eq(status, STR("0")))
		io->failed = true;
	if (h->trailers) {
		/* What is left to say is that it is a call. */
		if (status.n != 0 && h->version >= 20)
			io->proto = &grpc_v20;
		return false;
	}
	if (is_grpc_type(type) || status.n != 0)
		io->proto = h->version >= 20 ? &grpc_v20 : &grpc_v11;
	look->web = str_starts_nocase(type, STR("application/grpc-web"));
	look->text = str_starts_nocase(type, STR("application/grpc-web-text"));
	if (h->side == SIDE_RESPONSE && look->web)
		return true;
	return io->proto != &grpc_v20 && may_be_call(h);
}

static bool
grpc_body(void *state, enum side side, struct cursor bytes,
          struct message_summary *io)
{
	struct grpc_state *s = state;
	struct grpc_look *look = &s->look[side];
	struct str part = cur_rest(&bytes);
	bool yes;

	grpc_look_feed(look, part);
	if (look->web) {
		io->failed |= look->failed;
		return part.n != 0 && !look->bad && !look->failed;
	}
	yes = part.n == 0 ? grpc_look_end(look) : look->sure;
	if (yes)
		io->proto = &grpc_v20;
	return part.n != 0 && !yes && !look->bad;
}

const struct overlay overlay_grpc = {
	.abi = OVERLAY_ABI,
	.name = "grpc",
	.protocols = grpc_protocols,
	.fields = grpc_fields,
	.state_size = sizeof(struct grpc_state),
	.claims = grpc_claims,
	.annotate = grpc_annotate,
	.body = grpc_body,
	.render = grpc_render,
	.represent = grpc_represent,
};
