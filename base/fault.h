/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: decides whether this call is the one a test wants to fail.
 *
 * Behind mem_fail_at() and io_fail_at(), which explain the numbers. A struct
 * fault that is all zeros is switched off, and then costs one relaxed load.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct fault {
	atomic_bool armed;
	atomic_bool forever;
	_Atomic int64_t nth;
	_Atomic int64_t count;
};

void fault_arm(struct fault *f, int64_t nth, bool forever);
int64_t fault_count(struct fault *f);

/* Counts this call; true when it is to fail. For fault_hit(). */
bool fault_hit_armed(struct fault *f);

static inline bool
fault_hit(struct fault *f)
{
	if (likely(!atomic_load_explicit(&f->armed, memory_order_relaxed)))
		return false;
	return fault_hit_armed(f);
}

#endif /* BASE_FAULT_H */
