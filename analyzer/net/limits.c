/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/limits.h"

#include <stddef.h>

#include "base/err.h"

struct limit_row {
	const char *option;
	uint64_t value;
	size_t field; /* where in struct net_limits */
};

static const struct limit_row rows[] = {
#define LIMIT(field, option, value, unit, why) \
	{ option, value, offsetof(struct net_limits, field) },
#include "analyzer/net/limits.def"
#undef LIMIT
};

static void
store(struct net_limits *l, const struct limit_row *row, uint64_t value)
{
	memcpy((char *)l + row->field, &value, sizeof(value));
}

void
net_limits_init(struct net_limits *l)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		store(l, &rows[i], rows[i].value);
}

int
net_limits_set(struct net_limits *l, struct str option, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_eq(option, str_from_c(rows[i].option))) {
			store(l, &rows[i], value);
			return 0;
		}
	}
	return ERR_NOTFOUND;
}
