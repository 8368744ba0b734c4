/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng files: the good, the odd and the broken.
 */
#include "snapshot/capture.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/support/mkcap.h"
#include "tests/tap/tap.h"

/* --- pcapng -------------------------------------------------------------- */

/* Begin a block; the answer goes to block_end(). */
static size_t
block_begin(struct mkcap *f, uint32_t type)
{
	size_t at = f->n;

	mkcap_32(f, type);
	mkcap_32(f, 0);
	return at;
}

static void
block_end(struct mkcap *f, size_t at)
{
	size_t n;

	while ((f->n - at) % 4 != 0)
		mkcap_put(f, "", 1);
	n = f->n - at + 4;
	mkcap_32(f, (uint32_t)n);
	f->n = at + 4;
	mkcap_32(f, (uint32_t)n);
	f->n = at + n;
}

static void
option(struct mkcap *f, unsigned code, const void *p, size_t n)
{
	mkcap_16(f, code);
	mkcap_16(f, (unsigned)n);
	mkcap_put(f, p, n);
	while (f->n % 4 != 0)
		mkcap_put(f, "", 1);
}

static void
section(struct mkcap *f, bool big)
{
	size_t at;

	f->big = big;
	at = block_begin(f, 0x0a0d0d0a);
	mkcap_32(f, 0x1a2b3c4d);
	mkcap_16(f, 1);
	mkcap_16(f, 0);
	mkcap_64(f, UINT64_MAX);
	block_end(f, at);
}

/* resol < 0: no such option; offset 0: no such option. */
static void
iface(struct mkcap *f, unsigned linktype, uint32_t snaplen, const char *name,
      int resol, int64_t offset)
{
	size_t at = block_begin(f, 1);
	uint8_t r = (uint8_t)resol;

	mkcap_16(f, linktype);
	mkcap_16(f, 0);
	mkcap_32(f, snaplen);
	if (name != NULL)
		option(f, 2, name, strlen(name));
	if (resol >= 0)
		option(f, 9, &r, 1);
	if (offset != 0) {
		mkcap_16(f, 14);
		mkcap_16(f, 8);
		mkcap_64(f, (uint64_t)offset);
	}
	mkcap_32(f, 0); /* the end of the options */
	block_end(f, at);
}

static void
enhanced(struct mkcap *f, uint32_t id, uint64_t ticks, const char *data)
{
	uint32_t n = (uint32_t)strlen(data);
	size_t at = block_begin(f, 6);

	mkcap_32(f, id);
	mkcap_32(f, (uint32_t)(ticks >> 32));
	mkcap_32(f, (uint32_t)ticks);
	mkcap_32(f, n);
	mkcap_32(f, n + 10);
	mkcap_put(f, data, n);
	block_end(f, at);
}

static void
obsolete(struct mkcap *f, unsigned id, uint64_t ticks, const char *data)
{
	uint32_t n = (uint32_t)strlen(data);
	size_t at = block_begin(f, 2);

	mkcap_16(f, id);
	mkcap_16(f, 7);
	mkcap_32(f, (uint32_t)(ticks >> 32));
	mkcap_32(f, (uint32_t)ticks);
	mkcap_32(f, n);
	mkcap_32(f, n);
	mkcap_put(f, data, n);
	block_end(f, at);
}

static void
simple(struct mkcap *f, uint32_t origlen, const char *data)
{
	size_t at = block_begin(f, 3);

	mkcap_32(f, origlen);
	mkcap_put(f, data, strlen(data));
	block_end(f, at);
}

static void
other(struct mkcap *f, uint32_t type, const char *data)
{
	size_t at = block_begin(f, type);

	mkcap_put(f, data, strlen(data));
	block_end(f, at);
}

static void
statistics(struct mkcap *f, uint32_t id, uint64_t ifdrop, uint64_t osdrop)
{
	size_t at = block_begin(f, 5);

	mkcap_32(f, id);
	mkcap_64(f, 0);
	mkcap_16(f, 5);
	mkcap_16(f, 8);
	mkcap_64(f, ifdrop);
	mkcap_16(f, 7);
	mkcap_16(f, 8);
	mkcap_64(f, osdrop);
	block_end(f, at); /* without an end of options, as some write it */
}

/* Two sections in different byte orders with everything we know in them. */
static void
rich_file(struct mkcap *f)
{
	f->n = 0;
	section(f, false);
	iface(f, 1, 0, "eth0", -1, 0);
	iface(f, 113, 4, "any", 9, 0);
	enhanced(f, 0, 1675000000123456, "one");
	other(f, 0x0bad, "ppppcustom");
	enhanced(f, 1, 1675000000123456789, "two");
	obsolete(f, 0, 1675000001000000, "three");
	simple(f, 60, "sixy"); /* interface 0 is unlimited */
	other(f, 4, "names...");
	statistics(f, 0, 3, 4);
	other(f, 10, "secrets.");
	other(f, 0x12345678, "");
	section(f, true);
	iface(f, 101, 4, NULL, 0, 0);
	iface(f, 1, 0, "late", 0x80 | 10, 1000);
	simple(f, 60, "fournothing");
	enhanced(f, 1, 1675000000 * UINT64_C(1024) + 512, "five");
	obsolete(f, 0, 1675000002, "six");
}

static void
test_pcapng_rich(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(0);
	const struct capture_iface *i;
	struct capture *c = capture_new(&l);
	struct mkcap_seen s;
	size_t clean;

	rich_file(f);
	ok(mkcap_windows(f, &l, &s), "pcapng: every window");
	is_int(s.end, 0, "it ends cleanly");
	is_int(s.records, 7, "seven packets");
	is_int(s.r[0].ts, 1675000000123456000, "microseconds by default");
	is_int(s.r[0].caplen, 3, "captured length");
	is_int(s.r[0].origlen, 13, "length on the wire");
	is_int(s.first[0], 'o', "its bytes");
	is_int(s.r[1].ts, 1675000000123456789, "nanoseconds");
	is_int(s.r[1].linktype, 113, "the second interface's link type");
	is_int(s.r[2].ts, 1675000001000000000, "an obsolete packet block");
	is_int(s.r[3].ts, 0, "a simple packet has no time");
	is_int(s.r[3].caplen, 4, "it is as long as its block");
	is_int(s.r[3].origlen, 60, "and was longer");
	is_int(s.r[4].iface, 2, "interfaces are numbered through the file");
	is_int(s.r[4].linktype, 101, "the second section's first");
	is_int(s.r[4].caplen, 4, "cut at the interface's snap length");
	is_int(s.r[5].ts, 1675001000500000000, "powers of two, and an offset");
	is_int(s.r[6].ts, 1675000002000000000, "whole seconds");
	is_int(s.r[6].no, 7, "records are numbered through the file");
	is_int(s.blocks, 3, "three blocks for the caller");
	ok(s.block[0] == 4 && s.block[1] == 5 && s.block[2] == 10,
	   "names, statistics, secrets");

	mkcap_walk(c, f, f->n, &s);
	is_int(capture_unknown_blocks(c), 2, "two that nobody knows");
	is_int(capture_iface_count(c), 4, "four interfaces");
	i = capture_iface(c, 0);
	is_bytes(i->name.p, i->name.n, "eth0", 4, "name of the first");
	ok(i->has_drops && i->drops == 7, "its drops");
	ok(!capture_iface(c, 1)->has_drops, "none told for the second");
	is_int(capture_iface(c, 1)->snaplen, 4, "the second's snap length");
	i = capture_iface(c, 3);
	is_bytes(i->name.p, i->name.n, "late", 4, "name of the last");
	ok(capture_iface(c, 4) == NULL, "there is no fifth");
	capture_free(c);

	ok(mkcap_truncations(f, &l, &clean), "pcapng: every truncation");
	is_int(clean, 17, "clean ends: behind all blocks but the last");
	ok(mkcap_reread(f, &l), "pcapng: read again");
}

/* One packet at `ticks` on an interface of the given resolution. */
static int64_t
time_of(struct mkcap *f, int resol, int64_t offset, uint64_t ticks)
{
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;

	f->n = 0;
	section(f, false);
	iface(f, 1, 0, NULL, resol, offset);
	enhanced(f, 0, ticks, "x");
	mkcap_walk_new(f, &l, f->n, &s);
	return s.records == 1 ? s.r[0].ts : -1;
}

static void
test_pcapng_times(struct mkcap *f)
{
	const int64_t g = 1000000000;

	is_int(time_of(f, 3, 0, 1675000000123), 1675000000123 * (g / 1000),
	       "milliseconds");
	is_int(time_of(f, 12, 0, 1675000000123456999), 1675000000123456,
	       "picoseconds are rounded down");
	is_int(time_of(f, 19, 0, 12345678901), 1, "10^-19 s");
	is_int(time_of(f, 28, 0, UINT64_MAX), 1, "10^-28 s");
	is_int(time_of(f, 29, 0, UINT64_MAX), 0, "10^-29 s");
	is_int(time_of(f, 127, 0, UINT64_MAX), 0, "10^-127 s");
	is_int(time_of(f, 0, 0, UINT64_MAX), CAPTURE_TIME_MAX,
	       "seconds beyond our time stay at its end");
	is_int(time_of(f, 9, 0, UINT64_MAX), CAPTURE_TIME_MAX,
	       "so do nanoseconds");
	is_int(time_of(f, 0x80, 0, 5), 5 * g, "2^-0 s");
	is_int(time_of(f, 0x80 | 32, 0, (5ull << 32) | 0x80000000u),
	       5 * g + g / 2, "2^-32 s");
	is_int(time_of(f, 0x80 | 63, 0, (1ull << 63) | (1ull << 62)), g + g / 2,
	       "2^-63 s");
	is_int(time_of(f, 0x80 | 64, 0, 1ull << 63), g / 2, "2^-64 s");
	is_int(time_of(f, 0x80 | 95, 0, UINT64_MAX), 0, "2^-95 s");
	is_int(time_of(f, 0x80 | 127, 0, UINT64_MAX), 0, "2^-127 s");
	is_int(time_of(f, 0x80 | 1, 0, UINT64_MAX), CAPTURE_TIME_MAX,
	       "powers of two beyond our time");
	is_int(time_of(f, 6, -1, 2500000), g + g / 2, "an offset below 0");
	is_int(time_of(f, 6, INT64_MAX, 1), CAPTURE_TIME_MAX, "a huge offset");
	is_int(time_of(f, 6, INT64_MIN, 1), -CAPTURE_TIME_MAX,
	       "a hugely negative one");
	is_int(time_of(f, 9, 9223372036, UINT64_MAX), CAPTURE_TIME_MAX,
	       "sums that do not fit stay at the end");
}

/* The good beginning of a file, for something broken behind it. */
static void
good_start(struct mkcap *f)
{
	f->n = 0;
	section(f, false);
	iface(f, 1, 0, NULL, -1, 0);
	enhanced(f, 0, 1, "fine");
}

static void
is_broken(const struct mkcap *f, size_t at, int code, const char *what)
{
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;
	char text[40];

	mkcap_walk_new(f, &l, 12, &s);
	is_int(s.end, code, what);
	is_int(s.records, 1, "what is in front of it is read");
	is_int(s.stopped, at, "the place is known");
	(void)snprintf(text, sizeof(text), "at byte %zu", at);
	ok(strstr(s.reason, text) != NULL, "and told");
}

static void
test_pcapng_broken(struct mkcap *f)
{
	size_t at, b;

	good_start(f);
	at = f->n;
	enhanced(f, 0, 2, "x");
	f->b[f->n - 4] ^= 4;
	is_broken(f, at, ERR_MALFORMED, "two lengths that differ");

	good_start(f);
	mkcap_32(f, 6);
	mkcap_32(f, 8);
	mkcap_32(f, 8);
	is_broken(f, at, ERR_MALFORMED, "a block shorter than its frame");

	good_start(f);
	mkcap_32(f, 77);
	mkcap_32(f, 0xfffffffd);
	mkcap_32(f, 0);
	is_broken(f, at, ERR_MALFORMED, "a block of nearly 4 GiB");

	good_start(f);
	enhanced(f, 1, 2, "x");
	is_broken(f, at, ERR_MALFORMED, "an interface nobody described");

	good_start(f);
	enhanced(f, 0, 2, "x");
	f->b[at + 20] = 5; /* one byte, padded to four */
	is_broken(f, at, ERR_MALFORMED, "a packet larger than its block");

	good_start(f);
	other(f, 6, "short");
	is_broken(f, at, ERR_MALFORMED, "a packet block without its header");

	good_start(f);
	other(f, 1, "");
	is_broken(f, at, ERR_MALFORMED, "an interface block without one");

	good_start(f);
	section(f, false);
	f->b[at + 8] = 0;
	is_broken(f, at, ERR_MALFORMED, "a section of no byte order");

	good_start(f);
	section(f, false);
	f->b[at + 12] = 2;
	is_broken(f, at, ERR_UNSUPPORTED, "a section of version 2");

	good_start(f);
	section(f, true);
	b = f->n;
	enhanced(f, 0, 2, "x");
	is_broken(f, b, ERR_MALFORMED, "interfaces end with their section");
}

static void
test_pcapng_odd(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;
	size_t at;

	good_start(f);
	at = block_begin(f, 6);
	mkcap_32(f, 0);
	mkcap_64(f, 0);
	mkcap_32(f, 3);
	mkcap_32(f, 3);
	mkcap_put(f, "abc", 3);
	mkcap_put(f, "", 1);
	mkcap_32(f, 35); /* the padding is not counted */
	f->n = at + 4;
	mkcap_32(f, 35);
	f->n = at + 36;
	enhanced(f, 0, 2, "next");
	ok(mkcap_windows(f, &l, &s),
	   "length without the padding: every window");
	is_int(s.records, 3, "length without the padding is tolerated");
	is_int(s.r[1].caplen, 3, "the packet is right");
	is_int(s.first[2], 'n', "and so is the next");

	good_start(f);
	at = block_begin(f, 1);
	mkcap_32(f, 1);
	mkcap_32(f, 0);
	mkcap_16(f, 2);
	mkcap_16(f, 500); /* longer than the block */
	mkcap_put(f, "abcd", 4);
	block_end(f, at);
	enhanced(f, 1, 2, "next");
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.end, 0, "malformed options end at the malformed one");
	is_int(s.records, 2, "the interface is there");
}

static void
test_pcapng_limits(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(1000);
	static char large[70001];
	struct capture *c;
	struct mkcap_seen s;
	size_t at;

	memset(large, 'L', 2000);
	f->n = 0;
	section(f, false);
	iface(f, 1, 0, NULL, -1, 0);
	enhanced(f, 0, 1, large);
	enhanced(f, 0, 2, "next");
	ok(mkcap_windows(f, &l, &s), "oversized packet: every window");
	is_int(s.records, 1, "an oversized packet is passed over");
	is_int(s.counted, 2, "and counted");
	is_int(s.r[0].no, 2, "the next one has the next number");

	/* A small packet with many options is none. */
	f->n = 0;
	section(f, false);
	iface(f, 1, 0, NULL, -1, 0);
	at = block_begin(f, 6);
	mkcap_32(f, 0);
	mkcap_64(f, 0);
	mkcap_32(f, 4);
	mkcap_32(f, 4);
	mkcap_put(f, "data", 4);
	option(f, 1, large, 2000);
	block_end(f, at);
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.records, 1, "long options do not make a packet oversized");

	good_start(f);
	l.interfaces = 2;
	iface(f, 1, 0, NULL, -1, 0);
	at = f->n;
	iface(f, 1, 0, NULL, -1, 0);
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.end, ERR_LIMIT, "one interface too many");
	is_int(s.stopped, at, "is where it stops");
	is_str(s.reason, "more than 2 interfaces", "and it says why");

	good_start(f);
	l.sections = 1;
	section(f, false);
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.end, ERR_LIMIT, "one section too many");

	l = mkcap_limits(0);
	l.record_bytes = 65536;
	c = capture_new(&l);
	ok(capture_need_max(c) >= 65536 + 32, "the window holds any packet");
	capture_free(c);
}

/* Blocks over the limit that are no packets. */
static void
test_pcapng_large_blocks(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(1000);
	struct capture_block b;
	struct capture *c;
	struct cursor in;
	struct record r;

	good_start(f);
	mkcap_32(f, 4);
	mkcap_32(f, 80000);
	c = capture_new(&l);
	in = cur_make(f->b, f->n, true);
	is_int(capture_next(c, &in, &r, &b), CAPTURE_RECORD, "a packet");
	is_int(capture_next(c, &in, &r, &b), CAPTURE_MORE,
	       "a block's frame is 12 bytes");
	is_int(capture_need(c), 12, "which is asked for");
	mkcap_32(f, 0);
	in.end += 4;
	is_int(capture_next(c, &in, &r, &b), CAPTURE_SKIP,
	       "a large block is passed over");
	is_int(capture_need(c), 80000, "all of it");
	is_int(capture_unknown_blocks(c), 1, "and counted");
	is_int(capture_records(c), 1, "not among the records");
	is_int(capture_end(c, 12), ERR_TRUNCATED, "the file ends in it");
	capture_free(c);

	good_start(f);
	mkcap_32(f, 1);
	mkcap_32(f, 80000);
	mkcap_32(f, 0);
	c = capture_new(&l);
	in = cur_make(f->b, f->n, true);
	is_int(capture_next(c, &in, &r, &b), CAPTURE_RECORD, "a packet");
	is_int(capture_next(c, &in, &r, &b), CAPTURE_BROKEN,
	       "an interface block of that size ends the reading");
	is_int(capture_error(c), ERR_LIMIT, "by the limit");
	is_int(capture_next(c, &in, &r, &b), CAPTURE_BROKEN, "for good");
	capture_free(c);
}

static void
test_reread_wrong(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(0);
	struct capture *c = capture_new(&l);
	struct record r;
	struct mkcap_seen s;
	struct cursor before;

	rich_file(f);
	before = cur_make(f->b, CAPTURE_BEFORE, false);
	is_int(capture_reread(c, before, CAPTURE_BEFORE, &r), ERR_UNSUPPORTED,
	       "nothing was read yet");
	mkcap_walk(c, f, f->n, &s);
	is_int(capture_reread(c, before, CAPTURE_BEFORE, &r), ERR_MALFORMED,
	       "there is no packet there");
	before = cur_make(f->b, 4, false);
	ok(capture_reread(c, before, 4, &r) != 0, "nor in the first bytes");
	capture_free(c);
}

static void
test_no_memory(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(0);
	int64_t most;
	bool good = true;
	struct mkcap_seen s;

	rich_file(f);
	mem_fail_at(0, false);
	mkcap_walk_new(f, &l, f->n, &s);
	most = mem_alloc_count();
	for (int64_t n = 1; n <= most; n++) {
		struct capture *c;

		mem_fail_at(n, false);
		c = capture_new(&l);
		if (c != NULL) {
			mkcap_walk(c, f, f->n, &s);
			good &= s.end == ERR_NOMEM && s.reason[0] != '\0';
		}
		capture_free(c);
	}
	mem_fail_at(-1, false);
	ok(good && most > 3, "each failing allocation is told");
}

int
main(void)
{
	struct mkcap *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return 1;
	test_pcapng_rich(f);
	test_pcapng_times(f);
	test_pcapng_broken(f);
	test_pcapng_odd(f);
	test_pcapng_limits(f);
	test_pcapng_large_blocks(f);
	test_reread_wrong(f);
	test_no_memory(f);
	free(f);
	return tap_done();
}
