/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis_feed.h"

#include "analyzer/proto/redis/redis.h"
#include "analyzer/proto/redis/redis_front.h"

/* In `left`: until REDIS_END. No count comes near it. */
#define REDIS_ENDLESS UINT32_MAX

/* Of a line that is as long as this, the rest is passed over. */
#define FEED_LINE_FRONT 4096u

/* One call of feed(). */
struct call {
	struct dissect *d;
	struct redis_state *s;
	struct redis_dir *t;
	enum dir dir;
	struct cursor *in;
};

/* An incomplete element, or one that is none. */
static enum feed
feed_short(const struct call *f, const struct cursor *c)
{
	if (c->state != CUR_MORE)
		return FEED_BAD;
	f->in->need = c->need;
	return FEED_MORE;
}

static enum feed
feed_pass(const struct call *f, size_t n)
{
	(void)cur_skip(f->in, n);
	return FEED_OK;
}

/* --- messages ------------------------------------------------------------- */

static void
feed_open(const struct call *f, enum message_kind kind, struct str method)
{
	struct redis_dir *t = f->t;
	char buf[REDIS_NAME_MAX];
	const struct message_summary sum = {
		.proto = &redis_variant,
		.method = redis_command_upper(method, buf),
	};

	t->m = message_open(f->d, f->dir, kind, 0, dissect_offset(f->d, f->in));
	message_summary(t->m, &sum);
	if (t->searched != 0)
		message_flag(t->m, ENTRY_RESYNCED);
	t->searched = 0;
	t->open = true;
	t->phase = REDIS_PHASE_ELEMENT;
	t->depth = 1;
	t->left[0] = 1;
	t->argument = 0;
	t->key = false;
	t->named = method.n != 0;
}

static enum feed
feed_close(const struct call *f)
{
	struct redis_dir *t = f->t;

	message_close(t->m, dissect_offset(f->d, f->in));
	t->m = NULL;
	t->open = false;
	t->phase = REDIS_PHASE_START;
	if (!t->handover)
		return FEED_OK;
	dissect_handover(f->d, "redis-replication",
	                 "a replica's copy of the data and what changes it");
	return FEED_HANDOVER;
}

/* A value is complete, and with it perhaps those that it lies in. */
static enum feed
feed_value_done(const struct call *f)
{
	struct redis_dir *t = f->t;

	t->phase = REDIS_PHASE_ELEMENT;
	while (t->depth != 0) {
		uint32_t *left = &t->left[t->depth - 1];

		if (*left == REDIS_ENDLESS || --*left != 0)
			return FEED_OK;
		t->depth--;
	}
	return feed_close(f);
}

/* --- elements ------------------------------------------------------------- */

static enum feed
feed_content(const struct call *f, uint64_t size)
{
	f->t->phase = REDIS_PHASE_END;
	if (size <= cur_left(f->in))
		return feed_pass(f, (size_t)size);
	dissect_skip(f->d, size);
	return FEED_SKIP;
}

static enum feed
feed_aggregate(const struct call *f, const struct redis_item *it)
{
	struct redis_dir *t = f->t;
	uint64_t max = dissect_limits(f->d)->value_depth;

	if (t->depth >= max || t->depth >= REDIS_DEPTH) {
		dissect_limit(f->d, f->dir, "value-depth");
		return FEED_BAD;
	}
	/* An attribute is there in addition to the value that follows it. */
	if (it->type == REDIS_ATTRIBUTE &&
	    t->left[t->depth - 1] != REDIS_ENDLESS)
		t->left[t->depth - 1]++;
	if (it->shape == REDIS_ELEMENTS && it->count == 0)
		return feed_value_done(f);
	t->left[t->depth++] = it->shape == REDIS_ELEMENTS ? (uint32_t)it->count
	                                                  : REDIS_ENDLESS;
	return FEED_OK;
}

/* The target: of a command its key, of a push what its kind is followed by. */
static void
feed_target(const struct call *f, struct str text)
{
	const struct message_summary sum = { .target = text };

	message_summary(f->t->m, &sum);
	f->t->key = false;
}

/* The front of an argument of a command, or of what was pushed. */
static void
feed_argument(const struct call *f, struct str text, uint64_t argc)
{
	struct redis_dir *t = f->t;
	uint64_t at = t->argument++;
	char buf[REDIS_NAME_MAX];

	if (f->dir == TO_CLIENT) {
		if (at == 1)
			feed_target(f, text);
	} else if (at == 0) {
		const struct message_summary sum = {
			.method = redis_command_upper(text, buf),
		};

		if (!t->named)
			message_summary(t->m, &sum);
		redis_keys_begin(&f->s->keys, text, argc);
		t->key = true;
	} else if (redis_keys_next(&f->s->keys, text)) {
		feed_target(f, text);
	}
}

/* A string whose content is of interest, if only its front. */
static enum feed
feed_string(const struct call *f, struct cursor after,
            const struct redis_item *it)
{
	struct redis_dir *t = f->t;
	size_t front = it->size < REDIS_FRONT ? (size_t)it->size : REDIS_FRONT;
	struct str text;

	if (t->key && (t->depth == 2 || f->dir == TO_CLIENT)) {
		struct cursor c = after;

		text = cur_peek(&c, front);
		if (!cur_ok(&c))
			return feed_short(f, &c);
		feed_argument(f, text, t->left[1] + t->argument);
	}
	*f->in = after;
	return feed_content(f, it->size);
}

static enum feed
feed_chunk(const struct call *f, struct cursor after,
           const struct redis_item *it)
{
	if (it->type != REDIS_CHUNK)
		return FEED_BAD;
	*f->in = after;
	if (it->size != 0)
		return feed_content(f, it->size);
	f->t->chunks = false;
	return feed_value_done(f);
}

static enum feed
feed_any(const struct call *f, struct cursor after, const struct redis_item *it)
{
	const struct message_summary failed = { .failed = true };
	struct redis_dir *t = f->t;

	if (f->dir == TO_SERVER && t->depth == 2 &&
	    (it->type != REDIS_BULK || it->shape != REDIS_CONTENT))
		return FEED_BAD;
	if (it->type == REDIS_CHUNK)
		return FEED_BAD;
	if (it->type == REDIS_ERROR || it->type == REDIS_BULK_ERROR)
		message_summary(t->m, &failed);
	if (it->shape == REDIS_CONTENT)
		return feed_string(f, after, it);
	*f->in = after;
	switch (it->shape) {
	case REDIS_CHUNKS:
		t->chunks = true;
		return FEED_OK;
	case REDIS_ELEMENTS:
	case REDIS_UNTIL_END:
		return feed_aggregate(f, it);
	default:
		break;
	}
	if (it->type != REDIS_END)
		return feed_value_done(f);
	if (t->depth == 0 || t->left[t->depth - 1] != REDIS_ENDLESS)
		return FEED_BAD;
	t->depth--;
	return feed_value_done(f);
}

/* Is this the front of a line that need not be held to its end? */
static bool
feed_is_long(struct cursor c)
{
	bool line = cur_peek_u8(&c) == REDIS_SIMPLE ||
	            cur_peek_u8(&c) == REDIS_ERROR;

	return line && cur_left(&c) >= FEED_LINE_FRONT;
}

static enum feed
feed_element(const struct call *f)
{
	const struct message_summary failed = { .failed = true };
	struct cursor c = *f->in;
	struct redis_item it = { .size = 0 };

	redis_resp_item(&c, &it);
	if (c.state == CUR_MORE && feed_is_long(*f->in)) {
		if (cur_peek_u8(f->in) == REDIS_ERROR)
			message_summary(f->t->m, &failed);
		f->t->phase = REDIS_PHASE_LINE;
		return FEED_OK;
	}
	if (!cur_ok(&c))
		return feed_short(f, &c);
	return f->t->chunks ? feed_chunk(f, c, &it) : feed_any(f, c, &it);
}

/*
 * Passes over what is left of a line; true at its end. A CR that is the last
 * byte stays: the LF may be what comes next.
 */
static bool
feed_line(const struct call *f)
{
	struct cursor c = *f->in;
	struct str rest;

	(void)cur_line(&c, PTRDIFF_MAX);
	if (cur_ok(&c)) {
		*f->in = c;
		return true;
	}
	c = *f->in;
	rest = cur_rest(&c);
	(void)cur_skip(f->in, rest.n - (str_ends(rest, STR("\r")) ? 1 : 0));
	return false;
}

static enum feed
feed_rest_of_line(const struct call *f)
{
	if (feed_line(f))
		return feed_value_done(f);
	f->in->need = 1;
	return FEED_MORE;
}

static enum feed
feed_content_end(const struct call *f)
{
	struct cursor c = *f->in;

	if (!cur_expect(&c, STR("\r\n")))
		return feed_short(f, &c);
	*f->in = c;
	if (!f->t->chunks)
		return feed_value_done(f);
	f->t->phase = REDIS_PHASE_ELEMENT;
	return FEED_OK;
}

/* --- commands ------------------------------------------------------------- */

/* Does a reply follow this command? Remembers what it says about later ones. */
static bool
feed_has_reply(struct redis_state *s, const struct redis_front *c)
{
	enum redis_replies before = s->replies;

	if (before == REDIS_REPLIES_SKIP)
		s->replies = REDIS_REPLIES;
	if (c->word[1].n == 0)
		return before == REDIS_REPLIES;
	if (str_eq_nocase(c->word[1], STR("ON")))
		s->replies = REDIS_REPLIES;
	else if (str_eq_nocase(c->word[1], STR("OFF")))
		s->replies = REDIS_REPLIES_OFF;
	else if (before != REDIS_REPLIES_OFF)
		s->replies = REDIS_REPLIES_SKIP;
	return s->replies == REDIS_REPLIES;
}

/* One confirmation comes for each channel of a subscription. */
static void
feed_remember_channels(struct redis_state *s, uint64_t argc)
{
	uint32_t at = (s->oldest + s->subscriptions) % REDIS_SUBSCRIPTIONS;

	if (s->subscriptions == REDIS_SUBSCRIPTIONS)
		return;
	s->channels[at] = argc > 1 ? argc - 1 : 1;
	s->subscriptions++;
}

static void
feed_open_command(const struct call *f, const struct redis_front *c,
                  uint64_t argc)
{
	struct redis_state *s = f->s;
	bool reply = feed_has_reply(s, c);

	if (dissect_awaited(f->d).n == 0)
		s->subscriptions = 0;
	if (reply && redis_front_subscribes(c->name))
		feed_remember_channels(s, argc);
	feed_open(f, reply ? MESSAGE_REQUEST : MESSAGE_ONE_WAY, c->name);
	f->t->key = true;
}

/* A line of text: what a person types, or a health check. */
static enum feed
feed_inline(const struct call *f)
{
	char buf[REDIS_FRONT];
	struct redis_front front = { .word = { STR_NONE, STR_NONE } };
	struct cursor c = *f->in;
	struct str line = cur_line_lf(&c, REDIS_INLINE_MAX);
	struct str rest = line, word;
	uint64_t argc = 0;

	if (!cur_ok(&c))
		return feed_short(f, &c);
	for (; redis_inline_next(&rest, &word); argc++) {
		if (argc == 0)
			front.name = word;
		else if (argc <= 2)
			front.word[argc - 1] = word;
	}
	if (argc != 0 && !redis_command_named(front.name))
		return FEED_BAD;
	if (argc == 0) {
		*f->in = c;
		return FEED_OK;
	}
	if (argc != 3 || !str_eq_nocase(front.name, STR("CLIENT")) ||
	    !str_eq_nocase(front.word[0], STR("REPLY")))
		front.word[1] = STR_NONE;
	feed_open_command(f, &front, argc);
	for (rest = line; f->t->key && redis_inline_next(&rest, &word);)
		feed_argument(f, redis_inline_plain(word, buf, sizeof(buf)),
		              argc);
	*f->in = c;
	return feed_close(f);
}

static enum feed
feed_command(const struct call *f)
{
	struct cursor c = *f->in;
	struct redis_item it = { .size = 0 };
	struct redis_front front;

	if (cur_peek_u8(&c) != REDIS_ARRAY)
		return feed_inline(f);
	redis_resp_item(&c, &it);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	if (it.shape == REDIS_UNTIL_END)
		return FEED_BAD;
	if (it.null || it.count == 0) { /* a server does nothing for it */
		*f->in = c;
		return FEED_OK;
	}
	redis_front_read(&c, it.count, &front);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	feed_open_command(f, &front, it.count);
	return FEED_OK;
}

/* --- replies -------------------------------------------------------------- */

/*
 * May an array be a message of a channel? With RESP2 that is what it looks
 * like; but a connection with subscriptions may send only few commands.
 */
static bool
feed_may_push(const struct redis_item *it, struct str awaited)
{
	if (it->type == REDIS_PUSH)
		return true;
	return it->type == REDIS_ARRAY && (it->count == 3 || it->count == 4) &&
	       (awaited.n == 0 || redis_front_subscribes(awaited) ||
	        str_eq(awaited, STR("PING")) || str_eq(awaited, STR("QUIT")) ||
	        str_eq(awaited, STR("RESET")));
}

/* Does this push answer the command whose turn it is? */
static bool
feed_confirms(struct redis_state *s, struct str kind, struct str awaited)
{
	if (!redis_front_subscribes(kind))
		return false;
	if (s->confirmations != 0) {
		s->confirmations--;
		return false;
	}
	if (!str_eq_nocase(kind, awaited))
		return false;
	if (s->subscriptions != 0) {
		s->confirmations = s->channels[s->oldest] - 1;
		s->oldest = (s->oldest + 1) % REDIS_SUBSCRIPTIONS;
		s->subscriptions--;
	}
	return true;
}

/* "1339518083.107412 [0 127.0.0.1:60866] "keys" "*"" */
static bool
feed_is_monitored(const struct redis_state *s, struct str line)
{
	struct cursor c = cur_from_str(line, false);

	(void)cur_decimal(&c, INT64_MAX);
	(void)cur_expect(&c, STR("."));
	(void)cur_decimal(&c, INT64_MAX);
	(void)cur_expect(&c, STR(" ["));
	return s->monitor && cur_ok(&c);
}

static bool
feed_syncs(struct str awaited)
{
	return str_eq(awaited, STR("PSYNC")) || str_eq(awaited, STR("SYNC"));
}

/* What changes with the reply to certain commands. */
static void
feed_turn(const struct call *f, struct str awaited, struct str line)
{
	if (str_eq(awaited, STR("MONITOR")) && str_eq(line, STR("OK")))
		f->s->monitor = true;
	if (feed_syncs(awaited) &&
	    (str_starts_nocase(line, STR("FULLRESYNC ")) ||
	     str_starts_nocase(line, STR("CONTINUE"))))
		f->t->handover = true;
}

static enum feed
feed_reply(const struct call *f)
{
	struct str awaited = dissect_awaited(f->d), kind = STR_NONE;
	struct cursor c = *f->in;
	struct redis_item it = { .size = 0 };

	/* A server that prepares its copy sends line feeds, to be heard. */
	if (feed_syncs(awaited) && cur_peek_u8(&c) == '\n')
		return feed_pass(f, 1);
	redis_resp_item(&c, &it);
	if (c.state == CUR_MORE && feed_is_long(*f->in)) {
		c = *f->in;
		it.type = (enum redis_type)cur_u8(&c);
		it.text = cur_take(&c, FEED_LINE_FRONT - 1);
	}
	if (!cur_ok(&c))
		return feed_short(f, &c);
	if (it.type == REDIS_END || it.type == REDIS_CHUNK)
		return FEED_BAD;
	if (it.type == REDIS_BULK && str_eq(awaited, STR("SYNC"))) {
		f->t->handover = true;
		return feed_close(f);
	}
	if (feed_may_push(&it, awaited))
		kind = redis_front_push_kind(&c, &it);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	if (it.type == REDIS_SIMPLE && feed_is_monitored(f->s, it.text)) {
		feed_open(f, MESSAGE_ONE_WAY, STR("MONITOR"));
	} else if (kind.n != 0 && !feed_confirms(f->s, kind, awaited)) {
		feed_open(f, MESSAGE_ONE_WAY, kind);
		f->t->key = true;
	} else if (it.type == REDIS_PUSH && kind.n == 0) {
		feed_open(f, MESSAGE_ONE_WAY, STR("PUSH"));
	} else {
		if (kind.n == 0)
			f->s->confirmations = 0;
		feed_turn(f, awaited,
		          it.type == REDIS_SIMPLE ? it.text : STR_NONE);
		feed_open(f, MESSAGE_RESPONSE, STR_NONE);
	}
	return FEED_OK;
}

/* --- searching ------------------------------------------------------------ */

static enum feed
feed_search(const struct call *f)
{
	struct redis_dir *t = f->t;
	size_t before = cur_left(f->in);
	enum verdict v = t->midline ? VERDICT_NO
	                            : redis_front_begins(*f->in, f->dir);

	if (v == VERDICT_YES) {
		t->phase = REDIS_PHASE_START;
		return FEED_OK;
	}
	if (v == VERDICT_MAYBE && !dissect_ended(f->d, f->dir)) {
		f->in->need = 1;
		return FEED_MORE;
	}
	t->midline = !feed_line(f);
	t->searched += before - cur_left(f->in);
	if (t->searched > dissect_limits(f->d)->resync_bytes) {
		dissect_limit(f->d, f->dir, "resync-bytes");
		t->phase = REDIS_PHASE_DEAD;
	}
	if (t->midline && !cur_at_end(f->in)) {
		f->in->need = 1;
		return FEED_MORE;
	}
	return FEED_OK;
}

/* --- feed and gap --------------------------------------------------------- */

static void
feed_begin_search(struct redis_dir *t, bool midline)
{
	t->phase = REDIS_PHASE_SEARCH;
	t->m = NULL;
	t->open = false;
	t->chunks = false;
	t->handover = false;
	t->midline = midline;
	t->depth = 0;
	t->searched = 0;
}

static enum feed
feed_step(const struct call *f)
{
	switch (f->t->phase) {
	case REDIS_PHASE_START:
		return f->dir == TO_SERVER ? feed_command(f) : feed_reply(f);
	case REDIS_PHASE_ELEMENT:
		return feed_element(f);
	case REDIS_PHASE_END:
		return feed_content_end(f);
	case REDIS_PHASE_LINE:
		return feed_rest_of_line(f);
	case REDIS_PHASE_SEARCH:
		return feed_search(f);
	case REDIS_PHASE_DEAD:
		break;
	}
	return feed_pass(f, cur_left(f->in));
}

/*
 * What is left of a direction that has ended begins a message. Of one whose
 * kind would have been told by bytes that never came, nothing is said. True:
 * there may be more in it.
 */
static bool
feed_last(const struct call *f)
{
	struct redis_item it = { .type = (enum redis_type)cur_peek_u8(f->in),
		                 .count = 3 };
	bool command = f->dir == TO_SERVER;

	if (f->t->phase != REDIS_PHASE_START || cur_at_end(f->in) ||
	    (!command && feed_may_push(&it, dissect_awaited(f->d))))
		return false;
	feed_open(f, command ? MESSAGE_REQUEST : MESSAGE_RESPONSE, STR_NONE);
	f->t->key = command;
	return !command || it.type == REDIS_ARRAY;
}

enum feed
redis_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct redis_state *s = state;
	const struct call f = { d, s, &s->dir[dir], dir, in };
	enum feed answer = FEED_OK;

	if (!s->begun && dissect_late_join(d)) {
		feed_begin_search(&s->dir[TO_SERVER], false);
		feed_begin_search(&s->dir[TO_CLIENT], false);
	}
	s->begun = true;
	while (!cur_at_end(in) && answer == FEED_OK)
		answer = feed_step(&f);
	if (answer == FEED_MORE && dissect_ended(d, dir) && feed_last(&f)) {
		answer = FEED_OK;
		while (!cur_at_end(in) && answer == FEED_OK)
			answer = feed_step(&f);
	}
	if (answer == FEED_BAD && f.t->open) {
		message_cut(f.t->m, dissect_offset(d, in));
		f.t->open = false;
	}
	return answer;
}

enum feed
redis_feed_gap(struct dissect *d, void *state, enum dir dir,
               const struct gap *g)
{
	struct redis_state *s = state;
	struct redis_dir *t = &s->dir[dir];

	(void)d;
	if (t->phase == REDIS_PHASE_DEAD)
		return FEED_OK;
	if (t->open)
		message_cut(t->m, g != NULL ? g->off : UINT64_MAX);
	/* What was refused is not tried again. */
	feed_begin_search(t, g == NULL);
	s->subscriptions = 0;
	s->confirmations = 0;
	return FEED_OK;
}
