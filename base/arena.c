/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/poison.h"

#define ARENA_CHUNK_FIRST 4096u

/* Kept apart under AddressSanitizer, so that one byte over is noticed. */
#define ARENA_GAP ((size_t)(POISON_ACTIVE ? ARENA_ALIGN : 0))

/*
 * Chunks form a list in the order they are filled. Those behind `cur` are left
 * over from before a reset; their pos is stale.
 */
struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* of data */
	size_t pos;  /* first free byte of data */
	_Alignas(ARENA_ALIGN) char data[];
};

void
arena_init(struct arena *a, size_t cap, size_t chunk)
{
	*a = (struct arena){
		.cap = cap,
		.chunk = chunk != 0 ? chunk : ARENA_CHUNK_FIRST,
	};
}

void
arena_release(struct arena *a)
{
	struct arena_chunk *c = a->first;

	while (c != NULL) {
		struct arena_chunk *next = c->next;

		UNPOISON(c->data, c->size);
		mem_free(c);
		c = next;
	}
	arena_init(a, a->cap, a->chunk);
}

static void *
arena_fail(struct arena *a, int code)
{
	if (a->error == 0)
		a->error = code;
	return NULL;
}

/* A chunk with room for n bytes, put behind cur. NULL when out of memory. */
static struct arena_chunk *
arena_grow(struct arena *a, size_t n)
{
	struct arena_chunk *c;
	size_t size = a->chunk;

	if (a->cur != NULL)
		size = a->cur->size < ARENA_CHUNK_MAX / 2 ? a->cur->size * 2
		                                          : ARENA_CHUNK_MAX;
	/* The last chunk needs no room that the cap would never let be used. */
	if (size > a->cap - a->used)
		size = a->cap - a->used;
	if (size < n)
		size = n;
	if (size > SIZE_MAX - sizeof(*c))
		return NULL;
	c = mem_alloc(sizeof(*c) + size);
	if (c == NULL)
		return NULL;
	c->size = size;
	if (a->cur != NULL) {
		c->next = a->cur->next;
		a->cur->next = c;
	} else {
		c->next = NULL;
		a->first = c;
	}
	POISON(c->data, c->size);
	return c;
}

/* Makes cur a chunk with n free bytes. */
static int
arena_room(struct arena *a, size_t n)
{
	struct arena_chunk *c = a->cur;

	if (c != NULL && n <= c->size - c->pos)
		return 0;
	if (c != NULL && c->next != NULL && n <= c->next->size)
		c = c->next;
	else
		c = arena_grow(a, n);
	if (c == NULL)
		return ERR_NOMEM;
	c->pos = 0;
	a->cur = c;
	return 0;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t need = n != 0 ? n : 1;
	void *p;

	if (a->error != 0)
		return NULL;
	if (need > a->cap - a->used || need > SIZE_MAX - 2 * ARENA_ALIGN)
		return arena_fail(a, ERR_BUDGET);
	need = (need + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (need > a->cap - a->used)
		return arena_fail(a, ERR_BUDGET);
	if (arena_room(a, need + ARENA_GAP) != 0)
		return arena_fail(a, ERR_NOMEM);
	p = a->cur->data + a->cur->pos;
	UNPOISON(p, n);
	a->cur->pos += need + ARENA_GAP;
	a->used += need;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return arena_fail(a, ERR_BUDGET);
	return arena_zalloc(a, bytes);
}

struct str
arena_dup(struct arena *a, struct str s)
{
	char *p;

	if (s.n == SIZE_MAX) {
		(void)arena_fail(a, ERR_BUDGET);
		return STR_NONE;
	}
	p = arena_alloc(a, s.n + 1);
	if (p == NULL)
		return STR_NONE;
	if (s.n != 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return str_make(p, s.n);
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	struct str s = STR_NONE;
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	p = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
	if (p != NULL) {
		(void)vsnprintf(p, (size_t)n + 1, fmt, again);
		s = str_make(p, (size_t)n);
	}
	va_end(again);
	va_end(ap);
	return s;
}

int
arena_error(const struct arena *a)
{
	return a->error;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){
		.chunk = a->cur,
		.pos = a->cur != NULL ? a->cur->pos : 0,
		.used = a->used,
	};
}

/* Everything from `pos` of c on is nobody's. */
static void
arena_poison(struct arena_chunk *c, size_t pos)
{
	POISON(c->data + pos, c->size - pos);
	if (!POISON_ACTIVE)
		return;
	while ((c = c->next) != NULL)
		POISON(c->data, c->size);
}

void
arena_reset(struct arena *a, struct arena_mark m)
{
	ENSURE(m.used <= a->used);
	a->used = m.used;
	a->error = 0;
	/* A mark of the empty arena knows no chunk: all of the first is free.
	 */
	a->cur = m.chunk != NULL ? m.chunk : a->first;
	if (a->cur == NULL)
		return;
	a->cur->pos = m.chunk != NULL ? m.pos : 0;
	arena_poison(a->cur, a->cur->pos);
}

void
arena_clear(struct arena *a)
{
	arena_reset(a, (struct arena_mark){ .chunk = NULL });
}
