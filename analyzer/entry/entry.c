/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/entry.h"

#include "base/clock.h"
#include "base/compiler.h"

/* What makes an entry less than whole, the gravest first. */
static const struct {
	uint32_t flag;
	const char *text;
} reasons[] = {
	{ ENTRY_NO_REQUEST, "the request was not seen" },
	{ ENTRY_GIVEN_UP, "the client gave up before a response" },
	{ ENTRY_NO_RESPONSE, "the response was not seen" },
	{ ENTRY_REQ_CUT, "the request does not end in the capture" },
	{ ENTRY_RES_CUT, "the response does not end in the capture" },
	{ ENTRY_REQ_GAP, "bytes of the request are missing" },
	{ ENTRY_RES_GAP, "bytes of the response are missing" },
	{ ENTRY_FIELDS_UNKNOWN,
	  "header fields refer to bytes from before the capture or in a gap" },
	{ ENTRY_PAIR_DOUBT, "after a gap, request and response may not match" },
};

int64_t
entry_time(const struct entry *e)
{
	return e->request.present ? e->request.last : e->response.last;
}

int64_t
entry_elapsed_ms(const struct entry *e)
{
	const uint64_t ms = (uint64_t)CLOCK_MSEC;
	uint64_t ns;

	if (!e->request.present || !e->response.present ||
	    e->response.last <= e->request.last)
		return 0;
	/* Unsigned: the difference of any two times fits. */
	ns = (uint64_t)e->response.last - (uint64_t)e->request.last;
	return (int64_t)(ns / ms + (ns % ms >= ms / 2));
}

bool
entry_complete(uint32_t flags)
{
	return entry_reason(flags)[0] == '\0';
}

const char *
entry_reason(uint32_t flags)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if ((flags & reasons[i].flag) != 0)
			return reasons[i].text;
	}
	return "";
}
