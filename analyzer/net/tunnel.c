/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/tunnel.h"

#include <stddef.h>

#include "analyzer/net/ip.h"

enum {
	PORT_GTPU = 2152,
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
	PORT_VXLAN_LINUX = 8472, /* what Linux used first; flannel's default */
};

enum {
	VXLAN_HAS_ID = 0x08,
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080, /* version 1 only */
	GRE_VERSION = 0x0007,
	GTPU_FIXED = 0xf0, /* version and protocol type */
	GTPU_IS_V1 = 0x30,
	GTPU_OPTIONAL = 0x07, /* any of: extension, sequence, N-PDU */
	GTPU_EXTENSION = 0x04,
	GTPU_DATA = 0xff, /* message type T-PDU */
	GTPU_EXTENSIONS_MAX = 16,
	ERSPAN3_TYPE_SHIFT = 10,
	ERSPAN3_SUBHEADER = 0x0001,
};

static uint16_t
open_vxlan(struct layer *io)
{
	uint8_t flags = cur_u8(&io->c);

	(void)cur_skip(&io->c, 7);
	return flags & VXLAN_HAS_ID ? ETHER_BRIDGED : ETHER_NOTHING;
}

static uint16_t
open_geneve(struct layer *io)
{
	uint8_t head = cur_u8(&io->c);
	uint16_t type;

	(void)cur_skip(&io->c, 1);
	type = cur_be16(&io->c);
	(void)cur_skip(&io->c, 4 + (head & 0x3fu) * 4);
	if (head >> 6 != 0) /* version */
		return ETHER_NOTHING;
	return type == ETHER_BRIDGED || type == ETHER_IPV4 || type == ETHER_IPV6
	           ? type
	           : ETHER_NOTHING;
}

static uint16_t
open_gtpu(struct layer *io)
{
	uint8_t flags = cur_u8(&io->c);
	uint8_t type = cur_u8(&io->c);
	uint8_t next = 0;

	(void)cur_skip(&io->c, 6);
	if ((flags & GTPU_FIXED) != GTPU_IS_V1 || type != GTPU_DATA)
		return ETHER_NOTHING;
	if (flags & GTPU_OPTIONAL) {
		(void)cur_skip(&io->c, 3);
		next = cur_u8(&io->c);
	}
	if ((flags & GTPU_EXTENSION) == 0)
		return ETHER_IP;
	for (unsigned n = 0; next != 0 && cur_ok(&io->c); n++) {
		size_t len = cur_u8(&io->c) * (size_t)4;

		if (len == 0 || n == GTPU_EXTENSIONS_MAX)
			return ETHER_NOTHING;
		(void)cur_skip(&io->c, len - 2);
		next = cur_u8(&io->c);
	}
	return ETHER_IP;
}

static uint16_t
open_udp(uint16_t port, struct layer *io)
{
	switch (port) {
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX:
		return open_vxlan(io);
	case PORT_GENEVE:
		return open_geneve(io);
	case PORT_GTPU:
		return open_gtpu(io);
	default:
		return ETHER_NOTHING;
	}
}

static uint16_t
open_erspan3(struct layer *io)
{
	uint16_t bits;

	(void)cur_skip(&io->c, 10);
	bits = cur_be16(&io->c);
	if (bits & ERSPAN3_SUBHEADER)
		(void)cur_skip(&io->c, 8);
	switch (bits >> ERSPAN3_TYPE_SHIFT & 0x1f) {
	case 0:
		return ETHER_BRIDGED;
	case 2:
		return ETHER_IP;
	default:
		return ETHER_NOTHING;
	}
}

static uint16_t
open_gre(struct layer *io)
{
	uint16_t flags = cur_be16(&io->c);
	uint16_t type = cur_be16(&io->c);
	unsigned version = flags & GRE_VERSION;

	if (version > 1 || (flags & GRE_ROUTING))
		return ETHER_NOTHING;
	if (flags & GRE_CHECKSUM)
		(void)cur_skip(&io->c, 4);
	if (flags & GRE_KEY)
		(void)cur_skip(&io->c, 4);
	if (flags & GRE_SEQUENCE)
		(void)cur_skip(&io->c, 4);
	if (version == 1) {
		if (flags & GRE_ACK)
			(void)cur_skip(&io->c, 4);
		return type == ETHER_PPP ? ETHER_PPP : ETHER_NOTHING;
	}
	switch (type) {
	case ETHER_ERSPAN:
		/* Type I has no header and, unlike type II, no sequence. */
		if (flags & GRE_SEQUENCE)
			(void)cur_skip(&io->c, 8);
		return ETHER_BRIDGED;
	case ETHER_ERSPAN3:
		return open_erspan3(io);
	case ETHER_IPV4:
	case ETHER_IPV6:
	case ETHER_BRIDGED:
	case ETHER_MPLS:
	case ETHER_MPLS_MULTI:
	case ETHER_PPP:
		return type;
	default:
		return ETHER_NOTHING;
	}
}

static uint16_t
open_ip(uint8_t l4, struct layer *io)
{
	switch (l4) {
	case IP_IPV4:
		return ETHER_IPV4;
	case IP_IPV6:
		return ETHER_IPV6;
	case IP_MPLS:
		return ETHER_MPLS;
	case IP_GRE:
		return open_gre(io);
	default:
		return ETHER_NOTHING;
	}
}

bool
tunnel_open(const struct packet *pkt, struct layer *io, uint16_t *ret_type)
{
	struct layer inner = *io;
	uint16_t type;

	if (pkt->kind == PACKET_UDP)
		type = open_udp(pkt->dport, &inner);
	else
		type = open_ip(pkt->l4, &inner);
	/* When the capture ends in the tunnel's header, so does what follows
	 * it: reading on will find that out and say so. */
	if (!cur_ok(&inner.c) && io->cut != 0)
		type = ETHER_IP;
	else if (!cur_ok(&inner.c) || type == ETHER_NOTHING)
		return false;
	*io = inner;
	*ret_type = type;
	return true;
}
