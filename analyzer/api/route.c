/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/route.h"

#include <stdio.h>
#include <string.h>

const struct route route_table[] = {
#define ROUTE(method, pattern, name, flags, params, summary) \
	{ ROUTE_##method, pattern, #name, flags, api_##name, params, summary },
#include "analyzer/api/routes.def"
	{ .pattern = NULL },
};

struct str
route_method_name(enum route_method m)
{
	static const char *const names[ROUTE_METHODS] = {
		[ROUTE_GET] = "get",
		[ROUTE_POST] = "post",
		[ROUTE_PUT] = "put",
		[ROUTE_DELETE] = "delete",
	};

	return str_from_c(names[m]);
}

/* As requests have it. */
static const char *const method_words[ROUTE_METHODS] = {
	[ROUTE_GET] = "GET",
	[ROUTE_POST] = "POST",
	[ROUTE_PUT] = "PUT",
	[ROUTE_DELETE] = "DELETE",
};

bool
route_method_of(struct str text, enum route_method *ret_method)
{
	*ret_method = ROUTE_GET;
	for (int m = 0; m < ROUTE_METHODS; m++) {
		if (!str_eq(text, str_from_c(method_words[m])))
			continue;
		*ret_method = (enum route_method)m;
		return true;
	}
	return str_eq(text, STR("HEAD"));
}

static bool
fits(struct str pattern, struct str path, struct str part[ROUTE_PARTS])
{
	struct str want, got;
	bool more = true, rest = true;
	size_t n = 0;

	while (more && rest) {
		more = str_split1(pattern, '/', &want, &pattern);
		rest = str_split1(path, '/', &got, &path);
		if (str_starts(want, STR("{"))) {
			if (got.n == 0 || n == ROUTE_PARTS)
				return false;
			part[n++] = got;
		} else if (!str_eq(want, got)) {
			return false;
		}
	}
	return more == rest;
}

const struct route *
route_find(enum route_method method, struct str path,
           struct str ret_part[ROUTE_PARTS], bool *ret_known)
{
	*ret_known = false;
	for (const struct route *r = route_table; r->pattern != NULL; r++) {
		if (!fits(str_from_c(r->pattern), path, ret_part))
			continue;
		*ret_known = true;
		if (r->method == method)
			return r;
	}
	return NULL;
}

void
route_allow(struct str path, char ret_text[ROUTE_ALLOW])
{
	struct str part[ROUTE_PARTS];
	size_t n = strlen("OPTIONS");
	bool known;

	memcpy(ret_text, "OPTIONS", n + 1);
	for (int m = 0; m < ROUTE_METHODS; m++) {
		if (route_find((enum route_method)m, path, part, &known))
			n += (size_t)snprintf(ret_text + n, ROUTE_ALLOW - n,
			                      ", %s%s", method_words[m],
			                      m == ROUTE_GET ? ", HEAD" : "");
	}
}
