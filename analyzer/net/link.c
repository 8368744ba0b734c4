/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/link.h"

#include <stddef.h>

#include "analyzer/net/packet.h"

/* Link types of the pcap format. */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12, /* the number of RAW in some systems' headers */
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_PPP_ETHER = 51,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};

enum {
	ETHER_TYPE_MIN = 1536, /* smaller values are lengths (IEEE 802.3) */
	ETHER_LENGTH_MAX = 1500,
};

struct link_row {
	uint16_t type;
	bool known;
	const char *name;
};

static const struct link_row links[] = {
	{ LINK_NULL, true, "NULL" },
	{ LINK_ETHERNET, true, "ETHERNET" },
	{ 6, false, "IEEE802_5" },
	{ 8, false, "SLIP" },
	{ LINK_PPP, true, "PPP" },
	{ 10, false, "FDDI" },
	{ LINK_RAW_BSD, true, "RAW" },
	{ LINK_RAW_OPENBSD, true, "RAW" },
	{ LINK_PPP_HDLC, true, "PPP_HDLC" },
	{ LINK_PPP_ETHER, true, "PPP_ETHER" },
	{ 100, false, "ATM_RFC1483" },
	{ LINK_RAW, true, "RAW" },
	{ 104, false, "C_HDLC" },
	{ 105, false, "IEEE802_11" },
	{ 107, false, "FRELAY" },
	{ LINK_LOOP, true, "LOOP" },
	{ 109, false, "ENC" },
	{ LINK_SLL, true, "LINUX_SLL" },
	{ 117, false, "PFLOG" },
	{ 119, false, "IEEE802_11_PRISM" },
	{ 122, false, "IP_OVER_FC" },
	{ 127, false, "IEEE802_11_RADIOTAP" },
	{ 140, false, "MTP2" },
	{ 147, false, "USER0" },
	{ 163, false, "IEEE802_11_AVS" },
	{ 187, false, "BLUETOOTH_HCI_H4" },
	{ 189, false, "USB_LINUX" },
	{ 192, false, "PPI" },
	{ 195, false, "IEEE802_15_4_WITHFCS" },
	{ 201, false, "BLUETOOTH_HCI_H4_WITH_PHDR" },
	{ 220, false, "USB_LINUX_MMAPPED" },
	{ 227, false, "CAN_SOCKETCAN" },
	{ LINK_IPV4, true, "IPV4" },
	{ LINK_IPV6, true, "IPV6" },
	{ 239, false, "NFLOG" },
	{ 249, false, "USBPCAP" },
	{ 253, false, "NETLINK" },
	{ LINK_SLL2, true, "LINUX_SLL2" },
};

static const struct link_row *
find_link(uint16_t linktype)
{
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		if (links[i].type == linktype)
			return &links[i];
	}
	return NULL;
}

bool
net_link_known(uint16_t linktype)
{
	const struct link_row *row = find_link(linktype);

	return row != NULL && row->known;
}

const char *
net_link_name(uint16_t linktype)
{
	const struct link_row *row = find_link(linktype);

	return row != NULL ? row->name : "";
}

/* A protocol number that may be an IEEE 802.3 length or a code of Linux. */
static uint16_t
ether_type(uint16_t v)
{
	if (v >= ETHER_TYPE_MIN)
		return v;
	return v == ETHER_LLC ? ETHER_LLC : ETHER_NOTHING;
}

/* The address families of BSD, macOS and Linux, of either byte order. */
static uint16_t
loopback_type(uint32_t family)
{
	if (family > 0xffff)
		family = family >> 24 | (family >> 8 & 0xff00);
	switch (family) {
	case 2:
		return ETHER_IPV4;
	case 10:
	case 24:
	case 28:
	case 30:
		return ETHER_IPV6;
	default:
		return ETHER_NOTHING;
	}
}

static uint16_t
sll2_type(struct layer *io)
{
	uint16_t type = cur_be16(&io->c);

	(void)cur_skip(&io->c, 18);
	return ether_type(type);
}

static uint16_t
sll_type(struct layer *io)
{
	(void)cur_skip(&io->c, 14);
	return ether_type(cur_be16(&io->c));
}

bool
link_begin(uint16_t linktype, struct layer *io, uint16_t *ret_type,
           enum disposition *ret_why)
{
	switch (linktype) {
	case LINK_ETHERNET:
		*ret_type = ETHER_BRIDGED;
		break;
	case LINK_NULL:
	case LINK_LOOP:
		*ret_type = loopback_type(cur_be32(&io->c));
		break;
	case LINK_PPP:
	case LINK_PPP_HDLC:
		*ret_type = ETHER_PPP;
		break;
	case LINK_PPP_ETHER:
		*ret_type = ETHER_PPPOE;
		break;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		*ret_type = ETHER_IP;
		break;
	case LINK_SLL:
		*ret_type = sll_type(io);
		break;
	case LINK_SLL2:
		*ret_type = sll2_type(io);
		break;
	default:
		*ret_why = DISPOSITION_LINK_UNKNOWN;
		return false;
	}
	if (!cur_ok(&io->c)) {
		*ret_why = layer_why(io);
		return false;
	}
	return true;
}

static uint16_t
take_ethernet(struct layer *io)
{
	uint16_t v;

	(void)cur_skip(&io->c, 12);
	v = cur_be16(&io->c);
	if (v <= ETHER_LENGTH_MAX && cur_ok(&io->c)) {
		if (v <= layer_wire(io))
			layer_clip(io, v);
		return ETHER_LLC;
	}
	return ether_type(v);
}

/* IEEE 802.2: SNAP carries an EtherType (RFC 1042), SAP 6 is IP itself. */
static uint16_t
take_llc(struct layer *io)
{
	uint32_t head = cur_be24(&io->c);
	uint32_t oui;

	if (head == 0x060603)
		return ETHER_IPV4;
	if (head != 0xaaaa03)
		return ETHER_NOTHING;
	oui = cur_be24(&io->c);
	/* 0000f8 is the same with an 802.1H bridge between. */
	if (oui != 0 && oui != 0x0000f8)
		return ETHER_NOTHING;
	return ether_type(cur_be16(&io->c));
}

static uint16_t
take_vlan(struct layer *io)
{
	uint16_t v;

	(void)cur_skip(&io->c, 2);
	v = cur_be16(&io->c);
	return v <= ETHER_LENGTH_MAX ? ETHER_LLC : ether_type(v);
}

/* Protocol numbers of PPP are odd in their last byte and even in the first. */
static uint16_t
ppp_type(uint16_t proto)
{
	switch (proto) {
	case 0x0021:
		return ETHER_IPV4;
	case 0x0057:
		return ETHER_IPV6;
	case 0x0281:
		return ETHER_MPLS;
	case 0x0283:
		return ETHER_MPLS_MULTI;
	default:
		return ETHER_NOTHING;
	}
}

static uint16_t
take_ppp(struct layer *io)
{
	struct cursor c = io->c;
	uint16_t head = cur_be16(&c);
	uint8_t b;

	/* Cisco's HDLC looks alike but for its address, and has EtherTypes. */
	if (head == 0x0f00 || head == 0x8f00) {
		io->c = c;
		return ether_type(cur_be16(&io->c));
	}
	/* Nothing is that short; io then fails in the same way. */
	if (head == 0xff03 || !cur_ok(&c))
		io->c = c;
	b = cur_u8(&io->c);
	if (b & 1) /* compressed (RFC 1661, section 6.5) */
		return ppp_type(b);
	return ppp_type((uint16_t)(b << 8 | cur_u8(&io->c)));
}

static uint16_t
take_pppoe(struct layer *io)
{
	uint16_t head = cur_be16(&io->c);
	uint16_t len;

	(void)cur_skip(&io->c, 2);
	len = cur_be16(&io->c);
	if (head != 0x1100) /* version 1, type 1, session data */
		return ETHER_NOTHING;
	if (cur_ok(&io->c) && len <= layer_wire(io))
		layer_clip(io, len);
	return ETHER_PPP;
}

/* The type of what begins at c as an IP packet, by its version. */
static uint16_t
guess_ip(struct cursor *c)
{
	switch (cur_peek_u8(c) >> 4) {
	case 4:
		return ETHER_IPV4;
	case 6:
		return ETHER_IPV6;
	default:
		return ETHER_NOTHING;
	}
}

/* Is this an Ethernet frame beyond doubt? */
static bool
is_ethernet(struct cursor *c)
{
	uint16_t type;

	(void)cur_skip(c, 12);
	type = cur_be16(c);
	if (type == ETHER_VLAN)
		return cur_ok(c);
	return (type == ETHER_IPV4 || type == ETHER_IPV6) &&
	       guess_ip(c) == type;
}

/*
 * A label stack says nothing about what is below it. IP shows by its version;
 * a zero nibble may be the control word of a pseudo-wire (RFC 4385).
 */
static uint16_t
take_mpls(struct layer *io)
{
	uint32_t label = 0;
	struct cursor c, frame;
	uint16_t type;

	for (unsigned n = 0; (label & 0x100) == 0; n++) {
		if (n == LINK_TAGS_MAX || !cur_ok(&io->c))
			return ETHER_NOTHING;
		label = cur_be32(&io->c);
	}
	type = guess_ip(&io->c);
	c = io->c;
	if (type != ETHER_NOTHING || cur_be32(&c) >> 28 != 0)
		return type;
	frame = c;
	if (is_ethernet(&frame)) {
		io->c = c;
		return ETHER_BRIDGED;
	}
	/* Perhaps it was one, had more been captured. */
	if (io->cut != 0 && !cur_ok(&frame))
		io->c = frame;
	return ETHER_NOTHING;
}

static uint16_t
take_one(struct layer *io, uint16_t type)
{
	switch (type) {
	case ETHER_BRIDGED:
		return take_ethernet(io);
	case ETHER_LLC:
		return take_llc(io);
	case ETHER_VLAN:
	case ETHER_QINQ:
	case ETHER_QINQ_OLD:
		return take_vlan(io);
	case ETHER_MPLS:
	case ETHER_MPLS_MULTI:
		return take_mpls(io);
	case ETHER_PPPOE:
		return take_pppoe(io);
	case ETHER_PPP:
		return take_ppp(io);
	case ETHER_IP:
		return guess_ip(&io->c);
	default:
		return ETHER_NOTHING;
	}
}

bool
link_to_ip(struct layer *io, uint16_t *type, enum disposition *ret_why)
{
	for (unsigned n = 0; n <= LINK_TAGS_MAX; n++) {
		if (*type == ETHER_IPV4 || *type == ETHER_IPV6)
			return true;
		*type = take_one(io, *type);
		if (!cur_ok(&io->c)) {
			*ret_why = layer_why(io);
			return false;
		}
		if (*type == ETHER_NOTHING) {
			*ret_why = DISPOSITION_NOT_IP;
			return false;
		}
	}
	*ret_why = DISPOSITION_TUNNEL_DEEP;
	return false;
}
