/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kfl: queries in the Kubeshark Filter Language (docs/kfl.md).
 *
 *	kfl_open()      all of what follows, as our own command line does it
 *	kfl_parse()     text to a tree: what the original calls validation
 *	kfl_prepare()   paths, regular expressions, points in time
 *	kfl_check()     names, helpers and values, strictly (check.h)
 *	kfl_bounds()    what an index can tell beforehand (bounds.h)
 *	kfl_eval()      is this entry asked for? redacts it as well (eval.h)
 *
 * A query is changed by kfl_prepare() only; after that any number of threads
 * may evaluate it at once. It owns a copy of its text.
 */
#ifndef KFL_KFL_H
#define KFL_KFL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/kfl/ast.h"
#include "analyzer/kfl/macro.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct field;
struct kfl_regexes; /* compiled expressions, to be freed */

struct kfl {
	struct arena arena;
	struct str text;     /* as given */
	struct str expanded; /* what spans and error positions refer to */
	const struct kfl_expansion *expansion;
	size_t nexpansions;
	struct kfl_node *root;
	struct kfl_regexes *regexes;

	/* known after kfl_prepare() */
	bool prepared;
	uint64_t limit; /* limit(n); 0: none */
	bool redacts;   /* redact() occurs in it */
};

/*
 * Parses `text`; `macros` may be NULL. ERR_SYNTAX: the message in *e is the
 * original's, and line and col are those in the expanded text (line 0: the
 * message has no position). ERR_LIMIT, ERR_NOMEM, ERR_BUDGET.
 */
int kfl_parse(struct str text, const struct kfl_macros *macros, struct err *e,
              struct kfl **ret_kfl) WARN_UNUSED;
void kfl_free(struct kfl *k);

/* How our own command line and API understand a query. */
struct kfl_setup {
	const struct kfl_macro *macro;
	size_t nmacros;
	/* Tables that each end with a NULL path: entry_fields and those of the
	 * dissectors. */
	const struct field *const *fields;
	size_t nfields;
	bool lenient;   /* unknown names are silently false, as originally */
	int64_t now_ms; /* the end of the snapshot */
};

/* Where a query is wrong, and what may have been meant. */
struct kfl_mistake {
	size_t at, end;         /* bytes of the text as given */
	const char *suggestion; /* the name of a field, or NULL */
};

/*
 * Parses, prepares and checks. Macros have to be whole words. ERR_SYNTAX: *e
 * has a sentence of ours with line and column in `text`, and *ret_mistake (may
 * be NULL) the place. Others as below.
 */
int kfl_open(struct str text, const struct kfl_setup *s, struct err *e,
             struct kfl_mistake *ret_mistake, struct kfl **ret_kfl) WARN_UNUSED;

/*
 * The span of the text as given that stands behind [at, end) of the expanded
 * text: a macro counts as a whole.
 */
void kfl_origin(const struct kfl *k, size_t at, size_t end, size_t *ret_at,
                size_t *ret_end);

/*
 * Appends two lines for a person to read, escaped for a terminal: the line of
 * `text` with the mistake, and carets under it.
 */
int kfl_carets(struct str text, const struct kfl_mistake *m,
               struct buf *out) WARN_UNUSED;

/*
 * Makes the query ready to be evaluated; once. now_ms (since 1970) is what
 * now() and its relatives count from: the end of the snapshot. ERR_SYNTAX: a
 * bad regular expression or path, in the original's words and as seldom as
 * there; ERR_NOMEM, ERR_BUDGET.
 */
int kfl_prepare(struct kfl *k, int64_t now_ms, struct err *e) WARN_UNUSED;

/* Appends the normal form. */
int kfl_print(const struct kfl *k, struct buf *out) WARN_UNUSED;

/* The part of `text` that a node comes from; a macro comes as a whole. */
struct str kfl_source(const struct kfl *k, const struct kfl_node *n,
                      size_t *ret_at);

/* "LINE:COL: TEXT" or "TEXT": the original's whole message. */
int kfl_message(const struct err *e, struct buf *out) WARN_UNUSED;

#endif /* KFL_KFL_H */
