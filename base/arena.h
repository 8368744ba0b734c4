/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: many small allocations with one end.
 *
 * Memory comes in chunks from base/mem and is given back all at once, or back
 * to a mark. The sum of the bytes handed out (each request rounded up to
 * ARENA_ALIGN) never exceeds the cap.
 *
 * A request that fails returns NULL and makes the arena *failed*: from then on
 * all requests fail, so that a parser may allocate a tree and ask once, with
 * arena_error(), whether it is whole. arena_reset() and arena_clear() end that
 * state. One arena belongs to one thread at a time.
 *
 * With AddressSanitizer, bytes that are not handed out are poisoned and
 * allocations are kept apart.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

#define ARENA_ALIGN 16u

/* Chunks double in size from the first up to this. */
#define ARENA_CHUNK_MAX (64u * 1024u)

struct arena_chunk;

struct arena {
	struct arena_chunk *first;
	struct arena_chunk *cur;
	size_t used; /* bytes handed out */
	size_t cap;
	size_t chunk; /* bytes of the first chunk */
	int error;
};

/* A place to return to. */
struct arena_mark {
	struct arena_chunk *chunk;
	size_t pos;
	size_t used;
};

/*
 * An arena that hands out at most `cap` bytes. Its first chunk will have room
 * for `chunk` bytes (0: 4 KiB); it is allocated on the first request.
 */
void arena_init(struct arena *a, size_t cap, size_t chunk);

/* Frees everything. The arena is empty afterwards and may be used again. */
void arena_release(struct arena *a);

/* n bytes, aligned for any type; arena_zalloc() zeroes them. */
void *arena_alloc(struct arena *a, size_t n) WARN_UNUSED;
void *arena_zalloc(struct arena *a, size_t n) WARN_UNUSED;

/* n zeroed elements of `size` bytes. */
void *arena_array(struct arena *a, size_t n, size_t size) WARN_UNUSED;

/* A copy that is followed by a NUL; the empty str on failure. */
struct str arena_dup(struct arena *a, struct str s);

/* Formatted text, followed by a NUL; the empty str on failure. */
struct str arena_printf(struct arena *a, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* 0, ERR_BUDGET (the cap) or ERR_NOMEM: the reason for the first failure. */
int arena_error(const struct arena *a);

/*
 * Forgets what was allocated since the mark. Marks are given back in the
 * reverse order of their taking. Chunks are kept for reuse.
 */
struct arena_mark arena_mark(const struct arena *a);
void arena_reset(struct arena *a, struct arena_mark m);

/* Forgets everything; the chunks are kept for reuse. */
void arena_clear(struct arena *a);

#endif /* BASE_ARENA_H */
