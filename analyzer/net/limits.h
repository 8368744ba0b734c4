/* SPDX-License-Identifier: Apache-2.0 */
/* The named limits of limits.def as a struct; see there for the reasons. */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

enum { NET_SHARDS = 64 }; /* virtual shards: fixed, part of determinism */

struct net_limits {
#define LIMIT(field, option, value, unit, why) uint64_t field;
#include "analyzer/net/limits.def"
#undef LIMIT
};

void net_limits_init(struct net_limits *l);
/* Set one limit by its option name; ERR_NOTFOUND when there is none such. */
int net_limits_set(struct net_limits *l, struct str option,
                   uint64_t value) WARN_UNUSED;

#endif /* NET_LIMITS_H */
