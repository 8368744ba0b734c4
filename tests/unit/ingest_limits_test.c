/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that are too much of one thing: bounded, told, and nothing is lost. */
#include "analyzer/ingest/ingest.h"

#include <string.h>

#include "analyzer/index/reader.h"
#include "base/buf.h"
#include "tests/support/indexed.h"
#include "tests/support/mktar.h"
#include "tests/support/mktcp.h"
#include "tests/support/wire.h"
#include "tests/tap/tap.h"

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

	mktcp_pcap_begin(&b);
	mktcp_pcap_handshake(&b);
	for (uint32_t i = 0; i < HOLES; i++) {
		uint32_t seq = 1 + 20 * i;
		struct mktcp_segment s = { .seq = seq + 10,
			                   .ack = 1,
			                   .flags = MKTCP_PUSH,
			                   .data = "0123456789",
			                   .n = 10 };
		struct mktcp_segment ack = { .back = true,
			                     .seq = 1,
			                     .ack = seq + 20,
			                     .flags = MKTCP_ACK };

		mktcp_pcap(&b, i, &s);
		mktcp_pcap(&b, i, &ack);
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
	struct mktcp_segment s = { .seq = 1, .ack = 1, .flags = MKTCP_PUSH };

	buf_init(&pings, 1 << 20);
	for (int i = 0; i < PINGS; i++)
		wire_text(&pings, "PING\r\n");
	mktcp_pcap_begin(&b);
	mktcp_pcap_handshake(&b);
	s.data = pings.p;
	s.n = pings.n;
	mktcp_pcap(&b, 1, &s);
	buf_clear(&pings);
	for (int i = 0; i < PINGS; i++)
		wire_text(&pings, "+PONG\r\n");
	s = (struct mktcp_segment){ .back = true,
		                    .seq = 1,
		                    .ack = 1 + 6 * PINGS,
		                    .flags = MKTCP_PUSH,
		                    .data = pings.p,
		                    .n = pings.n };
	mktcp_pcap(&b, 2, &s);
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
	const struct mktcp_segment answer = { .back = true,
		                              .seq = 1,
		                              .ack = 1,
		                              .flags = MKTCP_PUSH,
		                              .data = "+PONG\r\n",
		                              .n = 7 };
	struct buf b;

	mktcp_pcap_begin(&b);
	mktcp_pcap_handshake(&b);
	mktcp_pcap(&b, 0, &answer);
	for (uint32_t i = 0; i < PINGS; i++) {
		struct mktcp_segment s = { .seq = 1 + 6 * i,
			                   .ack = 8,
			                   .flags = MKTCP_PUSH,
			                   .data = "PING\r\n",
			                   .n = 6 };

		mktcp_pcap(&b, i, &s);
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

/* One packet of a connection from that port, `at` milliseconds on. */
static void
pcap_from(struct buf *b, uint32_t at, uint16_t port, uint32_t seq)
{
	struct mktcp_segment s = { .seq = seq, .client = port };

	s.flags = seq == 0 ? MKTCP_SYN : MKTCP_PUSH;
	s.data = "data";
	s.n = seq == 0 ? 0 : 4;
	mktcp_pcap(b, at, &s);
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

	mktcp_pcap_begin(&b);
	pcap_from(&b, 0, THERE, 0);
	add_capture(&tar, "a_10.0.0.8/1.pcap", &b);
	for (int i = 0; i < POINTS; i++) {
		(void)snprintf(name, sizeof(name), "b_10.0.0.9/%d.pcap", i);
		mktcp_pcap_begin(&b);
		pcap_from(&b, 0, HERE, 0);
		pcap_from(&b, 10000, HERE, 1);
		add_capture(&tar, name, &b);
	}
	mktcp_pcap_begin(&b);
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

int
main(void)
{
	struct indexed x;

	indexed_begin(&x);
	test_gaps(&x);
	test_one_packet(&x);
	test_message_bytes(&x);
	test_refused(&x);
	test_ending_points(&x);
	indexed_end(&x);
	return tap_done();
}
