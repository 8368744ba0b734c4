/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka.h"

#include "analyzer/proto/kafka/kafka_feed.h"
#include "analyzer/proto/kafka/kafka_render.h"
#include "analyzer/proto/kafka/kafka_represent.h"

static const uint16_t kafka_ports[] = { 9092, 0 };

const struct protocol kafka_variant = {
	.key = "kafka",
	.name = "kafka",
	.version = "12",
	.abbr = "KAFKA",
	.long_name = "Apache Kafka Protocol",
	.macro = "kafka",
	.background = "#000000",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://kafka.apache.org/protocol",
	.layer4 = "tcp",
	.priority = 2,
	.ports = kafka_ports,
};

static const struct protocol *const kafka_protocols[] = {
	&kafka_variant,
	NULL,
};

static const struct field kafka_fields[] = {
	{ "request.apiKey", FIELD_NUMBER, false, NULL, "number of the API" },
	{ "request.apiKeyName", FIELD_STRING, false, "method",
	  "name of the API: \"Produce\", \"Fetch\"" },
	{ "request.apiVersion", FIELD_NUMBER, false, NULL,
	  "version of the request" },
	{ "request.captureTime", FIELD_TIME, false, NULL,
	  "when its last packet was seen, RFC 3339" },
	{ "request.clientID", FIELD_STRING, false, NULL,
	  "what the client calls itself" },
	{ "request.correlationID", FIELD_NUMBER, false, NULL,
	  "what its response answers with" },
	{ "request.payload", FIELD_OBJECT, true, NULL,
	  "the fields of the request, by API and version" },
	{ "request.size", FIELD_NUMBER, false, NULL,
	  "bytes behind the size itself" },
	{ "request.missing", FIELD_NUMBER, false, NULL,
	  "bytes that are not in the evidence" },
	{ "request.truncated", FIELD_BOOL, false, NULL, "not shown whole" },
	{ "request.malformed", FIELD_BOOL, false, NULL,
	  "bytes do not have the form of this version" },
	{ "request.undecoded", FIELD_NUMBER, false, NULL,
	  "bytes behind the last known field" },
	{ "response.apiKeyName", FIELD_STRING, false, NULL,
	  "of a response without its request" },
	{ "response.apiVersion", FIELD_NUMBER, false, NULL,
	  "of a response without its request" },
	{ "response.captureTime", FIELD_TIME, false, NULL,
	  "when its last packet was seen, RFC 3339" },
	{ "response.correlationID", FIELD_NUMBER, false, NULL,
	  "that of the request" },
	{ "response.payload", FIELD_OBJECT, true, NULL,
	  "the fields of the response, by API and version" },
	{ "response.size", FIELD_NUMBER, false, NULL,
	  "bytes behind the size itself" },
	{ "response.missing", FIELD_NUMBER, false, NULL,
	  "bytes that are not in the evidence" },
	{ "response.truncated", FIELD_BOOL, false, NULL, "not shown whole" },
	{ "response.malformed", FIELD_BOOL, false, NULL,
	  "bytes do not have the form of this version" },
	{ "response.undecoded", FIELD_NUMBER, false, NULL,
	  "bytes behind the last known field" },
	{ .path = NULL },
};

/* --- recognising ---------------------------------------------------------- */

/*
 * So many bytes of the first request are looked at, or all of it: what comes
 * first must not depend on how the client's bytes were cut into packets.
 */
enum { PROBE_FRONT = 256 };

/* The first request; of its fields as much as is there. */
static enum verdict
probe_request(struct cursor c, struct kafka_head *ret_head)
{
	bool whole = false;
	uint64_t left;
	size_t was = cur_left(&c);

	kafka_wire_request(&c, ret_head);
	if (c.state == CUR_MORE)
		return VERDICT_MAYBE;
	if (!cur_ok(&c) || !ret_head->form.known)
		return VERDICT_NO;
	left = (uint64_t)KAFKA_SIZE + ret_head->size - (was - cur_left(&c));
	if (!kafka_feed_fits(c, &ret_head->form, true, left, &whole))
		return VERDICT_NO;
	if (was < PROBE_FRONT && cur_left(&c) < left)
		return VERDICT_MAYBE;
	/* Newer than the tables: only a port tells. */
	if (ret_head->form.version > ret_head->form.api.max)
		return VERDICT_MAYBE;
	return whole || (ret_head->client.n != 0 &&
	                 kafka_wire_is_plain(ret_head->client))
	           ? VERDICT_YES
	           : VERDICT_MAYBE;
}

static enum verdict
kafka_probe(const struct probe *p)
{
	struct kafka_head q = { .size = 0 }, a = { .size = 0 };
	struct cursor c = p->to_client;
	enum verdict v = VERDICT_MAYBE;

	if (!cur_at_end(&p->to_server))
		v = probe_request(p->to_server, &q);
	if (v == VERDICT_NO || cur_at_end(&c))
		return v;
	kafka_wire_response(&c, &a);
	if (c.state == CUR_MORE)
		return v;
	/* In the middle of a stream it may be the rest of another one. */
	if (p->late_join)
		return v;
	if (!cur_ok(&c))
		return VERDICT_NO;
	if (v == VERDICT_YES && q.correlation != a.correlation)
		return VERDICT_NO;
	return v;
}

const struct dissector proto_kafka = {
	.abi = PROTO_ABI,
	.name = "kafka",
	.summary = "Apache Kafka",
	.l4 = 6,
	.ports = kafka_ports,
	.protocols = kafka_protocols,
	.fields = kafka_fields,
	.state_size = sizeof(struct kafka_state),
	.probe = kafka_probe,
	.feed = kafka_feed,
	.gap = kafka_feed_gap,
	.render = kafka_render,
	.represent = kafka_represent,
	.body = kafka_render_body,
	.summary_query = kafka_render_query,
};
