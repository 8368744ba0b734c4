/* SPDX-License-Identifier: Apache-2.0 */
/* Percentiles are near the true ones, whatever the numbers are. */
#include "base/quantile.h"

#include "tests/tap/tap.h"

enum { NUMBERS = 20000 };

static uint64_t seed = 1;
static uint64_t numbers[NUMBERS];

static uint64_t
rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(2685821657736338717) >> 1;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The number that a share of all numbers does not exceed. */
static uint64_t
truth(unsigned percent)
{
	size_t i = (NUMBERS * (size_t)percent + 99) / 100;

	return numbers[i > 0 ? i - 1 : 0];
}

static void
test_spread(unsigned bits)
{
	static const unsigned percents[] = { 1, 50, 90, 99, 100 };
	struct quantile q = { .n = 0 };
	bool near = true;

	for (size_t i = 0; i < NUMBERS; i++) {
		numbers[i] = rnd() >> (63 - rnd() % bits);
		near &= quantile_add(&q, numbers[i]) == 0;
	}
	qsort(numbers, NUMBERS, sizeof(*numbers), compare);
	for (size_t i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
		double want = (double)truth(percents[i]);
		double got = (double)quantile_at(&q, percents[i]);

		near &= got >= want * 0.984 && got <= want * 1.016;
	}
	ok(near, "within 1.6 percent");
	is_int((intmax_t)q.n, NUMBERS, "all counted");
	quantile_release(&q);
}

int
main(void)
{
	struct quantile q = { .n = 0 };

	for (unsigned bits = 8; bits <= 41; bits += 11)
		test_spread(bits);
	for (uint64_t v = 0; v < 64; v++)
		if (quantile_add(&q, v) != 0)
			abort();
	is_int((intmax_t)quantile_at(&q, 50), 31, "small numbers are exact");
	is_int((intmax_t)quantile_at(&q, 0), 0, "the smallest");
	is_int((intmax_t)quantile_at(&q, 100), 63, "the largest");
	is_int(quantile_add(&q, UINT64_MAX), 0, "one that is too large");
	ok(quantile_at(&q, 100) >= UINT64_C(1) << 41, "counts as the largest");
	quantile_release(&q);
	return tap_done();
}
