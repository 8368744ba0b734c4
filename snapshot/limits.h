/* SPDX-License-Identifier: Apache-2.0 */
/* The named limits of limits.def as a struct; see there for the reasons. */
#ifndef SNAPSHOT_LIMITS_H
#define SNAPSHOT_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct snapshot_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "snapshot/limits.def"
#undef LIMIT
};

void snapshot_limits_init(struct snapshot_limits *l);

/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int snapshot_limits_set(struct snapshot_limits *l, struct str option,
                        uint64_t value) WARN_UNUSED;

#endif /* SNAPSHOT_LIMITS_H */
