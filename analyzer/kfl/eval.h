/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval: is this entry what the query asks for?
 *
 * The semantics are the original's to its quirks; docs/kfl.md has them. In
 * short: texts are compared as texts and numbers as numbers, with conversion; a
 * selector that finds nothing makes the group around it false.
 */
#ifndef KFL_EVAL_H
#define KFL_EVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/kfl/ast.h"
#include "analyzer/kfl/value.h"
#include "base/arena.h"
#include "base/compiler.h"

struct kfl;

/*
 * An entry to be asked, and the memory for asking. Fill the arena with the
 * entry (kfl_sink_init() or kfl_json_parse()), evaluate, then kfl_doc_clear()
 * for the next one.
 */
struct kfl_doc {
	struct arena arena;
	struct kfl_value *root;
};

/* Nothing in it; it uses at most `cap` bytes for an entry and its bodies. */
void kfl_doc_init(struct kfl_doc *d, size_t cap);
void kfl_doc_clear(struct kfl_doc *d);
void kfl_doc_release(struct kfl_doc *d);

/*
 * Evaluates a prepared query. redact() changes the entry in d, whatever the
 * answer is. ERR_BUDGET and ERR_LIMIT: the entry, or what a path asks of it, is
 * too large to decide; ERR_NOMEM.
 */
int kfl_eval(const struct kfl *k, struct kfl_doc *d,
             bool *ret_truth) WARN_UNUSED;

/* a == b; a regular expression on either side is matched. */
bool kfl_eval_equal(const struct kfl_value *a, const struct kfl_value *b);

/* a KIND b for KFL_GT, KFL_GE, KFL_LT, KFL_LE. */
bool kfl_eval_compare(enum kfl_kind kind, const struct kfl_value *a,
                      const struct kfl_value *b);

/*
 * The value of a helper's argument: a literal, possibly with signs, groups and
 * operators; a selector is false, and so is a regular expression.
 */
struct kfl_value kfl_eval_constant(const struct kfl_node *n);

#endif /* KFL_EVAL_H */
