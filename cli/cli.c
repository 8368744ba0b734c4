/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/config_file.h"
#include "console/help.h"
#include "console/interrupt.h"

enum { PLACE = 64 /* bytes of "file.c:123" */ };

/* ---- for the commands ---- */

void
cli_say(struct cli *c, enum log_level level, const char *file, int line,
        const char *fmt, ...)
{
	const char *slash = strrchr(file, '/');
	char place[PLACE];
	struct err e;
	va_list ap;

	if (level > c->log.level)
		return;
	va_start(ap, fmt);
	(void)err_vset(&e, 0, fmt, ap);
	va_end(ap);
	(void)snprintf(place, sizeof(place), "%s:%d",
	               slash != NULL ? slash + 1 : file, line);
	log_event(&c->log, level, place, e.text, NULL, 0);
}

int
cli_arguments(const struct cli *c, size_t max, struct err *e)
{
	if (c->flags->nargs <= max)
		return 0;
	return err_set(e, ERR_USAGE, "unexpected number of arguments");
}

const char *
cli_env(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets it. */
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ---- the configuration ---- */

static void
warn(void *ctx, const char *text)
{
	CLI_SAY((struct cli *)ctx, WARN, "%s", text);
}

/* Where the file is unless the command line says it. */
static int
find_config(struct cli *c)
{
	const char *home = cli_env("HOME");
	struct str path;

	c->config_path = c->flags->config_path;
	if (c->config_path != NULL)
		return 0;
	path = arena_printf(&c->config.arena, "%s/.kubeshark/config.yaml",
	                    home != NULL ? home : ".");
	c->config_path = path.p;
	return arena_error(&c->config.arena);
}

/* Is the file to be made, so that it need not be there? */
static bool
is_regenerating(const struct flags *f)
{
	for (size_t i = 0; i < f->ngiven; i++) {
		if (f->given[i].id == FLAG_REGENERATE)
			return true;
	}
	return false;
}

static int
read_config(struct cli *c, struct err *e)
{
	const struct config_file_warn to = { warn, c };
	bool optional = c->flags->config_path == NULL ||
	                is_regenerating(c->flags);
	int rc = config_file_read(&c->config, c->config_path, &c->flags->limits,
	                          &to, e);

	if (rc == 0 || (rc == ERR_NOENT && optional))
		return 0;
	CLI_SAY(c, FATAL, "invalid config, %s", e->text);
	CLI_SAY(c, FATAL,
	        "you can regenerate the file by removing it (%s) and using "
	        "`kubeshark config -r`",
	        c->config_path);
	return rc;
}

/* ---- the whole ---- */

static int
run_command(struct cli *c, struct err *e)
{
	static int (*const run[])(struct cli *, struct err *) = {
#define COMMAND(id, name, args, summary, text) cli_##name,
#include "cli/flags.def"
	};

	return run[c->flags->command](c, e);
}

/* What is answered from the tables alone. */
static bool
show_help(struct cli *c)
{
	const struct flags *f = c->flags;

	if (f->man)
		help_man(&c->out, &flags_table);
	else if (f->help && f->command != FLAGS_NONE)
		help_command(&c->out, &flags_table, f->command);
	else if (f->command == FLAGS_NONE)
		help_all(&c->out, &flags_table);
	else
		return false;
	return true;
}

/* True when *e was told already. */
static bool
run(struct cli *c, struct err *e)
{
	int rc = show_help(c) ? 1 : find_config(c);

	if (rc == 1)
		return true;
	if (rc == 0) {
		rc = read_config(c, e);
		if (rc != 0) {
			c->status = STATUS_FAILED;
			return true;
		}
		rc = flags_apply(c->flags, &c->config, warn, c, e);
	}
	if (rc == 0 && config_bool(&c->config, CONFIG_DEBUG))
		c->log.level = LOG_DEBUG;
	if (rc == 0)
		rc = run_command(c, e);
	if (rc == 0)
		return true;
	c->status = rc == ERR_USAGE ? STATUS_USAGE : STATUS_FAILED;
	return e->code == ERR_CANCELLED;
}

static int
fail_usage(const struct flags *f, const struct err *e)
{
	bool known = f->command != FLAGS_NONE;

	(void)fprintf(stderr,
	              "Error: %s\nRun 'kubeshark %s%s--help' for "
	              "usage.\n",
	              e->text,
	              known ? flags_table.commands[f->command].name : "",
	              known ? " " : "");
	return STATUS_USAGE;
}

static void
finish_output(struct cli *c)
{
	int rc = term_flush(&c->out);

	/* A reader that has seen enough is no failure. */
	if (rc == 0 || rc == -EPIPE)
		return;
	CLI_SAY(c, ERROR, "the output cannot be written: %s", err_text(rc));
	c->status = STATUS_FAILED;
}

int
cli_main(int argc, char **argv)
{
	struct flags flags;
	struct cli c = { .argv0 = argv[0], .flags = &flags };
	struct err e = ERR_INIT;

	mem_share_heaps();
	/* A closed pipe is to be an error of write(), not our end. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (flags_parse(argc, argv, &e, &flags) != 0)
		return fail_usage(&flags, &e);
	log_init(&c.log, STDERR_FILENO, LOG_INFO, LOG_CONSOLE);
	term_init(&c.out, stdout);
	term_init(&c.err, stderr);
	if (config_init(&c.config) != 0) {
		CLI_SAY(&c, FATAL, "out of memory");
		c.status = STATUS_FAILED;
	} else if (!run(&c, &e)) {
		CLI_SAY(&c, ERROR, "%s", e.text);
	}
	finish_output(&c);
	config_release(&c.config);
	term_release(&c.out);
	term_release(&c.err);
	log_release(&c.log);
	if (c.signal != 0)
		interrupt_die(c.signal);
	return c.status;
}
