/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: how a query is answered, for people and for the API.
 *
 *   explain_query()  what the index is asked, and what it cannot tell
 *   explain_run()    how much work that was: runs the query to its end
 *   explain_emit()   one object:
 *
 *     query     the normal form, macros expanded
 *     exact     the index alone answers it
 *     redacts   redact() is in it, so that nothing is sure
 *     limit     limit(n), 0 without one
 *     under     {sql, values}: entries of which the index is sure
 *     over      {sql, values}: entries that may match; no others are looked at
 *     residual  [{text, offset, length, doubt}]: what of the query as typed
 *               has to be evaluated on entries between the two; with `doubt`
 *               only on those that are not whole
 *     index     [text]: what SQLite does to find them
 *     work      {scanned, matched, read, undecided}, if it was run: candidates
 *               looked at, matches, entries whose packets were read, entries
 *               that could not be decided
 */
#ifndef QUERY_EXPLAIN_H
#define QUERY_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/entry/sink.h"
#include "analyzer/query/run.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* A leaf of the query, as typed. */
struct explain_leaf {
	struct str text;
	size_t at;
	bool doubt; /* only entries that are not whole have to be evaluated */
	struct explain_leaf *next;
};

struct explain_step {
	struct str text;
	struct explain_step *next;
};

struct explain {
	struct arena arena; /* of the texts */
	const struct ask *ask;
	struct str query;
	struct explain_leaf *residual;
	struct explain_step *steps;
	bool ran;
	struct run_counts counts;
};

/*
 * Nothing is run. What `q` points to is borrowed for the explanation's life.
 * Release *ret_explain in any case.
 */
int explain_query(struct opened *o, const struct run_query *q, struct err *e,
                  struct explain *ret_explain) WARN_UNUSED;
int explain_run(struct opened *o, const struct run_query *q, struct err *e,
                struct explain *x) WARN_UNUSED;
/* 0 or the sink's error. */
int explain_emit(const struct explain *x, struct sink *out) WARN_UNUSED;
void explain_release(struct explain *x);

#endif /* QUERY_EXPLAIN_H */
