/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp: both directions of a connection as byte streams with absolute offsets.
 *
 * Offset 0 of a side is the byte after its SYN, or, joined late, the first
 * byte seen; sequence numbers are unwrapped to 64 bits. Bytes are delivered in
 * order, each once: where segments overlap the first to arrive wins, and a
 * difference is reported. Between the sides the order of delivery is fixed by
 * sequence and acknowledgement numbers: a segment is delivered after what it
 * acknowledges, whatever the order of capture. What does not come is given up
 * as a gap with a cause when the receiver acknowledged it and enough follows,
 * when too much waits behind it, or when the stream ends.
 *
 * Nothing depends on anything but the packets of this stream and the budget of
 * its virtual shard. Sources: RFC 9293; RFC 7323 for sequence wrap.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/disposition.h"
#include "analyzer/entry/gap.h"
#include "analyzer/net/limits.h"
#include "analyzer/net/packet.h"
#include "analyzer/net/piece.h"
#include "base/compiler.h"

enum tcp_ending { TCP_END_FIN, TCP_END_RST, TCP_END_CUT };

/*
 * What a connection tells its user, in delivery order. `side` is 0 for the
 * sender of the first packet. Callbacks must not call back into tcp.
 */
struct tcp_events {
	/* New bytes at stream offset off; borrowed during the call. */
	void (*data)(void *ctx, int side, uint64_t off, const struct piece *p);
	void (*gap)(void *ctx, int side, const struct gap *g);
	/* No more bytes of this side will come; once a side. */
	void (*end)(void *ctx, int side, enum tcp_ending how);
	/* A retransmission differed from what was taken, at [off, off+len). */
	void (*conflict)(void *ctx, int side, uint64_t off, uint32_t len,
	                 const struct piece *p);
};

/* Bytes held for one virtual shard; shared by its connections. */
struct tcp_budget {
	uint64_t held;
	uint64_t max;
};

struct tcp_segment {
	int side;
	struct packet_tcp h;
	uint16_t ip_id;
	int64_t ts;
	uint32_t len;   /* payload on the wire */
	size_t npieces; /* payload present, in order, from the start */
	const struct piece *pieces;
};

struct tcp_side_stats {
	uint64_t payload;
	uint64_t retransmissions;
	uint64_t out_of_order;
	uint64_t duplicate_acks;
	uint64_t zero_windows;
	uint64_t gaps;
	uint64_t gap_bytes;
};

struct tcp_conn;

/*
 * A connection for one stream. NULL when memory is out. `events`, `budget` and
 * `limits` are borrowed for its life.
 */
struct tcp_conn *tcp_conn_new(const struct net_limits *limits,
                              struct tcp_budget *budget,
                              const struct tcp_events *events, void *ctx);
/* Frees what is held without delivering it; accepts NULL. */
void tcp_conn_free(struct tcp_conn *c);

/*
 * Take one segment; may deliver. Returns its disposition. A segment that would
 * begin another connection on the same ports (SYN with an unrelated sequence
 * number after traffic or after the end) is not taken: *ret_reused is set and
 * the caller starts a new stream with it.
 *
 * Payload that is held counts as taken. A RST ends both sides; payload that
 * comes after it is late. Overlaps with bytes that are held are compared byte
 * by byte; of bytes that were delivered only the last few segments are known,
 * by hash, so a conflict with older ones goes unnoticed.
 */
enum disposition tcp_conn_segment(struct tcp_conn *c,
                                  const struct tcp_segment *s,
                                  bool *ret_reused);

/*
 * The stream is over (capture end, eviction): deliver all that is held, with
 * gaps of `cause` for what is missing, and end both sides. With GAP_UNSEEN,
 * what the receiver acknowledged is GAP_LOST. A single position that was
 * acknowledged at the very end is taken for a FIN that was not captured, and is
 * no gap.
 */
void tcp_conn_finish(struct tcp_conn *c, enum gap_cause cause);

/* Both sides ended (FIN delivered, or RST). */
bool tcp_conn_over(const struct tcp_conn *c);
bool tcp_conn_reset(const struct tcp_conn *c);
bool tcp_conn_saw_syn(const struct tcp_conn *c, int side);
bool tcp_conn_saw_fin(const struct tcp_conn *c, int side);
bool tcp_conn_saw_rst(const struct tcp_conn *c, int side);
/* The side that sent the connection's first SYN, or -1. A SYN-ACK without its
 * SYN tells it as well. */
int tcp_conn_opener(const struct tcp_conn *c);
/* SYN to the ACK that completes the handshake, ns; -1 when not seen. */
int64_t tcp_conn_handshake(const struct tcp_conn *c);
const struct tcp_side_stats *tcp_conn_stats(const struct tcp_conn *c, int side);

#endif /* NET_TCP_H */
