/* SPDX-License-Identifier: Apache-2.0 */
/*
 * position: where in the evidence something is, and the ids made from that.
 *
 * An id is a function of the evidence alone: (source ordinal, record number,
 * sequence within that record) packed into 63 bits, so it is the same on every
 * machine and with every number of threads, is final when first shown, and
 * sorts by first packet. Ids are not dense.
 *
 *   62            45 44                        14 13            0
 *  +----------------+----------------------------+---------------+
 *  | source (18)    | record (31), from 1        | sequence (14) |
 *  +----------------+----------------------------+---------------+
 */
#ifndef ENTRY_POSITION_H
#define ENTRY_POSITION_H

#include <assert.h>
#include <stdint.h>

enum {
	POSITION_SOURCE_BITS = 18,
	POSITION_RECORD_BITS = 31,
	POSITION_SEQ_BITS = 14,
};

#define POSITION_SOURCE_MAX ((UINT32_C(1) << POSITION_SOURCE_BITS) - 1)
#define POSITION_RECORD_MAX ((UINT64_C(1) << POSITION_RECORD_BITS) - 1)
#define POSITION_SEQ_MAX    ((UINT32_C(1) << POSITION_SEQ_BITS) - 1)

/* Of an id, what does not name the capture file. */
#define POSITION_IN_SOURCE \
	((INT64_C(1) << (POSITION_RECORD_BITS + POSITION_SEQ_BITS)) - 1)

/* A packet record of a capture file of this snapshot. */
struct position {
	uint64_t record; /* 1 for the first record of the file; 0: none */
	uint32_t source; /* ordinal of the capture file, from 0 */
};

static inline int64_t
position_id(struct position at, uint32_t seq)
{
	assert(at.source <= POSITION_SOURCE_MAX);
	assert(at.record <= POSITION_RECORD_MAX);
	assert(seq <= POSITION_SEQ_MAX);
	return (int64_t)((uint64_t)at.source
	                     << (POSITION_RECORD_BITS + POSITION_SEQ_BITS) |
	                 at.record << POSITION_SEQ_BITS | seq);
}

static inline struct position
position_of_id(int64_t id)
{
	uint64_t u = (uint64_t)id;

	return (struct position){
		.record = u >> POSITION_SEQ_BITS & POSITION_RECORD_MAX,
		.source =
		    (uint32_t)(u >> (POSITION_RECORD_BITS + POSITION_SEQ_BITS)),
	};
}

static inline uint32_t
position_seq_of_id(int64_t id)
{
	return (uint32_t)((uint64_t)id & POSITION_SEQ_MAX);
}

#endif /* ENTRY_POSITION_H */
