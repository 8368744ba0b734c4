/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/tcp_order.h"

#include <assert.h>

#include "base/err.h"

#define NS_PER_MS INT64_C(1000000)

/* What a side would deliver next. */
struct head {
	bool fin;
	int64_t need;
	int64_t ts;
};

static int64_t
min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* --- events --------------------------------------------------------------- */

static uint64_t
offset(const struct tcp_side *s, int64_t pos)
{
	assert(s->started && pos >= s->zero);
	return (uint64_t)(pos - s->zero);
}

static void
move_to(struct tcp_side *s, int64_t pos)
{
	assert(pos > s->next);
	s->next = pos;
	s->high = max64(s->high, pos);
	s->since = TCP_NONE;
	s->ghost = false;
}

static void
give_data(struct tcp_conn *c, int side, const struct piece *p)
{
	struct tcp_side *s = &c->side[side];

	c->events->data(c->ctx, side, offset(s, s->next), p);
	move_to(s, s->next + p->n);
}

static void
give_gap(struct tcp_conn *c, int side, int64_t to, enum gap_cause cause)
{
	struct tcp_side *s = &c->side[side];
	struct gap gap = {
		.off = offset(s, s->next),
		.len = (uint64_t)(to - s->next),
		.cause = cause,
	};

	s->stats.gaps++;
	s->stats.gap_bytes += gap.len;
	if (s->trace != NULL)
		trace_add_gap(s->trace, s->next, to);
	c->events->gap(c->ctx, side, &gap);
	move_to(s, to);
}

static void
give_end(struct tcp_conn *c, int side, enum tcp_ending how)
{
	struct tcp_side *s = &c->side[side];

	assert(!s->ended && held_count(&s->held) == 0);
	s->ended = true;
	c->events->end(c->ctx, side, how);
}

/* --- whose turn it is ----------------------------------------------------- */

/* Has this side come as far as the other one needs? */
static bool
reached(const struct tcp_side *s, int64_t need)
{
	return s->next + s->ghost >= need || s->absent || s->ended;
}

/* The first run held, or the FIN; whether or not it has its turn. */
static struct head
first_in_line(const struct tcp_side *s)
{
	const struct held_run *r;

	if (held_count(&s->held) == 0)
		return (struct head){ true, s->fin_need, s->fin_ts };
	r = held_head(&s->held);
	return (struct head){ false, r->need, r->piece.ts };
}

/* Where the hole at next ends: at what is held, or the FIN. */
static int64_t
hole_end(const struct tcp_side *s)
{
	if (held_count(&s->held) != 0)
		return held_head(&s->held)->pos;
	return s->fin != TCP_NONE ? s->fin : INT64_MAX;
}

/* There is no hole: what comes next is here. */
static bool
is_waiting(const struct tcp_side *s)
{
	return s->started && !s->ended && hole_end(s) == s->next;
}

static void
consume(struct tcp_conn *c, struct held *h, uint32_t n)
{
	uint64_t before = h->bytes;

	held_consume(h, n);
	assert(c->budget->held >= before - h->bytes);
	c->budget->held -= before - h->bytes;
}

/* Deliver the head of a side, up to `limit`. */
static void
deliver(struct tcp_conn *c, int side, const struct head *head, int64_t limit)
{
	struct tcp_side *s = &c->side[side];
	struct held_run *r;
	uint32_t n;

	if (head->fin) {
		give_end(c, side, TCP_END_FIN);
		s->next = s->fin + 1;
		return;
	}
	r = held_head(&s->held);
	n = (uint32_t)(min64(held_run_end(r), limit) - r->pos);
	if (r->cut) {
		give_gap(c, side, r->pos + n, GAP_SNAPLEN);
	} else {
		struct piece p = r->piece;

		p.n = n;
		give_data(c, side, &p);
	}
	consume(c, &s->held, n);
}

/*
 * Deliver heads until none has its turn. Of two the earlier goes first. When
 * each waits for the other, these are repetitions whose acknowledgements are
 * newer than their bytes: then the earlier goes, as far as the other needs.
 */
static void
pump(struct tcp_conn *c)
{
	for (;;) {
		struct head h[2];
		bool have[2], turn[2];
		int64_t limit = INT64_MAX;
		int i;

		for (i = 0; i < 2; i++) {
			have[i] = is_waiting(&c->side[i]);
			h[i] = first_in_line(&c->side[i]);
			turn[i] = have[i] && reached(&c->side[!i], h[i].need);
		}
		if (turn[0] != turn[1])
			i = turn[1];
		else if (have[0] && have[1])
			i = h[1].ts < h[0].ts;
		else
			return;
		if (!turn[i])
			limit = h[!i].need;
		deliver(c, i, &h[i], limit);
	}
}

/* --- giving up ------------------------------------------------------------ */

/*
 * Give up the bytes up to `to`. They are lost when they are known to have
 * arrived. A single position with nothing behind it is rather a FIN that was
 * not captured, and no gap.
 */
static void
lose(struct tcp_conn *c, int side, int64_t to, enum gap_cause cause)
{
	struct tcp_side *s = &c->side[side];

	if (to == s->next + 1 && s->acked == to && hole_end(s) == INT64_MAX) {
		s->ghost = true;
		return;
	}
	if (cause == GAP_UNSEEN && s->acked >= to)
		cause = GAP_LOST;
	give_gap(c, side, to, cause);
}

/* There is something behind what was delivered. */
static bool
is_stuck(const struct tcp_side *s)
{
	return s->started && !s->ended &&
	       (held_count(&s->held) != 0 || s->fin != TCP_NONE);
}

/*
 * Which of the two has to move, after pump(); -1 when nothing waits. One whose
 * bytes could go once its hole is given up comes first, because then fewer
 * are; then one whose bytes are at hand.
 */
static int
pick_stuck(const struct tcp_conn *c, const struct head h[2],
           const bool ready[2], enum gap_cause cause)
{
	const struct tcp_side *a = &c->side[0], *b = &c->side[1];
	bool stuck_a = is_stuck(a), stuck_b = is_stuck(b);

	if (!stuck_a && !stuck_b)
		return -1;
	if (ready[0] != ready[1])
		return ready[1];
	if (stuck_a != stuck_b)
		return stuck_b;
	if (is_waiting(a) != is_waiting(b))
		return is_waiting(b);
	if (cause == GAP_BUDGET)
		return b->held.bytes > a->held.bytes;
	return h[1].ts < h[0].ts;
}

/* After pump(): give up one hole. False when nothing waits. */
static bool
give_up_one(struct tcp_conn *c, enum gap_cause cause)
{
	struct head h[2];
	bool ready[2];
	int i;

	for (i = 0; i < 2; i++) {
		h[i] = first_in_line(&c->side[i]);
		ready[i] = is_stuck(&c->side[i]) &&
		           reached(&c->side[!i], h[i].need);
	}
	i = pick_stuck(c, h, ready, cause);
	if (i < 0)
		return false;
	if (ready[i])
		lose(c, i, hole_end(&c->side[i]), cause);
	else
		lose(c, !i, min64(h[i].need, hole_end(&c->side[!i])), cause);
	return true;
}

/* The end of the acknowledged part of the hole at next; next when none. */
static int64_t
acked_hole(const struct tcp_side *s)
{
	int64_t end = min64(s->acked, hole_end(s));

	return s->started && !s->ended && end > s->next ? end : s->next;
}

static bool
is_overdue(const struct tcp_conn *c, int64_t since)
{
	uint64_t wait = c->limits->wait_ms;
	uint64_t passed = (uint64_t)c->now - (uint64_t)since;

	return passed / (uint64_t)NS_PER_MS >= wait;
}

/* Give up one hole by the rules for streams that go on. */
static bool
give_up_overdue(struct tcp_conn *c, int side)
{
	struct tcp_side *s = &c->side[side];
	const struct tcp_side *other = &c->side[!side];
	uint64_t waiting = held_count(&s->held) + held_count(&other->held);
	int64_t end = acked_hole(s);

	if (end == s->next) {
		s->since = TCP_NONE;
		/* A capture of one direction has no acknowledgements. */
		if (!other->absent || held_count(&s->held) == 0 ||
		    held_head(&s->held)->pos == s->next ||
		    held_count(&s->held) < c->limits->held_acked)
			return false;
		give_gap(c, side, held_head(&s->held)->pos, GAP_BUDGET);
		return true;
	}
	if (s->since == TCP_NONE)
		s->since = c->now;
	if (s->absent || s->ghost ||
	    (waiting < c->limits->held_acked && !is_overdue(c, s->since)))
		return false;
	s->absent = s->packets == 0;
	lose(c, side, end, GAP_LOST);
	return true;
}

static bool
is_over_budget(const struct tcp_conn *c)
{
	const struct held *a = &c->side[0].held, *b = &c->side[1].held;
	uint64_t max = c->limits->held_stream;

	if (held_count(a) + held_count(b) == 0)
		return false;
	return a->bytes > max || b->bytes > max ||
	       c->budget->held > c->budget->max;
}

void
tcp_order_run(struct tcp_conn *c)
{
	if (c->holding) {
		if (!is_over_budget(c))
			return;
		tcp_order_start(c);
	}
	do {
		pump(c);
		while (is_over_budget(c) && give_up_one(c, GAP_BUDGET))
			pump(c);
	} while (give_up_overdue(c, 0) || give_up_overdue(c, 1));
}

void
tcp_order_flush(struct tcp_conn *c, enum gap_cause cause, enum tcp_ending how)
{
	if (c->holding)
		tcp_order_start(c);
	do {
		pump(c);
	} while (give_up_one(c, cause));
	for (int i = 0; i < 2; i++) {
		const struct tcp_side *s = &c->side[i];

		if (acked_hole(s) > s->next)
			lose(c, i, acked_hole(s), cause);
		if (!s->ended)
			give_end(c, i, how);
	}
}

/* --- starting ------------------------------------------------------------- */

static int64_t
lowest(int64_t a, int64_t b)
{
	return a == TCP_NONE ? b : b == TCP_NONE ? a : min64(a, b);
}

static int64_t
find_zero(const struct tcp_side *s, const struct tcp_side *other)
{
	if (s->syn)
		return s->zero;
	/* Seen from the beginning, only its SYN is missing. */
	if (other->syn)
		return lowest(lowest(s->low, s->ack_low), s->idle);
	if (s->idle == TCP_NONE)
		return s->low == TCP_NONE ? s->ack_low : s->low;
	/* A keep-alive probe repeats the number before the next one. */
	if (s->low == TCP_NONE)
		return s->acked == s->idle + 1 ? s->acked : s->idle;
	return s->low == s->idle + 1 ? s->low : min64(s->low, s->idle);
}

void
tcp_order_start(struct tcp_conn *c)
{
	c->holding = false;
	for (int i = 0; i < 2; i++) {
		struct tcp_side *s = &c->side[i];

		if (!s->known)
			continue;
		s->zero = find_zero(s, &c->side[!i]);
		assert(s->zero != TCP_NONE);
		assert(held_count(&s->held) == 0 ||
		       held_head(&s->held)->pos >= s->zero);
		s->next = s->zero;
		s->high = max64(s->high, s->zero);
		s->soft = !s->syn;
		s->started = true;
	}
}

/* --- payload -------------------------------------------------------------- */

/* One piece of a segment, cut to [from, to). pos is where it begins. */
static struct piece
clip(const struct piece *p, int64_t pos, int64_t from, int64_t to)
{
	int64_t begin = max64(pos, from), end = min64(pos + p->n, to);

	return piece_part(p, (uint32_t)(begin - pos), (uint32_t)(end - begin));
}

static void
deliver_segment(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
                int64_t to, struct held_sum *io)
{
	struct tcp_side *side = &c->side[s->side];

	for (size_t i = 0; i < s->npieces && side->next < to; i++) {
		int64_t end = pos + s->pieces[i].n;

		if (end > side->next && s->pieces[i].n != 0) {
			struct piece p = clip(&s->pieces[i], pos, side->next,
			                      to);

			io->fresh += p.n;
			give_data(c, s->side, &p);
		}
		pos = end;
	}
	if (side->next < to) {
		io->fresh_cut += (uint64_t)(to - side->next);
		give_gap(c, s->side, to, GAP_SNAPLEN);
	}
}

/* Hold what was not delivered yet. */
static int
hold(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos, int64_t to,
     int64_t need, struct held_sum *io)
{
	struct tcp_side *side = &c->side[s->side];
	int64_t from = side->started ? max64(pos, side->next) : pos;
	uint64_t before = side->held.bytes;
	struct piece p = { .ts = s->ts };
	int err = 0;

	for (size_t i = 0; i < s->npieces && pos < to && err == 0; i++) {
		int64_t end = pos + s->pieces[i].n;

		if (end > from && s->pieces[i].n != 0) {
			p = clip(&s->pieces[i], pos, from, to);
			err = held_add(&side->held, max64(pos, from), need, &p,
			               false, io);
		}
		pos = end;
	}
	from = max64(pos, from);
	if (from < to && err == 0) {
		p.n = (uint32_t)(to - from);
		err = held_add(&side->held, from, need, &p, true, io);
	}
	c->budget->held += side->held.bytes - before;
	return err;
}

/* No memory to hold the segment: make this its turn. */
static void
force(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos, int64_t to,
      struct held_sum *io)
{
	struct tcp_side *side = &c->side[s->side];

	if (c->holding)
		tcp_order_start(c);
	do {
		pump(c);
	} while (held_count(&c->side[0].held) + held_count(&c->side[1].held) &&
	         give_up_one(c, GAP_BUDGET));
	if (side->next < pos)
		give_gap(c, s->side, pos, GAP_BUDGET);
	if (side->next < to)
		deliver_segment(c, s, pos, to, io);
}

void
tcp_order_payload(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
                  uint32_t len, int64_t need, struct held_sum *io)
{
	struct tcp_side *side = &c->side[s->side];
	int64_t to = pos + len, stop = to;

	if (side->started && pos <= side->next &&
	    reached(&c->side[!s->side], need)) {
		if (held_count(&side->held) != 0)
			stop = min64(to, held_head(&side->held)->pos);
		if (side->next < stop)
			deliver_segment(c, s, pos, stop, io);
		if (side->next >= to)
			return;
	}
	if (hold(c, s, pos, to, need, io) != 0)
		force(c, s, pos, to, io);
}
