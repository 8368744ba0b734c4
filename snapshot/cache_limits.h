/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of cache_limits.def as a struct; see there for the reasons. */
#ifndef SNAPSHOT_CACHE_LIMITS_H
#define SNAPSHOT_CACHE_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct cache_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "snapshot/cache_limits.def"
#undef LIMIT
};

void cache_limits_init(struct cache_limits *l);

/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int cache_limits_set(struct cache_limits *l, struct str option,
                     uint64_t value) WARN_UNUSED;

#endif /* SNAPSHOT_CACHE_LIMITS_H */
