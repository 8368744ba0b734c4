/* SPDX-License-Identifier: Apache-2.0 */
/* A stream's bytes come back from the capture files, and holes are told. */
#include "analyzer/query/layer.h"

#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "tests/support/mkindex.h"
#include "tests/tap/tap.h"

enum {
	STREAM_MAX = 1 << 22,
	HOLE = -1, /* in the model: a byte that was not captured */
};

/* What each side said, byte by byte. */
struct model {
	size_t n[2];
	int16_t *bytes[2];
	uint32_t *record[2]; /* source * 2^24 + record; 0 in a hole */
};

static uint64_t seed = 1;

static uint64_t
rnd(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * UINT64_C(2685821657736338717) >> 16) % below;
}

static void
model_init(struct model *m)
{
	for (int side = 0; side < 2; side++) {
		m->n[side] = 0;
		m->bytes[side] = malloc(STREAM_MAX * sizeof(int16_t));
		m->record[side] = malloc(STREAM_MAX * sizeof(uint32_t));
		if (m->bytes[side] == NULL || m->record[side] == NULL)
			abort();
	}
}

static void
model_release(struct model *m)
{
	for (int side = 0; side < 2; side++) {
		free(m->bytes[side]);
		free(m->record[side]);
	}
}

static void
say(struct mkindex *mk, struct model *m, int side, size_t n)
{
	uint8_t bytes[3000];
	struct position at;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)rnd(256);
	at = mkindex_packet(mk, side, bytes, n);
	for (size_t i = 0; i < n; i++) {
		m->bytes[side][m->n[side]] = bytes[i];
		m->record[side][m->n[side]++] = (at.source << 24) +
		                                (uint32_t)at.record;
	}
}

static void
lose(struct mkindex *mk, struct model *m, int side, size_t n)
{
	mkindex_gap(mk, side, n);
	for (size_t i = 0; i < n; i++) {
		m->bytes[side][m->n[side]] = HOLE;
		m->record[side][m->n[side]++] = 0;
	}
}

/* A conversation with everything in it. */
static void
converse(struct mkindex *mk, struct model *m, int packets)
{
	for (int i = 0; i < packets; i++) {
		int side = (int)rnd(2);

		if (rnd(30) == 0)
			lose(mk, m, side, 1 + rnd(500));
		if (rnd(20) == 0)
			mkindex_filler(mk, rnd(20000));
		say(mk, m, side, rnd(5) ? rnd(200) : rnd(3000));
		if (rnd(100) == 0 || part_full(&mk->parts))
			mkindex_part(mk);
		if (i == packets / 2)
			mkindex_source(mk);
	}
}

/* Is what was read at off what was said there? */
static bool
agrees(const struct model *m, int side, uint64_t off, const uint8_t *got,
       size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (off + i >= m->n[side] || m->bytes[side][off + i] != got[i])
			return false;
	}
	return true;
}

/* Bytes of the hole at off; 0 at a byte and at the end. */
static uint64_t
hole_at(const struct model *m, int side, uint64_t off)
{
	uint64_t n = 0;

	while (off + n < m->n[side] && m->bytes[side][off + n] == HOLE)
		n++;
	return n;
}

/* One read; false when anything about it is wrong. */
static bool
check_read(const struct layer_reader *r, const struct model *m, enum dir dir,
           int side, uint64_t off, size_t want, uint64_t *ret_next)
{
	static uint8_t buf[200000];
	uint64_t hole = 77, told = hole_at(m, side, off);
	size_t got = 77;

	if (r->read(r->ctx, (struct layer_at){ 0, dir, off }, buf, want, &got,
	            &hole) != 0)
		return false;
	*ret_next = off + got + hole;
	/* Two gaps in a row may be told one by one. */
	if (told > 0)
		return got == 0 && hole > 0 && hole <= told;
	if (off >= m->n[side])
		return got == 0 && hole == 0;
	/* Short only where a hole or the end is. */
	if (hole != 0 || got == 0 || got > want)
		return false;
	if (got < want && off + got < m->n[side] &&
	    hole_at(m, side, off + got) == 0)
		return false;
	return agrees(m, side, off, buf, got);
}

static void
test_sequential(struct layer *l, const struct model *m, int client)
{
	struct layer_reader r = layer_reader_of(l);
	static const size_t sizes[] = { 1, 100, 4096, 65536, 150000 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		bool good = true;

		for (int dir = 0; dir < 2; dir++) {
			int side = dir ^ client;
			uint64_t off = 0, next = 0;

			if (sizes[i] == 1)
				off = m->n[side] - m->n[side] / 20;
			do {
				good = check_read(&r, m, (enum dir)dir, side,
				                  off, sizes[i], &next);
			} while (good && next > off && (off = next) != 0);
			good = good && off == m->n[side];
		}
		ok(good, "one read after the other, to the end");
	}
}

static void
test_random(struct layer *l, const struct model *m, int client)
{
	struct layer_reader r = layer_reader_of(l);
	size_t wrong = 0;

	for (int i = 0; i < 3000; i++) {
		int dir = (int)rnd(2);
		int side = dir ^ client;
		uint64_t next;

		wrong += !check_read(&r, m, (enum dir)dir, side,
		                     rnd(m->n[side] + 10), 1 + rnd(5000),
		                     &next);
	}
	is_int((intmax_t)wrong, 0, "3000 reads anywhere");
}

static void
test_locate(struct layer *l, const struct model *m, int client)
{
	struct position at;
	size_t wrong = 0;

	for (int i = 0; i < 2000; i++) {
		int dir = (int)rnd(2);
		int side = dir ^ client;
		uint64_t off = rnd(m->n[side]);
		int rc = layer_locate(l, (enum dir)dir, off, &at);

		if (m->bytes[side][off] == HOLE)
			wrong += rc != ERR_NOTFOUND;
		else
			wrong += rc != 0 || (at.source << 24) + at.record !=
			                        m->record[side][off];
	}
	is_int((intmax_t)wrong, 0, "the records of 2000 bytes");
	is_int(layer_locate(l, TO_SERVER, m->n[client], &at), ERR_NOTFOUND,
	       "no record behind the end");
	is_int(layer_locate(l, TO_SERVER, UINT64_MAX, &at), ERR_NOTFOUND,
	       "nor at the end of all numbers");
}

static struct opened *
open_it(const struct mkindex *mk)
{
	struct proto_limits limits;
	struct opened *o = NULL;
	struct err e = ERR_INIT;

	proto_limits_init(&limits);
	if (opened_new(mk->dir, mk->index, &limits, &e, &o) != 0) {
		printf("# %s\n", e.text);
		abort();
	}
	return o;
}

static struct layer *
layer_of(struct opened *o, const struct mkindex *mk)
{
	struct layer *l = NULL;

	if (layer_open(o, mk->stream.id, NULL, &l) != 0)
		abort();
	return l;
}

static void
test_bytes(int client)
{
	struct mkindex mk;
	struct model m;
	struct opened *o;
	struct layer *l;

	model_init(&m);
	mkindex_begin(&mk);
	mk.stream.client = (uint8_t)client;
	converse(&mk, &m, 3000);
	mkindex_finish(&mk, true);
	o = open_it(&mk);
	l = layer_of(o, &mk);
	is_int(layer_stream(l)->client, client, "the stream's row");
	test_sequential(l, &m, client);
	test_random(l, &m, client);
	test_locate(l, &m, client);
	is_int(layer_error(l)->code, 0, "nothing failed");
	layer_free(l);
	opened_free(o);
	mkindex_end(&mk);
	model_release(&m);
}

static int
read_some(struct layer *l, uint32_t layer, uint64_t off, size_t n)
{
	struct layer_reader r = layer_reader_of(l);
	static uint8_t buf[1 << 20];
	uint64_t hole;
	size_t got;

	return r.read(r.ctx, (struct layer_at){ layer, TO_SERVER, off }, buf, n,
	              &got, &hole);
}

/* Small packets that lie close together are read many at once. */
static void
test_few_reads(void)
{
	struct mkindex mk;
	struct opened *o;
	struct layer *l;

	mkindex_begin(&mk);
	for (int i = 0; i < 1000; i++)
		mkindex_text(&mk, 0, "GET / HTTP/1.1\r\n\r\n");
	mkindex_finish(&mk, true);
	o = open_it(&mk);
	l = layer_of(o, &mk);
	io_fail_at(0, EIO);
	is_int(read_some(l, 0, 0, 18000), 0, "1000 packets are read");
	/* 88 KB: two reads of 64 KiB, and what opening the file takes. */
	ok(io_call_count() <= 5, "with few system calls");
	io_fail_at(-1, 0);
	layer_free(l);
	opened_free(o);
	mkindex_end(&mk);
}

static void
spoil(const struct mkindex *mk)
{
	char name[64], path[200];

	snprintf(path, sizeof(path), "%s/evidence/%s", mk->dir,
	         mkindex_name(0, name));
	if (truncate(path, 30) != 0)
		abort();
}

static void
test_failures(void)
{
	struct mkindex mk;
	struct opened *o;
	struct layer *l;

	mkindex_begin(&mk);
	mkindex_text(&mk, 0, "hello");
	mkindex_finish(&mk, true);
	o = open_it(&mk);
	is_int(layer_open(o, 12345, NULL, &l), ERR_NOTFOUND,
	       "there is no such stream");
	l = layer_of(o, &mk);
	is_int(read_some(l, 1, 0, 5), ERR_CORRUPT, "there is no layer 1");
	ok(strstr(layer_error(l)->text, "layer") != NULL, "and it says so");
	layer_free(l);

	l = layer_of(o, &mk);
	io_fail_at(1, EIO);
	is_int(read_some(l, 0, 0, 5), ERR_IO, "a file that cannot be opened");
	io_fail_at(-1, 0);
	is_int(layer_error(l)->code, ERR_IO, "is remembered");
	is_int(read_some(l, 0, 0, 5), 0, "and can be read later");
	is_int(layer_error(l)->code, ERR_IO, "the first failure stays");
	layer_free(l);
	opened_free(o);

	o = open_it(&mk);
	l = layer_of(o, &mk);
	spoil(&mk);
	is_int(read_some(l, 0, 0, 5), ERR_CHANGED, "a file that was changed");
	ok(strstr(layer_error(l)->text, "changed since") != NULL,
	   "with the reason");
	layer_free(l);
	mem_fail_at(1, false);
	is_int(layer_open(o, mk.stream.id, NULL, &l), ERR_NOMEM,
	       "no memory for a layer");
	mem_fail_at(-1, false);
	opened_free(o);
	mkindex_end(&mk);
}

/* The index says that bytes are in one place and forgets others. */
static void
test_missing_part(void)
{
	struct mkindex mk;
	struct opened *o;
	struct layer *l;

	mkindex_begin(&mk);
	mkindex_text(&mk, 0, "hello");
	mkindex_part(&mk);
	mkindex_text(&mk, 0, "lost");
	part_next(&mk.parts);
	mkindex_text(&mk, 0, "world");
	mkindex_finish(&mk, true);
	o = open_it(&mk);
	l = layer_of(o, &mk);
	is_int(read_some(l, 0, 0, 5), 0, "what is known is read");
	is_int(read_some(l, 0, 0, 14), ERR_CORRUPT,
	       "positions that are missing are not invented");
	is_int(read_some(l, 0, 9, 5), 0, "behind them it goes on");
	layer_free(l);
	opened_free(o);
	mkindex_end(&mk);
}

static void
test_growing(void)
{
	struct mkindex mk;
	struct opened *o;
	struct layer *l;

	mkindex_begin(&mk);
	mkindex_text(&mk, 0, "hello");
	mkindex_finish(&mk, false);
	o = open_it(&mk);
	l = layer_of(o, &mk);
	is_int(read_some(l, 0, 0, 5), ERR_AGAIN,
	       "an unfinished index does not know the files");
	ok(strstr(layer_error(l)->text, "indexed") != NULL,
	   "and says when it will");
	layer_free(l);
	opened_free(o);
	mkindex_end(&mk);
}

int
main(void)
{
	test_bytes(0);
	test_bytes(1);
	test_few_reads();
	test_failures();
	test_missing_part();
	test_growing();
	return tap_done();
}
