/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: one query to several snapshots, answered as if they were one.
 *
 * Rows come by (what they are sorted by, the snapshot's number, id), or all of
 * that backwards; a snapshot's number is `names.snapshot`, 0 being a lone one.
 * Snapshots stay apart: nothing is copied, each is read by a run of its own. A
 * merge that stops early goes on where all of them have to: see run.h.
 */
#ifndef QUERY_MERGE_H
#define QUERY_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/query/run.h"

struct merge_source {
	struct opened *opened;
	const struct ask *ask; /* the query, prepared for this snapshot */
	struct full_names names;
};

/* A place in the order. */
struct merge_key {
	struct index_key key;
	unsigned snapshot;
};

struct merge_row {
	size_t source; /* which of the sources */
	const struct index_entry *entry;
};

struct merge_counts {
	uint64_t scanned, matched, read, undecided; /* as in run.h */
	struct err first;
	bool complete;         /* there is nothing behind what was delivered */
	bool started;          /* `next` is known */
	struct merge_key next; /* where to go on */
};

struct merge;

/*
 * Of `q`, everything counts but `ask`, `names`, `after` and `key`, which belong
 * to one snapshot. Limits of matches are for all together, those of work for
 * each. `after` NULL: from the beginning. The sources are copied, what they
 * point to is borrowed; numbers must differ and grow.
 */
int merge_open(const struct merge_source *sources, size_t n,
               const struct run_query *q, const struct merge_key *after,
               struct err *e, struct merge **ret_merge) WARN_UNUSED;
void merge_free(struct merge *m);

/* As run_next(); the row is valid until the next call. */
int merge_next(struct merge *m, struct merge_row *ret_row,
               struct err *e) WARN_UNUSED;

/* The row at hand, whole, as the query leaves it; see run_entry(). */
int merge_entry(struct merge *m, struct sink *out, struct err *e) WARN_UNUSED;
/* Its line in a list; see run_base() and run_veil(). */
int merge_base(struct merge *m, struct sink *out) WARN_UNUSED;
void merge_veil(const struct merge *m, struct veil *ret_veil);

void merge_counts(const struct merge *m, struct merge_counts *ret_counts);

/* How many match in all of them; see run_count(). */
int merge_count(const struct merge_source *sources, size_t n,
                const struct run_query *q, struct err *e,
                struct merge_counts *ret_counts) WARN_UNUSED;

#endif /* QUERY_MERGE_H */
