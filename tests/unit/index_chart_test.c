/* SPDX-License-Identifier: Apache-2.0 */
/* A chart's points come back as they went in; damage is told. */
#include "analyzer/index/chart.h"

#include "base/err.h"
#include "tests/tap/tap.h"

static uint64_t seed = 7;
static struct chart_point put[CHART_POINTS];

static uint64_t
rnd(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * UINT64_C(2685821657736338717) >> 16) % below;
}

static int
same(void *ctx, const struct chart_point *p)
{
	size_t *i = ctx;
	const struct chart_point *w = &put[(*i)++];

	return p->ts == w->ts && p->proto == w->proto &&
	               p->micros == w->micros && p->outcome == w->outcome &&
	               p->complete == w->complete
	           ? 0
	           : 1;
}

static void
fill(struct chart_block *b)
{
	int64_t ts = 1700000000000000000;

	while (!chart_full(b)) {
		struct chart_point *p = &put[b->n];

		ts += (int64_t)rnd(600000) - 100000;
		*p = (struct chart_point){
			.ts = rnd(1000) ? ts : INT64_MIN + (int64_t)rnd(9),
			.proto = 1 + (int64_t)rnd(20),
			.micros = rnd(10) ? (int64_t)rnd(5000) : -1,
			.outcome = (enum outcome)rnd(OUTCOME_COUNT),
			.complete = rnd(20) > 0,
		};
		if (chart_add(b, p) != 0)
			abort();
	}
}

static int
ignore(void *ctx, const struct chart_point *p)
{
	(void)ctx;
	(void)p;
	return 0;
}

static void
test_times(void)
{
	struct entry e = { .flags = 0 };
	struct chart_point p;

	e.request = (struct entry_side){ .present = true, .last = 5000 };
	e.response = (struct entry_side){ .present = true, .last = 25999 };
	p = chart_point_of(&e, 3);
	is_int(p.ts, 5000, "the instant is the end of the request");
	is_int(p.micros, 20, "microseconds to the end of the response");
	is_int(p.proto, 3, "the protocol");
	ok(p.complete && p.outcome == OUTCOME_SUCCESS, "complete, a success");
	e.response.last = 0;
	is_int(chart_point_of(&e, 3).micros, 0, "never before the request");
	e.response.present = false;
	e.flags = ENTRY_NO_RESPONSE;
	p = chart_point_of(&e, 3);
	is_int(p.micros, -1, "without a response there is none");
	ok(!p.complete && p.outcome == OUTCOME_UNANSWERED, "unanswered");
}

int
main(void)
{
	struct chart_block b;
	size_t i = 0;
	size_t bad = 0;
	char *copy;

	chart_init(&b);
	fill(&b);
	is_int(chart_read(buf_str(&b.bytes), b.n, same, &i), 0, "all the same");
	is_int((intmax_t)i, CHART_POINTS, "all of them");
	printf("# %.2f bytes a point\n", (double)b.bytes.n / CHART_POINTS);
	is_int(chart_read(buf_str(&b.bytes), b.n - 1, ignore, NULL),
	       ERR_CORRUPT, "bytes too many");
	is_int(chart_read(buf_str(&b.bytes), b.n + 1, ignore, NULL),
	       ERR_CORRUPT, "points too many");
	copy = malloc(b.bytes.n);
	if (copy == NULL)
		abort();
	for (int k = 0; k < 2000; k++) {
		memcpy(copy, b.bytes.p, b.bytes.n);
		copy[rnd(b.bytes.n)] ^= (char)(1 + rnd(255));
		bad += chart_read(str_make(copy, b.bytes.n), b.n, ignore,
		                  NULL) == ERR_CORRUPT;
	}
	ok(bad > 0, "damage is told, or gives other points");
	free(copy);
	test_times();
	chart_release(&b);
	return tap_done();
}
