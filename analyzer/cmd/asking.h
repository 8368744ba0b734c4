/* SPDX-License-Identifier: Apache-2.0 */
/* asking: what commands that take a query have in common. */
#ifndef CMD_ASKING_H
#define CMD_ASKING_H

#include "analyzer/cmd/cmd.h"
#include "analyzer/query/ask.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"

/*
 * The query that an argument stands for: itself, or with @FILE the text of
 * that file (@-: standard input), which is read into `room`. *ret_text is
 * borrowed from either.
 */
int asking_text(const char *arg, struct buf *room, struct err *e,
                const char **ret_text) WARN_UNUSED;

/* What --lenient and --now say. */
struct ask_options asking_options(const struct cmd *c);

#endif /* CMD_ASKING_H */
