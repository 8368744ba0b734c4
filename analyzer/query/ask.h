/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask: a query as typed, made ready for one snapshot.
 *
 * Nothing asks for every entry; anything else is KFL. Points in time such as
 * now() count from the end of the snapshot, unless another instant is given.
 *
 *	struct ask a;
 *	int rc = ask_prepare(text, opened, &options, &e, &a);
 *	if (rc == ERR_SYNTAX)    e.text, e.line, e.col; a.mistake
 *	...
 *	ask_release(&a);
 */
#ifndef QUERY_ASK_H
#define QUERY_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/query/opened.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct kfl_residual;

/* How a query is understood; see docs/kfl.md. */
enum ask_mode {
	ASK_STRICT,  /* a name that no entry can have is a mistake */
	ASK_LENIENT, /* such a name matches nothing */
	/* As the original: macros are replaced inside words too, and messages
	 * are its own (kfl_message() gives them their place). */
	ASK_COMPATIBLE,
};

struct ask_options {
	enum ask_mode mode;
	bool now_given;    /* else now() is the end of the snapshot */
	int64_t now_ms;    /* since 1970 */
	unsigned snapshot; /* its number in ids, see query/full.h */
};

struct ask {
	struct index_where over;  /* rows that may be asked for */
	struct index_where under; /* rows that surely are; NULL sql: none */
	bool exact;               /* `over` says it all */
	struct kfl *kfl; /* decides the other rows; NULL: the empty query */
	uint64_t limit;  /* limit(n) of the query, 0: none */
	/* What of the query the index cannot tell; see kfl/bounds.h. */
	const struct kfl_residual *residual;
	struct arena arena;         /* what the conditions point to */
	struct kfl_mistake mistake; /* after ERR_SYNTAX */
};

/*
 * Without a snapshot (NULL) the query is only checked. ERR_SYNTAX: *e has the
 * sentence and the place, for a person; ERR_LIMIT, ERR_BUDGET, ERR_NOMEM.
 * *ret_ask must not move; release it in any case.
 */
int ask_prepare(struct str text, struct opened *o,
                const struct ask_options *opt, struct err *e,
                struct ask *ret_ask) WARN_UNUSED;
void ask_release(struct ask *a);

/* The end of the snapshot, ms since 1970; what now() is by itself. */
int64_t ask_end(struct opened *o);

#endif /* QUERY_ASK_H */
