/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layer: what is left of a packet while its headers are taken off.
 *
 * The snap length may have cut the packet. `cut` is how many bytes were on the
 * wire behind the end of the cursor; as that does not change when the cursor
 * moves, nothing has to be counted twice.
 */
#ifndef NET_LAYER_H
#define NET_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/disposition.h"
#include "base/cursor.h"

/* EtherTypes and what we treat as one. */
enum ether_type {
	ETHER_IPV4 = 0x0800,
	ETHER_IPV6 = 0x86dd,
	ETHER_VLAN = 0x8100,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MULTI = 0x8848,
	ETHER_PPPOE = 0x8864,
	ETHER_PPP = 0x880b,
	ETHER_BRIDGED = 0x6558, /* an Ethernet frame (RFC 1701) */
	ETHER_ERSPAN = 0x88be,
	ETHER_ERSPAN3 = 0x22eb,
	/* Ours, below 1536 and so no EtherType. */
	ETHER_LLC = 4,     /* an 802.2 header; Linux has the same number */
	ETHER_IP = 1,      /* IPv4 or IPv6, its first nibble tells */
	ETHER_NOTHING = 0, /* nothing that we read */
};

struct layer {
	struct cursor c;
	size_t cut;
};

/* Bytes that were on the wire from here on. */
static inline size_t
layer_wire(const struct layer *l)
{
	return cur_left(&l->c) + l->cut;
}

/*
 * Nothing after the next n bytes of the wire belongs to this layer: padding,
 * trailers. When fewer were captured, or n is more than there was, the rest
 * counts as cut.
 */
static inline void
layer_clip(struct layer *l, size_t n)
{
	size_t left = cur_left(&l->c);

	if (n <= left) {
		l->c = cur_block(&l->c, n);
		l->cut = 0;
	} else {
		l->cut = n - left;
	}
}

/* Why a read failed: the capture ended, or the packet itself did. */
static inline enum disposition
layer_why(const struct layer *l)
{
	return l->cut != 0 ? DISPOSITION_HEADER_CUT : DISPOSITION_MALFORMED;
}

#endif /* NET_LAYER_H */
