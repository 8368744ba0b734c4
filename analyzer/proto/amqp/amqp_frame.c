/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_frame.h"

#include "analyzer/proto/amqp/amqp_method.h"
#include "analyzer/proto/amqp/amqp_table.h"
#include "base/utf8.h"

/* Methods that are looked for are not longer: the longest usual one tells the
 * server's properties, in about 500 octets. */
#define BEGINS_MAX 16384u

/* Heartbeats and bodies in a row before the question is given up. */
#define BEGINS_FRAMES 600

/* Bodies come in frames of 128 KiB, where nothing else was agreed on. */
#define BEGINS_BODY_MAX (16u << 20)

/* Of tables that a connection begins with. */
#define BEGINS_DEPTH 8u

/* Versions go from 0-8 to 1.0; nobody has counted higher. */
#define VERSION_MAX 16

void
amqp_frame_head(struct cursor *c, struct amqp_frame *ret_frame)
{
	uint8_t type = cur_u8(c);

	if (cur_ok(c) && type != AMQP_FRAME_METHOD &&
	    type != AMQP_FRAME_HEADER && type != AMQP_FRAME_BODY &&
	    type != AMQP_FRAME_HEARTBEAT)
		cur_bad(c);
	ret_frame->type = (enum amqp_frame_type)type;
	ret_frame->channel = cur_be16(c);
	ret_frame->size = cur_be32(c);
	if (type == AMQP_FRAME_HEARTBEAT && ret_frame->size != 0)
		cur_bad(c);
}

void
amqp_frame_version(struct cursor *c, struct amqp_version *ret_version)
{
	(void)cur_expect(c, STR("AMQP"));
	ret_version->id = cur_u8(c);
	ret_version->major = cur_u8(c);
	ret_version->minor = cur_u8(c);
	ret_version->revision = cur_u8(c);
	if (ret_version->id > VERSION_MAX || ret_version->major > VERSION_MAX ||
	    ret_version->minor > VERSION_MAX ||
	    ret_version->revision > VERSION_MAX)
		cur_bad(c);
}

bool
amqp_frame_is_1_0(const struct amqp_version *v)
{
	return v->major == 1 && v->minor == 0 && v->revision == 0;
}

/* --- recognising ---------------------------------------------------------- */

static bool
values_are_sound(const struct amqp_values *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct amqp_value *x = &v->v[i];

		if (x->arg->type == AMQP_SHORTSTR && !utf8_valid(x->text))
			return false;
		if (x->arg->type == AMQP_TABLE &&
		    !amqp_table_valid(x->text, BEGINS_DEPTH))
			return false;
	}
	return true;
}

/* The part of a payload that is there; open unless it is all of it. */
static struct cursor
payload_of(struct cursor *c, const struct amqp_frame *f)
{
	size_t n = cur_left(c) < f->size ? cur_left(c) : f->size;
	struct cursor part = cur_block(c, n);

	part.open = n < f->size;
	return part;
}

static enum verdict
judge(const struct cursor *c)
{
	if (cur_ok(c))
		return VERDICT_YES;
	return c->state == CUR_MORE ? VERDICT_MAYBE : VERDICT_NO;
}

static enum verdict
judge_method(struct cursor *c, const struct amqp_frame *f, enum dir dir)
{
	struct cursor in = payload_of(c, f);
	enum amqp_from from = dir == TO_SERVER ? AMQP_CLIENT : AMQP_SERVER;
	const struct amqp_method *m;
	struct amqp_values v;
	uint16_t class_id = cur_be16(&in);
	uint16_t id = cur_be16(&in);

	if (f->size < 4 || f->size > BEGINS_MAX)
		return VERDICT_NO;
	if (!cur_ok(&in))
		return judge(&in);
	m = amqp_method_find(class_id, id);
	if (m == NULL || (m->from & from) == 0 ||
	    (class_id == 10) != (f->channel == 0))
		return VERDICT_NO;
	amqp_method_read(&in, m->args, &v);
	if (!values_are_sound(&v) || in.state == CUR_BAD)
		return VERDICT_NO;
	if (in.state == CUR_MORE)
		return VERDICT_YES;
	return cur_at_end(&in) && !in.open ? VERDICT_YES : VERDICT_NO;
}

static enum verdict
judge_content(struct cursor *c, const struct amqp_frame *f)
{
	struct cursor in = payload_of(c, f);
	uint16_t class_id, weight;
	struct amqp_values v;

	if (f->size < AMQP_CONTENT_HEAD + 2 || f->size > BEGINS_MAX ||
	    f->channel == 0)
		return VERDICT_NO;
	class_id = cur_be16(&in);
	weight = cur_be16(&in);
	if (class_id != AMQP_CONTENT_CLASS || weight != 0)
		cur_bad(&in);
	(void)cur_be64(&in);
	amqp_method_read_properties(&in, &v);
	if (!cur_ok(&in))
		return judge(&in);
	return cur_at_end(&in) && values_are_sound(&v) ? VERDICT_YES
	                                               : VERDICT_NO;
}

/*
 * Heartbeats in front, and while probing whole bodies, which say nothing of who
 * sends them. *ret_beat: there was one.
 */
static void
pass_over(struct cursor *c, bool whole, struct amqp_frame *f, bool *ret_beat)
{
	*ret_beat = false;
	for (int i = 0; i < BEGINS_FRAMES; i++) {
		amqp_frame_head(c, f);
		if (!cur_ok(c) || f->type == AMQP_FRAME_METHOD ||
		    f->type == AMQP_FRAME_HEADER)
			return;
		if (f->type == AMQP_FRAME_BODY &&
		    (whole || f->channel == 0 || f->size > BEGINS_BODY_MAX))
			break;
		(void)cur_skip(c, f->size);
		if (cur_u8(c) != AMQP_FRAME_END)
			cur_bad(c);
		if (!cur_ok(c))
			return;
		*ret_beat |= f->type == AMQP_FRAME_HEARTBEAT;
	}
	cur_bad(c);
}

enum verdict
amqp_frame_begins(struct cursor c, enum dir dir, bool whole)
{
	struct amqp_frame f;
	enum verdict v;
	bool beat;

	pass_over(&c, whole, &f, &beat);
	if (beat && whole)
		return VERDICT_YES;
	if (!cur_ok(&c))
		return judge(&c);
	v = f.type == AMQP_FRAME_METHOD ? judge_method(&c, &f, dir)
	                                : judge_content(&c, &f);
	if (v != VERDICT_YES)
		return v;
	if (cur_u8(&c) != AMQP_FRAME_END && cur_ok(&c))
		return VERDICT_NO;
	return cur_ok(&c) || !whole ? VERDICT_YES : VERDICT_MAYBE;
}
