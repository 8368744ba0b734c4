/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "console/human.h"

#define PERIOD (200 * CLOCK_MSEC)

enum { SHARE = 80, LINE = 256 };

/* "45 %  3 s left", or how much was taken when the end is not known. */
static void
format_share(uint64_t taken, uint64_t total, int64_t ns, char out[SHARE])
{
	char left[HUMAN_TEXT], bytes[HUMAN_TEXT];

	if (total == 0 || taken == 0) {
		(void)snprintf(out, SHARE, "%s read",
		               human_bytes(taken, bytes));
		return;
	}
	if (taken > total)
		taken = total;
	ns = (int64_t)((double)ns * (double)(total - taken) / (double)taken);
	(void)snprintf(out, SHARE, "%3" PRIu64 " %%  %s left",
	               (uint64_t)((double)taken * 100 / (double)total),
	               human_duration(ns, left));
}

static void
draw(struct progress *p)
{
	struct ingest_progress *c = p->counters;
	uint64_t bytes = atomic_load(&c->bytes);
	int64_t ns = clock_mono() - p->start;
	char share[SHARE], line[LINE];
	char b[HUMAN_TEXT], n[HUMAN_TEXT], m[HUMAN_TEXT], r[HUMAN_TEXT];
	double rate = ns > 0 ? (double)bytes * 1e9 / (double)ns : 0;

	format_share(atomic_load(&c->taken), atomic_load(&c->total), ns, share);
	if (atomic_load(&c->cancel))
		(void)snprintf(share, sizeof(share), "stopping");
	else if (atomic_load(&c->sealing))
		(void)snprintf(share, sizeof(share), "sealing");
	(void)snprintf(
	    line, sizeof(line), "%s  %s  %s packets  %s entries  %s/s", share,
	    human_bytes(bytes, b), human_count(atomic_load(&c->packets), n),
	    human_count(atomic_load(&c->entries), m),
	    human_bytes((uint64_t)rate, r));
	term_printf(p->term, "\r\x1b[K");
	term_text(p->term, str_head(str_from_c(line), p->term->width - 1));
	(void)term_flush(p->term);
}

/* Wait a moment. True when it is over. */
static bool
pause_or_stop(struct progress *p)
{
	struct timespec until;
	int64_t t = clock_wall() + PERIOD;
	int rc = 0;

	until.tv_sec = t / CLOCK_SEC;
	until.tv_nsec = t % CLOCK_SEC;
	while (!p->stop && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&p->wake, &p->lock, &until);
	return p->stop;
}

static void *
show(void *ctx)
{
	struct progress *p = ctx;

	(void)pthread_mutex_lock(&p->lock);
	while (!pause_or_stop(p))
		draw(p);
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

void
progress_start(struct progress *p, struct term *term,
               struct ingest_progress *counters)
{
	*p = (struct progress){ .term = term,
		                .counters = counters,
		                .start = clock_mono() };
	if (!term->tty)
		return;
	if (pthread_mutex_init(&p->lock, NULL) != 0)
		return;
	if (pthread_cond_init(&p->wake, NULL) != 0) {
		(void)pthread_mutex_destroy(&p->lock);
		return;
	}
	p->running = pthread_create(&p->thread, NULL, show, p) == 0;
	if (!p->running) {
		(void)pthread_cond_destroy(&p->wake);
		(void)pthread_mutex_destroy(&p->lock);
	}
}

void
progress_stop(struct progress *p)
{
	if (!p->running)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->stop = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_join(p->thread, NULL);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
	term_printf(p->term, "\r\x1b[K");
	(void)term_flush(p->term);
	p->running = false;
}
