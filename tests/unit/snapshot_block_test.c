/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/block.h"

#include <pthread.h>

#include "base/mem.h"
#include "tests/tap/tap.h"

#define BLOCKS  4u
#define BYTES   64u
#define READERS 3u
#define ROUNDS  5000u

static void
test_alone(void)
{
	struct block_pool *p = block_pool_new(2, BYTES);
	struct block *a = block_get(p);
	struct block *b = block_get(p);
	struct block *c;

	ok(a != NULL && b != NULL && a != b, "two blocks");
	is_int(a->cap, BYTES, "of the size asked for");
	is_int(a->n, 0, "empty");
	memset(a->data, 1, a->cap);
	memset(b->data, 2, b->cap);
	is_int(a->data[BYTES - 1], 1, "which do not overlap");
	a->n = 7;
	a->fresh = 3;
	block_ref(a);
	block_unref(a);
	block_unref(a);
	c = block_get(p);
	ok(c == a, "the one given back comes again");
	ok(c->n == 0 && c->fresh == 0, "and is empty");
	block_unref(b);
	block_pool_cancel(p);
	ok(block_get(p) == NULL, "none after cancelling");
	block_unref(c);
	block_pool_free(p);
	block_pool_free(NULL);
}

/* Threads: one fills, several read and let go, all through one pool. */

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct block *block;
	unsigned long sum;
	bool closed;
};

struct reader {
	pthread_t thread;
	struct mailbox box;
};

static void *
read_blocks(void *arg)
{
	struct mailbox *box = arg;

	for (;;) {
		struct block *b;

		pthread_mutex_lock(&box->lock);
		while (box->block == NULL && !box->closed)
			pthread_cond_wait(&box->change, &box->lock);
		b = box->block;
		box->block = NULL;
		pthread_cond_broadcast(&box->change);
		pthread_mutex_unlock(&box->lock);
		if (b == NULL)
			return NULL;
		for (size_t i = 0; i < b->n; i++)
			box->sum += b->data[i];
		block_unref(b);
	}
}

static void
post(struct mailbox *box, struct block *b)
{
	pthread_mutex_lock(&box->lock);
	while (box->block != NULL)
		pthread_cond_wait(&box->change, &box->lock);
	if (b != NULL)
		box->block = b;
	else
		box->closed = true;
	pthread_cond_broadcast(&box->change);
	pthread_mutex_unlock(&box->lock);
}

static void
test_threads(void)
{
	struct block_pool *p = block_pool_new(BLOCKS, BYTES);
	struct reader r[READERS];
	unsigned long sum = 0;

	for (unsigned i = 0; i < READERS; i++) {
		memset(&r[i].box, 0, sizeof(r[i].box));
		pthread_mutex_init(&r[i].box.lock, NULL);
		pthread_cond_init(&r[i].box.change, NULL);
		pthread_create(&r[i].thread, NULL, read_blocks, &r[i].box);
	}
	for (unsigned k = 0; k < ROUNDS; k++) {
		struct block *b = block_get(p);

		b->n = k % (BYTES + 1);
		memset(b->data, (int)(k & 0xff), b->n);
		sum += (k & 0xff) * b->n;
		for (unsigned i = 0; i < READERS; i++) {
			block_ref(b);
			post(&r[i].box, b);
		}
		block_unref(b);
	}
	for (unsigned i = 0; i < READERS; i++) {
		post(&r[i].box, NULL);
		pthread_join(r[i].thread, NULL);
		is_int(r[i].box.sum, sum, "a reader saw every byte");
		pthread_cond_destroy(&r[i].box.change);
		pthread_mutex_destroy(&r[i].box.lock);
	}
	block_pool_free(p);
}

static void *
wait_for_block(void *arg)
{
	return block_get(arg);
}

static void
test_cancel(void)
{
	struct block_pool *p = block_pool_new(1, BYTES);
	struct block *only = block_get(p);
	pthread_t waiter[2];
	void *got;

	for (unsigned i = 0; i < 2; i++)
		pthread_create(&waiter[i], NULL, wait_for_block, p);
	block_pool_cancel(p);
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(waiter[i], &got);
		ok(got == NULL, "a waiter is let go without a block");
	}
	block_unref(only);
	block_pool_free(p);
}

static void
test_no_memory(void)
{
	struct block_pool *p = NULL;
	int failures = 0;

	for (int nth = 1; p == NULL && nth < 20; nth++) {
		mem_fail_at(nth, false);
		p = block_pool_new(BLOCKS, BYTES);
		failures += p == NULL;
	}
	mem_fail_at(-1, false);
	ok(failures >= 3, "each allocation can fail");
	block_pool_free(p);
	ok(block_pool_new(SIZE_MAX / 2, 3) == NULL, "no overflow in the size");
}

int
main(void)
{
	test_alone();
	test_threads();
	test_cancel();
	test_no_memory();
	return tap_done();
}
