/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dissect.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/proto/pair.h"
#include "base/err.h"
#include "base/mem.h"

/* This many malformed datagrams in a row are another protocol's. */
enum { BAD_DATAGRAMS = 16 };

#define NEVER UINT64_MAX

static const char *const limit_options[] = {
#define LIMIT(field, option, value, unit, why) option,
#include "analyzer/proto/limits.def"
#undef LIMIT
};

/* --- budget --------------------------------------------------------------- */

bool
dissect_room(const struct dissect *d, size_t n)
{
	const struct engine_budget *b = d->budget;

	return b == NULL || (b->used <= b->max && n <= b->max - b->used);
}

void
dissect_charge(struct dissect *d, size_t n)
{
	if (d->budget != NULL)
		d->budget->used += n;
}

void
dissect_discharge(struct dissect *d, size_t n)
{
	if (d->budget == NULL)
		return;
	assert(d->budget->used >= n);
	d->budget->used -= n;
}

/* Charges what a window has grown by since the last time. */
static void
account(struct dissect *d, struct dissect_side *s)
{
	size_t cost = window_cost(&s->w);

	if (cost > s->charged)
		dissect_charge(d, cost - s->charged);
	else
		dissect_discharge(d, s->charged - cost);
	s->charged = cost;
}

/* --- rows ----------------------------------------------------------------- */

void
dissect_diag(struct dissect *d, const struct dissect_row *r)
{
	const struct window_mark *mark = window_find(&d->side[r->side].w,
	                                             r->off);
	struct diag row = {
		.kind = r->kind,
		.stream = d->stream,
		.side = r->side,
		.off = r->off,
		.len = r->len,
		.name = r->name,
		.text = r->text,
	};
	uint64_t max = d->host->limits.stream_diags;

	if (r->kind != DIAG_LIMIT) {
		if (d->notes > max)
			return;
		if (d->notes++ == max) {
			row.kind = DIAG_MALFORMED;
			row.text = STR("further notes about this stream are "
			               "left out (stream-diags)");
		}
	}
	if (mark != NULL) {
		row.at = mark->at;
		row.ts = mark->ts;
	}
	d->host->out.diag(d->host->out.ctx, &row);
}

static uint32_t
limit_bit(const char *option)
{
	uint32_t i = 0;

	while (i < ARRAY_LEN(limit_options) &&
	       !str_eq(str_from_c(limit_options[i]), str_from_c(option)))
		i++;
	return UINT32_C(1) << (i < 31 ? i : 31);
}

/* Once for each limit of a stream. */
static void
tell_limit(struct dissect *d, int side, const char *option)
{
	uint32_t bit = limit_bit(option);
	char text[128];
	struct dissect_row row = {
		.kind = DIAG_LIMIT,
		.side = side,
		.off = d->side[side].w.off,
		.name = str_from_c(option),
	};

	if ((d->limits_told & bit) != 0)
		return;
	d->limits_told |= bit;
	snprintf(text, sizeof(text),
	         "the limit %s was reached; what is past it is not shown",
	         option);
	row.text = str_from_c(text);
	dissect_diag(d, &row);
}

static void
tell_malformed(struct dissect *d, int side, const char *text)
{
	struct dissect_row row = {
		.kind = DIAG_MALFORMED,
		.side = side,
		.off = d->side[side].w.off,
		.text = str_from_c(text),
	};

	dissect_diag(d, &row);
}

/* --- services ------------------------------------------------------------- */

uint64_t
dissect_offset(const struct dissect *d, const struct cursor *in)
{
	return d->call_off + (uint64_t)(in->p - d->call_p);
}

const struct proto_limits *
dissect_limits(const struct dissect *d)
{
	return &d->host->limits;
}

void
dissect_skip(struct dissect *d, uint64_t n)
{
	d->skip_n = n;
}

void
dissect_handover(struct dissect *d, const char *name, const char *why)
{
	d->hand_name = name;
	d->hand_why = why;
}

void
dissect_abandon(struct dissect *d, uint64_t key, uint32_t flags)
{
	pair_abandon(d, key, flags);
}

void *
dissect_memory(struct dissect *d, unsigned slot, size_t n)
{
	size_t have = d->slot[slot].n;
	void *p;

	assert(slot < DISSECT_SLOTS && n != 0);
	if (n > have && !dissect_room(d, n - have))
		return NULL;
	p = mem_realloc(d->slot[slot].p, n);
	if (p == NULL)
		return NULL;
	if (n > have) {
		memset((char *)p + have, 0, n - have);
		dissect_charge(d, n - have);
	} else {
		dissect_discharge(d, have - n);
	}
	d->slot[slot].p = p;
	d->slot[slot].n = n;
	return p;
}

static void
forget_handed(struct dissect *d)
{
	dissect_discharge(d, d->nhanded);
	mem_free(d->handed);
	d->handed = NULL;
	d->nhanded = 0;
}

void
dissect_hand_on(struct dissect *d, struct str bytes)
{
	forget_handed(d);
	if (bytes.n == 0)
		return;
	if (bytes.n > d->host->limits.kept_bytes) {
		dissect_limit(d, d->call_dir, "kept-bytes");
		return;
	}
	if (dissect_room(d, bytes.n))
		d->handed = mem_alloc(bytes.n);
	if (d->handed == NULL) {
		dissect_limit(d, d->call_dir, "message-bytes");
		return;
	}
	memcpy(d->handed, bytes.p, bytes.n);
	d->nhanded = bytes.n;
	dissect_charge(d, bytes.n);
}

struct str
dissect_handed(const struct dissect *d)
{
	return str_make(d->handed, d->nhanded);
}

bool
dissect_ended(const struct dissect *d, enum dir dir)
{
	const struct dissect_side *s = &d->side[dissect_side_of(d, dir)];

	return s->ended || (s->given_up && dir != d->call_dir);
}

bool
dissect_late_join(const struct dissect *d)
{
	return d->midway;
}

void
dissect_limit(struct dissect *d, enum dir dir, const char *option)
{
	tell_limit(d, dissect_side_of(d, dir), option);
}

void
dissect_note(struct dissect *d, enum dir dir, uint64_t off, const char *text)
{
	struct dissect_row row = {
		.kind = DIAG_MALFORMED,
		.side = dissect_side_of(d, dir),
		.off = off,
		.text = str_from_c(text),
	};

	dissect_diag(d, &row);
}

/* Does the response at hand, or the next one, answer what was given up? */
static bool
answers_nobody(const struct dissect *d)
{
	return d->owed != 0 || d->unasked != 0;
}

struct message_summary
dissect_awaited_summary(const struct dissect *d)
{
	const struct pair *p = answers_nobody(d) ? NULL : d->pairs;

	while (p != NULL && (p->side[SIDE_REQUEST].state == MESSAGE_NONE ||
	                     (p->flags & ENTRY_ONE_WAY) != 0 ||
	                     p->side[SIDE_RESPONSE].state == MESSAGE_CLOSED))
		p = p->next;
	if (p == NULL)
		return (struct message_summary){ .proto = NULL };
	return (struct message_summary){ .proto = p->proto,
		                         .method = p->method,
		                         .target = p->target,
		                         .host = p->host };
}

void
dissect_learnt(struct dissect *d, enum dir dir, uint64_t off,
               const struct learnt_address *a, struct str name)
{
	const struct window *w = &d->side[dissect_side_of(d, dir)].w;
	const struct window_mark *mark = window_find(w, off);

	if (mark != NULL && d->host->out.learnt != NULL)
		d->host->out.learnt(d->host->out.ctx, a, name, mark->ts);
}

struct str
dissect_awaited(const struct dissect *d)
{
	return dissect_awaited_summary(d).method;
}

uint64_t
dissect_expected(const struct dissect *d, uint64_t first, uint64_t last)
{
	for (const struct pair *p = d->pairs; p != NULL; p = p->next) {
		if (p->key >= first && p->key <= last &&
		    p->side[SIDE_REQUEST].state != MESSAGE_NONE &&
		    (p->flags & ENTRY_ONE_WAY) == 0 &&
		    p->side[SIDE_RESPONSE].state == MESSAGE_NONE)
			return p->key;
	}
	return 0;
}

/* --- life ----------------------------------------------------------------- */

static void
new_window(const struct dissect *d, struct dissect_side *s)
{
	window_init(&s->w, (size_t)d->host->limits.head_bytes + DISSECT_SLICE);
	s->started = false;
}

void
dissect_init(struct dissect *d, struct dissect_host *host)
{
	d->host = host;
	for (int i = 0; i < 2; i++) {
		new_window(d, &d->side[i]);
		d->side[i].bad_off = NEVER;
	}
}

static void
free_state(struct dissect *d)
{
	if (d->state != NULL)
		dissect_discharge(d, d->dis->state_size);
	mem_free(d->state);
	d->state = NULL;
	for (int i = 0; i < DISSECT_SLOTS; i++) {
		dissect_discharge(d, d->slot[i].n);
		mem_free(d->slot[i].p);
		d->slot[i].p = NULL;
		d->slot[i].n = 0;
	}
}

int
dissect_bind(struct dissect *d, const struct dissector *dis)
{
	size_t size = dis->state_size;
	void *state;

	assert(d->status == DISSECT_IDLE || d->status == DISSECT_HANDOVER);
	if (size > d->host->limits.state_bytes)
		return ERR_LIMIT;
	if (!dissect_room(d, size))
		return ERR_BUDGET;
	state = mem_zalloc(size != 0 ? size : 1);
	if (state == NULL)
		return ERR_NOMEM;
	pair_flush(d, false);
	free_state(d);
	dissect_charge(d, size);
	d->dis = dis;
	d->state = state;
	d->status = DISSECT_ACTIVE;
	d->pipelined = d->response_lost = d->doubt = false;
	d->owed = 0;
	for (int i = 0; i < 2; i++) {
		struct dissect_side *s = &d->side[i];

		s->skip = 0;
		s->due = 0;
		s->bad_off = NEVER;
		s->to_end = s->at_end = s->waiting = false;
		s->moved = s->searching = s->unfed = false;
		s->poke = s->ended;
	}
	return 0;
}

void
dissect_unbind(struct dissect *d)
{
	pair_flush(d, false);
	free_state(d);
	for (int i = 0; i < 2; i++) {
		window_release(&d->side[i].w);
		new_window(d, &d->side[i]);
		account(d, &d->side[i]);
	}
	d->status = DISSECT_IDLE;
}

void
dissect_stop(struct dissect *d, const char *reason)
{
	dissect_unbind(d);
	d->status = DISSECT_OVER;
	d->reason = reason;
}

void
dissect_release(struct dissect *d)
{
	assert(d->pairs == NULL);
	pair_keys_release(d);
	free_state(d);
	forget_handed(d);
	for (int i = 0; i < 2; i++) {
		window_release(&d->side[i].w);
		account(d, &d->side[i]);
		mem_free(d->side[i].begun);
		d->side[i].begun = NULL;
	}
}

/* --- the answers of a dissector ------------------------------------------- */

/* A mistake of the dissector; input must not be able to stop the program. */
static bool
blame(struct dissect *d, int side)
{
	tell_malformed(d, side, "the dissector made no progress here");
	dissect_stop(d, "the dissector made no progress");
	return false;
}

/*
 * The bytes at hand cannot be understood. Ask for a search once a position.
 * True: go on feeding.
 */
static bool
answer_bad(struct dissect *d, int side, const char *what)
{
	struct dissect_side *s = &d->side[side];
	enum dir dir = dissect_dir_of(d, side);

	if (s->bad_off == s->w.off) {
		dissect_stop(d, "malformed");
		return false;
	}
	s->bad_off = s->w.off;
	if (what != NULL)
		tell_malformed(d, side, what);
	if (!s->searching) {
		s->searching = true;
		s->lost_off = s->w.off;
		pair_lost(d, dir);
	}
	if (d->dis->gap(d, d->state, dir, NULL) == FEED_DONE) {
		dissect_stop(d, "malformed");
		return false;
	}
	s->due = 0;
	return s->w.end > s->w.off;
}

/* `rest` bytes stay until more come. */
static bool
answer_more(struct dissect *d, int side, uint64_t rest, size_t need)
{
	struct dissect_side *s = &d->side[side];
	uint64_t max = d->host->limits.head_bytes;
	uint64_t step = need;

	if (rest > max) {
		tell_limit(d, side, "head-bytes");
		return answer_bad(d, side, NULL);
	}
	/* A head that trickles in is not looked at for every byte of it. */
	if (rest >= 4096 && step < rest / 8)
		step = rest / 8;
	if (step > max - rest)
		step = max - rest + 1;
	s->due = s->w.off + rest + step;
	return false;
}

static bool
answer_skip(struct dissect *d, int side, bool moved)
{
	struct dissect_side *s = &d->side[side];

	s->to_end = d->skip_n == DISSECT_TO_END;
	if (!moved && (d->skip_n == 0 || (s->to_end && s->at_end)))
		return blame(d, side);
	s->skip = d->skip_n;
	s->poke = s->skip == 0;
	return true;
}

static bool
answer_wait(struct dissect *d, int side, uint64_t rest)
{
	struct dissect_side *s = &d->side[side];
	struct dissect_side *other = &d->side[side ^ 1];

	if (other->ended || other->given_up)
		return blame(d, side);
	if (rest > d->host->limits.head_bytes) {
		other->given_up = true;
		return true;
	}
	s->waiting = true;
	other->moved = false;
	return false;
}

/* What feed() said; true: feed again. */
static bool
answer(struct dissect *d, int side, enum feed f, const struct cursor *in,
       bool moved)
{
	uint64_t rest = cur_left(in);

	switch (f) {
	case FEED_OK:
	case FEED_MORE:
		return answer_more(d, side, rest,
		                   f == FEED_MORE && in->need != 0 ? in->need
		                                                   : 1);
	case FEED_SKIP:
		return answer_skip(d, side, moved);
	case FEED_WAIT:
		return answer_wait(d, side, rest);
	case FEED_BAD:
		return answer_bad(d, side, "malformed");
	case FEED_HANDOVER:
		d->status = DISSECT_HANDOVER;
		return false;
	case FEED_DONE:
		dissect_stop(d, "the rest is of no interest");
		return false;
	}
	return blame(d, side); /* also FEED_ASTRAY */
}

/* --- feeding -------------------------------------------------------------- */

static const uint8_t nothing[1];

/* An answer that no dissector can give: it lost the cursor. */
#define FEED_ASTRAY ((enum feed)255)

/* Calls feed() on the bytes in front of w.off; what it left is in *ret_in. */
static enum feed
call_feed(struct dissect *d, int side, struct str bytes, bool open,
          struct cursor *ret_in)
{
	enum dir dir = dissect_dir_of(d, side);
	struct cursor in = bytes.n != 0 ? cur_from_str(bytes, open)
	                                : cur_make(nothing, 0, open);
	const uint8_t *end = in.end;
	enum feed f;

	d->call_p = in.p;
	d->call_off = d->side[side].w.off;
	d->call_dir = dir;
	d->skip_n = 0;
	*ret_in = in;
	f = d->dis->feed(d, d->state, dir, &in);
	/* Only forwards and only within what it was given. */
	if (in.end != end || cur_left(&in) > bytes.n)
		return FEED_ASTRAY;
	*ret_in = in;
	return f;
}

/* n of the bytes at hand are done with. */
static void
consume(struct dissect *d, int side, struct str *direct, size_t n)
{
	struct dissect_side *s = &d->side[side];

	if (direct != NULL)
		*direct = str_tail(*direct, n);
	window_pass(&s->w, n);
	if (n != 0)
		s->moved = true;
}

/* Passes over what is to be skipped. True: feed now. */
static bool
run_skip(struct dissect *d, int side, struct str *direct, size_t have)
{
	struct dissect_side *s = &d->side[side];
	size_t n = s->skip < have ? (size_t)s->skip : have;

	consume(d, side, direct, n);
	if (s->skip != DISSECT_TO_END)
		s->skip -= n;
	else if (s->ended)
		s->skip = 0;
	if (s->skip != 0)
		return false;
	s->at_end = s->to_end;
	s->poke = true;
	return true;
}

/* Is there a reason to show these bytes to the dissector? */
static bool
is_due(struct dissect_side *s, size_t have)
{
	if (s->waiting)
		return false;
	if (s->poke)
		return true;
	if (have == 0)
		return false;
	s->unfed = s->w.off + have < s->due;
	return !s->unfed;
}

/*
 * Feeds one side until it can get no further: its held bytes, or, while none
 * are held, those in *direct, which is advanced.
 */
static void
run(struct dissect *d, int side, struct str *direct)
{
	struct dissect_side *s = &d->side[side];

	while (d->status == DISSECT_ACTIVE) {
		struct str bytes = direct != NULL ? *direct
		                                  : window_held(&s->w);
		struct cursor in;
		enum feed f;
		size_t used;

		if (s->skip != 0 && !run_skip(d, side, direct, bytes.n))
			return;
		bytes = direct != NULL ? *direct : window_held(&s->w);
		if (!is_due(s, bytes.n))
			return;
		s->poke = s->unfed = false;
		f = call_feed(d, side, bytes, true, &in);
		used = bytes.n - cur_left(&in);
		consume(d, side, direct, used);
		if (!answer(d, side, f, &in, used != 0))
			return;
	}
}

/* A side that waits goes on when the other one moved. */
static void
settle(struct dissect *d)
{
	bool again = true;

	while (again && d->status == DISSECT_ACTIVE) {
		again = false;
		for (int i = 0; i < 2; i++) {
			struct dissect_side *s = &d->side[i];
			struct dissect_side *other = &d->side[i ^ 1];

			if (!s->waiting || !other->moved)
				continue;
			other->moved = false;
			s->waiting = false;
			s->due = 0;
			run(d, i, NULL);
			again = true;
		}
	}
}

/* Holds what was not consumed. */
static void
hold(struct dissect *d, int side, struct str bytes)
{
	struct dissect_side *s = &d->side[side];
	bool room = dissect_room(d, bytes.n);
	int err = ERR_BUDGET;

	/* Requests that wait must not keep others from being seen. */
	while (!room && pair_give_up(d)) {
		tell_limit(d, side, "message-bytes");
		room = dissect_room(d, bytes.n);
	}
	if (room)
		err = window_hold(&s->w, bytes);
	if (err == 0)
		return;
	tell_limit(d, side, "message-bytes");
	pair_flush(d, true);
	dissect_stop(d, "memory budget used up");
}

/* The bytes at off of side come next; the first ones say where it begins. */
static bool
arrive(struct dissect *d, int side, uint64_t off, size_t n,
       struct engine_from from)
{
	struct dissect_side *s = &d->side[side];
	struct window_mark mark = { .at = from.at, .ts = from.ts };

	if (!s->started || off > s->w.end)
		window_jump(&s->w, off);
	s->started = true;
	s->given_up = false;
	if (window_add(&s->w, mark, n) == 0)
		return true;
	tell_limit(d, side, "message-bytes");
	dissect_stop(d, "memory budget used up");
	return false;
}

/* The other side is not waited for any longer. */
static void
stop_waiting(struct dissect *d, int side)
{
	struct dissect_side *s = &d->side[side];

	d->side[side ^ 1].given_up = true;
	s->waiting = false;
	s->due = 0;
	run(d, side, NULL);
}

void
dissect_catch_up(struct dissect *d, int side)
{
	struct dissect_side *s = &d->side[side];

	if (!s->unfed || d->status != DISSECT_ACTIVE)
		return;
	s->due = 0;
	run(d, side, NULL);
	settle(d);
	account(d, s);
}

void
dissect_data(struct dissect *d, int side, uint64_t off, struct str bytes,
             struct engine_from from)
{
	struct dissect_side *s = &d->side[side];

	assert(d->status == DISSECT_ACTIVE && bytes.n <= DISSECT_SLICE);
	if (!arrive(d, side, off, bytes.n, from))
		return;
	if (s->w.held.n == 0) {
		run(d, side, &bytes);
		if (bytes.n != 0 && d->status != DISSECT_OVER)
			hold(d, side, bytes);
	} else {
		hold(d, side, bytes);
		run(d, side, NULL);
	}
	if (s->waiting && s->w.held.n > d->host->limits.head_bytes)
		stop_waiting(d, side);
	settle(d);
	account(d, &d->side[side]);
	account(d, &d->side[side ^ 1]);
}

void
dissect_datagram(struct dissect *d, int side, uint64_t off, struct str bytes,
                 struct engine_from from)
{
	struct dissect_side *s = &d->side[side];
	struct cursor in;
	enum feed f;

	if (!arrive(d, side, off, bytes.n, from))
		return;
	f = call_feed(d, side, bytes, false, &in);
	switch (f) {
	case FEED_OK:
	case FEED_SKIP:
		d->bad_datagrams = 0;
		break;
	case FEED_DONE:
		dissect_stop(d, "the rest is of no interest");
		return;
	case FEED_HANDOVER:
		d->status = DISSECT_HANDOVER;
		break;
	default:
		tell_malformed(d, side, "malformed datagram");
		if (++d->bad_datagrams == BAD_DATAGRAMS) {
			dissect_stop(d, "malformed datagrams");
			return;
		}
	}
	window_jump(&s->w, s->w.end);
	account(d, s);
}

/* --- gaps ----------------------------------------------------------------- */

/* The part of a gap that lies in what is skipped; the rest is left in *g. */
static void
gap_in_skip(struct dissect *d, int side, struct gap *g)
{
	struct dissect_side *s = &d->side[side];
	uint64_t n = s->skip < g->len ? s->skip : g->len;
	const struct gap part = { .off = g->off, .len = n };

	pair_missing(d, dissect_dir_of(d, side), &part, true);
	window_jump(&s->w, g->off + n);
	g->off += n;
	g->len -= n;
	s->moved = true;
	if (s->skip != DISSECT_TO_END)
		s->skip -= n;
	if (s->skip == 0) {
		s->poke = true;
		run(d, side, NULL);
	}
}

static void
gap_outside(struct dissect *d, int side, const struct gap *g)
{
	struct dissect_side *s = &d->side[side];
	enum dir dir = dissect_dir_of(d, side);

	window_jump(&s->w, g->off + g->len);
	s->due = 0;
	s->unfed = false;
	s->bad_off = NEVER;
	s->moved = true;
	if (!s->searching) {
		s->searching = true;
		s->lost_off = g->off;
	}
	pair_lost(d, dir);
	pair_missing(d, dir, &(struct gap){ .off = g->off }, false);
	d->call_dir = dir;
	if (d->dis->gap(d, d->state, dir, g) == FEED_DONE) {
		dissect_stop(d, "bytes are missing");
		return;
	}
	pair_missing(d, dir, g, false);
}

void
dissect_gap(struct dissect *d, int side, struct gap *io)
{
	struct dissect_side *s = &d->side[side];

	assert(d->status == DISSECT_ACTIVE);
	if (s->waiting) {
		/* It cannot wait with a hole in it. */
		stop_waiting(d, side);
		if (d->status == DISSECT_HANDOVER)
			return;
	}
	if (!s->started)
		window_jump(&s->w, io->off);
	s->started = true;
	while (io->len != 0 && s->skip != 0 && d->status == DISSECT_ACTIVE)
		gap_in_skip(d, side, io);
	if (io->len != 0 && d->status == DISSECT_ACTIVE) {
		gap_outside(d, side, io);
		io->len = 0;
	}
	settle(d);
	account(d, s);
	account(d, &d->side[side ^ 1]);
}

/* --- ends ----------------------------------------------------------------- */

void
dissect_end(struct dissect *d, int side, enum why why)
{
	struct dissect_side *s = &d->side[side];

	s->ended = true;
	s->why = why;
	s->poke = true;
	s->moved = true;
	/* A message cut short in what is skipped stays open, and is cut. */
	if (s->skip == 0 || s->skip == DISSECT_TO_END)
		run(d, side, NULL);
	settle(d);
	account(d, s);
	account(d, &d->side[side ^ 1]);
}

/* Feed what is held, as far as it goes. */
void
dissect_resume(struct dissect *d)
{
	for (int i = 0; i < 2; i++)
		run(d, dissect_side_of(d, (enum dir)i), NULL);
	settle(d);
	account(d, &d->side[0]);
	account(d, &d->side[1]);
}

void
dissect_finish(struct dissect *d, enum why why)
{
	assert(d->status == DISSECT_ACTIVE);
	d->call_p = nothing;
	if (d->dis->finish != NULL)
		d->dis->finish(d, d->state, why);
	pair_flush(d, true);
	dissect_stop(d, "");
}
