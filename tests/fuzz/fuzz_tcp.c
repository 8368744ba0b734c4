/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any segments, twelve bytes each, as one connection after the other. Offsets
 * have to be gapless and in order, ends final, and the counters true.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/net/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEGMENT = 12, BYTES = 2048 };

struct heard {
	uint64_t next[2], data[2], gaps[2];
	bool ended[2];
};

static void
on_data(void *ctx, int side, uint64_t off, const struct piece *p)
{
	struct heard *h = ctx;
	volatile uint8_t last;

	if (off != h->next[side] || p->n == 0 || h->ended[side])
		abort();
	last = p->p[p->n - 1];
	(void)last;
	h->next[side] += p->n;
	h->data[side] += p->n;
}

static void
on_gap(void *ctx, int side, const struct gap *g)
{
	struct heard *h = ctx;

	if (g->off != h->next[side] || g->len == 0 || h->ended[side] ||
	    g->cause >= GAP_COUNT)
		abort();
	h->next[side] += g->len;
	h->gaps[side] += g->len;
}

static void
on_end(void *ctx, int side, enum tcp_ending how)
{
	struct heard *h = ctx;

	if (h->ended[side] || how > TCP_END_CUT)
		abort();
	h->ended[side] = true;
}

static void
on_conflict(void *ctx, int side, uint64_t off, uint32_t len,
            const struct piece *p)
{
	(void)ctx, (void)side, (void)off;
	if (len == 0 || p == NULL)
		abort();
}

static const struct tcp_events events = {
	.data = on_data,
	.gap = on_gap,
	.end = on_end,
	.conflict = on_conflict,
};

static void
check(const struct tcp_conn *c, const struct heard *h)
{
	for (int i = 0; i < 2; i++) {
		const struct tcp_side_stats *st = tcp_conn_stats(c, i);

		if (!h->ended[i] || st->payload != h->data[i] ||
		    st->gap_bytes != h->gaps[i])
			abort();
	}
	if (!tcp_conn_over(c))
		abort();
}

/* Numbers near to each other, so that they meet; sometimes not. */
static uint32_t
number(uint16_t v)
{
	return v >= 0xff00 ? (uint32_t)v << 23 : UINT32_MAX - 300 + v % 4096;
}

static bool
feed(struct tcp_conn *conn, struct cursor *c, int64_t *ts)
{
	static const uint8_t bytes[BYTES] = { 1, 2, 3 };
	uint8_t bits = cur_u8(c), flags = cur_u8(c);
	uint16_t seq = cur_be16(c), ack = cur_be16(c), len = cur_be16(c);
	uint16_t cut = cur_be16(c), wait = cur_be16(c);
	uint32_t n = bits & 2 ? 0 : len % 512u;
	uint32_t have = bits & 4 ? n - (cut < n ? cut : n) : n;
	struct piece pieces[2] = {
		{ .p = bytes + seq % 64, .n = have / 2 },
		{ .p = bytes + seq % 64 + have / 2, .n = have - have / 2 },
	};
	struct tcp_segment s = {
		.side = bits & 1,
		.h = { .seq = number(seq),
		       .ack = number(ack),
		       .window = bits & 8 ? 0 : 100,
		       .flags = flags },
		.ip_id = bits & 16 ? 0 : (uint16_t)(cut / 16),
		.ts = *ts,
		.len = n,
		.npieces = bits & 32 ? 2 : 1,
		.pieces = pieces,
	};
	bool reused;

	if (s.npieces == 1)
		pieces[0].n = have;
	/* Time runs forward, or to its ends. */
	if (wait >= 0xfffe)
		*ts = wait == 0xffff ? INT64_MAX : INT64_MIN;
	else if (*ts < INT64_MAX - 7000000000)
		*ts += wait * INT64_C(100000);
	if (tcp_conn_segment(conn, &s, &reused) >= DISPOSITION_COUNT)
		abort();
	return !reused;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_make(data, size, false);
	struct net_limits limits;
	struct tcp_budget budget = { .max = 3000 };
	int64_t ts = 0;

	net_limits_init(&limits);
	limits.held_stream = 2000;
	limits.held_acked = 4;
	while (cur_left(&c) >= SEGMENT) {
		struct heard h = { .next = { 0 } };
		struct tcp_conn *conn;

		conn = tcp_conn_new(&limits, &budget, &events, &h);
		if (conn == NULL)
			return 0;
		while (cur_left(&c) >= SEGMENT && feed(conn, &c, &ts))
			;
		tcp_conn_finish(conn, GAP_UNSEEN);
		check(conn, &h);
		tcp_conn_free(conn);
		if (budget.held != 0)
			abort();
	}
	return 0;
}
