/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/anatomy.h"

#include <stdarg.h>

#include "analyzer/net/packet.h"
#include "base/addr.h"
#include "base/cursor.h"

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,

	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_QINQ = 0x88a8,
	TYPE_IPV6 = 0x86dd,

	PROTO_HOPOPTS = 0,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IPV6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_OPTIONS = 60,

	PORT_VXLAN = 4789,
	PORT_VXLAN_OLD = 8472,
	VXLAN = 8,
	MAX_TUNNELS = 4,
};

/* What comes next. */
enum next { NEXT_NOTHING, NEXT_ETHERNET, NEXT_TYPE, NEXT_IP, NEXT_PROTO };

struct reading {
	struct cursor c;
	size_t size; /* of the packet */
	struct arena *a;
	struct anatomy *out;
	enum next next;
	unsigned what; /* EtherType or IP protocol */
	struct addr src, dst;
};

/* ---- layers and fields ---- */

static size_t
here(const struct reading *r)
{
	return r->size - cur_left(&r->c);
}

static struct anatomy_layer *
begin(struct reading *r, const char *name)
{
	struct anatomy_layer *l;

	if (r->out->n == ANATOMY_LAYERS)
		return NULL;
	l = &r->out->layer[r->out->n++];
	*l = (struct anatomy_layer){ .name = name, .off = here(r) };
	return l;
}

static void
end(struct reading *r, struct anatomy_layer *l)
{
	l->len = here(r) - l->off;
}

static void put(struct reading *r, struct anatomy_layer *l, const char *name,
                const char *fmt, ...) PRINTF_LIKE(4, 5);

static void
put(struct reading *r, struct anatomy_layer *l, const char *name,
    const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || l->nfields == ANATOMY_FIELDS)
		return;
	l->field[l->nfields].name = name;
	l->field[l->nfields++].value = arena_dup(r->a, str_from_c(text));
}

static void
put_mac(struct reading *r, struct anatomy_layer *l, const char *name)
{
	struct str m = cur_take(&r->c, 6);
	const uint8_t *b = (const uint8_t *)m.p;

	if (m.n == 6)
		put(r, l, name, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1],
		    b[2], b[3], b[4], b[5]);
}

static void
put_type(struct reading *r, struct anatomy_layer *l)
{
	r->what = cur_be16(&r->c);
	r->next = NEXT_TYPE;
	put(r, l, "type", "0x%04x", r->what);
}

/* ---- link layers ---- */

static void
ethernet(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "Ethernet");

	if (l == NULL || !cur_want(&r->c, 14))
		return;
	put_mac(r, l, "destination");
	put_mac(r, l, "source");
	put_type(r, l);
	end(r, l);
}

static void
vlan(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "VLAN");

	if (l == NULL || !cur_want(&r->c, 4))
		return;
	put(r, l, "id", "%u", cur_be16(&r->c) & 0xfffu);
	put_type(r, l);
	end(r, l);
}

static void
cooked(struct reading *r, bool v2)
{
	struct anatomy_layer *l = begin(r, v2 ? "Linux SLL2" : "Linux SLL");
	size_t size = v2 ? 20 : 16;

	if (l == NULL || !cur_want(&r->c, size))
		return;
	if (v2) {
		put_type(r, l);
		cur_skip(&r->c, 2);
		put(r, l, "interface", "%u", (unsigned)cur_be32(&r->c));
		cur_skip(&r->c, 12);
	} else {
		put(r, l, "direction", "%u", (unsigned)cur_be16(&r->c));
		cur_skip(&r->c, 12);
		put_type(r, l);
	}
	end(r, l);
}

static void
loopback(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "Loopback");

	if (l == NULL || !cur_want(&r->c, 4))
		return;
	cur_skip(&r->c, 4);
	r->next = NEXT_IP;
	end(r, l);
}

/* ---- IP ---- */

static void
put_addr(struct reading *r, struct anatomy_layer *l, const char *name,
         const struct addr *a)
{
	char text[ADDR_TEXT];

	put(r, l, name, "%s", addr_format(a, text));
}

static void
put_ends(struct reading *r, struct anatomy_layer *l)
{
	put_addr(r, l, "source", &r->src);
	put_addr(r, l, "destination", &r->dst);
}

/* What is left belongs to the datagram only so far: padding does not. */
static void
clip(struct reading *r, size_t total)
{
	if (total <= cur_left(&r->c)) {
		size_t rest = cur_left(&r->c) - total;

		r->c = cur_block(&r->c, total);
		r->size -= rest;
	}
}

static void
ipv4(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "IPv4");
	unsigned words, total, id, frag, ttl;
	struct str b;

	if (l == NULL || !cur_want(&r->c, 20))
		return;
	words = cur_u8(&r->c) & 15u;
	cur_skip(&r->c, 1);
	total = cur_be16(&r->c);
	id = cur_be16(&r->c);
	frag = cur_be16(&r->c);
	ttl = cur_u8(&r->c);
	r->what = cur_u8(&r->c);
	put(r, l, "length", "%u", total);
	put(r, l, "identification", "0x%04x", id);
	if ((frag & 0x3fff) != 0)
		put(r, l, "fragment", "%u%s", (frag & 0x1fff) * 8,
		    (frag & 0x2000) != 0 ? ", more follow" : "");
	put(r, l, "ttl", "%u", ttl);
	put(r, l, "protocol", "%u", r->what);
	cur_skip(&r->c, 2);
	b = cur_take(&r->c, 4);
	r->src = addr_v4((const uint8_t *)b.p);
	b = cur_take(&r->c, 4);
	r->dst = addr_v4((const uint8_t *)b.p);
	put_ends(r, l);
	if (words > 5 && cur_want(&r->c, (words - 5) * 4))
		cur_skip(&r->c, (words - 5) * 4);
	end(r, l);
	if (total >= l->len)
		clip(r, total - l->len);
	r->next = (frag & 0x1fff) == 0 ? NEXT_PROTO : NEXT_NOTHING;
}

static void
ipv6(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "IPv6");
	unsigned length;
	struct str b;

	if (l == NULL || !cur_want(&r->c, 40))
		return;
	cur_skip(&r->c, 4);
	length = cur_be16(&r->c);
	r->what = cur_u8(&r->c);
	put(r, l, "length", "%u", length);
	put(r, l, "next header", "%u", r->what);
	put(r, l, "hop limit", "%u", (unsigned)cur_u8(&r->c));
	b = cur_take(&r->c, 16);
	r->src = addr_v6((const uint8_t *)b.p);
	b = cur_take(&r->c, 16);
	r->dst = addr_v6((const uint8_t *)b.p);
	put_ends(r, l);
	end(r, l);
	clip(r, length);
	r->next = NEXT_PROTO;
}

static void
ip(struct reading *r)
{
	struct cursor look = r->c;

	if (!cur_want(&look, 1))
		return;
	if (cur_u8(&look) >> 4 == 6)
		ipv6(r);
	else
		ipv4(r);
}

static void
extension(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "IPv6 extension");
	bool fragment = r->what == PROTO_FRAGMENT;
	size_t size;

	if (l == NULL || !cur_want(&r->c, 8))
		return;
	put(r, l, "header", "%u", r->what);
	r->what = cur_u8(&r->c);
	size = fragment ? 8 : 8 * (1u + cur_u8(&r->c));
	size -= fragment ? 1 : 2;
	if (!cur_want(&r->c, size))
		return;
	cur_skip(&r->c, size);
	end(r, l);
	r->next = fragment ? NEXT_NOTHING : NEXT_PROTO;
}

/* ---- transport ---- */

static struct str
peer(struct reading *r, const struct addr *a, unsigned port)
{
	char text[ADDR_TEXT];
	bool v4 = addr_is_v4(a);

	return arena_printf(r->a, v4 ? "%s:%u" : "[%s]:%u",
	                    addr_format(a, text), port);
}

/* Both ports; *ret_vxlan: one of them is a tunnel's. */
static void
ports(struct reading *r, struct anatomy_layer *l, bool *ret_vxlan)
{
	unsigned from = cur_be16(&r->c);
	unsigned to = cur_be16(&r->c);

	put(r, l, "source port", "%u", from);
	put(r, l, "destination port", "%u", to);
	r->out->from = peer(r, &r->src, from);
	r->out->to = peer(r, &r->dst, to);
	*ret_vxlan = to == PORT_VXLAN || to == PORT_VXLAN_OLD;
}

static void
put_tcp_flags(struct reading *r, struct anatomy_layer *l, unsigned flags)
{
	static const char *const names[] = { " FIN", " SYN", " RST",
		                             " PSH", " ACK", " URG" };
	const char *on[6];

	for (unsigned i = 0; i < 6; i++)
		on[i] = (flags >> i & 1) != 0 ? names[i] : "";
	put(r, l, "flags", "%s%s%s%s%s%s", on[1], on[0], on[2], on[3], on[4],
	    on[5]);
	/* Without the blank in front. */
	if (l->nfields > 0)
		l->field[l->nfields - 1].value =
		    str_tail(l->field[l->nfields - 1].value, 1);
}

static void
tcp(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "TCP");
	unsigned words, flags;
	bool vxlan;

	if (l == NULL || !cur_want(&r->c, 20))
		return;
	ports(r, l, &vxlan);
	put(r, l, "sequence", "%lu", (unsigned long)cur_be32(&r->c));
	put(r, l, "acknowledgement", "%lu", (unsigned long)cur_be32(&r->c));
	words = cur_u8(&r->c) >> 4;
	flags = cur_u8(&r->c);
	put_tcp_flags(r, l, flags);
	put(r, l, "window", "%u", (unsigned)cur_be16(&r->c));
	cur_skip(&r->c, 4);
	if (words > 5 && cur_want(&r->c, (words - 5) * 4))
		cur_skip(&r->c, (words - 5) * 4);
	end(r, l);
}

static void
udp(struct reading *r)
{
	struct anatomy_layer *l = begin(r, "UDP");
	bool vxlan;

	if (l == NULL || !cur_want(&r->c, 8))
		return;
	ports(r, l, &vxlan);
	put(r, l, "length", "%u", (unsigned)cur_be16(&r->c));
	cur_skip(&r->c, 2);
	end(r, l);
	if (!vxlan || !cur_want(&r->c, VXLAN))
		return;
	l = begin(r, "VXLAN");
	if (l == NULL)
		return;
	cur_skip(&r->c, 4);
	put(r, l, "vni", "%u", (unsigned)(cur_be32(&r->c) >> 8));
	end(r, l);
	r->next = NEXT_ETHERNET;
}

/* ---- walking ---- */

static void
by_type(struct reading *r)
{
	switch (r->what) {
	case TYPE_IPV4:
	case TYPE_IPV6:
		ip(r);
		break;
	case TYPE_VLAN:
	case TYPE_QINQ:
		vlan(r);
		break;
	default:
		break;
	}
}

static void
by_protocol(struct reading *r)
{
	switch (r->what) {
	case PROTO_TCP:
		tcp(r);
		break;
	case PROTO_UDP:
		udp(r);
		break;
	case PROTO_IPIP:
	case PROTO_IPV6:
		ip(r);
		break;
	case PROTO_HOPOPTS:
	case PROTO_ROUTING:
	case PROTO_FRAGMENT:
	case PROTO_OPTIONS:
		extension(r);
		break;
	default:
		break;
	}
}

static void
by_link(struct reading *r, uint16_t linktype)
{
	switch (linktype) {
	case LINK_ETHERNET:
		ethernet(r);
		break;
	case LINK_SLL:
		cooked(r, false);
		break;
	case LINK_SLL2:
		cooked(r, true);
		break;
	case LINK_NULL:
	case LINK_LOOP:
		loopback(r);
		break;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_IPV4:
	case LINK_IPV6:
		ip(r);
		break;
	default:
		break;
	}
}

static void
step(struct reading *r)
{
	enum next next = r->next;

	r->next = NEXT_NOTHING;
	if (next == NEXT_ETHERNET)
		ethernet(r);
	else if (next == NEXT_TYPE)
		by_type(r);
	else if (next == NEXT_IP)
		ip(r);
	else
		by_protocol(r);
}

/* The payload is where the analysis found it. */
static void
find_payload(struct str packet, uint16_t linktype, uint32_t origlen,
             struct anatomy *out)
{
	struct packet p;

	net_decode(linktype, cur_make(packet.p, packet.n, false), origlen,
	           MAX_TUNNELS, &p);
	if (p.kind != PACKET_TCP && p.kind != PACKET_UDP)
		return;
	out->payload = p.off;
	out->payload_len = p.caplen;
}

int
anatomy_read(struct str packet, uint16_t linktype, uint32_t origlen,
             struct arena *a, struct anatomy *ret_anatomy)
{
	struct reading r = { .c = cur_make(packet.p, packet.n, false),
		             .size = packet.n,
		             .a = a,
		             .out = ret_anatomy };

	*ret_anatomy = (struct anatomy){ .from = STR(""), .to = STR("") };
	by_link(&r, linktype);
	while (r.next != NEXT_NOTHING && cur_ok(&r.c))
		step(&r);
	/* One that was begun and could not be read is none. */
	if (ret_anatomy->n > 0 &&
	    ret_anatomy->layer[ret_anatomy->n - 1].len == 0)
		ret_anatomy->n--;
	find_payload(packet, linktype, origlen, ret_anatomy);
	return arena_error(a);
}
