/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis.h"

#include "analyzer/proto/redis/redis_feed.h"
#include "analyzer/proto/redis/redis_front.h"
#include "analyzer/proto/redis/redis_render.h"

static const uint16_t redis_ports[] = { 6379, 0 };

const struct protocol redis_variant = {
	.key = "redis",
	.name = "redis",
	.version = "3.x",
	.abbr = "REDIS",
	.long_name = "Redis Serialization Protocol",
	.macro = "redis",
	.background = "#a41e11",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://redis.io/topics/protocol",
	.layer4 = "tcp",
	.priority = 3,
	.ports = redis_ports,
};

static const struct protocol *const redis_protocols[] = {
	&redis_variant,
	NULL,
};

static const struct field redis_fields[] = {
	{ "request.command", FIELD_STRING, false, "method",
	  "the command in upper case; what kind of push" },
	{ "request.key", FIELD_STRING, false, "target",
	  "its first key; the first argument of commands that have none" },
	{ "request.keys", FIELD_ARRAY, true, NULL, "all keys, when several" },
	{ "request.arguments", FIELD_ARRAY, true, NULL,
	  "all arguments, when more than value can tell" },
	{ "request.keyword", FIELD_STRING, false, NULL, "always empty" },
	{ "request.type", FIELD_STRING, false, NULL,
	  "\"Array\", \"Inline\" or, of a push, \"Push\"" },
	{ "request.value", FIELD_STRING, false, NULL,
	  "the other argument, or \"[a, b]\"" },
	{ "request.missing", FIELD_NUMBER, false, NULL,
	  "bytes that are not in the evidence" },
	{ "request.truncated", FIELD_BOOL, false, NULL, "not shown whole" },
	{ "response.type", FIELD_STRING, false, NULL,
	  "the reply's type: \"Bulk String\", \"Error\", \"Map\"" },
	{ "response.keyword", FIELD_STRING, false, NULL,
	  "\"OK\", \"PONG\", \"QUEUED\"" },
	{ "response.value", FIELD_STRING, false, NULL,
	  "the reply as text; of an error with its class in front" },
	{ "response.reply", FIELD_ARRAY, true, NULL,
	  "an array, set or push, or the object of a map" },
	{ "response.attributes", FIELD_OBJECT, true, NULL,
	  "attributes of the reply" },
	{ "response.command", FIELD_STRING, false, NULL,
	  "of a subscription that is confirmed" },
	{ "response.key", FIELD_STRING, false, NULL,
	  "the channel of a subscription that is confirmed" },
	{ "response.missing", FIELD_NUMBER, false, NULL,
	  "bytes that are not in the evidence" },
	{ "response.truncated", FIELD_BOOL, false, NULL, "not shown whole" },
	{ .path = NULL },
};

/* --- recognising ---------------------------------------------------------- */

/*
 * A command as a line of text. Other text protocols have some of the same
 * words: their servers do not answer in this way, but for POP3's AUTH and QUIT.
 */
static enum verdict
redis_probe_line(struct cursor c)
{
	struct cursor begin = c;
	struct str line = cur_line_lf(&c, REDIS_INLINE_MAX);
	struct str word, rest;

	if (c.state == CUR_MORE) {
		(void)str_split1(cur_rest(&begin), ' ', &word, &rest);
		return redis_command_named(word) ? VERDICT_MAYBE : VERDICT_NO;
	}
	if (!cur_ok(&c) || !redis_inline_next(&line, &word) ||
	    redis_command_find(word) == NULL)
		return VERDICT_NO;
	return str_eq_nocase(word, STR("AUTH")) ||
	               str_eq_nocase(word, STR("QUIT"))
	           ? VERDICT_MAYBE
	           : VERDICT_YES;
}

/* Is the beginning of an array of strings, a command, at the front of a line?
 */
static bool
redis_probe_later(struct cursor c)
{
	while (!cur_at_end(&c)) {
		if (redis_front_begins(c, TO_SERVER) == VERDICT_YES)
			return true;
		(void)cur_line(&c, PTRDIFF_MAX);
		if (!cur_ok(&c))
			return false;
	}
	return false;
}

/* YES: nothing but this protocol; MAYBE: a reply, or too little to tell. */
static enum verdict
redis_probe_reply(struct cursor c, bool *ret_whole)
{
	struct redis_item it = { .size = 0 };

	*ret_whole = false;
	if (cur_at_end(&c))
		return VERDICT_MAYBE;
	redis_resp_item(&c, &it);
	if (!cur_ok(&c))
		return c.state == CUR_MORE ? VERDICT_MAYBE : VERDICT_NO;
	if (it.type == REDIS_END || it.type == REDIS_CHUNK)
		return VERDICT_NO;
	*ret_whole = true;
	if ((it.type == REDIS_ARRAY || it.type == REDIS_PUSH) &&
	    redis_front_push_kind(&c, &it).n != 0)
		return VERDICT_YES;
	return VERDICT_MAYBE;
}

static enum verdict
redis_probe(const struct probe *p)
{
	struct cursor q = p->to_server;
	bool array = cur_peek_u8(&q) == REDIS_ARRAY, whole;
	enum verdict request = VERDICT_MAYBE;
	enum verdict reply = redis_probe_reply(p->to_client, &whole);

	q = p->to_server;
	if (array)
		request = redis_front_begins(q, TO_SERVER);
	else if (!cur_at_end(&q))
		request = redis_probe_line(q);
	if (request == VERDICT_NO)
		return p->late_join && redis_probe_later(q) ? VERDICT_YES
		                                            : VERDICT_NO;
	if (array)
		return request;
	if (reply != VERDICT_MAYBE)
		return reply;
	return request == VERDICT_YES && whole ? VERDICT_YES : VERDICT_MAYBE;
}

const struct dissector proto_redis = {
	.abi = PROTO_ABI,
	.name = "redis",
	.summary = "Redis (RESP2 and RESP3)",
	.l4 = 6,
	.ports = redis_ports,
	.protocols = redis_protocols,
	.fields = redis_fields,
	.state_size = sizeof(struct redis_state),
	.probe = redis_probe,
	.feed = redis_feed,
	.gap = redis_feed_gap,
	.render = redis_render,
	.represent = redis_render_sections,
	.body = redis_render_body,
};
