/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held: bytes of one direction that came before their turn.
 *
 * Runs in order of position, never overlapping; the bytes are copied. Of bytes
 * that arrive twice the first stay. A *cut* run stands for bytes that were on
 * the wire and not in the capture (snap length); real ones replace them.
 *
 * Positions are signed: until the stream's start is known, bytes may come that
 * belong before the first ones seen.
 */
#ifndef NET_HELD_H
#define NET_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/net/piece.h"
#include "base/compiler.h"

struct held_run {
	int64_t pos;
	int64_t need; /* where the other side must be first */
	uint32_t len;
	bool cut;
	struct piece piece; /* p and n are the bytes; none of a cut run */
};

struct held {
	struct held_run **v;
	uint32_t first, end; /* the runs are v[first .. end - 1] */
	uint32_t cap;
	uint64_t bytes; /* memory that the runs take */
};

/* What became of the bytes given to held_add(); add up over calls. */
struct held_sum {
	uint64_t fresh;     /* bytes that are held now and were not before */
	uint64_t fresh_cut; /* the same of cut ones */
	bool conflict;      /* some differ from those held: [from, to) */
	int64_t from, to;
	struct piece piece; /* of the first difference */
};

static inline uint32_t
held_count(const struct held *h)
{
	return h->end - h->first;
}

/* The run that comes first; there must be one. */
static inline struct held_run *
held_head(const struct held *h)
{
	return h->v[h->first];
}

static inline int64_t
held_run_end(const struct held_run *r)
{
	return r->pos + r->len;
}

/*
 * Hold the bytes of p, which belong at pos. With `cut` there are none: p->n
 * says how many were there. ERR_NOMEM: a part may be held.
 */
int held_add(struct held *h, int64_t pos, int64_t need, const struct piece *p,
             bool cut, struct held_sum *io) WARN_UNUSED;

/* Drop the first n bytes of the first run; all of them removes it. */
void held_consume(struct held *h, uint32_t n);

void held_release(struct held *h);

#endif /* NET_HELD_H */
