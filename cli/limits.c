/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/limits.h"

#include <stddef.h>

#include "base/err.h"

void
cli_limits_init(struct cli_limits *l)
{
	*l = (struct cli_limits){
#define LIMIT(field, option, value, unit, why) .field = (value),
#include "cli/limits.def"
#undef LIMIT
	};
}

int
cli_limits_set(struct cli_limits *l, struct str option, uint64_t value)
{
#define LIMIT(field, name, value_, unit, why) \
	if (str_eq(option, STR(name))) {      \
		l->field = value;             \
		return 0;                     \
	}
#include "cli/limits.def"
#undef LIMIT
	return ERR_NOTFOUND;
}
