/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_kept: what is kept of a publish that the server returned.
 *
 * With a return: the entry of the publish. With the acknowledgement of a
 * publish that was returned before: the entry of the return, and its reply
 * code.
 */
#ifndef AMQP_KEPT_H
#define AMQP_KEPT_H

#include "analyzer/proto/proto.h"

void amqp_kept_write(struct message *m, int64_t id, uint16_t code);
/* False when nothing was kept. */
bool amqp_kept_read(struct str kept, int64_t *ret_id, uint16_t *ret_code);

/* For struct dissector: "publish" of a return, "returned" of a publish. */
const char *amqp_kept_related(const struct entry *e, int64_t *ret_id);

#endif /* AMQP_KEPT_H */
