/* SPDX-License-Identifier: Apache-2.0 */
/* The named limits of limits.def as a struct; see there for the reasons. */
#ifndef API_LIMITS_H
#define API_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct api_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "analyzer/api/limits.def"
#undef LIMIT
};

void api_limits_init(struct api_limits *l);
/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int api_limits_set(struct api_limits *l, struct str option,
                   uint64_t value) WARN_UNUSED;

#endif /* API_LIMITS_H */
