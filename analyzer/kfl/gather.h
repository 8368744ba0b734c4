/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather: a sink that keeps an entry as values, without JSON in between; and
 * one that hands entries on with what redact() asks for hidden.
 */
#ifndef KFL_GATHER_H
#define KFL_GATHER_H

#include "analyzer/entry/sink.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/want.h"

struct kfl_gather_level {
	struct kfl_value *list;
	const struct kfl_want *want;
};

/*
 * Fills doc->root with what is told to the sink and wanted. Strings are copied
 * into the document's arena, whose cap is the limit (ERR_BUDGET); nesting
 * deeper than KFL_VALUE_DEPTH is ERR_LIMIT.
 */
struct kfl_gather {
	struct sink sink;
	struct kfl_doc *doc;
	const struct kfl_want *all;

	/* private */
	struct str key;
	const struct kfl_want *want; /* of the value that comes next */
	struct kfl_gather_level level[KFL_VALUE_DEPTH];
	unsigned depth;
};

/* `want` (NULL: everything) has to outlive the sink. */
void kfl_gather_init(struct kfl_gather *g, struct kfl_doc *doc,
                     const struct kfl_want *want);

/*
 * Gathers one entry whole; kfl_redactor_end() evaluates the query on it and
 * tells `out` what is left after redact(). Use it where entries are returned:
 * lists, details, exports.
 */
struct kfl_redactor {
	struct kfl_gather gather; /* render into gather.sink */
	struct kfl_doc doc;
	const struct kfl *kfl;
	struct sink *out;
};

/* The document takes at most `cap` bytes; end with kfl_redactor_release(). */
void kfl_redactor_init(struct kfl_redactor *r, const struct kfl *k, size_t cap,
                       struct sink *out);

/*
 * The entry has been told. *ret_truth is the query's answer. 0, or the first
 * failure of gathering, evaluating or `out`; then nothing may be shown.
 * Afterwards the next entry can be gathered.
 */
int kfl_redactor_end(struct kfl_redactor *r, bool *ret_truth) WARN_UNUSED;
void kfl_redactor_release(struct kfl_redactor *r);

#endif /* KFL_GATHER_H */
