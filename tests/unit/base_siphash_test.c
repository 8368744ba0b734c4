/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vectors of SipHash-2-4 are those of the paper's appendix A and of its
 * reference implementation: key 00..0f, message 00, 01, 02 and so on.
 */
#include "base/siphash.h"

#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

static const uint8_t key[SIPHASH_KEY_SIZE] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
};

struct vector {
	size_t n;
	uint64_t want;
};

static const struct vector vectors24[] = {
	{ 0, UINT64_C(0x726fdb47dd0e0e31) },
	{ 1, UINT64_C(0x74f839c593dc67fd) },
	{ 2, UINT64_C(0x0d6c8009d9a94f5a) },
	{ 3, UINT64_C(0x85676696d7fb7e2d) },
	{ 7, UINT64_C(0xab0200f58b01d137) },
	{ 8, UINT64_C(0x93f5f5799a932462) },
	{ 15, UINT64_C(0xa129ca6149be45e5) }, /* the paper's own */
	{ 63, UINT64_C(0x958a324ceb064572) },
};

/* Of the reference implementation, its bytes as two little endian numbers. */
struct wide_vector {
	size_t n;
	uint64_t want[2];
};

static const struct wide_vector wide[] = {
	{ 0, { UINT64_C(0xe6a825ba047f81a3), UINT64_C(0x930255c71472f66d) } },
	{ 1, { UINT64_C(0x44af996bd8c187da), UINT64_C(0x45fc229b11597634) } },
	{ 2, { UINT64_C(0xc75da4a48d227781), UINT64_C(0xe4ff0af6de8ba3fc) } },
	{ 8, { UINT64_C(0x61f55862baa9623b), UINT64_C(0xb49714f364e2830f) } },
	{ 63, { UINT64_C(0x4a83502f77d15051), UINT64_C(0x7cbd3f979a063e50) } },
};

static void
test_wide(const uint8_t *text)
{
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		struct guard g = guard_make(text, wide[i].n);
		uint64_t got[2];

		siphash24_wide(key, g.p, g.n, got);
		ok(got[0] == wide[i].want[0] && got[1] == wide[i].want[1],
		   "a vector of 128 bits");
		guard_free(&g);
	}
}

int
main(void)
{
	uint8_t text[64];
	uint8_t other[SIPHASH_KEY_SIZE];
	bool differ = true;

	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(vectors24) / sizeof(vectors24[0]); i++) {
		struct guard g = guard_make(text, vectors24[i].n);

		ok(siphash24(key, g.p, g.n) == vectors24[i].want, "a vector");
		guard_free(&g);
	}
	test_wide(text);
	/* The same function as CPython's and Rust's hash of these bytes. */
	ok(siphash13(key, text, 0) == UINT64_C(0xabac0158050fc4dc),
	   "SipHash-1-3 of nothing");
	for (size_t n = 1; n < 64; n++)
		differ &= siphash13(key, text, n) !=
		          siphash13(key, text, n - 1);
	ok(differ, "every length has its own hash");
	memcpy(other, key, sizeof(other));
	other[15] ^= 1;
	ok(siphash13(other, text, 9) != siphash13(key, text, 9),
	   "the key matters");
	ok(siphash24(key, NULL, 0) == vectors24[0].want, "nothing may be NULL");
	return tap_done();
}
