/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets are built from the inside out and have to come apart again, whole and
 * at every length a snap length could leave.
 */
#include "analyzer/net/packet.h"

#include "tests/tap/tap.h"

enum { ROOM = 512, OPS = 8 };

/* A packet under construction; headers grow towards the front. */
struct build {
	uint8_t room[ROOM];
	size_t at;  /* where it begins in room */
	size_t end; /* and ends */
};

enum op {
	OP_END,
	OP_HEX,  /* bytes in front */
	OP_ETH,  /* Ethernet with type n */
	OP_IP4,  /* 192.0.2.1 -> 192.0.2.2, protocol n */
	OP_IP6,  /* 2001:db8::1 -> ::2, next header n */
	OP_UDP,  /* to port n */
	OP_TAIL, /* n zero bytes behind */
};

struct step {
	enum op op;
	uint16_t n;
	const char *hex;
};

static void
front(struct build *b, const void *p, size_t n)
{
	if (n > b->at)
		abort();
	b->at -= n;
	memcpy(b->room + b->at, p, n);
}

static void
put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static unsigned
digit(char c)
{
	const char *all = "0123456789abcdef";

	return (unsigned)(strchr(all, c) - all);
}

static void
front_hex(struct build *b, const char *hex)
{
	uint8_t out[ROOM];
	size_t n = 0;

	while (*hex != '\0') {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		out[n++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
		hex += 2;
	}
	front(b, out, n);
}

static void
front_ip4(struct build *b, uint16_t proto)
{
	uint8_t h[20] = { 0x45, 0,   0,   0,  0x12,
		          0x34, 0,   0,   64, (uint8_t)proto,
		          0,    0,   192, 0,  2,
		          1,    192, 0,   2,  2 };

	put16(h + 2, b->end - b->at + sizeof(h));
	front(b, h, sizeof(h));
}

static void
front_ip6(struct build *b, uint16_t next)
{
	uint8_t h[40] = { 0x60, 0, 0, 0, 0, 0, (uint8_t)next, 64 };

	put16(h + 4, b->end - b->at);
	put16(h + 8, 0x2001);
	put16(h + 10, 0xdb8);
	h[23] = 1;
	put16(h + 24, 0x2001);
	put16(h + 26, 0xdb8);
	h[39] = 2;
	front(b, h, sizeof(h));
}

static void
front_udp(struct build *b, uint16_t port)
{
	uint8_t h[8] = { 0x9c, 0x40 };

	put16(h + 2, port);
	put16(h + 4, b->end - b->at + sizeof(h));
	front(b, h, sizeof(h));
}

static void
front_tcp(struct build *b)
{
	/* 1234 -> 80, seq 0x01020304, ack 0x05060708, PSH ACK, window 99;
	 * four bytes of options. */
	front_hex(b, "04d2 0050 01020304 05060708 6018 0063 0000 0000"
	             "01010101");
}

static void
apply(struct build *b, const struct step *s)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	uint8_t type[2];

	switch (s->op) {
	case OP_HEX:
		front_hex(b, s->hex);
		break;
	case OP_ETH:
		put16(type, s->n);
		front(b, type, 2);
		front(b, macs, sizeof(macs));
		break;
	case OP_IP4:
		front_ip4(b, s->n);
		break;
	case OP_IP6:
		front_ip6(b, s->n);
		break;
	case OP_UDP:
		front_udp(b, s->n);
		break;
	case OP_TAIL:
		b->end += s->n;
		break;
	case OP_END:
		break;
	}
}

static void
start(struct build *b, const char *payload)
{
	*b = (struct build){ .at = ROOM - 64, .end = ROOM - 64 };
	front(b, payload, strlen(payload));
}

static struct packet
decode(uint16_t linktype, const struct build *b, size_t caplen, size_t origlen,
       uint32_t max_tunnels)
{
	uint8_t *copy = malloc(caplen != 0 ? caplen : 1);
	struct packet p;

	if (copy == NULL)
		abort();
	memcpy(copy, b->room + b->at, caplen);
	memset(&p, 0xee, sizeof(p));
	net_decode(linktype, cur_make(copy, caplen, false), (uint32_t)origlen,
	           max_tunnels, &p);
	/* Offsets stay meaningful where the pointer does not. */
	if (p.kind != PACKET_NONE && p.caplen != 0 &&
	    (p.off + p.caplen > caplen || p.payload != copy + p.off))
		abort();
	free(copy);
	return p;
}

/* --- packets that hold a TCP segment -------------------------------------- */

struct row {
	const char *name;
	uint16_t link;
	uint8_t tunnels;
	struct step step[OPS]; /* from the inside out */
};

/* clang-format off */
static const struct row rows[] = {
	{ "Ethernet", 1, 0, { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 } } },
	{ "Ethernet, IPv6", 1, 0, { { OP_IP6, 6, 0 }, { OP_ETH, 0x86dd, 0 } } },
	{ "Ethernet with padding", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 }, { OP_TAIL, 6, 0 } } },
	{ "Ethernet with padding, IPv6", 1, 0,
	  { { OP_IP6, 6, 0 }, { OP_ETH, 0x86dd, 0 }, { OP_TAIL, 4, 0 } } },
	{ "802.3 with SNAP", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "aaaa03 000000 0800" },
	    { OP_ETH, 57, 0 } } },
	{ "802.3 with IP's own SAP", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "060603" }, { OP_ETH, 52, 0 } } },
	{ "802.1Q", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0064 0800" },
	    { OP_ETH, 0x8100, 0 } } },
	{ "802.1ad", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "00c8 8100 0064 0800" },
	    { OP_ETH, 0x88a8, 0 } } },
	{ "three tags", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "000a 8100 000b 8100 000c 0800" },
	    { OP_ETH, 0x8100, 0 } } },
	{ "MPLS, two labels", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "00064040 000c8140" },
	    { OP_ETH, 0x8847, 0 } } },
	{ "MPLS, IPv6", 1, 0,
	  { { OP_IP6, 6, 0 }, { OP_HEX, 0, "000c8140" },
	    { OP_ETH, 0x8848, 0 } } },
	{ "MPLS pseudo-wire", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 },
	    { OP_HEX, 0, "000c8140 00000000" }, { OP_ETH, 0x8847, 0 } } },
	{ "PPPoE", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "1100 0007 0033 0021" },
	    { OP_ETH, 0x8864, 0 } } },
	{ "PPP with framing", 9, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "ff03 0021" } } },
	{ "PPP without", 9, 0, { { OP_IP6, 6, 0 }, { OP_HEX, 0, "0057" } } },
	{ "PPP, MPLS", 9, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0281 000c8140" } } },
	{ "PPP, MPLS multicast", 9, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0283 000c8140" } } },
	{ "Cisco HDLC, broadcast", 50, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "8f00 0800" } } },
	{ "SLL of an 802.2 frame", 113, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0000 0001 0006 0200000000020000"
	      "0004 aaaa03 0000f8 0800" } } },
	{ "MPLS pseudo-wire with a tag", 1, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0064 0800" },
	    { OP_ETH, 0x8100, 0 }, { OP_HEX, 0, "000c8140 00000000" },
	    { OP_ETH, 0x8847, 0 } } },
	{ "PPP, short protocol", 9, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "21" } } },
	{ "Cisco HDLC in PPP_HDLC", 50, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0f00 0800" } } },
	{ "PPP_ETHER", 51, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "1100 0007 0033 0021" } } },
	{ "SLL", 113, 0,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "0000 0001 0006 0200000000020000 0800" } } },
	{ "SLL2", 276, 0,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "0800 0000 00000003 0001 04 06 0200000000020000" } } },
	{ "SLL2 with a tag", 276, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "8100 0000 00000003 0001 00 06"
	      "0200000000020000 0064 0800" } } },
	{ "NULL, little-endian", 0, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "02000000" } } },
	{ "NULL, big-endian", 0, 0,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "00000002" } } },
	{ "NULL, IPv6 of macOS", 0, 0,
	  { { OP_IP6, 6, 0 }, { OP_HEX, 0, "1e000000" } } },
	{ "LOOP", 108, 0, { { OP_IP4, 6, 0 }, { OP_HEX, 0, "00000002" } } },
	{ "RAW", 101, 0, { { OP_IP4, 6, 0 } } },
	{ "RAW, IPv6", 101, 0, { { OP_IP6, 6, 0 } } },
	{ "IPV4", 228, 0, { { OP_IP4, 6, 0 } } },
	{ "IPV6", 229, 0, { { OP_IP6, 6, 0 } } },
	{ "RAW as BSD numbers it", 12, 0, { { OP_IP4, 6, 0 } } },
	{ "IPv6 extension headers", 101, 0,
	  { { OP_HEX, 0, "2b00 010400000000 3c00 010400000000"
	      "0600 010400000000" },
	    { OP_IP6, 0, 0 } } },
	{ "IPv6 fragment header of a whole", 101, 0,
	  { { OP_HEX, 0, "0600 0000 12345678" }, { OP_IP6, 44, 0 } } },
	{ "AH", 101, 0,
	  { { OP_HEX, 0, "06 04 0000 00000001 00000001"
	      "000000000000000000000000" },
	    { OP_IP4, 51, 0 } } },
	{ "AH, IPv6", 101, 0,
	  { { OP_HEX, 0, "06 04 0000 00000001 00000001"
	      "000000000000000000000000" },
	    { OP_IP6, 51, 0 } } },
	{ "VXLAN", 1, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 },
	    { OP_HEX, 0, "0800000000123400" }, { OP_UDP, 4789, 0 },
	    { OP_IP4, 17, 0 }, { OP_ETH, 0x800, 0 } } },
	{ "VXLAN of flannel, over IPv6", 1, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 },
	    { OP_HEX, 0, "0800000000000100" }, { OP_UDP, 8472, 0 },
	    { OP_IP6, 17, 0 }, { OP_ETH, 0x86dd, 0 } } },
	{ "Geneve", 1, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 },
	    { OP_HEX, 0, "0000 6558 00000500" }, { OP_UDP, 6081, 0 },
	    { OP_IP4, 17, 0 }, { OP_ETH, 0x800, 0 } } },
	{ "Geneve with options, IP inside", 101, 1,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "0200 0800 00000500 01028001 deadbeef" },
	    { OP_UDP, 6081, 0 }, { OP_IP4, 17, 0 } } },
	{ "GTP-U", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "30ff 0035 0000004d" },
	    { OP_UDP, 2152, 0 }, { OP_IP4, 17, 0 } } },
	{ "GTP-U with an extension", 101, 1,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "34ff 003d 0000004d 00000085 01 0000 00" },
	    { OP_UDP, 2152, 0 }, { OP_IP4, 17, 0 } } },
	{ "GRE", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0000 0800" },
	    { OP_IP4, 47, 0 } } },
	{ "GRE with everything", 101, 1,
	  { { OP_IP6, 6, 0 },
	    { OP_HEX, 0, "b000 86dd 00000000 0000002a 00000001" },
	    { OP_IP4, 47, 0 } } },
	{ "GRE, Ethernet inside", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 }, { OP_HEX, 0, "0000 6558" },
	    { OP_IP4, 47, 0 } } },
	{ "GRE version 1, PPP", 101, 1,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "3081 880b 0035 0001 00000001 00000002 ff03 0021" },
	    { OP_IP4, 47, 0 } } },
	{ "ERSPAN I", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 }, { OP_HEX, 0, "0000 88be" },
	    { OP_IP4, 47, 0 } } },
	{ "ERSPAN II", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 },
	    { OP_HEX, 0, "1000 88be 00000001 1001000500000000" },
	    { OP_IP4, 47, 0 } } },
	{ "ERSPAN III with subheader", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_ETH, 0x800, 0 },
	    { OP_HEX, 0, "1000 22eb 00000001 20010005 00000000 0000 0001"
	      "0000000000000000" },
	    { OP_IP4, 47, 0 } } },
	{ "ERSPAN III of IP", 101, 1,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "1000 22eb 00000001 20010005 00000000 0000 0800" },
	    { OP_IP4, 47, 0 } } },
	{ "GRE version 1 without acknowledgement", 101, 1,
	  { { OP_IP4, 6, 0 },
	    { OP_HEX, 0, "3001 880b 0035 0001 00000001 0021" },
	    { OP_IP4, 47, 0 } } },
	{ "Geneve, IPv6 inside", 101, 1,
	  { { OP_IP6, 6, 0 }, { OP_HEX, 0, "0000 86dd 00000500" },
	    { OP_UDP, 6081, 0 }, { OP_IP4, 17, 0 } } },
	{ "IP in IP", 101, 1, { { OP_IP4, 6, 0 }, { OP_IP4, 4, 0 } } },
	{ "IPv6 in IPv4", 101, 1, { { OP_IP6, 6, 0 }, { OP_IP4, 41, 0 } } },
	{ "IPv4 in IPv6, after options", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "0400 010400000000" },
	    { OP_IP6, 60, 0 } } },
	{ "MPLS in IP", 101, 1,
	  { { OP_IP4, 6, 0 }, { OP_HEX, 0, "000c8140" },
	    { OP_IP4, 137, 0 } } },
	{ "three times IP in IP", 101, 3,
	  { { OP_IP4, 6, 0 }, { OP_IP4, 4, 0 }, { OP_IP4, 4, 0 },
	    { OP_IP4, 4, 0 } } },
};
/* clang-format on */

static void
build_row(struct build *b, const struct row *r)
{
	start(b, "hello");
	front_tcp(b);
	for (size_t i = 0; i < OPS && r->step[i].op != OP_END; i++)
		apply(b, &r->step[i]);
}

static bool
is_inner(const struct packet *p, const struct row *r)
{
	bool v6 = r->step[0].op == OP_IP6 ||
	          (r->step[0].op == OP_HEX && r->step[1].op == OP_IP6);

	return p->kind == PACKET_TCP && p->sport == 1234 && p->dport == 80 &&
	       p->l4 == 6 && p->tunnels == r->tunnels &&
	       p->tcp.seq == 0x01020304 && p->tcp.ack == 0x05060708 &&
	       p->tcp.flags == (TCP_PSH | TCP_ACK) && p->tcp.window == 99 &&
	       p->len == 5 && addr_is_v4(&p->src) == !v6 && p->src.b[15] == 1 &&
	       p->dst.b[15] == 2 && p->ip_id == (v6 ? 0 : 0x1234);
}

static void
test_row(const struct row *r)
{
	struct build b;
	struct packet p;
	bool cut_ok = true, short_ok = true;
	size_t n, shown;

	build_row(&b, r);
	n = b.end - b.at;
	p = decode(r->link, &b, n, n, 4);
	ok(is_inner(&p, r) && p.caplen == 5 &&
	       memcmp(b.room + b.at + p.off, "hello", 5) == 0,
	   r->name);
	shown = p.off;
	for (size_t cut = 0; cut < n; cut++) {
		p = decode(r->link, &b, cut, n, 4);
		if (cut >= shown - 4)
			cut_ok = cut_ok && is_inner(&p, r) &&
			         p.caplen == (cut < shown       ? 0
			                      : cut < shown + 5 ? cut - shown
			                                        : 5);
		else if (p.kind != PACKET_UDP)
			cut_ok = cut_ok && p.kind == PACKET_NONE &&
			         p.why == DISPOSITION_HEADER_CUT;
		/* The same bytes as a packet that ends there. */
		p = decode(r->link, &b, cut, cut, 4);
		short_ok = short_ok && p.caplen <= p.len && p.len <= n;
	}
	ok(cut_ok, "cut anywhere it says so");
	ok(short_ok, "ending anywhere it gives no more than there is");
}

/* --- what is in no stream, and other single cases --------------------------
 */

static void
test_none(void)
{
	struct build b;
	struct packet p;
	size_t n;

	start(&b, "hello");
	apply(&b, &(struct step){ OP_ETH, 0x806, 0 });
	p = decode(1, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_NOT_IP, "ARP");
	p = decode(105, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.why == DISPOSITION_LINK_UNKNOWN, "a link type not read");

	start(&b, "hello");
	front_ip4(&b, 1);
	p = decode(101, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_OTHER_L4 &&
	       p.l4 == 1 && p.src.b[15] == 1,
	   "ICMP keeps its addresses");

	start(&b, "hello");
	front_tcp(&b);
	front_ip4(&b, 6);
	n = b.end - b.at;
	b.room[b.at] = 0x44;
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "IPv4 header of 16 bytes");
	b.room[b.at] = 0x45;
	put16(b.room + b.at + 2, 19);
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "total length below the header");
	put16(b.room + b.at + 2, n);
	b.room[b.at + 32] = 0x40;
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "TCP header of 16 bytes");
	b.room[b.at + 32] = 0xf0;
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "TCP header beyond the packet");
	b.room[b.at] = 0x65;
	p = decode(228, &b, n, n, 4);
	ok(p.kind == PACKET_NONE, "a version that is none of the two");

	start(&b, "");
	front_hex(&b, "0600 c204 00010000");
	front_ip6(&b, 0);
	put16(b.room + b.at + 4, 0);
	p = decode(101, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.why == DISPOSITION_JUMBOGRAM, "jumbogram");

	start(&b, "hello");
	for (unsigned i = 0; i < 40; i++)
		front_hex(&b, "0001 8100");
	apply(&b, &(struct step){ OP_ETH, 0x8100, 0 });
	p = decode(1, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.why == DISPOSITION_TUNNEL_DEEP, "forty tags");
}

/* Not what the port or the protocol number promises. */
static void
test_no_tunnels(void)
{
	static const struct {
		const char *name, *hex;
		enum op op;
		uint16_t n;
	} odd[] = {
		{ "Geneve version 1", "4000 6558 00000500", OP_UDP, 6081 },
		{ "Geneve of another", "0000 0806 00000500", OP_UDP, 6081 },
		{ "GTP-U echo", "3201 0004 00000000 0001 0000", OP_UDP, 2152 },
		{ "GTP' header", "2eff 0004 00000000", OP_UDP, 2152 },
		{ "GTP-U extension of no length",
		  "34ff 0008 0000004d 00000085 00", OP_UDP, 2152 },
		{ "VXLAN without id", "0000000000123400", OP_UDP, 4789 },
		{ "GRE version 2", "0002 0800", OP_IP4, 47 },
		{ "GRE of another", "0000 0806", OP_IP4, 47 },
		{ "GRE version 1 of another", "2001 0800 00000000", OP_IP4,
		  47 },
		{ "ERSPAN III of another",
		  "1000 22eb 00000001 20010005 00000000 0000 0c00", OP_IP4,
		  47 },
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct step last = { odd[i].op, odd[i].n, NULL };
		struct build b;
		struct packet p;
		size_t n;

		start(&b, "hello");
		front_tcp(&b);
		front_ip4(&b, 6);
		front_hex(&b, odd[i].hex);
		apply(&b, &last);
		if (odd[i].op == OP_UDP)
			front_ip4(&b, 17);
		n = b.end - b.at;
		p = decode(101, &b, n, n, 4);
		ok(p.tunnels == 0 &&
		       (odd[i].op == OP_UDP ? p.kind == PACKET_UDP
		                            : p.why == DISPOSITION_OTHER_L4),
		   odd[i].name);
	}
}

static void
test_odd_headers(void)
{
	struct build b;
	struct packet p;
	size_t n;

	start(&b, "");
	front_hex(&b, "0600 00 0101 00 00 00");
	front_ip6(&b, 0);
	put16(b.room + b.at + 4, 0);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED,
	   "no length, no jumbo option, no TCP");

	start(&b, "hello");
	front_tcp(&b);
	for (int i = 0; i < 20; i++)
		front_hex(&b, "3c00 010400000000");
	front_ip6(&b, 60);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "twenty extension headers");

	start(&b, "hello");
	front_tcp(&b);
	front_hex(&b, "01010100");
	front_ip4(&b, 6);
	b.room[b.at] = 0x46;
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_TCP && p.len == 5, "IPv4 options");
	p = decode(101, &b, 22, n, 4);
	ok(p.why == DISPOSITION_HEADER_CUT, "cut in them");

	start(&b, "hello");
	front_tcp(&b);
	front_ip4(&b, 6);
	apply(&b, &(struct step){ OP_ETH, 0x86dd, 0 });
	n = b.end - b.at;
	p = decode(1, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "IPv4 announced as IPv6");

	start(&b, "hello");
	front_hex(&b, "aaaa03 00000c 2000");
	apply(&b, &(struct step){ OP_ETH, 20, 0 });
	n = b.end - b.at;
	p = decode(1, &b, n, n, 4);
	ok(p.why == DISPOSITION_NOT_IP, "SNAP of a vendor");

	start(&b, "hello, this is no Ethernet frame");
	front_hex(&b, "000c8140 00000000");
	apply(&b, &(struct step){ OP_ETH, 0x8847, 0 });
	n = b.end - b.at;
	p = decode(1, &b, n, n, 4);
	ok(p.why == DISPOSITION_NOT_IP, "MPLS of something else");

	start(&b, "");
	for (int i = 0; i < 40; i++)
		front_hex(&b, "000c8040");
	apply(&b, &(struct step){ OP_ETH, 0x8847, 0 });
	n = b.end - b.at;
	p = decode(1, &b, n, n, 4);
	ok(p.kind == PACKET_NONE, "labels without an end");

	start(&b, "hello...");
	front_hex(&b, "0600 0001 00000001");
	p = (struct packet){ .l4 = 44, .tunnels_max = 4 };
	n = b.end - b.at;
	net_decode_l4(cur_make(b.room + b.at, n, false), (uint32_t)n, &p);
	ok(p.why == DISPOSITION_MALFORMED,
	   "a fragment header in a datagram of fragments");
}

static void
test_tunnel_limits(void)
{
	struct build b;
	struct packet p;
	size_t n;

	start(&b, "hello");
	front_tcp(&b);
	front_ip4(&b, 6);
	front_ip4(&b, 4);
	front_ip4(&b, 4);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 2);
	ok(p.kind == PACKET_TCP && p.tunnels == 2, "two tunnels of two");
	p = decode(101, &b, n, n, 1);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_TUNNEL_DEEP,
	   "two tunnels of one");

	start(&b, "no frame, only a datagram");
	front_udp(&b, 4789);
	front_ip4(&b, 17);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_UDP && p.dport == 4789 && p.len == 25,
	   "VXLAN's port without VXLAN stays a datagram");

	start(&b, "hello");
	apply(&b, &(struct step){ OP_ETH, 0x806, 0 });
	front_hex(&b, "0800000000123400");
	front_udp(&b, 4789);
	front_ip4(&b, 17);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_UDP && p.len == 27 && p.tunnels == 0,
	   "VXLAN that carries no IP stays a datagram");

	start(&b, "hello");
	front_ip4(&b, 1);
	apply(&b, &(struct step){ OP_ETH, 0x800, 0 });
	front_hex(&b, "0800000000123400");
	front_udp(&b, 4789);
	front_ip4(&b, 17);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_OTHER_L4 && p.l4 == 1,
	   "ICMP in VXLAN is ICMP");

	start(&b, "hello");
	front_hex(&b, "4000 0800");
	front_ip4(&b, 47);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_OTHER_L4 && p.l4 == 47,
	   "GRE with a source route is not opened");
}

static void
test_lengths(void)
{
	struct build b;
	struct packet p;
	size_t n;

	start(&b, "hello");
	front_tcp(&b);
	front_ip4(&b, 6);
	n = b.end - b.at;
	put16(b.room + b.at + 2, 0);
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_TCP && p.len == 5, "IPv4 length 0: offload");
	put16(b.room + b.at + 2, n + 100);
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_TCP && p.len == 105 && p.caplen == 5,
	   "IPv4 length beyond the capture: cut");
	put16(b.room + b.at + 2, n);
	p = decode(101, &b, n, 1, 4);
	ok(p.kind == PACKET_TCP && p.len == 5 && p.caplen == 5,
	   "an original length below the captured one is not believed");

	start(&b, "hello");
	front_tcp(&b);
	front_ip6(&b, 6);
	put16(b.room + b.at + 4, 0);
	p = decode(101, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.kind == PACKET_TCP && p.len == 5, "IPv6 length 0: offload");

	start(&b, "hello");
	front_udp(&b, 53);
	front_ip4(&b, 17);
	n = b.end - b.at;
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_UDP && p.len == 5 && p.sport == 40000, "UDP");
	put16(b.room + b.at + 24, 10);
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_UDP && p.len == 2 && p.caplen == 2,
	   "UDP shorter than its packet");
	put16(b.room + b.at + 24, 0);
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_UDP && p.len == 5, "UDP length 0: offload");
	put16(b.room + b.at + 24, 7);
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "UDP shorter than its header");
	put16(b.room + b.at + 24, 14);
	p = decode(101, &b, n, n, 4);
	ok(p.why == DISPOSITION_MALFORMED, "UDP longer than its packet");
	put16(b.room + b.at + 24, 13);
	p = decode(101, &b, n - 2, n, 4);
	ok(p.kind == PACKET_UDP && p.len == 5 && p.caplen == 3, "UDP cut");
}

static void
test_fragments(void)
{
	static const char whole[] = "\x04\xd2\x00\x35\x00\x0d\x00\x00hello";
	struct build b;
	struct packet p;
	size_t n;

	start(&b, "hello...");
	front_ip4(&b, 17);
	n = b.end - b.at;
	put16(b.room + b.at + 6, 0x2000 | 3);
	p = decode(101, &b, n, n, 4);
	ok(p.kind == PACKET_FRAGMENT && p.frag.off == 24 && p.frag.more &&
	       p.frag.id == 0x1234 && p.len == 8 && p.l4 == 17,
	   "IPv4 fragment");
	put16(b.room + b.at + 6, 0x4000);
	p = decode(101, &b, n, n, 4);
	ok(p.kind != PACKET_FRAGMENT, "do not fragment is no fragment");

	start(&b, "hello...");
	front_hex(&b, "1100 0008 89abcdef");
	front_ip6(&b, 44);
	p = decode(101, &b, b.end - b.at, b.end - b.at, 4);
	ok(p.kind == PACKET_FRAGMENT && p.frag.off == 8 && !p.frag.more &&
	       p.frag.id == 0x89abcdef && p.len == 8 && p.l4 == 17,
	   "IPv6 fragment");

	net_decode_l4(cur_make(whole, 13, false), 13, &p);
	ok(p.kind == PACKET_UDP && p.sport == 1234 && p.dport == 53 &&
	       p.len == 5 && p.off == 8 && p.src.b[15] == 1,
	   "a datagram put together");
	net_decode_l4(cur_make(whole, 10, false), 13, &p);
	ok(p.kind == PACKET_UDP && p.len == 5 && p.caplen == 2,
	   "one that lacks its end");
	net_decode_l4(cur_make(whole, 7, false), 13, &p);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_HEADER_CUT,
	   "one that lacks more");
	net_decode_l4(cur_make(whole, 7, false), 7, &p);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_MALFORMED,
	   "one that is too short");
}

static void
test_fragmented_tunnels(void)
{
	struct packet p = { .kind = PACKET_FRAGMENT,
		            .l4 = 4,
		            .tunnels_max = 4 };
	struct build b;

	start(&b, "hello");
	front_tcp(&b);
	front_ip4(&b, 6);
	net_decode_l4(cur_make(b.room + b.at, b.end - b.at, false),
	              (uint32_t)(b.end - b.at), &p);
	ok(p.kind == PACKET_TCP && p.tunnels == 1 && p.src.b[12] == 192 &&
	       p.off == 44,
	   "a tunnel put together from fragments");

	start(&b, "hello...");
	front_ip4(&b, 17);
	put16(b.room + b.at + 6, 0x2000);
	p = (struct packet){ .l4 = 4, .tunnels_max = 4 };
	net_decode_l4(cur_make(b.room + b.at, b.end - b.at, false),
	              (uint32_t)(b.end - b.at), &p);
	ok(p.kind == PACKET_NONE && p.why == DISPOSITION_OTHER_L4,
	   "fragments in fragments are left alone");
}

static void
test_names(void)
{
	is_str(net_link_name(105), "IEEE802_11", "the name of a link type");
	is_str(net_link_name(60000), "", "of one that has none");
	ok(net_link_known(1) && net_link_known(276) && !net_link_known(105) &&
	       !net_link_known(60000),
	   "known or not");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_row(&rows[i]);
	test_none();
	test_no_tunnels();
	test_odd_headers();
	test_tunnel_limits();
	test_lengths();
	test_fragments();
	test_fragmented_tunnels();
	test_names();
	return tap_done();
}
