/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: one line on the terminal while a snapshot is being indexed.
 *
 * A thread of its own reads the counters five times a second. Nothing is
 * drawn when stderr is no terminal, and nothing stays behind.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/ingest/ingest.h"
#include "console/term.h"

struct progress {
	struct term *term;
	struct ingest_progress *counters; /* only read */
	int64_t start;
	bool running;
	bool stop; /* under the lock */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
};

/* The struct must not move until it is stopped. When no thread can be had,
 * nothing is drawn. */
void progress_start(struct progress *p, struct term *term,
                    struct ingest_progress *counters);
void progress_stop(struct progress *p);

#endif /* CMD_PROGRESS_H */
