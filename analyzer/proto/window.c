/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/window.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

void
window_init(struct window *w, size_t max)
{
	*w = (struct window){ .cap = WINDOW_INLINE };
	buf_init(&w->held, max);
}

void
window_release(struct window *w)
{
	buf_release(&w->held);
	mem_free(w->marks);
	w->marks = NULL;
	w->nmarks = 0;
	w->cap = WINDOW_INLINE;
}

/* The marks are in place while they are few, which is nearly always. */
static struct window_mark *
marks_of(struct window *w)
{
	return w->marks != NULL ? w->marks : w->few;
}

static int
grow(struct window *w)
{
	uint32_t cap = w->cap * 4;
	struct window_mark *m = mem_regrow(w->marks, cap, sizeof(*m));

	if (m == NULL)
		return ERR_NOMEM;
	if (w->marks == NULL)
		memcpy(m, w->few, sizeof(w->few));
	w->marks = m;
	w->cap = cap;
	return 0;
}

/* Keeps the first mark, and every other one of the rest. */
static void
thin_out(struct window *w)
{
	struct window_mark *m = marks_of(w);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < w->nmarks; i += 2)
		m[kept++] = m[i];
	w->nmarks = kept;
}

/*
 * Drops marks that end before the last byte consumed: a message may still end
 * there, but not earlier.
 */
static void
trim(struct window *w)
{
	struct window_mark *m = marks_of(w);
	uint32_t drop = 0;

	while (drop + 1 < w->nmarks && m[drop + 1].off < w->off)
		drop++;
	if (drop == 0)
		return;
	w->nmarks -= drop;
	memmove(m, m + drop, w->nmarks * sizeof(*m));
	if (w->marks != NULL && w->nmarks <= WINDOW_INLINE) {
		memcpy(w->few, m, w->nmarks * sizeof(*m));
		mem_free(w->marks);
		w->marks = NULL;
		w->cap = WINDOW_INLINE;
	}
}

int
window_add(struct window *w, struct window_mark mark, size_t n)
{
	struct window_mark *m = marks_of(w);
	struct window_mark *last = w->nmarks != 0 ? &m[w->nmarks - 1] : NULL;
	int err;

	mark.off = w->end;
	if (last == NULL || last->at.source != mark.at.source ||
	    last->at.record != mark.at.record) {
		if (w->nmarks == WINDOW_MARKS)
			thin_out(w);
		if (w->nmarks == w->cap) {
			err = grow(w);
			if (err != 0)
				return err;
		}
		marks_of(w)[w->nmarks++] = mark;
	}
	w->end += n;
	return 0;
}

int
window_hold(struct window *w, struct str bytes)
{
	return buf_append_str(&w->held, bytes);
}

void
window_pass(struct window *w, size_t n)
{
	if (w->held.n != 0) {
		assert(n <= w->held.n);
		buf_consume(&w->held, n);
		if (w->held.n == 0)
			buf_release(&w->held);
	}
	w->off += n;
	assert(w->off <= w->end);
	trim(w);
}

void
window_jump(struct window *w, uint64_t off)
{
	assert(off >= w->off);
	buf_release(&w->held);
	w->off = off;
	if (w->end < off)
		w->end = off;
	trim(w);
}

const struct window_mark *
window_find(const struct window *w, uint64_t off)
{
	const struct window_mark *m = w->marks != NULL ? w->marks : w->few;
	uint32_t lo = 0;
	uint32_t hi = w->nmarks;

	if (hi == 0)
		return NULL;
	/* The last mark at or before off lies in [lo, hi). */
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (m[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	return &m[lo];
}

int64_t
window_latest(const struct window *w, uint64_t from, uint64_t to)
{
	const struct window_mark *m = w->marks != NULL ? w->marks : w->few;
	const struct window_mark *at = window_find(w, from);
	int64_t latest = at->ts;

	for (at++; at < m + w->nmarks && at->off < to; at++)
		latest = at->ts > latest ? at->ts : latest;
	return latest;
}

uint64_t
window_next(const struct window *w, uint64_t off)
{
	const struct window_mark *m = w->marks != NULL ? w->marks : w->few;
	const struct window_mark *at = window_find(w, off);

	return at == NULL || at + 1 == m + w->nmarks ? UINT64_MAX : at[1].off;
}

size_t
window_cost(const struct window *w)
{
	return w->held.n + (w->marks != NULL ? w->cap * sizeof(*w->marks) : 0);
}
