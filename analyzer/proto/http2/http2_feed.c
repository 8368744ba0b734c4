/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_feed.h"

#include "analyzer/proto/http2/http2.h"
#include "analyzer/proto/http2/http2_exchange.h"
#include "analyzer/proto/http2/http2_frame.h"
#include "analyzer/proto/http2/http2_sync.h"

/* A longer frame is none: nobody announces more than 1 MiB. */
#define FEED_FRAME_MAX (1u << 20)

/* One call of feed(), with what every step needs. */
struct feeding {
	struct dissect *d;
	struct http2_state *s;
	struct http2_dir *h; /* of s, for dir */
	struct cursor *in;
	enum dir dir;
	enum feed ret; /* the answer, once a step says to stop */
};

static uint64_t
feed_offset(const struct feeding *f)
{
	return dissect_offset(f->d, f->in);
}

/* Every step ends with go() on, or with stop() and what to tell the engine. */
static bool
feed_go(struct feeding *f, enum http2_phase next)
{
	f->h->phase = next;
	return true;
}

static bool
feed_stop(struct feeding *f, enum feed ret)
{
	f->ret = ret;
	return false;
}

static bool
feed_more(struct feeding *f, size_t need)
{
	f->in->need = need != 0 ? need : 1;
	return feed_stop(f, FEED_MORE);
}

static struct http2_exchange
feed_exchange(const struct feeding *f)
{
	return (struct http2_exchange){ .d = f->d, .s = f->s, .dir = f->dir };
}

/* --- frames that are passed over ------------------------------------------ */

/* The payload of `left` bytes that follows is that of a stream, or nobody's. */
static bool
feed_payload_of(struct feeding *f, uint32_t stream, uint64_t left)
{
	struct http2_stream *st = http2_streams_find(&f->s->streams, stream);

	f->h->stream = st != NULL ? stream : 0;
	f->h->left = left;
	return feed_go(f, HTTP2_PHASE_PAYLOAD);
}

static bool
feed_pass(struct feeding *f, const struct http2_frame *frame)
{
	(void)cur_skip(f->in, HTTP2_FRAME_HEADER);
	f->h->ends = false;
	return feed_payload_of(f, 0, frame->length);
}

static bool
feed_payload_end(struct feeding *f)
{
	struct http2_exchange x = feed_exchange(f);

	if (f->h->ends)
		http2_exchange_end(&x, f->h->stream, feed_offset(f));
	return feed_go(f, HTTP2_PHASE_FRAME);
}

/* Show an overlay what of the next n bytes is no padding. */
static void
feed_show(struct feeding *f, struct http2_stream *st, struct str bytes)
{
	uint64_t data = f->h->left > f->h->padding ? f->h->left - f->h->padding
	                                           : 0;

	bytes = str_head(bytes, data < bytes.n ? (size_t)data : bytes.n);
	if (bytes.n != 0)
		st->overlay[f->dir] = message_body(st->m[f->dir],
		                                   cur_from_str(bytes, false));
}

static bool
feed_payload(struct feeding *f)
{
	struct http2_dir *h = f->h;
	struct http2_stream *st = http2_streams_find(&f->s->streams, h->stream);
	size_t n = cur_left(f->in);

	if (h->skipping)
		h->left = 0;
	h->skipping = false;
	n = h->left < n ? (size_t)h->left : n;
	if (st != NULL && st->overlay[f->dir])
		feed_show(f, st, cur_peek(f->in, n));
	(void)cur_skip(f->in, n);
	h->left -= n;
	if (h->left == 0)
		return feed_payload_end(f);
	if (st != NULL && st->overlay[f->dir])
		return feed_stop(f, FEED_OK);
	h->skipping = true;
	dissect_skip(f->d, h->left);
	return feed_stop(f, FEED_SKIP);
}

/* --- single frames -------------------------------------------------------- */

static bool
feed_data(struct feeding *f, const struct http2_frame *frame)
{
	struct http2_exchange x = feed_exchange(f);
	struct span span = { .off = feed_offset(f),
		             .len = HTTP2_FRAME_HEADER + frame->length };
	struct cursor c = *f->in;
	uint64_t left = frame->length;
	uint8_t padding = 0;
	bool known;

	(void)cur_skip(&c, HTTP2_FRAME_HEADER);
	if ((frame->flags & HTTP2_PADDED) != 0 && left != 0) {
		padding = cur_u8(&c);
		left--;
	}
	if (!cur_ok(&c))
		return feed_more(f, 1);
	if (padding > left) {
		dissect_note(f->d, f->dir, span.off,
		             "padding that is longer than its frame");
		padding = (uint8_t)left;
	}
	*f->in = c;
	known = http2_exchange_data(&x, frame->stream, span, left - padding);
	http2_exchange_sent(&x, frame->stream, frame->length,
	                    (frame->flags & HTTP2_END_STREAM) != 0);
	f->h->padding = padding;
	f->h->ends = known && (frame->flags & HTTP2_END_STREAM) != 0;
	return feed_payload_of(f, frame->stream, left);
}

/* The whole payload of a short frame, or the answer in *ret_go. */
static bool
feed_whole(struct feeding *f, const struct http2_frame *frame,
           struct cursor *ret_payload, bool *ret_go)
{
	struct cursor c = *f->in;

	(void)cur_skip(&c, HTTP2_FRAME_HEADER);
	if (frame->length > cur_left(&c)) {
		*ret_go = feed_more(f, frame->length - cur_left(&c));
		return false;
	}
	*ret_payload = cur_block(&c, frame->length);
	*ret_go = true;
	return true;
}

static bool
feed_reset(struct feeding *f, const struct http2_frame *frame)
{
	struct http2_exchange x = feed_exchange(f);
	struct span span = { .off = feed_offset(f),
		             .len = HTTP2_FRAME_HEADER + frame->length };
	struct cursor payload;
	bool go;

	if (!feed_whole(f, frame, &payload, &go))
		return go;
	(void)cur_skip(f->in, (size_t)span.len);
	f->h->reset[f->h->resets % HTTP2_RESETS_KNOWN] = frame->stream;
	if (++f->h->resets == dissect_limits(f->d)->http2_resets)
		dissect_limit(f->d, f->dir, "http2-resets");
	http2_exchange_reset(&x, frame->stream, span, cur_be32(&payload));
	return feed_go(f, HTTP2_PHASE_FRAME);
}

static bool
feed_goaway(struct feeding *f, const struct http2_frame *frame)
{
	struct http2_exchange x = feed_exchange(f);
	struct span span = { .off = feed_offset(f),
		             .len = HTTP2_FRAME_HEADER + frame->length };
	struct cursor payload;
	uint32_t last, code;
	bool go;

	if (frame->length > dissect_limits(f->d)->head_bytes)
		return feed_pass(f, frame);
	if (!feed_whole(f, frame, &payload, &go))
		return go;
	last = cur_be32(&payload) & INT32_MAX;
	code = cur_be32(&payload);
	if (code != 0)
		dissect_note(f->d, f->dir, span.off, http2_frame_goaway(code));
	(void)cur_skip(f->in, (size_t)span.len);
	http2_exchange_goaway(&x, last, span, code);
	return feed_go(f, HTTP2_PHASE_FRAME);
}

/* Of settings, the window that streams begin with; longer ones are odd. */
static bool
feed_settings(struct feeding *f, const struct http2_frame *frame)
{
	enum { LONGEST = 1024, INITIAL_WINDOW_SIZE = 4 };
	struct http2_exchange x = feed_exchange(f);
	struct cursor payload;
	bool go;

	if (frame->length > LONGEST)
		return feed_pass(f, frame);
	if (!feed_whole(f, frame, &payload, &go))
		return go;
	while (!cur_at_end(&payload)) {
		uint16_t id = cur_be16(&payload);
		uint32_t value = cur_be32(&payload);

		if (id == INITIAL_WINDOW_SIZE)
			http2_exchange_window(&x, value);
	}
	return feed_pass(f, frame);
}

static bool
feed_window(struct feeding *f, const struct http2_frame *frame)
{
	struct http2_exchange x = feed_exchange(f);
	struct cursor payload;
	bool go;

	if (!feed_whole(f, frame, &payload, &go))
		return go;
	http2_exchange_granted(&x, frame->stream,
	                       cur_be32(&payload) & INT32_MAX);
	return feed_pass(f, frame);
}

/* --- header blocks -------------------------------------------------------- */

/* A header block and the frames that it came in. */
struct block {
	struct http2_frame frame; /* the first */
	uint32_t promised;
	struct span span;
	struct cursor content; /* of the first; then put together */
	size_t need;           /* bytes that are missing */
	bool broken;           /* it is not continued, or badly padded */
};

/* Bytes behind those of the block that are in memory of ours. */
static void
block_add(struct feeding *f, struct block *b, struct cursor fragment)
{
	struct http2_bytes *to = &f->s->block;
	struct str s = cur_rest(&fragment);

	if (!http2_head_room(f->d, f->dir, to, HTTP2_SLOT_BLOCK, s.n + 1)) {
		b->broken = true;
		return;
	}
	if (s.n != 0)
		memcpy(to->mem + to->n, s.p, s.n);
	to->n += s.n;
}

/* The next frame's payload; false: it is not all there. */
static bool
block_payload(struct block *b, struct cursor *c, uint32_t length,
              struct cursor *ret_payload)
{
	*ret_payload = cur_block(c, length);
	if (!cur_ok(c))
		b->need = c->need;
	return cur_ok(c);
}

/* Join the CONTINUATION frames behind the first frame, up to the last one. */
static bool
block_join(struct feeding *f, struct block *b, struct cursor *c)
{
	struct http2_frame frame = b->frame;
	struct cursor payload;

	f->s->block.n = 0;
	block_add(f, b, b->content);
	while ((frame.flags & HTTP2_END_HEADERS) == 0 && !b->broken) {
		struct cursor next = *c;

		frame = http2_frame_read(&next);
		if (!cur_ok(&next)) {
			b->need = next.need;
			return false;
		}
		b->broken = frame.type != HTTP2_CONTINUATION ||
		            frame.stream != b->frame.stream;
		if (b->broken)
			break;
		if (!block_payload(b, &next, frame.length, &payload))
			return false;
		block_add(f, b, payload);
		*c = next;
	}
	b->content = cur_make(f->s->block.mem, f->s->block.n, false);
	return true;
}

/* False: the block does not end in these bytes. */
static bool
block_gather(struct feeding *f, struct block *b)
{
	struct cursor c = *f->in;
	struct cursor payload;

	b->span.off = feed_offset(f);
	(void)cur_skip(&c, HTTP2_FRAME_HEADER);
	if (!block_payload(b, &c, b->frame.length, &payload))
		return false;
	b->content = http2_frame_content(&b->frame, &payload, &b->promised);
	b->broken = !cur_ok(&payload);
	if ((b->frame.flags & HTTP2_END_HEADERS) == 0 && !block_join(f, b, &c))
		return false;
	b->span.len = cur_left(f->in) - cur_left(&c);
	return true;
}

/* The block is done with; its fields are in s->head. */
static void
feed_head(struct feeding *f, const struct block *b)
{
	struct http2_exchange x = feed_exchange(f);

	if (b->frame.type == HTTP2_PUSH_PROMISE)
		http2_exchange_promise(&x, b->promised, b->span);
	else
		http2_exchange_head(&x, b->frame.stream, b->span,
		                    (b->frame.flags & HTTP2_END_STREAM) != 0);
}

/*
 * The block will not get whole: it is too long, or the direction has ended. Its
 * message is seen all the same, and what can be read of its fields.
 */
static bool
feed_partial_block(struct feeding *f, struct block *b)
{
	struct cursor c = *f->in;
	struct cursor rest;
	uint32_t promised;

	(void)cur_skip(&c, HTTP2_FRAME_HEADER);
	rest = cur_block(&c, cur_left(&c));
	b->content = http2_frame_content(&b->frame, &rest, &promised);
	b->span.len = cur_left(f->in);
	http2_head_read(f->d, f->dir, &f->h->hpack, b->content, &f->s->head);
	f->s->head.broken = true;
	b->frame.flags &= (uint8_t)~HTTP2_END_STREAM;
	hpack_lose(&f->h->hpack);
	feed_head(f, b);
	(void)cur_rest(f->in);
	return feed_stop(f, FEED_OK);
}

/* More than any server would take. */
static bool
feed_flood(struct feeding *f, struct block *b)
{
	dissect_limit(f->d, f->dir, "head-bytes");
	f->h->flood = (b->frame.flags & HTTP2_END_HEADERS) == 0;
	f->s->head = (struct http2_head){
		.kept = f->s->head.kept,
		.broken = true,
	};
	f->s->head.kept.n = 0;
	b->span.len = HTTP2_FRAME_HEADER + b->frame.length;
	hpack_lose(&f->h->hpack);
	feed_head(f, b);
	return feed_pass(f, &b->frame);
}

static bool
feed_block(struct feeding *f, const struct http2_frame *frame)
{
	struct block b = { .frame = *frame };
	size_t have = cur_left(f->in);

	if (!block_gather(f, &b)) {
		if (have >= dissect_limits(f->d)->head_bytes)
			return feed_flood(f, &b);
		if (dissect_ended(f->d, f->dir))
			return feed_partial_block(f, &b);
		return feed_more(f, b.need);
	}
	(void)cur_skip(f->in, (size_t)b.span.len);
	http2_head_read(f->d, f->dir, &f->h->hpack, b.content, &f->s->head);
	if (b.broken || f->s->head.broken) {
		f->s->head.broken = true;
		hpack_lose(&f->h->hpack);
		dissect_note(f->d, f->dir, b.span.off,
		             "header fields that cannot be read");
	}
	feed_head(f, &b);
	return feed_go(f, HTTP2_PHASE_FRAME);
}

/* Without the block that it continues. */
static bool
feed_continuation(struct feeding *f, const struct http2_frame *frame)
{
	if (!f->h->flood) {
		dissect_note(f->d, f->dir, feed_offset(f),
		             "header fields without a beginning");
		hpack_lose(&f->h->hpack);
	}
	if ((frame->flags & HTTP2_END_HEADERS) != 0)
		f->h->flood = false;
	return feed_pass(f, frame);
}

/* --- the connection ------------------------------------------------------- */

static bool
feed_frame(struct feeding *f)
{
	struct cursor c = *f->in;
	struct http2_frame frame;

	if (cur_at_end(&c))
		return feed_stop(f, FEED_OK);
	frame = http2_frame_read(&c);
	if (!cur_ok(&c))
		return feed_more(f, c.need);
	if (!http2_frame_possible(&frame) || frame.length > FEED_FRAME_MAX)
		return feed_stop(f, FEED_BAD);
	if (frame.type != HTTP2_CONTINUATION)
		f->h->flood = false;
	switch (frame.type) {
	case HTTP2_DATA:
		return feed_data(f, &frame);
	case HTTP2_HEADERS:
	case HTTP2_PUSH_PROMISE:
		return feed_block(f, &frame);
	case HTTP2_CONTINUATION:
		return feed_continuation(f, &frame);
	case HTTP2_RST_STREAM:
		return feed_reset(f, &frame);
	case HTTP2_GOAWAY:
		return feed_goaway(f, &frame);
	case HTTP2_SETTINGS:
		return feed_settings(f, &frame);
	case HTTP2_WINDOW_UPDATE:
		return feed_window(f, &frame);
	default:
		return feed_pass(f, &frame);
	}
}

/* From the cursor's place on, look for frames; tables are not known. */
static bool
feed_lose(struct feeding *f)
{
	f->h->lost = true;
	f->h->flood = false;
	f->h->searched = 0;
	hpack_lose(&f->h->hpack);
	return feed_go(f, HTTP2_PHASE_SEARCH);
}

/* A server begins with SETTINGS that are no acknowledgement. */
static bool
feed_begin_server(struct feeding *f)
{
	struct cursor c = *f->in;
	struct http2_frame frame = http2_frame_read(&c);

	if (!cur_ok(&c))
		return feed_more(f, c.need);
	if (http2_frame_possible(&frame) && frame.type == HTTP2_SETTINGS &&
	    (frame.flags & HTTP2_ACK) == 0)
		return feed_go(f, HTTP2_PHASE_FRAME);
	return feed_lose(f);
}

static bool
feed_begin(struct feeding *f)
{
	struct cursor c = *f->in;

	if (cur_at_end(f->in))
		return feed_stop(f, FEED_OK);
	if (f->dir == TO_CLIENT)
		return feed_begin_server(f);
	if (cur_expect(&c, HTTP2_PREFACE)) {
		*f->in = c;
		return feed_go(f, HTTP2_PHASE_FRAME);
	}
	return c.state == CUR_MORE ? feed_more(f, c.need) : feed_lose(f);
}

static bool
feed_search(struct feeding *f)
{
	struct http2_dir *h = f->h;
	enum verdict there;
	size_t n = http2_sync_find(f->in, &there);

	if (there == VERDICT_MAYBE && dissect_ended(f->d, f->dir))
		n++;
	(void)cur_skip(f->in, n);
	h->searched += n;
	if (h->searched > dissect_limits(f->d)->resync_bytes) {
		dissect_limit(f->d, f->dir, "resync-bytes");
		return feed_go(f, HTTP2_PHASE_DEAD);
	}
	if (cur_at_end(f->in))
		return feed_stop(f, FEED_OK);
	if (there == VERDICT_YES)
		return feed_go(f, HTTP2_PHASE_FRAME);
	return dissect_ended(f->d, f->dir) ? feed_go(f, HTTP2_PHASE_SEARCH)
	                                   : feed_more(f, 1);
}

static bool
feed_dead(struct feeding *f)
{
	enum dir other = dir_other(f->dir);

	(void)cur_rest(f->in);
	return feed_stop(f, f->s->dir[other].phase == HTTP2_PHASE_DEAD
	                        ? FEED_DONE
	                        : FEED_OK);
}

/* --- the members of struct dissector -------------------------------------- */

static void
feed_first(struct dissect *d, struct http2_state *s)
{
	for (int i = 0; i < 2; i++)
		s->dir[i].hpack.limit = (size_t)dissect_limits(d)->hpack_table;
	s->begun = true;
	http2_exchange_upgraded(d, s);
}

enum feed
http2_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	static bool (*const step[])(struct feeding *) = {
		[HTTP2_PHASE_BEGIN] = feed_begin,
		[HTTP2_PHASE_FRAME] = feed_frame,
		[HTTP2_PHASE_PAYLOAD] = feed_payload,
		[HTTP2_PHASE_SEARCH] = feed_search,
		[HTTP2_PHASE_DEAD] = feed_dead,
	};
	struct http2_state *s = state;
	struct feeding f = {
		.d = d, .s = s, .h = &s->dir[dir], .in = in, .dir = dir
	};

	if (!s->begun)
		feed_first(d, s);
	while (step[f.h->phase](&f))
		;
	return f.ret;
}

enum feed
http2_feed_gap(struct dissect *d, void *state, enum dir dir,
               const struct gap *g)
{
	struct http2_state *s = state;
	struct http2_dir *h = &s->dir[dir];
	struct feeding f = { .d = d, .s = s, .h = h, .dir = dir };
	struct http2_stream *st = http2_streams_find(&s->streams, h->stream);

	/* An overlay that was shown the first half has no use for the rest. */
	if (h->phase == HTTP2_PHASE_PAYLOAD && st != NULL)
		st->overlay[dir] = false;
	if (h->phase == HTTP2_PHASE_PAYLOAD && g != NULL && g->len <= h->left) {
		h->left -= g->len;
		return FEED_OK;
	}
	if (h->phase != HTTP2_PHASE_DEAD)
		(void)feed_lose(&f);
	return FEED_OK;
}

void
http2_feed_finish(struct dissect *d, void *state, enum why why)
{
	struct http2_exchange x = { .d = d, .s = state };

	(void)why;
	http2_exchange_finish(&x);
}
