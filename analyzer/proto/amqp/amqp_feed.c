/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_feed.h"

#include "analyzer/proto/amqp/amqp.h"
#include "analyzer/proto/amqp/amqp_kept.h"
#include "analyzer/proto/amqp/amqp_method.h"

/* Reply codes below it are good news (section 1.2). */
#define REPLY_ERROR 300u

/* class << 16 | method of those that mean more than a question or an answer. */
enum {
	CHANNEL_OPEN = 20 << 16 | 10,
	CHANNEL_CLOSE = 20 << 16 | 40,
	CHANNEL_CLOSE_OK = 20 << 16 | 41,
	CONNECTION_CLOSE = 10 << 16 | 50,
	BASIC_CONSUME = 60 << 16 | 20,
	BASIC_CONSUME_OK = 60 << 16 | 21,
	BASIC_PUBLISH = 60 << 16 | 40,
	BASIC_RETURN = 60 << 16 | 50,
	BASIC_DELIVER = 60 << 16 | 60,
	BASIC_ACK = 60 << 16 | 80,
	BASIC_REJECT = 60 << 16 | 90,
	BASIC_NACK = 60 << 16 | 120,
	CONFIRM_SELECT = 85 << 16 | 10,
};

/* One call of feed(). */
struct call {
	struct dissect *d;
	struct amqp_state *s;
	struct amqp_dir *t;
	enum dir dir;
	struct cursor *in;
};

/* One method frame. */
struct taking {
	const struct call *f;
	struct amqp_channel *ch;
	const struct amqp_method *method;
	struct amqp_values v;
	uint64_t at, end;
	bool cut; /* not all of it is there */
};

static int
id_of(const struct amqp_method *m)
{
	return m->class_id << 16 | m->id;
}

/* An incomplete frame, or one that is none. */
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
	if (n <= cur_left(f->in)) {
		(void)cur_skip(f->in, n);
		return FEED_OK;
	}
	dissect_skip(f->d, n);
	return FEED_SKIP;
}

/* --- channels ------------------------------------------------------------- */

static void
content_cut(struct amqp_content *c, uint64_t end)
{
	if (c->open)
		message_cut(c->m, end);
	*c = (struct amqp_content){ .m = NULL };
}

static struct amqp_channel *
channel_of(const struct call *f, uint16_t number)
{
	uint64_t limit = dissect_limits(f->d)->amqp_channels;
	struct amqp_channel *ch = amqp_channel_slot(&f->s->channels, number,
	                                            limit);

	if (ch->used && ch->number == number)
		return ch;
	if (ch->used)
		dissect_limit(f->d, f->dir, "amqp-channels");
	content_cut(&ch->content[TO_SERVER], UINT64_MAX);
	content_cut(&ch->content[TO_CLIENT], UINT64_MAX);
	amqp_channel_begin(ch, number);
	return ch;
}

static void
cut_all(struct amqp_state *s, enum dir dir, uint64_t end)
{
	for (unsigned i = 0; i < AMQP_CHANNELS; i++)
		content_cut(&s->channels.slot[i].content[dir], end);
}

/* --- messages ------------------------------------------------------------- */

static uint64_t
reply_code(const struct taking *t)
{
	return amqp_method_number(&t->v, "replyCode");
}

static bool
is_failure(const struct taking *t)
{
	switch (id_of(t->method)) {
	case BASIC_RETURN:
	case BASIC_REJECT:
	case BASIC_NACK:
		return true;
	default:
		return reply_code(t) >= REPLY_ERROR;
	}
}

/* Named: what lists show is this, and not that of the question. */
static struct message *
take(const struct taking *t, enum message_kind kind, uint64_t key, bool named)
{
	char buf[AMQP_NUMBER_MAX];
	struct message_summary sum = {
		.proto = &amqp_variant,
		.failed = is_failure(t),
	};
	struct message *m = message_open(t->f->d, t->f->dir, kind, key, t->at);

	if (named) {
		sum.method = str_from_c(t->method->name);
		sum.target = amqp_method_target(t->method, &t->v, buf);
	}
	if (kind == MESSAGE_RESPONSE)
		sum.status = (int32_t)reply_code(t);
	message_summary(m, &sum);
	message_span(m, (struct span){ .off = t->at, .len = t->end - t->at });
	if (t->f->t->searched != 0)
		message_flag(m, ENTRY_RESYNCED);
	t->f->t->searched = 0;
	return m;
}

/* Its content follows, or this was all of it. */
static void
settle(const struct taking *t, struct message *m)
{
	if (t->cut)
		message_cut(m, t->end);
	else if (t->method->content)
		t->ch->content[t->f->dir] = (struct amqp_content){
			.m = m,
			.open = true,
		};
	else
		message_close(m, t->end);
}

static uint64_t
key_of(const struct taking *t, enum amqp_question q, enum dir asker,
       uint64_t tag)
{
	return amqp_channel_key(t->ch, q, asker, tag);
}

static void
take_alone(const struct taking *t)
{
	settle(t, take(t, MESSAGE_ONE_WAY, 0, true));
}

/* --- returned publishes --------------------------------------------------- */

static uint32_t
route_of(const struct taking *t)
{
	return amqp_channel_hash(amqp_method_text(&t->v, "exchange"),
	                         amqp_method_text(&t->v, "routingKey"));
}

static void
remember_mandatory(const struct taking *t, const struct message *m)
{
	if (m != NULL && amqp_method_number(&t->v, "mandatory") != 0)
		amqp_channel_mandatory(&t->f->s->channels, t->ch, route_of(t),
		                       message_ordinal(m));
}

/* Kept with the return: whose it is. */
static void
take_return(const struct taking *t)
{
	struct message *m = take(t, MESSAGE_ONE_WAY, 0, true);
	struct amqp_mandatory *p = amqp_channel_returned(&t->f->s->channels,
	                                                 t->ch, route_of(t));

	if (m != NULL && p != NULL) {
		p->returned = true;
		p->about = message_ordinal(m);
		p->code = (uint16_t)reply_code(t);
		amqp_kept_write(m, p->ordinal, 0);
	}
	settle(t, m);
}

/* Kept with the acknowledgement of a publish: that it had been returned. */
static void
settle_mandatory(const struct taking *t, uint64_t number, struct message *m)
{
	struct message_summary sum = { .failed = true };
	struct amqp_mandatory p;

	if (t->f->dir != TO_CLIENT ||
	    !amqp_channel_settled(&t->f->s->channels, t->ch, number, &p))
		return;
	sum.status = p.code;
	message_summary(m, &sum);
	amqp_kept_write(m, p.about, p.code);
}

/* --- publishes, deliveries, acknowledgements ------------------------------ */

static void
take_publish(const struct taking *t)
{
	struct amqp_channel *ch = t->ch;
	struct message *m;

	ch->published++;
	m = take(t, ch->confirms ? MESSAGE_REQUEST : MESSAGE_ONE_WAY,
	         ch->confirms
	             ? key_of(t, AMQP_ASKS_CONFIRM, t->f->dir, ch->published)
	             : 0,
	         true);
	if (ch->confirms && ch->doubtful)
		message_flag(m, ENTRY_PAIR_DOUBT);
	remember_mandatory(t, m);
	settle(t, m);
}

static void
take_delivery(const struct taking *t)
{
	struct str consumer = amqp_method_text(&t->v, "consumerTag");
	uint64_t tag = amqp_method_number(&t->v, "deliveryTag");
	enum amqp_acks acks = amqp_channel_acks(&t->f->s->channels,
	                                        t->ch->number, consumer);

	if (acks == AMQP_ACKS_NONE ||
	    (acks == AMQP_ACKS_UNKNOWN && !t->ch->acks)) {
		take_alone(t);
		return;
	}
	settle(t, take(t, MESSAGE_REQUEST,
	               key_of(t, AMQP_ASKS_ACK, t->f->dir, tag), true));
}

/* What an acknowledgement says of the ones to come. */
static void
learn(const struct taking *t, uint64_t tag)
{
	struct amqp_channel *ch = t->ch;

	if (t->f->dir == TO_SERVER) {
		ch->acks = true;
		return;
	}
	if (tag == 0 || (ch->confirms && tag <= ch->published))
		return;
	ch->confirms = true;
	ch->doubtful = true;
	ch->published = tag;
}

static void
take_acknowledgement(const struct taking *t)
{
	enum dir asker = dir_other(t->f->dir);
	enum amqp_question q = asker == TO_SERVER ? AMQP_ASKS_CONFIRM
	                                          : AMQP_ASKS_ACK;
	uint64_t tag = amqp_method_number(&t->v, "deliveryTag");
	bool several = amqp_method_number(&t->v, "multiple") != 0;
	uint64_t last = key_of(t, q, asker,
	                       several && tag == 0 ? AMQP_TAG_MAX : tag);
	uint64_t first = several ? key_of(t, q, asker, 0) : last;
	bool any = false;
	uint64_t key;

	while ((key = dissect_expected(t->f->d, first, last)) != 0) {
		struct message *m = take(t, MESSAGE_RESPONSE, key, false);

		any = true;
		if (m == NULL)
			break;
		settle_mandatory(t, key & AMQP_TAG_MAX, m);
		settle(t, m);
	}
	if (!any)
		take_alone(t);
	learn(t, tag);
}

/* --- questions and answers ------------------------------------------------ */

static uint64_t
question_key(const struct taking *t, enum dir asker, int class_id, int id)
{
	return key_of(t, AMQP_ASKS_METHOD, asker,
	              (uint64_t)class_id << 16 | (uint64_t)id);
}

/*
 * A connection or channel that is closed with an error answers the method that
 * was to blame, if that is still waiting.
 */
static void
take_as_answer(const struct taking *t)
{
	uint64_t class_id = amqp_method_number(&t->v, "classId");
	uint64_t id = amqp_method_number(&t->v, "methodId");
	uint64_t key = question_key(t, dir_other(t->f->dir), (int)class_id,
	                            (int)id);

	if (!t->cut && dissect_expected(t->f->d, key, key) != 0)
		settle(t, take(t, MESSAGE_RESPONSE, key, false));
}

static void
take_question(const struct taking *t)
{
	const struct amqp_method *m = t->method;
	struct amqp_channel *ch = t->ch;
	struct str tag = amqp_method_text(&t->v, "consumerTag");
	bool no_wait = amqp_method_number(&t->v, "noWait") != 0;

	switch (id_of(m)) {
	case CHANNEL_OPEN:
		content_cut(&ch->content[dir_other(t->f->dir)], UINT64_MAX);
		amqp_channel_begin(ch, ch->number);
		break;
	case CHANNEL_CLOSE:
	case CONNECTION_CLOSE:
		take_as_answer(t);
		break;
	case CONFIRM_SELECT:
		ch->confirms = true;
		ch->doubtful = false;
		ch->published = 0;
		break;
	case BASIC_CONSUME:
		ch->no_ack = amqp_method_number(&t->v, "noAck") != 0;
		if (tag.n != 0)
			amqp_channel_consumer(&t->f->s->channels, ch->number,
			                      tag, ch->no_ack);
		break;
	default:
		break;
	}
	if (!no_wait)
		ch->asked = ch->published;
	settle(t, take(t, no_wait ? MESSAGE_ONE_WAY : MESSAGE_REQUEST,
	               question_key(t, t->f->dir, m->class_id, m->id), true));
}

static void
take_answer(const struct taking *t)
{
	const struct amqp_method *m = t->method;
	uint64_t key = question_key(t, dir_other(t->f->dir), m->class_id,
	                            m->asks);
	bool asked = dissect_expected(t->f->d, key, key) != 0;

	settle(t, take(t, MESSAGE_RESPONSE, key, !asked));
	if (asked && t->f->dir == TO_CLIENT)
		amqp_channel_answered(&t->f->s->channels, t->ch);
	if (id_of(m) == BASIC_CONSUME_OK && asked)
		amqp_channel_consumer(&t->f->s->channels, t->ch->number,
		                      amqp_method_text(&t->v, "consumerTag"),
		                      t->ch->no_ack);
	else if (id_of(m) == CHANNEL_CLOSE_OK)
		t->ch->used = false;
}

static void
take_method(const struct taking *t)
{
	const struct amqp_method *m = t->method;

	switch (id_of(m)) {
	case BASIC_PUBLISH:
		take_publish(t);
		break;
	case BASIC_RETURN:
		take_return(t);
		break;
	case BASIC_DELIVER:
		take_delivery(t);
		break;
	case BASIC_ACK:
	case BASIC_NACK:
	case BASIC_REJECT:
		take_acknowledgement(t);
		break;
	default:
		if (m->asks == 0)
			take_alone(t);
		else if (m->asks == m->id)
			take_question(t);
		else
			take_answer(t);
	}
}

/* --- frames --------------------------------------------------------------- */

/* The payload of a method frame, or what there is of one of which a part is
 * missing. */
static void
feed_payload(const struct call *f, const struct amqp_frame *frame,
             struct str payload, bool part)
{
	struct cursor c = cur_from_str(payload, false);
	struct taking t = { .f = f, .at = dissect_offset(f->d, f->in) };
	uint16_t class_id = cur_be16(&c);

	t.method = amqp_method_find(class_id, cur_be16(&c));
	t.end = t.at + AMQP_FRAME_HEAD + payload.n + (part ? 0 : 1);
	if (t.method == NULL) {
		if (!part)
			dissect_note(f->d, f->dir, t.at,
			             "a method that AMQP does not have");
		return;
	}
	amqp_method_read(&c, t.method->args, &t.v);
	t.cut = part || !cur_ok(&c);
	if (!part && !cur_ok(&c))
		dissect_note(f->d, f->dir, t.at,
		             "arguments of a method are malformed");
	t.ch = channel_of(f, frame->channel);
	content_cut(&t.ch->content[f->dir], t.at);
	take_method(&t);
}

static enum feed
feed_method(const struct call *f, const struct amqp_frame *frame,
            struct cursor after)
{
	struct str payload;

	if (frame->size > dissect_limits(f->d)->head_bytes) {
		dissect_limit(f->d, f->dir, "head-bytes");
		f->t->phase = AMQP_PHASE_TAIL;
		f->t->ours = false;
		*f->in = after;
		return feed_pass(f, frame->size);
	}
	payload = cur_take(&after, frame->size);
	if (cur_u8(&after) != AMQP_FRAME_END)
		cur_bad(&after);
	if (!cur_ok(&after))
		return feed_short(f, &after);
	feed_payload(f, frame, payload, false);
	*f->in = after;
	return FEED_OK;
}

/* A header or a part of a body; who it belongs to has been announced. */
static enum feed
feed_content(const struct call *f, const struct amqp_frame *frame,
             struct cursor after)
{
	struct amqp_content *ct;
	uint64_t at = dissect_offset(f->d, f->in), size = 0;
	bool header = frame->type == AMQP_FRAME_HEADER;
	size_t seen = header ? AMQP_CONTENT_HEAD : 0;

	if (header) {
		(void)cur_be32(&after);
		size = cur_be64(&after);
		if (frame->size < AMQP_CONTENT_HEAD + 2)
			cur_bad(&after);
		if (!cur_ok(&after))
			return feed_short(f, &after);
	}
	ct = &channel_of(f, frame->channel)->content[f->dir];
	f->t->ours = ct->open && ct->body != header;
	if (!f->t->ours)
		content_cut(ct, at);
	else
		message_span(ct->m, (struct span){ .off = at,
		                                   .len = AMQP_FRAME_AROUND +
		                                          frame->size });
	if (f->t->ours && header) {
		ct->body = true;
		ct->left = size;
	}
	f->t->frame = *frame;
	f->t->phase = AMQP_PHASE_TAIL;
	*f->in = after;
	return feed_pass(f, frame->size - seen);
}

static enum feed
feed_frame(const struct call *f)
{
	struct cursor c = *f->in;
	struct amqp_frame frame;

	amqp_frame_head(&c, &frame);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	if (frame.type == AMQP_FRAME_METHOD)
		return feed_method(f, &frame, c);
	if (frame.type != AMQP_FRAME_HEARTBEAT)
		return feed_content(f, &frame, c);
	if (cur_u8(&c) != AMQP_FRAME_END)
		cur_bad(&c);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	*f->in = c;
	return FEED_OK;
}

/* The octet behind a frame that was passed over. */
static enum feed
feed_tail(const struct call *f)
{
	const struct amqp_frame *frame = &f->t->frame;
	struct amqp_content *ct;

	if (cur_peek_u8(f->in) != AMQP_FRAME_END)
		return FEED_BAD;
	(void)cur_u8(f->in);
	f->t->phase = AMQP_PHASE_FRAME;
	if (!f->t->ours)
		return FEED_OK;
	ct = &channel_of(f, frame->channel)->content[f->dir];
	if (frame->type == AMQP_FRAME_BODY) {
		if (frame->size > ct->left)
			dissect_note(f->d, f->dir, dissect_offset(f->d, f->in),
			             "a body is longer than was announced");
		ct->left -= frame->size < ct->left ? frame->size : ct->left;
	}
	if (ct->left == 0) {
		message_close(ct->m, dissect_offset(f->d, f->in));
		*ct = (struct amqp_content){ .m = NULL };
	}
	return FEED_OK;
}

/* --- the protocol header -------------------------------------------------- */

static enum feed
feed_1_0(const struct call *f)
{
	dissect_handover(f->d, "amqp-1.0", "AMQP 1.0, which is not dissected");
	return FEED_HANDOVER;
}

/* The server answers with the version that it would have liked. */
static enum feed
feed_refusal(const struct call *f, const struct amqp_version *v)
{
	static const struct amqp_channel none = { .number = 0 };
	struct amqp_state *s = f->s;
	uint64_t key = amqp_channel_key(&none, AMQP_ASKS_HEADER, TO_SERVER, 0);
	uint64_t at = dissect_offset(f->d, f->in);
	const struct message_summary sum = {
		.proto = &amqp_variant,
		.method = STR("protocol header"),
		.failed = true,
	};
	struct message *m;

	if (amqp_frame_is_1_0(v) &&
	    (!s->has_asked || amqp_frame_is_1_0(&s->asked)))
		return feed_1_0(f);
	if (s->has_asked) {
		/* The client's header waits for this in its direction. */
		m = message_open(f->d, TO_SERVER, MESSAGE_REQUEST, key,
		                 s->asked_off);
		message_summary(m, &sum);
		message_close(m, s->asked_off + AMQP_PROTOCOL_HEADER);
	}
	m = message_open(f->d, TO_CLIENT, MESSAGE_RESPONSE, key, at);
	message_summary(m, &sum);
	message_close(m, at + AMQP_PROTOCOL_HEADER);
	dissect_handover(f->d, "amqp-other",
	                 "the server speaks another version of AMQP");
	return FEED_HANDOVER;
}

/* The client's is held until it shows what the server makes of it. */
static enum feed
feed_header(const struct call *f)
{
	struct amqp_state *s = f->s;
	struct amqp_version v;
	struct cursor c = *f->in;

	amqp_frame_version(&c, &v);
	if (!cur_ok(&c))
		return feed_short(f, &c);
	if (f->dir == TO_CLIENT) {
		s->answered = true;
		return feed_refusal(f, &v);
	}
	if (!s->answered && !dissect_ended(f->d, TO_CLIENT)) {
		s->asked = v;
		s->asked_off = dissect_offset(f->d, f->in);
		s->has_asked = true;
		return FEED_WAIT;
	}
	s->has_asked = false;
	if (!s->answered && amqp_frame_is_1_0(&v))
		return feed_1_0(f);
	*f->in = c;
	f->t->phase = AMQP_PHASE_FRAME;
	return FEED_OK;
}

static enum feed
feed_start(const struct call *f)
{
	struct cursor c = *f->in;
	struct str begin = str_head(cur_rest(&c), 4);

	if (str_eq(begin, str_head(STR("AMQP"), begin.n)))
		return feed_header(f);
	if (f->dir == TO_CLIENT)
		f->s->answered = true;
	f->t->phase = dissect_late_join(f->d) ? AMQP_PHASE_SEARCH
	                                      : AMQP_PHASE_FRAME;
	return FEED_OK;
}

/* --- searching ------------------------------------------------------------ */

static enum feed
feed_search(const struct call *f)
{
	struct amqp_dir *t = f->t;

	while (!cur_at_end(f->in)) {
		enum verdict v = amqp_frame_begins(*f->in, f->dir, true);

		if (v == VERDICT_YES) {
			t->phase = AMQP_PHASE_FRAME;
			return FEED_OK;
		}
		if (v == VERDICT_MAYBE && !dissect_ended(f->d, f->dir)) {
			f->in->need = 1;
			return FEED_MORE;
		}
		(void)cur_skip(f->in, 1);
		if (++t->searched > dissect_limits(f->d)->resync_bytes) {
			dissect_limit(f->d, f->dir, "resync-bytes");
			t->phase = AMQP_PHASE_DEAD;
			return FEED_OK;
		}
	}
	return FEED_OK;
}

/* --- feed and gap --------------------------------------------------------- */

static enum feed
feed_step(const struct call *f)
{
	switch (f->t->phase) {
	case AMQP_PHASE_START:
		return feed_start(f);
	case AMQP_PHASE_FRAME:
		return feed_frame(f);
	case AMQP_PHASE_TAIL:
		return feed_tail(f);
	case AMQP_PHASE_SEARCH:
		return feed_search(f);
	case AMQP_PHASE_DEAD:
		break;
	}
	(void)cur_rest(f->in);
	return FEED_OK;
}

/* What is left of a direction that has ended may be a method that was cut. */
static void
feed_last(const struct call *f)
{
	struct cursor c = *f->in;
	struct amqp_frame frame;

	if (f->t->phase != AMQP_PHASE_FRAME)
		return;
	amqp_frame_head(&c, &frame);
	if (!cur_ok(&c) || frame.type != AMQP_FRAME_METHOD)
		return;
	feed_payload(f, &frame, str_head(cur_rest(&c), frame.size), true);
	(void)cur_rest(f->in);
}

enum feed
amqp_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct amqp_state *s = state;
	const struct call f = { d, s, &s->dir[dir], dir, in };
	enum feed answer = FEED_OK;

	while (!cur_at_end(in) && answer == FEED_OK)
		answer = feed_step(&f);
	if (answer == FEED_BAD)
		cut_all(s, dir, dissect_offset(d, in));
	if (answer == FEED_MORE && dissect_ended(d, dir))
		feed_last(&f);
	return answer;
}

enum feed
amqp_feed_gap(struct dissect *d, void *state, enum dir dir, const struct gap *g)
{
	struct amqp_state *s = state;
	struct amqp_dir *t = &s->dir[dir];

	(void)d;
	if (dir == TO_CLIENT)
		s->answered = true;
	if (t->phase == AMQP_PHASE_DEAD)
		return FEED_OK;
	cut_all(s, dir, g != NULL ? g->off : UINT64_MAX);
	t->phase = AMQP_PHASE_SEARCH;
	t->searched = 0;
	/* A publish may have been lost: they cannot be numbered any more. */
	for (unsigned i = 0; dir == TO_SERVER && i < AMQP_CHANNELS; i++)
		s->channels.slot[i].doubtful = s->channels.slot[i].confirms;
	return FEED_OK;
}
