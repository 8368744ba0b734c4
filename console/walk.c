/* SPDX-License-Identifier: Apache-2.0 */
#include "console/walk.h"

#include <string.h>

#include "base/err.h"

static size_t
find_long(const struct table *t, struct str name)
{
	size_t i = 0;

	while (i < t->noptions && !str_eq(str_from_c(t->options[i].name), name))
		i++;
	return i;
}

static size_t
find_letter(const struct walk *w, char letter)
{
	const struct table *t = w->table;
	size_t found = t->noptions;

	for (size_t i = t->noptions; i-- > 0;) {
		if (t->options[i].letter != letter)
			continue;
		if (table_has(t, i, w->command))
			return i;
		found = i;
	}
	return found;
}

static int
fail(struct walk *w, enum walk_fault fault)
{
	w->fault = fault;
	return ERR_USAGE;
}

static int
take_value(struct walk *w, char **ret_value)
{
	if (w->at == w->argc)
		return fail(w, WALK_WANTS_VALUE);
	*ret_value = w->argv[w->at++];
	return 0;
}

static int
walk_long(struct walk *w, char *arg, struct walk_found *ret_found)
{
	struct str value;
	bool given = str_split1(str_from_c(arg + 2), '=', &w->name, &value);
	size_t id = find_long(w->table, w->name);
	const struct table_option *row = &w->table->options[id];

	if (id == w->table->noptions)
		return fail(w, WALK_UNKNOWN);
	ret_found->option = id;
	ret_found->value = NULL;
	if (given && row->argument == NULL)
		return fail(w, WALK_NO_VALUE);
	/* The value is the tail of a C string, so it is one as well. */
	if (given)
		ret_found->value = arg + (strlen(arg) - value.n);
	else if (row->argument != NULL && !row->optional)
		return take_value(w, &ret_found->value);
	return 0;
}

static int
walk_letter(struct walk *w, struct walk_found *ret_found)
{
	char *arg = w->argv[w->at - 1];
	size_t id = find_letter(w, *w->cluster);
	const struct table_option *row = &w->table->options[id];
	const char *rest = w->cluster + 1;
	bool equals = *rest == '=';

	w->name = STR_NONE;
	w->letter = *w->cluster;
	if (id == w->table->noptions)
		return fail(w, WALK_UNKNOWN);
	ret_found->option = id;
	ret_found->value = NULL;
	w->cluster = *rest != '\0' ? rest : NULL;
	if (row->argument == NULL || (row->optional && !equals))
		return 0;
	w->cluster = NULL;
	if (*rest == '\0')
		return take_value(w, &ret_found->value);
	ret_found->value = arg + (strlen(arg) - strlen(rest)) + equals;
	return 0;
}

int
walk_next(struct walk *w, struct walk_found *ret_found)
{
	char *arg;
	int rc;

	if (w->cluster == NULL) {
		if (w->at == w->argc)
			return 0;
		arg = w->argv[w->at++];
		if (!w->plain && strcmp(arg, "--") == 0) {
			w->plain = true;
			return walk_next(w, ret_found);
		}
		if (w->plain || arg[0] != '-' || arg[1] == '\0') {
			ret_found->option = w->table->noptions;
			ret_found->value = arg;
			return 1;
		}
		if (arg[1] == '-') {
			rc = walk_long(w, arg, ret_found);
			return rc == 0 ? 1 : rc;
		}
		w->cluster = arg + 1;
	}
	rc = walk_letter(w, ret_found);
	return rc == 0 ? 1 : rc;
}
