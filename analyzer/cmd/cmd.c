/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/cmd.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/completion.h"
#include "console/help.h"
#include "console/interrupt.h"
#include "console/status.h"
#include "version.h"

/* ---- for the commands ---- */

static void
say(struct cmd *c, enum term_style style, const char *text)
{
	term_style(&c->err, TERM_BOLD);
	term_printf(&c->err, "analyzer: ");
	term_style(&c->err, TERM_PLAIN);
	term_style(&c->err, style);
	term_text(&c->err, str_from_c(text));
	term_style(&c->err, TERM_PLAIN);
	term_printf(&c->err, "\n");
	(void)term_flush(&c->err);
}

/* Something is lost, but the command goes on. */
static void
fail(struct cmd *c, const struct err *e)
{
	c->failed = true;
	/* A signal needs no words, its sender knows. */
	if (e->code != ERR_CANCELLED)
		say(c, TERM_BAD, e->text);
}

void
cmd_note(struct cmd *c, const char *fmt, ...)
{
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	(void)err_vset(&e, 0, fmt, ap);
	va_end(ap);
	say(c, TERM_PLAIN, e.text);
}

int
cmd_arguments(const struct cmd *c, size_t min, size_t max, struct err *e)
{
	const struct table_command *row =
	    &options_table.commands[c->opt->command];

	if (c->opt->nargs >= min && c->opt->nargs <= max)
		return 0;
	return err_set(e, ERR_USAGE, "%s wants %s; see 'analyzer help %s'",
	               row->name, row->args, row->name);
}

const char *
cmd_setting(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets it. */
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *
cmd_host(const struct options *o)
{
	const char *host = o->host != NULL ? o->host
	                                   : cmd_setting("ANALYZER_HOST");

	return host != NULL ? host : "127.0.0.1";
}

bool
cmd_stopped(const struct cmd *c)
{
	return c->place.signal != 0 || term_failed(&c->out);
}

/* Others show what is missing by themselves. */
static bool
wants_a_word(const struct options *o)
{
	return o->command == COMMAND_QUERY || o->command == COMMAND_SHOW ||
	       o->command == COMMAND_EXPORT || o->command == COMMAND_STREAMS;
}

bool
cmd_session(struct cmd *c, const char *input, struct session *ret_session)
{
	struct err e = ERR_INIT;

	if (cmd_stopped(c))
		return false;
	if (session_open(&c->place, c->opt, input, &c->err, &e, ret_session) !=
	    0) {
		fail(c, &e);
		return false;
	}
	c->partial |= ret_session->refused;
	if (ret_session->refused && wants_a_word(c->opt))
		cmd_note(c,
		         "%s: not all of it could be read; 'analyzer diag' "
		         "tells why",
		         input);
	if (ret_session->differs)
		cmd_note(c,
		         "%s: the index in the workspace differs from the one "
		         "made now; 'analyzer index --force' replaces it",
		         input);
	return true;
}

/* ---- the whole ---- */

static int
run_command(struct cmd *c, struct err *e)
{
	static int (*const run[])(struct cmd *, struct err *) = {
#define COMMAND(id, name, args, summary, text) cmd_##name,
#include "analyzer/cmd/options.def"
	};

	return run[c->opt->command](c, e);
}

static int
run(struct cmd *c, struct err *e)
{
	const struct options *o = c->opt;

	if (o->version) {
		term_printf(&c->out, "analyzer %s\n", VERSION_TEXT);
		return 0;
	}
	if (o->completion != NULL) {
		completion_print(&c->out, &options_table, o->completion);
		return 0;
	}
	if (o->man) {
		help_man(&c->out, &options_table);
		return 0;
	}
	if (o->help && o->command != COMMAND_NONE) {
		help_command(&c->out, &options_table, o->command);
		return 0;
	}
	if (o->help) {
		help_all(&c->out, &options_table);
		return 0;
	}
	if (o->command == COMMAND_NONE)
		return err_set(e, ERR_USAGE,
		               "a command or a snapshot is wanted; 'analyzer "
		               "help' lists the commands");
	return run_command(c, e);
}

/* A reader that has seen enough is no failure. */
static void
finish_output(struct cmd *c)
{
	int rc = term_flush(&c->out);
	struct err e = ERR_INIT;

	if (rc == 0 || rc == -EPIPE)
		return;
	(void)err_set(&e, rc, "the output cannot be written: %s", err_text(rc));
	fail(c, &e);
}

static enum status
status_of(const struct cmd *c, bool usage)
{
	if (usage)
		return STATUS_USAGE;
	if (c->failed)
		return STATUS_FAILED;
	if (c->findings)
		return STATUS_FINDINGS;
	return c->partial ? STATUS_PARTIAL : STATUS_OK;
}

int
cmd_main(int argc, char **argv)
{
	struct options options;
	struct cmd c = { .opt = &options };
	struct err e = ERR_INIT;
	bool usage;
	int rc;

	mem_share_heaps();
	/* A closed pipe is to be an error of fwrite(), not our end. */
	(void)signal(SIGPIPE, SIG_IGN);
#ifdef SIGXFSZ
	/* Nor a file that grows too long (ulimit -f), of write(). */
	(void)signal(SIGXFSZ, SIG_IGN);
#endif
	term_init(&c.out, stdout);
	term_init(&c.err, stderr);
	rc = options_parse(argc, argv, &e, &options);
	if (rc == 0)
		rc = run(&c, &e);
	usage = rc == ERR_USAGE;
	/* What was printed so far comes before what went wrong. */
	finish_output(&c);
	if (rc != 0 && rc != -EPIPE)
		fail(&c, &e);
	session_place_release(&c.place);
	term_release(&c.out);
	term_release(&c.err);
	if (c.place.signal != 0)
		interrupt_die(c.place.signal);
	return (int)status_of(&c, usage);
}
