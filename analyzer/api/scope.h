/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scope: which snapshots, and which of their entries, a request speaks of.
 *
 * The parameters `snapshot`, `q`, `from`, `to` (docs/api.md) made ready for
 * query/merge.h: each snapshot is borrowed and the query prepared for it.
 * Snapshots that have failed are left out, unless one was named. Everything
 * lives as long as the call.
 */
#ifndef API_SCOPE_H
#define API_SCOPE_H

#include "analyzer/api/call.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/merge.h"

struct scope {
	struct call *call;
	size_t n;                     /* snapshots */
	struct merge_source *sources; /* n */
	unsigned *numbers;            /* n: of the snapshots, from 1 */
	struct ask *asks;             /* n */
	bool whole;   /* their indexes are finished, and none is missing */
	bool redacts; /* the query does */
	/* The range and the flag for cancelling; the rest is the caller's. */
	struct run_query query;
	struct str q;
};

/* How a request's parameters are to be understood. */
struct scope_options {
	enum ask_mode mode;
	const char *extra; /* a condition that has to hold too; NULL: none */
};

/* 1: go on; 0: the reply is an error already; or a code. */
int scope_read(struct call *c, const struct scope_options *opt,
               struct scope **ret_scope) WARN_UNUSED;

/*
 * "ID" or "N:ID", as api replies name entries and streams: the snapshot's
 * place in the catalog and the number. 1, or 0: the reply is an error.
 */
int scope_id(struct call *c, struct str text, unsigned *ret_snapshot,
             int64_t *ret_id);

/* The snapshot's number as ids show it: 0 when only one is open. */
unsigned scope_shown(const struct call *c, unsigned n);

/* A mistake in a query as an error object or reply wants it. */
struct call_position scope_position(struct str q, const struct kfl_mistake *m);

#endif /* API_SCOPE_H */
