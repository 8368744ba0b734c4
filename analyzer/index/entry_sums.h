/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry_sums: the entries' part of the canonical digest
 * (docs/formats/index.md).
 *
 * Workers hand entries over in an order that nobody can repeat, and which place
 * a capture file has among all is known only after the last one. So each entry
 * is hashed alone, as it is written, and the hashes are added up: for the
 * capture file with the entry's first packet and for the one with its stream's.
 *
 * A sum tells whether two indexes say the same. It does not stand against
 * somebody who invents entries to fit one; that is what the SHA-256 of the
 * capture files is for, which the digest covers as well.
 */
#ifndef INDEX_ENTRY_SUMS_H
#define INDEX_ENTRY_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "base/buf.h"
#include "base/compiler.h"

/* Of some entries, modulo 2^64 each. */
struct entry_sum {
	uint64_t n;
	uint64_t hash[2];
};

/* By ordinal of a capture file. */
struct entry_sums {
	size_t cap;
	struct entry_sum *entries; /* whose first packet is in it */
	struct entry_sum *streams; /* whose stream begins in it */
	struct buf row;            /* the entry at hand, serialised */
};

void entry_sums_init(struct entry_sums *s);
void entry_sums_release(struct entry_sums *s);

/* 0, ERR_NOMEM, or ERR_LIMIT for an entry larger than all limits allow. */
int entry_sums_add(struct entry_sums *s,
                   const struct index_entry *row) WARN_UNUSED;

/* Of one capture file; nothing was added for those that are not known. */
struct entry_sum entry_sums_entries(const struct entry_sums *s, size_t source);
struct entry_sum entry_sums_streams(const struct entry_sums *s, size_t source);

#endif /* INDEX_ENTRY_SUMS_H */
