/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue: hands batches from thread to thread, first in, first out.
 *
 * Any number of threads may push and pop. The queue holds at most `cap`
 * pointers; a thread that pushes into a full one waits, which is how a slow
 * stage holds back a fast one. A batch belongs to whoever holds the pointer:
 * push gives it away when it succeeds, pop takes it. Batches are meant to be
 * large, and a mutex is then cheap.
 *
 * Two ways to end: queue_close() by the producer lets consumers finish what is
 * there; queue_cancel() by anybody makes everybody stop now, and what is left
 * is fetched with queue_try_pop() to be freed.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t can_push;
	pthread_cond_t can_pop;
	void **slot;
	size_t cap;
	size_t head;
	size_t n;
	bool closed;
	bool cancelled;
};

/* cap is at least 1. 0 or ERR_NOMEM. */
int queue_init(struct queue *q, size_t cap) WARN_UNUSED;

/* No thread may be using it any more; pointers still in it are forgotten. */
void queue_release(struct queue *q);

/*
 * Waits for room and adds p, which is not NULL. ERR_CANCELLED when the queue
 * is closed or cancelled: p is then still the caller's.
 */
int queue_push(struct queue *q, void *p) WARN_UNUSED;

/* Does not wait: ERR_AGAIN when full. */
int queue_try_push(struct queue *q, void *p) WARN_UNUSED;

/* Waits for a pointer. NULL: closed and empty, or cancelled. */
void *queue_pop(struct queue *q) WARN_UNUSED;

/* Does not wait: NULL when empty. Works on a cancelled queue too. */
void *queue_try_pop(struct queue *q) WARN_UNUSED;

void queue_close(struct queue *q);
void queue_cancel(struct queue *q);
bool queue_is_cancelled(struct queue *q);

/* Pointers waiting at this moment, for progress displays. */
size_t queue_len(struct queue *q);

#endif /* BASE_QUEUE_H */
