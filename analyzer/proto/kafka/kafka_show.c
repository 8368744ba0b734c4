/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_show.h"

#include <string.h>

#include "analyzer/proto/kafka/kafka_batch.h"
#include "analyzer/proto/kafka/kafka_feed.h"
#include "analyzer/proto/kafka/kafka_group.h"
#include "base/base64.h"

/* Bytes turned into base64 at a time. */
enum { SHOW_PIECE = 3000 };

void
kafka_show_init(struct kafka_show *s, const struct kafka_view *v)
{
	*s = (struct kafka_show){
		.v = v,
		.limits = v->x->limits,
		.budget = v->x->limits->render_bytes,
	};
}

void
kafka_show_base64(struct str bytes, struct sink *out)
{
	char text[SHOW_PIECE / 3 * 4 + 8];
	struct base64_enc e;

	base64_enc_init(&e);
	sink_text_begin(out);
	while (bytes.n != 0) {
		struct str piece = str_head(bytes, SHOW_PIECE);

		sink_text(out,
		          str_make(text, base64_enc_part(&e, piece, text)));
		bytes = str_tail(bytes, piece.n);
	}
	sink_text(out, str_make(text, base64_enc_end(&e, text)));
	sink_text_end(out);
}

/* --- single values -------------------------------------------------------- */

/* A string or bytes, as far as they are there. */
static struct str
show_bytes(const struct kafka_form *form, uint8_t type, struct cursor *c)
{
	int64_t n = kafka_wire_length(c, type, false, form->flexible);
	struct str s;

	if (n <= 0)
		return STR_NONE;
	if ((uint64_t)n <= cur_left(c))
		return cur_take(c, (size_t)n);
	s = cur_rest(c);
	cur_bad(c);
	return s;
}

static void
show_one(struct kafka_show *s, const struct kafka_field *f, struct cursor *c,
         struct sink *out)
{
	const struct kafka_form *form = &s->v->form;
	char text[KAFKA_UUID_TEXT];
	struct kafka_slots slots;

	switch (f->type) {
	case KAFKA_BOOL:
		sink_boolean(out, cur_u8(c) != 0);
		break;
	case KAFKA_UUID:
		sink_string(out, kafka_wire_uuid(cur_take(c, 16), text));
		break;
	case KAFKA_STRING:
		sink_string(out, show_bytes(form, f->type, c));
		break;
	case KAFKA_BYTES:
		kafka_show_base64(show_bytes(form, f->type, c), out);
		break;
	case KAFKA_RECORDS:
		kafka_batch_set(s, show_bytes(form, f->type, c), out);
		break;
	case KAFKA_STRUCT:
		kafka_view_struct(form, kafka_schema_fields(f), c, &slots);
		sink_begin_object(out);
		kafka_show_members(s, &slots, out);
		sink_end_object(out);
		break;
	default:
		sink_integer(out, kafka_wire_integer(c, f->type));
		break;
	}
}

struct str
kafka_show_records(const struct kafka_show *s, struct cursor c)
{
	return show_bytes(&s->v->form, KAFKA_RECORDS, &c);
}

/* --- lists ---------------------------------------------------------------- */

/* Elements from c on; n of them, fewer when they are cut. */
static void
show_elements(struct kafka_show *s, const struct kafka_field *f, int64_t n,
              struct cursor *c, struct sink *out)
{
	sink_begin_array(out);
	for (; n > 0 && cur_ok(c) && !cur_at_end(c) && sink_ok(out); n--)
		show_one(s, f, c, out);
	if (n > 0)
		cur_bad(c);
	sink_end_array(out);
}

static void
show_first(struct kafka_show *s, const struct kafka_field *f, int64_t n,
           struct cursor *c, struct sink *out)
{
	struct kafka_slots slots;

	sink_begin_object(out);
	sink_member_integer(out, "length", n > 0 ? n : 0);
	if (n > 0) {
		struct cursor first = *c;

		kafka_view_struct(&s->v->form, kafka_schema_fields(f), c,
		                  &slots);
		if (sink_want(out, STR("partitionData")))
			show_one(s, f, &first, out);
	}
	if (n > 1 && sink_want(out, STR("morePartitionData")))
		show_elements(s, f, n - 1, c, out);
	sink_end_object(out);
}

void
kafka_show_value(struct kafka_show *s, const struct kafka_field *f,
                 struct cursor c, struct sink *out)
{
	int64_t n;

	if ((f->flags & KAFKA_LIST) == 0) {
		show_one(s, f, &c, out);
	} else {
		n = kafka_wire_length(&c, f->type, true, s->v->form.flexible);
		if (f->flags & KAFKA_FIRST)
			show_first(s, f, n, &c, out);
		else if (n < 0)
			sink_null(out);
		else
			show_elements(s, f, n, &c, out);
	}
	s->bad = s->bad || !cur_ok(&c);
}

/* --- structs -------------------------------------------------------------- */

static void
show_error_name(struct cursor c, struct sink *out)
{
	int16_t code = (int16_t)cur_be16(&c);
	struct str name = kafka_schema_error(code);

	if (code != 0 && name.n != 0)
		sink_member_string(out, "errorName", name);
}

/* What the bytes of a field mean to a consumer group, as one more member. */
static void
show_group(const struct kafka_show *s, const struct kafka_field *f,
           struct cursor c, struct sink *out)
{
	if (f->flags & KAFKA_SUBSCRIPTION)
		kafka_group_subscription(show_bytes(&s->v->form, f->type, &c),
		                         out);
	else if (f->flags & KAFKA_ASSIGNMENT)
		kafka_group_assignment(show_bytes(&s->v->form, f->type, &c),
		                       out);
}

/* The name of a topic that has only its id here. */
static void
show_topic(const struct kafka_show *s, const struct kafka_field *f,
           struct cursor c, struct sink *out)
{
	struct str name;

	if (f->type != KAFKA_UUID || f->flags & KAFKA_LIST)
		return;
	name = kafka_topics_kept(str_tail(s->v->side->kept, KAFKA_KEPT_FORM),
	                         cur_take(&c, KAFKA_TOPIC_ID));
	if (name.n != 0)
		sink_member_string(out, "topicName", name);
}

void
kafka_show_members(struct kafka_show *s, const struct kafka_slots *slots,
                   struct sink *out)
{
	for (size_t i = 0; i < slots->fields.n; i++) {
		size_t at = slots->fields.f[i].nth;
		const struct kafka_field *f = &slots->fields.f[at];

		if (!slots->present[at])
			continue;
		if (sink_want(out, str_from_c(f->name)))
			kafka_show_value(s, f, slots->at[at], out);
		if (f->type == KAFKA_ERROR && strcmp(f->name, "errorCode") == 0)
			show_error_name(slots->at[at], out);
		show_group(s, f, slots->at[at], out);
		show_topic(s, f, slots->at[at], out);
	}
}

int
kafka_show_each(struct kafka_show *s, const struct kafka_field *f,
                struct cursor c, kafka_element_fn *fn, void *ctx)
{
	const struct kafka_form *form = &s->v->form;
	int64_t n = kafka_wire_length(&c, f->type, true, form->flexible);
	int rc = 0;

	for (int64_t i = 0; rc == 0 && i < n && !cur_at_end(&c); i++) {
		struct kafka_element e = { .index = i };

		kafka_view_struct(form, kafka_schema_fields(f), &c, &e.slots);
		rc = fn(ctx, &e);
		if (!cur_ok(&c))
			break;
	}
	s->bad = s->bad || !cur_ok(&c);
	return rc;
}

const struct kafka_field *
kafka_show_find(const struct kafka_slots *slots, const char *name,
                struct cursor *ret_at)
{
	for (size_t i = 0; i < slots->fields.n; i++) {
		if (!slots->present[i] ||
		    strcmp(slots->fields.f[i].name, name) != 0)
			continue;
		*ret_at = slots->at[i];
		return &slots->fields.f[i];
	}
	return NULL;
}

struct str
kafka_show_text(const struct kafka_show *s, const struct kafka_slots *slots,
                const char *name, char out[KAFKA_UUID_TEXT])
{
	struct cursor c;
	const struct kafka_field *f = kafka_show_find(slots, name, &c);

	if (f == NULL)
		return STR_NONE;
	if (f->type == KAFKA_UUID)
		return kafka_wire_uuid(cur_take(&c, 16), out);
	return show_bytes(&s->v->form, f->type, &c);
}
