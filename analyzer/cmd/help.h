/* SPDX-License-Identifier: Apache-2.0 */
/* help: what the program says about itself, made from options.def. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "analyzer/cmd/options.h"
#include "analyzer/cmd/term.h"

void help_all(struct term *t);
void help_command(struct term *t, enum command_id id);
/* The sections COMMANDS, OPTIONS and LIMITS of the man page, in mdoc(7). */
void help_man(struct term *t);

#endif /* CMD_HELP_H */
