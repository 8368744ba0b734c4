/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_kept: what is kept of a publish that the server returned.
 *
 * With a return: the ordinal of the publish's entry. With the acknowledgement
 * of a publish that was returned before: the ordinal of the return's entry, and
 * its reply code. (Ids will not do: they depend on the order of files.)
 */
#ifndef AMQP_KEPT_H
#define AMQP_KEPT_H

#include "analyzer/proto/proto.h"

void amqp_kept_write(struct message *m, uint64_t ordinal, uint16_t code);
/* False when nothing was kept. */
bool amqp_kept_read(struct str kept, uint64_t *ret_ordinal, uint16_t *ret_code);

/* For struct dissector: "publish" of a return, "returned" of a publish. */
const char *amqp_kept_related(const struct entry *e, uint64_t *ret_ordinal);

#endif /* AMQP_KEPT_H */
