/* SPDX-License-Identifier: Apache-2.0 */
/* completion: scripts for the shells, made from options.def. */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "analyzer/cmd/term.h"

/* `shell` is bash, zsh or fish. */
void completion_print(struct term *t, const char *shell);

#endif /* CMD_COMPLETION_H */
