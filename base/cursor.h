/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor: how parsers read bytes they do not trust.
 *
 * A cursor is a position in a run of borrowed bytes. Each function below either
 * reads and moves on, or does neither: then it answers zero or an empty str,
 * and the reason sticks in `state`. As every later read fails too, a parser can
 * read a whole record and look at the state once, after it.
 *
 * Coming short means one of two things, and the cursor knows which:
 *   open    more bytes may follow (a live stream): CUR_MORE, and `need` says
 *           how many more would allow the read that failed (at least 1)
 *   closed  there will be no more (a datagram, or the inside of a block whose
 *           length was given): CUR_BAD, the bytes are malformed
 *
 * Bytes that are there but wrong are CUR_BAD in both kinds.
 *
 * A cursor is a plain value. Looking ahead without commitment is a copy:
 *	struct cursor try = *c;
 * and giving up is to forget it. Rule for this file: never compute a pointer
 * before the length is known to fit; compare lengths, not pointers.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

enum cur_state {
	CUR_OK,
	CUR_MORE, /* open, and the bytes ended too early */
	CUR_BAD,  /* malformed */
};

struct cursor {
	const uint8_t *p;   /* the next byte */
	const uint8_t *end; /* one past the last */
	size_t need;        /* with CUR_MORE: bytes missing, at least 1 */
	enum cur_state state;
	bool open; /* can more bytes arrive behind `end`? */
};

/* Bytes that a cur_token() may consist of: { .in = { ['0' ... '9'] = 1 } } */
struct cur_set {
	uint8_t in[256];
};

/* Longest encoding of a 64-bit protobuf varint. */
#define CUR_VARINT_MAX 10u

/* --- making and asking --------------------------------------------------- */

static inline struct cursor
cur_make(const void *p, size_t n, bool open)
{
	/* Nothing is somewhere too: NULL + 0 is undefined in C. */
	const uint8_t *b = p != NULL ? (const uint8_t *)p : (const uint8_t *)"";

	assert(p != NULL || n == 0);
	return (struct cursor){
		.p = b,
		.end = n != 0 ? b + n : b,
		.open = open,
	};
}

static inline struct cursor
cur_from_str(struct str s, bool open)
{
	return cur_make(s.p, s.n, open);
}

/* Bytes not read yet, whatever the state. */
static inline size_t
cur_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline bool
cur_ok(const struct cursor *c)
{
	return c->state == CUR_OK;
}

static inline bool
cur_at_end(const struct cursor *c)
{
	return c->p == c->end;
}

/* The caller found the bytes wrong. An earlier reason is not overwritten. */
static inline void
cur_bad(struct cursor *c)
{
	if (c->state == CUR_OK)
		c->state = CUR_BAD;
}

/* Short by `missing` bytes: the one place that tells open from closed. */
static inline void
cur_short(struct cursor *c, size_t missing)
{
	assert(c->state == CUR_OK && missing != 0);
	if (c->open) {
		c->state = CUR_MORE;
		c->need = missing;
	} else {
		c->state = CUR_BAD;
	}
}

/* Can n bytes be read? When not, that is now the state. */
static inline bool
cur_want(struct cursor *c, size_t n)
{
	if (unlikely(c->state != CUR_OK))
		return false;
	if (unlikely(n > cur_left(c))) {
		cur_short(c, n - cur_left(c));
		return false;
	}
	return true;
}

/* --- fixed-size numbers -------------------------------------------------- */

static inline uint8_t
cur_peek_u8(struct cursor *c)
{
	return cur_want(c, 1) ? *c->p : 0;
}

static inline uint8_t
cur_u8(struct cursor *c)
{
	return cur_want(c, 1) ? *c->p++ : 0;
}

static inline uint16_t
cur_be16(struct cursor *c)
{
	uint16_t v;

	if (!cur_want(c, 2))
		return 0;
	v = (uint16_t)((unsigned)c->p[0] << 8 | c->p[1]);
	c->p += 2;
	return v;
}

static inline uint32_t
cur_be24(struct cursor *c)
{
	uint32_t v;

	if (!cur_want(c, 3))
		return 0;
	v = (uint32_t)c->p[0] << 16 | (uint32_t)c->p[1] << 8 | c->p[2];
	c->p += 3;
	return v;
}

static inline uint32_t
cur_be32(struct cursor *c)
{
	uint32_t v;

	if (!cur_want(c, 4))
		return 0;
	v = (uint32_t)c->p[0] << 24 | (uint32_t)c->p[1] << 16 |
	    (uint32_t)c->p[2] << 8 | c->p[3];
	c->p += 4;
	return v;
}

static inline uint64_t
cur_be64(struct cursor *c)
{
	uint64_t hi;

	if (!cur_want(c, 8))
		return 0;
	hi = cur_be32(c);
	return hi << 32 | cur_be32(c);
}

static inline uint16_t
cur_le16(struct cursor *c)
{
	uint16_t v;

	if (!cur_want(c, 2))
		return 0;
	v = (uint16_t)((unsigned)c->p[1] << 8 | c->p[0]);
	c->p += 2;
	return v;
}

static inline uint32_t
cur_le32(struct cursor *c)
{
	uint32_t v;

	if (!cur_want(c, 4))
		return 0;
	v = (uint32_t)c->p[3] << 24 | (uint32_t)c->p[2] << 16 |
	    (uint32_t)c->p[1] << 8 | c->p[0];
	c->p += 4;
	return v;
}

static inline uint64_t
cur_le64(struct cursor *c)
{
	uint64_t lo;

	if (!cur_want(c, 8))
		return 0;
	lo = cur_le32(c);
	return (uint64_t)cur_le32(c) << 32 | lo;
}

/* --- runs of bytes ------------------------------------------------------- */

/* The next n bytes, which stay unread. */
static inline struct str
cur_peek(struct cursor *c, size_t n)
{
	return cur_want(c, n) ? str_make(c->p, n) : STR_NONE;
}

static inline struct str
cur_take(struct cursor *c, size_t n)
{
	struct str s;

	if (!cur_want(c, n))
		return STR_NONE;
	s = str_make(c->p, n);
	c->p += n;
	return s;
}

/* Everything that is left; empty when the cursor failed before. */
static inline struct str
cur_rest(struct cursor *c)
{
	return cur_take(c, cur_left(c));
}

static inline bool
cur_skip(struct cursor *c, size_t n)
{
	if (!cur_want(c, n))
		return false;
	c->p += n;
	return true;
}

/* Copies n bytes to dst, for addresses and the like; zeroes dst on failure. */
static inline bool
cur_copy(struct cursor *c, void *dst, size_t n)
{
	if (!cur_want(c, n)) {
		memset(dst, 0, n);
		return false;
	}
	memcpy(dst, c->p, n);
	c->p += n;
	return true;
}

/*
 * The next n bytes as a cursor of their own, a closed one. It starts out failed
 * when they are not there.
 */
static inline struct cursor
cur_block(struct cursor *c, size_t n)
{
	struct str s = cur_take(c, n);
	struct cursor sub = cur_from_str(s, false);

	sub.state = c->state;
	sub.need = c->need;
	return sub;
}

/* Here the bytes have to be used up: anything left is malformed. */
static inline void
cur_done(struct cursor *c)
{
	if (!cur_at_end(c))
		cur_bad(c);
}

/* True when exactly `lit` comes next. Anything else is malformed. */
static inline bool
cur_expect(struct cursor *c, struct str lit)
{
	size_t have = cur_left(c) < lit.n ? cur_left(c) : lit.n;

	if (c->state != CUR_OK)
		return false;
	if (!str_eq(str_make(c->p, have), str_head(lit, have))) {
		cur_bad(c);
		return false;
	}
	return cur_skip(c, lit.n);
}

/* --- delimited text ------------------------------------------------------ */

/* The first `byte` among the next n, or NULL. */
static inline const uint8_t *
cur_scan(const struct cursor *c, uint8_t byte, size_t n)
{
	/* No object is larger; gcc cannot know that n is not either. */
	n &= PTRDIFF_MAX;
	return n != 0 ? (const uint8_t *)memchr(c->p, byte, n) : NULL;
}

/*
 * What a search that found nothing means: too long when already `limit` bytes
 * were there to look at, else short by one.
 */
static inline void
cur_unfound(struct cursor *c, size_t limit)
{
	if (cur_left(c) >= limit)
		cur_bad(c);
	else
		cur_short(c, 1);
}

/* The bytes before the next `byte`, at most `max`; the cursor goes past it. */
static inline struct str
cur_until(struct cursor *c, uint8_t byte, size_t max)
{
	size_t limit = max < SIZE_MAX ? max + 1 : max;
	size_t left = cur_left(c);
	const uint8_t *q;
	struct str s;

	if (c->state != CUR_OK)
		return STR_NONE;
	q = cur_scan(c, byte, left < limit ? left : limit);
	if (q == NULL) {
		cur_unfound(c, limit);
		return STR_NONE;
	}
	s = str_make(c->p, (size_t)(q - c->p));
	c->p = q + 1;
	return s;
}

/*
 * The line before the next CR LF, at most `max` bytes long; the cursor goes
 * past both. A CR or an LF alone belongs to the line.
 */
static inline struct str
cur_line(struct cursor *c, size_t max)
{
	size_t limit = max < SIZE_MAX - 1 ? max + 2 : SIZE_MAX;
	size_t left = cur_left(c);
	size_t scan = left < limit ? left : limit;
	size_t at = 0;
	const uint8_t *q;

	if (c->state != CUR_OK)
		return STR_NONE;
	while (at < scan) {
		q = (const uint8_t *)memchr(c->p + at, '\n', scan - at);
		if (q == NULL)
			break;
		at = (size_t)(q - c->p) + 1;
		if (at >= 2 && q[-1] == '\r') {
			struct str s = str_make(c->p, at - 2);

			c->p += at;
			return s;
		}
	}
	cur_unfound(c, limit);
	return STR_NONE;
}

/*
 * The line before the next LF, without the CR in front of it if there is one;
 * at most `max` bytes long. For HTTP, which has to put up with a bare LF
 * (RFC 9112, section 2.2).
 */
static inline struct str
cur_line_lf(struct cursor *c, size_t max)
{
	size_t limit = max < SIZE_MAX - 1 ? max + 2 : SIZE_MAX;
	size_t left = cur_left(c);
	const uint8_t *q;
	struct str s;
	size_t n;

	if (c->state != CUR_OK)
		return STR_NONE;
	q = cur_scan(c, '\n', left < limit ? left : limit);
	if (q == NULL) {
		cur_unfound(c, limit);
		return STR_NONE;
	}
	n = (size_t)(q - c->p);
	if (n != 0 && q[-1] == '\r')
		n--;
	if (n > max) {
		cur_bad(c);
		return STR_NONE;
	}
	s = str_make(c->p, n);
	c->p = q + 1;
	return s;
}

/*
 * The longest run of bytes in `set`, possibly empty. Longer than `max` is
 * malformed. On an open cursor a run that reaches the end is CUR_MORE, because
 * it may go on; on a closed one it ends there.
 */
static inline struct str
cur_token(struct cursor *c, const struct cur_set *set, size_t max)
{
	size_t left = cur_left(c);
	struct str s;
	size_t n = 0;

	if (c->state != CUR_OK)
		return STR_NONE;
	while (n < left && set->in[c->p[n]]) {
		if (n == max) {
			cur_bad(c);
			return STR_NONE;
		}
		n++;
	}
	if (n == left && c->open) {
		cur_short(c, 1);
		return STR_NONE;
	}
	s = str_make(c->p, n);
	c->p += n;
	return s;
}

/* --- numbers in text, and varints ---------------------------------------- */

/* The value of a digit up to base 16, or 255. */
static inline unsigned
cur_digit(uint8_t b)
{
	if (b >= '0' && b <= '9')
		return b - (unsigned)'0';
	b |= 0x20;
	if (b >= 'a' && b <= 'f')
		return b - (unsigned)'a' + 10;
	return 255;
}

/* See cur_decimal(); base is 10 or 16. */
static inline uint64_t
cur_number(struct cursor *c, unsigned base, uint64_t max)
{
	size_t left = cur_left(c);
	uint64_t v = 0;
	size_t n;

	if (c->state != CUR_OK)
		return 0;
	for (n = 0; n < left; n++) {
		unsigned d = cur_digit(c->p[n]);

		if (d >= base)
			break;
		if (d > max || v > (max - d) / base) {
			cur_bad(c);
			return 0;
		}
		v = v * base + d;
	}
	if (n == left && (c->open || n == 0)) {
		cur_short(c, 1);
		return 0;
	}
	if (n == 0) {
		cur_bad(c);
		return 0;
	}
	c->p += n;
	return v;
}

/*
 * Decimal digits, up to the first byte that is none. No digit at all (so also a
 * sign) and a value above `max` are malformed. As with cur_token(), digits that
 * reach the end of an open cursor are CUR_MORE.
 */
static inline uint64_t
cur_decimal(struct cursor *c, uint64_t max)
{
	return cur_number(c, 10, max);
}

/* Hexadecimal digits of either case, without a prefix; else the same. */
static inline uint64_t
cur_hex(struct cursor *c, uint64_t max)
{
	return cur_number(c, 16, max);
}

/*
 * A base-128 varint, least significant group first, as protobuf and Kafka have
 * it. Longer than ten bytes or wider than 64 bits is malformed.
 */
static inline uint64_t
cur_varint(struct cursor *c)
{
	size_t left = cur_left(c);
	uint64_t v = 0;

	if (c->state != CUR_OK)
		return 0;
	for (size_t n = 0; n < left; n++) {
		uint8_t b = c->p[n];

		/* The tenth byte has room for one bit and no successor. */
		if (n == CUR_VARINT_MAX - 1 && b > 1) {
			cur_bad(c);
			return 0;
		}
		v |= (uint64_t)(b & 0x7f) << (7 * n);
		if (b < 0x80) {
			c->p += n + 1;
			return v;
		}
	}
	cur_short(c, 1);
	return 0;
}

/* A varint that holds a signed number in zigzag form. */
static inline int64_t
cur_zigzag(struct cursor *c)
{
	uint64_t v = cur_varint(c);

	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif /* BASE_CURSOR_H */
