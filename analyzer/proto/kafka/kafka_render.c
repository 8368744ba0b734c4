/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_render.h"

#include "analyzer/proto/kafka/kafka_batch.h"
#include "analyzer/proto/kafka/kafka_feed.h"
#include "analyzer/proto/kafka/kafka_show.h"
#include "analyzer/proto/source.h"
#include "base/clock.h"
#include "base/err.h"

/* Enough for every member but the payload: heads are short. */
#define RENDER_FRONT 65536u

/* --- the object ----------------------------------------------------------- */

static void
render_time(const struct kafka_view *v, struct sink *out)
{
	char text[CLOCK_TEXT_MAX];

	sink_member_string(out, "captureTime",
	                   clock_format(v->side->last, text));
}

static void
render_payload(const struct kafka_view *v, struct kafka_show *s,
               uint64_t *ret_undecoded, struct sink *out)
{
	struct kafka_fields fields = kafka_view_fields(v);
	struct cursor c = v->body;
	struct kafka_slots slots;

	sink_begin_object(out);
	if (fields.n != 0) {
		kafka_view_struct(&v->form, fields, &c, &slots);
		kafka_show_members(s, &slots, out);
		s->bad = s->bad || !cur_ok(&c);
	}
	sink_end_object(out);
	*ret_undecoded = cur_left(&c);
}

/* Does the payload have its form? As render_payload(), which shows it too. */
static void
render_judge(const struct kafka_view *v, struct kafka_show *s,
             uint64_t *ret_undecoded)
{
	struct kafka_fields fields = kafka_view_fields(v);
	struct cursor c = v->body;
	struct kafka_slots slots;

	if (fields.n != 0) {
		kafka_view_struct(&v->form, fields, &c, &slots);
		s->bad = !cur_ok(&c);
	}
	*ret_undecoded = cur_left(&c);
}

static void
render_api(const struct kafka_view *v, struct sink *out)
{
	bool known = v->formed;

	if (v->token)
		return;
	if (v->request)
		sink_member_integer(out, "apiKey", v->form.api.key);
	sink_member_string(out, "apiKeyName",
	                   known ? str_from_c(v->form.api.name)
	                         : STR("Unknown"));
	if (known)
		sink_member_integer(out, "apiVersion", v->form.version);
}

/* Would a member of this name be shown? Nothing is begun. */
static bool
render_asks(struct sink *out, const char *key)
{
	return sink_ok(out) &&
	       (out->ops->want == NULL || out->ops->want(out, str_from_c(key)));
}

/* Everything that is found out about the payload, which may not be wanted. */
static int
render_body(struct kafka_view *v, struct sink *out)
{
	const struct exchange *x = v->x;
	bool judged = render_asks(out, "malformed") ||
	              render_asks(out, "undecoded") ||
	              render_asks(out, "missing");
	bool shown = render_asks(out, "payload");
	uint64_t undecoded = 0;
	struct kafka_show s;
	int rc = 0;

	if (v->cut && (shown || judged))
		rc = kafka_view_open(v, x,
		                     v->request ? SIDE_REQUEST : SIDE_RESPONSE,
		                     x->limits->render_bytes);
	if (rc != 0)
		return rc;
	kafka_show_init(&s, v);
	if (sink_want(out, STR("payload")))
		render_payload(v, &s, &undecoded, out);
	else if (judged)
		render_judge(v, &s, &undecoded);
	if (v->missing != 0)
		sink_member_integer(out, "missing", (int64_t)v->missing);
	if (!v->cut && s.bad)
		sink_member_boolean(out, "malformed", true);
	if (undecoded != 0 && !v->cut && !s.bad)
		sink_member_integer(out, "undecoded", (int64_t)undecoded);
	return 0;
}

static int
render_members(struct kafka_view *v, struct sink *out)
{
	const struct exchange *x = v->x;
	uint64_t all = KAFKA_SIZE + (uint64_t)v->head.size;
	int rc;

	if (v->request || !x->entry->request.present)
		render_api(v, out);
	render_time(v, out);
	if (v->request && !v->token)
		sink_member_string(out, "clientID", v->head.client);
	if (!v->token)
		sink_member_integer(out, "correlationID", v->head.correlation);
	rc = render_body(v, out);
	if (rc != 0)
		return rc;
	sink_member_integer(out, "size", v->head.size);
	if (all > v->side->spans[0].len || all > x->limits->render_bytes)
		sink_member_boolean(out, "truncated", true);
	return 0;
}

int
kafka_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct kafka_view v;
	int rc = kafka_view_open(&v, x, side, RENDER_FRONT);

	if (rc != 0)
		return rc;
	sink_begin_object(out);
	if (v.readable)
		rc = render_members(&v, out);
	sink_end_object(out);
	if (rc == 0)
		rc = arena_error(x->scratch);
	return rc != 0 ? rc : out->error;
}

/* --- bodies --------------------------------------------------------------- */

/* A body given in order, of which a range is wanted. */
struct body {
	struct body_range range; /* still to give */
	uint64_t at;             /* where the next byte belongs */
	const struct body_out *out;
	struct kafka_show *s;
	uint64_t values;
	int rc;
};

static int
body_give(struct body *b, struct str bytes)
{
	uint64_t skip = b->range.off > b->at ? b->range.off - b->at : 0;
	struct str part = str_tail(bytes,
	                           skip < bytes.n ? (size_t)skip : bytes.n);

	b->at += bytes.n;
	if (part.n > b->range.len)
		part.n = (size_t)b->range.len;
	if (part.n == 0)
		return 0;
	b->range.off += part.n;
	b->range.len -= b->range.len != UINT64_MAX ? part.n : 0;
	return b->out->bytes(b->out->ctx, (const uint8_t *)part.p, part.n);
}

static int
body_value(struct body *b, struct str value)
{
	int rc = b->values++ != 0 ? body_give(b, STR("\n")) : 0;

	return rc == 0 ? body_give(b, value) : rc;
}

static int
body_set(struct body *b, struct str set, bool outer)
{
	struct cursor c = cur_from_str(set, false);
	struct kafka_batch batch;
	int rc = 0;

	while (rc == 0 && kafka_records_next(&c, &batch)) {
		struct kafka_inside in;
		struct kafka_record r;

		kafka_batch_open(b->s, &batch, &in);
		if (batch.magic != 2 &&
		    (!outer || kafka_records_codec(&batch) == 0))
			rc = body_value(b, batch.value.s);
		else if (batch.magic != 2)
			rc = body_set(b, cur_rest(&in.c), false);
		while (batch.magic == 2 && rc == 0 &&
		       kafka_records_record(&in.c, &r))
			rc = body_value(b, r.value.s);
		if (in.error != 0)
			b->rc = in.error;
		kafka_batch_close(&in);
	}
	return rc;
}

static int
body_struct(void *ctx, const struct kafka_element *e)
{
	struct body *b = ctx;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < e->slots.fields.n; i++) {
		const struct kafka_field *f = &e->slots.fields.f[i];

		if (!e->slots.present[i])
			continue;
		if (f->type == KAFKA_RECORDS)
			rc = body_set(
			    b, kafka_show_records(b->s, e->slots.at[i]), true);
		else if (f->type == KAFKA_STRUCT && f->flags & KAFKA_LIST)
			rc = kafka_show_each(b->s, f, e->slots.at[i],
			                     body_struct, b);
	}
	return rc;
}

/* The values of all records. */
static int
body_values(const struct kafka_view *v, struct body_range range,
            const struct body_out *out)
{
	struct kafka_element root = { .index = 0 };
	struct cursor c = v->body;
	struct kafka_show s;
	struct body b = { .range = range, .out = out, .s = &s };
	int rc;

	kafka_show_init(&s, v);
	kafka_view_struct(&v->form, kafka_view_fields(v), &c, &root.slots);
	rc = body_struct(&b, &root);
	if (rc == 0 && b.rc != 0)
		rc = b.rc;
	if (rc == 0 && b.range.len != 0 && v->cut)
		rc = ERR_TRUNCATED;
	return rc;
}

static int
body_raw(const struct exchange *x, enum side side, struct body_range range,
         const struct body_out *out)
{
	struct source s;
	int rc = 0;

	source_begin(&s, x, side, range.off);
	while (rc == 0 && range.len != 0) {
		struct str piece;
		uint64_t hole, n;

		rc = source_next(&s, range.len, &piece, &hole);
		n = piece.n + hole;
		if (rc != 0 || n == 0)
			break;
		rc = piece.n != 0
		         ? out->bytes(out->ctx, (const uint8_t *)piece.p,
		                      piece.n)
		         : out->hole(out->ctx, hole);
		range.len -= range.len != UINT64_MAX ? n : 0;
	}
	return rc;
}

/* Produce requests and Fetch responses have records. */
static bool
body_has_records(const struct kafka_view *v)
{
	return v->formed && v->form.decoded &&
	       v->form.api.key == (v->request ? KAFKA_PRODUCE : KAFKA_FETCH);
}

int
kafka_render_body(const struct exchange *x, enum side side, bool decoded,
                  struct body_range range, const struct body_out *out)
{
	struct kafka_view v;
	int rc = kafka_view_open(&v, x, side, RENDER_FRONT);

	if (rc != 0 || v.side->nspans == 0)
		return rc;
	if (!decoded || !body_has_records(&v))
		return body_raw(x, side, range, out);
	if (v.cut)
		rc = kafka_view_open(&v, x, side, x->limits->render_bytes);
	return rc == 0 ? body_values(&v, range, out) : rc;
}

/* --- the query for a summary ---------------------------------------------- */

/* The target's place: a field, or a member of a list's elements. */
struct target {
	const struct kafka_field *f;
	const struct kafka_field *member; /* NULL: the field itself */
};

static const struct kafka_field *
query_field(struct kafka_fields fields, int16_t version)
{
	for (size_t i = 0; i < fields.n; i++) {
		const struct kafka_field *f = fields.f + i;

		if (f->flags & KAFKA_TARGET && kafka_schema_has(f, version))
			return f;
	}
	return NULL;
}

static bool
query_target(const struct kafka_form *form, struct target *ret)
{
	struct kafka_fields fields = form->api.request;

	ret->member = NULL;
	ret->f = query_field(fields, form->version);
	for (size_t i = 0; ret->f == NULL && i < fields.n; i++) {
		const struct kafka_field *f = &fields.f[i];

		if (!kafka_schema_has(f, form->version))
			continue;
		ret->member = query_field(kafka_schema_fields(f),
		                          form->version);
		ret->f = ret->member != NULL ? f : NULL;
	}
	return ret->f != NULL;
}

static int
query_names(const struct target *t, struct str kept, struct str names,
            struct buf *out)
{
	bool id = t->member != NULL && t->member->type == KAFKA_UUID;
	size_t n = 0;
	int rc = 0;

	while (rc == 0 && names.n != 0) {
		size_t at = str_find(names, STR(KAFKA_BETWEEN));
		struct str name = str_head(names, at);
		const char *member = t->member != NULL ? t->member->name : "";

		if (id && kafka_topics_has(kept, name))
			member = "topicName";
		rc = buf_printf(
		    out, "%srequest.payload.%s[%zu]%s%s == \"" STR_FMT "\"",
		    n != 0 ? " and " : "", t->f->name, n,
		    t->member != NULL ? "." : "", member, STR_ARG(name));
		names = str_tail(names, at + sizeof(KAFKA_BETWEEN) - 1);
		n++;
	}
	return rc;
}

bool
kafka_render_query(const struct entry *e, struct buf *out)
{
	struct kafka_form form;
	struct target t;

	if (e->target.n == 0 || !kafka_feed_kept(e->request.kept, &form))
		return false;
	if (!form.decoded || !form.api.targets)
		return buf_printf(out, "request.clientID == \"" STR_FMT "\"",
		                  STR_ARG(e->target)) == 0;
	if (!query_target(&form, &t))
		return false;
	if (t.member == NULL && (t.f->flags & KAFKA_LIST) == 0)
		return buf_printf(out, "request.payload.%s == \"" STR_FMT "\"",
		                  t.f->name, STR_ARG(e->target)) == 0;
	return query_names(&t, str_tail(e->request.kept, KAFKA_KEPT_FORM),
	                   e->target, out) == 0;
}
