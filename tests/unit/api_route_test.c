/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/route.h"

#include "tests/tap/tap.h"

static const struct route *
find(enum route_method m, const char *path, bool *ret_known)
{
	struct str part[ROUTE_PARTS];

	return route_find(m, str_make(path, strlen(path)), part, ret_known);
}

/* Every row can be reached by its own pattern, with its names as parts. */
static void
test_reachable(void)
{
	struct str part[ROUTE_PARTS];
	bool found = true, known;

	for (const struct route *r = route_table; r->pattern != NULL; r++)
		found &= route_find(r->method, str_from_c(r->pattern), part,
		                    &known) == r;
	ok(found, "no row hides another");
}

static void
test_strangers(void)
{
	enum route_method m;
	bool known;

	ok(find(ROUTE_GET, "/livez", &known) != NULL && known, "a path");
	ok(find(ROUTE_DELETE, "/scripts/3", &known) != NULL &&
	       find(ROUTE_PUT, "/scripts/3", &known) != NULL &&
	       find(ROUTE_GET, "/scripts/3", &known) == NULL && known,
	   "methods of one path");
	ok(route_method_of(STR("PUT"), &m) && m == ROUTE_PUT &&
	       route_method_of(STR("HEAD"), &m) && m == ROUTE_GET &&
	       !route_method_of(STR("put"), &m) && m == ROUTE_GET,
	   "methods by name");
	ok(find(ROUTE_POST, "/livez", &known) == NULL && known,
	   "is known by other methods");
	ok(find(ROUTE_GET, "/livez/", &known) == NULL && !known, "longer");
	ok(find(ROUTE_GET, "/live", &known) == NULL && !known, "shorter");
	ok(find(ROUTE_GET, "", &known) == NULL && !known, "empty");
	ok(find(ROUTE_GET, "livez", &known) == NULL && !known, "no slash");
	ok(find(ROUTE_GET, "//livez", &known) == NULL && !known, "two");
}

static void
test_allow(void)
{
	char text[ROUTE_ALLOW];

	route_allow(STR("/scripts/3"), text);
	is_str(text, "OPTIONS, PUT, DELETE", "the methods of a path");
	route_allow(STR("/api/v1/kfl/check"), text);
	is_str(text, "OPTIONS, GET, HEAD, POST", "HEAD goes with GET");
}

int
main(void)
{
	test_allow();
	test_reachable();
	test_strangers();
	return tap_done();
}
