/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis_front.h"

/* --- commands ------------------------------------------------------------- */

/* The next argument; empty when it is longer than a name. */
static struct str
front_word(struct cursor *c)
{
	struct redis_item it = { .size = 0 };
	struct str text;

	redis_resp_item(c, &it);
	if (!cur_ok(c))
		return STR_NONE;
	if (it.type != REDIS_BULK || it.shape != REDIS_CONTENT)
		cur_bad(c);
	if (it.size > REDIS_NAME_MAX)
		return STR_NONE;
	text = cur_take(c, (size_t)it.size);
	(void)cur_expect(c, STR("\r\n"));
	return text;
}

void
redis_front_read(struct cursor *c, uint64_t argc, struct redis_front *ret_front)
{
	*ret_front = (struct redis_front){ .name = front_word(c) };
	if (!str_eq_nocase(ret_front->name, STR("CLIENT")) || argc != 3)
		return;
	ret_front->word[0] = front_word(c);
	if (str_eq_nocase(ret_front->word[0], STR("REPLY")))
		ret_front->word[1] = front_word(c);
}

bool
redis_front_subscribes(struct str name)
{
	static const char *const names[] = {
		"SUBSCRIBE",   "PSUBSCRIBE",   "SSUBSCRIBE",
		"UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE",
	};

	/* Every command is asked about: few are as long as these. */
	if (name.n < sizeof("SUBSCRIBE") - 1)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq_nocase(name, str_from_c(names[i])))
			return true;
	}
	return false;
}

/* --- what is pushed ------------------------------------------------------- */

struct str
redis_front_push_kind(struct cursor *c, const struct redis_item *it)
{
	static const char *const kinds[] = {
		"message",     "pmessage",     "smessage",
		"subscribe",   "psubscribe",   "ssubscribe",
		"unsubscribe", "punsubscribe", "sunsubscribe",
	};
	struct redis_item first = { .size = 0 };
	struct str kind;

	if (it->shape != REDIS_ELEMENTS || it->count == 0)
		return STR_NONE;
	redis_resp_item(c, &first);
	if (!cur_ok(c) || first.shape != REDIS_CONTENT ||
	    first.size > REDIS_NAME_MAX)
		return STR_NONE;
	kind = cur_take(c, (size_t)first.size);
	if (it->type == REDIS_PUSH)
		return kind;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_eq(kind, str_from_c(kinds[i])))
			return kind;
	}
	return STR_NONE;
}

/* --- anything ------------------------------------------------------------- */

static enum verdict
front_verdict(const struct cursor *c)
{
	if (cur_ok(c))
		return VERDICT_YES;
	return c->state == CUR_MORE ? VERDICT_MAYBE : VERDICT_NO;
}

/* Lines may be anything, so only what servers say for certain counts. */
static enum verdict
begins_line(struct cursor c)
{
	static const struct cur_set letters = { .in = { ['A' ... 'Z'] = 1 } };
	char buf[REDIS_NAME_MAX];
	struct str text;

	if (cur_u8(&c) == REDIS_SIMPLE) {
		text = cur_line(&c, REDIS_NAME_MAX);
		if (cur_ok(&c) &&
		    (text.n == 0 ||
		     !redis_command_keyword(redis_command_upper(text, buf))))
			cur_bad(&c);
		return front_verdict(&c);
	}
	if (cur_token(&c, &letters, REDIS_NAME_MAX).n == 0)
		cur_bad(&c);
	(void)cur_expect(&c, STR(" "));
	return front_verdict(&c);
}

static enum verdict
begins_reply(struct cursor c)
{
	struct redis_item it = { .size = 0 };

	if (cur_peek_u8(&c) == REDIS_SIMPLE || cur_peek_u8(&c) == REDIS_ERROR)
		return begins_line(c);
	redis_resp_item(&c, &it);
	if (!cur_ok(&c))
		return front_verdict(&c);
	if (it.type == REDIS_CHUNK || it.type == REDIS_END)
		return VERDICT_NO;
	if (it.shape == REDIS_CONTENT && it.size <= REDIS_FRONT)
		(void)redis_resp_content(&c, it.size);
	else if (it.shape == REDIS_ELEMENTS && it.count != 0)
		redis_resp_item(&c, &it);
	return front_verdict(&c);
}

/* Seen from the wrong side, what is pushed looks like a command. */
static bool
front_is_message(struct str name)
{
	return str_eq(name, STR("message")) || str_eq(name, STR("pmessage")) ||
	       str_eq(name, STR("smessage"));
}

enum verdict
redis_front_begins(struct cursor c, enum dir dir)
{
	struct redis_item it = { .size = 0 };
	struct str name;

	if (dir == TO_CLIENT)
		return begins_reply(c);
	if (cur_peek_u8(&c) != REDIS_ARRAY)
		return cur_ok(&c) ? VERDICT_NO : VERDICT_MAYBE;
	redis_resp_item(&c, &it);
	if (cur_ok(&c) && (it.shape != REDIS_ELEMENTS || it.count == 0))
		return VERDICT_NO;
	name = front_word(&c);
	if (cur_ok(&c) &&
	    (!redis_command_named(name) || front_is_message(name)))
		return VERDICT_NO;
	return front_verdict(&c);
}
