/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_walk.h"

#include <assert.h>

/* The error with which a broker refuses a version; see KIP-511. */
#define WALK_UNSUPPORTED_VERSION 35

/* One step: it changes the walk only after it has read all that it needs. */
struct step {
	struct kafka_walk *w;
	struct cursor c;
	size_t was; /* bytes in front of it */
};

void
kafka_walk_begin(struct kafka_walk *w, const struct kafka_form *form,
                 bool request, uint64_t left)
{
	*w = (struct kafka_walk){ .form = *form, .left = left, .depth = 1 };
	w->level[0] = (struct kafka_level){
		.fields = request ? form->api.request : form->api.response,
		.left = 1,
	};
	if (!request && kafka_wire_response_tagged(form))
		w->phase = KAFKA_PHASE_HEAD;
}

/* Bytes of the message behind what the step has read. */
static uint64_t
step_room(const struct step *s)
{
	return s->w->left - (s->was - cur_left(&s->c));
}

static struct kafka_told
step_nothing(void)
{
	return (struct kafka_told){ .what = KAFKA_NOTHING };
}

static struct kafka_told
step_pass(struct step *s, uint64_t n)
{
	if (n > step_room(s))
		cur_bad(&s->c);
	return (struct kafka_told){
		.what = n != 0 ? KAFKA_PASS : KAFKA_NOTHING,
		.pass = n,
	};
}

static struct kafka_told
step_tell(struct step *s, enum kafka_what what, uint64_t n)
{
	struct kafka_told t = step_pass(s, n);

	if (n == 0)
		return t;
	t.what = what;
	t.text = cur_peek(&s->c, n < KAFKA_NAME ? (size_t)n : KAFKA_NAME);
	return t;
}

/* A string or bytes, told or passed over. */
static struct kafka_told
step_text(struct step *s, const struct kafka_field *f)
{
	int64_t n = kafka_wire_length(&s->c, f->type, false,
	                              s->w->form.flexible);

	if (n <= 0)
		return step_nothing();
	if (f->flags & KAFKA_TARGET)
		return step_tell(s, KAFKA_TOLD_TARGET, (uint64_t)n);
	return f->flags & KAFKA_NAMED
	           ? step_tell(s, KAFKA_TOLD_NAME, (uint64_t)n)
	           : step_pass(s, (uint64_t)n);
}

static struct kafka_told
step_error(struct step *s)
{
	struct kafka_walk *w = s->w;
	struct kafka_told t = { .code = (int16_t)cur_be16(&s->c) };

	if (t.code == 0)
		return t;
	t.what = KAFKA_TOLD_ERROR;
	if (t.code == WALK_UNSUPPORTED_VERSION && w->depth == 1 &&
	    w->form.api.key == KAFKA_API_VERSIONS) {
		w->form.version = 0;
		w->form.flexible = false;
	}
	return t;
}

static struct kafka_told
step_list(struct step *s, const struct kafka_field *f)
{
	struct kafka_walk *w = s->w;
	size_t fixed = kafka_wire_fixed(f->type);
	int64_t n = kafka_wire_length(&s->c, f->type, true, w->form.flexible);

	if (n <= 0)
		return step_nothing();
	if (fixed != 0)
		return step_pass(s, fixed * (uint64_t)n);
	/* No struct and no string is shorter than a byte. */
	if ((uint64_t)n > step_room(s)) {
		cur_bad(&s->c);
	} else if (f->type == KAFKA_STRUCT) {
		assert(w->depth < KAFKA_DEPTH);
		w->level[w->depth++] = (struct kafka_level){
			.fields = kafka_schema_fields(f),
			.left = (uint32_t)n,
		};
	} else {
		w->phase = KAFKA_PHASE_NAMES;
		w->names = (uint64_t)n;
	}
	return step_nothing();
}

static struct kafka_told
step_value(struct step *s, const struct kafka_field *f)
{
	if (f->flags & KAFKA_LIST)
		return step_list(s, f);
	if (f->type == KAFKA_ERROR)
		return step_error(s);
	if (f->type == KAFKA_UUID) {
		struct kafka_told t = step_tell(
		    s,
		    f->flags & KAFKA_TARGET ? KAFKA_TOLD_TARGET : KAFKA_TOLD_ID,
		    kafka_wire_fixed(f->type));

		t.uuid = true;
		return t;
	}
	if (kafka_wire_fixed(f->type) == 0)
		return step_text(s, f);
	(void)cur_skip(&s->c, kafka_wire_fixed(f->type));
	return step_nothing();
}

/* --- phases --------------------------------------------------------------- */

/* A struct is complete, and with it perhaps the list that it is in. */
static void
walk_struct_done(struct kafka_walk *w)
{
	struct kafka_level *l = &w->level[w->depth - 1];

	w->phase = KAFKA_PHASE_FIELDS;
	l->next = 0;
	if (--l->left == 0 && --w->depth == 0)
		w->phase = KAFKA_PHASE_END;
}

static struct kafka_told
walk_fields(struct step *s)
{
	struct kafka_walk *w = s->w;
	struct kafka_level *l = &w->level[w->depth - 1];
	const struct kafka_field *f = &l->fields.f[l->next];
	struct kafka_told t = step_nothing();

	if (l->next == l->fields.n) {
		if (w->form.flexible)
			w->phase = KAFKA_PHASE_TAGS;
		else
			walk_struct_done(w);
		return t;
	}
	if (f->tag < 0 && kafka_schema_has(f, w->form.version))
		t = step_value(s, f);
	if (cur_ok(&s->c))
		l->next++;
	return t;
}

static struct kafka_told
walk_names(struct step *s)
{
	struct kafka_walk *w = s->w;
	const struct kafka_level *l = &w->level[w->depth - 1];
	struct kafka_told t = step_text(s, &l->fields.f[l->next - 1]);

	if (cur_ok(&s->c) && --w->names == 0)
		w->phase = KAFKA_PHASE_FIELDS;
	return t;
}

static void
walk_tags_done(struct kafka_walk *w)
{
	if (!w->head) {
		walk_struct_done(w);
		return;
	}
	w->head = false;
	w->phase = KAFKA_PHASE_FIELDS;
}

static struct kafka_told
walk_tags(struct step *s, bool head)
{
	struct kafka_walk *w = s->w;
	uint64_t n = cur_varint(&s->c);

	if (n > step_room(s))
		cur_bad(&s->c);
	if (!cur_ok(&s->c))
		return step_nothing();
	w->head = head;
	w->tagged = n;
	w->phase = KAFKA_PHASE_TAG;
	if (n == 0)
		walk_tags_done(w);
	return step_nothing();
}

static struct kafka_told
walk_tag(struct step *s)
{
	struct kafka_walk *w = s->w;
	struct kafka_told t;

	(void)cur_varint(&s->c);
	t = step_pass(s, cur_varint(&s->c));
	if (cur_ok(&s->c) && --w->tagged == 0)
		walk_tags_done(w);
	return t;
}

static struct kafka_told
walk_phase(struct step *s)
{
	switch (s->w->phase) {
	case KAFKA_PHASE_FIELDS:
		return walk_fields(s);
	case KAFKA_PHASE_NAMES:
		return walk_names(s);
	case KAFKA_PHASE_TAGS:
		return walk_tags(s, false);
	case KAFKA_PHASE_HEAD:
		return walk_tags(s, true);
	case KAFKA_PHASE_TAG:
		return walk_tag(s);
	case KAFKA_PHASE_END:
		break;
	}
	return (struct kafka_told){ .what = KAFKA_END };
}

struct kafka_told
kafka_walk_step(struct kafka_walk *w, struct cursor *c)
{
	struct kafka_told t;

	do {
		struct step s = { .w = w, .c = *c, .was = cur_left(c) };

		t = walk_phase(&s);
		if (!cur_ok(&s.c)) {
			c->state = s.c.state;
			c->need = s.c.need;
			return step_nothing();
		}
		w->left = step_room(&s) - t.pass;
		*c = s.c;
	} while (t.what == KAFKA_NOTHING);
	return t;
}
