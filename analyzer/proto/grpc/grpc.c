/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/grpc/grpc.h"

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

static enum overlay_claim
grpc_claims(const struct http_head *h)
{
	struct str type = h->field(h, STR("content-type"));

	if (str_starts_nocase(type, STR("application/grpc")))
		return OVERLAY_YES;
	return h->side == SIDE_RESPONSE && h->version >= 20 &&
	               h->field(h, STR("grpc-status")).n != 0
	           ? OVERLAY_YES
	           : OVERLAY_NO;
}

static bool
grpc_annotate(void *state, const struct http_head *h,
              struct message_summary *io)
{
	struct str status = h->field(h, STR("grpc-status"));

	(void)state;
	if (!h->trailers)
		io->proto = h->version >= 20 ? &grpc_v20 : &grpc_v11;
	if (status.n != 0 && !str_eq(status, STR("0")))
		io->failed = true;
	return false;
}

const struct overlay overlay_grpc = {
	.abi = OVERLAY_ABI,
	.name = "grpc",
	.protocols = grpc_protocols,
	.fields = grpc_fields,
	.claims = grpc_claims,
	.annotate = grpc_annotate,
	.render = grpc_render,
	.represent = grpc_represent,
};
