/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/held.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum { HELD_FIRST = 8 }; /* runs that the array begins with */

static uint64_t
run_cost(const struct held_run *r)
{
	return sizeof(*r) + sizeof(r) + (r->cut ? 0 : r->piece.n);
}

/* The index of the first run that ends behind pos. */
static uint32_t
run_at(const struct held *h, int64_t pos)
{
	uint32_t lo = h->first, hi = h->end;

	/* Nearly always bytes come behind all that are here. */
	if (lo < hi && held_run_end(h->v[hi - 1]) <= pos)
		return hi;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (held_run_end(h->v[mid]) > pos)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* Room for one more pointer behind the last. */
static int
make_room(struct held *h)
{
	uint32_t n = held_count(h), cap;
	void *v;

	if (h->end < h->cap)
		return 0;
	if (h->first > n) {
		memmove(h->v, h->v + h->first, n * sizeof(*h->v));
		h->first = 0;
		h->end = n;
		return 0;
	}
	cap = h->cap == 0 ? HELD_FIRST : h->cap * 2;
	v = mem_regrow(h->v, cap, sizeof(*h->v));
	if (v == NULL)
		return ERR_NOMEM;
	h->v = v;
	h->cap = cap;
	return 0;
}

static int
insert(struct held *h, uint32_t i, const struct held_run *run)
{
	size_t bytes = run->cut ? 0 : run->piece.n;
	struct held_run *r = mem_alloc(sizeof(*r) + bytes);

	if (r == NULL)
		return ERR_NOMEM;
	/* make_room() may move the runs to the front of the array. */
	i -= h->first;
	if (make_room(h) != 0) {
		mem_free(r);
		return ERR_NOMEM;
	}
	i += h->first;
	*r = *run;
	if (run->cut) {
		r->piece.p = NULL;
		r->piece.n = 0;
	} else {
		uint8_t *to = (uint8_t *)(r + 1);

		memcpy(to, run->piece.p, bytes);
		r->piece.p = to;
	}
	memmove(h->v + i + 1, h->v + i, (h->end - i) * sizeof(*h->v));
	h->v[i] = r;
	h->end++;
	h->bytes += run_cost(r);
	return 0;
}

static void
take_out(struct held *h, uint32_t i)
{
	struct held_run *r = h->v[i];

	assert(h->bytes >= run_cost(r));
	h->bytes -= run_cost(r);
	if (i == h->first) {
		h->first++;
	} else {
		h->end--;
		memmove(h->v + i, h->v + i + 1, (h->end - i) * sizeof(*h->v));
	}
	if (h->first == h->end)
		h->first = h->end = 0;
	mem_free(r);
}

/* The part [from, to) of what is being added at pos. */
static struct held_run
part(const struct held_run *all, int64_t from, int64_t to)
{
	struct held_run r = *all;

	r.pos = from;
	r.len = (uint32_t)(to - from);
	if (!r.cut)
		r.piece = piece_part(&all->piece, (uint32_t)(from - all->pos),
		                     r.len);
	return r;
}

static void
note_conflict(struct held_sum *io, int64_t from, int64_t to,
              const struct piece *p)
{
	if (!io->conflict) {
		io->conflict = true;
		io->from = from;
		io->piece = *p;
	}
	io->to = to;
}

static void
compare(const struct held_run *old, const struct held_run *new,
        struct held_sum *io)
{
	uint32_t skip = (uint32_t)(new->pos - old->pos);
	const uint8_t *a = piece_part(&old->piece, skip, new->len).p;
	const uint8_t *b = new->piece.p;
	uint32_t from = 0, to = new->len;

	if (memcmp(a, b, new->len) == 0)
		return;
	while (a[from] == b[from])
		from++;
	while (a[to - 1] == b[to - 1])
		to--;
	note_conflict(io, new->pos + from, new->pos + to, &new->piece);
}

/*
 * Put `new`, which lies inside the cut run i, in its place; what is left of
 * that on both sides stays. *ret_next: the run after the new one.
 */
static int
replace_cut(struct held *h, uint32_t i, const struct held_run *new,
            uint32_t *ret_next)
{
	struct held_run old = *h->v[i];
	int64_t end = held_run_end(new);
	uint32_t k = i - h->first;
	struct held_run rest;
	int err = 0;

	/* From here on indexes count from h->first, which may move. */
	take_out(h, i);
	if (old.pos < new->pos) {
		rest = part(&old, old.pos, new->pos);
		err = insert(h, h->first + k, &rest);
		k += err == 0;
	}
	if (err == 0) {
		err = insert(h, h->first + k, new);
		k += err == 0;
	}
	if (err == 0 && end < held_run_end(&old)) {
		rest = part(&old, end, held_run_end(&old));
		err = insert(h, h->first + k, &rest);
	}
	*ret_next = h->first + k;
	return err;
}

/* The part of `all` that run i covers already; *i moves on when it is used. */
static int
meet(struct held *h, uint32_t *i, const struct held_run *all, int64_t from,
     int64_t *ret_to, struct held_sum *io)
{
	struct held_run *old = h->v[*i];
	int64_t end = held_run_end(all);
	int64_t to = held_run_end(old) < end ? held_run_end(old) : end;
	struct held_run new = part(all, from, to);
	int err;

	*ret_to = to;
	if (old->cut && !new.cut) {
		io->fresh += new.len;
		return replace_cut(h, *i, &new, i);
	}
	if (!old->cut && !new.cut)
		compare(old, &new, io);
	err = 0;
	/* Sent before with an older acknowledgement: that one is the truth. */
	if (from == old->pos && to == held_run_end(old) &&
	    all->need < old->need)
		old->need = all->need;
	if (to == held_run_end(old))
		++*i;
	return err;
}

int
held_add(struct held *h, int64_t pos, int64_t need, const struct piece *p,
         bool cut, struct held_sum *io)
{
	struct held_run all = {
		.pos = pos,
		.need = need,
		.len = p->n,
		.cut = cut,
		.piece = *p,
	};
	int64_t at = pos, end = pos + p->n, to;
	uint32_t i = run_at(h, pos);
	struct held_run new;
	int err = 0;

	while (at < end && err == 0) {
		if (i < h->end && h->v[i]->pos <= at) {
			err = meet(h, &i, &all, at, &to, io);
			at = to;
			continue;
		}
		to = i < h->end && h->v[i]->pos < end ? h->v[i]->pos : end;
		new = part(&all, at, to);
		i -= h->first;
		err = insert(h, i + h->first, &new);
		i += h->first + 1;
		if (err == 0)
			*(cut ? &io->fresh_cut : &io->fresh) += new.len;
		at = to;
	}
	return err;
}

void
held_consume(struct held *h, uint32_t n)
{
	struct held_run *r = held_head(h);

	assert(n <= r->len);
	if (n == r->len) {
		take_out(h, h->first);
		return;
	}
	r->pos += n;
	r->len -= n;
	if (!r->cut) {
		r->piece = piece_part(&r->piece, n, r->len);
		h->bytes -= n;
	}
}

void
held_release(struct held *h)
{
	for (uint32_t i = h->first; i < h->end; i++)
		mem_free(h->v[i]);
	mem_free(h->v);
	*h = (struct held){ .v = NULL };
}
