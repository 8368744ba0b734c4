/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that are too much of one thing: bounded, told, and nothing is lost. */
#include "analyzer/ingest/ingest.h"

#include <string.h>

#include "analyzer/index/reader.h"
#include "base/buf.h"
#include "tests/support/indexed.h"
#include "tests/support/mktar.h"
#include "tests/support/wire.h"
#include "tests/tap/tap.h"

enum {
	IP_TCP = 40,
	CAPTURE_MAX = 4 << 20,
	SYN = 2,
	ACK = 16,
	PUSH = 24,
	RAW_IP = 101,
};

/* ---- captures ---- */

static void
le32(struct buf *b, uint32_t v)
{
	const uint8_t x[] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
		              (uint8_t)(v >> 24) };

	wire_put(b, x, sizeof(x));
}

static void
begin_pcap(struct buf *b)
{
	buf_init(b, CAPTURE_MAX);
	le32(b, 0xa1b2c3d4);
	le32(b, 4u << 16 | 2u);
	le32(b, 0);
	le32(b, 0);
	le32(b, 262144);
	le32(b, RAW_IP);
}

struct segment {
	bool back; /* from the server */
	uint32_t seq, ack;
	uint8_t flags;
	const void *data;
	size_t n;
};

static void
ip_packet(struct buf *b, const struct segment *s)
{
	wire_16(b, 0x4500);
	wire_16(b, (unsigned)(IP_TCP + s->n));
	wire_32(b, 0);
	wire_16(b, 64u << 8 | 6u);
	wire_16(b, 0);
	wire_32(b, s->back ? 0x0a000002 : 0x0a000001);
	wire_32(b, s->back ? 0x0a000001 : 0x0a000002);
	wire_16(b, s->back ? 6379 : 40000);
	wire_16(b, s->back ? 40000 : 6379);
	wire_32(b, s->seq);
	wire_32(b, s->ack);
	wire_16(b, 5u << 12 | s->flags);
	wire_16(b, 65535);
	wire_32(b, 0);
	wire_put(b, s->data, s->n);
}

/* One packet, `at` milliseconds after the first. */
static void
pcap_segment(struct buf *b, uint32_t at, const struct segment *s)
{
	le32(b, 1700000000 + at / 1000);
	le32(b, at % 1000 * 1000);
	le32(b, (uint32_t)(IP_TCP + s->n));
	le32(b, (uint32_t)(IP_TCP + s->n));
	ip_packet(b, s);
}

static void
handshake(struct buf *b)
{
	pcap_segment(b, 0, &(struct segment){ .flags = SYN });
	pcap_segment(
	    b, 0,
	    &(struct segment){ .back = true, .ack = 1, .flags = SYN | ACK });
	pcap_segment(b, 0,
	             &(struct segment){ .seq = 1, .ack = 1, .flags = ACK });
}

/* ---- what the index says ---- */

struct told {
	enum diag_kind kind;
	const char *name; /* NULL: any */
	size_t rows;
	uint64_t len; /* of the last one */
};

static int
count_told(void *ctx, const struct diag *d)
{
	struct told *told = ctx;

	if (d->kind == told->kind &&
	    (told->name == NULL || str_eq(d->name, str_from_c(told->name)))) {
		told->rows++;
		told->len = d->len;
	}
	return 0;
}

static struct told
told_of(struct indexed *x, enum diag_kind kind, const char *name)
{
	struct told told = { .kind = kind, .name = name };

	if (index_diags(opened_index(x->o), count_told, &told, &x->err) != 0)
		printf("# %s\n", x->err.text);
	return told;
}

static bool
run_capture(struct indexed *x, struct buf *b)
{
	struct indexed_set set = { .n = 0 };
	bool done;

	indexed_add(&set, b->p, b->n);
	done = indexed_run_set(x, &set);
	if (!done)
		printf("# %s\n", x->err.text);
	indexed_clear(&set);
	buf_release(b);
	return done;
}

/* ---- tests ---- */

/* Every second segment is missing, and the receiver says that it came. */
static void
test_gaps(struct indexed *x)
{
	enum { HOLES = 300, LISTED = 7 };
	struct buf b;
	struct told listed, more;

	begin_pcap(&b);
	handshake(&b);
	for (uint32_t i = 0; i < HOLES; i++) {
		uint32_t seq = 1 + 20 * i;
		struct segment s = { .seq = seq + 10,
			             .ack = 1,
			             .flags = PUSH,
			             .data = "0123456789",
			             .n = 10 };
		struct segment ack = {
			.back = true, .seq = 1, .ack = seq + 20, .flags = ACK
		};

		pcap_segment(&b, i, &s);
		pcap_segment(&b, i, &ack);
	}
	x->opt.net.stream_gaps = LISTED;
	ok(run_capture(x, &b), "a stream with many gaps is read");
	listed = told_of(x, DIAG_GAP, NULL);
	more = told_of(x, DIAG_GAPS_MORE, "stream-gaps");
	is_int((intmax_t)listed.rows, LISTED, "as many as may be are listed");
	is_int((intmax_t)more.rows, 1, "one row speaks of the others");
	is_int((intmax_t)more.len, HOLES - LISTED, "and counts them");
	net_limits_init(&x->opt.net);
}

/* More rows from one packet than are handed over at once. */
static void
test_one_packet(struct indexed *x)
{
	enum { PINGS = 9000 };
	struct buf b, pings;
	struct segment s = { .seq = 1, .ack = 1, .flags = PUSH };

	buf_init(&pings, 1 << 20);
	for (int i = 0; i < PINGS; i++)
		wire_text(&pings, "PING\r\n");
	begin_pcap(&b);
	handshake(&b);
	s.data = pings.p;
	s.n = pings.n;
	pcap_segment(&b, 1, &s);
	buf_clear(&pings);
	for (int i = 0; i < PINGS; i++)
		wire_text(&pings, "+PONG\r\n");
	s = (struct segment){ .back = true,
		              .seq = 1,
		              .ack = 1 + 6 * PINGS,
		              .flags = PUSH,
		              .data = pings.p,
		              .n = pings.n };
	pcap_segment(&b, 2, &s);
	x->opt.proto.pending = PINGS;
	x->opt.proto.message_bytes = UINT64_C(1) << 30;
	ok(run_capture(x, &b), "two packets full of messages are read");
	is_int((intmax_t)x->result.entries, PINGS, "and every one is there");
	is_int((intmax_t)told_of(x, DIAG_LIMIT, NULL).rows, 0,
	       "without any limit");
	proto_limits_init(&x->opt.proto);
	buf_release(&pings);
}

/* Memory for what waits is bounded by a limit that can be set. */
static void
test_message_bytes(struct indexed *x)
{
	enum { PINGS = 200 };
	const struct segment answer = { .back = true,
		                        .seq = 1,
		                        .ack = 1,
		                        .flags = PUSH,
		                        .data = "+PONG\r\n",
		                        .n = 7 };
	struct buf b;

	begin_pcap(&b);
	handshake(&b);
	pcap_segment(&b, 0, &answer);
	for (uint32_t i = 0; i < PINGS; i++) {
		struct segment s = { .seq = 1 + 6 * i,
			             .ack = 8,
			             .flags = PUSH,
			             .data = "PING\r\n",
			             .n = 6 };

		pcap_segment(&b, i, &s);
	}
	x->opt.proto.message_bytes = 64 * 4096;
	ok(run_capture(x, &b), "questions without answers are read");
	ok(told_of(x, DIAG_LIMIT, "message-bytes").rows == 1,
	   "the limit is told by its name");
	ok(x->result.entries > 0, "what came before it is there");
	proto_limits_init(&x->opt.proto);
}

/* Names of members that are refused: more rows than are handed over at once. */
static void
test_refused(struct indexed *x)
{
	enum { MEMBERS = 9000 };
	struct mktar tar = { .p = NULL };
	char path[64], name[32];
	FILE *f;

	for (int i = 0; i < MEMBERS; i++) {
		(void)snprintf(name, sizeof(name), "../up%d.pcap", i);
		mktar_file(&tar, name, "x", 1);
	}
	mktar_zeros(&tar, 1024);
	(void)snprintf(path, sizeof(path), "%s/refused.tar", x->dir);
	f = fopen(path, "wb");
	ok(f != NULL && fwrite(tar.p, 1, tar.n, f) == tar.n && fclose(f) == 0,
	   "an archive of names that lead out of it");
	ok(indexed_run(x, path), "is read");
	is_int((intmax_t)told_of(x, DIAG_MEMBER_REFUSED, NULL).rows, MEMBERS,
	       "and each is told");
	(void)remove(path);
	mktar_free(&tar);
}

/* ---- capture points ---- */

static void
block(struct buf *b, uint32_t type, const struct buf *body)
{
	uint32_t n = (uint32_t)(12 + body->n);

	le32(b, type);
	le32(b, n);
	wire_put(b, body->p, body->n);
	le32(b, n);
}

/* A pcapng file of one packet, from an interface of that name. */
static void
pcapng_of(struct buf *b, const char *iface)
{
	static const uint8_t zero[4];
	size_t len = strlen(iface), pad = (4 - len % 4) % 4;
	struct segment syn = { .flags = SYN };
	struct buf body;

	buf_init(&body, 4096);
	buf_init(b, CAPTURE_MAX);
	le32(&body, 0x1a2b3c4d);
	le32(&body, 1);
	le32(&body, UINT32_MAX);
	le32(&body, UINT32_MAX);
	block(b, 0x0a0d0d0a, &body);
	buf_clear(&body);
	le32(&body, RAW_IP);
	le32(&body, 262144);
	le32(&body, (uint32_t)len << 16 | 2u);
	wire_put(&body, iface, len);
	wire_put(&body, zero, pad);
	le32(&body, 0);
	block(b, 1, &body);
	buf_clear(&body);
	le32(&body, 0);
	le32(&body, 0x60a24);
	le32(&body, 0);
	le32(&body, IP_TCP);
	le32(&body, IP_TCP);
	ip_packet(&body, &syn);
	block(b, 6, &body);
	buf_release(&body);
}

/* One packet of a connection from that port, `at` milliseconds on. */
static void
pcap_from(struct buf *b, uint32_t at, unsigned port, uint32_t seq)
{
	struct segment s = { .seq = seq, .flags = seq == 0 ? SYN : PUSH };
	size_t ports;

	s.data = seq == 0 ? "" : "data";
	s.n = seq == 0 ? 0 : 4;
	ports = b->n + 16 + 20;
	pcap_segment(b, at, &s);
	b->p[ports] = (char)(port >> 8);
	b->p[ports + 1] = (char)port;
}

static void
add_capture(struct mktar *tar, const char *name, struct buf *b)
{
	mktar_file(tar, name, b->p, b->n);
	buf_release(b);
}

/*
 * Forty captures of one node that overlap, so that each is a vantage of its own
 * which ends when the next begins, between two captures of another node that
 * follow each other. Each vantage's connection ends with it: there is room for
 * one in each shard. The other node's is none of theirs and goes on.
 */
static void
test_ending_points(struct indexed *x)
{
	enum { POINTS = 40, THERE = 40000, HERE = 41000 };
	struct mktar tar = { .p = NULL };
	char path[64], name[64];
	struct buf b;

	begin_pcap(&b);
	pcap_from(&b, 0, THERE, 0);
	add_capture(&tar, "a_10.0.0.8/1.pcap", &b);
	for (int i = 0; i < POINTS; i++) {
		(void)snprintf(name, sizeof(name), "b_10.0.0.9/%d.pcap", i);
		begin_pcap(&b);
		pcap_from(&b, 0, HERE, 0);
		pcap_from(&b, 10000, HERE, 1);
		add_capture(&tar, name, &b);
	}
	begin_pcap(&b);
	pcap_from(&b, 20000, THERE, 1);
	add_capture(&tar, "a_10.0.0.8/2.pcap", &b);
	mktar_end(&tar);
	(void)snprintf(path, sizeof(path), "%s/ending.tar", x->dir);
	mktar_save(&tar, path);
	x->opt.net.flows = NET_SHARDS;
	ok(indexed_run(x, path), "vantages that end while another goes on");
	is_int((intmax_t)told_of(x, DIAG_CAPTURE_OVERLAP, NULL).rows,
	       POINTS - 1, "each overlaps the one before");
	is_int((intmax_t)x->result.streams, POINTS + 1,
	       "a stream each, and one that goes on");
	is_int((intmax_t)(told_of(x, DIAG_PUT_AWAY, NULL).rows +
	                  told_of(x, DIAG_EVICTION, NULL).rows),
	       0, "none had to make room for another");
	net_limits_init(&x->opt.net);
	(void)remove(path);
	mktar_free(&tar);
}

/* "a/b" with "c", and "a" with "b/c", would read the same. */
static void
test_points(struct indexed *x)
{
	struct mktar tar = { .p = NULL };
	struct buf b;
	char path[64];
	FILE *f;

	pcapng_of(&b, "c");
	mktar_file(&tar, "a/b/one.pcapng", b.p, b.n);
	buf_release(&b);
	pcapng_of(&b, "b/c");
	mktar_file(&tar, "a/two.pcapng", b.p, b.n);
	buf_release(&b);
	mktar_zeros(&tar, 1024);
	(void)snprintf(path, sizeof(path), "%s/points.tar", x->dir);
	f = fopen(path, "wb");
	ok(f != NULL && fwrite(tar.p, 1, tar.n, f) == tar.n && fclose(f) == 0,
	   "two captures whose folders and interfaces read alike");
	ok(indexed_run(x, path), "are read");
	ok(opened_point(x->o, 0) != NULL && opened_point(x->o, 1) != NULL,
	   "as two capture points");
	is_int((intmax_t)x->result.streams, 2, "with a stream each");
	(void)remove(path);
	mktar_free(&tar);
}

int
main(void)
{
	struct indexed x;

	indexed_begin(&x);
	test_gaps(&x);
	test_one_packet(&x);
	test_message_bytes(&x);
	test_refused(&x);
	test_points(&x);
	test_ending_points(&x);
	indexed_end(&x);
	return tap_done();
}
