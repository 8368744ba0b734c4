/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/limits.h"

#include <stddef.h>

#include "base/err.h"

static const struct {
	const char *option;
	size_t at; /* of the field in struct api_limits */
	uint64_t value;
} limits[] = {
#define LIMIT(field, option, value, unit, why) \
	{ option, offsetof(struct api_limits, field), value },
#include "analyzer/api/limits.def"
#undef LIMIT
};

static void
put(struct api_limits *l, size_t at, uint64_t value)
{
	*(uint64_t *)(void *)((char *)l + at) = value;
}

void
api_limits_init(struct api_limits *l)
{
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		put(l, limits[i].at, limits[i].value);
}

int
api_limits_set(struct api_limits *l, struct str option, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		if (!str_eq(str_from_c(limits[i].option), option))
			continue;
		put(l, limits[i].at, value);
		return 0;
	}
	return ERR_NOTFOUND;
}
