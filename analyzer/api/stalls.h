/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stalls: how long the messages of a call were held up, for one entry.
 */
#ifndef API_STALLS_H
#define API_STALLS_H

#include "analyzer/api/call.h"
#include "analyzer/api/pick.h"
#include "base/compiler.h"
#include "base/json_out.h"

/*
 * The member "stalls": an object for each side (query/stall.h), null for one of
 * which nothing can be told, and for both when a query hides something. Packets
 * are read from the evidence, STALL_PACKETS a side at most. Fails with the
 * codes of export/packets.h.
 */
int stalls_put(struct call *c, struct json_out *j,
               const struct picked *p) WARN_UNUSED;

#endif /* API_STALLS_H */
