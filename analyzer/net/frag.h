/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frag: IP datagrams put together from fragments (RFC 791, RFC 8200).
 *
 * Keyed by (capture point, source, destination, protocol, id). Overlapping
 * fragments make the whole datagram bad (RFC 5722), unless one is a copy of
 * another: the same packet may be captured twice. A copy takes part like any
 * record while its datagram is incomplete and is FRAG_BAD afterwards.
 *
 * The bytes are copied; the result lists where each run of them lies in the
 * evidence. Bounded by number of datagrams and fragments; the oldest datagram
 * is dropped to make room, and so is one that is not complete 30 s of packet
 * time after its first fragment (RFC 791 asks for 15 s or more).
 */
#ifndef NET_FRAG_H
#define NET_FRAG_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/position.h"
#include "analyzer/net/limits.h"
#include "analyzer/net/packet.h"
#include "analyzer/net/piece.h"
#include "base/compiler.h"

struct frag_table;

/* One record that took part, in the order of the capture. */
struct frag_record {
	struct position at;
	uint64_t file_off; /* of the record's bytes in the capture file */
	int64_t ts;
	uint32_t origlen;
};

struct frag_datagram {
	const uint8_t
	    *data;       /* whole IP payload; borrowed until the next call */
	uint32_t len;    /* of the payload on the wire; data has as many */
	uint32_t caplen; /* bytes captured up to the first one that was not;
	                  * from there on data is zero */
	size_t npieces;  /* runs of data in order of offset; their `packet`
	                  * is the index into records */
	const struct piece *pieces;
	size_t nrecords;
	const struct frag_record *records;
};

enum frag_result {
	FRAG_PENDING, /* kept; more must come */
	FRAG_DONE,    /* *ret_datagram is complete */
	FRAG_BAD,     /* this fragment cannot be used */
};

struct frag_table *frag_table_new(const struct net_limits *limits);
void frag_table_free(struct frag_table *t);

/* Add one fragment (packet.kind == PACKET_FRAGMENT) of capture point `point`.
 */
enum frag_result frag_add(struct frag_table *t, uint32_t point,
                          const struct packet *pkt,
                          const struct frag_record *rec,
                          struct frag_datagram *ret_datagram);

/* Fragments of datagrams given up so far: room, overlap. */
uint64_t frag_dropped(const struct frag_table *t);

#endif /* NET_FRAG_H */
