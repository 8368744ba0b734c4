/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/gate.h"

#include <time.h>

#include "base/clock.h"
#include "base/err.h"

/* How often somebody who waits looks whether he still should. */
#define GATE_LOOK (100 * CLOCK_MSEC)

void
gate_init(struct gate *g, uint64_t room)
{
	g->room = room > 0 ? room : 1;
	(void)pthread_mutex_init(&g->lock, NULL);
	(void)pthread_cond_init(&g->left, NULL);
}

void
gate_release(struct gate *g)
{
	(void)pthread_cond_destroy(&g->left);
	(void)pthread_mutex_destroy(&g->lock);
}

static void
wait_left(struct gate *g)
{
	int64_t until = clock_wall() + GATE_LOOK;
	struct timespec t = { .tv_sec = (time_t)(until / CLOCK_SEC),
		              .tv_nsec = (long)(until % CLOCK_SEC) };

	(void)pthread_cond_timedwait(&g->left, &g->lock, &t);
}

int
gate_enter(struct gate *g, int64_t ns, const atomic_bool *cancel)
{
	int64_t until = clock_mono() + ns;
	int rc = 0;

	(void)pthread_mutex_lock(&g->lock);
	while (g->room == 0 && rc == 0) {
		if (atomic_load(cancel))
			rc = ERR_CANCELLED;
		else if (clock_mono() >= until)
			rc = ERR_AGAIN;
		else
			wait_left(g);
	}
	if (rc == 0)
		g->room--;
	(void)pthread_mutex_unlock(&g->lock);
	return rc;
}

void
gate_leave(struct gate *g)
{
	(void)pthread_mutex_lock(&g->lock);
	g->room++;
	(void)pthread_cond_signal(&g->left);
	(void)pthread_mutex_unlock(&g->lock);
}
