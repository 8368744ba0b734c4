/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: one conversation as the index knows it, dissected or not.
 *
 * Side 0 is the sender of the first packet seen. `client` tells which side is
 * the client once that is known; directions (TO_SERVER, TO_CLIENT) are sides
 * seen from there: side = dir ^ client.
 */
#ifndef ENTRY_STREAM_H
#define ENTRY_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/position.h"
#include "base/addr.h"
#include "base/str.h"

enum stream_state {
	STREAM_OPEN,      /* neither side had ended when the capture did */
	STREAM_HALF_OPEN, /* SYN without an answer */
	STREAM_CLOSING,   /* one side sent FIN */
	STREAM_CLOSED,    /* both sides sent FIN */
	STREAM_RESET,     /* RST */
	STREAM_IDLE,      /* UDP: ended by silence or by the capture */
	STREAM_EVICTED,   /* put away to make room; see diag */
	STREAM_REUSED,    /* its ports began a new connection */
	STREAM_STATE_COUNT
};

const char *stream_state_name(enum stream_state s);

/* Counters of one side, or rather of what that side sent. */
struct stream_side {
	uint64_t packets;
	uint64_t bytes;   /* original lengths of the packets */
	uint64_t payload; /* payload bytes accepted, without repetitions */
	uint64_t retransmissions;
	uint64_t out_of_order;
	uint64_t duplicate_acks;
	uint64_t zero_windows;
	uint64_t gaps;
	uint64_t gap_bytes;
	bool syn, fin, rst;
};

struct stream {
	int64_t id; /* position_id(first packet, 0) */
	struct position first;
	uint32_t point; /* capture point: one vantage of one node */
	uint8_t l4;     /* 6 TCP, 17 UDP */
	enum stream_state state;
	struct addr addr[2]; /* of side 0 and side 1 */
	uint16_t port[2];
	uint8_t client;    /* side */
	bool role_guessed; /* inferred, not seen from a SYN or YES probe */
	bool late_join;    /* no SYN seen */
	bool tls;          /* plaintext of a TLS connection (file name) */
	bool tls_wire;     /* TLS records on the wire, not decrypted */
	int64_t first_ts, last_ts; /* nanoseconds */
	int64_t handshake_rtt; /* SYN to the ACK that ends it, ns; -1 unknown */
	struct stream_side side[2];
	uint64_t entries;
	bool unfinished;      /* another row of it follows */
	const char *protocol; /* dissector name, "" when none */
	const char *reason;   /* why none, or why it stopped; "" */
};

#endif /* ENTRY_STREAM_H */
