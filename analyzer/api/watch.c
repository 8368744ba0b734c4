/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/watch.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

/* Time between two looks. */
#define WATCH_TICK (50 * CLOCK_MSEC)

struct watch {
	struct catalog *catalog;
	struct watched *first;
	bool stopping; /* the server */
	bool ending;   /* we */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
};

static void
cancel(struct watched *d, enum watch_reason why)
{
	int none = WATCH_NONE;

	(void)atomic_compare_exchange_strong(&d->reason, &none, (int)why);
	atomic_store(d->cancel, true);
}

static bool
is_gone(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return fd >= 0 && poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* The thread of the connection sees its end, and closes it. */
static void
hang_up(struct watched *d, int64_t now)
{
	if (d->deadline == 0 || now <= d->deadline)
		return;
	d->deadline = 0;
	(void)shutdown(d->fd, SHUT_RDWR);
}

static bool
look(struct watch *w)
{
	int64_t now = clock_mono();
	bool any = false;

	for (struct watched *d = w->first; d != NULL; d = d->next) {
		if (d->cancel == NULL) {
			hang_up(d, now);
			continue;
		}
		if (w->stopping)
			cancel(d, WATCH_STOP);
		else if (is_gone(d->fd))
			cancel(d, WATCH_GONE);
		else if (d->deadline != 0 && now > d->deadline)
			cancel(d, WATCH_LATE);
		any |= atomic_load(d->cancel);
	}
	return any;
}

static void
pause_watch(struct watch *w)
{
	int64_t until = clock_wall() + WATCH_TICK;
	struct timespec t = { .tv_sec = (time_t)(until / CLOCK_SEC),
		              .tv_nsec = (long)(until % CLOCK_SEC) };

	if (w->first == NULL)
		(void)pthread_cond_wait(&w->wake, &w->lock);
	else
		(void)pthread_cond_timedwait(&w->wake, &w->lock, &t);
}

static void *
watch_main(void *ctx)
{
	struct watch *w = ctx;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->ending) {
		if (look(w)) {
			(void)pthread_mutex_unlock(&w->lock);
			catalog_interrupt(w->catalog);
			(void)pthread_mutex_lock(&w->lock);
		}
		if (!w->ending)
			pause_watch(w);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

int
watch_new(struct catalog *catalog, struct watch **ret_watch)
{
	struct watch *w = mem_zalloc(sizeof(*w));
	int rc;

	if (w == NULL)
		return ERR_NOMEM;
	w->catalog = catalog;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->wake, NULL);
	rc = pthread_create(&w->thread, NULL, watch_main, w);
	if (rc != 0) {
		(void)pthread_cond_destroy(&w->wake);
		(void)pthread_mutex_destroy(&w->lock);
		mem_free(w);
		return -rc;
	}
	*ret_watch = w;
	return 0;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	ENSURE(w->first == NULL);
	w->ending = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

void
watch_add(struct watch *w, struct watched *d)
{
	atomic_init(&d->reason, WATCH_NONE);
	(void)pthread_mutex_lock(&w->lock);
	d->prev = NULL;
	d->next = w->first;
	if (d->next != NULL)
		d->next->prev = d;
	w->first = d;
	if (w->stopping && d->cancel != NULL)
		cancel(d, WATCH_STOP);
	if (d->next == NULL)
		(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
}

void
watch_remove(struct watch *w, struct watched *d)
{
	(void)pthread_mutex_lock(&w->lock);
	if (d->prev != NULL)
		d->prev->next = d->next;
	else
		w->first = d->next;
	if (d->next != NULL)
		d->next->prev = d->prev;
	(void)pthread_mutex_unlock(&w->lock);
}

void
watch_stop(struct watch *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->stopping = true;
	(void)look(w);
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
}
