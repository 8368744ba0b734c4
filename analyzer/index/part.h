/* SPDX-License-Identifier: Apache-2.0 */
/*
 * part: the delta-coded lists of a stream's positions.
 *
 * `packets` has every packet of the stream in capture order: disposition,
 * side, record number, place in the file. `map` has, per side and in order of
 * stream offset, runs of accepted bytes, each lying in one of the part's
 * packets (or, rarely, in an earlier one, whose place is then repeated), and
 * gaps with their cause. A part is readable by itself. Together some 7 bytes a
 * packet. docs/formats/index.md has the grammar.
 */
#ifndef INDEX_PART_H
#define INDEX_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/disposition.h"
#include "analyzer/entry/gap.h"
#include "analyzer/entry/position.h"
#include "analyzer/index/row.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/cursor.h"

/* A part is closed when one of its lists reaches this many bytes. */
enum {
	PART_BYTES = 4096,
	/* What a list can grow to all the same: one packet may release a whole
	 * window of held segments into a map. */
	PART_PACKETS_MAX = 1 << 16,
	PART_MAP_MAX = 1 << 24,
};

struct part_packet {
	struct position at;
	uint64_t off; /* file offset of the record's packet bytes */
	uint8_t side;
	enum disposition disposition;
};

struct part_run {
	bool gap;
	enum gap_cause cause; /* gap */
	uint64_t off;         /* stream offset */
	uint64_t len;
	uint64_t packet;    /* ordinal in the stream */
	uint32_t skip;      /* bytes of the record in front of the run */
	struct position at; /* of the packet */
	uint64_t file_off;  /* of the run's first byte, skip included */
};

/* ---- writing, one per stream ---- */

struct part_writer {
	struct buf packets;
	struct buf map[2];
	uint32_t part;
	uint64_t first_packet;   /* of this part */
	uint64_t npackets;       /* of the stream so far */
	uint64_t off[2];         /* where map[side] of this part begins */
	uint64_t next[2];        /* end of the last run of the side */
	struct part_packet last; /* delta base of the packet list */
	uint64_t run_packet[2];  /* delta bases of the maps */
	uint32_t run_skip[2];
};

void part_writer_init(struct part_writer *w);
void part_writer_release(struct part_writer *w);
/* Append a packet; *ret_ordinal is its number in the stream. */
int part_add_packet(struct part_writer *w, const struct part_packet *p,
                    uint32_t *ret_ordinal) WARN_UNUSED;
/* Runs of a side come in order of offset, without holes or overlaps. For a
 * run in a packet of this part only `packet` and `skip` are looked at. */
int part_add_run(struct part_writer *w, int side,
                 const struct part_run *r) WARN_UNUSED;
/* Is it time to take the part out? */
bool part_full(const struct part_writer *w);
bool part_empty(const struct part_writer *w);
/* The part so far, borrowed until part_next(); stream is left 0. */
void part_view(const struct part_writer *w, struct index_part *ret_part);
/* Begin the next part. */
void part_next(struct part_writer *w);

/* ---- reading ---- */

/* Bring out the n packets of a part; ERR_CORRUPT. Calls f for each in order,
 * which may stop it with a non-zero code. */
int part_packets(const struct index_part *p,
                 int (*f)(void *ctx, uint64_t ordinal,
                          const struct part_packet *pkt),
                 void *ctx) WARN_UNUSED;
/* The same for the runs of one side, positions resolved. */
int part_runs(const struct index_part *p, int side,
              int (*f)(void *ctx, const struct part_run *run),
              void *ctx) WARN_UNUSED;

#endif /* INDEX_PART_H */
