/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a packet of any link type: two bytes of link type, two of what
 * the wire had more, then the record.
 */
#include <stdlib.h>

#include "analyzer/net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct packet *p, const uint8_t *base, size_t n)
{
	if (p->kind == PACKET_NONE) {
		if (p->why >= DISPOSITION_COUNT || p->len != 0)
			abort();
		return;
	}
	if (p->caplen > p->len || p->off + p->caplen > n ||
	    p->payload != base + p->off || p->tunnels > p->tunnels_max)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_make(data, size, false);
	uint16_t link = cur_be16(&c);
	uint32_t more = cur_be16(&c);
	uint32_t n = (uint32_t)cur_left(&c);
	struct packet p;

	if (!cur_ok(&c))
		return 0;
	net_decode(link, c, n + more, 4, &p);
	check(&p, c.p, n);
	if (p.kind == PACKET_FRAGMENT) {
		const uint8_t *base = p.payload;
		uint32_t caplen = p.caplen;

		net_decode_l4(cur_make(base, caplen, false), p.len, &p);
		if (p.kind == PACKET_FRAGMENT)
			abort();
		check(&p, base, caplen);
	}
	return 0;
}
