/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_view.h"

#include "analyzer/proto/http_flow.h"
#include "analyzer/proto/source.h"
#include "analyzer/proto/websocket/websocket_history.h"
#include "analyzer/proto/websocket/websocket_inflate.h"
#include "base/err.h"
#include "base/utf8.h"

/* --- frames ------------------------------------------------------------- */

/* The frames of a message, one after the other. */
struct frames {
	const struct exchange *x;
	enum side side;
	uint64_t at;    /* bytes of the message that were passed */
	uint64_t total; /* bytes of it */
	struct websocket_frame now;
	struct source *source;
};

static void
frames_begin(struct frames *g, const struct exchange *x, enum side side,
             struct source *s)
{
	const struct entry_side *e = side == SIDE_REQUEST ? &x->entry->request
	                                                  : &x->entry->response;

	*g = (struct frames){ .x = x, .side = side, .source = s };
	for (size_t i = 0; i < e->nspans; i++)
		g->total += e->spans[i].len;
}

/*
 * The head of the next frame, into g->now; *ret_more is false behind the last
 * one, and where a head is missing.
 */
static int
frames_next(struct frames *g, bool *ret_more)
{
	uint8_t head[WEBSOCKET_HEAD_MAX];
	size_t n = 0;
	struct cursor c;

	*ret_more = false;
	source_begin(g->source, g->x, g->side, g->at);
	while (n < sizeof(head)) {
		struct str bytes;
		struct cursor from;
		uint64_t hole;
		int rc = source_next(g->source, sizeof(head) - n, &bytes,
		                     &hole);

		if (rc != 0)
			return rc;
		if (bytes.n == 0)
			break;
		from = cur_from_str(bytes, false);
		(void)cur_copy(&from, head + n, bytes.n);
		n += bytes.n;
	}
	c = cur_make(head, n, false);
	websocket_frame_read(&c, &g->now);
	if (!cur_ok(&c))
		return 0;
	g->at += n - cur_left(&c);
	*ret_more = true;
	return 0;
}

/* Bytes of the present payload that the message has. */
static uint64_t
frames_payload(const struct frames *g)
{
	uint64_t left = g->total > g->at ? g->total - g->at : 0;

	return g->now.length < left ? g->now.length : left;
}

/* Pass over it. */
static void
frames_skip(struct frames *g)
{
	g->at += frames_payload(g);
}

/* --- the message -------------------------------------------------------- */

int
websocket_view_open(struct websocket_view *v, const struct exchange *x,
                    enum side side)
{
	struct source s;
	struct frames g;
	bool more;
	int rc;

	*v = (struct websocket_view){ .x = x, .side = side };
	buf_init(&v->body, (size_t)x->limits->render_bytes);
	(void)websocket_kept_read(side == SIDE_REQUEST
	                              ? x->entry->request.kept
	                              : x->entry->response.kept,
	                          &v->kept);
	frames_begin(&g, x, side, &s);
	while ((rc = frames_next(&g, &more)) == 0 && more) {
		if (v->frames++ == 0)
			v->first = g.now;
		v->payload += g.now.length;
		frames_skip(&g);
	}
	v->known = v->frames != 0;
	return rc;
}

void
websocket_view_close(struct websocket_view *v)
{
	buf_release(&v->body);
}

/* --- bytes -------------------------------------------------------------- */

/* Bytes on their way: unmasked, inflated, cut to the range. */
struct delivery {
	struct http_flow flow;
	struct websocket_inflate *inflate; /* NULL: as they are */
	struct body_out to_flow;
};

static int
deliver_to_flow(void *ctx, const uint8_t *p, size_t n)
{
	struct delivery *d = ctx;

	return http_flow_bytes(&d->flow, str_make(p, n));
}

static int
deliver(struct delivery *d, struct str bytes, uint64_t hole)
{
	int rc;

	if (d->inflate == NULL)
		return bytes.n != 0 ? http_flow_bytes(&d->flow, bytes)
		                    : http_flow_hole(&d->flow, hole);
	if (bytes.n != 0)
		return websocket_inflate_bytes(d->inflate, bytes, &d->to_flow);
	rc = http_flow_hole(&d->flow, hole);
	return rc != 0 ? rc : ERR_TRUNCATED;
}

static int
deliver_payload(struct delivery *d, struct frames *g)
{
	uint64_t end = g->at + frames_payload(g);
	uint64_t done = 0;
	int rc = 0;

	source_begin(g->source, g->x, g->side, g->at);
	while (rc == 0 && g->at < end) {
		struct str bytes;
		uint64_t hole;

		rc = source_next(g->source, end - g->at, &bytes, &hole);
		if (rc != 0)
			break;
		websocket_frame_unmask(&g->now, done, g->source->piece,
		                       bytes.n);
		g->at += bytes.n + hole;
		done += bytes.n + hole;
		rc = deliver(d, bytes, hole);
	}
	return rc == 0 && done < g->now.length ? ERR_TRUNCATED : rc;
}

static int
deliver_frames(struct delivery *d, const struct exchange *x, enum side side)
{
	struct source s;
	struct frames g;
	bool more, fin = false;
	int rc = http_flow_status(&d->flow);

	frames_begin(&g, x, side, &s);
	while (rc == 0) {
		rc = frames_next(&g, &more);
		if (rc != 0 || !more)
			break;
		rc = deliver_payload(d, &g);
		fin = g.now.fin;
	}
	if (rc == 0 && !fin)
		rc = ERR_TRUNCATED;
	if (rc == 0 && d->inflate != NULL)
		rc = websocket_inflate_end(d->inflate, &d->to_flow);
	return rc;
}

/* An inflater that knows what was sent before this message. */
static int
open_inflate(const struct websocket_view *v, struct websocket_inflate *f)
{
	const struct proto_limits *l = v->x->limits;
	const struct entry_side *e = v->side == SIDE_REQUEST
	                                 ? &v->x->entry->request
	                                 : &v->x->entry->response;
	int rc = websocket_inflate_init(f, l->history_bytes);

	if (rc != 0)
		return rc;
	if (!v->kept.reset && e->nspans != 0 && v->kept.start < e->spans[0].off)
		rc = websocket_history(v->x, source_dir(v->x, v->side),
		                       v->kept.start, e->spans[0].off, f);
	if (rc != 0)
		websocket_inflate_release(f);
	else
		f->left = l->render_bytes + v->payload + 1;
	return rc;
}

/* As websocket_view_body(); *ret_history: the trouble is what was before. */
static int
view_stream(const struct websocket_view *v, bool decoded,
            struct body_range range, const struct body_out *out,
            bool *ret_history)
{
	struct websocket_inflate *f = NULL;
	struct delivery d = { .inflate = NULL };
	int rc = http_flow_init(&d.flow, v->x->limits, STR_NONE, range, out);

	d.to_flow = (struct body_out){ .bytes = deliver_to_flow, .ctx = &d };
	*ret_history = false;
	if (rc == 0 && decoded && v->first.rsv1) {
		f = arena_alloc(v->x->scratch, sizeof(*f));
		rc = f != NULL ? open_inflate(v, f)
		               : arena_error(v->x->scratch);
		*ret_history = rc == ERR_LIMIT;
		d.inflate = rc == 0 ? f : NULL;
	}
	if (rc == 0)
		rc = deliver_frames(&d, v->x, v->side);
	if (d.inflate != NULL)
		websocket_inflate_release(d.inflate);
	http_flow_release(&d.flow);
	return http_flow_code(rc);
}

int
websocket_view_body(const struct exchange *x, enum side side, bool decoded,
                    struct body_range range, const struct body_out *out)
{
	struct websocket_view v;
	bool history;
	int rc = websocket_view_open(&v, x, side);

	if (rc == 0)
		rc = view_stream(&v, decoded, range, out, &history);
	websocket_view_close(&v);
	return rc;
}

/* --- the whole ---------------------------------------------------------- */

static int
view_take(void *ctx, const uint8_t *p, size_t n)
{
	struct websocket_view *v = ctx;
	size_t room = (size_t)v->x->limits->render_bytes - v->body.n;
	int rc = buf_append(&v->body, p, n < room ? n : room);

	return rc != 0 || n <= room ? rc : ERR_LIMIT;
}

static int
view_hole(void *ctx, uint64_t n)
{
	struct websocket_view *v = ctx;

	(void)n;
	v->truncated = true;
	return 0;
}

static int
view_load(struct websocket_view *v, bool decoded, bool *ret_history)
{
	static const struct body_range all = { .off = 0, .len = UINT64_MAX };
	const struct body_out out = { .bytes = view_take,
		                      .hole = view_hole,
		                      .ctx = v };

	return view_stream(v, decoded, all, &out, ret_history);
}

/* The code and the reason of a close frame. */
static void
view_split_close(struct websocket_view *v)
{
	struct cursor c = cur_from_str(buf_str(&v->body), false);

	if (v->first.opcode != WEBSOCKET_CLOSE)
		return;
	v->code = cur_be16(&c);
	v->has_code = cur_ok(&c);
	v->reason = cur_rest(&c);
}

int
websocket_view_load(struct websocket_view *v)
{
	bool history = false;
	int rc;

	if (v->loaded || !v->known)
		return 0;
	v->loaded = true;
	rc = view_load(v, true, &history);
	v->truncated |= rc == ERR_TRUNCATED || rc == ERR_LIMIT;
	if (history)
		v->trouble = "more than history-bytes were sent before it";
	else if (rc == ERR_MALFORMED)
		v->trouble = "it refers to bytes that are not in the capture, "
			     "or is malformed";
	/* Rather the bytes as they came than a part that may end anywhere. */
	if (v->trouble != NULL) {
		buf_clear(&v->body);
		rc = view_load(v, false, &history);
	}
	if (rc != ERR_TRUNCATED && rc != ERR_LIMIT && rc != 0)
		return rc;
	view_split_close(v);
	v->is_text = v->trouble == NULL &&
	             utf8_valid(v->has_code ? v->reason : buf_str(&v->body));
	return 0;
}
