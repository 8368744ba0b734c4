/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/hpack_huffman.h"

#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

/* Codes of one length, shortest first. */
struct huffman_row {
	unsigned bits;
	unsigned index; /* of the first one's symbol */
	uint32_t first; /* the first code */
	uint32_t limit; /* above the last one, in the top bits; longer: >= */
};

static const struct huffman_row huffman_rows[] = {
	{ 5, 0, 0x0, 0x50000000 },           { 6, 10, 0x14, 0xb8000000 },
	{ 7, 36, 0x5c, 0xf8000000 },         { 8, 68, 0xf8, 0xfe000000 },
	{ 10, 74, 0x3f8, 0xff400000 },       { 11, 79, 0x7fa, 0xffa00000 },
	{ 12, 82, 0xffa, 0xffc00000 },       { 13, 84, 0x1ff8, 0xfff00000 },
	{ 14, 90, 0x3ffc, 0xfff80000 },      { 15, 92, 0x7ffc, 0xfffe0000 },
	{ 19, 95, 0x7fff0, 0xfffe6000 },     { 20, 98, 0xfffe6, 0xfffee000 },
	{ 21, 106, 0x1fffdc, 0xffff4800 },   { 22, 119, 0x3fffd2, 0xffffb000 },
	{ 23, 145, 0x7fffd8, 0xffffea00 },   { 24, 174, 0xffffea, 0xfffff600 },
	{ 25, 186, 0x1ffffec, 0xfffff800 },  { 26, 190, 0x3ffffe0, 0xfffffbc0 },
	{ 27, 205, 0x7ffffde, 0xfffffe20 },  { 28, 224, 0xfffffe2, 0xfffffff0 },
	{ 30, 253, 0x3ffffffc, 0xffffffff },
};

/* The end symbol is behind the last one. */
#define HUFFMAN_EOS 256u

static const uint8_t huffman_symbols[HUFFMAN_EOS] = {
	48,  49,  50,  97,  99,  101, 105, 111, 115, 116, 32,  37,  45,  46,
	47,  51,  52,  53,  54,  55,  56,  57,  61,  65,  95,  98,  100, 102,
	103, 104, 108, 109, 110, 112, 114, 117, 58,  66,  67,  68,  69,  70,
	71,  72,  73,  74,  75,  76,  77,  78,  79,  80,  81,  82,  83,  84,
	85,  86,  87,  89,  106, 107, 113, 118, 119, 120, 121, 122, 38,  42,
	44,  59,  88,  90,  33,  34,  40,  41,  63,  39,  43,  124, 35,  62,
	0,   36,  64,  91,  93,  126, 94,  125, 60,  96,  123, 92,  195, 208,
	128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176, 177,
	179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154,
	156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190,
	196, 198, 228, 232, 233, 1,   135, 137, 138, 139, 140, 141, 143, 147,
	149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182,
	183, 188, 191, 197, 231, 239, 9,   142, 144, 145, 148, 159, 171, 206,
	215, 225, 236, 237, 199, 207, 234, 235, 192, 193, 200, 201, 202, 205,
	210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204, 211, 212, 214,
	221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254,
	2,   3,   4,   5,   6,   7,   8,   11,  12,  14,  15,  16,  17,  18,
	19,  20,  21,  23,  24,  25,  26,  27,  28,  29,  30,  31,  127, 220,
	249, 10,  13,  22,
};

/* The row of the code in the top bits of w. */
static const struct huffman_row *
huffman_row(uint32_t w)
{
	const struct huffman_row *r = huffman_rows;
	const struct huffman_row *last = huffman_rows +
	                                 ARRAY_LEN(huffman_rows) - 1;

	while (r != last && w >= r->limit)
		r++;
	return r;
}

int
hpack_huffman(struct str coded, char *out, size_t max, size_t *ret_n)
{
	struct cursor c = cur_from_str(coded, false);
	uint64_t acc = 0; /* bits to decode, at the top */
	unsigned have = 0;
	size_t n = 0;

	for (;;) {
		const struct huffman_row *r;
		uint32_t w, at;

		while (have <= 56 && !cur_at_end(&c)) {
			acc |= (uint64_t)cur_u8(&c) << (56 - have);
			have += 8;
		}
		if (have == 0)
			break;
		/* Behind the end it goes on with ones, as padding does. */
		w = (uint32_t)(acc >> 32);
		if (have < 32)
			w |= UINT32_MAX >> have;
		r = huffman_row(w);
		at = r->index + ((w >> (32 - r->bits)) - r->first);
		if (at == HUFFMAN_EOS) {
			if (have > 7)
				return ERR_MALFORMED;
			break;
		}
		if (r->bits > have)
			return ERR_MALFORMED;
		if (n < max)
			out[n] = (char)huffman_symbols[at];
		n++;
		acc <<= r->bits;
		have -= r->bits;
	}
	*ret_n = n;
	return 0;
}
