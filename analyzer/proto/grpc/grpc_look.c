/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/grpc/grpc_look.h"

#include "base/cursor.h"

enum { LOOK_COMPRESSED = 0x01, LOOK_TRAILERS = 0x80 };

/* --- trailers ------------------------------------------------------------- */

/* A line of the trailers has ended. */
static void
look_line(struct grpc_look *l)
{
	struct str name, value;
	uint64_t status;

	(void)str_split1(str_make(l->line, l->nline), ':', &name, &value);
	l->nline = 0;
	if (str_eq_nocase(str_trim(name), STR("grpc-status")) &&
	    str_u64(str_trim(value), &status) == 0 && status != 0)
		l->failed = true;
}

static void
look_trailers(struct grpc_look *l, struct str bytes)
{
	struct cursor c = cur_from_str(bytes, false);

	while (!cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (b == '\n')
			look_line(l);
		else if (b != '\r' && l->nline < GRPC_LOOK_LINE)
			l->line[l->nline++] = b;
	}
}

/* --- messages ------------------------------------------------------------- */

/* A prefix is whole. */
static void
look_begin(struct grpc_look *l)
{
	struct cursor c = cur_make(l->prefix, GRPC_LOOK_PREFIX, false);
	uint8_t flags = cur_u8(&c);

	l->left = cur_be32(&c);
	l->trailers = l->web && (flags & LOOK_TRAILERS) != 0;
	if (l->trailers)
		flags &= (uint8_t)~LOOK_TRAILERS;
	l->bad |= flags > LOOK_COMPRESSED || l->left > GRPC_LOOK_MESSAGE;
	l->filled |= l->left != 0;
}

static void
look_finish(struct grpc_look *l)
{
	if (l->trailers && l->nline != 0)
		look_line(l);
	l->trailers = false;
	l->nprefix = 0;
	if (l->whole < 2)
		l->whole++;
	/* Several messages without a byte may be zeros of any kind. */
	l->sure = !l->web && l->whole > 1 && l->filled;
}

static void
look_bytes(struct grpc_look *l, struct str bytes)
{
	struct cursor c = cur_from_str(bytes, false);

	while (!l->bad && !l->sure && !cur_at_end(&c)) {
		size_t n = cur_left(&c);
		struct str part;

		if (l->nprefix < GRPC_LOOK_PREFIX) {
			l->prefix[l->nprefix++] = cur_u8(&c);
			if (l->nprefix < GRPC_LOOK_PREFIX)
				continue;
			look_begin(l);
			n = 0;
		}
		part = cur_take(&c, l->left < n ? l->left : n);
		if (l->trailers)
			look_trailers(l, part);
		l->left -= (uint32_t)part.n;
		if (l->left == 0 && !l->bad)
			look_finish(l);
	}
}

/* --- base64 --------------------------------------------------------------- */

/* The six bits that a character stands for; 64: padding; 65: none. */
static uint32_t
look_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return c == '=' ? 64 : 65;
}

/*
 * Text that may be padded in the middle: each part of a body is coded by
 * itself. A group ends with its fourth character, padding counted.
 */
static void
look_text(struct grpc_look *l, struct str text)
{
	struct cursor c = cur_from_str(text, false);

	while (!l->bad && !cur_at_end(&c)) {
		uint32_t digit = look_digit(cur_u8(&c));
		uint8_t out[4] = { 0 }; /* three, and the end */
		uint32_t padding;

		if (digit > 64) {
			l->bad = true;
			return;
		}
		/* Padding is counted in the upper byte, which is free. */
		l->coded = digit < 64 ? l->coded << 6 | digit
		                      : (l->coded & 0xffffff) << 6 |
		                            ((l->coded >> 24) + 1) << 24;
		if (++l->ncoded < 4)
			continue;
		out[0] = (uint8_t)(l->coded >> 16);
		out[1] = (uint8_t)(l->coded >> 8);
		out[2] = (uint8_t)l->coded;
		padding = l->coded >> 24;
		if (padding < 3)
			look_bytes(l, str_make(out, 3 - padding));
		else
			l->bad = true;
		l->coded = 0;
		l->ncoded = 0;
	}
}

/* --- the whole ------------------------------------------------------------ */

void
grpc_look_feed(struct grpc_look *l, struct str bytes)
{
	if (l->text)
		look_text(l, bytes);
	else
		look_bytes(l, bytes);
}

bool
grpc_look_end(const struct grpc_look *l)
{
	return l->sure || (!l->bad && l->nprefix == 0 && l->whole == 1);
}
