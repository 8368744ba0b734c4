/* SPDX-License-Identifier: Apache-2.0 */
/*
 * narrow_set: the rows of a narrow that meet a condition, found out once.
 *
 * The last few sets are kept: the pages of a list, the chart above it and the
 * map beside it ask for the same rows again and again. A set is never changed;
 * it lives as long as somebody has it.
 */
#ifndef INDEX_NARROW_SET_H
#define INDEX_NARROW_SET_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/narrow.h"
#include "analyzer/index/narrow_judge.h"
#include "base/compiler.h"
#include "base/err.h"

enum { NARROW_SETS = 16 };

struct narrow_set;

/* Where sets of these rows, which are in order of id, are kept. */
struct narrow_sets {
	struct narrow_rows rows;
	pthread_mutex_t lock;
	struct narrow_set *set[NARROW_SETS];
	uint64_t clock;
};

/* Without rows yet. */
void narrow_set_init(struct narrow_sets *s);
/* Nobody has one any more. */
void narrow_set_release(struct narrow_sets *s);
/* Bytes that the sets of so many rows take. */
uint64_t narrow_set_bytes(uint64_t n);

/*
 * The set of the rows that the condition picks. To be dropped. 1; 0: it is not
 * worth its memory; or a code.
 */
int narrow_set_get(struct narrow_sets *s, struct index_reader *r,
                   const struct narrow_asked *asked, struct err *e,
                   struct narrow_set **ret_set) WARN_UNUSED;
void narrow_set_drop(struct narrow_sets *s, struct narrow_set *set);

bool narrow_set_has(const struct narrow_set *s, uint32_t i, bool *ret_sure);
/* The first row from i on that is in it; n when there is none. */
uint32_t narrow_set_seek(const struct narrow_set *s, uint32_t i, uint32_t n);

#endif /* INDEX_NARROW_SET_H */
