/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_detail: what /api/v1/snapshots/{id} tells beyond the list: members,
 * interfaces, capture points, what became of packets, limits that were hit.
 */
#ifndef API_SNAPSHOT_DETAIL_H
#define API_SNAPSHOT_DETAIL_H

#include "analyzer/api/call.h"
#include "analyzer/query/overview.h"
#include "base/compiler.h"

/* Members of the object that is open in `j`. */
int snapshot_detail_put(struct call *c, struct json_out *j, struct opened *o,
                        const struct overview *v) WARN_UNUSED;

#endif /* API_SNAPSHOT_DETAIL_H */
