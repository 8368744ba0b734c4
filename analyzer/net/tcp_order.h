/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp_order: when bytes are delivered, and when missing ones are given up.
 *
 * The inside of struct tcp_conn, shared with tcp.c, which reads segments and
 * decides what they are. Here they wait for their turn. A run of bytes has its
 * turn when all before it in its direction went and the other direction has
 * reached what its segment acknowledged (its `need`).
 *
 * Sequence numbers are unwrapped to positions: signed, 0 at the first number
 * that was learnt of a side. A side's stream offset 0 is its position `zero`,
 * fixed when the side is started. Until then everything is held: the start may
 * come later than what follows it.
 */
#ifndef NET_TCP_ORDER_H
#define NET_TCP_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/net/held.h"
#include "analyzer/net/tcp.h"
#include "analyzer/net/trace.h"

/* No position, or no time. Smaller than all of them. */
#define TCP_NONE INT64_MIN

struct tcp_side {
	int64_t zero;    /* where stream offset 0 is */
	int64_t next;    /* the next byte to deliver */
	int64_t high;    /* behind the last byte or FIN seen */
	int64_t acked;   /* the other side has all before it */
	int64_t low;     /* until started: the first byte or FIN seen */
	int64_t ack_low; /* until started: the lowest acknowledgement */
	int64_t idle;    /* until started: the lowest one without payload */
	int64_t fin;     /* the FIN, behind the last byte */
	int64_t fin_need, fin_ts;
	int64_t since; /* when the acknowledged hole at next was noticed */
	struct held held;
	struct trace *trace; /* NULL: none yet, or no memory */
	struct tcp_side_stats stats;
	uint32_t seq0; /* the sequence number of position 0 */
	uint32_t isn;
	uint32_t packets;
	uint16_t window;
	bool known;   /* seq0 is */
	bool started; /* zero is */
	bool soft;    /* started where no byte or SYN was seen */
	bool syn, rst;
	bool ended;  /* told the user so */
	bool absent; /* the capture has none of its packets: no use waiting */
	bool ghost;  /* one position past next was acknowledged and given up:
	              * a FIN that was not captured, most likely */
	bool probed; /* it sent a keep-alive; the answer is to come */
};

struct tcp_conn {
	const struct net_limits *limits;
	struct tcp_budget *budget;
	const struct tcp_events *events;
	void *ctx;
	struct tcp_side side[2];
	int64_t first_ts;
	int64_t now; /* the latest time stamp so far */
	int64_t syn_ts, ack_ts;
	uint32_t packets;
	int8_t opener;
	bool holding; /* neither side is started */
	bool reset;
};

/* Fix where the sides start; from now on bytes are delivered. */
void tcp_order_start(struct tcp_conn *c);

/*
 * The first `len` bytes of a segment's payload belong at pos; need is where the
 * other side must be first. Delivers or holds them. Adds up in io.
 */
void tcp_order_payload(struct tcp_conn *c, const struct tcp_segment *s,
                       int64_t pos, uint32_t len, int64_t need,
                       struct held_sum *io);

/* Deliver what has its turn, give up what the limits say. */
void tcp_order_run(struct tcp_conn *c);

/* Deliver everything, with gaps of `cause` between, and end both sides. */
void tcp_order_flush(struct tcp_conn *c, enum gap_cause cause,
                     enum tcp_ending how);

#endif /* NET_TCP_ORDER_H */
