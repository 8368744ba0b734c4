/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/chart.h"

#include "analyzer/index/varint.h"
#include "base/clock.h"
#include "base/err.h"

/* Bits of the second number of a point. */
enum {
	OUTCOME_BITS = 3,
	OUTCOME_MASK = (1 << OUTCOME_BITS) - 1,
	INCOMPLETE = 1 << OUTCOME_BITS,
	TIMED = 1 << (OUTCOME_BITS + 1),
	PROTO_SHIFT = OUTCOME_BITS + 2,
	PROTO_MAX = 1 << 20,
};

_Static_assert(OUTCOME_COUNT <= OUTCOME_MASK + 1, "an outcome has three bits");

void
chart_init(struct chart_block *b)
{
	buf_init(&b->bytes, CHART_BYTES);
	chart_clear(b);
}

void
chart_release(struct chart_block *b)
{
	buf_release(&b->bytes);
}

void
chart_clear(struct chart_block *b)
{
	buf_clear(&b->bytes);
	b->n = 0;
	b->last = 0;
	b->min = INT64_MAX;
	b->max = INT64_MIN;
}

struct chart_point
chart_point_of(const struct entry *e, int64_t proto)
{
	struct chart_point p = { .ts = entry_time(e),
		                 .proto = proto,
		                 .micros = -1,
		                 .outcome = outcome_of(e->flags, e->status),
		                 .complete = entry_complete(e->flags) };

	if (!e->request.present || !e->response.present)
		return p;
	p.micros = 0;
	/* Unsigned: the difference of any two times fits. */
	if (e->response.last > e->request.last)
		p.micros = (int64_t)(((uint64_t)e->response.last -
		                      (uint64_t)e->request.last) /
		                     (uint64_t)CLOCK_USEC);
	return p;
}

int
chart_add(struct chart_block *b, const struct chart_point *p)
{
	uint8_t point[3 * VARINT_MAX];
	uint64_t what = (uint64_t)p->proto << PROTO_SHIFT | p->outcome;
	size_t n = varint_put_delta(point, (uint64_t)p->ts, (uint64_t)b->last);
	int rc;

	if (!p->complete)
		what |= INCOMPLETE;
	if (p->micros >= 0)
		what |= TIMED;
	n += varint_put(point + n, what);
	if (p->micros >= 0)
		n += varint_put(point + n, (uint64_t)p->micros);
	rc = buf_append(&b->bytes, point, n);
	if (rc != 0)
		return rc;
	b->n++;
	b->last = p->ts;
	if (p->ts < b->min)
		b->min = p->ts;
	if (p->ts > b->max)
		b->max = p->ts;
	return 0;
}

bool
chart_full(const struct chart_block *b)
{
	return b->n >= CHART_POINTS;
}

int
chart_read(struct str bytes, uint64_t n,
           int (*f)(void *ctx, const struct chart_point *p), void *ctx)
{
	struct cursor c = cur_make(bytes.p, bytes.n, false);
	uint64_t last = 0;
	int rc = 0;

	for (uint64_t i = 0; i < n && rc == 0; i++) {
		struct chart_point p = { .micros = -1 };
		uint64_t what;

		last = varint_get_delta(&c, last);
		what = cur_varint(&c);
		if ((what & TIMED) != 0)
			p.micros = (int64_t)(cur_varint(&c) & INT64_MAX);
		p.ts = (int64_t)last;
		p.proto = (int64_t)(what >> PROTO_SHIFT);
		p.outcome = (enum outcome)(what & OUTCOME_MASK);
		p.complete = (what & INCOMPLETE) == 0;
		if (!cur_ok(&c) || p.outcome >= OUTCOME_COUNT ||
		    p.proto > PROTO_MAX)
			return ERR_CORRUPT;
		rc = f(ctx, &p);
	}
	return rc == 0 && cur_left(&c) > 0 ? ERR_CORRUPT : rc;
}
