/* SPDX-License-Identifier: Apache-2.0 */
/* completion: scripts for the shells, made from a program's table. */
#ifndef CONSOLE_COMPLETION_H
#define CONSOLE_COMPLETION_H

#include "console/table.h"
#include "console/term.h"

/*
 * `shell` is bash, zsh or fish. Plain arguments are completed as names of
 * files, those of a command whose arguments are a choice ("a|b") by its words.
 */
void completion_print(struct term *out, const struct table *t,
                      const char *shell);

#endif /* CONSOLE_COMPLETION_H */
