/* SPDX-License-Identifier: Apache-2.0 */
/*
 * re2_shim: regular expressions with the syntax of the original (Go's, which
 * is RE2's) and in time linear in the subject, whatever the expression.
 *
 * The implementation is the only C++ in the tree, because RE2 is.
 */
#ifndef KFL_RE2_SHIM_H
#define KFL_RE2_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory of one compiled expression with its caches. */
#define KFL_REGEX_MEM (4 << 20)

struct kfl_regex;

/*
 * Compiles the n bytes at p. NULL with Go's message in why[size] when they are
 * no expression, and with an empty message when there is no memory.
 */
struct kfl_regex *kfl_regex_new(const char *p, size_t n, char *why,
                                size_t size);

/* Is there a match anywhere in the subject? Any number of threads at once. */
bool kfl_regex_matches(const struct kfl_regex *r, const char *p, size_t n);

void kfl_regex_free(struct kfl_regex *r);

#ifdef __cplusplus
}
#endif

#endif /* KFL_RE2_SHIM_H */
