/* SPDX-License-Identifier: Apache-2.0 */
/* The named limits of limits.def as a struct; see there for the reasons. */
#ifndef CLI_LIMITS_H
#define CLI_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct cli_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "cli/limits.def"
#undef LIMIT
};

void cli_limits_init(struct cli_limits *l);

/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int cli_limits_set(struct cli_limits *l, struct str option,
                   uint64_t value) WARN_UNUSED;

#endif /* CLI_LIMITS_H */
