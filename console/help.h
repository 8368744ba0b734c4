/* SPDX-License-Identifier: Apache-2.0 */
/* help: what a program says about itself, made from its table. */
#ifndef CONSOLE_HELP_H
#define CONSOLE_HELP_H

#include <stddef.h>

#include "console/table.h"
#include "console/term.h"

void help_all(struct term *out, const struct table *t);
void help_command(struct term *out, const struct table *t, size_t command);
void help_limits(struct term *out, const struct table *t);
/* The sections COMMANDS, OPTIONS and LIMITS of the man page, in mdoc(7). */
void help_man(struct term *out, const struct table *t);

#endif /* CONSOLE_HELP_H */
