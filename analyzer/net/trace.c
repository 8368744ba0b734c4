/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/trace.h"

#include <string.h>

/*
 * Four lanes of xor and multiply, because every payload byte passes here. Each
 * step is a bijection, so one word that differs always shows. It need not
 * withstand an attacker: who sends both payloads of a conflict can hide it in
 * simpler ways, and nothing but a notice depends on it.
 */
#define LANE_PRIME UINT64_C(0x9e3779b185ebca87)
#define FOLD_PRIME UINT64_C(0xc2b2ae3d27d4eb4f)

static uint64_t
load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t
fold(uint64_t h, uint64_t v)
{
	h = (h ^ v) * FOLD_PRIME;
	return h ^ h >> 29;
}

static uint64_t
hash_bytes(uint64_t seed, const uint8_t *p, size_t n)
{
	uint64_t a = seed, b = ~seed, c = seed + 1, d = seed - 1;
	uint64_t last[4] = { 0 };

	for (; n >= 32; n -= 32, p += 32) {
		a = (a ^ load(p)) * LANE_PRIME;
		b = (b ^ load(p + 8)) * LANE_PRIME;
		c = (c ^ load(p + 16)) * LANE_PRIME;
		d = (d ^ load(p + 24)) * LANE_PRIME;
	}
	if (n != 0)
		memcpy(last, p, n);
	for (unsigned i = 0; i < 4; i++)
		a = fold(a, last[i]);
	return fold(fold(fold(a, b), c), d);
}

uint64_t
trace_hash(const uint8_t *p, size_t n)
{
	return hash_bytes(n, p, n) | 1;
}

static bool
same(const struct trace_packet *a, const struct trace_packet *b)
{
	/* Time stamps are anybody's: their difference need not fit. */
	uint64_t apart = a->ts < b->ts ? (uint64_t)b->ts - (uint64_t)a->ts
	                               : (uint64_t)a->ts - (uint64_t)b->ts;

	if (a->seq != b->seq || a->ack != b->ack || a->len != b->len ||
	    a->flags != b->flags || a->ip_id != b->ip_id ||
	    a->hash != b->hash || !a->used)
		return false;
	if (a->ip_id != 0)
		return apart <= TRACE_SAME_NS;
	return a->window == b->window && apart <= TRACE_SAME_NOID_NS;
}

bool
trace_seen(const struct trace *t, const struct trace_packet *p)
{
	const struct trace_packet *v = p->len != 0 ? t->data : t->control;
	unsigned n = p->len != 0 ? TRACE_DATA : TRACE_CONTROL;

	for (unsigned i = 0; i < n; i++) {
		if (same(&v[i], p))
			return true;
	}
	return false;
}

bool
trace_differs(const struct trace *t, const struct trace_packet *p)
{
	for (unsigned i = 0; i < TRACE_DATA; i++) {
		const struct trace_packet *q = &t->data[i];

		if (q->used && q->seq == p->seq && q->len == p->len &&
		    q->hash != 0 && p->hash != 0)
			return q->hash != p->hash;
	}
	return false;
}

void
trace_add(struct trace *t, const struct trace_packet *p)
{
	struct trace_packet *to;

	if (p->len != 0) {
		to = &t->data[t->ndata];
		t->ndata = (t->ndata + 1u) % TRACE_DATA;
	} else {
		to = &t->control[t->ncontrol];
		t->ncontrol = (t->ncontrol + 1u) % TRACE_CONTROL;
	}
	*to = *p;
	to->used = true;
}

void
trace_add_gap(struct trace *t, int64_t from, int64_t to)
{
	t->gap[t->ngap] = (struct trace_gap){ from, to };
	t->ngap = (t->ngap + 1u) % TRACE_GAPS;
}

bool
trace_in_gap(const struct trace *t, int64_t from, int64_t to)
{
	for (unsigned i = 0; i < TRACE_GAPS; i++) {
		if (from < t->gap[i].to && t->gap[i].from < to)
			return true;
	}
	return false;
}
