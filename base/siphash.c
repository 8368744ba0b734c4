/* SPDX-License-Identifier: Apache-2.0 */
#include "base/siphash.h"

#include <string.h>

/* The state of the paper: v0 to v3. */
struct sip {
	uint64_t a, b, c, d;
};

static inline uint64_t
sip_rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline uint64_t
sip_load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline void
sip_round(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = sip_rotl(s->b, 13) ^ s->a;
	s->d = sip_rotl(s->d, 16) ^ s->c;
	s->a = sip_rotl(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = sip_rotl(s->b, 17) ^ s->c;
	s->d = sip_rotl(s->d, 21) ^ s->a;
	s->c = sip_rotl(s->c, 32);
}

static inline void
sip_word(struct sip *s, uint64_t m, unsigned rounds)
{
	s->d ^= m;
	for (unsigned i = 0; i < rounds; i++)
		sip_round(s);
	s->a ^= m;
}

/* The state after the whole message, before the words of finalisation. */
static inline struct sip
sip_absorb(struct sip s, const uint8_t *p, size_t n, unsigned compress)
{
	uint64_t last = (uint64_t)n << 56;

	for (; n >= 8; n -= 8, p += 8)
		sip_word(&s, sip_load(p), compress);
	for (size_t i = 0; i < n; i++)
		last |= (uint64_t)p[i] << (8 * i);
	sip_word(&s, last, compress);
	return s;
}

static inline struct sip
sip_begin(const uint8_t *key)
{
	uint64_t k0 = sip_load(key);
	uint64_t k1 = sip_load(key + 8);

	return (struct sip){
		.a = k0 ^ UINT64_C(0x736f6d6570736575), /* "somepseu" */
		.b = k1 ^ UINT64_C(0x646f72616e646f6d), /* "dorandom" */
		.c = k0 ^ UINT64_C(0x6c7967656e657261), /* "lygenera" */
		.d = k1 ^ UINT64_C(0x7465646279746573), /* "tedbytes" */
	};
}

static inline uint64_t
sip_finish(struct sip *s, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		sip_round(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

uint64_t
siphash24(const uint8_t key[SIPHASH_KEY_SIZE], const void *p, size_t n)
{
	struct sip s = sip_absorb(sip_begin(key), p, n, 2);

	s.c ^= 0xff;
	return sip_finish(&s, 4);
}

uint64_t
siphash13(const uint8_t key[SIPHASH_KEY_SIZE], const void *p, size_t n)
{
	struct sip s = sip_absorb(sip_begin(key), p, n, 1);

	s.c ^= 0xff;
	return sip_finish(&s, 3);
}

void
siphash24_wide(const uint8_t key[SIPHASH_KEY_SIZE], const void *p, size_t n,
               uint64_t ret_hash[2])
{
	struct sip s = sip_begin(key);

	s.b ^= 0xee;
	s = sip_absorb(s, p, n, 2);
	s.c ^= 0xee;
	ret_hash[0] = sip_finish(&s, 4);
	s.b ^= 0xdd;
	ret_hash[1] = sip_finish(&s, 4);
}
