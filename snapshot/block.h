/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block: reference-counted runs of file bytes shared between threads.
 *
 * The reader fills a block from the input, then hands it to the thread that
 * hashes and stores it and to the workers whose packets lie in it; the last to
 * let go returns it to the pool. A pool has a fixed number of blocks, so a
 * slow consumer slows the reader down instead of growing memory.
 *
 * A block's bytes are written only by the thread that got it, and only before
 * it is handed on; from then on they are read-only.
 */
#ifndef SNAPSHOT_BLOCK_H
#define SNAPSHOT_BLOCK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct block_pool;

struct block {
	struct block_pool *pool;
	atomic_uint refs;
	size_t n;     /* bytes filled */
	size_t fresh; /* bytes before this were carried over from the last */
	uint8_t *data;
	size_t cap;
};

/* A pool of `blocks` blocks of `bytes` each, both > 0; NULL: no memory. */
struct block_pool *block_pool_new(size_t blocks, size_t bytes) WARN_UNUSED;
/* All blocks must be back. */
void block_pool_free(struct block_pool *p);

/*
 * An empty block with one reference; waits until one is free. NULL after
 * block_pool_cancel().
 */
struct block *block_get(struct block_pool *p) WARN_UNUSED;
/* One more holder, taken by somebody who is one already. */
void block_ref(struct block *b);
void block_unref(struct block *b);
/* Wake every waiter of block_get() with NULL, for ever. */
void block_pool_cancel(struct block_pool *p);

#endif /* SNAPSHOT_BLOCK_H */
