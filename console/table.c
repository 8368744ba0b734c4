/* SPDX-License-Identifier: Apache-2.0 */
#include "console/table.h"

#include <string.h>

#include "base/str.h"

size_t
table_command(const struct table *t, const char *name)
{
	size_t i = 0;

	while (i < t->ncommands && strcmp(t->commands[i].name, name) != 0)
		i++;
	return i;
}

bool
table_is_choice(const char *choices, const char *value)
{
	struct str rest = str_from_c(choices), word;
	bool more = true;

	while (more) {
		more = str_split1(rest, '|', &word, &rest);
		if (str_eq(word, str_from_c(value)))
			return true;
	}
	return false;
}
