/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/limits.h"

#include "base/err.h"
#include "tests/tap/tap.h"

int
main(void)
{
	struct api_limits l, before;
	bool named = true, once = true;

	api_limits_init(&l);
	is_int(l.page, 1000, "a default");
	before = l;
	is_int(api_limits_set(&l, STR("api-page"), 1000), 0,
	       "set one by its name");
	is_int(l.page, 1000, "it has the value");
	l.page = before.page;
	is_bytes(&l, sizeof(l), &before, sizeof(before), "and it alone");
	is_int(api_limits_set(&l, STR("api_page"), 1), ERR_NOTFOUND,
	       "there is no such limit");
	is_int(api_limits_set(&l, STR("api-pag"), 1), ERR_NOTFOUND,
	       "no beginning of a name");
	is_int(api_limits_set(&l, STR(""), 1), ERR_NOTFOUND, "no empty name");
	is_bytes(&l, sizeof(l), &before, sizeof(before), "nothing was set");

	/* Every option sets its own field: afterwards each is 1. */
	memset(&l, 0, sizeof(l));
#define LIMIT(field, option, value, unit, why)                       \
	named &= api_limits_set(&l, STR(option), 1) == 0;            \
	once &= l.field == 1 && sizeof(why) > 1 && sizeof(unit) > 1; \
	l.field = 2;
#include "analyzer/api/limits.def"
#undef LIMIT
#define LIMIT(field, option, value, unit, why) once &= l.field == 2;
#include "analyzer/api/limits.def"
#undef LIMIT
	ok(named, "every limit can be set");
	ok(once, "to its own field, with a unit and a reason");
	return tap_done();
}
