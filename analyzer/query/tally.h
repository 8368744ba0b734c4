/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally: how often the entries of a snapshot have which value of a field, by
 * the ids that their columns have.
 *
 * Only names, and what is in a column of every protocol that has the field, can
 * be counted so, only for a query that the index decides alone, and only in an
 * index that is in memory (index/narrow.h): then it takes some tenths of a
 * second for a million entries, where reading them takes four.
 */
#ifndef QUERY_TALLY_H
#define QUERY_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/query/facts.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* A value and how often it is there; `number` as kfl writes it. */
struct tally_value {
	bool number; /* else a text */
	struct str text;
	uint64_t n;
};

struct tally_want {
	struct str field;
	/* Non-zero stops with that code. */
	int (*f)(void *ctx, const struct tally_value *v);
	void *ctx;
};

/*
 * Gives each value once, or a text more than once when the index has it so. 1,
 * and *ret_rows matches; 0 when it has to be done otherwise, and nothing has
 * been given; or a code.
 */
int tally_field(struct opened *o, const struct facts_ask *ask,
                const struct tally_want *want, struct err *e,
                uint64_t *ret_rows) WARN_UNUSED;

#endif /* QUERY_TALLY_H */
