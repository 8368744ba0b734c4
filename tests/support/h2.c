/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/h2.h"

#include <stdlib.h>
#include <string.h>

static void
put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, p, n) != 0)
		abort();
}

static void
put_byte(struct buf *b, unsigned v)
{
	uint8_t byte = (uint8_t)v;

	put(b, &byte, 1);
}

static void
put_be(struct buf *b, uint32_t v, int bytes)
{
	for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
		put_byte(b, v >> shift & 0xff);
}

void
h2_frame(struct buf *b, enum http2_frame_type type, unsigned flags,
         uint32_t stream, struct str payload)
{
	put_be(b, (uint32_t)payload.n, 3);
	put_byte(b, (unsigned)type);
	put_byte(b, flags);
	put_be(b, stream, 4);
	if (payload.n != 0)
		put(b, payload.p, payload.n);
}

static void
put_int(struct buf *b, unsigned pattern, unsigned prefix, size_t v)
{
	unsigned mask = (1u << prefix) - 1;

	if (v < mask) {
		put_byte(b, pattern | (unsigned)v);
		return;
	}
	put_byte(b, pattern | mask);
	for (v -= mask; v >= 0x80; v >>= 7)
		put_byte(b, (unsigned)v | 0x80);
	put_byte(b, (unsigned)v);
}

static void
put_string(struct buf *b, const char *s)
{
	put_int(b, 0, 7, strlen(s));
	put(b, s, strlen(s));
}

void
h2_index(struct buf *block, unsigned index)
{
	put_int(block, 0x80, 7, index);
}

void
h2_insert(struct buf *block, const char *name, const char *value)
{
	put_byte(block, 0x40);
	put_string(block, name);
	put_string(block, value);
}

void
h2_literal(struct buf *block, const char *name, const char *value)
{
	put_byte(block, 0);
	put_string(block, name);
	put_string(block, value);
}

void
h2_headers(struct buf *b, uint32_t stream, struct buf *block, unsigned flags)
{
	h2_frame(b, HTTP2_HEADERS, flags | HTTP2_END_HEADERS, stream,
	         buf_str(block));
	buf_clear(block);
}

void
h2_hello(struct buf *b)
{
	struct str s = HTTP2_PREFACE;

	put(b, s.p, s.n);
	h2_frame(b, HTTP2_SETTINGS, 0, 0, STR("\0\3\0\0\0\x64"));
}

void
h2_welcome(struct buf *b)
{
	h2_frame(b, HTTP2_SETTINGS, 0, 0, STR_NONE);
	h2_frame(b, HTTP2_SETTINGS, HTTP2_ACK, 0, STR_NONE);
}

void
h2_get(struct buf *b, uint32_t stream, const char *path)
{
	struct buf block;

	buf_init(&block, H2_MAX);
	h2_index(&block, 2);
	h2_literal(&block, ":path", path);
	h2_literal(&block, ":authority", "h");
	h2_headers(b, stream, &block, HTTP2_END_STREAM);
	buf_release(&block);
}

void
h2_ok(struct buf *b, uint32_t stream, const char *body)
{
	struct buf block;

	buf_init(&block, H2_MAX);
	h2_index(&block, 8);
	h2_headers(b, stream, &block, 0);
	h2_frame(b, HTTP2_DATA, HTTP2_END_STREAM, stream, str_from_c(body));
	buf_release(&block);
}
