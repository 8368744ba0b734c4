/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slab.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/poison.h"

#define SLAB_ALIGN 16u

/* Memory is asked for in about this much; large objects come one by one. */
#define SLAB_BLOCK (64u * 1024u)

struct slab_block {
	struct slab_block *next;
	size_t bytes;
	_Alignas(SLAB_ALIGN) char data[];
};

/* What a free object holds. */
struct slab_free {
	struct slab_free *next;
};

void
slab_init(struct slab *s, size_t size, size_t max)
{
	ENSURE(size != 0 && size <= SIZE_MAX / 4);
	*s = (struct slab){
		.size = (size + SLAB_ALIGN - 1) & ~(size_t)(SLAB_ALIGN - 1),
		.request = size,
		.max = max,
	};
}

void
slab_release(struct slab *s)
{
	struct slab_block *b = s->blocks;

	while (b != NULL) {
		struct slab_block *next = b->next;

		UNPOISON(b->data, b->bytes);
		mem_free(b);
		b = next;
	}
	slab_init(s, s->request, s->max);
}

/* One more block; false when out of memory. */
static bool
slab_grow(struct slab *s)
{
	size_t n = s->size < SLAB_BLOCK ? SLAB_BLOCK / s->size : 1;
	struct slab_block *b;

	if (n > s->max - s->made)
		n = s->max - s->made;
	b = mem_alloc(sizeof(*b) + n * s->size);
	if (b == NULL)
		return false;
	b->next = s->blocks;
	b->bytes = n * s->size;
	s->blocks = b;
	s->fresh = b->data;
	s->fresh_left = n;
	s->made += n;
	POISON(b->data, b->bytes);
	return true;
}

void *
slab_get(struct slab *s)
{
	void *p;

	if (slab_full(s))
		return NULL;
	if (s->free != NULL) {
		p = s->free;
		UNPOISON(p, s->request < sizeof(struct slab_free)
		                ? sizeof(struct slab_free)
		                : s->request);
		s->free = s->free->next;
	} else {
		if (s->fresh_left == 0 && !slab_grow(s))
			return NULL;
		p = s->fresh;
		UNPOISON(p, s->request);
		s->fresh += s->size;
		s->fresh_left--;
	}
	s->used++;
	return memset(p, 0, s->request);
}

void
slab_put(struct slab *s, void *p)
{
	struct slab_free *f = p;

	if (p == NULL)
		return;
	ENSURE(s->used != 0);
	UNPOISON(p, s->size);
	f->next = s->free;
	s->free = f;
	s->used--;
	POISON(p, s->size);
}
