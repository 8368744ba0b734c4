/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/stream.h"

#include "base/compiler.h"

/* The names are part of the index format: append only. */
static const char *const states[STREAM_STATE_COUNT] = {
	[STREAM_OPEN] = "open",       [STREAM_HALF_OPEN] = "half_open",
	[STREAM_CLOSING] = "closing", [STREAM_CLOSED] = "closed",
	[STREAM_RESET] = "reset",     [STREAM_IDLE] = "idle",
	[STREAM_EVICTED] = "evicted", [STREAM_REUSED] = "reused",
};

const char *
stream_state_name(enum stream_state s)
{
	ENSURE((unsigned)s < STREAM_STATE_COUNT);
	return states[s];
}
