/* SPDX-License-Identifier: Apache-2.0 */
#include "console/help.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"

enum {
	HELP_WIDTH = 78,
	HELP_LABEL = 128, /* bytes of "-x, --long ARGUMENT" */
	HELP_INDENT = 8,
	HELP_TEXT = 1024, /* bytes of an option's help with its default */
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

/* "-x, --long ARGUMENT", or "--long[=ARGUMENT]" when it may be left out. */
static void
format_option(const struct table_option *row, char out[HELP_LABEL])
{
	const char *argument = row->argument != NULL ? row->argument : "";
	char letter[] = "    ";

	if (row->letter != '\0') {
		letter[0] = '-';
		letter[1] = row->letter;
		letter[2] = ',';
	}
	if (row->optional)
		(void)snprintf(out, HELP_LABEL, "%s--%s[=%s]", letter,
		               row->name, argument);
	else
		(void)snprintf(out, HELP_LABEL, "%s--%s%s%s", letter, row->name,
		               *argument != '\0' ? " " : "", argument);
}

/* The help with what the option is unless given. */
static void
format_help(const struct table_option *row, char out[HELP_TEXT])
{
	if (row->fallback == NULL)
		(void)snprintf(out, HELP_TEXT, "%s", row->help);
	else
		(void)snprintf(out, HELP_TEXT, "%s (default %s)", row->help,
		               row->fallback);
}

static void
put_options(struct term *out, const struct table *t, size_t command)
{
	char label[HELP_LABEL], text[HELP_TEXT];

	term_printf(out, "\nOptions:\n");
	for (size_t i = 0; i < t->noptions; i++) {
		if (!table_shows(t, i, command))
			continue;
		format_option(&t->options[i], label);
		format_help(&t->options[i], text);
		term_printf(out, "  %s\n", label);
		put_wrapped(out, HELP_INDENT, text);
	}
}

static void
put_statuses(struct term *out)
{
	term_printf(
	    out,
	    "\nExit status: 0 fine, 1 findings, 2 usage, 3 it could not be "
	    "done,\n4 part of the input was unreadable, refused or over a "
	    "limit.\n");
}

/* Columns of the longest name of a command. */
static int
name_width(const struct table *t)
{
	size_t width = 0;

	for (size_t i = 0; i < t->ncommands; i++) {
		size_t n = strlen(t->commands[i].name);

		width = n > width ? n : width;
	}
	return (int)width;
}

void
help_all(struct term *out, const struct table *t)
{
	int width = name_width(t);

	term_printf(out, "Usage: %s\n\n%s\n\nCommands:\n", t->usage, t->about);
	for (size_t i = 0; i < t->ncommands; i++)
		term_printf(out, "  %-*s  %s\n", width, t->commands[i].name,
		            t->commands[i].summary);
	put_options(out, t, t->ncommands);
	term_printf(out, "\n%s\n", t->more);
	put_statuses(out);
}

void
help_command(struct term *out, const struct table *t, size_t command)
{
	const struct table_command *row = &t->commands[command];

	term_printf(out, "Usage: %s %s [OPTION...]%s%s\n\n", t->program,
	            row->name, *row->args != '\0' ? " " : "", row->args);
	put_wrapped(out, 0, row->text);
	put_options(out, t, command);
	put_statuses(out);
}

void
help_limits(struct term *out, const struct table *t)
{
	term_printf(out, "Limits, set with --limit NAME=VALUE. %s\n\n",
	            t->limits_about);
	for (size_t i = 0; i < t->nlimits; i++) {
		const struct table_limit *l = &t->limits[i];

		term_printf(out, "  %s=%" PRIu64 " (%s)\n", l->name, l->value,
		            l->unit);
		put_wrapped(out, HELP_INDENT, l->why);
	}
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

/* What parts an option from its argument. */
static const char *
argument_macro(const struct table_option *row)
{
	if (row->argument == NULL)
		return "";
	return row->optional ? " Ns = Ns Ar " : " Ar ";
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
put_man_command(struct term *out, const struct table *t, size_t command)
{
	const struct table_command *row = &t->commands[command];

	term_printf(out, ".It Ic %s", row->name);
	for (size_t i = 0; i < t->noptions; i++) {
		const struct table_option *o = &t->options[i];

		if (!table_shows(t, i, command))
			continue;
		term_printf(out, " Oo Fl -%s%s%s Oc", o->name,
		            argument_macro(o),
		            o->argument != NULL ? o->argument : "");
	}
	if (*row->args != '\0')
		term_printf(out, " Ar %s", row->args);
	put_roff(out, row->summary);
	term_printf(out, ".Pp");
	put_roff(out, row->text);
}

static void
put_man_option(struct term *out, const struct table_option *row)
{
	char text[HELP_TEXT];

	term_printf(out, ".It ");
	if (row->letter != '\0')
		term_printf(out, "Fl %c , ", row->letter);
	term_printf(out, "Fl -%s%s%s", row->name, argument_macro(row),
	            row->argument != NULL ? row->argument : "");
	format_help(row, text);
	put_roff(out, text);
}

void
help_man(struct term *out, const struct table *t)
{
	term_printf(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < t->ncommands; i++)
		put_man_command(out, t, i);
	term_printf(out, ".El\n.Sh OPTIONS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < t->noptions; i++) {
		if (t->options[i].help[0] != '\0')
			put_man_option(out, &t->options[i]);
	}
	term_printf(out, ".El\n.Sh LIMITS\n"
	                 "Set with\n.Fl -limit Ar NAME Ns = Ns Ar VALUE .\n"
	                 ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < t->nlimits; i++) {
		const struct table_limit *l = &t->limits[i];

		term_printf(out, ".It Cm %s Ns = Ns %" PRIu64 " No ( %s )",
		            l->name, l->value, l->unit);
		put_roff(out, l->why);
	}
	term_printf(out, ".El\n");
}
