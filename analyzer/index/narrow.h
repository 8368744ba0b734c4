/* SPDX-License-Identifier: Apache-2.0 */
/*
 * narrow: what statistics and sorted lists need of every entry, in memory.
 *
 * SQLite takes 50 to 400 ms for a walk over a million rows, depending on how
 * many of their columns are wanted; an array of the same takes a few. So a
 * server that has an index for long reads it once (index_warm()): rows in order
 * of id, and their places in the other orders of lists. What meets a condition
 * is still found out by SQL, and remembered as a set of rows (narrow_set.h).
 *
 * Of a finished index alone: a growing one answers through SQL, and so does one
 * whose rows would take more memory than is allowed. The rows are the same.
 *
 * One narrow serves all readers of an index, in any number of threads. It has
 * to outlive them.
 */
#ifndef INDEX_NARROW_H
#define INDEX_NARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "base/compiler.h"
#include "base/err.h"

struct narrow;
struct narrow_set;

/* Columns as in docs/formats/index.md. */
struct narrow_row {
	int64_t id;
	int64_t ts, res_last;
	uint64_t req_size, res_size;
	uint32_t flags;
	int32_t status;
	uint32_t client, server;       /* ids of addresses */
	uint32_t method, target, host; /* ids of texts */
	uint32_t gaps; /* number of its stream among those with gaps, 0: none */
	uint16_t client_port, server_port;
	uint16_t point;
	uint8_t proto; /* id */
};

/* A place between rows: `at` of them have been passed. */
struct narrow_walk {
	struct narrow *narrow;
	const uint32_t *order; /* NULL: that of ids */
	struct narrow_set *set;
	bool all_sure; /* without a set */
	bool desc, ranged;
	int64_t from, to; /* of ts */
	uint32_t at;
};

/* Nothing is read yet; it will take at most so many bytes. NULL: no memory. */
struct narrow *narrow_new(uint64_t bytes) WARN_UNUSED;
void narrow_free(struct narrow *n);

/*
 * The rows that `over` picks, with its range. `under` tells which are surely
 * meant; NULL: all are. 1; 0: the index has to be asked; or a code. The first
 * of a condition costs a look at all rows.
 */
int narrow_open(struct index_reader *r, const struct index_where *over,
                const struct index_where *under, struct err *e,
                struct narrow_walk *ret_walk) WARN_UNUSED;
void narrow_close(struct narrow_walk *w);

/* From its beginning in this order; then behind a key, or an id. */
void narrow_sort(struct narrow_walk *w, enum index_order order, bool desc);
void narrow_behind(struct narrow_walk *w, enum index_order order,
                   const struct index_key *key);
void narrow_behind_id(struct narrow_walk *w, int64_t id);

/* The next row, or NULL. */
const struct narrow_row *narrow_next(struct narrow_walk *w, bool *ret_sure);

struct index_key narrow_key(enum index_order order, const struct narrow_row *r);
/* How many streams have gaps, and entries; 0 is none of them. */
uint32_t narrow_gap_streams(const struct narrow *n);

#endif /* INDEX_NARROW_H */
