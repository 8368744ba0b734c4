/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/mktcp.h"

#include <string.h>

#include "tests/support/wire.h"

enum {
	IP_TCP = 40,
	ETHERNET = 14,
	FRAME = 65536 + 64,
	SNAPLEN = 262144,
	START = 1700000000, /* seconds since 1970 */
};

static void
le32(struct buf *b, uint32_t v)
{
	const uint8_t x[] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
		              (uint8_t)(v >> 24) };

	wire_put(b, x, sizeof(x));
}

static void
ip_packet(struct buf *b, const struct mktcp_segment *s)
{
	unsigned client = s->client != 0 ? s->client : 40000;
	unsigned server = s->server != 0 ? s->server : 6379;

	wire_16(b, 0x4500);
	wire_16(b, (unsigned)(IP_TCP + s->n));
	wire_32(b, 0);
	wire_16(b, 64u << 8 | 6u);
	wire_16(b, 0);
	wire_32(b, s->back ? 0x0a000002 : 0x0a000001);
	wire_32(b, s->back ? 0x0a000001 : 0x0a000002);
	wire_16(b, s->back ? server : client);
	wire_16(b, s->back ? client : server);
	wire_32(b, s->seq);
	wire_32(b, s->ack);
	wire_16(b, 5u << 12 | s->flags);
	wire_16(b, 65535);
	wire_32(b, 0);
	wire_put(b, s->data, s->n);
}

/* ---- pcap ---- */

void
mktcp_pcap_begin(struct buf *b)
{
	buf_init(b, MKTCP_MAX);
	le32(b, 0xa1b2c3d4);
	le32(b, 4u << 16 | 2u);
	le32(b, 0);
	le32(b, 0);
	le32(b, SNAPLEN);
	le32(b, MKTCP_RAW);
}

void
mktcp_pcap(struct buf *b, uint32_t at, const struct mktcp_segment *s)
{
	le32(b, START + at / 1000);
	le32(b, at % 1000 * 1000);
	le32(b, (uint32_t)(IP_TCP + s->n));
	le32(b, (uint32_t)(IP_TCP + s->n));
	ip_packet(b, s);
}

void
mktcp_pcap_handshake(struct buf *b)
{
	mktcp_pcap(b, 0, &(struct mktcp_segment){ .flags = MKTCP_SYN });
	mktcp_pcap(b, 0,
	           &(struct mktcp_segment){ .back = true,
	                                    .ack = 1,
	                                    .flags = MKTCP_SYN | MKTCP_ACK });
	mktcp_pcap(
	    b, 0,
	    &(struct mktcp_segment){ .seq = 1, .ack = 1, .flags = MKTCP_ACK });
}

/* ---- pcapng ---- */

static void
block(struct buf *b, uint32_t type, const struct buf *body)
{
	uint32_t n = (uint32_t)(12 + body->n);

	le32(b, type);
	le32(b, n);
	wire_put(b, body->p, body->n);
	le32(b, n);
}

static void
pad(struct buf *b)
{
	static const uint8_t zero[4];

	wire_put(b, zero, (4 - b->n % 4) % 4);
}

void
mktcp_ng_begin(struct buf *b)
{
	buf_init(b, MKTCP_MAX);
	mktcp_ng_section(b);
}

void
mktcp_ng_section(struct buf *b)
{
	struct buf body;

	buf_init(&body, FRAME);
	le32(&body, 0x1a2b3c4d);
	le32(&body, 1);
	le32(&body, UINT32_MAX);
	le32(&body, UINT32_MAX);
	block(b, 0x0a0d0d0a, &body);
	buf_release(&body);
}

void
mktcp_ng_iface(struct buf *b, const char *name, uint32_t linktype)
{
	struct buf body;

	buf_init(&body, FRAME);
	le32(&body, linktype);
	le32(&body, SNAPLEN);
	if (name != NULL) {
		le32(&body, (uint32_t)strlen(name) << 16 | 2u);
		wire_text(&body, name);
		pad(&body);
		le32(&body, 0);
	}
	block(b, 1, &body);
	buf_release(&body);
}

void
mktcp_ng(struct buf *b, uint32_t iface, uint32_t linktype, uint32_t at,
         const struct mktcp_segment *s)
{
	uint64_t us = (uint64_t)START * 1000000 + (uint64_t)at * 1000;
	uint32_t n = (uint32_t)(IP_TCP + s->n);
	struct buf body;

	if (linktype == MKTCP_ETHERNET)
		n += ETHERNET;
	buf_init(&body, FRAME);
	le32(&body, iface);
	le32(&body, (uint32_t)(us >> 32));
	le32(&body, (uint32_t)us);
	le32(&body, n);
	le32(&body, n);
	if (linktype == MKTCP_ETHERNET) {
		wire_put(&body, "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0", ETHERNET);
	}
	ip_packet(&body, s);
	pad(&body);
	block(b, 6, &body);
	buf_release(&body);
}
