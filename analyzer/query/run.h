/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the entries of one snapshot that a query asks for, in order.
 *
 * The index gives candidates; what it cannot decide is rendered from the
 * evidence and evaluated. The streams that were read last are kept open, so
 * that the entries of one connection cost one look-up of its positions. A match
 * is delivered as soon as it is found.
 *
 * A run can stop early in three ways: at the number of matches that are wanted,
 * at the amount of work that is allowed (`scan_max`, `read_max`), and when
 * somebody sets *cancel. After the first two run_counts() tells where to go on:
 * the same query with `after` and that key.
 */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/full.h"
#include "analyzer/query/opened.h"
#include "analyzer/query/veil.h"
#include "base/compiler.h"
#include "base/err.h"

/* How much is left to the index; the rows are the same in every way. */
enum run_plan {
	RUN_INDEXED,  /* what it can tell */
	RUN_WIDE,     /* every entry is a candidate, some are sure */
	RUN_EVALUATE, /* every entry is read and evaluated */
};

struct run_query {
	const struct ask *ask; /* prepared for this snapshot */
	struct full_names names;
	enum index_order order;
	bool desc;   /* the largest first */
	bool ranged; /* only entries of [from, to), ns */
	int64_t from, to;
	bool after; /* only what comes behind `key` */
	struct index_key key;
	uint64_t limit;   /* matches to deliver, 0: all */
	uint64_t earlier; /* delivered by earlier pages: limit(n) counts them */
	uint64_t scan_max; /* candidates to look at, 0: all */
	uint64_t read_max; /* entries to read from the evidence, 0: all */
	const atomic_bool *cancel; /* NULL: never; see index_watch() */
	enum run_plan plan;
};

struct run_counts {
	uint64_t scanned; /* candidates looked at */
	uint64_t matched;
	uint64_t read;      /* of them, rendered from the evidence */
	uint64_t undecided; /* could not be read or evaluated: not delivered */
	struct err first;   /* why the first of those was not */
	bool complete;      /* there is nothing behind what was delivered */
	struct index_key next; /* of the last candidate; when scanned > 0 */
};

/* What a run asks of the index; for explain.h. */
void run_select_of(const struct run_query *q, struct index_select *ret_select);

struct run;

/* `q` is copied; what it points to is borrowed for the run's life. */
int run_open(struct opened *o, const struct run_query *q, struct err *e,
             struct run **ret_run) WARN_UNUSED;
void run_free(struct run *r);

/*
 * Where the nth match is, from 0, when the index alone tells what matches: 1
 * and *ret_key; 0 when it does not, or there are fewer; or a code.
 */
int run_leap(struct opened *o, const struct run_query *q, uint64_t n,
             struct err *e, struct index_key *ret_key) WARN_UNUSED;

/*
 * 1 and *ret_entry (valid until the next call), 0 at the end or when the run
 * stops early, or a code: ERR_CANCELLED, and those of the index.
 */
int run_next(struct run *r, struct index_entry *ret_entry,
             struct err *e) WARN_UNUSED;
const struct run_counts *run_counts(const struct run *r);

/*
 * The entry at hand, whole, as the query leaves it: redact() has been applied.
 * Without a query it is full_entry().
 */
int run_entry(struct run *r, const struct index_entry *entry, struct sink *out,
              struct err *e) WARN_UNUSED;

/* Its line in a list, in the same way: full_base(), or veil_base(). */
int run_base(struct run *r, const struct index_entry *entry,
             struct sink *out) WARN_UNUSED;
/* What of the line is hidden; all false unless the query redacts. */
void run_veil(const struct run *r, const struct index_entry *entry,
              struct veil *ret_veil);

/*
 * How many match, without delivering them: what is sure is counted by the
 * index. Order and paging are not looked at; limits of work are not kept.
 */
int run_count(struct opened *o, const struct run_query *q, struct err *e,
              struct run_counts *ret_counts) WARN_UNUSED;

#endif /* QUERY_RUN_H */
