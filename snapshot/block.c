/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/block.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/mem.h"

struct block_pool {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	bool cancelled;
	size_t blocks;
	size_t nfree;
	struct block **free; /* a stack: the warmest block is used next */
	struct block *all;
	uint8_t *bytes;
};

struct block_pool *
block_pool_new(size_t blocks, size_t bytes)
{
	struct block_pool *p;

	ENSURE(blocks > 0 && bytes > 0);
	if (bytes > SIZE_MAX / blocks)
		return NULL;
	p = mem_zalloc(sizeof(*p));
	if (p == NULL)
		return NULL;
	p->free = mem_array(blocks, sizeof(struct block *));
	p->all = mem_array(blocks, sizeof(struct block));
	p->bytes = mem_alloc(blocks * bytes);
	if (p->free == NULL || p->all == NULL || p->bytes == NULL)
		goto fail;
	if (pthread_mutex_init(&p->lock, NULL) != 0)
		goto fail;
	if (pthread_cond_init(&p->freed, NULL) != 0) {
		(void)pthread_mutex_destroy(&p->lock);
		goto fail;
	}
	for (size_t i = 0; i < blocks; i++) {
		struct block *b = &p->all[i];

		b->pool = p;
		b->data = p->bytes + i * bytes;
		b->cap = bytes;
		p->free[i] = b;
	}
	p->blocks = blocks;
	p->nfree = blocks;
	return p;
fail:
	mem_free(p->free);
	mem_free(p->all);
	mem_free(p->bytes);
	mem_free(p);
	return NULL;
}

void
block_pool_free(struct block_pool *p)
{
	if (p == NULL)
		return;
	ENSURE(p->nfree == p->blocks);
	(void)pthread_cond_destroy(&p->freed);
	(void)pthread_mutex_destroy(&p->lock);
	mem_free(p->free);
	mem_free(p->all);
	mem_free(p->bytes);
	mem_free(p);
}

struct block *
block_get(struct block_pool *p)
{
	struct block *b = NULL;

	(void)pthread_mutex_lock(&p->lock);
	while (p->nfree == 0 && !p->cancelled)
		(void)pthread_cond_wait(&p->freed, &p->lock);
	if (!p->cancelled)
		b = p->free[--p->nfree];
	(void)pthread_mutex_unlock(&p->lock);
	if (b != NULL) {
		b->n = 0;
		b->fresh = 0;
		atomic_store_explicit(&b->refs, 1, memory_order_relaxed);
	}
	return b;
}

void
block_ref(struct block *b)
{
	unsigned before = atomic_fetch_add_explicit(&b->refs, 1,
	                                            memory_order_relaxed);

	ENSURE(before > 0);
}

void
block_unref(struct block *b)
{
	struct block_pool *p = b->pool;
	unsigned before = atomic_fetch_sub_explicit(&b->refs, 1,
	                                            memory_order_acq_rel);

	ENSURE(before > 0);
	if (before > 1)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->free[p->nfree++] = b;
	(void)pthread_cond_signal(&p->freed);
	(void)pthread_mutex_unlock(&p->lock);
}

void
block_pool_cancel(struct block_pool *p)
{
	(void)pthread_mutex_lock(&p->lock);
	p->cancelled = true;
	(void)pthread_cond_broadcast(&p->freed);
	(void)pthread_mutex_unlock(&p->lock);
}
