/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace: the last packets of one direction, to know one of them again.
 *
 * The same packet captured twice (at both ends of a veth pair, say) is told
 * from one that was sent again: it has the same IPv4 identification, sequence
 * and acknowledgement numbers, and comes within TRACE_SAME_NS. Where the
 * identification is 0 (IPv6, and IPv4 of some senders) the window has to be the
 * same, too, and the time is TRACE_SAME_NOID_NS.
 */
#ifndef NET_TRACE_H
#define NET_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/net/packet.h"

#define TRACE_SAME_NS      UINT64_C(10000000)
#define TRACE_SAME_NOID_NS UINT64_C(1000000)

enum {
	TRACE_DATA = 8,    /* segments with payload that are remembered */
	TRACE_CONTROL = 4, /* and without */
	TRACE_GAPS = 4,    /* gaps, to tell what comes late */
};

struct trace_packet {
	int64_t ts;
	uint64_t hash; /* of the payload; 0: it is not there in one piece */
	uint32_t seq, ack, len;
	uint16_t ip_id;
	uint16_t window;
	uint8_t flags;
	bool used;
};

struct trace_gap {
	int64_t from, to;
};

struct trace {
	struct trace_packet data[TRACE_DATA];
	struct trace_packet control[TRACE_CONTROL];
	struct trace_gap gap[TRACE_GAPS];
	uint8_t ndata, ncontrol, ngap; /* where the next one goes */
};

/* Never 0, and different for different bytes but for bad luck. */
uint64_t trace_hash(const uint8_t *p, size_t n);

/* Has this very packet been seen? */
bool trace_seen(const struct trace *t, const struct trace_packet *p);

/* Was the same payload sent with other bytes? */
bool trace_differs(const struct trace *t, const struct trace_packet *p);

void trace_add(struct trace *t, const struct trace_packet *p);

void trace_add_gap(struct trace *t, int64_t from, int64_t to);
bool trace_in_gap(const struct trace *t, int64_t from, int64_t to);

#endif /* NET_TRACE_H */
