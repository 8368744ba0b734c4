/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_view.h"

#include "base/err.h"

/* Bytes of a body that are read at once. */
#define VIEW_PIECE 16384u

/* --- bytes, scattered ----------------------------------------------------- */

/* The span at a place; places behind the last one have none. */
static const struct span *
place_span(const struct amqp_view *v, struct amqp_place *p)
{
	while (p->span < v->side->nspans &&
	       p->off >= v->side->spans[p->span].len) {
		p->off -= v->side->spans[p->span].len;
		p->span++;
	}
	return p->span < v->side->nspans ? &v->side->spans[p->span] : NULL;
}

/* Some of n bytes, or a hole; neither at the end. *p goes on. */
static int
place_read(const struct amqp_view *v, struct amqp_place *p, uint8_t *buf,
           uint64_t n, size_t *ret_n, uint64_t *ret_hole)
{
	const struct layer_reader *r = v->x->reader;
	const struct span *s = place_span(v, p);
	struct layer_at at;
	uint64_t left;
	int rc;

	*ret_n = 0;
	*ret_hole = 0;
	if (s == NULL)
		return 0;
	at = (struct layer_at){ s->layer, v->dir, s->off + p->off };
	left = s->len - p->off;
	if (n > left)
		n = left;
	rc = r->read(r->ctx, at, buf, (size_t)n, ret_n, ret_hole);
	if (*ret_n == 0 && *ret_hole > n)
		*ret_hole = n;
	p->off += *ret_n != 0 ? *ret_n : *ret_hole;
	return rc;
}

/* n bytes, or as many as there are before a hole or the end. */
static int
place_take(const struct amqp_view *v, struct amqp_place *p, uint8_t *buf,
           size_t n, size_t *ret_n)
{
	uint64_t hole = 0;
	size_t got = 1;
	int rc = 0;

	*ret_n = 0;
	while (rc == 0 && got != 0 && *ret_n < n) {
		rc = place_read(v, p, buf + *ret_n, n - *ret_n, &got, &hole);
		*ret_n += got;
	}
	return rc;
}

/* --- frames --------------------------------------------------------------- */

/* The head of the next frame; ERR_TRUNCATED when there is none. */
static int
view_head(const struct amqp_view *v, struct amqp_place *p,
          enum amqp_frame_type type, struct amqp_frame *ret_frame)
{
	uint8_t head[AMQP_FRAME_HEAD];
	struct cursor c;
	size_t n;
	int rc = place_take(v, p, head, sizeof(head), &n);

	if (rc != 0)
		return rc;
	c = cur_make(head, n, false);
	amqp_frame_head(&c, ret_frame);
	return cur_ok(&c) && ret_frame->type == type ? 0 : ERR_TRUNCATED;
}

/* A payload in the arena, or the front of one; *p goes to the next frame. */
static int
view_payload(const struct amqp_view *v, struct amqp_place *p, uint32_t size,
             struct str *ret_payload)
{
	uint64_t max = v->x->limits->head_bytes;
	size_t want = size < max ? size : (size_t)max, n;
	uint8_t *mem = arena_alloc(v->x->scratch, want != 0 ? want : 1);
	int rc;

	if (mem == NULL)
		return arena_error(v->x->scratch);
	rc = place_take(v, p, mem, want, &n);
	p->off += size - want + 1;
	*ret_payload = str_make(mem, n);
	return rc;
}

static int
view_method(struct amqp_view *v, struct amqp_place *p)
{
	struct amqp_frame f;
	struct str payload = STR_NONE;
	struct cursor c;
	uint16_t class_id;
	int rc = view_head(v, p, AMQP_FRAME_METHOD, &f);

	if (rc == 0)
		rc = view_payload(v, p, f.size, &payload);
	if (rc != 0)
		return rc;
	c = cur_from_str(payload, false);
	class_id = cur_be16(&c);
	v->method = amqp_method_find(class_id, cur_be16(&c));
	if (v->method != NULL)
		amqp_method_read(&c, v->method->args, &v->args);
	return 0;
}

static int
view_content(struct amqp_view *v, struct amqp_place *p)
{
	struct amqp_frame f;
	struct str payload = STR_NONE;
	struct cursor c;
	int rc = view_head(v, p, AMQP_FRAME_HEADER, &f);

	if (rc == 0)
		rc = view_payload(v, p, f.size, &payload);
	if (rc != 0)
		return rc;
	c = cur_from_str(payload, false);
	(void)cur_be32(&c);
	v->body_size = cur_be64(&c);
	if (!cur_ok(&c))
		return 0;
	v->content = true;
	amqp_method_read_properties(&c, &v->properties);
	v->body = *p;
	return 0;
}

/* "AMQP" and eight octets in all are no frame. */
static int
view_version(struct amqp_view *v)
{
	struct amqp_place p = { .span = 0 };
	uint8_t header[AMQP_PROTOCOL_HEADER];
	struct cursor c;
	size_t n;
	int rc = place_take(v, &p, header, sizeof(header), &n);

	if (rc != 0)
		return rc;
	c = cur_make(header, n, false);
	amqp_frame_version(&c, &v->version);
	v->is_version = cur_ok(&c);
	return 0;
}

int
amqp_view_open(struct amqp_view *v, const struct exchange *x, enum side side)
{
	bool request = side == SIDE_REQUEST;
	bool reversed = (x->entry->flags & ENTRY_REVERSED) != 0;
	struct amqp_place p = { .span = 0 };
	int rc;

	*v = (struct amqp_view){
		.x = x,
		.side = request ? &x->entry->request : &x->entry->response,
		.dir = request != reversed ? TO_SERVER : TO_CLIENT,
		.request = request,
	};
	rc = view_version(v);
	if (rc == 0 && !v->is_version)
		rc = view_method(v, &p);
	if (rc == 0 && v->method != NULL && v->method->content)
		rc = view_content(v, &p);
	return rc == ERR_TRUNCATED ? 0 : rc;
}

/* --- the body ------------------------------------------------------------- */

/* What is being given: bytes of the body from `pos` on, within the range. */
struct giving {
	const struct amqp_view *v;
	const struct body_out *out;
	struct amqp_place place;
	uint64_t pos;
	uint64_t from, to;
};

/* n bytes of the body, all in one frame. */
static int
give(struct giving *g, uint64_t n)
{
	uint8_t piece[VIEW_PIECE];
	uint64_t hole, before = g->from > g->pos ? g->from - g->pos : 0;
	uint64_t end = g->pos + n;
	size_t got;

	if (before > n)
		before = n;
	g->place.off += before;
	g->pos += before;
	while (g->pos < end && g->pos < g->to) {
		uint64_t most = end < g->to ? end - g->pos : g->to - g->pos;
		int rc = place_read(g->v, &g->place, piece,
		                    most < sizeof(piece) ? most : sizeof(piece),
		                    &got, &hole);

		if (rc != 0)
			return rc;
		if (got == 0 && hole == 0)
			return ERR_TRUNCATED;
		g->pos += got != 0 ? got : hole;
		rc = got != 0 ? g->out->bytes(g->out->ctx, piece, got)
		              : g->out->hole(g->out->ctx, hole);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
amqp_view_body(const struct amqp_view *v, struct body_range range,
               const struct body_out *out)
{
	struct giving g = {
		.v = v,
		.out = out,
		.place = v->body,
		.from = range.off,
		.to = UINT64_MAX - range.off < range.len
		          ? UINT64_MAX
		          : range.off + range.len,
	};
	struct amqp_frame f;
	int rc = 0;

	if (!v->content)
		return 0;
	while (rc == 0 && g.pos < v->body_size && g.pos < g.to) {
		uint64_t left = v->body_size - g.pos;

		rc = view_head(v, &g.place, AMQP_FRAME_BODY, &f);
		if (rc != 0)
			break;
		rc = give(&g, f.size < left ? f.size : left);
		g.place.off += f.size < left ? 1 : f.size - left + 1;
	}
	return rc;
}
