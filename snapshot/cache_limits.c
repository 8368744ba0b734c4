/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/cache_limits.h"

#include <stddef.h>

#include "base/err.h"

void
cache_limits_init(struct cache_limits *l)
{
	*l = (struct cache_limits){
#define LIMIT(field, option, value, unit, why) .field = (value),
#include "snapshot/cache_limits.def"
#undef LIMIT
	};
}

int
cache_limits_set(struct cache_limits *l, struct str option, uint64_t value)
{
#define LIMIT(field, name, value_, unit, why) \
	if (str_eq(option, STR(name))) {      \
		l->field = value;             \
		return 0;                     \
	}
#include "snapshot/cache_limits.def"
#undef LIMIT
	return ERR_NOTFOUND;
}
