/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_feed.h"

#include <string.h>

#include "analyzer/proto/kafka/kafka.h"

/* Pairing keys: of tokens, and of messages with a correlation id. */
#define FEED_TOKENS      UINT64_C(1)
#define FEED_CORRELATION (UINT64_C(1) << 32)

/* What is searched has a client id of at most so many letters, and follows one
 * of so many requests after the last one that was seen. */
#define FEED_CLIENT_MAX 255u
#define FEED_AHEAD      65536u

/* So many bytes behind its head have to fit, or all of it: what is found must
 * not depend on how the bytes were cut into packets. */
#define FEED_FRONT 256u

/* Longest token that is believed to be one; Kerberos has the longest. */
#define FEED_TOKEN_MAX 65536u

/* One call of feed(). */
struct call {
	struct dissect *d;
	struct kafka_state *s;
	struct kafka_dir *t;
	enum dir dir;
	struct cursor *in;
};

static enum feed
feed_short(const struct call *f, const struct cursor *c)
{
	if (c->state != CUR_MORE)
		return FEED_BAD;
	f->in->need = c->need;
	return FEED_MORE;
}

/* --- what is kept --------------------------------------------------------- */

static void
feed_keep(struct message *m, const struct kafka_form *form)
{
	uint16_t key = (uint16_t)form->api.key;
	uint16_t version = (uint16_t)form->version;
	const char bytes[KAFKA_KEPT_FORM] = { (char)(key >> 8), (char)key,
		                              (char)(version >> 8),
		                              (char)version };

	message_keep_shared(m, str_make(bytes, sizeof(bytes)));
}

bool
kafka_feed_kept(struct str kept, struct kafka_form *ret_form)
{
	struct cursor c = cur_from_str(kept, false);
	int16_t key = (int16_t)cur_be16(&c);
	int16_t version = (int16_t)cur_be16(&c);

	if (!cur_ok(&c))
		return false;
	*ret_form = kafka_wire_form(key, version);
	return true;
}

/* --- what lists show ------------------------------------------------------ */

static void
feed_tell_target(struct kafka_dir *t)
{
	const struct message_summary sum = {
		.target = str_make(t->target, t->ntarget),
	};

	message_summary(t->m, &sum);
}

/* Another name; all of them as long as they fit. */
static void
feed_add_target(struct kafka_dir *t, struct str text)
{
	struct str between = t->seen != 0 ? STR(KAFKA_BETWEEN) : STR_NONE;

	t->seen++;
	if (between.n + text.n > sizeof(t->target) - t->ntarget)
		return;
	if (between.n != 0)
		memcpy(t->target + t->ntarget, between.p, between.n);
	memcpy(t->target + t->ntarget + between.n, text.p, text.n);
	t->ntarget += between.n + text.n;
	/* The first one is told at once: the message may be cut. */
	if (t->seen == 1)
		feed_tell_target(t);
}

/* --- topics --------------------------------------------------------------- */

/* The topic's name, "" when nobody told; it is kept with the message. */
static struct str
feed_topic(const struct call *f, struct str id)
{
	struct kafka_dir *t = f->t;
	struct kafka_topic *topic = kafka_topics_find(&f->s->topics, id);

	if (topic == NULL)
		return STR_NONE;
	if (topic->kept[f->dir] != t->nth) {
		/* The form has to be in front, a response may be without. */
		if (f->dir == TO_CLIENT && !t->kept)
			feed_keep(t->m, &t->walk.form);
		t->kept = true;
		topic->kept[f->dir] = t->nth;
		kafka_topics_keep(topic, t->m);
	}
	return str_make(topic->name, topic->n);
}

static void
feed_told_name(struct kafka_dir *t, struct str name)
{
	t->nnamed = name.n <= sizeof(t->named) ? name.n : 0;
	if (t->nnamed != 0)
		memcpy(t->named, name.p, t->nnamed);
}

/* The id of what was just named, or one that needs a name. */
static void
feed_told_id(const struct call *f, struct str id)
{
	struct kafka_dir *t = f->t;

	if (t->nnamed != 0)
		kafka_topics_learn(&f->s->topics, f->d, id,
		                   str_make(t->named, t->nnamed));
	else
		(void)feed_topic(f, id);
	t->nnamed = 0;
}

static void
feed_told_target(const struct call *f, const struct kafka_told *told)
{
	char text[KAFKA_UUID_TEXT];
	struct str name = told->uuid ? feed_topic(f, told->text) : told->text;

	feed_add_target(f->t, name.n != 0 || !told->uuid
	                          ? name
	                          : kafka_wire_uuid(told->text, text));
}

static void
feed_fail(struct kafka_dir *t, int16_t code)
{
	const struct message_summary sum = { .status = code, .failed = true };

	if (!t->failed)
		message_summary(t->m, &sum);
	t->failed = true;
}

/* --- messages ------------------------------------------------------------- */

static void
feed_open(const struct call *f, enum message_kind kind, uint64_t key,
          uint32_t size)
{
	struct kafka_dir *t = f->t;
	uint64_t off = dissect_offset(f->d, f->in);

	t->m = message_open(f->d, f->dir, kind, key, off);
	t->end = off + KAFKA_SIZE + size;
	t->open = true;
	t->walking = false;
	t->failed = false;
	t->searching = false;
	t->searched = 0;
	t->seen = 0;
	t->ntarget = 0;
	t->kept = false;
	t->nnamed = 0;
	t->nth++;
}

static void
feed_close(const struct call *f)
{
	struct kafka_dir *t = f->t;

	if (t->seen > 1)
		feed_tell_target(t);
	message_close(t->m, t->end);
	t->m = NULL;
	t->open = false;
}

/* Passes over n bytes, here or yet to come. */
static enum feed
feed_pass(const struct call *f, uint64_t n)
{
	if (n > cur_left(f->in)) {
		dissect_skip(f->d, n);
		return FEED_SKIP;
	}
	(void)cur_skip(f->in, (size_t)n);
	return FEED_OK;
}

/* Everything that the walk tells, up to bytes that are to be skipped. */
static enum feed
feed_walk(const struct call *f)
{
	struct kafka_dir *t = f->t;

	while (t->walking) {
		struct cursor c = kafka_wire_within(f->in, t->walk.left);
		size_t was = cur_left(&c);
		struct kafka_told told = kafka_walk_step(&t->walk, &c);
		enum feed r;

		(void)cur_skip(f->in, was - cur_left(&c));
		if (c.state == CUR_MORE)
			return feed_short(f, &c);
		if (!cur_ok(&c)) {
			dissect_note(f->d, f->dir, dissect_offset(f->d, f->in),
			             "a field does not fit into its message");
			t->walking = false;
			break;
		}
		if (told.what == KAFKA_TOLD_TARGET)
			feed_told_target(f, &told);
		else if (told.what == KAFKA_TOLD_NAME)
			feed_told_name(t, told.text);
		else if (told.what == KAFKA_TOLD_ID)
			feed_told_id(f, told.text);
		else if (told.what == KAFKA_TOLD_ERROR)
			feed_fail(t, told.code);
		else if (told.what == KAFKA_END)
			t->walking = false;
		r = feed_pass(f, told.pass);
		if (r != FEED_OK)
			return r;
	}
	return FEED_OK;
}

static enum feed
feed_body(const struct call *f)
{
	enum feed r = feed_walk(f);
	uint64_t off = dissect_offset(f->d, f->in);

	if (r == FEED_OK && off < f->t->end)
		r = feed_pass(f, f->t->end - off);
	if (r == FEED_OK)
		feed_close(f);
	return r;
}

/* --- requests ------------------------------------------------------------- */

static void
feed_begin_request(const struct call *f, const struct kafka_head *h,
                   uint64_t body)
{
	struct kafka_state *s = f->s;
	struct kafka_dir *t = f->t;
	const struct kafka_form *form = &h->form;
	const struct message_summary sum = {
		.proto = &kafka_variant,
		.method = str_from_c(form->api.name),
		.target = form->decoded && form->api.targets ? STR_NONE
		                                             : h->client,
	};

	feed_open(f, h->one_way ? MESSAGE_ONE_WAY : MESSAGE_REQUEST,
	          FEED_CORRELATION | (uint32_t)h->correlation, h->size);
	message_summary(t->m, &sum);
	feed_keep(t->m, form);
	t->walking = form->decoded;
	kafka_walk_begin(&t->walk, form, true, body);
	s->recent[s->requests++ % KAFKA_RECENT] = (struct kafka_recent){
		.correlation = h->correlation,
		.key = form->api.key,
		.version = form->version,
	};
	s->sasl = form->api.key == KAFKA_SASL_HANDSHAKE && form->version == 0;
}

/* What the client says between SaslHandshake and its next request. */
static enum feed
feed_token(const struct call *f)
{
	const struct message_summary sum = { .proto = &kafka_variant,
		                             .method = STR_INIT("SaslToken") };
	struct cursor c = *f->in;
	uint32_t size = cur_be32(&c);

	if (!cur_ok(&c) || size > FEED_TOKEN_MAX)
		return feed_short(f, &c);
	feed_open(f, f->dir == TO_SERVER ? MESSAGE_REQUEST : MESSAGE_RESPONSE,
	          FEED_TOKENS, size);
	message_summary(f->t->m, &sum);
	*f->in = c;
	return FEED_OK;
}

/* Do the bytes behind a head that was searched fit it? */
static enum feed
feed_found(const struct call *f, struct cursor body,
           const struct kafka_form *form, uint64_t left)
{
	size_t front = left < FEED_FRONT ? (size_t)left : FEED_FRONT;
	struct cursor c = body;
	bool whole;

	if (!cur_want(&c, front))
		return feed_short(f, &c);
	return kafka_feed_fits(body, form, f->dir == TO_SERVER, left, &whole)
	           ? FEED_OK
	           : FEED_BAD;
}

/*
 * Can a request that is searched begin here? The beginning of its head has to
 * be what the last request's was, as far as that can be known: a known API in a
 * known version, a correlation id that comes next, a client id. Open for more.
 */
static void
feed_likely(const struct call *f, struct cursor *c)
{
	const struct kafka_state *s = f->s;
	struct kafka_form form;
	uint32_t size = cur_be32(c);
	int16_t key = (int16_t)cur_be16(c);
	int16_t version = (int16_t)cur_be16(c);
	uint32_t correlation = cur_be32(c), ahead = 1;
	uint16_t client = cur_be16(c);
	struct str name;

	if (!cur_ok(c))
		return;
	form = kafka_wire_form(key, version);
	if (s->requests != 0)
		ahead = correlation -
		        (uint32_t)s->recent[(s->requests - 1) % KAFKA_RECENT]
		            .correlation;
	if (size < KAFKA_REQUEST_MIN || size > KAFKA_REQUEST_MAX ||
	    !form.known || version > form.api.max || ahead > FEED_AHEAD ||
	    client == 0 || client > FEED_CLIENT_MAX) {
		cur_bad(c);
		return;
	}
	name = cur_peek(c, client < cur_left(c) ? client : cur_left(c));
	if (!kafka_wire_is_plain(name))
		cur_bad(c);
}

static enum feed
feed_request(const struct call *f)
{
	struct kafka_state *s = f->s;
	struct kafka_dir *t = f->t;
	struct cursor c = *f->in;
	struct kafka_head h = { .size = 0 };
	size_t was = cur_left(&c);

	if (t->searching) {
		struct cursor look = c;

		feed_likely(f, &look);
		if (!cur_ok(&look))
			return feed_short(f, &look);
	}
	kafka_wire_request(&c, &h);
	if (c.state == CUR_BAD && s->sasl && !t->searching) {
		enum feed r = feed_token(f);

		if (r == FEED_OK)
			s->tokens++;
		return r;
	}
	if (!cur_ok(&c))
		return feed_short(f, &c);
	was -= cur_left(&c);
	if (t->searching) {
		enum feed r = feed_found(f, c, &h.form,
		                         h.size + KAFKA_SIZE - was);

		if (r != FEED_OK)
			return r;
	}
	feed_begin_request(f, &h, h.size + KAFKA_SIZE - was);
	*f->in = c;
	return FEED_OK;
}

/* --- responses ------------------------------------------------------------ */

/* Was there such a request among the last ones? */
static bool
feed_recent(const struct kafka_state *s, int32_t correlation,
            struct kafka_form *ret_form)
{
	uint64_t n = s->requests < KAFKA_RECENT ? s->requests : KAFKA_RECENT;

	for (uint64_t i = 1; i <= n; i++) {
		const struct kafka_recent *r =
		    &s->recent[(s->requests - i) % KAFKA_RECENT];

		if (r->correlation != correlation)
			continue;
		*ret_form = kafka_wire_form(r->key, r->version);
		return true;
	}
	return false;
}

/* Which form the response has; its request knows, or one that wants none. */
static bool
feed_learn(const struct call *f, const struct kafka_head *h,
           struct kafka_form *ret_form)
{
	struct kafka_dir *t = f->t;
	struct message_summary sum = { .method = STR_INIT("Unknown") };
	bool known = true;

	if (kafka_feed_kept(message_asked(t->m), ret_form))
		return true;
	known = feed_recent(f->s, h->correlation, ret_form);
	if (known) {
		feed_keep(t->m, ret_form);
		t->kept = true;
		sum.method = str_from_c(ret_form->api.name);
	}
	message_summary(t->m, &sum);
	return known;
}

static enum feed
feed_response(const struct call *f)
{
	const struct message_summary sum = { .proto = &kafka_variant };
	struct kafka_dir *t = f->t;
	struct cursor c = *f->in;
	struct kafka_head h = { .size = 0 };
	struct kafka_form form;

	if (f->s->tokens != 0 && !t->searching) {
		enum feed r = feed_token(f);

		if (r == FEED_OK)
			f->s->tokens--;
		return r;
	}
	kafka_wire_response(&c, &h);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	/* An answer to one of the last requests, as far as can be seen. */
	if (t->searching) {
		enum feed r = FEED_BAD;

		if (feed_recent(f->s, h.correlation, &form))
			r = feed_found(f, c, &form, h.size - KAFKA_SIZE);
		if (r != FEED_OK)
			return r;
	}
	feed_open(f, MESSAGE_RESPONSE,
	          FEED_CORRELATION | (uint32_t)h.correlation, h.size);
	message_summary(t->m, &sum);
	if (feed_learn(f, &h, &form)) {
		t->walking = form.decoded;
		kafka_walk_begin(&t->walk, &form, false, h.size - KAFKA_SIZE);
	}
	*f->in = c;
	return FEED_OK;
}

/* --- the whole ------------------------------------------------------------ */

bool
kafka_feed_fits(struct cursor body, const struct kafka_form *form, bool request,
                uint64_t left, bool *ret_whole)
{
	struct kafka_walk w;
	struct kafka_told told;
	struct cursor c = kafka_wire_within(&body, left);

	*ret_whole = false;
	if (!form->decoded)
		return true;
	kafka_walk_begin(&w, form, request, left);
	for (;;) {
		told = kafka_walk_step(&w, &c);
		if (c.state == CUR_BAD)
			return false;
		if (c.state == CUR_MORE)
			return true;
		if (told.what == KAFKA_END) {
			*ret_whole = w.left == 0;
			return w.left == 0;
		}
		if (told.pass >= cur_left(&c) && w.left != 0)
			return true;
		(void)cur_skip(&c, (size_t)told.pass);
	}
}

/* Searched too far: nobody looks at the rest of this direction. */
static enum feed
feed_give_up(const struct call *f)
{
	dissect_limit(f->d, f->dir, "resync-bytes");
	f->t->dead = true;
	dissect_skip(f->d, DISSECT_TO_END);
	return FEED_SKIP;
}

/* In front of a message: begin it, or pass a byte when searching for one. */
static enum feed
feed_head(const struct call *f)
{
	struct kafka_dir *t = f->t;
	enum feed r = f->dir == TO_SERVER ? feed_request(f) : feed_response(f);

	if (r != FEED_BAD || !t->searching)
		return r;
	if (++t->searched > dissect_limits(f->d)->resync_bytes)
		return feed_give_up(f);
	(void)cur_skip(f->in, 1);
	return FEED_OK;
}

enum feed
kafka_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct kafka_state *s = state;
	const struct call f = { d, s, &s->dir[dir], dir, in };
	enum feed r = FEED_OK;

	if (!s->begun) {
		s->dir[TO_CLIENT].searching = dissect_late_join(d);
		s->begun = true;
	}
	if (f.t->dead)
		return FEED_OK;
	while (r == FEED_OK && (f.t->open || !cur_at_end(in)))
		r = f.t->open ? feed_body(&f) : feed_head(&f);
	return r;
}

enum feed
kafka_feed_gap(struct dissect *d, void *state, enum dir dir,
               const struct gap *g)
{
	struct kafka_state *s = state;
	struct kafka_dir *t = &s->dir[dir];

	(void)d;
	if (t->open && g != NULL && g->off + g->len <= t->end) {
		t->walking = false;
		return FEED_OK;
	}
	if (t->open)
		message_cut(t->m, g != NULL ? g->off : UINT64_MAX);
	t->m = NULL;
	t->open = false;
	t->searching = true;
	return FEED_OK;
}
