/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/completion.h"

#include <string.h>

#include "analyzer/cmd/options.h"

/* What to offer as an option's value. */
enum offer { OFFER_NOTHING, OFFER_WORDS, OFFER_FOLDERS };

static enum offer
offer_of(const struct option *row)
{
	if (row->argument == NULL)
		return OFFER_NOTHING;
	if (strcmp(row->argument, "DIR") == 0)
		return OFFER_FOLDERS;
	/* Words to choose from are in lower case. */
	return strchr(row->argument, '|') != NULL && row->argument[0] >= 'a'
	           ? OFFER_WORDS
	           : OFFER_NOTHING;
}

/* "a|b" as "a b". */
static void
put_words(struct term *t, const char *choices)
{
	for (const char *p = choices; *p != '\0'; p++)
		term_bytes(t, *p == '|' ? STR(" ") : str_make(p, 1));
}

static void
put_commands(struct term *t)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		term_printf(t, "%s%s", i > 0 ? " " : "",
		            options_commands[i].name);
}

/* "-j --jobs --json" of a command. */
static void
put_options(struct term *t, enum command_id command)
{
	const char *sep = "";

	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct option *row = &options_table[i];

		if (!option_shown((enum option_id)i, command))
			continue;
		if (row->letter != '\0') {
			term_printf(t, "%s-%c", sep, row->letter);
			sep = " ";
		}
		term_printf(t, "%s--%s", sep, row->name);
		sep = " ";
	}
}

/* ---- bash ---- */

static void
put_bash_values(struct term *t)
{
	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct option *row = &options_table[i];

		if (row->argument == NULL)
			continue;
		term_printf(t, "\t--%s", row->name);
		if (row->letter != '\0')
			term_printf(t, " | -%c", row->letter);
		term_printf(t, ")\n");
		if (offer_of(row) == OFFER_WORDS) {
			term_printf(t, "\t\twords='");
			put_words(t, row->argument);
			term_printf(t, "'\n\t\t;;\n");
		} else if (offer_of(row) == OFFER_FOLDERS) {
			term_printf(t, "\t\tcompopt -o dirnames\n"
			               "\t\treturn\n\t\t;;\n");
		} else {
			term_printf(t, "\t\treturn\n\t\t;;\n");
		}
	}
}

static void
put_bash(struct term *t)
{
	term_printf(t, "# SPDX-License-Identifier: Apache-2.0\n"
	               "# bash completion for analyzer; made by "
	               "'analyzer --completion bash'.\n"
	               "_analyzer()\n{\n"
	               "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	               "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	               "\tlocal words='' i\n\n"
	               "\tCOMPREPLY=()\n"
	               "\tcase $prev in\n");
	put_bash_values(t);
	term_printf(t, "\tesac\n"
	               "\tif [[ -z $words && $cur == -* ]]; then\n"
	               "\t\twords='");
	put_options(t, COMMAND_NONE);
	term_printf(t, "'\n\t\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	               "\t\t\tcase ${COMP_WORDS[i]} in\n");
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		term_printf(t, "\t\t\t%s) words='", options_commands[i].name);
		put_options(t, (enum command_id)i);
		term_printf(t, "' && break ;;\n");
	}
	term_printf(t, "\t\t\tesac\n\t\tdone\n"
	               "\telif [[ -z $words && $COMP_CWORD -eq 1 ]]; then\n"
	               "\t\twords='");
	put_commands(t);
	term_printf(t, "'\n\tfi\n"
	               "\t[[ -n $words ]] || return\n"
	               "\tmapfile -t COMPREPLY < "
	               "<(compgen -W \"$words\" -- \"$cur\")\n"
	               "}\n"
	               "complete -o default -F _analyzer analyzer\n");
}

/* ---- zsh ---- */

/* Text inside '...' and [...] of _arguments. */
static void
put_zsh_text(struct term *t, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'')
			term_printf(t, "'\\''");
		else if (*p == '[' || *p == ']' || *p == ':')
			term_printf(t, "\\%c", *p);
		else
			term_bytes(t, str_make(p, 1));
	}
}

static void
put_zsh_value(struct term *t, const struct option *row)
{
	if (row->argument == NULL)
		return;
	term_printf(t, ":");
	put_zsh_text(t, row->argument);
	if (offer_of(row) == OFFER_WORDS) {
		term_printf(t, ":(");
		put_words(t, row->argument);
		term_printf(t, ")");
	} else {
		term_printf(t, ":%s",
		            offer_of(row) == OFFER_FOLDERS ? "_directories"
		                                           : " ");
	}
}

static void
put_zsh_options(struct term *t, enum command_id command, const char *indent)
{
	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct option *row = &options_table[i];

		if (!option_shown((enum option_id)i, command))
			continue;
		if (row->letter != '\0')
			term_printf(t, "%s'(-%c --%s)'{-%c,--%s}'[", indent,
			            row->letter, row->name, row->letter,
			            row->name);
		else
			term_printf(t, "%s'--%s[", indent, row->name);
		put_zsh_text(t, row->help);
		term_printf(t, "]");
		put_zsh_value(t, row);
		term_printf(t, "' \\\n");
	}
}

static void
put_zsh(struct term *t)
{
	term_printf(t, "#compdef analyzer\n"
	               "# SPDX-License-Identifier: Apache-2.0\n"
	               "# zsh completion for analyzer; made by "
	               "'analyzer --completion zsh'.\n"
	               "local -a commands\ncommands=(\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		term_printf(t, "\t'%s:", options_commands[i].name);
		put_zsh_text(t, options_commands[i].summary);
		term_printf(t, "'\n");
	}
	term_printf(t, ")\n"
	               "if (( CURRENT == 2 )); then\n"
	               "\t_describe command commands\n"
	               "\t_arguments \\\n");
	put_zsh_options(t, COMMAND_NONE, "\t\t");
	term_printf(t, "\t\t'*:snapshot:_files'\n\treturn\nfi\n"
	               "case $words[2] in\n");
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		term_printf(t, "%s)\n\t_arguments \\\n",
		            options_commands[i].name);
		put_zsh_options(t, (enum command_id)i, "\t\t");
		term_printf(t, "\t\t'*:argument:_files'\n\t;;\n");
	}
	term_printf(t, "*)\n\t_files\n\t;;\nesac\n");
}

/* ---- fish ---- */

static void
put_fish_text(struct term *t, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'' || *p == '\\')
			term_printf(t, "\\");
		term_bytes(t, str_make(p, 1));
	}
}

/* When a row may be offered: after one of its commands. */
static void
put_fish_condition(struct term *t, unsigned commands)
{
	if ((commands >> COMMAND_NONE & 1) != 0) {
		term_printf(t, " -n '__fish_use_subcommand");
		if ((commands & ((1u << COMMAND_NONE) - 1)) != 0)
			term_printf(t, "; or true");
		term_printf(t, "'");
		return;
	}
	term_printf(t, " -n '__fish_seen_subcommand_from");
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		if ((commands >> i & 1) != 0)
			term_printf(t, " %s", options_commands[i].name);
	}
	term_printf(t, "'");
}

static void
put_fish(struct term *t)
{
	term_printf(t, "# SPDX-License-Identifier: Apache-2.0\n"
	               "# fish completion for analyzer; made by "
	               "'analyzer --completion fish'.\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		term_printf(t,
		            "complete -c analyzer -n __fish_use_subcommand "
		            "-a %s -d '",
		            options_commands[i].name);
		put_fish_text(t, options_commands[i].summary);
		term_printf(t, "'\n");
	}
	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct option *row = &options_table[i];

		if (row->help[0] == '\0')
			continue;
		term_printf(t, "complete -c analyzer");
		put_fish_condition(t, row->commands);
		if (row->letter != '\0')
			term_printf(t, " -s %c", row->letter);
		term_printf(t, " -l %s", row->name);
		if (offer_of(row) == OFFER_WORDS) {
			term_printf(t, " -x -a '");
			put_words(t, row->argument);
			term_printf(t, "'");
		} else if (row->argument != NULL) {
			term_printf(
			    t, offer_of(row) == OFFER_FOLDERS
				   ? " -x -a '(__fish_complete_directories)'"
				   : " -x");
		}
		term_printf(t, " -d '");
		put_fish_text(t, row->help);
		term_printf(t, "'\n");
	}
}

void
completion_print(struct term *t, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		put_bash(t);
	else if (strcmp(shell, "zsh") == 0)
		put_zsh(t);
	else
		put_fish(t);
}
