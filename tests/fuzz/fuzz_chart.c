/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block of the chart: how many points in the first two bytes, then the
 * points. What is told is in range; written again it reads the same.
 */
#include "analyzer/index/chart.h"
#include "base/compiler.h"
#include "base/cursor.h"
#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
write_point(void *ctx, const struct chart_point *p)
{
	ENSURE(p->outcome < OUTCOME_COUNT && p->micros >= -1 && p->proto >= 0);
	ENSURE(chart_add(ctx, p) == 0);
	return 0;
}

static int
count_point(void *ctx, const struct chart_point *p)
{
	(void)p;
	++*(uint32_t *)ctx;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cursor c = cur_make(p, n, false);
	uint64_t points = cur_be16(&c) & 0xfff;
	struct chart_block again;
	uint32_t seen = 0;
	int rc;

	if (!cur_ok(&c))
		return 0;
	chart_init(&again);
	rc = chart_read(cur_take(&c, cur_left(&c)), points, write_point,
	                &again);
	ENSURE(rc == 0 || rc == ERR_CORRUPT);
	ENSURE(chart_read(buf_str(&again.bytes), again.n, count_point, &seen) ==
	       0);
	ENSURE(seen == again.n);
	chart_release(&again);
	return 0;
}
