/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/limits.h"

#include <stddef.h>

#include "base/err.h"

struct limit_row {
	const char *option;
	uint64_t value;
	size_t field; /* where in struct export_limits */
};

static const struct limit_row rows[] = {
#define LIMIT(field, option, value, unit, why) \
	{ option, value, offsetof(struct export_limits, field) },
#include "analyzer/export/limits.def"
#undef LIMIT
};

static void
store(struct export_limits *l, const struct limit_row *row, uint64_t value)
{
	memcpy((char *)l + row->field, &value, sizeof(value));
}

void
export_limits_init(struct export_limits *l)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		store(l, &rows[i], rows[i].value);
}

int
export_limits_set(struct export_limits *l, struct str option, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_eq(option, str_from_c(rows[i].option))) {
			store(l, &rows[i], value);
			return 0;
		}
	}
	return ERR_NOTFOUND;
}
