/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng_in: the reader of pcapng files behind capture.
 *
 * Blocks of type, total length, body, total length again, in the byte order of
 * their section. Source: draft-ietf-opsawg-pcapng.
 */
#ifndef SNAPSHOT_PCAPNG_IN_H
#define SNAPSHOT_PCAPNG_IN_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "snapshot/capture_impl.h"

#define PCAPNG_MAGIC 0x0a0d0d0au /* the same in both byte orders */

/* The next packet or block worth keeping. */
enum capture_step pcapng_in_next(struct capture *c, struct cursor *in,
                                 struct record *ret_record,
                                 struct capture_block *ret_block);

/* See capture_reread(); ret_record->off is set. */
int pcapng_in_reread(const struct capture *c, struct cursor before,
                     struct record *ret_record) WARN_UNUSED;

#endif /* SNAPSHOT_PCAPNG_IN_H */
