/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams go into parts and come out the same; damaged parts are refused. The
 * random streams are the same in every run.
 */
#include "analyzer/index/part.h"

#include "base/err.h"
#include "tests/tap/tap.h"

enum {
	PACKETS = 3000, /* of one stream here, at most */
	RUNS = 3 * PACKETS,
	PARTS = 400,
};

/* What went in, to compare with what comes out. */
struct model {
	size_t npackets;
	struct part_packet packets[PACKETS];
	size_t nruns[2];
	struct part_run runs[2][RUNS];
	size_t nparts;
	struct index_part parts[PARTS];
};

static uint64_t seed;

/* xorshift64*, which is good enough to choose test data. */
static uint64_t
rnd(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * UINT64_C(2685821657736338717) >> 16) % below;
}

static struct str
copy(struct str s)
{
	char *p = malloc(s.n + 1); /* exact but for the empty list */

	if (p == NULL)
		abort();
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return str_make(p, s.n);
}

/* The copies are ours to change. */
static char *
ours(struct str s)
{
	char *p;

	memcpy(&p, &s.p, sizeof(p));
	return p;
}

static void
release(struct index_part *p)
{
	free(ours(p->packets));
	free(ours(p->map[0]));
	free(ours(p->map[1]));
}

static struct index_part
copy_part(const struct index_part *p)
{
	struct index_part c = *p;

	c.packets = copy(p->packets);
	c.map[0] = copy(p->map[0]);
	c.map[1] = copy(p->map[1]);
	return c;
}

static void
take_part(struct part_writer *w, struct model *m)
{
	struct index_part p;

	if (m->nparts == PARTS)
		abort();
	part_view(w, &p);
	m->parts[m->nparts++] = copy_part(&p);
	part_next(w);
}

/* ---- comparing ---- */

struct compare {
	const struct model *m;
	size_t packet;
	size_t run;
	int side;
	size_t wrong;
};

static bool
same_place(struct position a, struct position b)
{
	return a.record == b.record && a.source == b.source;
}

static int
compare_packet(void *ctx, uint64_t ordinal, const struct part_packet *got)
{
	struct compare *c = ctx;
	const struct part_packet *want = &c->m->packets[c->packet];

	if (c->packet >= c->m->npackets || ordinal != c->packet ||
	    !same_place(got->at, want->at) || got->off != want->off ||
	    got->side != want->side || got->disposition != want->disposition)
		c->wrong++;
	c->packet++;
	return 0;
}

static int
compare_run(void *ctx, const struct part_run *got)
{
	struct compare *c = ctx;
	const struct part_run *want = &c->m->runs[c->side][c->run];

	if (c->run++ >= c->m->nruns[c->side] || got->gap != want->gap ||
	    got->off != want->off || got->len != want->len)
		c->wrong++;
	else if (got->gap)
		c->wrong += got->cause != want->cause;
	else if (got->packet != want->packet || got->skip != want->skip ||
	         !same_place(got->at, want->at) ||
	         got->file_off != want->file_off)
		c->wrong++;
	return 0;
}

static bool
compare_model(const struct model *m)
{
	struct compare c = { .m = m };

	for (size_t i = 0; i < m->nparts; i++) {
		if (part_packets(&m->parts[i], compare_packet, &c) != 0)
			return false;
	}
	if (c.packet != m->npackets)
		return false;
	for (c.side = 0; c.side < 2; c.side++) {
		c.run = 0;
		for (size_t i = 0; i < m->nparts; i++) {
			if (part_runs(&m->parts[i], c.side, compare_run, &c) !=
			    0)
				return false;
		}
		if (c.run != m->nruns[c.side])
			return false;
	}
	return c.wrong == 0;
}

/* ---- making streams ---- */

static void
add_run(struct part_writer *w, struct model *m, int side, struct part_run r)
{
	size_t n = m->nruns[side];

	if (n == RUNS)
		abort();
	r.off = n > 0 ? m->runs[side][n - 1].off + m->runs[side][n - 1].len : 0;
	if (part_add_run(w, side, &r) != 0)
		abort();
	m->runs[side][m->nruns[side]++] = r;
}

static void
add_packet(struct part_writer *w, struct model *m, struct part_packet p)
{
	uint32_t ordinal;

	if (m->npackets == PACKETS || part_add_packet(w, &p, &ordinal) != 0 ||
	    ordinal != m->npackets)
		abort();
	m->packets[m->npackets++] = p;
}

static struct part_run
run_in(const struct part_packet *p, uint64_t ordinal, uint32_t skip)
{
	return (struct part_run){
		.len = 1 + rnd(2000),
		.packet = ordinal,
		.skip = skip,
		.at = p->at,
		.file_off = p->off + skip,
	};
}

/* The runs that a packet brings about, which are told before the packet. */
static void
random_runs(struct part_writer *w, struct model *m,
            const struct part_packet *next)
{
	int side = next->side;

	if (rnd(10) == 0)
		add_run(
		    w, m, side,
		    (struct part_run){ .gap = true,
		                       .cause = (enum gap_cause)rnd(GAP_COUNT),
		                       .len = 1 + rnd(1 << 20) });
	if (rnd(10) == 0 && m->npackets > 0) {
		uint64_t old = rnd(m->npackets);

		/* It was held until now; its part may have gone. */
		add_run(w, m, side,
		        run_in(&m->packets[old], old, (uint32_t)rnd(200)));
	}
	if (rnd(3) != 0)
		add_run(w, m, side,
		        run_in(next, m->npackets,
		               rnd(4) == 0 ? (uint32_t)rnd(200) : 54));
}

static void
random_stream(struct model *m, size_t packets)
{
	struct part_writer w;
	struct part_packet p = { .at = { .record = 1 }, .off = 40 };

	m->npackets = m->nruns[0] = m->nruns[1] = m->nparts = 0;
	part_writer_init(&w);
	for (size_t i = 0; i < packets; i++) {
		if (rnd(50) == 0) {
			p.at.source = (uint32_t)rnd(POSITION_SOURCE_MAX);
			p.at.record = 1 + rnd(POSITION_RECORD_MAX);
			p.off = rnd(INT64_MAX / 2);
		} else if (p.at.record < POSITION_RECORD_MAX - 1000) {
			p.at.record += 1 + rnd(rnd(10) ? 10 : 1000);
			p.off += 16 + rnd(rnd(10) ? 10000 : 1 << 24);
		}
		p.side = (uint8_t)rnd(2);
		p.disposition = (enum disposition)rnd(DISPOSITION_COUNT);
		random_runs(&w, m, &p);
		add_packet(&w, m, p);
		if (part_full(&w) || rnd(100) == 0)
			take_part(&w, m);
	}
	if (!part_empty(&w))
		take_part(&w, m);
	part_writer_release(&w);
}

static void
release_model(struct model *m)
{
	for (size_t i = 0; i < m->nparts; i++)
		release(&m->parts[i]);
	m->nparts = 0;
}

static void
test_round_trips(struct model *m)
{
	size_t wrong = 0, parts = 0;

	for (uint64_t i = 1; i <= 200; i++) {
		seed = i * UINT64_C(0x9e3779b97f4a7c15);
		random_stream(m, rnd(i % 10 ? 100 : PACKETS));
		wrong += !compare_model(m);
		parts += m->nparts;
		release_model(m);
	}
	is_int((intmax_t)wrong, 0, "200 random streams come out as they were");
	ok(parts > 500, "many of them in several parts");
}

/* ---- what a caller relies on ---- */

static void
test_full(struct model *m)
{
	bool closed = true;

	seed = 99;
	random_stream(m, PACKETS);
	for (size_t i = 0; i < m->nparts; i++) {
		const struct index_part *p = &m->parts[i];

		closed &= p->packets.n < PART_BYTES + 64 &&
		          p->map[0].n < PART_BYTES + 128 &&
		          p->map[1].n < PART_BYTES + 128 && p->part == i;
	}
	ok(closed, "parts are closed in time, and numbered");
	release_model(m);
}

/* Where a part begins in each direction, also one with nothing in it. */
static void
test_offsets(void)
{
	struct part_packet p = { .at = { .record = 1 }, .off = 40 };
	struct part_run r = { .len = 100, .skip = 54 };
	struct part_writer w;
	struct index_part part;
	uint32_t ordinal;

	part_writer_init(&w);
	ok(part_empty(&w) && !part_full(&w), "a new writer is empty");
	ok(part_add_run(&w, 1, &r) == 0 &&
	       part_add_packet(&w, &p, &ordinal) == 0,
	   "a packet with data");
	part_view(&w, &part);
	is_int((intmax_t)part.off[1], 0, "the first part begins at 0");
	is_int((intmax_t)part.map[0].n, 0, "the other side has nothing");
	part_next(&w);
	ok(part_empty(&w), "the next part is empty");
	part_view(&w, &part);
	is_int((intmax_t)part.off[1], 100, "an empty part begins at the end");
	is_int((intmax_t)part.off[0], 0, "for each side by itself");
	is_int((intmax_t)part.first_packet, 1, "and counts packets on");
	is_int(part.part, 1, "it has the next number");
	part_writer_release(&w);
}

/* A packet may let very many held segments go at once. */
static void
test_flood(void)
{
	struct part_packet p = { .at = { .record = 1 }, .off = 40 };
	struct part_writer w;
	struct index_part part;
	uint32_t ordinal;
	uint64_t off = 0;
	int rc = 0;

	part_writer_init(&w);
	for (int i = 0; i < 2000 && rc == 0; i++) {
		rc = part_add_packet(&w, &p, &ordinal);
		p.at.record++;
		if (part_full(&w))
			part_next(&w);
	}
	for (uint32_t i = 0; i < 50000 && rc == 0; i++) {
		struct part_run r = {
			.off = off,
			.len = 1,
			.packet = i % 1000,
			.skip = i,
			.at = { .source = 200000, .record = 1 << 30 },
			.file_off = UINT64_C(1) << 50,
		};

		rc = part_add_run(&w, 0, &r);
		off += r.len;
	}
	is_int(rc, 0, "50000 foreign runs in one part");
	part_view(&w, &part);
	ok(part.map[0].n > 1 << 18, "they are longer than usual");
	part_writer_release(&w);
}

/* ---- damage ---- */

static int
look_packet(void *ctx, uint64_t ordinal, const struct part_packet *p)
{
	(void)ordinal;
	if (p->at.record < 1 || p->at.record > POSITION_RECORD_MAX ||
	    p->at.source > POSITION_SOURCE_MAX || p->off > INT64_MAX ||
	    p->disposition >= DISPOSITION_COUNT || p->side > 1)
		*(bool *)ctx = false;
	return 0;
}

static int
look_run(void *ctx, const struct part_run *r)
{
	if (r->off > INT64_MAX || r->len > INT64_MAX - r->off)
		*(bool *)ctx = false;
	else if (r->gap)
		*(bool *)ctx &= r->cause < GAP_COUNT;
	else if (r->at.record < 1 || r->at.record > POSITION_RECORD_MAX ||
	         r->at.source > POSITION_SOURCE_MAX)
		*(bool *)ctx = false;
	return 0;
}

/* Whatever the bytes are, what is told is in range, or nothing is. */
static bool
survives(const struct index_part *p)
{
	bool fine = true;
	int rc = part_packets(p, look_packet, &fine);

	if (rc != 0 && rc != ERR_CORRUPT)
		return false;
	for (int side = 0; side < 2; side++) {
		rc = part_runs(p, side, look_run, &fine);
		if (rc != 0 && rc != ERR_CORRUPT)
			return false;
	}
	return fine;
}

static void
test_random_damage(struct model *m)
{
	size_t wrong = 0;

	seed = 4711;
	random_stream(m, 400);
	for (size_t i = 0; i < 20000; i++) {
		struct index_part p = copy_part(&m->parts[rnd(m->nparts)]);
		struct str *list = rnd(3) == 0 ? &p.packets : &p.map[rnd(2)];

		if (list->n > 0) {
			char *at = ours(*list) + rnd(list->n);

			*at = (char)(*at ^ (1 << rnd(8)));
		}
		if (rnd(4) == 0)
			list->n -= rnd(list->n + 1);
		if (rnd(50) == 0)
			p.off[rnd(2)] = UINT64_MAX - rnd(1000);
		if (rnd(50) == 0)
			p.first_packet += rnd(2) ? rnd(20) : UINT64_MAX / 2;
		wrong += !survives(&p);
		release(&p);
	}
	is_int((intmax_t)wrong, 0, "20000 damaged parts did no harm");
	release_model(m);
}

static int
packets_of(const char *p, size_t n)
{
	struct index_part part = { .packets = str_make(p, n) };
	bool fine = true;

	return part_packets(&part, look_packet, &fine);
}

static int
runs_of(const char *map, size_t n, uint64_t off)
{
	/* One packet: source 0, record 1, at 40. */
	struct index_part part = { .packets = str_make("\x40\x00\x01\x28", 4),
		                   .off = { off, 0 },
		                   .map = { str_make(map, n), STR_NONE } };
	bool fine = true;

	return part_runs(&part, 0, look_run, &fine);
}

#define PACKETS_OF(bytes)   packets_of(bytes, sizeof(bytes) - 1)
#define RUNS_OF(bytes, off) runs_of(bytes, sizeof(bytes) - 1, off)

static void
test_bad_packets(void)
{
	is_int(PACKETS_OF("\x40\x00\x01\x28"), 0, "the smallest list");
	is_int(PACKETS_OF("\x00\x02\x50"), ERR_CORRUPT,
	       "a first packet relative to nothing");
	is_int(PACKETS_OF("\x40\x00\x01"), ERR_CORRUPT, "a list that is cut");
	is_int(PACKETS_OF("\xc0\x00\x01\x28"), ERR_CORRUPT, "an unknown bit");
	is_int(PACKETS_OF("\x5f\x00\x01\x28"), ERR_CORRUPT,
	       "an unknown disposition");
	is_int(PACKETS_OF("\x40\x00\x00\x28"), ERR_CORRUPT, "record 0");
	is_int(PACKETS_OF("\x40\x80\x80\x10\x01\x28"), ERR_CORRUPT,
	       "a source that is out of range");
	is_int(PACKETS_OF("\x40\x00\x01\x28\x00\x03\x00"), ERR_CORRUPT,
	       "a record before the first");
	is_int(PACKETS_OF("\x40\x00\x01\x28\x00\x00\x51"), ERR_CORRUPT,
	       "an offset before the file");
}

static void
test_bad_runs(void)
{
	is_int(RUNS_OF("\x08\x00", 0), 0, "a run of one byte");
	is_int(RUNS_OF("\x09\x00", 0), 0, "a gap of one byte");
	is_int(RUNS_OF("\x08", 0), ERR_CORRUPT, "a run that is cut");
	is_int(RUNS_OF("\x08\x02", 0), ERR_CORRUPT,
	       "a packet that is not there");
	is_int(RUNS_OF("\x09\x1f", 0), ERR_CORRUPT, "an unknown cause");
	is_int(RUNS_OF("\x0b\x00", 0), ERR_CORRUPT, "a gap with a skip");
	is_int(RUNS_OF("\x0d\x00", 0), ERR_CORRUPT, "a gap from elsewhere");
	is_int(RUNS_OF("\x0a\x00\xff\xff\xff\xff\x1f", 0), ERR_CORRUPT,
	       "a skip past 32 bits");
	is_int(RUNS_OF("\x0c\x00\x00\x00\x28", 0), ERR_CORRUPT,
	       "a foreign run in record 0");
	is_int(RUNS_OF("\x08\x00", INT64_MAX), ERR_CORRUPT,
	       "an offset past the end of all numbers");
}

static void
test_too_long(void)
{
	size_t n = (1 << 24) + 2;
	char *p = calloc(1, n);

	if (p == NULL)
		abort();
	is_int(runs_of(p, n, 0), ERR_CORRUPT, "a map that is too long");
	is_int(packets_of(p, (1 << 16) + 1), ERR_CORRUPT,
	       "a packet list that is too long");
	free(p);
}

/* ---- stopping ---- */

static int
stop_packet(void *ctx, uint64_t ordinal, const struct part_packet *p)
{
	(void)p;
	++*(int *)ctx;
	return ordinal == 1 ? 7 : 0;
}

static int
stop_run(void *ctx, const struct part_run *r)
{
	(void)r;
	return ++*(int *)ctx == 2 ? ERR_NOMEM : 0;
}

static void
test_stop(void)
{
	struct index_part p = {
		.packets = STR("\x40\x00\x01\x28\x00\x02\x02\x00\x02\x02"),
		.map = { STR("\x08\x00\x08\x02\x08\x02"), STR_NONE }
	};
	int n = 0;

	is_int(part_packets(&p, stop_packet, &n), 7, "a packet stops it");
	is_int(n, 2, "at once");
	n = 0;
	is_int(part_runs(&p, 0, stop_run, &n), ERR_NOMEM, "a run stops it");
	is_int(n, 2, "at once");
}

/* ---- size ---- */

/* One connection among many, on its way into the lists. */
struct talk {
	struct part_writer w;
	uint64_t off[2];
	int left; /* packets of what is being said */
	int side;
	int rounds; /* requests still to come */
};

struct capture {
	struct position at;
	uint64_t off;
	uint64_t packets, lists;
};

static void
flush(struct talk *t, struct capture *c)
{
	struct index_part p;

	part_view(&t->w, &p);
	c->lists += p.packets.n + p.map[0].n + p.map[1].n;
	part_next(&t->w);
}

static void
hear(struct talk *t, struct capture *c, int side, uint64_t payload)
{
	struct part_packet p = { .at = c->at,
		                 .off = c->off + 16,
		                 .side = (uint8_t)side };
	struct part_run r = {
		.off = t->off[side],
		.len = payload,
		.packet = t->w.npackets,
		.skip = 66,
		.at = c->at,
		.file_off = c->off + 16 + 66,
	};
	uint32_t ordinal;

	if ((payload > 0 && part_add_run(&t->w, side, &r) != 0) ||
	    part_add_packet(&t->w, &p, &ordinal) != 0)
		abort();
	t->off[side] += payload;
	c->at.record++;
	c->off += 16 + 66 + payload;
	c->packets++;
	if (part_full(&t->w))
		flush(t, c);
}

/* The next packet of a connection: keep-alive HTTP, more or less. */
static void
say(struct talk *t, struct capture *c)
{
	if (t->left == 0) {
		if (t->rounds-- == 0) {
			flush(t, c);
			part_writer_release(&t->w);
			part_writer_init(&t->w);
			t->off[0] = t->off[1] = 0;
			t->rounds = 1 + (int)rnd(rnd(8) ? 4 : 200);
			for (int i = 0; i < 3; i++)
				hear(t, c, i == 1, 0);
		}
		hear(t, c, 0, 120 + rnd(600));
		t->left = 1 + (int)rnd(rnd(6) ? 4 : 40);
		return;
	}
	hear(t, c, 1, --t->left > 0 ? 1448 : 1 + rnd(1448));
	if (t->left % 2 == 0)
		hear(t, c, 0, 0);
}

/* docs/formats/index.md promises at most 8 bytes a packet. */
static void
test_size(void)
{
	enum { TALKS = 60 };
	static struct talk talks[TALKS];
	struct capture c = { .at = { .record = 1 }, .off = 24 };
	double each;

	seed = 8;
	for (int i = 0; i < TALKS; i++)
		part_writer_init(&talks[i].w);
	while (c.packets < 400000)
		say(&talks[rnd(rnd(2) ? TALKS : 8)], &c);
	for (int i = 0; i < TALKS; i++) {
		flush(&talks[i], &c);
		part_writer_release(&talks[i].w);
	}
	each = (double)c.lists / (double)c.packets;
	printf("# %.2f bytes a packet, %d connections at a time\n", each,
	       TALKS);
	ok(each <= 8.0, "at most 8 bytes a packet");
}

int
main(void)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		abort();
	test_round_trips(m);
	test_full(m);
	test_offsets();
	test_flood();
	test_random_damage(m);
	test_bad_packets();
	test_bad_runs();
	test_too_long();
	test_stop();
	test_size();
	free(m);
	return tap_done();
}
