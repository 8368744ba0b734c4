/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: sees to it that nobody works for nobody.
 *
 * One thread looks several times a second at every request that is being
 * answered. When its client has gone away, its time is over or the server
 * stops, the request's flag is set, and what it asks an index ends. While a
 * request is on its way there is no such flag: when the time is over, its
 * connection is shut down.
 */
#ifndef API_WATCH_H
#define API_WATCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "analyzer/api/catalog.h"
#include "base/compiler.h"

enum watch_reason { WATCH_NONE, WATCH_GONE, WATCH_LATE, WATCH_STOP };

/* Embedded in a request. */
struct watched {
	int fd;              /* of its connection, or -1 */
	int64_t deadline;    /* by clock_mono(), 0: none */
	atomic_bool *cancel; /* NULL: shut fd down when it is late */
	atomic_int reason;   /* enum watch_reason, the first one */

	/* private */
	struct watched *prev, *next;
};

struct watch;

/* ERR_NOMEM, ERR_AGAIN (no thread). */
int watch_new(struct catalog *catalog, struct watch **ret_watch) WARN_UNUSED;
void watch_free(struct watch *w);

/* From now until it is removed, `d` must not move. */
void watch_add(struct watch *w, struct watched *d);
void watch_remove(struct watch *w, struct watched *d);

/* Everything that is watched, now and later, is cancelled. */
void watch_stop(struct watch *w);

#endif /* API_WATCH_H */
