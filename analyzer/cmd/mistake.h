/* SPDX-License-Identifier: Apache-2.0 */
/* mistake: a query that cannot be understood, told to the person who typed it.
 */
#ifndef CMD_MISTAKE_H
#define CMD_MISTAKE_H

#include "analyzer/cmd/cmd.h"
#include "analyzer/query/ask.h"
#include "base/err.h"

/*
 * After ask_prepare() returned ERR_SYNTAX with *e: prints what is wrong and the
 * line with the place marked. Returns ERR_USAGE, with what to do next in *e.
 */
int mistake_tell(struct cmd *c, const char *text, const struct ask *a,
                 struct err *e);

#endif /* CMD_MISTAKE_H */
