/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/set.h"

#include <stdarg.h>
#include <stdbool.h>

#include "base/err.h"
#include "cli/csv.h"

struct pair {
	struct str name;
	struct str value;
	bool done;
};

struct pairs {
	struct pair *p;
	size_t n;
};

PRINTF_LIKE(2, 3)
static void
tell(const struct set_warn *warn, const char *fmt, ...)
{
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	(void)err_vset(&e, 0, fmt, ap);
	va_end(ap);
	warn->tell(warn->ctx, e.text);
}

/* The pairs of one text, added to those there are. */
static int
gather(struct arena *a, struct str text, const struct set_warn *warn,
       struct pairs *all)
{
	struct str *field;
	struct pair *p;
	size_t n = 0;
	int rc = csv_split(a, text, &field, &n);

	if (rc == ERR_SYNTAX) {
		tell(warn,
		     "Ignoring set argument " STR_FMT
		     " (its quotes are in the wrong place)",
		     STR_ARG(text));
		return 0;
	}
	if (rc != 0)
		return rc;
	p = arena_array(a, all->n + n + 1, sizeof(*p));
	if (p == NULL)
		return arena_error(a);
	for (size_t i = 0; i < all->n; i++)
		p[i] = all->p[i];
	all->p = p;
	for (size_t i = 0; i < n; i++) {
		struct pair *to = &p[all->n];

		if (str_split1(field[i], '=', &to->name, &to->value))
			all->n++;
		else
			tell(warn,
			     "Ignoring set argument " STR_FMT
			     " (set argument format: <flag name>=<flag value>)",
			     STR_ARG(field[i]));
	}
	return 0;
}

/* "a,b" for a message. */
static struct str
join(struct arena *a, const struct str *value, size_t n)
{
	struct str all = value[0];

	for (size_t i = 1; i < n; i++)
		all = arena_printf(a, STR_FMT "," STR_FMT, STR_ARG(all),
		                   STR_ARG(value[i]));
	return all;
}

/* All the values that one key was given. */
static int
put(struct config *config, struct str name, const struct str *value, size_t n,
    const struct set_warn *warn)
{
	enum config_key key = config_find(name);
	struct str all;
	int rc;

	if (key == CONFIG_COUNT || config_type(key) == CONFIG_TYPE_MAP) {
		tell(warn, "flag \"" STR_FMT "\" not found", STR_ARG(name));
		return 0;
	}
	rc = config_put(config, key, value, n, CONFIG_FLAG);
	if (rc != ERR_SYNTAX)
		return rc;
	all = join(&config->arena, value, n);
	tell(warn,
	     "invalid value%s " STR_FMT " for flag name " STR_FMT
	     ", expected %s",
	     n > 1 ? "s" : "", STR_ARG(all), STR_ARG(name), config_kind(key));
	return 0;
}

int
set_apply(struct config *config, const char *const *texts, size_t n,
          const struct set_warn *warn)
{
	struct arena *a = &config->arena;
	struct pairs all = { NULL, 0 };
	struct str *value;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = gather(a, str_from_c(texts[i]), warn, &all);
	if (rc != 0)
		return rc;
	value = arena_array(a, all.n + 1, sizeof(*value));
	if (value == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < all.n && rc == 0; i++) {
		size_t count = 0;

		for (size_t k = i; k < all.n && !all.p[i].done; k++) {
			if (!str_eq(all.p[k].name, all.p[i].name))
				continue;
			value[count++] = all.p[k].value;
			all.p[k].done = k > i;
		}
		if (count > 0)
			rc = put(config, all.p[i].name, value, count, warn);
	}
	return rc;
}
