/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print: a query in its normal form.
 *
 * One space around binary operators and none elsewhere, literals as they were
 * written, comments gone. Parsing the normal form gives the same tree again,
 * and printing that the same text.
 */
#ifndef KFL_PRINT_H
#define KFL_PRINT_H

#include "analyzer/kfl/ast.h"
#include "base/buf.h"
#include "base/compiler.h"

/* Appends the text of `n`. 0, ERR_BUDGET or ERR_NOMEM. */
int kfl_print_node(const struct kfl_node *n, struct buf *out) WARN_UNUSED;

#endif /* KFL_PRINT_H */
