/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart: what a chart over time needs of entries, some 7 bytes each.
 *
 * A chart of a whole snapshot wants few columns of every entry; from the entry
 * table it would take most of a second for a million of them. So the writer
 * keeps those columns a second time, packed, in blocks with the range of their
 * times. docs/formats/index.md has the grammar. Not part of the digest: it says
 * nothing that the entries do not.
 */
#ifndef INDEX_CHART_H
#define INDEX_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/entry.h"
#include "analyzer/entry/outcome.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

enum {
	CHART_POINTS = 4096,   /* of a block */
	CHART_BYTES = 1 << 18, /* that they can take */
};

struct chart_point {
	int64_t ts;     /* the entry's instant */
	int64_t proto;  /* protocol id of the index */
	int64_t micros; /* end of request to end of response; -1: no such */
	enum outcome outcome;
	bool complete;
};

/* The block that is being filled. */
struct chart_block {
	struct buf bytes;
	uint32_t n;
	int64_t min, max; /* of ts */
	int64_t last;     /* ts of the last point */
};

void chart_init(struct chart_block *b);
void chart_release(struct chart_block *b);
/* Begin the next one. */
void chart_clear(struct chart_block *b);

struct chart_point chart_point_of(const struct entry *e, int64_t proto);
/* There is room for it: see chart_full(). ERR_NOMEM. */
int chart_add(struct chart_block *b, const struct chart_point *p) WARN_UNUSED;
bool chart_full(const struct chart_block *b);

/* The n points of a block; non-zero from f stops. ERR_CORRUPT. */
int chart_read(struct str bytes, uint64_t n,
               int (*f)(void *ctx, const struct chart_point *p),
               void *ctx) WARN_UNUSED;

#endif /* INDEX_CHART_H */
