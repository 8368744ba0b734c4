/* SPDX-License-Identifier: Apache-2.0 */
/*
 * braid: the picked packets of several snapshots in order of time.
 *
 * Each snapshot's come as export/packets.h gives them; of those at the same
 * time, the earlier snapshot's come first.
 */
#ifndef EXPORT_BRAID_H
#define EXPORT_BRAID_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/export/export_impl.h"
#include "analyzer/export/packets.h"
#include "base/compiler.h"

struct braid;

/* The codes of packets_open(), ERR_NOMEM. The export is borrowed. */
int braid_open(struct export *x, struct braid **ret_braid) WARN_UNUSED;
void braid_free(struct braid *b);

/* Have all files microseconds and no more? */
bool braid_micro(const struct braid *b);

/* As packets_next(); *ret_part tells whose packet it is. */
int braid_next(struct braid *b, struct packet *ret_packet, size_t *ret_part,
               struct err *e) WARN_UNUSED;

#endif /* EXPORT_BRAID_H */
