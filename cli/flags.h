/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flags: the command line, parsed after the tables of flags.def.
 *
 * How flags are written is told in console/walk.h; one that is true or false
 * takes its value behind "=" alone (--tls=false). Mistakes are told in the
 * words that users of the original know.
 */
#ifndef CLI_FLAGS_H
#define CLI_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cli/config.h"
#include "cli/limits.h"
#include "console/table.h"

enum command_id {
#define COMMAND(id, name, args, summary, text) FLAGS_##id,
#include "cli/flags.def"
	FLAGS_COMMANDS,
	FLAGS_NONE = FLAGS_COMMANDS, /* no command */
};

enum flag_id {
#define FLAG(id, long_, short_, type, fallback, key, commands, help) FLAG_##id,
#include "cli/flags.def"
	FLAG_COUNT
};

/* FLAGS_COMMANDS and FLAG_COUNT rows, in the order of the enums. */
extern const struct table flags_table;

/* More flags than that on one line are a mistake of a script. */
enum { FLAGS_GIVEN = 256 };

struct flags_given {
	enum flag_id id;
	const char *value; /* "true" for what needs none */
};

struct flags {
	enum command_id command;
	bool help, man;
	const char *config_path; /* NULL: the default */
	struct cli_limits limits;
	/* In the order of their names, each in that of the command line. */
	struct flags_given given[FLAGS_GIVEN];
	size_t ngiven;
	char **args; /* plain arguments, the command left out */
	size_t nargs;
};

/*
 * Parse argv, which is reordered and has to live as long as *ret_flags.
 * ERR_USAGE with what is wrong; ret_flags->command is known then as well, if
 * there is one.
 */
int flags_parse(int argc, char **argv, struct err *e,
                struct flags *ret_flags) WARN_UNUSED;

/*
 * Set the keys of all flags that were given, --set among them, in the order of
 * their names; of two that set the same key the later one counts. What is wrong
 * with a --set is told to warn() and passed over. ERR_USAGE, ERR_NOMEM.
 */
int flags_apply(const struct flags *f, struct config *config,
                void (*warn)(void *ctx, const char *text), void *ctx,
                struct err *e) WARN_UNUSED;

#endif /* CLI_FLAGS_H */
