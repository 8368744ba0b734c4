/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture file, walked once as a whole and once through the smallest windows
 * that it asks for: both must give the same records, all within the file.
 */
#include "base/compiler.h"
#include "base/siphash.h"
#include "snapshot/capture.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct walk {
	uint64_t sum; /* over everything that was seen, in order */
	uint64_t records, skipped, stopped;
	int end;
};

static void
note(struct walk *w, uint64_t v)
{
	static const uint8_t key[SIPHASH_KEY_SIZE];

	w->sum ^= v;
	w->sum = siphash24(key, &w->sum, sizeof(w->sum));
}

static void
check_record(struct walk *w, const struct record *r, size_t n)
{
	ENSURE(r->off <= n && r->caplen <= n - r->off);
	ENSURE(r->origlen >= r->caplen && r->no > w->records);
	w->records = r->no;
	note(w, r->off);
	note(w, (uint64_t)r->ts);
	note(w, (uint64_t)r->caplen << 32 | r->origlen);
	note(w, (uint64_t)r->iface << 16 | r->linktype);
	if (r->caplen > 0)
		note(w, r->data[0] | (uint64_t)r->data[r->caplen - 1] << 8);
}

/* What can be read again is as it was, unless it only looks like a packet. */
static void
check_reread(const struct capture *c, const struct record *r, const uint8_t *p)
{
	size_t off = (size_t)r->off;
	size_t k = off < CAPTURE_BEFORE ? off : CAPTURE_BEFORE;
	struct record again;

	if (capture_reread(c, cur_make(p + off - k, k, false), off, &again) !=
	    0)
		BUG("a record is not found again");
	if (capture_format(c) == CAPTURE_PCAP)
		ENSURE(again.ts == r->ts && again.caplen == r->caplen &&
		       again.origlen == r->origlen);
}

static enum capture_step
step(struct capture *c, struct walk *w, const uint8_t *p, size_t n,
     size_t *window)
{
	size_t at = (size_t)capture_offset(c);
	size_t have = n - at < *window ? n - at : *window;
	uint8_t *copy = malloc(have ? have : 1);
	struct cursor in = cur_make(copy, have, true);
	struct capture_block b;
	enum capture_step s;
	struct record r;

	ENSURE(copy != NULL);
	if (have > 0)
		memcpy(copy, p + at, have);
	s = capture_next(c, &in, &r, &b);
	ENSURE(in.p >= copy && in.p <= copy + have);
	ENSURE(capture_offset(c) == at + (size_t)(in.p - copy));
	if (s == CAPTURE_RECORD) {
		check_record(w, &r, n);
		check_reread(c, &r, p);
	}
	if (s == CAPTURE_BLOCK) {
		note(w, b.type);
		note(w, b.off);
		note(w, cur_left(&b.body));
	}
	*window = s == CAPTURE_MORE ? capture_need(c) : 1;
	ENSURE(s != CAPTURE_MORE || capture_need(c) <= capture_need_max(c));
	free(copy);
	return s;
}

static struct walk
walk(const uint8_t *p, size_t n, bool whole)
{
	struct snapshot_limits l;
	struct walk w = { 0 };
	struct capture *c;
	enum capture_step s;
	size_t window = 1;

	snapshot_limits_init(&l);
	l.record_bytes = 2048; /* so that skipping is within reach */
	l.interfaces = 8;
	l.sections = 8;
	c = capture_new(&l);
	ENSURE(c != NULL);
	for (;;) {
		if (whole)
			window = n;
		s = step(c, &w, p, n, &window);
		if (s == CAPTURE_SKIP) {
			size_t left = n - (size_t)capture_offset(c);
			size_t need = capture_need(c);

			if (left < need)
				break;
			capture_skipped(c, need);
			w.skipped += need;
		}
		if (s == CAPTURE_BROKEN)
			break;
		if (s == CAPTURE_MORE &&
		    capture_need(c) > n - (size_t)capture_offset(c))
			break;
	}
	w.stopped = capture_offset(c);
	ENSURE(w.stopped <= n);
	w.end = capture_end(c, n - (size_t)w.stopped);
	ENSURE((w.end == 0) == (capture_reason(c)[0] == '\0'));
	capture_free(c);
	return w;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct walk a, b;

	if (n > 65536)
		return 0;
	a = walk(p, n, true);
	b = walk(p, n, false);
	ENSURE(a.sum == b.sum && a.records == b.records);
	ENSURE(a.skipped == b.skipped && a.stopped == b.stopped);
	ENSURE(a.end == b.end);
	return 0;
}
