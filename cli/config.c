/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <string.h>

#include "base/err.h"

/* All values together; the largest is a list of namespaces. */
#define CONFIG_MEMORY ((size_t)4 << 20)

enum { TEMPLATE_DEPTH = 8 };

struct key {
	const char *path;
	enum config_type type;
	const char *fallback;
	bool hidden;
};

static const struct key keys[] = {
#define KEY(id, path, type, fallback) \
	{ path, CONFIG_TYPE_##type, fallback, false },
#define HIDDEN(id, path, type, fallback) \
	{ path, CONFIG_TYPE_##type, fallback, true },
#include "cli/keys.def"
};

const char *
config_path(enum config_key key)
{
	return keys[key].path;
}

enum config_key
config_find(struct str path)
{
	unsigned i = 0;

	while (i < CONFIG_COUNT && !str_eq(path, str_from_c(keys[i].path)))
		i++;
	return (enum config_key)i;
}

bool
config_is_group(struct str path)
{
	for (unsigned i = 0; i < CONFIG_COUNT; i++) {
		struct str full = str_from_c(keys[i].path);

		if (full.n > path.n && str_starts(full, path) &&
		    full.p[path.n] == '.')
			return true;
	}
	return false;
}

enum config_type
config_type(enum config_key key)
{
	return keys[key].type;
}

const char *
config_kind(enum config_key key)
{
	static const char *const kinds[] = {
		[CONFIG_TYPE_STRING] = "string", [CONFIG_TYPE_BOOL] = "bool",
		[CONFIG_TYPE_UINT16] = "uint16", [CONFIG_TYPE_LIST] = "slice",
		[CONFIG_TYPE_MAP] = "map",
	};

	return kinds[keys[key].type];
}

/* ---- setting ---- */

/* As Go's ParseBool has it. */
static int
parse_bool(struct str s, struct str *ret)
{
	static const char *const no[] = { "0",     "f",     "F",
		                          "false", "FALSE", "False" };
	static const char *const yes[] = {
		"1", "t", "T", "true", "TRUE", "True"
	};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (str_eq(s, str_from_c(yes[i]))) {
			*ret = STR("true");
			return 0;
		}
		if (str_eq(s, str_from_c(no[i]))) {
			*ret = STR("false");
			return 0;
		}
	}
	return ERR_SYNTAX;
}

static int
check(enum config_type type, struct str *s)
{
	uint64_t number;

	/* Values are used as C strings. */
	if (str_find_char(*s, '\0') != s->n)
		return ERR_SYNTAX;
	if (type == CONFIG_TYPE_BOOL)
		return parse_bool(*s, s);
	if (type != CONFIG_TYPE_UINT16)
		return 0;
	if (str_u64(*s, &number) != 0 || number > UINT16_MAX)
		return ERR_SYNTAX;
	return 0;
}

int
config_put(struct config *c, enum config_key key, const struct str *items,
           size_t n, enum config_origin origin)
{
	enum config_type type = keys[key].type;
	bool many = type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_MAP;
	const char **copy;

	if (!many && n != 1)
		return ERR_SYNTAX;
	copy = arena_array(&c->arena, n, sizeof(*copy));
	for (size_t i = 0; i < n; i++) {
		struct str s = items[i];

		if (check(type, &s) != 0)
			return ERR_SYNTAX;
		s = arena_dup(&c->arena, s);
		if (copy != NULL)
			copy[i] = s.p;
	}
	if (arena_error(&c->arena) != 0)
		return arena_error(&c->arena);
	c->value[key] = (struct config_value){ copy, n, origin };
	return 0;
}

int
config_init(struct config *c)
{
	*c = (struct config){ .value = { { .n = 0 } } };
	arena_init(&c->arena, CONFIG_MEMORY, 0);
	for (unsigned i = 0; i < CONFIG_COUNT; i++) {
		struct str s = str_from_c(keys[i].fallback);
		bool many = keys[i].type == CONFIG_TYPE_LIST ||
		            keys[i].type == CONFIG_TYPE_MAP;
		int rc = config_put(c, (enum config_key)i, &s, many ? 0 : 1,
		                    CONFIG_DEFAULT);

		if (rc != 0) {
			config_release(c);
			return rc;
		}
	}
	return 0;
}

void
config_release(struct config *c)
{
	arena_release(&c->arena);
}

/* ---- asking ---- */

const char *
config_text(const struct config *c, enum config_key key)
{
	ENSURE(c->value[key].n == 1);
	return c->value[key].item[0];
}

bool
config_bool(const struct config *c, enum config_key key)
{
	return strcmp(config_text(c, key), "true") == 0;
}

uint16_t
config_port(const struct config *c, enum config_key key)
{
	uint64_t n;

	ENSURE(str_u64(str_from_c(config_text(c, key)), &n) == 0);
	return (uint16_t)n;
}

bool
config_given(const struct config *c, enum config_key key)
{
	return c->value[key].origin != CONFIG_DEFAULT;
}

/* ---- the template ---- */

/* A default as YAML writes it. */
static const char *
spell(const struct key *k)
{
	if (k->type == CONFIG_TYPE_LIST)
		return "[]";
	if (k->type == CONFIG_TYPE_MAP)
		return "{}";
	return k->fallback[0] == '\0' ? "\"\"" : k->fallback;
}

/*
 * One key below the groups it belongs to. Those that the key before it was in
 * as well, *open of them, are there already.
 */
static int
put_key(struct buf *b, const struct key *k, struct str group[TEMPLATE_DEPTH],
        size_t *open)
{
	struct str rest = str_from_c(k->path), part;
	size_t depth = 0;
	bool same = true;
	int rc = 0;

	while (str_split1(rest, '.', &part, &rest) && rc == 0) {
		ENSURE(depth < TEMPLATE_DEPTH);
		same = same && depth < *open && str_eq(group[depth], part);
		if (!same)
			rc = buf_printf(b, "%*s" STR_FMT ":\n", (int)depth * 2,
			                "", STR_ARG(part));
		group[depth++] = part;
	}
	*open = depth;
	if (rc == 0)
		rc = buf_printf(b, "%*s" STR_FMT ": %s\n", (int)depth * 2, "",
		                STR_ARG(part), spell(k));
	return rc;
}

int
config_template(struct buf *b)
{
	struct str group[TEMPLATE_DEPTH];
	size_t open = 0;
	int rc = 0;

	for (unsigned i = 0; i < CONFIG_COUNT && rc == 0; i++) {
		if (!keys[i].hidden)
			rc = put_key(b, &keys[i], group, &open);
	}
	return rc;
}
