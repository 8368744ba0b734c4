/* SPDX-License-Identifier: Apache-2.0 */
/*
 * histogram: entries over time: how many of which outcome and protocol, and
 * how long they took.
 *
 * Snapshots are added one after the other, and with one query as often as it
 * takes to reach its end. Without a query the index's chart answers, which
 * takes some 20 ms for a million entries.
 */
#ifndef QUERY_HISTOGRAM_H
#define QUERY_HISTOGRAM_H

#include <stdint.h>

#include "analyzer/entry/outcome.h"
#include "analyzer/query/facts.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/quantile.h"

enum { HISTOGRAM_BUCKETS = 1000 };

struct histogram_bucket {
	uint64_t n;
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t protocols[FACTS_PROTOCOLS]; /* as in `macro` */
	struct quantile micros; /* end of request to end of response */
};

struct histogram {
	int64_t from, width; /* ns; bucket i begins at from + i * width */
	size_t n;
	struct histogram_bucket *bucket;
	const char *macro[FACTS_PROTOCOLS]; /* KFL words met so far */
	size_t nmacros;
	uint64_t incomplete; /* entries that are not whole */
};

/*
 * For [from, to), in at most `buckets` buckets of whole milliseconds.
 * ERR_NOMEM.
 */
int histogram_init(struct histogram *h, int64_t from, int64_t to,
                   size_t buckets) WARN_UNUSED;
void histogram_release(struct histogram *h);

/*
 * * Entries of one snapshot, in the range of `ask` if it has one, else in that
 * of the histogram; see facts_walk().
 */
int histogram_add(struct histogram *h, struct opened *o,
                  const struct facts_ask *ask, struct facts_state *io_state,
                  struct err *e) WARN_UNUSED;

#endif /* QUERY_HISTOGRAM_H */
