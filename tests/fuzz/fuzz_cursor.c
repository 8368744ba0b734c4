/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte is the number of operations, which follow as pairs of bytes
 * (what, how much); the rest is the data they read. Checked after each:
 *
 * - The cursor stays within its bytes and never goes back; a failed read does
 *   not move it, and gives nothing.
 * - CUR_MORE only when open, with a need of at least one byte.
 * - What a stream's first part gives, the whole stream gives as well: OK with
 *   the same answer, BAD stays BAD, and MORE means that with fewer than `need`
 *   further bytes it would still be MORE.
 */
#include "base/compiler.h"
#include "base/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What a read gave: a number, or bytes. */
struct answer {
	uint64_t v;
	struct str s;
};

static const struct cur_set token = {
	.in = { ['a' ... 'z'] = 1, ['0' ... '9'] = 1 },
};

static struct answer
number(uint64_t v)
{
	return (struct answer){ .v = v };
}

static struct answer
bytes(struct str s)
{
	return (struct answer){ .s = s };
}

static struct answer
copied(struct cursor *c, size_t n)
{
	uint8_t out[256];
	bool good = cur_copy(c, out, n);

	for (size_t i = 0; !good && i < n; i++)
		ENSURE(out[i] == 0);
	return number(good);
}

static struct answer
block(struct cursor *c, size_t n)
{
	struct cursor sub = cur_block(c, n);

	ENSURE(sub.state == c->state && !sub.open);
	(void)cur_varint(&sub);
	ENSURE(sub.state != CUR_MORE || c->state == CUR_MORE);
	return number(cur_left(&sub));
}

static struct answer
apply(struct cursor *c, uint8_t what, uint8_t arg)
{
	switch (what % 24) {
	case 0:
		return number(cur_u8(c));
	case 1:
		return number(cur_be16(c));
	case 2:
		return number(cur_be24(c));
	case 3:
		return number(cur_be32(c));
	case 4:
		return number(cur_be64(c));
	case 5:
		return number(cur_le16(c));
	case 6:
		return number(cur_le32(c));
	case 7:
		return number(cur_le64(c));
	case 8:
		return bytes(cur_take(c, arg));
	case 9:
		return number(cur_skip(c, arg));
	case 10:
		return bytes(cur_peek(c, arg));
	case 11:
		return number(cur_peek_u8(c));
	case 12:
		return bytes(cur_line(c, arg));
	case 13:
		return bytes(cur_line_lf(c, arg));
	case 14:
		return bytes(cur_until(c, arg, arg));
	case 15:
		return bytes(cur_token(c, &token, arg));
	case 16:
		return number(cur_varint(c));
	case 17:
		return number((uint64_t)cur_zigzag(c));
	case 18:
		return number(cur_decimal(c, arg < 128 ? arg : UINT64_MAX));
	case 19:
		return number(cur_hex(c, arg < 128 ? arg : UINT64_MAX));
	case 20:
		return number(cur_expect(c, str_head(STR("HTTP/1.1"), arg)));
	case 21:
		return copied(c, arg);
	case 22:
		return block(c, arg);
	default:
		return bytes(cur_take(c, SIZE_MAX - arg));
	}
}

static bool
same(struct answer a, struct answer b)
{
	return a.v == b.v && str_eq(a.s, b.s);
}

/* The same read with only the first `have` bytes of what c has. */
static void
check_prefix(struct cursor c, uint8_t what, uint8_t arg, size_t have)
{
	struct cursor part = cur_make(c.p, have, true);
	struct cursor near = part;
	struct cursor full = cur_make(c.p, cur_left(&c), true);
	struct answer a = apply(&part, what, arg);
	struct answer b = apply(&full, what, arg);

	if (part.state == CUR_OK)
		ENSURE(full.state == CUR_OK && same(a, b) && part.p == full.p);
	if (part.state == CUR_BAD)
		ENSURE(full.state == CUR_BAD);
	if (part.state == CUR_MORE && part.need > 1 &&
	    part.need - 1 <= cur_left(&c) - have) {
		near.end += part.need - 1;
		(void)apply(&near, what, arg);
		ENSURE(near.state != CUR_OK);
	}
}

static void
check_step(struct cursor *c, uint8_t what, uint8_t arg)
{
	const uint8_t *before = c->p;
	bool failed = c->state != CUR_OK;
	struct answer a = apply(c, what, arg);

	ENSURE(c->p >= before && c->p <= c->end);
	ENSURE(c->state != CUR_MORE || (c->open && c->need != 0));
	ENSURE(c->state != CUR_BAD || !failed || c->p == before);
	if (c->state != CUR_OK)
		ENSURE(c->p == before && a.v == 0 && a.s.n == 0);
}

static void
run(const uint8_t *ops, size_t steps, struct cursor c)
{
	for (size_t i = 0; i < steps; i++) {
		uint8_t what = ops[2 * i], arg = ops[2 * i + 1];
		size_t left = cur_left(&c);

		if (cur_ok(&c)) {
			check_prefix(c, what, arg, left / 2);
			check_prefix(c, what, arg, left - (left != 0));
			check_prefix(c, what, arg, arg < left ? arg : left);
		}
		check_step(&c, what, arg);
		/* Go on past a failure, or the rest of the script is idle. */
		if (!cur_ok(&c) && i % 2 == 0)
			c = cur_make(c.p, cur_left(&c), c.open);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cursor in = cur_make(p, n, false);
	size_t steps = cur_u8(&in) & 31u;
	struct str ops = cur_take(&in, 2 * steps);
	struct str data;

	if (!cur_ok(&in))
		return 0;
	data = cur_rest(&in);
	run((const uint8_t *)ops.p, steps, cur_from_str(data, true));
	run((const uint8_t *)ops.p, steps, cur_from_str(data, false));
	return 0;
}
