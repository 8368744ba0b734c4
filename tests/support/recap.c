/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/recap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/indexed.h"

enum {
	RECAP_IP = 14,
	RECAP_FIN = 0x01,
	RECAP_SYN = 0x02,
	RECAP_MAGIC = (int)0xa1b2c3d4,
};

static uint32_t
recap_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static uint32_t
recap_be(const uint8_t *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static void
recap_put_be(uint8_t *p, int n, uint32_t v)
{
	while (n-- > 0) {
		p[n] = (uint8_t)(v & 0xff);
		v >>= 8;
	}
}

static void
recap_put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, p, n) != 0)
		abort();
}

static void
recap_put_le32(struct buf *b, uint32_t v)
{
	const uint8_t p[4] = { (uint8_t)(v & 0xff), (uint8_t)(v >> 8 & 0xff),
		               (uint8_t)(v >> 16 & 0xff), (uint8_t)(v >> 24) };

	recap_put(b, p, sizeof(p));
}

bool
recap_read(struct recap *c, const char *path)
{
	const uint8_t *p;
	size_t at = RECAP_HEADER;

	c->n = 0;
	c->file = indexed_slurp(path, &c->bytes);
	p = (const uint8_t *)c->file;
	if (p == NULL || c->bytes < RECAP_HEADER ||
	    recap_le32(p) != (uint32_t)RECAP_MAGIC)
		return false;
	while (at + RECAP_RECORD <= c->bytes && c->n < RECAP_FRAMES) {
		struct recap_frame *f = &c->frame[c->n++];

		*f = (struct recap_frame){ .sec = recap_le32(p + at),
			                   .usec = recap_le32(p + at + 4),
			                   .caplen = recap_le32(p + at + 8),
			                   .len = recap_le32(p + at + 12),
			                   .p = p + at + RECAP_RECORD };
		at += RECAP_RECORD + f->caplen;
	}
	return at == c->bytes;
}

void
recap_release(struct recap *c)
{
	free(c->file);
	c->file = NULL;
	c->n = 0;
}

/* Where the TCP header is, or 0. */
static uint32_t
recap_tcp(const struct recap_frame *f)
{
	uint32_t ip = RECAP_IP;

	if (f->caplen < ip + 40 || recap_be(f->p + 12, 2) != 0x0800 ||
	    (f->p[ip] >> 4) != 4 || f->p[ip + 9] != 6)
		return 0;
	return ip + (f->p[ip] & 15u) * 4;
}

static uint32_t
recap_start(const struct recap_frame *f)
{
	uint32_t tcp = recap_tcp(f);

	return tcp == 0 ? 0 : tcp + (uint32_t)(f->p[tcp + 12] >> 4) * 4;
}

uint32_t
recap_payload(const struct recap_frame *f)
{
	uint32_t start = recap_start(f);

	if (start == 0)
		return 0;
	return RECAP_IP + recap_be(f->p + RECAP_IP + 2, 2) - start;
}

struct recap_frame
recap_cut(const struct recap_frame *f, uint32_t from, uint32_t n)
{
	struct recap_frame out = *f;

	out.part = true;
	out.from = (f->part ? f->from : 0) + from;
	out.n = n;
	return out;
}

/* A part of a packet is one of its own: other id, length, place, and flags. */
static void
recap_write_part(const struct recap_frame *f, struct buf *out)
{
	uint8_t head[128];
	uint32_t start = recap_start(f), tcp = recap_tcp(f);
	uint32_t seq = recap_be(f->p + tcp + 4, 4) + f->from;

	if (start > sizeof(head))
		abort();
	memcpy(head, f->p, start);
	recap_put_be(head + RECAP_IP + 2, 2, start - RECAP_IP + f->n);
	recap_put_be(head + RECAP_IP + 4, 2,
	             (recap_be(head + RECAP_IP + 4, 2) + f->from * 7 + f->n) &
	                 0xffff);
	recap_put_be(head + tcp + 4, 4, seq);
	if (f->from != 0)
		head[tcp + 13] &= (uint8_t)~RECAP_SYN;
	if (f->from + f->n != recap_payload(f))
		head[tcp + 13] &= (uint8_t)~RECAP_FIN;
	recap_put_le32(out, start + f->n);
	recap_put_le32(out, start + f->n);
	recap_put(out, head, start);
	recap_put(out, f->p + start + f->from, f->n);
}

void
recap_write(const struct recap *c, const struct recap_frame *f, size_t n,
            bool restamp, struct buf *out)
{
	recap_put(out, c->file, RECAP_HEADER);
	for (size_t i = 0; i < n; i++) {
		const struct recap_frame *t =
		    restamp ? &c->frame[i < c->n ? i : c->n - 1] : &f[i];

		recap_put_le32(out, t->sec);
		recap_put_le32(out, t->usec);
		if (f[i].part) {
			recap_write_part(&f[i], out);
			continue;
		}
		recap_put_le32(out, f[i].caplen);
		recap_put_le32(out, f[i].len);
		recap_put(out, f[i].p, f[i].caplen);
	}
}
