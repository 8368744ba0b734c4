/* SPDX-License-Identifier: Apache-2.0 */
/* The named limits of limits.def as a struct; see there for the reasons. */
#ifndef EXPORT_LIMITS_H
#define EXPORT_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct export_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "analyzer/export/limits.def"
#undef LIMIT
};

void export_limits_init(struct export_limits *l);

/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int export_limits_set(struct export_limits *l, struct str option,
                      uint64_t value) WARN_UNUSED;

#endif /* EXPORT_LIMITS_H */
