/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocks: the pieces of the capture files that were read last.
 *
 * Entries in order of time lie in the files nearly in order, whatever streams
 * they belong to: a query that reads many of them reads each piece of a file
 * once and not once an entry. Pieces are aligned and of one size; when all
 * places are taken, the one that was not used for longest is read over. Memory
 * is given to a place when it is first used, at most BLOCKS_BYTES in all.
 *
 * What is kept was right when it was read; a file that has changed since is
 * noticed at the next piece (snapshot/evidence.h).
 */
#ifndef QUERY_BLOCKS_H
#define QUERY_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "snapshot/evidence.h"

enum {
	BLOCKS_SIZE = 1 << 16, /* a read that costs little more than its call */
	/* Several files are read at once: one a node and interface. */
	BLOCKS_MAX = 64,
};

#define BLOCKS_BYTES ((size_t)BLOCKS_SIZE * BLOCKS_MAX)

struct blocks;

/* NULL when there is no memory. The evidence is borrowed. */
struct blocks *blocks_new(struct evidence *ev) WARN_UNUSED;
void blocks_free(struct blocks *b);

/*
 * Bytes at `off` of a source, up to n of them and at least one, borrowed until
 * the next call. ERR_NOMEM and the codes of evidence_read().
 */
int blocks_at(struct blocks *b, uint32_t source, uint64_t off, size_t n,
              struct err *e, struct str *ret_bytes) WARN_UNUSED;

#endif /* QUERY_BLOCKS_H */
