/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stall: how long a message was held up because bytes were lost on the way.
 *
 * A byte is due from the moment the capture first has it, or one behind it in
 * the same message. It is there with the last packet that brings it before the
 * capture has its acknowledgement. What lies between is a stall: of a byte that
 * was sent again the time from its first copy to that last one, of a byte that
 * was overtaken the time from the first later byte to its own arrival. As TCP
 * delivers in order, a message is also held up by bytes in front of it that
 * come after its first packet; other messages between its bytes count as its
 * own. The sum is of the union, so that nothing counts twice. RFC 9293, section
 * 3.4; RFC 6675 has the sender's side of it.
 *
 * What this cannot see: a segment that was lost before the capture point and
 * that nothing followed looks like a pause. Copies of one packet, keep-alives
 * and window probes are not sent again in this sense. Bytes that were never
 * captured are counted as missing; how long they took nobody knows.
 *
 *	stall_new()     the index tells which packets have to be looked at
 *	stall_wanted()  these; each goes to stall_take(), in order of time
 *	stall_sum()     the result
 *
 * A sender that repeated, disordered and lost nothing needs no packets at all.
 */
#ifndef QUERY_STALL_H
#define QUERY_STALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/position.h"
#include "analyzer/index/row.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* Packets of the stream, from the message's first on, that are looked at. */
#define STALL_PACKETS ((size_t)8192)
/* Of them, behind the last that carried the message: repetitions come within a
 * window's worth of segments. */
#define STALL_BEHIND ((uint64_t)1024)

struct stall;

struct stall_packet {
	struct position at;
	uint64_t off;  /* of its bytes in the capture file */
	bool reversed; /* from the receiver: only acknowledges */
};

/* The bytes of a packet, as captured. */
struct stall_bytes {
	struct str data;
	uint16_t linktype;
	uint32_t origlen;
	int64_t ts;
};

struct stall_span {
	int64_t from, to; /* ns since the epoch */
};

struct stall_sum {
	int64_t ns;       /* of all spans, which do not overlap */
	uint64_t bytes;   /* that came late, or again: each time counts */
	uint64_t missing; /* bytes that were never captured */
	bool complete;    /* else there were more packets than STALL_PACKETS */
	size_t n;
	const struct stall_span *span; /* n, in order; the stall's own */
};

/*
 * *ret_stall is NULL where there is nothing to tell: a side that was not seen,
 * or is not over TCP. ERR_NOMEM and the codes of the index's reader.
 */
int stall_new(struct opened *o, const struct index_entry *entry, enum side side,
              struct err *e, struct stall **ret_stall) WARN_UNUSED;
void stall_free(struct stall *s);

const struct stall_packet *stall_wanted(const struct stall *s, size_t *ret_n);
/* A packet that is not wanted makes no difference. */
void stall_take(struct stall *s, uint32_t source, uint64_t off,
                const struct stall_bytes *b);
void stall_sum(const struct stall *s, struct stall_sum *ret_sum);

#endif /* QUERY_STALL_H */
