/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper: what path.helper(arguments) comes to.
 */
#ifndef KFL_HELPER_H
#define KFL_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/kfl/ast.h"
#include "analyzer/kfl/eval.h"
#include "base/compiler.h"

/*
 * Calls the prepared c->helper with `receiver` (false when its path named
 * nothing). redact() changes the document. What fails gives the value false;
 * ERR_BUDGET, ERR_LIMIT and ERR_NOMEM are for lack of memory only.
 */
int kfl_helper_call(const struct kfl_call *c, const struct kfl_value *receiver,
                    struct kfl_doc *d, struct kfl_value *ret) WARN_UNUSED;

/*
 * datetime(): "M/D/YYYY, h:mm:ss.SSS PM" in UTC as ms since 1970. Leading zeros
 * and more blanks are accepted, everything else is not.
 */
bool kfl_helper_datetime(struct str s, int64_t *ret_ms);

/*
 * The bytes that base64 text (RFC 4648, with line breaks) stands for, in `a`;
 * the text itself when it is not base64. 0 or the arena's error.
 */
int kfl_helper_decoded(struct str text, struct arena *a, bool *ret_was_base64,
                       struct str *ret_bytes) WARN_UNUSED;

#endif /* KFL_HELPER_H */
