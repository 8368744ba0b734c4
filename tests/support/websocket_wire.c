/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/websocket_wire.h"

#include <stdlib.h>

static void
put(struct buf *b, unsigned byte)
{
	if (buf_append_byte(b, (char)byte) != 0)
		abort();
}

static void
put_length(struct buf *b, unsigned mask, uint64_t n)
{
	int bytes = n < 126 ? 0 : n <= UINT16_MAX ? 2 : 8;

	put(b, mask | (bytes == 0 ? (unsigned)n : bytes == 2 ? 126u : 127u));
	while (bytes-- > 0)
		put(b, (unsigned)(n >> 8 * bytes) & 0xff);
}

void
websocket_wire_frame(struct buf *b, unsigned first, bool masked,
                     struct str payload)
{
	static const unsigned char mask[4] = { 0xa1, 0x5e, 0x00, 0xff };

	put(b, first);
	put_length(b, masked ? 0x80 : 0, payload.n);
	for (size_t i = 0; masked && i < sizeof(mask); i++)
		put(b, mask[i]);
	for (size_t i = 0; i < payload.n; i++)
		put(b,
		    (unsigned char)payload.p[i] ^ (masked ? mask[i & 3] : 0u));
}

void
websocket_wire_deflate_init(struct websocket_wire_deflate *d)
{
	d->z = (z_stream){ .zalloc = NULL };
	if (deflateInit2(&d->z, 9, Z_DEFLATED, -MAX_WBITS, 8,
	                 Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
}

void
websocket_wire_deflate_release(struct websocket_wire_deflate *d)
{
	(void)deflateEnd(&d->z);
}

void
websocket_wire_deflate_message(struct websocket_wire_deflate *d,
                               struct str text, bool anew, struct buf *ret)
{
	size_t room = text.n + 1000;

	if (anew && deflateReset(&d->z) != Z_OK)
		abort();
	if (buf_reserve(ret, room) != 0)
		abort();
	/* zlib would find nothing to flush (RFC 7692, section 7.2.3.6). */
	if (text.n == 0) {
		put(ret, 0);
		return;
	}
	/* zlib only reads it. NOLINTNEXTLINE(performance-no-int-to-ptr) */
	d->z.next_in = (Bytef *)(uintptr_t)text.p;
	d->z.avail_in = (uInt)text.n;
	d->z.next_out = (Bytef *)buf_tail(ret);
	d->z.avail_out = (uInt)room;
	if (deflate(&d->z, Z_SYNC_FLUSH) != Z_OK || d->z.avail_in != 0)
		abort();
	/* The last four bytes, 00 00 ff ff, are not sent. */
	buf_added(ret, room - d->z.avail_out - 4);
}
