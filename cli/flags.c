/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <string.h>

#include "cli/csv.h"
#include "cli/set.h"
#include "console/walk.h"

#define IN(id)  (1u << FLAGS_##id)
#define IN_NONE (1u << FLAGS_NONE)
#define IN_ALL  (IN_NONE - 1)

/* What the help calls the argument of a type. */
#define ARGUMENT_NONE   NULL
#define ARGUMENT_BOOL   "bool"
#define ARGUMENT_STRING "string"
#define ARGUMENT_UINT16 "uint16"
#define ARGUMENT_LIST   "strings"
#define ARGUMENT_ITEM   "strings"
#define ARGUMENT_TEXT   "string"

enum flag_type {
	TYPE_NONE,
	TYPE_BOOL,
	TYPE_STRING,
	TYPE_UINT16,
	TYPE_LIST,
	TYPE_ITEM,
	TYPE_TEXT,
};

struct flag_key {
	enum flag_type type;
	enum config_key key;
};

static const struct table_command commands[] = {
#define COMMAND(id, name, args, summary, text) { #name, args, summary, text },
#include "cli/flags.def"
};

static const struct table_option options[] = {
#define FLAG(id, long_, short_, type, fallback_, key, commands_, help_) \
	{ .name = (long_),                                              \
	  .letter = (short_),                                           \
	  .argument = ARGUMENT_##type,                                  \
	  .optional = TYPE_##type == TYPE_BOOL,                         \
	  .fallback = (fallback_),                                      \
	  .commands = (commands_),                                      \
	  .help = (help_) },
#include "cli/flags.def"
};

static const struct flag_key flag_keys[] = {
#define FLAG(id, long_, short_, type, fallback, key, commands, help) \
	{ TYPE_##type, key },
#include "cli/flags.def"
};

static const struct table_limit limits[] = {
#define LIMIT(field, option, value, unit, why) { option, value, unit, why },
#include "cli/limits.def"
#undef LIMIT
};

const struct table flags_table = {
	.program = "kubeshark",
	.usage = "kubeshark COMMAND [FLAG...] [ARGUMENT...]",
	.about = "Kubeshark: The API Traffic Viewer for Kubernetes",
	.more = "'kubeshark help COMMAND' tells its flags, 'kubeshark help "
		"limits' the limits.",
	.completion = "kubeshark completion",
	.commands = commands,
	.ncommands = FLAGS_COMMANDS,
	.options = options,
	.noptions = FLAG_COUNT,
	.limits_about = "They bound what a server or a\n"
			"file can make kubeshark do; the analyzer has its own.",
	.limits = limits,
	.nlimits = ARRAY_LEN(limits),
};

/* ---- mistakes, in the words of the original ---- */

static int
fail_walk(const struct walk *w, const char *argument, struct err *e)
{
	bool is_long = w->name.n != 0;

	switch (w->fault) {
	case WALK_UNKNOWN:
		if (is_long)
			return err_set(e, ERR_USAGE, "unknown flag: --" STR_FMT,
			               STR_ARG(w->name));
		return err_set(e, ERR_USAGE,
		               "unknown shorthand flag: '%c' in %s", w->letter,
		               argument);
	case WALK_NO_VALUE:
		return err_set(e, ERR_USAGE,
		               "flag takes no argument: --" STR_FMT,
		               STR_ARG(w->name));
	case WALK_WANTS_VALUE:
		break;
	}
	if (is_long)
		return err_set(e, ERR_USAGE,
		               "flag needs an argument: --" STR_FMT,
		               STR_ARG(w->name));
	return err_set(e, ERR_USAGE, "flag needs an argument: '%c' in -%c",
	               w->letter, w->letter);
}

static int
fail_value(enum flag_id id, const char *value, struct err *e)
{
	const struct table_option *row = &options[id];
	char letter[] = { '-', row->letter, ',', ' ', '\0' };

	return err_set(e, ERR_USAGE,
	               "invalid argument \"%s\" for \"%s--%s\" flag: expected "
	               "%s",
	               value, row->letter != '\0' ? letter : "", row->name,
	               row->argument);
}

static int
next_argument(struct walk *w, struct walk_found *ret_found, struct err *e)
{
	int rc = walk_next(w, ret_found);

	return rc < 0 ? fail_walk(w, w->argv[w->at - 1], e) : rc;
}

/* ---- parsing ---- */

/* The command, which may have flags in front of it. */
static int
find_command(int argc, char **argv, struct flags *f, struct err *e)
{
	struct walk w = { .table = &flags_table,
		          .command = FLAGS_NONE,
		          .argc = argc,
		          .argv = argv,
		          .at = 1 };
	struct walk_found found = { .option = FLAG_COUNT };
	int rc = next_argument(&w, &found, e);

	while (rc == 1 && found.option != FLAG_COUNT)
		rc = next_argument(&w, &found, e);
	f->command = FLAGS_NONE;
	if (rc <= 0)
		return rc;
	f->command = (enum command_id)table_command(&flags_table, found.value);
	if (f->command == FLAGS_NONE)
		return err_set(e, ERR_USAGE,
		               "unknown command \"%s\" for \"kubeshark\"",
		               found.value);
	return 0;
}

static int
set_limit(struct flags *f, const char *value, struct err *e)
{
	struct str name, number;
	uint64_t v;

	if (!str_split1(str_from_c(value), '=', &name, &number) ||
	    str_u64(number, &v) != 0)
		return err_set(e, ERR_USAGE,
		               "--limit %s: NAME=NUMBER is wanted; 'kubeshark "
		               "help limits' lists the names",
		               value);
	if (cli_limits_set(&f->limits, name, v) != 0)
		return err_set(e, ERR_USAGE,
		               "there is no limit called '" STR_FMT
		               "'; 'kubeshark help limits' lists them",
		               STR_ARG(name));
	return 0;
}

/* Behind all whose names come before it or are the same. */
static int
remember(struct flags *f, enum flag_id id, const char *value, struct err *e)
{
	size_t i = f->ngiven;

	if (f->ngiven == FLAGS_GIVEN)
		return err_set(e, ERR_USAGE, "more than %d flags", FLAGS_GIVEN);
	for (; i > 0; i--) {
		if (strcmp(options[f->given[i - 1].id].name,
		           options[id].name) <= 0)
			break;
		f->given[i] = f->given[i - 1];
	}
	f->given[i] = (struct flags_given){ id, value };
	f->ngiven++;
	return 0;
}

static int
apply(struct flags *f, const struct walk_found *found, struct err *e)
{
	enum flag_id id = (enum flag_id)found->option;

	if (id == FLAG_COUNT) {
		f->args[f->nargs++] = found->value;
		return 0;
	}
	if (!table_has(&flags_table, id, f->command))
		return err_set(e, ERR_USAGE, "unknown flag: --%s",
		               options[id].name);
	switch (id) {
	case FLAG_HELP:
		f->help = true;
		return 0;
	case FLAG_MAN:
		f->man = true;
		return 0;
	case FLAG_LIMIT:
		return set_limit(f, found->value, e);
	case FLAG_CONFIG_PATH:
	case FLAG_CONFIGPATH:
		f->config_path = found->value;
		return 0;
	default:
		return remember(
		    f, id, found->value != NULL ? found->value : "true", e);
	}
}

int
flags_parse(int argc, char **argv, struct err *e, struct flags *ret_flags)
{
	struct flags *f = ret_flags;
	struct walk w = {
		.table = &flags_table, .argc = argc, .argv = argv, .at = 1
	};
	struct walk_found found;
	int rc;

	*f = (struct flags){ .args = argv + 1 };
	cli_limits_init(&f->limits);
	rc = find_command(argc, argv, f, e);
	if (rc != 0)
		return rc;
	w.command = f->command;
	/* Plain arguments move to the front, over what was walked already. */
	while ((rc = next_argument(&w, &found, e)) == 1) {
		rc = apply(f, &found, e);
		if (rc != 0)
			return rc;
	}
	if (rc == 0 && f->command != FLAGS_NONE) {
		f->args++;
		f->nargs--;
	}
	return rc;
}

/* ---- applying ---- */

/* All that was given for one list is one list. */
static int
apply_list(const struct flags *f, size_t from, size_t to, struct config *config,
           struct err *e)
{
	enum flag_id id = f->given[from].id;
	struct str *all = NULL;
	size_t n = 0;
	int rc = 0;

	for (size_t i = from; i < to && rc == 0; i++) {
		struct str *some, *both;
		size_t more = 0;

		rc = csv_split(&config->arena, str_from_c(f->given[i].value),
		               &some, &more);
		if (rc == ERR_SYNTAX)
			return fail_value(id, f->given[i].value, e);
		both = rc == 0 ? arena_array(&config->arena, n + more + 1,
		                             sizeof(*both))
		               : NULL;
		if (both == NULL)
			break;
		if (n > 0)
			memcpy(both, all, n * sizeof(*all));
		if (more > 0)
			memcpy(both + n, some, more * sizeof(*some));
		all = both;
		n += more;
	}
	if (rc == 0)
		rc = arena_error(&config->arena);
	if (rc == 0)
		rc = config_put(config, flag_keys[id].key, all, n, CONFIG_FLAG);
	return rc == 0
	           ? 0
	           : err_set(e, rc, "--%s: %s", options[id].name, err_text(rc));
}

static int
apply_scalar(const struct flags_given *g, struct config *config, struct err *e)
{
	struct str value = str_from_c(g->value);
	int rc = config_put(config, flag_keys[g->id].key, &value, 1,
	                    CONFIG_FLAG);

	if (rc == ERR_SYNTAX)
		return fail_value(g->id, g->value, e);
	return rc == 0 ? 0
	               : err_set(e, rc, "--%s: %s", options[g->id].name,
	                         err_text(rc));
}

static int
apply_set(const struct flags *f, size_t from, size_t to, struct config *config,
          const struct set_warn *warn, struct err *e)
{
	const char *value[FLAGS_GIVEN];
	int rc;

	for (size_t i = from; i < to; i++)
		value[i - from] = f->given[i].value;
	rc = set_apply(config, value, to - from, warn);
	return rc == 0 ? 0 : err_set(e, rc, "--set: %s", err_text(rc));
}

int
flags_apply(const struct flags *f, struct config *config,
            void (*warn)(void *ctx, const char *text), void *ctx, struct err *e)
{
	const struct set_warn to = { warn, ctx };
	size_t next;
	int rc = 0;

	for (size_t i = 0; i < f->ngiven && rc == 0; i = next) {
		enum flag_id id = f->given[i].id;

		next = i + 1;
		while (next < f->ngiven && f->given[next].id == id)
			next++;
		if (id == FLAG_SET)
			rc = apply_set(f, i, next, config, &to, e);
		else if (flag_keys[id].type == TYPE_LIST)
			rc = apply_list(f, i, next, config, e);
		else
			rc = apply_scalar(&f->given[next - 1], config, e);
	}
	return rc;
}
