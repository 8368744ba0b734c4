/* SPDX-License-Identifier: Apache-2.0 */
#include "console/completion.h"

#include <string.h>

#include "base/str.h"

/* What to offer as an option's value. */
enum offer { OFFER_NOTHING, OFFER_WORDS, OFFER_FOLDERS };

/* Is the argument a word out of some? Those are in lower case. */
static bool
is_choice(const char *argument)
{
	return strchr(argument, '|') != NULL && argument[0] >= 'a';
}

static enum offer
offer_of(const struct table_option *row)
{
	if (strcmp(row->argument, "DIR") == 0)
		return OFFER_FOLDERS;
	return is_choice(row->argument) ? OFFER_WORDS : OFFER_NOTHING;
}

/* Is the next word its value? */
static bool
takes_word(const struct table_option *row)
{
	return row->argument != NULL && !row->optional;
}

/* "a|b" as "a b". */
static void
put_words(struct term *out, const char *choices)
{
	for (const char *p = choices; *p != '\0'; p++)
		term_bytes(out, *p == '|' ? STR(" ") : str_make(p, 1));
}

static void
put_commands(struct term *out, const struct table *t)
{
	for (size_t i = 0; i < t->ncommands; i++)
		term_printf(out, "%s%s", i > 0 ? " " : "", t->commands[i].name);
}

/* "-j --jobs --json" of a command. */
static void
put_options(struct term *out, const struct table *t, size_t command)
{
	const char *sep = "";

	for (size_t i = 0; i < t->noptions; i++) {
		const struct table_option *row = &t->options[i];

		if (!table_shows(t, i, command))
			continue;
		if (row->letter != '\0') {
			term_printf(out, "%s-%c", sep, row->letter);
			sep = " ";
		}
		term_printf(out, "%s--%s", sep, row->name);
		sep = " ";
	}
}

/* ---- bash ---- */

static void
put_bash_values(struct term *out, const struct table *t)
{
	for (size_t i = 0; i < t->noptions; i++) {
		const struct table_option *row = &t->options[i];

		if (!takes_word(row))
			continue;
		term_printf(out, "\t--%s", row->name);
		if (row->letter != '\0')
			term_printf(out, " | -%c", row->letter);
		term_printf(out, ")\n");
		if (offer_of(row) == OFFER_WORDS) {
			term_printf(out, "\t\twords='");
			put_words(out, row->argument);
			term_printf(out, "'\n\t\t;;\n");
		} else if (offer_of(row) == OFFER_FOLDERS) {
			term_printf(out, "\t\tcompopt -o dirnames\n"
			                 "\t\treturn\n\t\t;;\n");
		} else {
			term_printf(out, "\t\treturn\n\t\t;;\n");
		}
	}
}

/* Commands whose argument is one of some words. */
static void
put_bash_choices(struct term *out, const struct table *t)
{
	for (size_t i = 0; i < t->ncommands; i++) {
		if (!is_choice(t->commands[i].args))
			continue;
		term_printf(out,
		            "\telif [[ -z $words && ${COMP_WORDS[1]} == %s "
		            "]]; then\n\t\twords='",
		            t->commands[i].name);
		put_words(out, t->commands[i].args);
		term_printf(out, "'\n");
	}
}

static void
put_bash(struct term *out, const struct table *t)
{
	term_printf(out,
	            "# SPDX-License-Identifier: Apache-2.0\n"
	            "# bash completion for %s; made by '%s bash'.\n"
	            "_%s()\n{\n"
	            "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	            "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	            "\tlocal words='' i\n\n"
	            "\tCOMPREPLY=()\n"
	            "\tcase $prev in\n",
	            t->program, t->completion, t->program);
	put_bash_values(out, t);
	term_printf(out, "\tesac\n"
	                 "\tif [[ -z $words && $cur == -* ]]; then\n"
	                 "\t\twords='");
	put_options(out, t, t->ncommands);
	term_printf(out, "'\n\t\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	                 "\t\t\tcase ${COMP_WORDS[i]} in\n");
	for (size_t i = 0; i < t->ncommands; i++) {
		term_printf(out, "\t\t\t%s) words='", t->commands[i].name);
		put_options(out, t, i);
		term_printf(out, "' && break ;;\n");
	}
	term_printf(out, "\t\t\tesac\n\t\tdone\n"
	                 "\telif [[ -z $words && $COMP_CWORD -eq 1 ]]; then\n"
	                 "\t\twords='");
	put_commands(out, t);
	term_printf(out, "'\n");
	put_bash_choices(out, t);
	term_printf(out,
	            "\tfi\n"
	            "\t[[ -n $words ]] || return\n"
	            "\tmapfile -t COMPREPLY < "
	            "<(compgen -W \"$words\" -- \"$cur\")\n"
	            "}\n"
	            "complete -o default -F _%s %s\n",
	            t->program, t->program);
}

/* ---- zsh ---- */

/* Text inside '...' and [...] of _arguments. */
static void
put_zsh_text(struct term *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'')
			term_printf(out, "'\\''");
		else if (*p == '[' || *p == ']' || *p == ':')
			term_printf(out, "\\%c", *p);
		else
			term_bytes(out, str_make(p, 1));
	}
}

static void
put_zsh_value(struct term *out, const struct table_option *row)
{
	if (!takes_word(row))
		return;
	term_printf(out, ":");
	put_zsh_text(out, row->argument);
	if (offer_of(row) == OFFER_WORDS) {
		term_printf(out, ":(");
		put_words(out, row->argument);
		term_printf(out, ")");
	} else {
		term_printf(out, ":%s",
		            offer_of(row) == OFFER_FOLDERS ? "_directories"
		                                           : " ");
	}
}

static void
put_zsh_options(struct term *out, const struct table *t, size_t command,
                const char *indent)
{
	for (size_t i = 0; i < t->noptions; i++) {
		const struct table_option *row = &t->options[i];

		if (!table_shows(t, i, command))
			continue;
		if (row->letter != '\0')
			term_printf(out, "%s'(-%c --%s)'{-%c,--%s}'[", indent,
			            row->letter, row->name, row->letter,
			            row->name);
		else
			term_printf(out, "%s'--%s[", indent, row->name);
		put_zsh_text(out, row->help);
		term_printf(out, "]");
		put_zsh_value(out, row);
		term_printf(out, "' \\\n");
	}
}

static void
put_zsh_argument(struct term *out, const char *args)
{
	if (!is_choice(args)) {
		term_printf(out, "\t\t'*:argument:_files'\n");
		return;
	}
	term_printf(out, "\t\t'1:argument:(");
	put_words(out, args);
	term_printf(out, ")'\n");
}

static void
put_zsh(struct term *out, const struct table *t)
{
	term_printf(out,
	            "#compdef %s\n"
	            "# SPDX-License-Identifier: Apache-2.0\n"
	            "# zsh completion for %s; made by '%s zsh'.\n"
	            "local -a commands\ncommands=(\n",
	            t->program, t->program, t->completion);
	for (size_t i = 0; i < t->ncommands; i++) {
		term_printf(out, "\t'%s:", t->commands[i].name);
		put_zsh_text(out, t->commands[i].summary);
		term_printf(out, "'\n");
	}
	term_printf(out, ")\n"
	                 "if (( CURRENT == 2 )); then\n"
	                 "\t_describe command commands\n"
	                 "\t_arguments \\\n");
	put_zsh_options(out, t, t->ncommands, "\t\t");
	term_printf(out, "\t\t'*:snapshot:_files'\n\treturn\nfi\n"
	                 "case $words[2] in\n");
	for (size_t i = 0; i < t->ncommands; i++) {
		term_printf(out, "%s)\n\t_arguments \\\n", t->commands[i].name);
		put_zsh_options(out, t, i, "\t\t");
		put_zsh_argument(out, t->commands[i].args);
		term_printf(out, "\t;;\n");
	}
	term_printf(out, "*)\n\t_files\n\t;;\nesac\n");
}

/* ---- fish ---- */

static void
put_fish_text(struct term *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'' || *p == '\\')
			term_printf(out, "\\");
		term_bytes(out, str_make(p, 1));
	}
}

/* When a row may be offered: after one of its commands. */
static void
put_fish_condition(struct term *out, const struct table *t, unsigned commands)
{
	if ((commands >> t->ncommands & 1) != 0) {
		term_printf(out, " -n '__fish_use_subcommand");
		if ((commands & ((1u << t->ncommands) - 1)) != 0)
			term_printf(out, "; or true");
		term_printf(out, "'");
		return;
	}
	term_printf(out, " -n '__fish_seen_subcommand_from");
	for (size_t i = 0; i < t->ncommands; i++) {
		if ((commands >> i & 1) != 0)
			term_printf(out, " %s", t->commands[i].name);
	}
	term_printf(out, "'");
}

static void
put_fish(struct term *out, const struct table *t)
{
	term_printf(out,
	            "# SPDX-License-Identifier: Apache-2.0\n"
	            "# fish completion for %s; made by '%s fish'.\n",
	            t->program, t->completion);
	for (size_t i = 0; i < t->ncommands; i++) {
		term_printf(out,
		            "complete -c %s -n __fish_use_subcommand "
		            "-a %s -d '",
		            t->program, t->commands[i].name);
		put_fish_text(out, t->commands[i].summary);
		term_printf(out, "'\n");
	}
	for (size_t i = 0; i < t->noptions; i++) {
		const struct table_option *row = &t->options[i];

		if (row->help[0] == '\0')
			continue;
		term_printf(out, "complete -c %s", t->program);
		put_fish_condition(out, t, row->commands);
		if (row->letter != '\0')
			term_printf(out, " -s %c", row->letter);
		term_printf(out, " -l %s", row->name);
		if (!takes_word(row)) {
			/* Nothing follows. */
		} else if (offer_of(row) == OFFER_WORDS) {
			term_printf(out, " -x -a '");
			put_words(out, row->argument);
			term_printf(out, "'");
		} else {
			term_printf(
			    out, offer_of(row) == OFFER_FOLDERS
				     ? " -x -a '(__fish_complete_directories)'"
				     : " -x");
		}
		term_printf(out, " -d '");
		put_fish_text(out, row->help);
		term_printf(out, "'\n");
	}
}

void
completion_print(struct term *out, const struct table *t, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		put_bash(out, t);
	else if (strcmp(shell, "zsh") == 0)
		put_zsh(out, t);
	else
		put_fish(out, t);
}
