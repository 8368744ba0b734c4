/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quantile: percentiles of many whole numbers in little memory.
 *
 * Numbers are counted in classes that are 1/32 of their power of two wide, so
 * that an answer is off by at most 1.6 %; below 64 they are exact. Two of them
 * can be added up, and the order in which numbers came makes no difference.
 */
#ifndef BASE_QUANTILE_H
#define BASE_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
	QUANTILE_FINE = 32, /* classes of a power of two */
	QUANTILE_BITS = 42, /* larger numbers count as the largest */
	QUANTILE_CLASSES = (QUANTILE_BITS - 4) * QUANTILE_FINE,
};

/* Zeroed, it is empty. 5 KB once it has something. */
struct quantile {
	uint32_t *count; /* QUANTILE_CLASSES of them, or NULL */
	uint64_t n;
};

void quantile_release(struct quantile *q);

/* ERR_NOMEM; then nothing has changed. */
int quantile_add(struct quantile *q, uint64_t v) WARN_UNUSED;

/* The smallest v with at least `percent` of the numbers at or below; n > 0. */
uint64_t quantile_at(const struct quantile *q, unsigned percent);

#endif /* BASE_QUANTILE_H */
