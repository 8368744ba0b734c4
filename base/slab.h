/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slab: objects of one size, with a limit on how many there may be.
 *
 * slab_get() gives a zeroed object and slab_put() takes it back; both are a few
 * instructions. Memory is allocated in blocks and freed only by slab_release().
 * One slab belongs to one thread at a time. With AddressSanitizer, objects that
 * are not handed out are poisoned.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct slab_block;
struct slab_free;

struct slab {
	struct slab_block *blocks;
	struct slab_free *free;
	char *fresh; /* objects of the newest block never handed out */
	size_t fresh_left;
	size_t size;    /* of an object, rounded up */
	size_t request; /* of an object, as asked for */
	size_t max;     /* objects there may be */
	size_t used;    /* objects handed out */
	size_t made;    /* objects that memory was allocated for */
};

/* Allocates nothing and cannot fail; size is at least 1. */
void slab_init(struct slab *s, size_t size, size_t max);

/* Frees everything, objects still in use included. */
void slab_release(struct slab *s);

/*
 * A zeroed object, aligned for any type. NULL when `max` are in use or when
 * there is no memory: slab_full() tells which.
 */
void *slab_get(struct slab *s) WARN_UNUSED;

/* Takes an object back; NULL is ignored. */
void slab_put(struct slab *s, void *p);

static inline bool
slab_full(const struct slab *s)
{
	return s->used >= s->max;
}

#endif /* BASE_SLAB_H */
