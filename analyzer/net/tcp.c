/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/tcp.h"

#include <assert.h>

#include "analyzer/net/tcp_order.h"
#include "base/mem.h"

/* A stream joined late is held so long to see where it starts. */
#define HOLD_NS    UINT64_C(1000000000)
#define HOLD_BYTES UINT64_C(65536)

/* Sequence numbers farther off than this belong to something else. */
#define FAR (INT64_C(1) << 30)

/* A SYN may come so far behind bytes of its connection, and no farther. */
#define SYN_REACH (INT64_C(1) << 20)

struct tcp_conn *
tcp_conn_new(const struct net_limits *limits, struct tcp_budget *budget,
             const struct tcp_events *events, void *ctx)
{
	struct tcp_conn *c = mem_zalloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limits = limits;
	c->budget = budget;
	c->events = events;
	c->ctx = ctx;
	c->opener = -1;
	c->holding = true;
	c->first_ts = c->now = c->syn_ts = c->ack_ts = TCP_NONE;
	for (int i = 0; i < 2; i++) {
		struct tcp_side *s = &c->side[i];

		s->high = s->acked = s->low = s->ack_low = s->idle = TCP_NONE;
		s->fin = s->since = TCP_NONE;
	}
	return c;
}

void
tcp_conn_free(struct tcp_conn *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		c->budget->held -= c->side[i].held.bytes;
		held_release(&c->side[i].held);
		mem_free(c->side[i].trace);
	}
	mem_free(c);
}

/* --- sequence numbers ----------------------------------------------------- */

/* The position of a sequence number: the one nearest to where the side is. */
static int64_t
side_pos(const struct tcp_side *s, uint32_t seq)
{
	uint32_t delta = seq - (s->seq0 + (uint32_t)s->next);

	return s->next + (int32_t)delta;
}

static bool
is_far(const struct tcp_side *s, int64_t pos)
{
	return pos - s->next > FAR || s->next - pos > FAR;
}

/* The first sequence number that is learnt of a side. */
static void
side_learn(const struct tcp_conn *c, struct tcp_side *s, uint32_t seq)
{
	s->seq0 = seq;
	s->known = true;
	if (c->holding)
		return;
	s->started = s->soft = true;
	s->high = 0;
}

/* The lowest position that is known to belong to the connection. */
static int64_t
side_lowest(const struct tcp_side *s)
{
	int64_t pos = INT64_MAX;

	if (s->started)
		return s->zero;
	if (s->low != TCP_NONE && s->low < pos)
		pos = s->low;
	if (s->ack_low != TCP_NONE && s->ack_low < pos)
		pos = s->ack_low;
	if (s->idle != TCP_NONE && s->idle < pos)
		pos = s->idle;
	return pos;
}

/* Can a SYN be the beginning of what is known of its side? */
static bool
syn_fits(const struct tcp_side *s, uint32_t isn)
{
	int64_t first, low;

	if (!s->known)
		return true;
	first = side_pos(s, isn + 1);
	low = side_lowest(s);
	if (s->started)
		return first == low;
	return low == INT64_MAX || (first <= low && low - first <= SYN_REACH);
}

static bool
begins_another(const struct tcp_conn *c, const struct tcp_segment *s)
{
	const struct tcp_side *side = &c->side[s->side];

	if ((s->h.flags & TCP_SYN) == 0 || (s->h.flags & TCP_RST) != 0)
		return false;
	/* Answering an old SYN anew is no new connection. */
	if ((s->h.flags & TCP_ACK) && !tcp_conn_over(c))
		return false;
	if (side->syn)
		return s->h.seq != side->isn;
	if (!side->known)
		return tcp_conn_over(c);
	return !syn_fits(side, s->h.seq);
}

/* --- parts of a segment --------------------------------------------------- */

/* False when it does not belong to this connection. */
static bool
take_syn(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos)
{
	struct tcp_side *side = &c->side[s->side];
	bool answers = s->h.flags & TCP_ACK;

	if (side->syn) {
		side->stats.retransmissions += s->h.seq == side->isn;
		return s->h.seq == side->isn;
	}
	if (!syn_fits(side, s->h.seq))
		return false;
	side->syn = true;
	side->soft = false;
	side->isn = s->h.seq;
	if (!side->started)
		side->zero = pos;
	if (side->high < pos)
		side->high = pos;
	if (c->opener < 0)
		c->opener = (int8_t)(answers ? !s->side : s->side);
	if (c->opener == s->side && !answers)
		c->syn_ts = s->ts;
	return true;
}

/*
 * RFC 5681, section 2: without data, SYN and FIN, the same acknowledgement and
 * window as before, while something is outstanding.
 */
static bool
is_duplicate_ack(const struct tcp_side *sender, const struct tcp_side *other,
                 const struct tcp_segment *s, int64_t pos)
{
	return s->len == 0 &&
	       (s->h.flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0 &&
	       pos == other->acked && other->high > pos &&
	       s->h.window == sender->window;
}

/* The position that a segment acknowledges, or TCP_NONE. */
static int64_t
take_ack(struct tcp_conn *c, const struct tcp_segment *s)
{
	struct tcp_side *side = &c->side[s->side];
	struct tcp_side *other = &c->side[!s->side];
	int64_t pos;

	if ((s->h.flags & TCP_ACK) == 0)
		return TCP_NONE;
	if (!other->known)
		side_learn(c, other, s->h.ack);
	pos = side_pos(other, s->h.ack);
	if (is_far(other, pos))
		return TCP_NONE;
	if (is_duplicate_ack(side, other, s, pos))
		side->stats.duplicate_acks++;
	/* It was started at a keep-alive probe's number, which is one less. */
	if (other->soft && other->started && pos == other->zero + 1 &&
	    other->high == other->zero)
		other->zero = other->next = other->high = pos;
	if (pos > other->acked)
		other->acked = pos;
	if (!other->started &&
	    (other->ack_low == TCP_NONE || pos < other->ack_low))
		other->ack_low = pos;
	if (s->side == c->opener && c->ack_ts == TCP_NONE &&
	    (s->h.flags & (TCP_SYN | TCP_RST)) == 0)
		c->ack_ts = s->ts;
	return pos;
}

/* All that was sent has been acknowledged, and this is the byte before. */
static bool
is_probe(const struct tcp_conn *c, const struct tcp_segment *s, int64_t pos)
{
	const struct tcp_side *side = &c->side[s->side];

	if (s->len > 1 || (s->h.flags & (TCP_SYN | TCP_FIN)) != 0)
		return false;
	return pos + 1 == side->high && side->packets > 1 &&
	       side->fin == TCP_NONE &&
	       (side->acked >= side->high ||
	        (s->len == 0 && c->side[!s->side].packets == 0));
}

static bool
has_no_window(const struct tcp_side *s)
{
	return s->packets != 0 && s->window == 0 && !s->rst;
}

static enum disposition
take_control(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
             int64_t ack)
{
	struct tcp_side *side = &c->side[s->side];
	struct tcp_side *other = &c->side[!s->side];

	if (!side->started && (s->h.flags & TCP_SYN) == 0 &&
	    (side->idle == TCP_NONE || pos < side->idle))
		side->idle = pos;
	if (other->probed && ack == other->high) {
		other->probed = false;
		return DISPOSITION_KEEPALIVE;
	}
	return DISPOSITION_CONTROL;
}

/* Payload of which nothing is new. */
static enum disposition
take_old(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
         const struct trace_packet *p)
{
	struct tcp_side *side = &c->side[s->side];

	side->stats.retransmissions++;
	if (side->started && pos < side->zero)
		return DISPOSITION_LATE;
	if (side->trace == NULL)
		return DISPOSITION_RETRANSMISSION;
	if (trace_in_gap(side->trace, pos, pos + s->len))
		return DISPOSITION_LATE;
	if (side->started && pos + s->len <= side->next &&
	    trace_differs(side->trace, p))
		c->events->conflict(c->ctx, s->side,
		                    (uint64_t)(pos - side->zero), s->len,
		                    &s->pieces[0]);
	return DISPOSITION_RETRANSMISSION;
}

static void
report_conflict(struct tcp_conn *c, int side, const struct held_sum *sum)
{
	/* An offset is needed now, so the start must be. */
	if (c->holding)
		tcp_order_start(c);
	c->events->conflict(c->ctx, side,
	                    (uint64_t)(sum->from - c->side[side].zero),
	                    (uint32_t)(sum->to - sum->from), &sum->piece);
}

static uint64_t
bytes_present(const struct tcp_segment *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->npieces; i++)
		n += s->pieces[i].n;
	return n;
}

static enum disposition
take_fresh(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
           uint32_t len, int64_t need)
{
	struct tcp_side *side = &c->side[s->side];
	struct held_sum sum = { .fresh = 0 };

	if (side->soft && pos == side->zero + 1 && side->high == side->zero)
		side->zero = side->next = side->high = pos;
	side->stats.out_of_order += side->high != TCP_NONE && pos > side->high;
	if (!side->started && (side->low == TCP_NONE || pos < side->low))
		side->low = pos;
	if (side->high < pos + len)
		side->high = pos + len;
	tcp_order_payload(c, s, pos, len, need, &sum);
	side->stats.payload += sum.fresh;
	if (sum.conflict)
		report_conflict(c, s->side, &sum);
	if (sum.fresh + sum.fresh_cut == 0)
		return DISPOSITION_RETRANSMISSION;
	if (bytes_present(s) < len)
		return DISPOSITION_DATA_CUT;
	if (s->len == 1 && has_no_window(&c->side[!s->side]))
		return DISPOSITION_WINDOW_PROBE;
	if (sum.fresh < s->len) {
		side->stats.retransmissions++;
		return DISPOSITION_DATA_PARTIAL;
	}
	return DISPOSITION_DATA;
}

static enum disposition
take_payload(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
             int64_t need, const struct trace_packet *p)
{
	struct tcp_side *side = &c->side[s->side];
	int64_t end = pos + s->len;
	enum disposition d;

	if (side->fin != TCP_NONE && pos >= side->fin)
		return DISPOSITION_OUT_OF_WINDOW;
	/* Nothing can come before the SYN. */
	if (!side->started && side->syn && pos < side->zero)
		return DISPOSITION_OUT_OF_WINDOW;
	if (side->fin != TCP_NONE && end > side->fin)
		end = side->fin;
	if (side->started && end <= side->next)
		return take_old(c, s, pos, p);
	if (side->ended)
		return DISPOSITION_LATE;
	d = take_fresh(c, s, pos, (uint32_t)(end - pos), need);
	return d == DISPOSITION_RETRANSMISSION ? take_old(c, s, pos, p) : d;
}

static void
take_fin(struct tcp_conn *c, const struct tcp_segment *s, int64_t pos,
         int64_t need)
{
	struct tcp_side *side = &c->side[s->side];

	if (side->fin != TCP_NONE) {
		side->stats.retransmissions += pos == side->fin && s->len == 0;
		return;
	}
	/* With bytes behind it, it is not the end. */
	if (side->ended || pos < side->high ||
	    (!side->started && side->syn && pos < side->zero))
		return;
	side->fin = pos;
	side->fin_need = need;
	side->fin_ts = s->ts;
	side->high = pos + 1;
	if (!side->started && (side->low == TCP_NONE || pos < side->low))
		side->low = pos;
}

static enum disposition
take_rst(struct tcp_conn *c, const struct tcp_segment *s)
{
	struct tcp_side *side = &c->side[s->side];

	if (side->known) {
		int64_t pos = side_pos(side, s->h.seq);

		/* The receiver takes none from before its window, so neither
		 * may we; where that ends is not known here. */
		if (is_far(side, pos) ||
		    (side->acked != TCP_NONE && pos < side->acked - 1))
			return DISPOSITION_OUT_OF_WINDOW;
	}
	side->rst = true;
	side->packets++;
	side->absent = false;
	if (tcp_conn_over(c))
		return DISPOSITION_CONTROL;
	(void)take_ack(c, s);
	c->reset = true;
	tcp_order_flush(c, GAP_UNSEEN, TCP_END_RST);
	return DISPOSITION_CONTROL;
}

/* --- the segment ---------------------------------------------------------- */

/* Enough is known, or enough was waited for, to say where the sides start. */
static bool
hold_is_over(const struct tcp_conn *c)
{
	const struct tcp_side *a = &c->side[0], *b = &c->side[1];

	return (a->syn && b->syn) ||
	       (a->fin != TCP_NONE && b->fin != TCP_NONE) ||
	       c->packets >= c->limits->hold_start ||
	       a->held.bytes + b->held.bytes >= HOLD_BYTES ||
	       (uint64_t)c->now - (uint64_t)c->first_ts >= HOLD_NS;
}

static void
after_packet(struct tcp_conn *c, const struct tcp_segment *s)
{
	struct tcp_side *side = &c->side[s->side];
	struct tcp_side *other = &c->side[!s->side];

	if (s->h.window == 0 && (s->h.flags & (TCP_SYN | TCP_RST)) == 0)
		side->stats.zero_windows++;
	side->window = s->h.window;
	if (other->packets == 0 && side->packets >= c->limits->hold_start)
		other->absent = true;
	if (c->holding && hold_is_over(c))
		tcp_order_start(c);
	tcp_order_run(c);
}

static enum disposition
take_segment(struct tcp_conn *c, const struct tcp_segment *s,
             const struct trace_packet *p)
{
	struct tcp_side *side = &c->side[s->side];
	bool syn = s->h.flags & TCP_SYN;
	enum disposition d;
	int64_t pos, need;
	bool probe;

	if (!side->known)
		side_learn(c, side, s->h.seq + syn);
	pos = side_pos(side, s->h.seq + syn);
	if (is_far(side, pos) || (syn && !take_syn(c, s, pos)))
		return DISPOSITION_OUT_OF_WINDOW;
	side->packets++;
	side->absent = false;
	probe = is_probe(c, s, pos);
	need = take_ack(c, s);
	if (probe && has_no_window(&c->side[!s->side])) {
		d = DISPOSITION_WINDOW_PROBE;
	} else if (probe) {
		side->probed = true;
		d = DISPOSITION_KEEPALIVE;
	} else if (s->len != 0) {
		side->probed = false;
		d = take_payload(c, s, pos, need, p);
	} else {
		d = take_control(c, s, pos, need);
	}
	if ((s->h.flags & TCP_FIN) && d != DISPOSITION_OUT_OF_WINDOW)
		take_fin(c, s, pos + s->len, need);
	after_packet(c, s);
	return d;
}

static struct trace_packet
describe(const struct tcp_segment *s)
{
	bool whole = s->npieces == 1 && s->pieces[0].n == s->len;

	return (struct trace_packet){
		.ts = s->ts,
		.hash = whole ? trace_hash(s->pieces[0].p, s->len) : 0,
		.seq = s->h.seq,
		.ack = s->h.ack,
		.len = s->len,
		.ip_id = s->ip_id,
		.window = s->h.window,
		.flags = s->h.flags,
	};
}

/* New for certain, because it goes beyond all that was seen. */
static bool
is_ahead(const struct tcp_side *side, const struct tcp_segment *s)
{
	return s->len != 0 && side->known &&
	       side_pos(side, s->h.seq) >= side->high;
}

enum disposition
tcp_conn_segment(struct tcp_conn *c, const struct tcp_segment *s,
                 bool *ret_reused)
{
	struct tcp_side *side = &c->side[s->side != 0];
	struct trace_packet p = describe(s);
	enum disposition d;

	ENSURE(s->side == 0 || s->side == 1);
	assert(bytes_present(s) <= s->len);
	*ret_reused = begins_another(c, s);
	if (*ret_reused)
		return DISPOSITION_CONTROL;
	if (side->trace == NULL)
		side->trace = mem_zalloc(sizeof(*side->trace));
	else if (!is_ahead(side, s) && trace_seen(side->trace, &p))
		return DISPOSITION_DUPLICATE;
	if (c->first_ts == TCP_NONE)
		c->first_ts = s->ts;
	if (s->ts > c->now)
		c->now = s->ts;
	c->packets++;
	if (s->h.flags & TCP_RST)
		d = take_rst(c, s);
	else
		d = take_segment(c, s, &p);
	if (side->trace != NULL)
		trace_add(side->trace, &p);
	return d;
}

void
tcp_conn_finish(struct tcp_conn *c, enum gap_cause cause)
{
	tcp_order_flush(c, cause, TCP_END_CUT);
}

/* --- questions ------------------------------------------------------------ */

bool
tcp_conn_over(const struct tcp_conn *c)
{
	return c->side[0].ended && c->side[1].ended;
}

bool
tcp_conn_reset(const struct tcp_conn *c)
{
	return c->reset;
}

bool
tcp_conn_saw_syn(const struct tcp_conn *c, int side)
{
	return c->side[side != 0].syn;
}

bool
tcp_conn_saw_fin(const struct tcp_conn *c, int side)
{
	return c->side[side != 0].fin != TCP_NONE;
}

bool
tcp_conn_saw_rst(const struct tcp_conn *c, int side)
{
	return c->side[side != 0].rst;
}

int
tcp_conn_opener(const struct tcp_conn *c)
{
	return c->opener;
}

int64_t
tcp_conn_handshake(const struct tcp_conn *c)
{
	uint64_t took = (uint64_t)c->ack_ts - (uint64_t)c->syn_ts;

	if (c->syn_ts == TCP_NONE || c->ack_ts == TCP_NONE ||
	    c->ack_ts < c->syn_ts || !c->side[!c->opener].syn ||
	    took > INT64_MAX)
		return -1;
	return (int64_t)took;
}

const struct tcp_side_stats *
tcp_conn_stats(const struct tcp_conn *c, int side)
{
	return &c->side[side != 0].stats;
}
