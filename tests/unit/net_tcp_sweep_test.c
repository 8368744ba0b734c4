/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random conversations, disturbed. Whatever the order of capture, and whatever
 * is repeated, split or overlaps, the user is told the same; whatever is lost,
 * bytes and gaps together cover each side once.
 *
 * A conversation is questions and answers by turns, so that the order of
 * delivery is a matter of sequence and acknowledgement numbers alone.
 */
#include "analyzer/net/tcp.h"

#include "base/mem.h"
#include "tests/tap/tap.h"

enum { SEGMENTS = 400, TURNS = 64, BYTES = 16384, ROUNDS = 3000 };

struct segment {
	int side;
	uint8_t flags;
	uint32_t off; /* of the payload in its side's stream */
	uint32_t len;
	uint32_t ack; /* offset in the other side's stream */
	uint16_t ip_id;
	bool first; /* a SYN: off and ack mean nothing */
};

struct talk {
	uint64_t seed;
	uint32_t isn[2];
	size_t n;
	struct segment seg[SEGMENTS];
	uint32_t sent[2];
};

/* What was delivered: turns of (side, bytes), and the checks made. */
struct heard {
	size_t nturns;
	struct {
		int side;
		uint64_t bytes;
	} turn[TURNS];
	uint64_t next[2], data[2];
	int ends;
	bool fin[2];
	bool wrong;
	bool gaps;
	uint64_t base[2]; /* stream offset of offset 0 when joined late */
};

static uint32_t
rnd(struct talk *t, uint32_t n)
{
	t->seed = t->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(t->seed >> 33) % n;
}

/* The byte of a side at an offset. */
static uint8_t
byte_at(int side, uint64_t off)
{
	return (uint8_t)((off * 7 + off / 256 * 3 + (side ? 91 : 0)) & 0xff);
}

static void
add(struct talk *t, int side, uint8_t flags, uint32_t off, uint32_t len,
    uint32_t ack)
{
	if (t->n == SEGMENTS)
		abort();
	t->seg[t->n] = (struct segment){
		.side = side,
		.flags = flags,
		.off = off,
		.len = len,
		.ack = ack,
		.ip_id = (uint16_t)(t->n * 3 + 1),
	};
	t->n++;
}

/* One side says `bytes` in a few segments; sometimes the other acknowledges. */
static void
say(struct talk *t, int side, uint32_t bytes)
{
	while (bytes != 0) {
		uint32_t n = 1 + rnd(t, 60);

		n = n < bytes ? n : bytes;
		add(t, side, TCP_ACK | TCP_PSH, t->sent[side], n,
		    t->sent[!side]);
		t->sent[side] += n;
		bytes -= n;
		if (rnd(t, 3) == 0)
			add(t, !side, TCP_ACK, t->sent[!side], 0,
			    t->sent[side]);
	}
}

static void
make_talk(struct talk *t, uint64_t seed)
{
	uint32_t turns;

	*t = (struct talk){ .seed = seed * 7919 + 1 };
	turns = 1 + rnd(t, 5);
	for (int i = 0; i < 2; i++)
		t->isn[i] = rnd(t, 3) == 0 ? UINT32_MAX - rnd(t, 400)
		                           : rnd(t, UINT32_MAX);
	add(t, 0, TCP_SYN, 0, 0, 0);
	t->seg[0].first = true;
	add(t, 1, TCP_SYN | TCP_ACK, 0, 0, 0);
	t->seg[1].first = true;
	add(t, 0, TCP_ACK, 0, 0, 0);
	for (uint32_t i = 0; i < turns; i++) {
		say(t, 0, 1 + rnd(t, 200));
		say(t, 1, 1 + rnd(t, 400));
	}
	add(t, 0, TCP_ACK | TCP_FIN, t->sent[0], 0, t->sent[1]);
	add(t, 1, TCP_ACK | TCP_FIN, t->sent[1], 0, t->sent[0] + 1);
	add(t, 0, TCP_ACK, t->sent[0] + 1, 0, t->sent[1] + 1);
}

/* --- disturbances --------------------------------------------------------- */

static void
insert(struct talk *t, size_t at, struct segment s)
{
	if (t->n == SEGMENTS)
		return;
	memmove(t->seg + at + 1, t->seg + at, (t->n - at) * sizeof(s));
	t->seg[at] = s;
	t->n++;
}

/* Exact copies and repetitions, a little later. */
static void
repeat_some(struct talk *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct segment s = t->seg[i];
		size_t at = i + 1 + rnd(t, 4);

		if (rnd(t, 6) != 0)
			continue;
		if (rnd(t, 2) == 0)
			s.ip_id = (uint16_t)(s.ip_id + 1);
		insert(t, at < t->n ? at : t->n, s);
	}
}

static void
split_some(struct talk *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct segment s = t->seg[i];
		uint32_t k;

		if (s.len < 2 || rnd(t, 4) != 0)
			continue;
		k = 1 + rnd(t, s.len - 1);
		t->seg[i].len = k;
		s.off += k;
		s.len -= k;
		s.ip_id = (uint16_t)(s.ip_id + 2);
		insert(t, i + 1, s);
		i++;
	}
}

/* Repetitions that begin and end elsewhere, within the same turn. */
static void
overlap_some(struct talk *t)
{
	for (size_t i = 0; i + 1 < t->n; i++) {
		struct segment a = t->seg[i], b = t->seg[i + 1];
		uint32_t from, to;

		if (rnd(t, 3) != 0 || a.side != b.side || a.len < 2 ||
		    b.len < 2 || a.ack != b.ack || a.off + a.len != b.off)
			continue;
		from = a.off + rnd(t, a.len);
		to = b.off + 1 + rnd(t, b.len);
		a.off = from;
		a.len = to - from;
		a.ip_id = (uint16_t)(a.ip_id + 2);
		insert(t, i + rnd(t, 3), a);
		i += 2;
	}
}

static void
shuffle(struct talk *t, uint32_t window)
{
	for (size_t i = 0; i + 1 < t->n; i++) {
		size_t k = i + rnd(t, window);
		struct segment s;

		if (k >= t->n || rnd(t, 2) == 0)
			continue;
		s = t->seg[k];
		memmove(t->seg + i + 1, t->seg + i, (k - i) * sizeof(s));
		t->seg[i] = s;
	}
}

static void
lose_some(struct talk *t, uint32_t one_in)
{
	size_t k = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (rnd(t, one_in) != 0)
			t->seg[k++] = t->seg[i];
	}
	t->n = k;
}

/* --- listening ------------------------------------------------------------ */

static void
on_data(void *ctx, int side, uint64_t off, const struct piece *p)
{
	struct heard *h = ctx;

	h->wrong = h->wrong || off != h->next[side] || h->fin[side];
	for (uint32_t i = 0; i < p->n; i++)
		h->wrong = h->wrong ||
		           p->p[i] != byte_at(side, h->base[side] + off + i);
	h->next[side] = off + p->n;
	h->data[side] += p->n;
	if (h->nturns == 0 || h->turn[h->nturns - 1].side != side) {
		if (h->nturns == TURNS) {
			h->wrong = true;
			return;
		}
		h->turn[h->nturns].side = side;
		h->turn[h->nturns].bytes = 0;
		h->nturns++;
	}
	h->turn[h->nturns - 1].bytes += p->n;
}

static void
on_gap(void *ctx, int side, const struct gap *g)
{
	struct heard *h = ctx;

	h->wrong = h->wrong || g->off != h->next[side] || g->len == 0 ||
	           h->fin[side];
	h->next[side] = g->off + g->len;
	h->gaps = true;
}

static void
on_end(void *ctx, int side, enum tcp_ending how)
{
	struct heard *h = ctx;

	(void)how;
	h->wrong = h->wrong || h->fin[side];
	h->fin[side] = true;
	h->ends++;
}

static void
on_conflict(void *ctx, int side, uint64_t off, uint32_t len,
            const struct piece *p)
{
	struct heard *h = ctx;

	(void)side, (void)off, (void)len, (void)p;
	h->wrong = true;
}

static const struct tcp_events events = {
	.data = on_data,
	.gap = on_gap,
	.end = on_end,
	.conflict = on_conflict,
};

static void
listen(struct tcp_conn *c, const struct talk *t, const struct segment *g,
       int64_t ts)
{
	uint8_t bytes[128];
	struct piece piece = { .p = bytes, .n = g->len, .ts = ts };
	struct tcp_segment s = {
		.side = g->side,
		.h = { .seq = t->isn[g->side] + 1 + g->off,
		       .ack = t->isn[!g->side] + 1 + g->ack,
		       .window = 512,
		       .flags = g->flags },
		.ip_id = g->ip_id,
		.ts = ts,
		.len = g->len,
		.npieces = g->len != 0,
		.pieces = &piece,
	};
	bool reused;

	if (g->first)
		s.h.seq--;
	for (uint32_t i = 0; i < g->len; i++)
		bytes[i] = byte_at(g->side, (uint64_t)g->off + i);
	(void)tcp_conn_segment(c, &s, &reused);
	if (reused) {
		tap_note("taken for another connection");
		abort();
	}
}

/* What makes it hard for a connection to hold bytes. */
struct strain {
	int64_t fail; /* the n-th allocation and all after it fail */
	bool tight;   /* budgets for a handful of segments */
};

/* Play it to a connection. True when the ends came by themselves. */
static bool
play_hard(const struct talk *t, struct heard *h, bool finish,
          struct strain strain)
{
	struct net_limits limits;
	struct tcp_budget budget = { .max = strain.tight ? 1200 : 1 << 20 };
	struct tcp_conn *c;
	bool over;

	net_limits_init(&limits);
	if (strain.tight) {
		limits.held_stream = 900;
		limits.held_acked = 3;
	}
	c = tcp_conn_new(&limits, &budget, &events, h);
	if (c == NULL)
		abort();
	if (strain.fail != 0)
		mem_fail_at(strain.fail, true);
	for (size_t i = 0; i < t->n; i++)
		listen(c, t, &t->seg[i], (int64_t)i * 50000);
	over = tcp_conn_over(c);
	if (finish)
		tcp_conn_finish(c, GAP_UNSEEN);
	mem_fail_at(-1, false);
	for (int i = 0; i < 2; i++) {
		const struct tcp_side_stats *st = tcp_conn_stats(c, i);

		h->wrong = h->wrong || st->payload != h->data[i] ||
		           st->payload + st->gap_bytes != h->next[i];
	}
	tcp_conn_free(c);
	h->wrong = h->wrong || budget.held != 0;
	return over;
}

static bool
play(const struct talk *t, struct heard *h, bool finish)
{
	return play_hard(t, h, finish, (struct strain){ .fail = 0 });
}

static bool
same_turns(const struct heard *a, const struct heard *b)
{
	if (a->nturns != b->nturns)
		return false;
	for (size_t i = 0; i < a->nturns; i++) {
		if (a->turn[i].side != b->turn[i].side ||
		    a->turn[i].bytes != b->turn[i].bytes)
			return false;
	}
	return true;
}

/* --- sweeps --------------------------------------------------------------- */

enum { REPEAT = 1, SPLIT = 2, OVERLAP = 4, SHUFFLE = 8 };

static bool
order_holds(uint64_t seed, int how)
{
	static struct talk t;
	struct heard plain = { .nturns = 0 }, other = { .nturns = 0 };

	make_talk(&t, seed);
	if (!play(&t, &plain, false) || plain.wrong || plain.gaps ||
	    plain.data[0] != t.sent[0] || plain.data[1] != t.sent[1])
		return false;
	if (how & SPLIT)
		split_some(&t);
	if (how & OVERLAP)
		overlap_some(&t);
	if (how & REPEAT)
		repeat_some(&t);
	if (how & SHUFFLE)
		shuffle(&t, 2 + rnd(&t, 7));
	return play(&t, &other, false) && !other.wrong && !other.gaps &&
	       same_turns(&plain, &other);
}

static void
sweep_order(int how, const char *what)
{
	uint64_t bad = 0, seed;

	for (seed = 0; seed < ROUNDS && bad == 0; seed++) {
		if (!order_holds(seed, how))
			bad = seed + 1;
	}
	is_int((intmax_t)bad, 0, what);
}

/* Joined late: the same as when nothing was disturbed. */
static bool
late_holds(uint64_t seed)
{
	static struct talk t;
	struct heard plain = { .nturns = 0 }, other = { .nturns = 0 };
	size_t skip;
	bool seen[2] = { false };

	make_talk(&t, seed);
	skip = 3 + rnd(&t, (uint32_t)t.n / 2);
	if (skip + 12 > t.n)
		return true;
	t.n -= skip;
	memmove(t.seg, t.seg + skip, t.n * sizeof(t.seg[0]));
	for (size_t i = 0; i < t.n; i++) {
		const struct segment *s = &t.seg[i];

		if (s->len != 0 && !seen[s->side]) {
			plain.base[s->side] = other.base[s->side] = s->off;
			seen[s->side] = true;
			/* A single byte there may be a keep-alive's. */
			if (s->len == 1)
				return true;
		}
	}
	(void)play(&t, &plain, true);
	if (plain.wrong || plain.gaps)
		return false;
	shuffle(&t, 4);
	(void)play(&t, &other, true);
	return !other.wrong && !other.gaps && same_turns(&plain, &other);
}

static bool
loss_holds(uint64_t seed, bool hard)
{
	static struct talk t;
	struct heard h = { .nturns = 0 };
	struct strain strain = { .tight = hard && seed % 2 == 0 };
	struct segment syn[2];

	if (hard && seed % 2 != 0)
		strain.fail = (int64_t)(seed % 60) + 1;
	make_talk(&t, seed);
	memcpy(syn, t.seg, sizeof(syn));
	split_some(&t);
	repeat_some(&t);
	lose_some(&t, 2 + rnd(&t, 8));
	shuffle(&t, 1 + rnd(&t, 6));
	/* With both SYNs it is known where the sides begin. */
	insert(&t, 0, syn[1]);
	insert(&t, 0, syn[0]);
	(void)play_hard(&t, &h, true, strain);
	if (h.wrong || h.ends != 2)
		return false;
	for (int i = 0; i < 2; i++) {
		if (h.next[i] > t.sent[i] + 1)
			return false;
	}
	return true;
}

int
main(void)
{
	uint64_t bad = 0, seed;

	sweep_order(SHUFFLE, "any order within a window");
	sweep_order(REPEAT, "repetitions and copies");
	sweep_order(SPLIT | SHUFFLE, "split, in any order");
	sweep_order(OVERLAP, "overlapping");
	sweep_order(OVERLAP | SHUFFLE, "overlapping, in any order");
	sweep_order(REPEAT | SPLIT | OVERLAP | SHUFFLE, "all of it");
	for (seed = 0; seed < ROUNDS && bad == 0; seed++) {
		if (!late_holds(seed))
			bad = seed + 1;
	}
	is_int((intmax_t)bad, 0, "joined late, in any order");
	bad = 0;
	for (seed = 0; seed < ROUNDS && bad == 0; seed++) {
		if (!loss_holds(seed, false))
			bad = seed + 1;
	}
	is_int((intmax_t)bad, 0, "with losses, bytes and gaps cover it all");
	bad = 0;
	for (seed = 0; seed < ROUNDS && bad == 0; seed++) {
		if (!loss_holds(seed, true))
			bad = seed + 1;
	}
	is_int((intmax_t)bad, 0, "also without memory or budget");
	return tap_done();
}
