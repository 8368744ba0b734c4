/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: lets so many in at once; the others wait for a while.
 */
#ifndef API_GATE_H
#define API_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/compiler.h"

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t left;
	uint64_t room;
};

void gate_init(struct gate *g, uint64_t room);
/* Nobody may be inside any more. */
void gate_release(struct gate *g);

/*
 * Waits at most `ns`. ERR_AGAIN: there was no room in that time;
 * ERR_CANCELLED: *cancel was set meanwhile.
 */
int gate_enter(struct gate *g, int64_t ns,
               const atomic_bool *cancel) WARN_UNUSED;
void gate_leave(struct gate *g);

#endif /* API_GATE_H */
