/* SPDX-License-Identifier: Apache-2.0 */
/*
 * piece: payload bytes with their place in the evidence.
 *
 * A segment or datagram is one piece, or several when it was put together from
 * IP fragments. Bytes are borrowed for the duration of the call.
 */
#ifndef NET_PIECE_H
#define NET_PIECE_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/position.h"
#include "base/compiler.h"
#include "base/cursor.h"

struct piece {
	const uint8_t *p;
	uint32_t n;
	uint32_t skip;   /* bytes of the record in front of p */
	uint32_t packet; /* ordinal of the packet in its stream's packet list */
	struct position at;
	uint64_t file_off; /* of the record's bytes in the capture file */
	int64_t ts;        /* nanoseconds since the epoch */
};

/* Its bytes from..from + n - 1, which must be there, with their place. */
static inline struct piece
piece_part(const struct piece *p, uint32_t from, uint32_t n)
{
	struct cursor c = cur_make(p->p, p->n, false);
	struct piece r = *p;

	(void)cur_skip(&c, from);
	r.p = c.p;
	r.n = n;
	r.skip += from;
	ENSURE(cur_skip(&c, n));
	return r;
}

#endif /* NET_PIECE_H */
