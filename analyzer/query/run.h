/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the entries of one snapshot that a query asks for, in order of time.
 *
 * The index gives candidates; what it cannot decide is rendered from the
 * evidence and evaluated. The streams that were read last are kept open, so
 * that the entries of one connection cost one look-up of its positions. A match
 * is delivered as soon as it is found.
 */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "analyzer/query/full.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"

struct kfl;

struct run_query {
	struct index_where over;  /* NULL sql: every entry */
	struct index_where under; /* rows that match for certain */
	const struct kfl *kfl;    /* prepared; NULL: `over` is exact */
	struct full_names names;
	uint64_t limit; /* matches to deliver, 0: all */
};

struct run_counts {
	uint64_t scanned; /* candidates looked at */
	uint64_t matched;
	uint64_t read;      /* of them, rendered from the evidence */
	uint64_t undecided; /* could not be read or evaluated: not delivered */
	struct err first;   /* why the first of those was not */
};

struct run;

/* `q` is copied; what it points to is borrowed for the run's life. */
int run_open(struct opened *o, const struct run_query *q, struct err *e,
             struct run **ret_run) WARN_UNUSED;
void run_free(struct run *r);

/* 1 and *ret_entry (valid until the next call), 0 at the end, or a code. */
int run_next(struct run *r, struct index_entry *ret_entry,
             struct err *e) WARN_UNUSED;
const struct run_counts *run_counts(const struct run *r);

/*
 * The entry at hand, whole, as the query leaves it: redact() has been applied.
 * Without a query it is full_entry().
 */
int run_entry(struct run *r, const struct index_entry *entry, struct sink *out,
              struct err *e) WARN_UNUSED;

#endif /* QUERY_RUN_H */
