/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

#include "base/err.h"
#include "base/mem.h"

/* These fail only on objects that are not what they should be. */
#define QUEUE_MUST(call) ENSURE((call) == 0)

int
queue_init(struct queue *q, size_t cap)
{
	void **slot;

	ENSURE(cap != 0);
	slot = mem_array(cap, sizeof(*slot));
	if (slot == NULL)
		return ERR_NOMEM;
	*q = (struct queue){ .slot = slot, .cap = cap };
	QUEUE_MUST(pthread_mutex_init(&q->lock, NULL));
	QUEUE_MUST(pthread_cond_init(&q->can_push, NULL));
	QUEUE_MUST(pthread_cond_init(&q->can_pop, NULL));
	return 0;
}

void
queue_release(struct queue *q)
{
	QUEUE_MUST(pthread_cond_destroy(&q->can_pop));
	QUEUE_MUST(pthread_cond_destroy(&q->can_push));
	QUEUE_MUST(pthread_mutex_destroy(&q->lock));
	mem_free(q->slot);
	q->slot = NULL;
}

static void
queue_lock(struct queue *q)
{
	QUEUE_MUST(pthread_mutex_lock(&q->lock));
}

static void
queue_unlock(struct queue *q)
{
	QUEUE_MUST(pthread_mutex_unlock(&q->lock));
}

/* Adds p if there is room. The lock is held. */
static int
queue_put(struct queue *q, void *p)
{
	if (q->closed || q->cancelled)
		return ERR_CANCELLED;
	if (q->n == q->cap)
		return ERR_AGAIN;
	q->slot[(q->head + q->n) % q->cap] = p;
	q->n++;
	QUEUE_MUST(pthread_cond_signal(&q->can_pop));
	return 0;
}

/* Takes the oldest pointer, or NULL. The lock is held. */
static void *
queue_take(struct queue *q)
{
	void *p;

	if (q->n == 0)
		return NULL;
	p = q->slot[q->head];
	q->head = (q->head + 1) % q->cap;
	q->n--;
	QUEUE_MUST(pthread_cond_signal(&q->can_push));
	return p;
}

int
queue_push(struct queue *q, void *p)
{
	int rc;

	ENSURE(p != NULL);
	queue_lock(q);
	while ((rc = queue_put(q, p)) == ERR_AGAIN)
		QUEUE_MUST(pthread_cond_wait(&q->can_push, &q->lock));
	queue_unlock(q);
	return rc;
}

int
queue_try_push(struct queue *q, void *p)
{
	int rc;

	ENSURE(p != NULL);
	queue_lock(q);
	rc = queue_put(q, p);
	queue_unlock(q);
	return rc;
}

void *
queue_pop(struct queue *q)
{
	void *p;

	queue_lock(q);
	while (q->n == 0 && !q->closed && !q->cancelled)
		QUEUE_MUST(pthread_cond_wait(&q->can_pop, &q->lock));
	p = q->cancelled ? NULL : queue_take(q);
	queue_unlock(q);
	return p;
}

void *
queue_try_pop(struct queue *q)
{
	void *p;

	queue_lock(q);
	p = queue_take(q);
	queue_unlock(q);
	return p;
}

/* Sets a flag and wakes everybody, to look at it. */
static void
queue_end(struct queue *q, bool *flag)
{
	queue_lock(q);
	*flag = true;
	QUEUE_MUST(pthread_cond_broadcast(&q->can_pop));
	QUEUE_MUST(pthread_cond_broadcast(&q->can_push));
	queue_unlock(q);
}

void
queue_close(struct queue *q)
{
	queue_end(q, &q->closed);
}

void
queue_cancel(struct queue *q)
{
	queue_end(q, &q->cancelled);
}

bool
queue_is_cancelled(struct queue *q)
{
	bool cancelled;

	queue_lock(q);
	cancelled = q->cancelled;
	queue_unlock(q);
	return cancelled;
}

size_t
queue_len(struct queue *q)
{
	size_t n;

	queue_lock(q);
	n = q->n;
	queue_unlock(q);
	return n;
}
