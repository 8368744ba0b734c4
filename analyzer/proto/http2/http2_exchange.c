/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_exchange.h"

#include "analyzer/proto/http2/http2.h"
#include "analyzer/proto/http2/http2_frame.h"
#include "analyzer/proto/upgrade.h"

/* The side of the exchange that frames of this direction are. */
static enum side
side_of(const struct http2_exchange *x)
{
	return x->dir == TO_SERVER ? SIDE_REQUEST : SIDE_RESPONSE;
}

static bool
is_open(const struct http2_stream *st, enum side side)
{
	return st->progress[side] == HTTP2_HEAD ||
	       st->progress[side] == HTTP2_BODY;
}

static void
keep_mark(struct message *m, enum http2_mark mark, uint64_t number)
{
	char b[HTTP2_KEPT_OVERHEAD];

	message_keep(m, str_make(b, http2_kept_mark(b, mark, number)));
}

/* --- the table of streams ------------------------------------------------- */

static void
keep_data(struct http2_stream *st, enum side side)
{
	if (st->data[side] != 0)
		keep_mark(st->m[side], HTTP2_MARK_DATA, st->data[side]);
	if (st->stalls[side] != 0)
		keep_mark(st->m[side], HTTP2_MARK_STALLS, st->stalls[side]);
}

/* The stream that is open for the longest time makes room. */
static void
evict(const struct http2_exchange *x)
{
	struct http2_stream *st = http2_streams_oldest(&x->s->streams);
	bool cut = false;

	for (int i = 0; i < 2; i++) {
		if (!is_open(st, (enum side)i))
			continue;
		keep_data(st, (enum side)i);
		message_cut(st->m[i], UINT64_MAX);
		cut = true;
	}
	if (cut)
		dissect_limit(x->d, x->dir, "http2-streams");
	http2_streams_remove(&x->s->streams, st);
}

/* A new stream; NULL when there is no room for a single one. */
static struct http2_stream *
add_stream(const struct http2_exchange *x, uint32_t id)
{
	struct http2_streams *t = &x->s->streams;
	bool may_grow = t->cap <= dissect_limits(x->d)->http2_streams;
	void *p;

	if (http2_streams_full(t) && may_grow) {
		p = dissect_memory(x->d, HTTP2_SLOT_STREAMS,
		                   http2_streams_need(t));
		if (p != NULL)
			http2_streams_grow(t, p);
		else
			dissect_limit(x->d, x->dir, "message-bytes");
	}
	if (http2_streams_full(t) && t->count != 0)
		evict(x);
	return http2_streams_full(t) ? NULL : http2_streams_add(t, id);
}

static void
note_id(struct http2_state *s, uint32_t id)
{
	if (id > s->highest)
		s->highest = id;
}

/* The stream's message of this side begins at off. */
static struct http2_stream *
open_message(const struct http2_exchange *x, uint32_t id, uint64_t off)
{
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	enum side side = side_of(x);

	if (st == NULL)
		st = add_stream(x, id);
	if (st == NULL)
		return NULL;
	note_id(x->s, id);
	st->m[side] = message_open(
	    x->d, x->dir,
	    side == SIDE_REQUEST ? MESSAGE_REQUEST : MESSAGE_RESPONSE, id, off);
	st->progress[side] = HTTP2_HEAD;
	return st;
}

/* Nothing more will come of a stream that has this much. */
static void
forget_if_over(const struct http2_exchange *x, struct http2_stream *st)
{
	if (st->progress[SIDE_RESPONSE] == HTTP2_ENDED &&
	    !is_open(st, SIDE_REQUEST))
		http2_streams_remove(&x->s->streams, st);
}

/*
 * May frames of an unknown stream be those of one that was opened before the
 * capture, or in a gap?
 */
static bool
is_orphan(const struct http2_exchange *x, uint32_t id)
{
	const struct http2_state *s = x->s;

	return s->dir[x->dir].lost &&
	       (s->first == 0 || id < s->first || id > s->highest);
}

/*
 * Has the receiver just reset this stream? What is on its way then is ignored
 * by everybody (RFC 9113, section 5.1).
 */
static bool
is_late(const struct http2_exchange *x, uint32_t id)
{
	const struct http2_dir *h = &x->s->dir[dir_other(x->dir)];

	for (uint32_t i = 0; i < HTTP2_RESETS_KNOWN && i < h->resets; i++) {
		if (h->reset[i] == id)
			return true;
	}
	return false;
}

/* A message of which the head was not seen. */
static struct http2_stream *
open_headless(const struct http2_exchange *x, uint32_t id, uint64_t off)
{
	struct http2_stream *st = open_message(x, id, off);
	enum side side = side_of(x);
	struct message_summary sum = { .proto = &http2_v20 };

	if (st == NULL)
		return NULL;
	if (side == SIDE_REQUEST) {
		sum.target = HTTP2_UNKNOWN;
		keep_mark(st->m[side], HTTP2_MARK_PATHLESS, 0);
	}
	st->progress[side] = HTTP2_BODY;
	message_flag(st->m[side], ENTRY_FIELDS_UNKNOWN);
	message_summary(st->m[side], &sum);
	return st;
}

/* --- heads ---------------------------------------------------------------- */

static bool
tells_beginning(const struct http2_exchange *x)
{
	const struct http2_head *h = &x->s->head;

	if (x->dir == TO_CLIENT)
		return h->status != 0;
	return h->method.n != 0 || h->path.n != 0;
}

static void
summarize(const struct http2_exchange *x, struct message *m)
{
	const struct http2_head *h = &x->s->head;
	bool unknown = h->unknown || h->broken;
	struct message_summary sum = {
		.proto = &http2_v20,
		.method = h->method,
		.target = h->path.n == 0 && unknown ? HTTP2_UNKNOWN : h->path,
		.host = h->authority,
	};

	if (x->dir == TO_CLIENT)
		sum = (struct message_summary){ .proto = &http2_v20,
			                        .status = h->status,
			                        .failed = h->status >= 400 };
	else if (h->path.n == 0 && unknown)
		keep_mark(m, HTTP2_MARK_PATHLESS, 0);
	message_summary(m, &sum);
}

/* The fields in front of a body, or those of a 1xx response. */
static void
take_head(const struct http2_exchange *x, struct http2_stream *st, bool end)
{
	const struct http2_head *h = &x->s->head;
	enum side side = side_of(x);
	struct message *m = st->m[side];
	bool interim = side == SIDE_RESPONSE && h->status >= 100 &&
	               h->status < 200 && !end;
	bool first = st->interims == 0;

	if (interim) {
		http2_head_keep(h, m, HTTP2_MARK_INTERIM, st->interims, false);
		if (st->interims < UINT8_MAX)
			st->interims++;
		return;
	}
	http2_head_keep(h, m, HTTP2_MARK_HEAD, 0,
	                side == SIDE_REQUEST || first);
	st->progress[side] = HTTP2_BODY;
	summarize(x, m);
	st->overlay[side] = http2_head_offer(h, m, side, false);
}

static void
take_trailers(const struct http2_exchange *x, struct http2_stream *st)
{
	enum side side = side_of(x);
	bool overlay = st->overlay[side];

	if (overlay)
		(void)message_body(st->m[side], cur_make(NULL, 0, false));
	st->overlay[side] = false;
	http2_head_keep(&x->s->head, st->m[side], HTTP2_MARK_TRAILERS, 0,
	                false);
	(void)http2_head_offer(&x->s->head, st->m[side], side, true);
}

/* The stream that a head is about; NULL: it is about none. */
static struct http2_stream *
stream_for_head(const struct http2_exchange *x, uint32_t id, uint64_t off)
{
	const struct http2_head *h = &x->s->head;
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	enum side side = side_of(x);

	if (st != NULL && st->progress[side] == HTTP2_ENDED)
		return NULL;
	if (st != NULL && st->progress[side] != HTTP2_IDLE)
		return st;
	if (tells_beginning(x) || h->unknown || h->broken) {
		if (x->s->first == 0)
			x->s->first = id;
		return open_message(x, id, off);
	}
	if (st == NULL && !is_orphan(x, id))
		return NULL;
	return open_headless(x, id, off);
}

void
http2_exchange_head(const struct http2_exchange *x, uint32_t id,
                    struct span span, bool end)
{
	const struct http2_head *h = &x->s->head;
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	enum side side = side_of(x);

	if (st == NULL && is_late(x, id))
		return;
	st = stream_for_head(x, id, span.off);
	if (st == NULL) {
		dissect_note(x->d, x->dir, span.off,
		             "header fields of a stream that is not open");
		return;
	}
	message_span(st->m[side], span);
	if (h->unknown || h->broken)
		message_flag(st->m[side], ENTRY_FIELDS_UNKNOWN);
	if (st->progress[side] == HTTP2_HEAD)
		take_head(x, st, end);
	else
		take_trailers(x, st);
	if (end)
		http2_exchange_end(x, id, span.off + span.len);
}

void
http2_exchange_promise(const struct http2_exchange *x, uint32_t id,
                       struct span span)
{
	const struct http2_head *h = &x->s->head;
	struct http2_exchange asks = { x->d, x->s, TO_SERVER };
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	struct message *m;

	if (x->dir != TO_CLIENT || id == 0 || st != NULL) {
		dissect_note(x->d, x->dir, span.off,
		             "a promise that cannot be kept");
		return;
	}
	st = add_stream(x, id);
	if (st == NULL)
		return;
	note_id(x->s, id);
	m = message_open(x->d, TO_CLIENT, MESSAGE_REQUEST, id, span.off);
	message_flag(m, ENTRY_PUSHED);
	message_span(m, span);
	if (h->unknown || h->broken)
		message_flag(m, ENTRY_FIELDS_UNKNOWN);
	http2_head_keep(h, m, HTTP2_MARK_HEAD, 0, true);
	summarize(&asks, m);
	(void)http2_head_offer(h, m, SIDE_REQUEST, false);
	message_close(m, span.off + span.len);
	st->progress[SIDE_REQUEST] = HTTP2_ENDED;
}

/* --- what follows --------------------------------------------------------- */

/* An overlay may know a body by itself. */
static void
offer_body(const struct http2_exchange *x, struct http2_stream *st)
{
	enum side side = side_of(x);

	if (st == NULL)
		return;
	http2_head_none(&x->s->head);
	st->overlay[side] = http2_head_offer(&x->s->head, st->m[side], side,
	                                     false);
}

bool
http2_exchange_data(const struct http2_exchange *x, uint32_t id,
                    struct span span, uint64_t n)
{
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	enum side side = side_of(x);

	if ((st == NULL && is_orphan(x, id) && !is_late(x, id)) ||
	    (st != NULL && st->progress[side] == HTTP2_IDLE)) {
		st = open_headless(x, id, span.off);
		offer_body(x, st);
	}
	if (st == NULL || !is_open(st, side))
		return false;
	message_span(st->m[side], span);
	st->data[side] += n;
	return true;
}

/* --- flow control --------------------------------------------------------- */

/* Are both sides known from their first frame on? Else nothing is counted. */
static bool
is_counted(const struct http2_exchange *x)
{
	return !x->s->dir[TO_SERVER].lost && !x->s->dir[TO_CLIENT].lost;
}

void
http2_exchange_sent(const struct http2_exchange *x, uint32_t id, uint32_t n,
                    bool end)
{
	struct http2_dir *h = &x->s->dir[x->dir];
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	uint64_t window = h->set ? h->window : HTTP2_WINDOW_FIRST;
	enum side side = side_of(x);

	h->sent += n;
	if (st == NULL)
		return;
	st->sent[side] += n;
	if (n == 0 || end || !is_counted(x) || st->stalls[side] == UINT32_MAX)
		return;
	if (st->sent[side] == window + st->granted[side] ||
	    h->sent == HTTP2_WINDOW_FIRST + h->granted)
		st->stalls[side]++;
}

void
http2_exchange_granted(const struct http2_exchange *x, uint32_t id, uint32_t n)
{
	enum dir other = dir_other(x->dir);
	struct http2_stream *st;

	if (id == 0) {
		x->s->dir[other].granted += n;
		return;
	}
	st = http2_streams_find(&x->s->streams, id);
	if (st != NULL)
		st->granted[other == TO_SERVER ? SIDE_REQUEST
		                               : SIDE_RESPONSE] += n;
}

void
http2_exchange_window(const struct http2_exchange *x, uint32_t n)
{
	struct http2_dir *h = &x->s->dir[dir_other(x->dir)];

	h->window = n;
	h->set = true;
}

/* --- how they end --------------------------------------------------------- */

/* Did the server say, before this ended, that it will not look at it? */
static bool
is_rejected(const struct http2_exchange *x, uint32_t id)
{
	const struct http2_dir *server = &x->s->dir[TO_CLIENT];

	return x->dir == TO_SERVER && server->leaves && id > server->last &&
	       (id & 1) == 1;
}

static void
reject(struct message *m, uint32_t code)
{
	struct message_summary sum = { .failed = true };

	keep_mark(m, HTTP2_MARK_REJECTED, code);
	message_summary(m, &sum);
}

void
http2_exchange_end(const struct http2_exchange *x, uint32_t id, uint64_t end)
{
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	enum side side = side_of(x);

	if (st == NULL || !is_open(st, side))
		return;
	if (st->overlay[side])
		(void)message_body(st->m[side], cur_make(NULL, 0, false));
	keep_data(st, side);
	if (is_rejected(x, id))
		reject(st->m[side], x->s->dir[TO_CLIENT].reason);
	message_close(st->m[side], end);
	st->m[side] = NULL;
	st->progress[side] = HTTP2_ENDED;
	forget_if_over(x, st);
}

/* One side ends with a reset; its last byte is in front of `end`. */
static void
reset_side(struct http2_stream *st, enum side side, uint32_t code, uint64_t end)
{
	struct message_summary sum = { .failed = code != 0 };

	keep_data(st, side);
	keep_mark(st->m[side], HTTP2_MARK_RESET, code);
	message_summary(st->m[side], &sum);
	message_close(st->m[side], end);
	st->m[side] = NULL;
	st->progress[side] = HTTP2_ENDED;
}

void
http2_exchange_reset(const struct http2_exchange *x, uint32_t id,
                     struct span span, uint32_t code)
{
	struct http2_stream *st = http2_streams_find(&x->s->streams, id);
	enum side side = side_of(x);
	enum side other = side == SIDE_REQUEST ? SIDE_RESPONSE : SIDE_REQUEST;
	bool answered;

	if (st == NULL)
		return;
	/* A server that refuses has answered. */
	if (side == SIDE_RESPONSE && st->progress[side] == HTTP2_IDLE)
		st = open_message(x, id, span.off);
	if (st == NULL)
		return;
	answered = st->progress[SIDE_RESPONSE] != HTTP2_IDLE;
	if (is_open(st, side)) {
		message_span(st->m[side], span);
		reset_side(st, side, code, span.off + span.len);
	}
	if (is_open(st, other))
		reset_side(st, other, code, UINT64_MAX);
	if (!answered)
		dissect_abandon(
		    x->d, id, ENTRY_GIVEN_UP | (code != 0 ? ENTRY_FAILED : 0));
	http2_streams_remove(&x->s->streams, st);
}

/* A request that has ended is answered by the server's GOAWAY. */
static void
refuse(const struct http2_exchange *x, uint32_t id, struct span span,
       uint32_t code)
{
	struct http2_stream *st = open_message(x, id, span.off);

	if (st == NULL)
		return;
	message_span(st->m[SIDE_RESPONSE], span);
	reject(st->m[SIDE_RESPONSE], code);
	message_close(st->m[SIDE_RESPONSE], span.off + span.len);
	http2_streams_remove(&x->s->streams, st);
}

void
http2_exchange_goaway(const struct http2_exchange *x, uint32_t last,
                      struct span span, uint32_t code)
{
	struct http2_dir *h = &x->s->dir[x->dir];
	struct http2_streams *t = &x->s->streams;
	struct http2_stream *st = http2_streams_oldest(t);
	struct http2_stream *next;

	h->leaves = true;
	h->last = last;
	h->reason = code;
	for (; x->dir == TO_CLIENT && st != NULL; st = next) {
		next = http2_streams_newer(t, st);
		if (st->id > last && (st->id & 1) == 1 &&
		    st->progress[SIDE_REQUEST] == HTTP2_ENDED &&
		    st->progress[SIDE_RESPONSE] == HTTP2_IDLE)
			refuse(x, st->id, span, code);
	}
}

void
http2_exchange_finish(const struct http2_exchange *x)
{
	struct http2_streams *t = &x->s->streams;

	while (t->count != 0) {
		struct http2_stream *st = http2_streams_oldest(t);

		for (int i = 0; i < 2; i++) {
			if (is_open(st, (enum side)i))
				keep_data(st, (enum side)i);
		}
		http2_streams_remove(t, st);
	}
}

/* --- the request before --------------------------------------------------- */

void
http2_exchange_upgraded(struct dissect *d, struct http2_state *s)
{
	struct http2_exchange x = { d, s, TO_SERVER };
	struct message_summary sum = { .proto = &http2_v20 };
	struct http2_stream *st;
	struct message *m;
	struct upgrade u;
	struct str rest;

	if (!upgrade_read(dissect_handed(d), &u) || u.request.n == 0)
		return;
	st = open_message(&x, 1, u.off);
	if (st == NULL)
		return;
	m = st->m[SIDE_REQUEST];
	(void)str_split1(u.request, ' ', &sum.method, &rest);
	sum.target = u.target;
	sum.host = u.host;
	message_summary(m, &sum);
	message_span(m, (struct span){ .off = u.off, .len = u.request.n });
	keep_mark(m, HTTP2_MARK_UPGRADED, u.request.n);
	message_keep(m, u.request);
	message_close(m, u.off + u.request.n);
	st->m[SIDE_REQUEST] = NULL;
	st->progress[SIDE_REQUEST] = HTTP2_ENDED;
	s->first = 1;
}
