/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/packet.h"

#include <assert.h>
#include <stddef.h>

#include "analyzer/net/ip.h"
#include "analyzer/net/layer.h"
#include "analyzer/net/link.h"
#include "analyzer/net/tunnel.h"

enum {
	TCP_HEADER = 20,
	UDP_HEADER = 8,
};

static void
set_none(struct packet *pkt, enum disposition why)
{
	pkt->kind = PACKET_NONE;
	pkt->why = why;
}

/* What is left is the payload. */
static void
set_payload(struct packet *pkt, enum packet_kind kind, const struct layer *l)
{
	pkt->kind = kind;
	pkt->payload = l->c.p;
	pkt->caplen = (uint32_t)cur_left(&l->c);
	pkt->len = (uint32_t)layer_wire(l);
}

static void
decode_tcp(struct layer *l, struct packet *pkt)
{
	size_t options;
	uint8_t size;

	pkt->sport = cur_be16(&l->c);
	pkt->dport = cur_be16(&l->c);
	pkt->tcp.seq = cur_be32(&l->c);
	pkt->tcp.ack = cur_be32(&l->c);
	size = cur_u8(&l->c);
	pkt->tcp.flags = cur_u8(&l->c);
	pkt->tcp.window = cur_be16(&l->c);
	(void)cur_skip(&l->c, 4);
	if (!cur_ok(&l->c)) {
		set_none(pkt, layer_why(l));
		return;
	}
	options = (size_t)(size >> 4) * 4 - TCP_HEADER;
	if (size >> 4 < TCP_HEADER / 4 || options > layer_wire(l)) {
		set_none(pkt, DISPOSITION_MALFORMED);
		return;
	}
	/* Options that were cut are no loss: nobody here reads them. */
	if (options > cur_left(&l->c)) {
		l->cut -= options - cur_left(&l->c);
		options = cur_left(&l->c);
	}
	(void)cur_skip(&l->c, options);
	set_payload(pkt, PACKET_TCP, l);
}

static void
decode_udp(struct layer *l, struct packet *pkt)
{
	size_t wire = layer_wire(l);
	uint16_t len;

	pkt->sport = cur_be16(&l->c);
	pkt->dport = cur_be16(&l->c);
	len = cur_be16(&l->c);
	(void)cur_skip(&l->c, 2);
	if (!cur_ok(&l->c)) {
		set_none(pkt, layer_why(l));
		return;
	}
	/* 0 is segmentation offload, as with IPv4. */
	if (len != 0) {
		if (len < UDP_HEADER || len > wire) {
			set_none(pkt, DISPOSITION_MALFORMED);
			return;
		}
		layer_clip(l, len - (size_t)UDP_HEADER);
	}
	set_payload(pkt, PACKET_UDP, l);
}

static void
decode_l4(struct layer *l, struct packet *pkt)
{
	if (pkt->l4 == IP_TCP)
		decode_tcp(l, pkt);
	else if (pkt->l4 == IP_UDP)
		decode_udp(l, pkt);
	else
		set_none(pkt, DISPOSITION_OTHER_L4);
}

/* From a link header, or an IP header, to a payload. */
static void
decode_packet(uint16_t type, struct layer *l, struct packet *pkt)
{
	enum disposition why = DISPOSITION_NOT_IP;
	bool fragment;

	if (!link_to_ip(l, &type, &why)) {
		set_none(pkt, why);
		return;
	}
	if (!ip_decode(type, l, pkt, &fragment)) {
		pkt->kind = PACKET_NONE;
		return;
	}
	if (fragment)
		set_payload(pkt, PACKET_FRAGMENT, l);
	else
		decode_l4(l, pkt);
}

static bool
unreadable(const struct packet *pkt)
{
	return pkt->kind == PACKET_NONE && (pkt->why == DISPOSITION_NOT_IP ||
	                                    pkt->why == DISPOSITION_MALFORMED);
}

/*
 * pkt is decoded and l its payload: go on with what is inside, as long as
 * there is something. `whole`: fragments inside cannot be used.
 */
static void
decode_tunnels(struct layer *l, struct packet *pkt, bool whole)
{
	struct packet outer;
	uint16_t type;

	while (pkt->kind == PACKET_UDP ||
	       (pkt->kind == PACKET_NONE && pkt->why == DISPOSITION_OTHER_L4)) {
		if (!tunnel_open(pkt, l, &type))
			return;
		if (pkt->tunnels >= pkt->tunnels_max) {
			set_none(pkt, DISPOSITION_TUNNEL_DEEP);
			return;
		}
		outer = *pkt;
		*pkt = (struct packet){
			.tunnels = (uint8_t)(outer.tunnels + 1),
			.tunnels_max = outer.tunnels_max,
		};
		decode_packet(type, l, pkt);
		if (unreadable(pkt) ||
		    (whole && pkt->kind == PACKET_FRAGMENT)) {
			*pkt = outer;
			return;
		}
	}
}

static void
finish(struct packet *pkt, const uint8_t *base)
{
	if (pkt->kind == PACKET_NONE) {
		pkt->payload = NULL;
		pkt->len = pkt->caplen = pkt->off = 0;
	} else if (pkt->payload != NULL) {
		pkt->off = (uint32_t)(pkt->payload - base);
	}
	assert(pkt->caplen <= pkt->len);
}

void
net_decode(uint16_t linktype, struct cursor data, uint32_t origlen,
           uint32_t max_tunnels, struct packet *ret_packet)
{
	size_t left = cur_left(&data);
	struct layer l = {
		.c = data,
		/* Some writers put less here than they captured. */
		.cut = origlen > left ? origlen - left : 0,
	};
	enum disposition why = DISPOSITION_MALFORMED;
	uint16_t type = ETHER_NOTHING;

	*ret_packet = (struct packet){
		.tunnels_max = max_tunnels < UINT8_MAX ? (uint8_t)max_tunnels
		                                       : UINT8_MAX,
	};
	if (link_begin(linktype, &l, &type, &why)) {
		decode_packet(type, &l, ret_packet);
		if (ret_packet->kind != PACKET_TCP)
			decode_tunnels(&l, ret_packet, false);
	} else {
		set_none(ret_packet, why);
	}
	finish(ret_packet, data.p);
}

void
net_decode_l4(struct cursor datagram, uint32_t len, struct packet *io)
{
	size_t left = cur_left(&datagram);
	struct layer l = {
		.c = datagram,
		.cut = len > left ? len - left : 0,
	};

	*io = (struct packet){
		.src = io->src,
		.dst = io->dst,
		.l4 = io->l4,
		.ip_id = io->ip_id,
		.tunnels = io->tunnels,
		.tunnels_max = io->tunnels_max,
	};
	if (ip_skip_extensions(&l, io)) {
		decode_l4(&l, io);
		decode_tunnels(&l, io, true);
	} else {
		io->kind = PACKET_NONE;
	}
	finish(io, datagram.p);
}
