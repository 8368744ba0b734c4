/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd: what the commands have in common.
 *
 * A command gets the parsed options and two terms, prints its answer, and
 * returns 0 or a code with a sentence in *e. What it learns about the
 * snapshots on the way goes into the flags; cmd_main() makes the exit status
 * of all that:
 *
 *	0  everything is fine
 *	1  findings: what was looked for is wrong (a broken seal)
 *	2  usage: the command line cannot be understood
 *	3  it could not be done: an input that cannot be opened; no memory, no
 *	   room, no writing
 *	4  part of the input was unreadable, refused or dropped by a limit
 *
 * The first of 2, 3, 1, 4 that is the case wins. Interrupted by a signal, the
 * program ends by that signal after cleaning up (a shell shows 128 + number).
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>

#include "analyzer/cmd/options.h"
#include "analyzer/cmd/session.h"
#include "base/err.h"
#include "console/term.h"

struct cmd {
	const struct options *opt;
	struct term out;
	struct term err;
	struct session_place place;
	bool failed;   /* 3 */
	bool findings; /* 1 */
	bool partial;  /* 4 */
};

/* The whole program. */
int cmd_main(int argc, char **argv);

/* Print "analyzer: text" on stderr. */
void cmd_note(struct cmd *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ERR_USAGE unless the number of plain arguments is between the two. */
int cmd_arguments(const struct cmd *c, size_t min, size_t max,
                  struct err *e) WARN_UNUSED;

/*
 * Open a snapshot for this command, see session_open(). When that fails, the
 * error was told and counted and *ret_session is not to be closed; then it
 * returns false, and also when a signal asked us to stop.
 */
bool cmd_session(struct cmd *c, const char *input, struct session *ret_session);
/* A variable of the environment; NULL when it is not set, or empty. */
const char *cmd_setting(const char *name);
/* Where to listen: --host, ANALYZER_HOST, 127.0.0.1. */
const char *cmd_host(const struct options *o);
/* Has a signal asked us to stop, or nobody reads on? */
bool cmd_stopped(const struct cmd *c);

/* The commands. */
#define COMMAND(id, name, args, summary, text) \
	int cmd_##name(struct cmd *c, struct err *e) WARN_UNUSED;
#include "analyzer/cmd/options.def"

#endif /* CMD_CMD_H */
