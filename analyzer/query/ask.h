/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: a query as typed, made ready for one snapshot.
 *
 * Nothing asks for every entry; a protocol macro alone ("http") is answered by
 * the index; anything else is KFL. Points in time such as now() count from the
 * end of the snapshot. Unless `lenient`, names that no entry can have are an
 * error.
 */
#ifndef QUERY_ASK_H
#define QUERY_ASK_H

#include <stdbool.h>

#include "analyzer/index/reader.h"
#include "analyzer/query/opened.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct kfl;

struct ask {
	struct index_where over;  /* rows that may be asked for */
	struct index_where under; /* rows that surely are; NULL sql: none */
	struct index_bind bind;   /* of a macro alone */
	struct kfl *kfl;    /* decides the others; NULL: `over` is exact */
	struct arena arena; /* what the conditions point to */
	struct buf explain; /* the query's line with a mistake marked */
};

/*
 * ERR_USAGE with what is wrong; `explain` then shows where. *ret_ask must not
 * move; release it in any case.
 */
int ask_prepare(struct str text, struct opened *o, bool lenient, struct err *e,
                struct ask *ret_ask) WARN_UNUSED;
void ask_release(struct ask *a);

#endif /* QUERY_ASK_H */
