/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/page.h"

#include "base/clock.h"

enum { WAIT_MS = 1000, WAIT_MAX_MS = 30000 };

static void
put_cursor(struct json_out *j, const char *key, struct str cursor)
{
	if (cursor.p != NULL)
		jout_put_str(j, key, cursor);
	else
		jout_put_null(j, key);
}

void
page_put(struct json_out *j, const struct page_counts *n)
{
	jout_put_uint(j, "scanned", n->scanned);
	jout_put_uint(j, "matched", n->matched);
	jout_put_uint(j, "undecided", n->undecided);
	jout_put_bool(j, "complete", n->complete);
	put_cursor(j, "next", n->next);
	put_cursor(j, "prev", n->prev);
}

bool
page_limit(struct call *c, uint64_t otherwise, uint64_t *ret_limit)
{
	struct call_range range = { 1, call_limits(c)->page, otherwise };

	return call_number(c, "limit", range, ret_limit);
}

bool
page_wait(struct call *c, int64_t *ret_until)
{
	struct call_range range = { 0, WAIT_MAX_MS, WAIT_MS };
	uint64_t ms;

	if (!call_number(c, "wait", range, &ms))
		return false;
	*ret_until = clock_mono() + (int64_t)ms * CLOCK_MSEC;
	return true;
}

void
page_put_time(struct json_out *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	if (t == 0)
		jout_put_null(j, key);
	else
		jout_put_str(j, key, clock_format(t, text));
}
