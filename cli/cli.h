/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: what the commands of kubeshark have in common.
 *
 * A command gets the configuration, made of the defaults, the file and the
 * flags, says what it does on stderr, prints what was asked for on stdout, and
 * returns 0 or a code with a sentence in *e. The exit status is that of
 * console/status.h: 2 for ERR_USAGE, 3 for other codes, else what the command
 * left in `status`. Interrupted before there was anything to clean up, the
 * program ends by the signal.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/log.h"
#include "cli/config.h"
#include "cli/flags.h"
#include "console/status.h"
#include "console/term.h"

struct cli {
	const char *argv0;
	const struct flags *flags;
	struct config config;
	const char *config_path; /* of the file, whether it is there or not */
	struct log log;
	struct term out;
	struct term err; /* for progress; lines go through the log */
	int status;      /* unless a code says otherwise */
	int signal;      /* that ended it early; 0: none */
};

/* The whole program. */
int cli_main(int argc, char **argv);

/*
 * One line on stderr, with its level and place: CLI_SAY(c, INFO, "...").
 * What is not plain text is escaped.
 */
#define CLI_SAY(c, level, ...) \
	cli_say(c, LOG_##level, __FILE__, __LINE__, __VA_ARGS__)
void cli_say(struct cli *c, enum log_level level, const char *file, int line,
             const char *fmt, ...) PRINTF_LIKE(5, 6);

/* ERR_USAGE unless there are at most `max` plain arguments. */
int cli_arguments(const struct cli *c, size_t max, struct err *e) WARN_UNUSED;

/* A variable of the environment; NULL when it is not set, or empty. */
const char *cli_env(const char *name);

/* The commands. */
#define COMMAND(id, name, args, summary, text) \
	int cli_##name(struct cli *c, struct err *e) WARN_UNUSED;
#include "cli/flags.def"

#endif /* CLI_CLI_H */
