/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_inflate.h"

#include "base/err.h"
#include "base/mem.h"

static void *
inflate_alloc(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return mem_array(n, size);
}

static void
inflate_free(void *ctx, void *p)
{
	(void)ctx;
	mem_free(p);
}

int
websocket_inflate_init(struct websocket_inflate *f, uint64_t max)
{
	f->z = (z_stream){ .zalloc = inflate_alloc, .zfree = inflate_free };
	f->left = max;
	/* Raw; the largest window serves smaller ones, too. */
	return inflateInit2(&f->z, -MAX_WBITS) == Z_OK ? 0 : ERR_NOMEM;
}

void
websocket_inflate_release(struct websocket_inflate *f)
{
	(void)inflateEnd(&f->z);
}

void
websocket_inflate_reset(struct websocket_inflate *f)
{
	(void)inflateReset(&f->z);
}

/* Counts n bytes; false when that was too many. */
static bool
inflate_spend(struct websocket_inflate *f, size_t n)
{
	f->left = n < f->left ? f->left - n : 0;
	return f->left != 0;
}

/* At most 32 bits' worth of bytes. */
static int
inflate_some(struct websocket_inflate *f, const struct body_out *out)
{
	do {
		size_t n;
		int rc = 0, z;

		f->z.next_out = f->piece;
		f->z.avail_out = WEBSOCKET_INFLATE_PIECE;
		z = inflate(&f->z, Z_NO_FLUSH);
		n = WEBSOCKET_INFLATE_PIECE - f->z.avail_out;
		if (z == Z_MEM_ERROR)
			return ERR_NOMEM;
		if (n != 0 && out != NULL)
			rc = out->bytes(out->ctx, f->piece, n);
		if (rc != 0)
			return rc;
		if (!inflate_spend(f, n))
			return ERR_LIMIT;
		/* A last block does not end the stream (section 7.2.3.4). */
		if (z == Z_STREAM_END)
			(void)inflateResetKeep(&f->z);
		else if (z != Z_OK && z != Z_BUF_ERROR)
			return ERR_MALFORMED;
	} while (f->z.avail_in != 0 || f->z.avail_out == 0);
	return 0;
}

int
websocket_inflate_bytes(struct websocket_inflate *f, struct str bytes,
                        const struct body_out *out)
{
	int rc = 0;

	/* zlib counts in 32 bits. */
	while (rc == 0 && bytes.n != 0) {
		struct str part = str_head(bytes, WEBSOCKET_INFLATE_PIECE);

		if (!inflate_spend(f, part.n))
			return ERR_LIMIT;
		f->z.next_in = (const Bytef *)part.p;
		f->z.avail_in = (uInt)part.n;
		rc = inflate_some(f, out);
		bytes = str_tail(bytes, part.n);
	}
	return rc;
}

int
websocket_inflate_end(struct websocket_inflate *f, const struct body_out *out)
{
	/* Every message lacks the end of its flush. */
	return websocket_inflate_bytes(f, str_make("\x00\x00\xff\xff", 4), out);
}
