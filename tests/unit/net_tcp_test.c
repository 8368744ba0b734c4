/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections by hand, one case each. What a connection tells its user is
 * written down as text, with the bytes of one side in a row joined:
 *	0:abc  bytes   0-5lost  a gap   0.fin  the end   0!2+3  a conflict
 */
#include "analyzer/net/tcp.h"

#include "base/mem.h"
#include "tests/tap/tap.h"

#define MS INT64_C(1000000)

enum { LOG = 4096, S = TCP_SYN, A = TCP_ACK, F = TCP_FIN, R = TCP_RST };

struct sim {
	struct net_limits limits;
	struct tcp_budget budget;
	struct tcp_conn *conn;
	int64_t ts;
	uint16_t id;
	uint16_t window;
	uint32_t isn[2]; /* sequence numbers are given relative to these */
	uint32_t cut;    /* bytes that the next segments lack at their end */
	bool reused;
	char log[LOG];
	size_t n;
	int last; /* side whose bytes end the log, or -1 */
	uint64_t next[2];
	bool broken; /* offsets were not in order, or events after the end */
	bool ended[2];
};

static void
put(struct sim *m, const char *text)
{
	size_t n = strlen(text);

	if (m->n + n + 1 > LOG)
		abort();
	memcpy(m->log + m->n, text, n + 1);
	m->n += n;
}

static void
on_data(void *ctx, int side, uint64_t off, const struct piece *p)
{
	struct sim *m = ctx;
	char text[LOG];

	m->broken = m->broken || off != m->next[side] || m->ended[side] ||
	            p->n == 0 || p->skip < 54;
	m->next[side] = off + p->n;
	snprintf(text, sizeof(text),
	         m->last == side ? "%.0s" : "%s%d:", m->n != 0 ? " " : "",
	         side);
	put(m, text);
	snprintf(text, sizeof(text), "%.*s", (int)p->n, (const char *)p->p);
	put(m, text);
	m->last = side;
}

static void
on_gap(void *ctx, int side, const struct gap *g)
{
	struct sim *m = ctx;
	char text[64];

	m->broken = m->broken || g->off != m->next[side] || m->ended[side] ||
	            g->len == 0;
	m->next[side] = g->off + g->len;
	snprintf(text, sizeof(text), "%s%d-%d%s", m->n != 0 ? " " : "", side,
	         (int)g->len, gap_name(g->cause));
	put(m, text);
	m->last = -1;
}

static void
on_end(void *ctx, int side, enum tcp_ending how)
{
	static const char *const names[] = { "fin", "rst", "cut" };
	struct sim *m = ctx;
	char text[64];

	m->broken = m->broken || m->ended[side];
	m->ended[side] = true;
	snprintf(text, sizeof(text), "%s%d.%s", m->n != 0 ? " " : "", side,
	         names[how]);
	put(m, text);
	m->last = -1;
}

static void
on_conflict(void *ctx, int side, uint64_t off, uint32_t len,
            const struct piece *p)
{
	struct sim *m = ctx;
	char text[64];

	m->broken = m->broken || p == NULL;
	snprintf(text, sizeof(text), "%s%d!%d+%u", m->n != 0 ? " " : "", side,
	         (int)off, len);
	put(m, text);
	m->last = -1;
}

static const struct tcp_events events = {
	.data = on_data,
	.gap = on_gap,
	.end = on_end,
	.conflict = on_conflict,
};

static void
sim_open(struct sim *m)
{
	*m = (struct sim){
		.ts = 1000 * MS,
		.isn = { 1000, 70000 },
		.window = 1000,
		.id = 1,
		.last = -1,
	};
	net_limits_init(&m->limits);
	m->budget.max = 1 << 20;
	m->conn = tcp_conn_new(&m->limits, &m->budget, &events, m);
	if (m->conn == NULL)
		abort();
}

/* Feed one segment whose payload comes in pieces of at most `each` bytes. */
static enum disposition
feed_pieces(struct sim *m, int side, int flags, uint32_t seq, uint32_t ack,
            const char *data, uint32_t each)
{
	uint32_t len = (uint32_t)strlen(data), at = 0;
	uint32_t present = len - (m->cut < len ? m->cut : len);
	uint8_t *copy = malloc(present != 0 ? present : 1);
	struct piece piece[64];
	struct tcp_segment s = {
		.side = side,
		.h = { .seq = m->isn[side] + seq,
		       .ack = flags & A ? m->isn[!side] + ack : 0,
		       .window = m->window,
		       .flags = (uint8_t)flags },
		.ip_id = m->id,
		.ts = m->ts,
		.len = len,
		.pieces = piece,
	};
	enum disposition d;

	if (copy == NULL)
		abort();
	memcpy(copy, data, present);
	while (at < present) {
		uint32_t n = present - at < each ? present - at : each;

		piece[s.npieces++] = (struct piece){
			.p = copy + at,
			.n = n,
			.skip = 54,
			.ts = m->ts,
			.at = { .record = m->id },
		};
		at += n;
	}
	d = tcp_conn_segment(m->conn, &s, &m->reused);
	free(copy); /* nothing may be borrowed beyond the call */
	m->id++;
	m->ts += MS;
	return d;
}

static enum disposition
feed(struct sim *m, int side, int flags, uint32_t seq, uint32_t ack,
     const char *data)
{
	return feed_pieces(m, side, flags, seq, ack, data, UINT32_MAX);
}

/* Side 0 opens: SYN, SYN-ACK, ACK. Payload then begins at 1. */
static void
shake(struct sim *m)
{
	feed(m, 0, S, 0, 0, "");
	feed(m, 1, S | A, 0, 1, "");
	feed(m, 0, A, 1, 1, "");
}

static void
finish(struct sim *m)
{
	tcp_conn_finish(m->conn, GAP_UNSEEN);
}

/* Check the log and the invariants, and free the connection. */
static void
sim_close(struct sim *m, const char *want, const char *what)
{
	is_str(m->log, want, what);
	tcp_conn_free(m->conn);
	if (m->broken || m->budget.held != 0)
		ok(false, "events are in order and nothing stays held");
}

#define IS(d, name, what) is_str(disposition_name(d), (name), (what))

/* --- ordinary lives ------------------------------------------------------- */

static void
test_plain(void)
{
	const struct tcp_side_stats *st;
	struct sim m;

	sim_open(&m);
	IS(feed(&m, 0, S, 0, 0, ""), "control", "SYN");
	IS(feed(&m, 1, S | A, 0, 1, ""), "control", "SYN-ACK");
	IS(feed(&m, 0, A, 1, 1, ""), "control", "ACK");
	IS(feed(&m, 0, A, 1, 1, "GET"), "data", "request");
	IS(feed(&m, 1, A, 1, 4, "OK"), "data", "response");
	IS(feed(&m, 0, A | F, 4, 3, ""), "control", "FIN");
	ok(!tcp_conn_over(m.conn), "half closed is not over");
	IS(feed(&m, 1, A | F, 3, 5, "bye"), "data", "FIN with data");
	ok(tcp_conn_over(m.conn) && !tcp_conn_reset(m.conn), "over");
	IS(feed(&m, 0, A, 5, 7, ""), "control", "last ACK");
	is_int(tcp_conn_opener(m.conn), 0, "who opened");
	is_int(tcp_conn_handshake(m.conn), 2 * MS, "handshake");
	ok(tcp_conn_saw_syn(m.conn, 0) && tcp_conn_saw_syn(m.conn, 1) &&
	       tcp_conn_saw_fin(m.conn, 0) && tcp_conn_saw_fin(m.conn, 1) &&
	       !tcp_conn_saw_rst(m.conn, 0),
	   "flags seen");
	st = tcp_conn_stats(m.conn, 1);
	ok(st->payload == 5 && st->retransmissions == 0 &&
	       st->out_of_order == 0 && st->duplicate_acks == 0 &&
	       st->gaps == 0 && st->zero_windows == 0,
	   "a healthy side's counters");
	sim_close(&m, "0:GET 1:OK 0.fin 1:bye 1.fin", "a plain connection");
}

static void
test_pieces(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	IS(feed_pieces(&m, 0, A, 1, 1, "abcdefghij", 3), "data", "in order");
	feed_pieces(&m, 0, A, 16, 1, "pqrst", 2);
	feed_pieces(&m, 0, A, 11, 1, "klmnopqr", 3);
	sim_close(&m, "0:abcdefghijklmnopqrst", "segments in several pieces");
}

static void
test_reorder(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	IS(feed(&m, 0, A, 4, 1, "def"), "data", "ahead of its turn");
	IS(feed(&m, 0, A, 7, 1, "ghi"), "data", "behind it");
	is_str(m.log, "", "nothing goes before the first");
	IS(feed(&m, 0, A, 1, 1, "abc"), "data", "the first");
	is_int(tcp_conn_stats(m.conn, 0)->out_of_order, 1, "out of order");
	is_int(tcp_conn_stats(m.conn, 0)->retransmissions, 0, "not again");
	sim_close(&m, "0:abcdefghi", "out of order");
}

static void
test_ack_order(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 1, A, 1, 4, "OK");
	is_str(m.log, "", "an answer waits for the question");
	feed(&m, 0, A, 4, 3, "PUT");
	feed(&m, 0, A | F, 7, 3, "");
	feed(&m, 0, A, 1, 1, "GET");
	sim_close(&m, "0:GET 1:OK 0:PUT 0.fin", "the sides are ordered");
}

static void
test_retransmission(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	m.ts += 200 * MS;
	IS(feed(&m, 0, A, 1, 1, "abc"), "retransmission", "sent again");
	IS(feed(&m, 0, A, 1, 1, "abcdef"), "data_partial", "and with more");
	IS(feed(&m, 0, A, 10, 1, "jkl"), "data", "ahead");
	IS(feed(&m, 0, A, 10, 1, "jkl"), "retransmission", "ahead again");
	IS(feed(&m, 0, A, 7, 1, "ghijkl"), "data_partial", "up to it");
	is_int(tcp_conn_stats(m.conn, 0)->retransmissions, 4, "counted");
	is_int(tcp_conn_stats(m.conn, 0)->payload, 12, "payload once");
	feed(&m, 0, A | F, 13, 1, "");
	m.ts += 200 * MS;
	IS(feed(&m, 0, A | F, 13, 1, ""), "control", "FIN again");
	is_int(tcp_conn_stats(m.conn, 0)->retransmissions, 5, "counted too");
	IS(feed(&m, 0, A, 14, 1, "zzz"), "out_of_window", "after the FIN");
	sim_close(&m, "0:abcdefghijkl 0.fin", "retransmissions");
}

static void
test_conflict(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	m.ts += 200 * MS;
	IS(feed(&m, 0, A, 1, 1, "aXc"), "retransmission", "other bytes");
	feed(&m, 0, A, 7, 1, "ghijkl");
	IS(feed(&m, 0, A, 6, 1, "fghXYkl"), "data_partial", "over held ones");
	feed(&m, 0, A, 4, 1, "de");
	sim_close(&m, "0:abc 0!0+3 0!8+2 0:defghijkl",
	          "conflicts are told and the first bytes win");
}

static void
test_duplicates(void)
{
	struct sim m;

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	m.id--;
	IS(feed(&m, 0, S, 0, 0, ""), "duplicate", "a SYN seen twice");
	feed(&m, 1, S | A, 0, 1, "");
	feed(&m, 0, A, 1, 1, "");
	feed(&m, 0, A, 1, 1, "abc");
	m.id--;
	IS(feed(&m, 0, A, 1, 1, "abc"), "duplicate", "data seen twice");
	feed(&m, 1, A, 1, 4, "");
	m.id--;
	IS(feed(&m, 1, A, 1, 4, ""), "duplicate", "an ACK seen twice");
	m.id--;
	m.ts += 10 * MS;
	IS(feed(&m, 1, A, 1, 4, ""), "control", "but not for ever");
	m.id = 0;
	feed(&m, 1, A, 1, 4, "xyz");
	m.id = 0;
	m.ts -= MS;
	IS(feed(&m, 1, A, 1, 4, "xyz"), "duplicate", "without an id");
	m.id = 0;
	m.ts += MS;
	IS(feed(&m, 1, A, 1, 4, "xyz"), "retransmission", "a little later");
	is_int(tcp_conn_stats(m.conn, 0)->retransmissions, 0, "not counted");
	sim_close(&m, "0:abc 1:xyz", "packets captured twice");
}

static void
test_acks(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 1, A, 1, 4, "");
	feed(&m, 0, A, 7, 1, "ghi");
	feed(&m, 1, A, 1, 4, "");
	feed(&m, 1, A, 1, 4, "");
	is_int(tcp_conn_stats(m.conn, 1)->duplicate_acks, 2, "RFC 5681");
	m.window = 0;
	feed(&m, 1, A, 1, 4, "");
	is_int(tcp_conn_stats(m.conn, 1)->duplicate_acks, 2,
	       "another window is no duplicate");
	is_int(tcp_conn_stats(m.conn, 1)->zero_windows, 1, "zero window");
	m.window = 1000;
	feed(&m, 0, A, 4, 1, "def");
	sim_close(&m, "0:abcdefghi", "acknowledgements");
}

static void
test_keepalive(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 1, A, 1, 4, "");
	m.ts += 15000 * MS;
	IS(feed(&m, 0, A, 3, 1, ""), "keepalive", "probe");
	IS(feed(&m, 1, A, 1, 4, ""), "keepalive", "its answer");
	m.ts += 15000 * MS;
	IS(feed(&m, 0, A, 3, 1, "x"), "keepalive", "probe with a byte");
	IS(feed(&m, 1, A, 1, 4, ""), "keepalive", "its answer");
	feed(&m, 0, A, 4, 1, "def");
	is_int(tcp_conn_stats(m.conn, 0)->retransmissions, 0, "not counted");
	is_int(tcp_conn_stats(m.conn, 1)->duplicate_acks, 0, "nor that");
	m.window = 0;
	feed(&m, 1, A, 1, 7, "");
	m.window = 1000;
	m.ts += 300 * MS;
	IS(feed(&m, 0, A, 7, 1, "g"), "window_probe", "window probe");
	IS(feed(&m, 0, A, 7, 1, ""), "control", "no probe");
	feed(&m, 0, A, 7, 1, "ghi");
	m.window = 0;
	feed(&m, 1, A, 1, 10, "");
	m.window = 1000;
	IS(feed(&m, 0, A, 9, 1, ""), "window_probe", "as Linux does it");
	sim_close(&m, "0:abcdefghi", "probes");
}

static void
test_reset(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 0, A, 7, 1, "ghi");
	IS(feed(&m, 1, R | A, 1, 4, "no!"), "control", "RST");
	ok(tcp_conn_over(m.conn) && tcp_conn_reset(m.conn) &&
	       tcp_conn_saw_rst(m.conn, 1) && !tcp_conn_saw_rst(m.conn, 0),
	   "reset");
	IS(feed(&m, 0, A, 10, 1, "jkl"), "late", "data after it");
	IS(feed(&m, 0, A, 7, 1, "ghi"), "retransmission", "old data");
	IS(feed(&m, 0, A, 4, 1, "def"), "late", "what the gap was");
	IS(feed(&m, 1, R, 1, 0, ""), "control", "RST again");
	sim_close(&m, "0:abc 0-3unseen 0:ghi 0.rst 1.rst", "reset");

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	m.isn[1] = 0;
	feed(&m, 1, R | A, 0, 1, "");
	ok(tcp_conn_reset(m.conn), "refused");
	is_int(tcp_conn_handshake(m.conn), -1, "no handshake");
	sim_close(&m, "0.rst 1.rst", "a connection refused");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 1, A, 1, 4, "");
	IS(feed(&m, 0, R, 0x60000000, 0, ""), "out_of_window", "far RST");
	IS(feed(&m, 0, R, 1, 0, ""), "out_of_window", "old RST");
	ok(!tcp_conn_over(m.conn), "neither ends it");
	feed(&m, 0, A, 4, 1, "def");
	IS(feed(&m, 0, R, 7, 0, ""), "control", "RST");
	sim_close(&m, "0:abcdef 0.rst 1.rst", "RST has to fit");
}

/* --- openings ------------------------------------------------------------- */

static void
test_openings(void)
{
	struct sim m;

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "GET");
	feed(&m, 1, S | A, 0, 4, "");
	feed(&m, 1, A, 1, 4, "OK");
	feed(&m, 0, A, 4, 3, "");
	sim_close(&m, "0:GET 1:OK", "data in the SYN");

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "GET");
	feed(&m, 1, S | A, 0, 1, "");
	IS(feed(&m, 0, A, 1, 1, "GET"), "retransmission", "sent again");
	sim_close(&m, "0:GET", "data in the SYN that was not taken");

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	m.ts += 1000 * MS;
	IS(feed(&m, 0, S, 0, 0, ""), "control", "SYN again");
	is_int(tcp_conn_stats(m.conn, 0)->retransmissions, 1, "counted");
	feed(&m, 1, S | A, 0, 1, "");
	IS(feed(&m, 1, S | A, 0, 1, ""), "control", "SYN-ACK again");
	ok(!m.reused, "which is no other connection");
	feed(&m, 0, A, 1, 1, "abc");
	sim_close(&m, "0:abc", "a slow handshake");

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	feed(&m, 1, S, 0, 0, "");
	feed(&m, 0, S | A, 0, 1, "");
	feed(&m, 1, S | A, 0, 1, "");
	feed(&m, 1, A, 1, 1, "one");
	feed(&m, 0, A, 1, 4, "two");
	is_int(tcp_conn_opener(m.conn), 0, "the first SYN opened");
	sim_close(&m, "1:one 0:two", "simultaneous open");

	sim_open(&m);
	feed(&m, 0, S | A, 0, 1, "");
	is_int(tcp_conn_opener(m.conn), 1, "a SYN-ACK tells who opened");
	feed(&m, 1, S, 0, 0, "");
	ok(!m.reused, "the SYN belongs to it");
	feed(&m, 1, A, 1, 1, "GET");
	feed(&m, 0, A, 1, 4, "OK");
	is_int(tcp_conn_opener(m.conn), 1, "and stays");
	sim_close(&m, "1:GET 0:OK", "SYN-ACK before SYN");

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	IS(feed(&m, 0, A, 0xfffffff0, 1, "before"), "out_of_window",
	   "bytes from before the SYN");
	feed(&m, 1, S | A, 0, 1, "");
	feed(&m, 0, A, 1, 1, "GET");
	sim_close(&m, "0:GET", "are none of it");

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	feed(&m, 0, A, 1, 1, "");
	feed(&m, 0, A, 1, 1, "GET");
	feed(&m, 1, A, 4, 4, "!!");
	feed(&m, 1, A, 1, 4, "yes");
	is_str(m.log, "", "it waits for the SYN-ACK");
	finish(&m);
	sim_close(&m, "0:GET 1:yes!! 0.cut 1.cut", "SYN-ACK lost");
}

static void
test_late_join(void)
{
	struct sim m;

	sim_open(&m);
	feed(&m, 0, A, 104, 50, "def");
	feed(&m, 0, A, 101, 50, "abc");
	feed(&m, 1, A, 50, 107, "OK");
	is_str(m.log, "", "held at first");
	m.ts += 1000 * MS;
	feed(&m, 0, A, 107, 52, "ghi");
	is_str(m.log, "0:abcdef 1:OK 0:ghi", "after a second it starts");
	IS(feed(&m, 0, A, 98, 50, "xyz"), "late", "from before the start");
	ok(!tcp_conn_saw_syn(m.conn, 0), "no SYN");
	is_int(tcp_conn_opener(m.conn), -1, "nobody opened");
	finish(&m);
	sim_close(&m, "0:abcdef 1:OK 0:ghi 0.cut 1.cut", "joined late");

	sim_open(&m);
	for (uint32_t i = 0; i < 16; i++)
		feed(&m, 0, A, 100 + i, 50, "x");
	sim_close(&m, "0:xxxxxxxxxxxxxxxx", "started after 16 packets");

	sim_open(&m);
	feed(&m, 0, A, 4, 1, "def");
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 0, S, 0, 0, "");
	ok(!m.reused, "a SYN that comes late");
	feed(&m, 1, S | A, 0, 1, "");
	sim_close(&m, "0:abcdef", "is the start");

	sim_open(&m);
	feed(&m, 0, A, 99, 50, "");
	feed(&m, 1, A, 50, 100, "");
	m.ts += 15000 * MS;
	feed(&m, 0, A, 99, 50, "");
	feed(&m, 1, A, 50, 100, "");
	feed(&m, 0, A, 100, 50, "GET");
	feed(&m, 1, A, 50, 103, "OK");
	finish(&m);
	sim_close(&m, "0:GET 1:OK 0.cut 1.cut",
	          "joined late at a keep-alive, nothing is missing");

	sim_open(&m);
	feed(&m, 0, A | F, 99, 50, "end");
	feed(&m, 1, A | F, 50, 103, "");
	feed(&m, 0, A, 103, 51, "");
	ok(tcp_conn_over(m.conn), "over");
	sim_close(&m, "0:end 0.fin 1.fin", "joined at the very end");
}

static void
test_one_way(void)
{
	struct sim m;
	uint32_t at = 1;

	sim_open(&m);
	feed(&m, 0, S, 0, 0, "");
	for (int i = 0; i < 20; i++, at += 3)
		feed(&m, 0, A, at, 1 + 10 * (uint32_t)i, "abc");
	is_int(tcp_conn_stats(m.conn, 0)->payload, 60, "all of it");
	is_int((intmax_t)m.next[0], 60, "delivered without the other side");
	finish(&m);
	is_int(tcp_conn_stats(m.conn, 1)->gap_bytes, 190,
	       "what the other side sent is a gap");
	tcp_conn_free(m.conn);
}

/* A hole in a capture of one direction: nothing will ever acknowledge it. */
static void
test_one_way_loss(void)
{
	struct sim m;
	uint32_t at = 4;

	sim_open(&m);
	m.limits.held_acked = 3;
	m.limits.hold_start = 4;
	feed(&m, 0, S, 0, 0, "");
	feed(&m, 0, A, 1, 1, "abc");
	for (int i = 0; i < 2; i++, at += 3)
		feed(&m, 0, A, at, 1, "def");
	at += 3;
	for (int i = 0; i < 2; i++, at += 3)
		feed(&m, 0, A, at, 1, "xyz");
	is_str(m.log, "0:abcdefdef", "it waits a little");
	feed(&m, 0, A, at, 1, "xyz");
	sim_close(&m, "0:abcdefdef 0-3budget 0:xyzxyzxyz", "and not for ever");
}

static void
test_odd_numbers(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 1, A, 1, 1, "abc");
	IS(feed(&m, 0, A, 1, 0x60000000, "GET"), "data",
	   "an absurd acknowledgement is none");
	IS(feed(&m, 0, A | F, 8, 4, ""), "control", "FIN ahead");
	IS(feed(&m, 0, A, 4, 4, "PUTINGALL"), "data_partial",
	   "bytes across the FIN");
	IS(feed(&m, 0, A | F, 12, 4, ""), "control", "another FIN");
	sim_close(&m, "1:abc 0:GETPUTI 0.fin", "only the first FIN counts");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abcdef");
	IS(feed(&m, 0, A | F, 3, 1, ""), "control", "FIN among the bytes");
	ok(!tcp_conn_saw_fin(m.conn, 0), "is not believed");
	feed(&m, 0, A, 7, 1, "ghi");
	sim_close(&m, "0:abcdefghi", "nor does it end anything");

	sim_open(&m);
	feed(&m, 1, A, 400, 1, "zzz");
	IS(feed(&m, 1, S | A, 90000000, 1, ""), "out_of_window",
	   "a SYN-ACK that does not fit");
	ok(!tcp_conn_saw_syn(m.conn, 1), "is not taken");
	sim_close(&m, "", "still held");

	sim_open(&m);
	m.ts = 0;
	feed(&m, 0, A, 99, 50, "");
	m.ts += 2000 * MS;
	feed(&m, 0, A, 99, 50, "");
	feed(&m, 0, A, 100, 50, "GET");
	sim_close(&m, "0:GET", "started at a keep-alive without an answer");
}

/* Things that happen while it is not known where the sides start. */
static void
test_while_held(void)
{
	struct sim m;

	sim_open(&m);
	feed(&m, 0, A, 101, 50, "abcdef");
	feed(&m, 0, A, 101, 50, "abXdef");
	feed(&m, 0, A, 107, 50, "ghi");
	sim_close(&m, "0!2+1 0:abcdefghi", "a conflict fixes the start");

	sim_open(&m);
	m.limits.held_stream = 50;
	feed(&m, 0, A, 101, 50, "abcdef");
	sim_close(&m, "0:abcdef", "and so does a budget");

	sim_open(&m);
	feed(&m, 0, A, 50, 50, "");
	mem_fail_at(1, true);
	feed(&m, 0, A, 50, 50, "abcdef");
	mem_fail_at(-1, false);
	sim_close(&m, "0:abcdef", "and a lack of memory");

	sim_open(&m);
	feed(&m, 0, A, 101, 50, "abc");
	feed(&m, 1, R | A, 50, 104, "");
	sim_close(&m, "0:abc 0.rst 1.rst", "and a RST");

	sim_open(&m);
	tcp_conn_finish(m.conn, GAP_UNSEEN);
	sim_close(&m, "0.cut 1.cut", "no packet at all");

	mem_fail_at(1, true);
	ok(tcp_conn_new(&m.limits, &m.budget, &events, &m) == NULL,
	   "no memory for a connection");
	mem_fail_at(-1, false);
	tcp_conn_free(NULL);
}

static void
test_reuse(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 0, S, 500000, 0, "");
	ok(m.reused, "a new SYN after traffic");
	feed(&m, 0, S, 0, 0, "");
	ok(!m.reused, "the old SYN after traffic");
	feed(&m, 1, S | A, 600000, 1, "");
	ok(!m.reused, "an odd SYN-ACK while it lives");
	feed(&m, 0, A | F, 4, 1, "");
	feed(&m, 1, A | F, 1, 5, "");
	feed(&m, 0, A, 5, 2, "");
	feed(&m, 0, S, 500000, 0, "");
	ok(m.reused, "a new SYN after the end");
	feed(&m, 1, S | A, 600000, 500001, "");
	ok(m.reused, "a new SYN-ACK after the end");
	feed(&m, 1, S, 800000, 0, "");
	ok(m.reused, "a SYN from the other side after the end");
	sim_close(&m, "0:abc 0.fin 1.fin", "ports used again");

	sim_open(&m);
	feed(&m, 0, A, 1, 1, "abc");
	feed(&m, 0, S, 500000, 0, "");
	ok(m.reused, "a SYN that does not fit what was joined late");
	sim_close(&m, "", "still held");
}

static void
test_wrap(void)
{
	struct sim m;

	sim_open(&m);
	m.isn[0] = UINT32_MAX - 4;
	m.isn[1] = UINT32_MAX;
	shake(&m);
	feed(&m, 0, A, 7, 1, "ghi");
	feed(&m, 0, A, 1, 1, "abcdef");
	feed(&m, 1, A, 1, 10, "OK");
	feed(&m, 0, A | F, 10, 3, "jk");
	IS(feed(&m, 0, A, 0x50000000, 3, "zz"), "out_of_window", "far off");
	sim_close(&m, "0:abcdefghi 1:OK 0:jk 0.fin", "numbers wrap");
}

/* --- what is missing ------------------------------------------------------ */

static void
test_loss(void)
{
	struct sim m;
	uint32_t at = 7;

	sim_open(&m);
	m.limits.held_acked = 3;
	shake(&m);
	feed(&m, 0, A, 1, 1, "abc");
	for (int i = 0; i < 4; i++, at += 3)
		feed(&m, 0, A, at, 1, "xyz");
	is_str(m.log, "0:abc", "not acknowledged, it waits");
	feed(&m, 1, A, 1, 7, "");
	is_str(m.log, "0:abc 0-3lost 0:xyzxyzxyzxyz", "acknowledged, no more");
	is_int(tcp_conn_stats(m.conn, 0)->gaps, 1, "one gap");
	is_int(tcp_conn_stats(m.conn, 0)->gap_bytes, 3, "of three bytes");
	IS(feed(&m, 0, A, 4, 1, "def"), "late", "now it comes");
	sim_close(&m, "0:abc 0-3lost 0:xyzxyzxyzxyz", "lost by count");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 4, 1, "def");
	feed(&m, 1, A, 1, 7, "");
	m.ts += 4900 * MS;
	feed(&m, 0, A, 7, 1, "ghi");
	is_str(m.log, "", "waiting");
	m.ts += 200 * MS;
	feed(&m, 0, A, 10, 1, "jkl");
	sim_close(&m, "0-3lost 0:defghijkl", "lost by time");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 1, "GET");
	feed(&m, 0, A, 4, 11, "PUT");
	is_str(m.log, "0:GET", "the second waits for the answer");
	m.ts += 5100 * MS;
	feed(&m, 0, A, 7, 11, "!");
	sim_close(&m, "0:GET 1-10lost 0:PUT!", "the answer was lost");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 4, 1, "def");
	feed(&m, 0, A, 10, 1, "jkl");
	feed(&m, 1, A, 1, 7, "");
	feed(&m, 1, A, 5, 7, "zz");
	tcp_conn_finish(m.conn, GAP_UNSEEN);
	sim_close(&m,
	          "0-3lost 0:def 0-3unseen 0:jkl 1-4unseen 1:zz 0.cut 1.cut",
	          "the capture ends");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 4, 1, "def");
	feed(&m, 1, A, 1, 20, "");
	tcp_conn_finish(m.conn, GAP_EVICTED);
	sim_close(&m, "0-3evicted 0:def 0-13evicted 0.cut 1.cut", "put away");
}

static void
test_lost_fin(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 1, A, 1, 1, "bye");
	feed(&m, 0, A, 1, 5, "thanks");
	is_str(m.log, "1:bye", "the FIN may still come");
	m.ts += 5100 * MS;
	feed(&m, 0, A | F, 7, 5, "");
	finish(&m);
	is_int(tcp_conn_stats(m.conn, 1)->gaps, 0, "no gap");
	sim_close(&m, "1:bye 0:thanks 0.fin 1.cut", "a FIN was not captured");
}

static void
test_cut(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	m.cut = 2;
	IS(feed(&m, 0, A, 1, 1, "abcde"), "data_cut", "in order");
	IS(feed(&m, 0, A, 11, 1, "klmno"), "data_cut", "ahead");
	m.cut = 0;
	IS(feed(&m, 0, A, 13, 1, "mnop"), "data_partial", "fills one");
	m.cut = 9;
	IS(feed(&m, 0, A, 6, 1, "fghij"), "data_cut", "nothing of it");
	m.cut = 0;
	IS(feed(&m, 0, A, 4, 1, "de"), "late", "too late");
	feed(&m, 0, A | F, 17, 1, "");
	is_int(tcp_conn_stats(m.conn, 0)->gap_bytes, 7, "bytes missing");
	sim_close(&m, "0:abc 0-2snaplen 0-5snaplen 0:klmnop 0.fin",
	          "cut by the snap length");

	sim_open(&m);
	shake(&m);
	m.cut = 3;
	feed(&m, 0, A, 4, 1, "defgh");
	m.cut = 0;
	feed(&m, 0, A, 7, 1, "g");
	feed(&m, 0, A, 1, 1, "abc");
	sim_close(&m, "0:abcde 0-1snaplen 0:g 0-1snaplen",
	          "what is cut may be filled in its middle");
}

static void
test_budget(void)
{
	struct sim m;
	uint32_t at = 4;

	sim_open(&m);
	m.limits.held_stream = 600;
	shake(&m);
	for (int i = 0; i < 12; i++, at += 3)
		feed(&m, 0, A, at, 1, "xyz");
	ok(strncmp(m.log, "0-3budget 0:xyz", 15) == 0,
	   "a side that holds too much gives up");
	ok(m.budget.held <= 600, "and holds less");
	tcp_conn_free(m.conn);

	sim_open(&m);
	m.budget.max = 0;
	shake(&m);
	feed(&m, 0, A, 4, 1, "def");
	feed(&m, 1, A, 3, 7, "yes");
	sim_close(&m, "0-3budget 0:def 1-2budget 1:yes",
	          "without a budget nothing waits");

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 4, 1, "def");
	mem_fail_at(1, true);
	IS(feed(&m, 0, A, 10, 1, "jkl"), "data", "without memory");
	mem_fail_at(-1, false);
	sim_close(&m, "0-3budget 0:def 0-3budget 0:jkl", "nor can it");
}

/* Acknowledgements newer than the bytes: each side waits for the other. */
static void
test_cross(void)
{
	struct sim m;

	sim_open(&m);
	shake(&m);
	feed(&m, 0, A, 1, 4, "abcdef");
	feed(&m, 1, A, 1, 4, "xyzuvw");
	is_str(m.log, "0:abc 1:xyzuvw 0:def", "it ends, the earlier first");
	sim_close(&m, "0:abc 1:xyzuvw 0:def", "waiting in a circle");
}

int
main(void)
{
	test_plain();
	test_pieces();
	test_reorder();
	test_ack_order();
	test_retransmission();
	test_conflict();
	test_duplicates();
	test_acks();
	test_keepalive();
	test_reset();
	test_openings();
	test_late_join();
	test_one_way();
	test_one_way_loss();
	test_odd_numbers();
	test_while_held();
	test_reuse();
	test_wrap();
	test_loss();
	test_lost_fin();
	test_cut();
	test_budget();
	test_cross();
	return tap_done();
}
