/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp.h"

#include "analyzer/proto/amqp/amqp_feed.h"
#include "analyzer/proto/amqp/amqp_kept.h"
#include "analyzer/proto/amqp/amqp_render.h"
#include "analyzer/proto/amqp/amqp_represent.h"

static const uint16_t amqp_ports[] = { 5671, 5672, 0 };

const struct protocol amqp_variant = {
	.key = "amqp/0-9-1",
	.name = "amqp",
	.version = "0-9-1",
	.abbr = "AMQP",
	.long_name = "Advanced Message Queuing Protocol 0-9-1",
	.macro = "amqp",
	.background = "#ff6600",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://www.rabbitmq.com/amqp-0-9-1-reference.html",
	.layer4 = "tcp",
	.priority = 1,
	.ports = amqp_ports,
};

static const struct protocol *const amqp_protocols[] = { &amqp_variant, NULL };

#define REQUEST(name, type, doc)                                \
	{                                                       \
		"request." name, FIELD_##type, false, NULL, doc \
	}
#define RESPONSE(name, type, doc)                                \
	{                                                        \
		"response." name, FIELD_##type, false, NULL, doc \
	}
#define BOTH(name, type, doc) \
	REQUEST(name, type, doc), RESPONSE(name, type, doc)
#define OPEN(name, doc)                                         \
	{ "request." name, FIELD_OBJECT, true, NULL, doc },     \
	{                                                       \
		"response." name, FIELD_OBJECT, true, NULL, doc \
	}

static const struct field amqp_fields[] = {
	{ "request.method", FIELD_STRING, false, "method",
	  "class and method: \"basic publish\"" },
	{ "response.method", FIELD_STRING, false, NULL,
	  "class and method of the answer: \"basic ack\"" },
	BOTH("replyCode", NUMBER, "of a close or a returned message: 404"),
	BOTH("relyCode", NUMBER, "the same, as the compatible API spells it"),
	BOTH("replyText", STRING, "what the reply code means, in words"),
	BOTH("classId", NUMBER, "class of the method that led to a close"),
	BOTH("methodId", NUMBER, "id of the method that led to a close"),
	BOTH("exchange", STRING, "the exchange; empty is the default one"),
	BOTH("routingKey", STRING, "routing key"),
	BOTH("queue", STRING, "the queue"),
	BOTH("consumerTag", STRING, "name of a consumer on its channel"),
	BOTH("deliveryTag", NUMBER, "number of a delivery or a publish"),
	BOTH("redelivered", BOOL, "was delivered before"),
	BOTH("multiple", BOOL, "acknowledges all up to this one"),
	BOTH("requeue", BOOL, "is to be delivered again"),
	BOTH("messageCount", NUMBER, "messages in a queue"),
	BOTH("body", STRING, "the content, base64"),
	OPEN("properties",
	     "of the content: contentType, headers, correlationId, ..."),
	BOTH("missing", NUMBER, "bytes of the body not in the evidence"),
	BOTH("truncated", BOOL, "the body is not shown whole"),
	REQUEST("mandatory", BOOL, "return it if no queue takes it"),
	REQUEST("immediate", BOOL, "return it if no consumer takes it"),
	OPEN("arguments", "of a declaration, binding or consumer"),
	REQUEST("type", STRING, "of an exchange: \"topic\""),
	REQUEST("passive", BOOL, "only ask whether it is there"),
	REQUEST("durable", BOOL, "outlives a restart"),
	REQUEST("autoDelete", BOOL, "goes with its last user"),
	REQUEST("internal", BOOL, "not for publishers"),
	REQUEST("exclusive", BOOL, "for this connection or consumer only"),
	REQUEST("noWait", BOOL, "no answer is wanted"),
	REQUEST("ifUnused", BOOL, "delete it only without users"),
	REQUEST("ifEmpty", BOOL, "delete it only without messages"),
	REQUEST("destination", STRING, "exchange that a binding leads to"),
	REQUEST("source", STRING, "exchange that a binding comes from"),
	REQUEST("noLocal", BOOL, "not what this connection published"),
	REQUEST("noAck", BOOL, "deliveries are not acknowledged"),
	REQUEST("prefetchSize", NUMBER, "bytes sent ahead"),
	REQUEST("prefetchCount", NUMBER, "messages sent ahead"),
	REQUEST("global", BOOL, "for the whole channel"),
	RESPONSE("consumerCount", NUMBER, "consumers of a queue"),
	BOTH("active", BOOL, "messages may flow"),
	REQUEST("virtualHost", STRING, "virtual host"),
	BOTH("versionMajor", NUMBER, "of the protocol"),
	BOTH("versionMinor", NUMBER, "of the protocol"),
	BOTH("protocolId", NUMBER, "of a protocol header: 0, 2 TLS, 3 SASL"),
	BOTH("revision", NUMBER, "of a protocol header"),
	OPEN("serverProperties", "what the server says of itself"),
	OPEN("clientProperties", "what the client says of itself"),
	REQUEST("mechanisms", STRING, "ways to log in"),
	REQUEST("locales", STRING, "languages"),
	RESPONSE("mechanism", STRING, "the chosen way to log in"),
	RESPONSE("response", STRING, "SASL response"),
	RESPONSE("locale", STRING, "the chosen language"),
	REQUEST("challenge", STRING, "SASL challenge"),
	BOTH("channelMax", NUMBER, "channels at once"),
	BOTH("frameMax", NUMBER, "bytes of a frame"),
	BOTH("heartbeat", NUMBER, "seconds between heartbeats"),
	REQUEST("reason", STRING, "why the connection is blocked"),
	REQUEST("newSecret", STRING, "a token in place of the last one"),
	REQUEST("realm", STRING, "what access is asked for"),
	REQUEST("write", BOOL, "access to write"),
	REQUEST("read", BOOL, "access to read"),
	{ .path = NULL },
};

/* --- recognising ---------------------------------------------------------- */

/* "AMQP" and a version; empty is MAYBE. */
static enum verdict
probe_version(struct cursor c)
{
	struct amqp_version v;

	amqp_frame_version(&c, &v);
	if (cur_ok(&c))
		return VERDICT_YES;
	return c.state == CUR_MORE ? VERDICT_MAYBE : VERDICT_NO;
}

static enum verdict
probe_frames(const struct cursor *c, enum dir dir)
{
	struct cursor view = *c;

	if (cur_at_end(&view))
		return VERDICT_MAYBE;
	return amqp_frame_begins(view, dir, false);
}

/*
 * A connection begins with the client's header. In the middle of one, and where
 * that header was not captured, frames have to tell.
 */
static enum verdict
amqp_probe(const struct probe *p)
{
	enum verdict asks = probe_version(p->to_server);
	enum verdict says, hears;

	if (asks != VERDICT_NO && !cur_at_end(&p->to_server))
		return asks;
	says = probe_frames(&p->to_server, TO_SERVER);
	hears = probe_frames(&p->to_client, TO_CLIENT);
	if (says == VERDICT_NO || hears == VERDICT_NO)
		return VERDICT_NO;
	return says > hears ? says : hears;
}

const struct dissector proto_amqp = {
	.abi = PROTO_ABI,
	.name = "amqp",
	.summary = "AMQP 0-9-1 (RabbitMQ)",
	.l4 = 6,
	.ports = amqp_ports,
	.protocols = amqp_protocols,
	.fields = amqp_fields,
	.state_size = sizeof(struct amqp_state),
	.probe = amqp_probe,
	.feed = amqp_feed,
	.gap = amqp_feed_gap,
	.render = amqp_render,
	.represent = amqp_represent,
	.body = amqp_render_body,
	.summary_query = amqp_render_query,
	.related = amqp_kept_related,
};
