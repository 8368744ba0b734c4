/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

void
fault_arm(struct fault *f, int64_t nth, bool forever)
{
	atomic_store(&f->armed, false);
	atomic_store(&f->count, 0);
	atomic_store(&f->nth, nth);
	atomic_store(&f->forever, forever);
	atomic_store(&f->armed, nth >= 0);
}

int64_t
fault_count(struct fault *f)
{
	return atomic_load(&f->count);
}

bool
fault_hit_armed(struct fault *f)
{
	int64_t count = atomic_fetch_add(&f->count, 1) + 1;
	int64_t nth = atomic_load(&f->nth);

	if (nth <= 0)
		return false;
	return count == nth || (count > nth && atomic_load(&f->forever));
}
