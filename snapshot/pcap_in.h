/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcap_in: the reader of classic pcap files behind capture.
 *
 * A 24-byte file header, then records: seconds, fraction, captured length,
 * length on the wire (each 32 bits), in the "modified" format 8 bytes that are
 * passed over, then the packet. Source: draft-ietf-opsawg-pcap.
 */
#ifndef SNAPSHOT_PCAP_IN_H
#define SNAPSHOT_PCAP_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "snapshot/capture_impl.h"

enum { PCAP_HEADER = 24 };

/* Is this, read as big-endian, the magic number of a file we read? */
bool pcap_in_magic(uint32_t magic);

/* The file header, behind which records follow; false: see capture->step. */
bool pcap_in_open(struct capture *c, struct cursor *in);

/* The next record. */
enum capture_step pcap_in_next(struct capture *c, struct cursor *in,
                               struct record *ret_record);

/* See capture_reread(). */
int pcap_in_reread(const struct capture *c, struct cursor before,
                   struct record *ret_record) WARN_UNUSED;

#endif /* SNAPSHOT_PCAP_IN_H */
