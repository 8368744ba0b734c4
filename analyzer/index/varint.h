/* SPDX-License-Identifier: Apache-2.0 */
/*
 * varint: LEB128 numbers, written; base/cursor reads them (cur_varint).
 */
#ifndef INDEX_VARINT_H
#define INDEX_VARINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

enum { VARINT_MAX = 10 }; /* bytes of the longest */

/* Writes v to `to`; returns how many bytes. */
static inline size_t
varint_put(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		to[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	to[n++] = (uint8_t)v;
	return n;
}

/* The difference v - base modulo 2^64, zigzagged. */
static inline size_t
varint_put_delta(uint8_t *to, uint64_t v, uint64_t base)
{
	uint64_t d = v - base;

	return varint_put(to, d << 1 ^ (0 - (d >> 63)));
}

static inline uint64_t
varint_get_delta(struct cursor *c, uint64_t base)
{
	uint64_t z = cur_varint(c);

	return base + (z >> 1 ^ (0 - (z & 1)));
}

#endif /* INDEX_VARINT_H */
