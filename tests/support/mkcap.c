/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/mkcap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void
mkcap_put(struct mkcap *f, const void *p, size_t n)
{
	if (f->n + n > sizeof(f->b))
		abort();
	memcpy(f->b + f->n, p, n);
	f->n += n;
}

static void
put_int(struct mkcap *f, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned at = f->big ? bytes - 1 - i : i;
		uint8_t b = (uint8_t)(v >> (8 * at));

		mkcap_put(f, &b, 1);
	}
}

void
mkcap_16(struct mkcap *f, unsigned v)
{
	put_int(f, v, 2);
}

void
mkcap_32(struct mkcap *f, uint32_t v)
{
	put_int(f, v, 4);
}

void
mkcap_64(struct mkcap *f, uint64_t v)
{
	put_int(f, v, 8);
}

/* --- walking ------------------------------------------------------------- */

struct snapshot_limits
mkcap_limits(uint64_t record_bytes)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	if (record_bytes != 0)
		l.record_bytes = record_bytes;
	return l;
}

static void
take(struct mkcap_seen *s, enum capture_step step, const struct record *r,
     const struct capture_block *b)
{
	if (step == CAPTURE_RECORD && s->records < MKCAP_SEEN) {
		s->first[s->records] = r->caplen > 0 ? r->data[0] : 0;
		s->r[s->records] = *r;
		s->r[s->records++].data = NULL;
	}
	if (step == CAPTURE_BLOCK && s->blocks < MKCAP_SEEN)
		s->block[s->blocks++] = b->type;
}

/* Walk the file in windows that begin with `window` bytes and grow on need. */
void
mkcap_walk(struct capture *c, const struct mkcap *f, size_t window,
           struct mkcap_seen *s)
{
	size_t show = window, at, have;
	enum capture_step step = CAPTURE_MORE;

	memset(s, 0, sizeof(*s));
	do {
		struct capture_block b = { 0 };
		struct record r = { 0 };
		struct cursor in;
		uint8_t *copy;

		at = (size_t)capture_offset(c);
		have = f->n - at < show ? f->n - at : show;
		copy = malloc(have ? have : 1);
		if (copy == NULL)
			abort();
		memcpy(copy, f->b + at, have);
		in = cur_make(copy, have, true);
		step = capture_next(c, &in, &r, &b);
		take(s, step, &r, &b);
		if (step == CAPTURE_SKIP) {
			size_t n = capture_need(c);

			s->skips++;
			n = n > f->n - at ? f->n - at : n;
			if (n > 1)
				n = n / 2; /* in two parts */
			if (n == 0)
				step = CAPTURE_BROKEN; /* file at its end */
			else
				capture_skipped(c, n);
		}
		show = step == CAPTURE_MORE ? capture_need(c) : window;
		if (step == CAPTURE_MORE &&
		    capture_offset(c) + capture_need(c) > f->n)
			step = CAPTURE_BROKEN;
		free(copy);
	} while (step != CAPTURE_BROKEN);
	s->stopped = capture_offset(c);
	s->counted = capture_records(c);
	s->end = capture_end(c, f->n - (size_t)s->stopped);
	(void)snprintf(s->reason, sizeof(s->reason), "%s", capture_reason(c));
}

void
mkcap_walk_new(const struct mkcap *f, const struct snapshot_limits *l,
               size_t window, struct mkcap_seen *s)
{
	struct capture *c = capture_new(l);

	if (c == NULL)
		abort();
	mkcap_walk(c, f, window, s);
	capture_free(c);
}

static bool
same_record(const struct record *a, const struct record *b)
{
	return a->no == b->no && a->off == b->off && a->ts == b->ts &&
	       a->caplen == b->caplen && a->origlen == b->origlen &&
	       a->iface == b->iface && a->linktype == b->linktype;
}

/* Is `a` what a walk sees that gets as far as `b` does, or less far? */
static bool
is_prefix(const struct mkcap_seen *a, const struct mkcap_seen *b)
{
	bool good = a->records <= b->records && a->blocks <= b->blocks;

	for (size_t i = 0; good && i < a->records; i++)
		good = same_record(&a->r[i], &b->r[i]) &&
		       a->first[i] == b->first[i];
	for (size_t i = 0; good && i < a->blocks; i++)
		good = a->block[i] == b->block[i];
	return good;
}

static bool
same(const struct mkcap_seen *a, const struct mkcap_seen *b)
{
	return is_prefix(a, b) && is_prefix(b, a) && a->skips == b->skips &&
	       a->end == b->end && a->stopped == b->stopped &&
	       a->counted == b->counted && strcmp(a->reason, b->reason) == 0;
}

bool
mkcap_windows(const struct mkcap *f, const struct snapshot_limits *l,
              struct mkcap_seen *ret_whole)
{
	struct mkcap_seen s;
	bool good = true;

	mkcap_walk_new(f, l, f->n, ret_whole);
	for (size_t w = 0; w < f->n && w < 200; w++) {
		mkcap_walk_new(f, l, w, &s);
		good &= same(&s, ret_whole);
	}
	return good;
}

bool
mkcap_truncations(const struct mkcap *f, const struct snapshot_limits *l,
                  size_t *ret_clean)
{
	struct mkcap *cut = malloc(sizeof(*cut));
	struct mkcap_seen s, whole;
	bool good = true;

	if (cut == NULL)
		abort();
	mkcap_walk_new(f, l, f->n, &whole);
	*ret_clean = 0;
	*cut = *f;
	for (cut->n = 0; cut->n < f->n; cut->n++) {
		mkcap_walk_new(cut, l, 16, &s);
		good &= is_prefix(&s, &whole);
		good &= s.end == 0 || s.end == ERR_TRUNCATED;
		good &= (s.end == 0) == (s.reason[0] == '\0');
		*ret_clean += s.end == 0;
	}
	free(cut);
	return good;
}

bool
mkcap_reread(const struct mkcap *f, const struct snapshot_limits *l)
{
	struct capture *c = capture_new(l);
	struct mkcap_seen s;
	bool good = true;

	if (c == NULL)
		abort();
	mkcap_walk(c, f, f->n, &s);
	for (size_t i = 0; i < s.records; i++) {
		size_t off = (size_t)s.r[i].off;
		size_t n = off < CAPTURE_BEFORE ? off : CAPTURE_BEFORE;
		struct cursor before = cur_make(f->b + off - n, n, false);
		struct record r;

		if (capture_reread(c, before, off, &r) != 0) {
			good = false;
			continue;
		}
		r.no = s.r[i].no;
		good &= same_record(&r, &s.r[i]) && r.data == NULL;
	}
	capture_free(c);
	return good && s.records > 0;
}
