/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_feed.h"
#include "analyzer/proto/websocket/websocket_frame.h"
#include "analyzer/proto/websocket/websocket_render.h"
#include "analyzer/proto/websocket/websocket_view.h"

static const uint16_t websocket_ports[] = { 80, 443, 8080, 0 };
/* A port proves nothing here: most of what is on 80 is HTTP. */
static const uint16_t no_ports[] = { 0 };

const struct protocol websocket_v13 = {
	.key = "ws/13",
	.name = "ws",
	.version = "13",
	.abbr = "WS",
	.long_name = "The WebSocket Protocol",
	.macro = "ws",
	.background = "#7b4fa6",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://datatracker.ietf.org/doc/html/rfc6455",
	.layer4 = "tcp",
	.priority = 0,
	.ports = websocket_ports,
};

static const struct protocol *const websocket_protocols[] = {
	&websocket_v13,
	NULL,
};

static const struct field websocket_fields[] = {
	{ "request.opcode", FIELD_STRING, false, "method",
	  "\"text\", \"binary\", \"close\", \"ping\" or \"pong\"" },
	{ "request.path", FIELD_STRING, false, "target",
	  "path of the upgrade; empty when that was not seen" },
	{ "request.host", FIELD_STRING, false, NULL, "host of the upgrade" },
	{ "request.from", FIELD_STRING, false, NULL,
	  "\"client\" or \"server\"" },
	{ "request.protocol", FIELD_STRING, false, NULL,
	  "subprotocol that was agreed" },
	{ "request.text", FIELD_STRING, false, NULL,
	  "the message, unmasked and inflated; base64 unless it is text" },
	{ "request.encoding", FIELD_STRING, false, NULL,
	  "\"base64\" where text is that" },
	{ "request.size", FIELD_NUMBER, false, NULL, "bytes of the message" },
	{ "request.payloadSize", FIELD_NUMBER, false, NULL,
	  "the same on the wire, perhaps compressed" },
	{ "request.frames", FIELD_NUMBER, false, NULL,
	  "frames the message came in" },
	{ "request.masked", FIELD_BOOL, false, NULL,
	  "as clients have to send it" },
	{ "request.compressed", FIELD_BOOL, false, NULL,
	  "by permessage-deflate" },
	{ "request.closeCode", FIELD_NUMBER, false, NULL,
	  "of a close frame that gives one" },
	{ "request.closeReason", FIELD_STRING, false, NULL,
	  "text behind the code" },
	{ "request.decodeError", FIELD_STRING, false, NULL,
	  "why the message could not be inflated" },
	{ "request.truncated", FIELD_BOOL, false, NULL,
	  "not all of the message is there" },
	{ .path = NULL },
};

static enum verdict
websocket_probe(const struct probe *p)
{
	enum verdict client = websocket_frame_sniff(p->to_server, true);
	enum verdict server = websocket_frame_sniff(p->to_client, false);

	/* From the start it is HTTP, and that hands over. */
	if (!p->late_join || client == VERDICT_NO || server == VERDICT_NO)
		return VERDICT_NO;
	return client;
}

const struct dissector proto_websocket = {
	.abi = PROTO_ABI,
	.name = "websocket",
	.summary = "WebSocket, after HTTP/1's upgrade",
	.l4 = 6,
	.ports = no_ports,
	.protocols = websocket_protocols,
	.fields = websocket_fields,
	.state_size = sizeof(struct websocket_state),
	.probe = websocket_probe,
	.feed = websocket_feed,
	.gap = websocket_feed_gap,
	.render = websocket_render,
	.represent = websocket_represent,
	.body = websocket_view_body,
};
