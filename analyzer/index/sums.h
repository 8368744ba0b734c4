/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums: the part of the canonical digest that entries, streams and positions
 * have (docs/formats/index.md).
 *
 * Workers hand these over in an order that nobody can repeat, and which place a
 * capture file has among all is known only after the last one. So each is
 * hashed alone, as it is written, and the hashes are added up: an entry for the
 * capture file with its first packet and for the one with its stream's, a
 * stream for its capture file and its capture point, a part of the positions
 * for its stream's capture file.
 *
 * A sum tells whether two indexes say the same. It does not stand against
 * somebody who invents entries to fit one; that is what the SHA-256 of the
 * capture files is for, which the digest covers as well.
 */
#ifndef INDEX_SUMS_H
#define INDEX_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "base/buf.h"
#include "base/compiler.h"

/* Of some rows, modulo 2^64 each. */
struct sum {
	uint64_t n;
	uint64_t hash[2];
};

enum sum_kind {
	SUM_ENTRIES,        /* whose first packet is in a capture file */
	SUM_STREAM_ENTRIES, /* whose stream begins in it */
	SUM_STREAMS,        /* that begin in it */
	SUM_PARTS,          /* of streams that begin in it */
	SUM_POINT,          /* streams of a capture point */
	SUM_KINDS
};

/* The sums of one kind, by ordinal of the capture file or point. */
struct sum_list {
	struct sum *sum;
	size_t cap;
};

struct sums {
	struct sum_list kind[SUM_KINDS];
	struct buf row; /* the one at hand, serialised */
};

void sums_init(struct sums *s);
void sums_release(struct sums *s);

/* 0, ERR_NOMEM, or ERR_LIMIT for a row larger than all limits allow. */
int sums_entry(struct sums *s, const struct index_entry *row) WARN_UNUSED;
int sums_stream(struct sums *s, const struct stream *row) WARN_UNUSED;
/* Its positions name capture files by their place in order of names. */
int sums_part(struct sums *s, const struct index_part *row) WARN_UNUSED;

/* Nothing was added for an ordinal that is not known. */
struct sum sums_of(const struct sums *s, enum sum_kind kind, size_t ordinal);

#endif /* INDEX_SUMS_H */
