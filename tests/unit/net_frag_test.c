/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/frag.h"

#include "base/mem.h"
#include "tests/tap/tap.h"

#define SEC INT64_C(1000000000)

enum { DATA = 64 };

struct sim {
	struct net_limits limits;
	struct frag_table *t;
	int64_t ts;
	uint64_t record;
	uint32_t cut;
	struct frag_datagram d;
};

static void
sim_open(struct sim *m)
{
	*m = (struct sim){ .ts = 100 * SEC };
	net_limits_init(&m->limits);
	m->t = frag_table_new(&m->limits);
	if (m->t == NULL)
		abort();
}

static uint8_t
byte_at(uint32_t off)
{
	return (uint8_t)(off * 5 + off / 256);
}

/* A fragment of datagram `id` whose bytes are what byte_at() says, plus odd. */
static enum frag_result
feed_odd(struct sim *m, uint32_t id, uint32_t off, uint32_t len, bool more,
         uint8_t odd)
{
	uint32_t caplen = len - (m->cut < len ? m->cut : len);
	uint8_t *bytes = malloc(caplen != 0 ? caplen : 1);
	struct packet p = {
		.kind = PACKET_FRAGMENT,
		.src.b = { 1 },
		.dst.b = { 2 },
		.l4 = 17,
		.frag = { .id = id, .off = off, .more = more },
		.len = len,
		.caplen = caplen,
		.off = 34,
		.payload = bytes,
	};
	struct frag_record rec = {
		.at = { .record = ++m->record, .source = 3 },
		.file_off = m->record * 100,
		.ts = m->ts++,
		.origlen = len + 34,
	};
	enum frag_result r;

	if (bytes == NULL)
		abort();
	for (uint32_t i = 0; i < caplen; i++)
		bytes[i] = (uint8_t)(byte_at(off + i) + odd);
	r = frag_add(m->t, 0, &p, &rec, &m->d);
	free(bytes);
	return r;
}

static enum frag_result
feed(struct sim *m, uint32_t id, uint32_t off, uint32_t len, bool more)
{
	return feed_odd(m, id, off, len, more, 0);
}

/* Is the datagram what was sent, and do its pieces cover it? */
static bool
is_whole(const struct sim *m, uint32_t len, size_t npieces, size_t nrecords)
{
	const struct frag_datagram *d = &m->d;
	uint32_t at = 0;

	if (d->len != len || d->caplen != len || d->npieces != npieces ||
	    d->nrecords != nrecords)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		if (d->data[i] != byte_at(i))
			return false;
	}
	for (size_t i = 0; i < npieces; i++) {
		const struct piece *p = &d->pieces[i];

		if (p->p != d->data + at || p->skip != 34 ||
		    p->packet >= nrecords ||
		    p->at.record != d->records[p->packet].at.record ||
		    p->ts != d->records[p->packet].ts)
			return false;
		at += p->n;
	}
	return at == len;
}

static void
test_orders(void)
{
	static const uint8_t order[6][3] = { { 0, 1, 2 }, { 0, 2, 1 },
		                             { 1, 0, 2 }, { 1, 2, 0 },
		                             { 2, 0, 1 }, { 2, 1, 0 } };
	struct sim m;

	sim_open(&m);
	for (uint32_t i = 0; i < 6; i++) {
		enum frag_result r[3];

		for (int k = 0; k < 3; k++) {
			uint32_t n = order[i][k];

			r[k] = feed(&m, i, n * 24, n == 2 ? 13 : 24, n != 2);
		}
		ok(r[0] == FRAG_PENDING && r[1] == FRAG_PENDING &&
		       r[2] == FRAG_DONE && is_whole(&m, 61, 3, 3),
		   "three fragments in any order");
	}
	is_int((intmax_t)frag_dropped(m.t), 0, "none was dropped");
	frag_table_free(m.t);
}

static void
test_copies(void)
{
	struct sim m;

	sim_open(&m);
	is_int(feed(&m, 1, 0, 16, true), FRAG_PENDING, "first");
	is_int(feed(&m, 1, 0, 16, true), FRAG_PENDING, "its copy");
	is_int(feed(&m, 1, 16, 5, false), FRAG_DONE, "last");
	ok(is_whole(&m, 21, 2, 3), "the copy is a record and no piece");
	is_int(feed(&m, 1, 16, 5, false), FRAG_BAD, "copy of a used one");
	is_int(feed(&m, 1, 0, 16, true), FRAG_BAD, "and of another");
	is_int(feed_odd(&m, 1, 0, 16, true, 1), FRAG_PENDING,
	       "other bytes begin a new datagram");
	m.ts += 31 * SEC;
	is_int(feed(&m, 1, 0, 16, true), FRAG_PENDING, "the id comes again");
	is_int(feed(&m, 1, 16, 5, false), FRAG_DONE, "complete");
	ok(is_whole(&m, 21, 2, 2), "without what is too old");
	is_int((intmax_t)frag_dropped(m.t), 1, "which was dropped");
	frag_table_free(m.t);
}

static void
test_bad(void)
{
	struct sim m;

	sim_open(&m);
	is_int(feed(&m, 1, 0, 15, true), FRAG_BAD, "not a multiple of 8");
	is_int(feed(&m, 1, 0, 0, false), FRAG_BAD, "empty");
	is_int(feed(&m, 1, 65528, 8, false), FRAG_BAD, "out of range");
	is_int(feed(&m, 1, 0, 65536, false), FRAG_BAD, "too long");
	is_int((intmax_t)frag_dropped(m.t), 0, "they change nothing");

	feed(&m, 2, 0, 24, true);
	is_int(feed(&m, 2, 16, 16, true), FRAG_BAD, "overlap");
	is_int(feed(&m, 2, 24, 8, false), FRAG_BAD, "the datagram is lost");
	is_int((intmax_t)frag_dropped(m.t), 2, "both are counted");

	feed(&m, 3, 16, 8, false);
	is_int(feed(&m, 3, 24, 8, true), FRAG_BAD, "behind the last");
	feed(&m, 4, 16, 8, true);
	is_int(feed(&m, 4, 8, 8, false), FRAG_BAD, "the last before another");
	feed(&m, 5, 16, 8, false);
	is_int(feed(&m, 5, 0, 8, false), FRAG_BAD, "two last ones");
	feed(&m, 6, 0, 8, true);
	is_int(feed_odd(&m, 6, 0, 8, true, 1), FRAG_BAD,
	       "the same place, other bytes");
	frag_table_free(m.t);
}

static void
test_cut(void)
{
	struct sim m;

	sim_open(&m);
	m.cut = 10;
	feed(&m, 1, 0, 24, true);
	m.cut = 0;
	is_int(feed(&m, 1, 24, 8, false), FRAG_DONE, "cut fragments do");
	ok(m.d.len == 32 && m.d.caplen == 14 && m.d.npieces == 1 &&
	       m.d.pieces[0].n == 14 && m.d.data[13] == byte_at(13) &&
	       m.d.data[14] == 0 && m.d.data[31] == 0,
	   "what is behind the cut is not invented");
	frag_table_free(m.t);
}

static void
test_limits(void)
{
	struct sim m;

	sim_open(&m);
	frag_table_free(m.t);
	m.limits.frag_datagrams = 2;
	m.limits.frag_pieces = 3;
	m.t = frag_table_new(&m.limits);
	feed(&m, 1, 0, 8, true);
	feed(&m, 2, 0, 8, true);
	feed(&m, 3, 0, 8, true);
	is_int((intmax_t)frag_dropped(m.t), 1, "the oldest makes room");
	is_int(feed(&m, 2, 8, 8, false), FRAG_DONE, "the others stay");
	is_int(feed(&m, 1, 8, 8, false), FRAG_PENDING, "it is gone");

	feed(&m, 9, 0, 8, true);
	feed(&m, 9, 8, 8, true);
	feed(&m, 9, 16, 8, true);
	is_int(feed(&m, 9, 24, 8, false), FRAG_BAD, "too many fragments");
	frag_table_free(m.t);

	m.limits.frag_datagrams = 0;
	m.t = frag_table_new(&m.limits);
	feed(&m, 1, 0, 8, true);
	is_int(feed(&m, 1, 8, 8, false), FRAG_DONE, "one there always is");
	frag_table_free(m.t);
	frag_table_free(NULL);
}

static void
test_no_memory(void)
{
	int done = 0, bad = 0;
	struct sim m;

	for (int n = 1; n < 20; n++) {
		sim_open(&m);
		mem_fail_at(n, false);
		feed(&m, 1, 0, 16, true);
		done += feed(&m, 1, 16, 5, false) == FRAG_DONE;
		mem_fail_at(-1, false);
		/* It does not stand in the way of the next one. */
		bad += feed(&m, 2, 0, 16, true) != FRAG_PENDING ||
		       feed(&m, 2, 16, 5, false) != FRAG_DONE ||
		       !is_whole(&m, 21, 2, 2);
		frag_table_free(m.t);
	}
	ok(done > 0 && done < 19, "allocations fail here and there");
	is_int(bad, 0, "and nothing is broken by that");
}

int
main(void)
{
	test_orders();
	test_copies();
	test_bad();
	test_cut();
	test_limits();
	test_no_memory();
	return tap_done();
}
