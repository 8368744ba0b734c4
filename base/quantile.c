/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quantile.h"

#include <assert.h>

#include "base/err.h"
#include "base/mem.h"

enum { FINE_BITS = 5, EXACT = 2 * QUANTILE_FINE };

_Static_assert(1 << FINE_BITS == QUANTILE_FINE, "bits and classes agree");

/* Classes [0, 64) are numbers; from there on 32 for each power of two. */
static size_t
class_of(uint64_t v)
{
	unsigned shift;

	if (v >> QUANTILE_BITS != 0)
		v = (UINT64_C(1) << QUANTILE_BITS) - 1;
	if (v < EXACT)
		return (size_t)v;
	shift = 63u - (unsigned)__builtin_clzll(v) - FINE_BITS;
	return (size_t)(shift << FINE_BITS) + (size_t)(v >> shift);
}

/* The middle of a class. */
static uint64_t
value_of(size_t class)
{
	unsigned shift;
	uint64_t low;

	if (class < EXACT)
		return class;
	shift = (unsigned)(class >> FINE_BITS) - 1;
	low = (uint64_t)(class - ((size_t)shift << FINE_BITS)) << shift;
	return low + (UINT64_C(1) << shift) / 2;
}

void
quantile_release(struct quantile *q)
{
	mem_free(q->count);
	q->count = NULL;
	q->n = 0;
}

int
quantile_add(struct quantile *q, uint64_t v)
{
	if (q->count == NULL) {
		q->count = mem_array(QUANTILE_CLASSES, sizeof(*q->count));
		if (q->count == NULL)
			return ERR_NOMEM;
	}
	q->count[class_of(v)]++;
	q->n++;
	return 0;
}

uint64_t
quantile_at(const struct quantile *q, unsigned percent)
{
	uint64_t wanted = (q->n * percent + 99) / 100;
	uint64_t seen = 0;

	assert(q->n > 0 && percent <= 100);
	for (size_t i = 0; i < QUANTILE_CLASSES; i++) {
		seen += q->count[i];
		if (seen >= wanted && seen > 0)
			return value_of(i);
	}
	return value_of(QUANTILE_CLASSES - 1);
}
