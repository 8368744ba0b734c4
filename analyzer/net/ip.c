/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/ip.h"

#include <stddef.h>

enum {
	IPV4_HEADER = 20,
	IPV4_MORE = 0x2000,
	IPV4_OFFSET = 0x1fff,
	IPV6_MORE = 0x0001,
	IPV6_OFFSET = 0xfff8,
	IPV6_OPTION_PAD1 = 0x00,
	IPV6_OPTION_JUMBO = 0xc2, /* RFC 2675 */
};

static bool
fail(struct packet *io, enum disposition why)
{
	io->why = why;
	return false;
}

static bool
fail_short(struct packet *io, const struct layer *l)
{
	return fail(io, layer_why(l));
}

static void
set_fragment(struct packet *io, uint32_t id, uint32_t off, bool more)
{
	io->frag = (struct packet_frag){ .id = id, .off = off, .more = more };
}

/* Is there a jumbo payload option among these? */
static bool
has_jumbo(struct cursor options)
{
	while (cur_ok(&options) && !cur_at_end(&options)) {
		uint8_t type = cur_u8(&options);

		if (type == IPV6_OPTION_JUMBO)
			return true;
		if (type != IPV6_OPTION_PAD1)
			(void)cur_skip(&options, cur_u8(&options));
	}
	return false;
}

/* One header of the common form: next header, length, contents. */
static bool
take_extension(struct layer *l, struct packet *io, bool sized)
{
	uint8_t type = io->l4;
	struct cursor body;
	size_t len;

	io->l4 = cur_u8(&l->c);
	len = cur_u8(&l->c);
	/* Counted without the first 8 bytes; AUTH's in words, less 2. */
	len = type == IP_AUTH ? len * 4 + 6 : len * 8 + 6;
	body = cur_block(&l->c, len);
	if (!cur_ok(&l->c))
		return fail_short(io, l);
	if (type == IP_HOP_BY_HOP && !sized && has_jumbo(body))
		return fail(io, DISPOSITION_JUMBOGRAM);
	return true;
}

/* True also when it is not one after all: the only fragment of its datagram. */
static bool
take_fragment(struct layer *l, struct packet *io, bool *ret_fragment)
{
	uint16_t bits;
	uint32_t id;

	io->l4 = cur_u8(&l->c);
	(void)cur_skip(&l->c, 1);
	bits = cur_be16(&l->c);
	id = cur_be32(&l->c);
	if (!cur_ok(&l->c))
		return fail_short(io, l);
	if ((bits & (IPV6_OFFSET | IPV6_MORE)) != 0) {
		set_fragment(io, id, bits & IPV6_OFFSET, bits & IPV6_MORE);
		*ret_fragment = true;
	}
	return true;
}

/* `sized`: the IPv6 header gave a payload length. */
static bool
take_extensions(struct layer *l, struct packet *io, bool sized,
                bool *ret_fragment)
{
	for (unsigned n = 0; n <= IP_EXTENSIONS_MAX; n++) {
		switch (io->l4) {
		case IP_HOP_BY_HOP:
		case IP_ROUTING:
		case IP_DESTINATION:
		case IP_AUTH:
			if (!take_extension(l, io, sized))
				return false;
			break;
		case IP_FRAGMENT:
			if (!take_fragment(l, io, ret_fragment))
				return false;
			if (*ret_fragment)
				return true;
			break;
		default:
			return true;
		}
	}
	return fail(io, DISPOSITION_MALFORMED);
}

bool
ip_skip_extensions(struct layer *l, struct packet *io)
{
	bool fragment = false;

	if (!take_extensions(l, io, true, &fragment))
		return false;
	/* A fragment in a datagram made of fragments is nobody's idea. */
	return !fragment || fail(io, DISPOSITION_MALFORMED);
}

static bool
decode_v4(struct layer *l, struct packet *io, bool *ret_fragment)
{
	size_t wire = layer_wire(l);
	uint8_t b[4], version = cur_u8(&l->c);
	size_t header = (version & 0xfu) * 4;
	uint16_t total, bits;

	(void)cur_skip(&l->c, 1);
	total = cur_be16(&l->c);
	io->ip_id = cur_be16(&l->c);
	bits = cur_be16(&l->c);
	(void)cur_skip(&l->c, 1);
	io->l4 = cur_u8(&l->c);
	(void)cur_skip(&l->c, 2);
	(void)cur_copy(&l->c, b, sizeof(b));
	io->src = addr_v4(b);
	(void)cur_copy(&l->c, b, sizeof(b));
	io->dst = addr_v4(b);
	if (!cur_ok(&l->c))
		return fail_short(io, l);
	if (version >> 4 != 4 || header < IPV4_HEADER ||
	    (total != 0 && total < header) || header > wire)
		return fail(io, DISPOSITION_MALFORMED);
	if (!cur_skip(&l->c, header - IPV4_HEADER))
		return fail_short(io, l);
	/* 0: segmentation offload, the card writes the length later. */
	if (total != 0)
		layer_clip(l, total - header);
	if ((bits & (IPV4_MORE | IPV4_OFFSET)) != 0) {
		set_fragment(io, io->ip_id, (bits & IPV4_OFFSET) * 8u,
		             bits & IPV4_MORE);
		*ret_fragment = true;
		return true;
	}
	if (io->l4 == IP_AUTH)
		return ip_skip_extensions(l, io);
	return true;
}

static bool
decode_v6(struct layer *l, struct packet *io, bool *ret_fragment)
{
	uint32_t head = cur_be32(&l->c);
	uint16_t len = cur_be16(&l->c);
	bool sized = len != 0;

	io->l4 = cur_u8(&l->c);
	(void)cur_skip(&l->c, 1);
	(void)cur_copy(&l->c, io->src.b, sizeof(io->src.b));
	(void)cur_copy(&l->c, io->dst.b, sizeof(io->dst.b));
	if (!cur_ok(&l->c))
		return fail_short(io, l);
	if (head >> 28 != 6)
		return fail(io, DISPOSITION_MALFORMED);
	if (sized)
		layer_clip(l, len);
	return take_extensions(l, io, sized, ret_fragment);
}

bool
ip_decode(uint16_t type, struct layer *l, struct packet *io, bool *ret_fragment)
{
	*ret_fragment = false;
	if (type == ETHER_IPV4)
		return decode_v4(l, io, ret_fragment);
	return decode_v6(l, io, ret_fragment);
}
