/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark version, completion and help: what the program is. */
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "console/completion.h"
#include "console/help.h"
#include "version.h"

int
cli_version(struct cli *c, struct err *e)
{
	char when[CLOCK_TEXT_MAX];
	int rc = cli_arguments(c, 0, e);

	if (rc != 0)
		return rc;
	if (!config_bool(&c->config, CONFIG_DEBUG)) {
		term_printf(&c->out, "%s\n", VERSION_TEXT);
		return 0;
	}
	CLI_SAY(c, DEBUG, "version=%s branch=%s commit-hash=%s build-time=%s",
	        VERSION_TEXT, VERSION_BRANCH, VERSION_COMMIT,
	        clock_format(VERSION_EPOCH * CLOCK_SEC, when).p);
	return 0;
}

int
cli_completion(struct cli *c, struct err *e)
{
	const char *choices = flags_table.commands[FLAGS_COMPLETION].args;

	if (c->flags->nargs != 1 ||
	    !table_is_choice(choices, c->flags->args[0]))
		return err_set(e, ERR_USAGE, "one of %s is wanted", choices);
	completion_print(&c->out, &flags_table, c->flags->args[0]);
	return 0;
}

int
cli_help(struct cli *c, struct err *e)
{
	const char *topic = c->flags->nargs > 0 ? c->flags->args[0] : NULL;
	size_t command;
	int rc = cli_arguments(c, 1, e);

	if (rc != 0)
		return rc;
	if (topic == NULL) {
		help_all(&c->out, &flags_table);
		return 0;
	}
	if (strcmp(topic, "limits") == 0) {
		help_limits(&c->out, &flags_table);
		return 0;
	}
	command = table_command(&flags_table, topic);
	if (command == FLAGS_NONE)
		return err_set(e, ERR_USAGE,
		               "unknown command \"%s\" for \"kubeshark\"",
		               topic);
	help_command(&c->out, &flags_table, command);
	return 0;
}
