/* SPDX-License-Identifier: Apache-2.0 */
/* The named limits of limits.def as a struct; see there for the reasons. */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct proto_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "analyzer/proto/limits.def"
#undef LIMIT
};

void proto_limits_init(struct proto_limits *l);
/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int proto_limits_set(struct proto_limits *l, struct str option,
                     uint64_t value) WARN_UNUSED;

#endif /* PROTO_LIMITS_H */
