/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mktcp: captures of TCP segments, made one by one.
 *
 * Clients are 10.0.0.1, servers 10.0.0.2 on port 6379 unless told; link types
 * are LINKTYPE_RAW in pcap and what the interface has in pcapng, where
 * LINKTYPE_ETHERNET gets its header. A test ends when there is no memory.
 */
#ifndef TESTS_SUPPORT_MKTCP_H
#define TESTS_SUPPORT_MKTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	MKTCP_SYN = 2,
	MKTCP_ACK = 16,
	MKTCP_PUSH = 24, /* with ACK */
	MKTCP_ETHERNET = 1,
	MKTCP_RAW = 101,
	MKTCP_MAX = 4 << 20, /* bytes of a capture */
};

struct mktcp_segment {
	bool back; /* from the server */
	uint32_t seq, ack;
	uint8_t flags;
	const void *data;
	size_t n;
	uint16_t client; /* ports; 0: 40000 and 6379 */
	uint16_t server;
};

/* A pcap file; times are milliseconds after the first. */
void mktcp_pcap_begin(struct buf *b);
void mktcp_pcap(struct buf *b, uint32_t at, const struct mktcp_segment *s);
/* The three packets that open a connection, at 0. */
void mktcp_pcap_handshake(struct buf *b);

/* A pcapng file: a section, its interfaces (name NULL: none), packets. */
void mktcp_ng_begin(struct buf *b);
void mktcp_ng_section(struct buf *b);
void mktcp_ng_iface(struct buf *b, const char *name, uint32_t linktype);
void mktcp_ng(struct buf *b, uint32_t iface, uint32_t linktype, uint32_t at,
              const struct mktcp_segment *s);

#endif /* TESTS_SUPPORT_MKTCP_H */
