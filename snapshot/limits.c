/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/limits.h"

#include <stddef.h>

#include "base/err.h"

void
snapshot_limits_init(struct snapshot_limits *l)
{
	*l = (struct snapshot_limits){
#define LIMIT(field, option, value, unit, why) .field = (value),
#include "snapshot/limits.def"
#undef LIMIT
	};
}

int
snapshot_limits_set(struct snapshot_limits *l, struct str option,
                    uint64_t value)
{
#define LIMIT(field, name, value_, unit, why) \
	if (str_eq(option, STR(name))) {      \
		l->field = value;             \
		return 0;                     \
	}
#include "snapshot/limits.def"
#undef LIMIT
	return ERR_NOTFOUND;
}
