/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer help: what console/help.h makes of our table. */
#include "console/help.h"

#include <string.h>

#include "analyzer/cmd/cmd.h"

int
cmd_help(struct cmd *c, struct err *e)
{
	const char *topic = c->opt->nargs > 0 ? c->opt->args[0] : NULL;
	size_t command;

	if (c->opt->nargs > 1)
		return cmd_arguments(c, 0, 1, e);
	if (topic == NULL) {
		help_all(&c->out, &options_table);
		return 0;
	}
	if (strcmp(topic, "limits") == 0) {
		help_limits(&c->out, &options_table);
		return 0;
	}
	command = table_command(&options_table, topic);
	if (command == COMMAND_NONE)
		return err_set(e, ERR_USAGE,
		               "there is no command '%s'; 'analyzer help' "
		               "lists them",
		               topic);
	help_command(&c->out, &options_table, command);
	return 0;
}
