/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/help.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/cmd/cmd.h"

enum {
	HELP_WIDTH = 78,
	HELP_LABEL = 128, /* bytes of "-x, --long ARGUMENT" */
	HELP_INDENT = 8,
};

struct help_limit {
	const char *name;
	uint64_t value;
	const char *unit;
	const char *why;
};

static const struct help_limit limits[] = {
#define LIMIT(field, option, value, unit, why) { option, value, unit, why },
#include "analyzer/api/limits.def"
#include "analyzer/export/limits.def"
#include "analyzer/net/limits.def"
#include "analyzer/proto/limits.def"
#include "snapshot/limits.def"
#undef LIMIT
};

/* ---- text ---- */

/* Words of `text` in lines of HELP_WIDTH, each after `indent` spaces. */
static void
put_wrapped(struct term *t, size_t indent, const char *text)
{
	struct str rest = str_from_c(text), word;
	size_t column = 0;
	bool more = rest.n > 0;

	while (more) {
		more = str_split1(rest, ' ', &word, &rest);
		if (column > 0 && column + 1 + word.n > HELP_WIDTH) {
			term_printf(t, "\n");
			column = 0;
		}
		if (column == 0) {
			term_printf(t, "%*s", (int)indent, "");
			column = indent;
		} else {
			term_printf(t, " ");
			column++;
		}
		term_bytes(t, word);
		column += word.n;
	}
	term_printf(t, "\n");
}

static void
format_option(const struct option *row, char out[HELP_LABEL])
{
	char letter[] = "    ";

	if (row->letter != '\0') {
		letter[0] = '-';
		letter[1] = row->letter;
		letter[2] = ',';
	}
	(void)snprintf(out, HELP_LABEL, "%s--%s%s%s", letter, row->name,
	               row->argument != NULL ? " " : "",
	               row->argument != NULL ? row->argument : "");
}

static void
put_options(struct term *t, enum command_id command)
{
	char label[HELP_LABEL];

	term_printf(t, "\nOptions:\n");
	for (unsigned i = 0; i < OPTION_END; i++) {
		if (!option_shown((enum option_id)i, command))
			continue;
		format_option(&options_table[i], label);
		term_printf(t, "  %s\n", label);
		put_wrapped(t, HELP_INDENT, options_table[i].help);
	}
}

static void
put_statuses(struct term *t)
{
	term_printf(
	    t, "\nExit status: 0 fine, 1 findings, 2 usage, 3 it could not be "
	       "done,\n4 part of the input was unreadable, refused or over a "
	       "limit.\n");
}

void
help_all(struct term *t)
{
	term_printf(t, "Usage: analyzer COMMAND [OPTION...] [ARGUMENT...]\n"
	               "       analyzer SNAPSHOT...\n\n"
	               "Opens snapshots of the network traffic of a Kubernetes "
	               "cluster, offline.\n"
	               "A snapshot is an archive, a folder, or a capture file "
	               "(pcap, pcapng); - is\nstandard input.\n"
	               "\nCommands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		term_printf(t, "  %-9s %s\n", options_commands[i].name,
		            options_commands[i].summary);
	put_options(t, COMMAND_NONE);
	term_printf(t, "\n'analyzer help COMMAND' tells its options, 'analyzer "
	               "help limits' the limits.\n");
	put_statuses(t);
}

void
help_command(struct term *t, enum command_id id)
{
	const struct option_command *row = &options_commands[id];

	term_printf(t, "Usage: analyzer %s [OPTION...]%s%s\n\n", row->name,
	            row->args[0] != '\0' ? " " : "", row->args);
	put_wrapped(t, 0, row->text);
	put_options(t, id);
	put_statuses(t);
}

static void
help_limits(struct term *t)
{
	term_printf(t,
	            "Limits, set with --limit NAME=VALUE. An index made with "
	            "other limits is another\nindex. What is over a limit "
	            "is told by 'analyzer diag'.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		term_printf(t, "  %s=%" PRIu64 " (%s)\n", limits[i].name,
		            limits[i].value, limits[i].unit);
		put_wrapped(t, HELP_INDENT, limits[i].why);
	}
}

int
cmd_help(struct cmd *c, struct err *e)
{
	const char *topic = c->opt->nargs > 0 ? c->opt->args[0] : NULL;
	enum command_id id;

	if (c->opt->nargs > 1)
		return cmd_arguments(c, 0, 1, e);
	if (topic == NULL) {
		help_all(&c->out);
		return 0;
	}
	if (strcmp(topic, "limits") == 0) {
		help_limits(&c->out);
		return 0;
	}
	id = options_command(topic);
	if (id == COMMAND_NONE)
		return err_set(e, ERR_USAGE,
		               "there is no command '%s'; 'analyzer help' "
		               "lists them",
		               topic);
	help_command(&c->out, id);
	return 0;
}

/* ---- the man page ---- */

static void
put_roff_word(struct term *t, struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		struct str rest = str_tail(word, i);

		if (str_starts(rest, STR("--"))) {
			term_printf(t, "\\-\\-");
			i++;
		} else if (word.p[i] == '\\') {
			term_printf(t, "\\e");
		} else {
			term_bytes(t, str_head(rest, 1));
		}
	}
}

/* Each sentence begins a line, as mdoc likes it. */
static void
put_roff(struct term *t, const char *text)
{
	struct str rest = str_from_c(text), word;
	size_t column = 0;
	bool more = rest.n > 0;

	while (more) {
		more = str_split1(rest, ' ', &word, &rest);
		if (column > 0 && column + 1 + word.n > HELP_WIDTH - 4)
			column = 0;
		term_printf(t, "%s", column > 0 ? " " : "\n");
		/* At the start of a line these would be a request. */
		if (column == 0 && (word.p[0] == '.' || word.p[0] == '\''))
			term_printf(t, "\\&");
		put_roff_word(t, word);
		column += 1 + word.n;
		if (str_ends(word, STR(".")) || str_ends(word, STR(".)")))
			column = 0;
	}
	term_printf(t, "\n");
}

static void
put_man_command(struct term *t, enum command_id command)
{
	const struct option_command *row = &options_commands[command];

	term_printf(t, ".It Ic %s", row->name);
	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct option *o = &options_table[i];

		if (!option_shown((enum option_id)i, command))
			continue;
		term_printf(t, " Oo Fl -%s%s%s Oc", o->name,
		            o->argument != NULL ? " Ar " : "",
		            o->argument != NULL ? o->argument : "");
	}
	if (row->args[0] != '\0')
		term_printf(t, " Ar %s", row->args);
	put_roff(t, row->summary);
	term_printf(t, ".Pp");
	put_roff(t, row->text);
}

void
help_man(struct term *t)
{
	term_printf(t, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		put_man_command(t, (enum command_id)i);
	term_printf(t, ".El\n.Sh OPTIONS\n.Bl -tag -width Ds\n");
	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct option *row = &options_table[i];

		if (row->help[0] == '\0')
			continue;
		term_printf(t, ".It ");
		if (row->letter != '\0')
			term_printf(t, "Fl %c , ", row->letter);
		term_printf(t, "Fl -%s%s%s", row->name,
		            row->argument != NULL ? " Ar " : "",
		            row->argument != NULL ? row->argument : "");
		put_roff(t, row->help);
	}
	term_printf(t, ".El\n.Sh LIMITS\n"
	               "Set with\n.Fl -limit Ar NAME Ns = Ns Ar VALUE .\n"
	               ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		term_printf(t, ".It Cm %s Ns = Ns %" PRIu64 " No ( %s )",
		            limits[i].name, limits[i].value, limits[i].unit);
		put_roff(t, limits[i].why);
	}
	term_printf(t, ".El\n");
}
