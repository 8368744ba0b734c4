/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk: from one argument of the command line to the next.
 *
 * As everywhere: "--long value", "--long=value", "-x value", "-xvalue",
 * "-x=value", letters together, options before or after the other arguments,
 * "--" ends them, "-" is a plain argument. An option whose argument may be left
 * out takes one only behind "=".
 *
 * What a letter means may depend on the command, which is a field, so that a
 * first walk can find it: as long as it is not known, a letter is the first
 * option that has it.
 */
#ifndef CONSOLE_WALK_H
#define CONSOLE_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"
#include "console/table.h"

/* What is wrong with an option. */
enum walk_fault {
	WALK_UNKNOWN,     /* there is none such */
	WALK_WANTS_VALUE, /* there is nothing behind it */
	WALK_NO_VALUE,    /* it takes none */
};

struct walk {
	const struct table *table;
	size_t command; /* of the table; `ncommands`: none, or not known yet */
	int argc;
	char **argv;
	int at;              /* the next argument; 1 at first */
	bool plain;          /* behind "--" */
	const char *cluster; /* rest of "-abc", NULL when there is none */

	/* After ERR_USAGE: */
	enum walk_fault fault;
	struct str name; /* of the long option; empty when it was a letter */
	char letter;
};

/* What was found: an option with its value, or a plain argument. */
struct walk_found {
	size_t option; /* `noptions`: a plain argument */
	char *value;   /* NULL: none was given */
};

/* 1 and what was found, 0 at the end, or ERR_USAGE. */
int walk_next(struct walk *w, struct walk_found *ret_found) WARN_UNUSED;

#endif /* CONSOLE_WALK_H */
