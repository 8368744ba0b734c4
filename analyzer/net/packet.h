/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: the headers of one packet, from the link layer to the ports.
 *
 * net_decode() is pure: bytes in, struct out, nothing allocated or kept.
 * Link types: Ethernet, 802.1Q and 802.1ad, Linux SLL and SLL2, RAW, IPv4,
 * IPv6, NULL, LOOP, PPP (with and without HDLC framing). Tunnels are unwrapped
 * to the innermost IP packet: VXLAN (4789, 8472), Geneve (6081), GTP-U (2152),
 * GRE, ERSPAN I to III, IP-in-IP, 6in4, MPLS, PPPoE. When a tunnel's inside is
 * not readable the outer packet is the result.
 *
 * Lengths come from the IP header where it is right and from the capture where
 * it is not (segmentation offload writes 0). Ethernet padding is not payload.
 */
#ifndef NET_PACKET_H
#define NET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/disposition.h"
#include "base/addr.h"
#include "base/cursor.h"

enum packet_kind {
	PACKET_TCP,
	PACKET_UDP,
	PACKET_FRAGMENT, /* of an IP datagram: goes to frag_add() */
	PACKET_NONE,     /* in no stream; `why` is its disposition */
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
};

struct packet_tcp {
	uint32_t seq;
	uint32_t ack;
	uint16_t window; /* unscaled */
	uint8_t flags;   /* enum tcp_flag */
};

struct packet_frag {
	uint32_t id;
	uint32_t off; /* of these bytes in the datagram's payload */
	bool more;
};

struct packet {
	enum packet_kind kind;
	enum disposition why; /* with PACKET_NONE */
	struct addr src, dst; /* innermost */
	uint16_t sport, dport;
	uint8_t l4;          /* IP protocol number of the innermost packet */
	uint8_t tunnels;     /* how many were unwrapped */
	uint8_t tunnels_max; /* how many it may be, for net_decode_l4() */
	uint16_t ip_id;      /* IPv4 identification, 0 for IPv6 */
	struct packet_tcp tcp;
	struct packet_frag frag;
	uint32_t len; /* payload bytes on the wire, after the L4 header;
	               * of a fragment: bytes of IP payload */
	uint32_t off; /* of the payload in the record's bytes */
	const uint8_t *payload; /* borrowed from the record */
	uint32_t caplen;        /* payload bytes present, <= len */
};

/*
 * Decode a record: `data` are its captured bytes, `origlen` what was on the
 * wire. Everything in *ret_packet is written.
 */
void net_decode(uint16_t linktype, struct cursor data, uint32_t origlen,
                uint32_t max_tunnels, struct packet *ret_packet);

/*
 * Decode a datagram that was put together from fragments, `len` bytes on the
 * wire: `io` is the packet of any of them. Its src, dst, l4 and ip_id stand
 * unless a tunnel is unwrapped, the rest is written; `off` counts from the
 * datagram's first byte. The kind is never PACKET_FRAGMENT: a tunnel whose
 * inside is a fragment again is not unwrapped.
 */
void net_decode_l4(struct cursor datagram, uint32_t len, struct packet *io);

/* Is this link type read at all? Its name if known ("IEEE802_11"), else "". */
bool net_link_known(uint16_t linktype);
const char *net_link_name(uint16_t linktype);

#endif /* NET_PACKET_H */
