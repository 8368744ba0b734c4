/* SPDX-License-Identifier: Apache-2.0 */
/* grpc_status: the codes of gRPC, and the texts of its header fields. */
#ifndef GRPC_STATUS_H
#define GRPC_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* "NOT_FOUND" for 5; empty for a code that has no name. */
struct str grpc_status_name(uint64_t code);

/* A grpc-message, percent-decoded; one that is broken as it is. */
struct str grpc_status_message(struct str text, struct arena *a);

/* A grpc-timeout ("20S", "150m") in nanoseconds; false when it is none. */
bool grpc_status_timeout(struct str text, uint64_t *ret_ns);

#endif /* GRPC_STATUS_H */
