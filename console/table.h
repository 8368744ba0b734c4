/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: the commands, options and limits of a program.
 *
 * A program writes them down once, in a .def file, and makes a struct table of
 * it. The walk over its arguments, --help, the manual page and the completions
 * of the shells come from there, so that none of them can forget one.
 *
 * Commands are bits in the masks of options: bit n is the n-th command, bit
 * `ncommands` stands for "without a command".
 */
#ifndef CONSOLE_TABLE_H
#define CONSOLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_command {
	const char *name;
	const char *args;
	const char *summary; /* a verb in lower case and what it does */
	const char *text;    /* whole sentences */
};

struct table_option {
	const char *name;
	char letter;          /* 0: none; may mean another option elsewhere */
	const char *argument; /* NULL: none; a|b: one of these; DIR: a folder */
	bool optional; /* the argument may be left out: --name=argument */
	const char *fallback; /* what it is unless given, for help; or NULL */
	unsigned commands;
	const char *help; /* empty: not shown */
};

struct table_limit {
	const char *name;
	uint64_t value;
	const char *unit;
	const char *why;
};

struct table {
	const char *program;
	const char *usage;      /* the lines behind "Usage: " */
	const char *about;      /* what the program is for */
	const char *more;       /* the last words of the list of commands */
	const char *completion; /* prints completions; a shell follows */
	const struct table_command *commands;
	size_t ncommands;
	const struct table_option *options;
	size_t noptions;
	const char *limits_about;
	const struct table_limit *limits;
	size_t nlimits;
};

/* Is it one of the command's? */
static inline bool
table_has(const struct table *t, size_t option, size_t command)
{
	return (t->options[option].commands >> command & 1) != 0;
}

/* The same, but not for hidden ones: for help. */
static inline bool
table_shows(const struct table *t, size_t option, size_t command)
{
	return table_has(t, option, command) &&
	       t->options[option].help[0] != '\0';
}

/* The command of that name; `ncommands` when there is none. */
size_t table_command(const struct table *t, const char *name);

/* Is `value` one of the words of "a|b|c"? */
bool table_is_choice(const char *choices, const char *value);

#endif /* CONSOLE_TABLE_H */
