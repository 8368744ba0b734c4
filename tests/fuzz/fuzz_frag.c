/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments of a few datagrams with any offset, length and order: ten bytes
 * each. What is put together has to be made of bytes that were there.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/net/frag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BYTES = 4096 };

static uint8_t
byte_at(uint32_t off)
{
	return (uint8_t)(off * 5 + off / 256 + 1);
}

static void
check(const struct frag_datagram *d, const struct packet *last)
{
	uint32_t at = 0;

	if (d->caplen > d->len || d->len > 65535 || d->nrecords == 0 ||
	    (!last->frag.more && last->frag.off + last->len != d->len))
		abort();
	for (size_t i = 0; i < d->npieces; i++) {
		const struct piece *p = &d->pieces[i];

		if (p->p != d->data + at || p->packet >= d->nrecords)
			abort();
		at += p->n;
	}
	if (at != d->caplen)
		abort();
	for (uint32_t i = 0; i < d->len; i++) {
		if (d->data[i] != (i < d->caplen ? byte_at(i) : 0))
			abort();
	}
}

static void
feed(struct frag_table *t, struct cursor *c, uint64_t record)
{
	uint8_t bytes[BYTES];
	uint8_t id = cur_u8(c), bits = cur_u8(c);
	uint32_t off = cur_be16(c) & 0xfff8u;
	uint32_t len = cur_be16(c) % (BYTES + 1u), cut = cur_be16(c);
	struct packet p = {
		.kind = PACKET_FRAGMENT,
		.l4 = 17,
		.frag = { .id = id & 3, .off = off, .more = bits & 1 },
		.len = len,
		.caplen = bits & 2 ? len - (cut < len ? cut : len) : len,
		.payload = bytes,
	};
	struct frag_record rec = {
		.at.record = record,
		.ts = (int64_t)record * 1000 + cur_be16(c) * INT64_C(10000000),
	};
	struct frag_datagram d;

	for (uint32_t i = 0; i < p.caplen; i++)
		bytes[i] = byte_at(off + i);
	if (frag_add(t, 0, &p, &rec, &d) == FRAG_DONE)
		check(&d, &p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_make(data, size, false);
	struct net_limits limits;
	struct frag_table *t;
	uint64_t record = 0;

	net_limits_init(&limits);
	limits.frag_datagrams = 3;
	limits.frag_pieces = 16;
	t = frag_table_new(&limits);
	if (t == NULL)
		return 0;
	while (cur_left(&c) >= 10)
		feed(t, &c, ++record);
	frag_table_free(t);
	return 0;
}
