/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hub: what the handlers of the original's routes have in common.
 *
 * Workers are names made from the evidence (query/ids.h). The port of a worker
 * tells the snapshot; the address has to be that of the stream's node.
 */
#ifndef API_HUB_H
#define API_HUB_H

#include "analyzer/api/call.h"
#include "analyzer/kfl/value.h"

/* The snapshot of a worker; 0: there is no such one. */
unsigned hub_snapshot(const struct call *c, struct str worker);

/* The stream of a path WORKER/FILE. 1; or 0: the reply is an error. */
int hub_stream(struct call *c, unsigned *ret_snapshot, int64_t *ret_stream);

/* The error object of the original. Always 0. */
int hub_error(struct call *c, unsigned status, const char *text);

/* What a worker answered when not 200: base64 of it as a JSON string. */
int hub_refusal(struct call *c, unsigned status, const char *body);

/* Members of all objects in order of name, as the original's maps are. */
void hub_sort(struct kfl_value *v);

#endif /* API_HUB_H */
