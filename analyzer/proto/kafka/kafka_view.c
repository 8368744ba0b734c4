/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_view.h"

#include <string.h>

#include "analyzer/proto/kafka/kafka_feed.h"
#include "analyzer/proto/source.h"

/* --- bytes ---------------------------------------------------------------- */

static int
view_load(struct kafka_view *v, enum side side, uint64_t max)
{
	uint64_t size = v->side->nspans != 0 ? v->side->spans[0].len : 0;
	size_t want = (size_t)(size < max ? size : max), n = 0;
	char *p = arena_alloc(v->x->scratch, want + 1);
	struct source s;

	if (p == NULL)
		return arena_error(v->x->scratch);
	source_begin(&s, v->x, side, 0);
	while (n < want) {
		struct str piece;
		uint64_t hole;
		int rc = source_next(&s, want - n, &piece, &hole);

		if (rc != 0)
			return rc;
		if (piece.n == 0 && hole == 0)
			break;
		if (piece.n != 0)
			memcpy(p + n, piece.p, piece.n);
		else
			memset(p + n, 0, (size_t)hole);
		v->missing += hole;
		n += piece.n + (size_t)hole;
	}
	v->bytes = str_make(p, n);
	return 0;
}

/* --- the head ------------------------------------------------------------- */

/* A version that the broker does not have is answered in version 0. */
static void
view_refused(struct kafka_view *v)
{
	struct cursor c = v->body;

	if (v->form.api.key == KAFKA_API_VERSIONS && cur_be16(&c) == 35) {
		v->form.version = 0;
		v->form.flexible = false;
	}
}

static void
view_response(struct kafka_view *v, struct cursor *c)
{
	const struct entry *e = v->x->entry;

	kafka_wire_response(c, &v->head);
	v->readable = cur_ok(c);
	v->formed = v->readable &&
	            (kafka_feed_kept(e->response.kept, &v->form) ||
	             kafka_feed_kept(e->request.kept, &v->form));
	if (v->formed && kafka_wire_response_tagged(&v->form))
		kafka_wire_tags(c);
}

static void
view_head(struct kafka_view *v)
{
	struct cursor c = cur_from_str(v->bytes, false);
	size_t head;

	v->token = str_eq(v->x->entry->method, STR("SaslToken"));
	if (v->token) {
		v->head.size = cur_be32(&c);
		v->readable = cur_ok(&c);
	} else if (v->request) {
		kafka_wire_request(&c, &v->head);
		v->readable = cur_ok(&c);
		v->formed = v->readable;
		v->form = v->head.form;
	} else {
		view_response(v, &c);
	}
	head = v->bytes.n - cur_left(&c);
	v->cut = v->bytes.n < (uint64_t)KAFKA_SIZE + v->head.size;
	if (v->readable && head <= (uint64_t)KAFKA_SIZE + v->head.size)
		v->body = kafka_wire_within(&c,
		                            KAFKA_SIZE + v->head.size - head);
	if (v->formed && !v->request)
		view_refused(v);
}

int
kafka_view_open(struct kafka_view *v, const struct exchange *x, enum side side,
                uint64_t max)
{
	bool request = side == SIDE_REQUEST;
	int rc;

	*v = (struct kafka_view){
		.x = x,
		.side = request ? &x->entry->request : &x->entry->response,
		.request = request,
		.body = cur_make(NULL, 0, false),
	};
	rc = view_load(v, side, max);
	if (rc == 0)
		view_head(v);
	return rc;
}

struct kafka_fields
kafka_view_fields(const struct kafka_view *v)
{
	if (!v->formed || !v->form.decoded)
		return (struct kafka_fields){ .n = 0 };
	return v->request ? v->form.api.request : v->form.api.response;
}

/* --- fields --------------------------------------------------------------- */

static void view_skip_struct(const struct kafka_form *form,
                             struct kafka_fields fields, struct cursor *c,
                             unsigned depth);

static void
view_skip_one(const struct kafka_form *form, const struct kafka_field *f,
              struct cursor *c, unsigned depth)
{
	size_t fixed = kafka_wire_fixed(f->type);
	int64_t n;

	if (fixed != 0) {
		(void)cur_skip(c, fixed);
	} else if (f->type == KAFKA_STRUCT) {
		view_skip_struct(form, kafka_schema_fields(f), c, depth - 1);
	} else {
		n = kafka_wire_length(c, f->type, false, form->flexible);
		if (n > 0)
			(void)cur_skip(c, (size_t)n);
	}
}

static void
view_skip(const struct kafka_form *form, const struct kafka_field *f,
          struct cursor *c, unsigned depth)
{
	int64_t n = 1;

	if (f->flags & KAFKA_LIST)
		n = kafka_wire_length(c, f->type, true, form->flexible);
	for (; n > 0 && cur_ok(c); n--) {
		size_t was = cur_left(c);

		view_skip_one(form, f, c, depth);
		if (cur_left(c) == was)
			cur_bad(c);
	}
}

static bool
view_on_wire(const struct kafka_form *form, const struct kafka_field *f)
{
	return f->tag < 0 && kafka_schema_has(f, form->version);
}

static void
view_skip_struct(const struct kafka_form *form, struct kafka_fields fields,
                 struct cursor *c, unsigned depth)
{
	if (depth == 0) {
		cur_bad(c);
		return;
	}
	for (size_t i = 0; i < fields.n && cur_ok(c); i++) {
		if (view_on_wire(form, &fields.f[i]))
			view_skip(form, &fields.f[i], c, depth);
	}
	if (form->flexible)
		kafka_wire_tags(c);
}

static void
view_tags(const struct kafka_form *form, struct kafka_slots *s,
          struct cursor *c)
{
	uint64_t n = cur_varint(c);

	while (cur_ok(c) && n-- != 0) {
		uint64_t tag = cur_varint(c);
		uint64_t size = cur_varint(c);
		struct cursor value =
		    cur_block(c, size <= UINT32_MAX ? (size_t)size : SIZE_MAX);

		for (size_t i = 0; i < s->fields.n && cur_ok(c); i++) {
			const struct kafka_field *f = &s->fields.f[i];

			if (f->tag < 0 || (uint64_t)f->tag != tag ||
			    !kafka_schema_has(f, form->version))
				continue;
			s->present[i] = true;
			s->at[i] = value;
		}
	}
}

void
kafka_view_struct(const struct kafka_form *form, struct kafka_fields fields,
                  struct cursor *c, struct kafka_slots *ret_slots)
{
	struct kafka_slots *s = ret_slots;

	*s = (struct kafka_slots){ .fields = fields };
	for (size_t i = 0; i < fields.n; i++) {
		const struct kafka_field *f = &fields.f[i];

		if (!view_on_wire(form, f))
			continue;
		s->at[i] = *c;
		view_skip(form, f, c, KAFKA_DEPTH);
		/* Of a number there is nothing when it is not whole. */
		s->present[i] = cur_ok(c) || (!cur_at_end(&s->at[i]) &&
		                              !kafka_wire_fixed(f->type));
		if (!cur_ok(c))
			return;
	}
	if (form->flexible)
		view_tags(form, s, c);
}
