/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry: one exchange as the index knows it.
 *
 * The summary that lists, filters, maps and charts need, and where the bytes
 * are. Everything else is rendered from the evidence on demand. A side that
 * was not seen is absent; the entry says so in its flags.
 *
 * Times are nanoseconds since the epoch of the first and last packet that
 * carried the side. Strings are borrowed: they live as long as the batch that
 * carries the entry.
 */
#ifndef ENTRY_ENTRY_H
#define ENTRY_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/span.h"
#include "base/str.h"

struct protocol;

enum entry_flag {
	ENTRY_NO_REQUEST = 1 << 0,  /* a response alone */
	ENTRY_NO_RESPONSE = 1 << 1, /* a request alone */
	ENTRY_REQ_CUT = 1 << 2,     /* the request did not end in the capture */
	ENTRY_RES_CUT = 1 << 3,
	ENTRY_REQ_GAP = 1 << 4, /* bytes are missing inside */
	ENTRY_RES_GAP = 1 << 5,
	ENTRY_LATE_JOIN = 1 << 6,    /* the stream began before the capture */
	ENTRY_ROLE_GUESSED = 1 << 7, /* who is the client was inferred */
	ENTRY_FAILED = 1 << 8,  /* the protocol calls the outcome a failure */
	ENTRY_ONE_WAY = 1 << 9, /* no answer is expected */
	ENTRY_SPANS_CUT = 1 << 10,   /* more than SPAN_MAX spans */
	ENTRY_RESYNCED = 1 << 11,    /* found by searching after a gap */
	ENTRY_PAIR_DOUBT = 1 << 12,  /* a gap makes the pairing uncertain */
	ENTRY_REVERSED = 1 << 13,    /* the request went to the client */
	ENTRY_SUMMARY_CUT = 1 << 14, /* method, target or host is not whole */
	/* Header fields refer to bytes that the capture does not have. */
	ENTRY_FIELDS_UNKNOWN = 1 << 15,
	ENTRY_PUSHED = 1 << 16, /* the server sent the request, too (HTTP/2) */
	/* The client took the request back before a response began. */
	ENTRY_GIVEN_UP = 1 << 17,
};

struct entry_side {
	bool present;
	int64_t first; /* time of the packet with its first byte */
	int64_t last;  /* time of the packet with its last byte */
	uint64_t size; /* bytes of the message as captured, head and body */
	size_t nspans;
	const struct span *spans;
	struct str kept; /* what render cannot rebuild from the spans */
	size_t nshared;  /* of kept: the front that many entries share */
};

struct entry {
	int64_t id; /* position_id() of the request's first packet, or of
	             * the response's when there is no request */
	int64_t stream;
	uint64_t ordinal; /* n-th exchange that began in its stream, from 0 */
	const struct protocol *proto;
	uint32_t flags; /* enum entry_flag */
	int32_t status; /* 0: none */
	struct str method;
	struct str target; /* what the list shows: a path, a key, a name */
	struct str host;   /* authority the client asked for */
	struct entry_side request;
	struct entry_side response;
};

/* The way that the bytes of an entry's request, or of its response, went. */
static inline enum dir
entry_dir(uint32_t flags, bool response)
{
	bool back = response || (flags & ENTRY_PUSHED) != 0;

	return back != ((flags & ENTRY_REVERSED) != 0) ? TO_CLIENT : TO_SERVER;
}

/* The contract's instant of an entry, ns: end of request, else of response. */
int64_t entry_time(const struct entry *e);
/* The contract's elapsedTime in ms: rounded half away from zero, min 0. */
int64_t entry_elapsed_ms(const struct entry *e);
/* Both sides whole and no doubt: evidence.complete. */
bool entry_complete(uint32_t flags);
/* evidence.reason: the first thing that is wrong, "" when complete. */
const char *entry_reason(uint32_t flags);

#endif /* ENTRY_ENTRY_H */
