/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_name.h"

#include <string.h>

#include "base/utf8.h"

enum { LABEL_KIND = 0xc0, LABEL_POINTER = 0xc0, LABEL_OFFSET = 0x3f };

/* FNV-1a; equal names have equal hashes, which is all that is asked of it. */
#define FNV_PRIME UINT64_C(0x100000001b3)

enum cur_state
dns_name_read(struct str msg, size_t off, struct dns_name *ret, size_t *ret_len)
{
	struct cursor c = cur_from_str(str_tail(msg, off), true);
	size_t all = cur_left(&c);
	size_t limit = off; /* pointers lead to places before this one */
	unsigned pointers = 0;
	uint8_t b;

	ret->n = 0;
	*ret_len = 0;
	do {
		b = cur_peek_u8(&c);
		if (cur_ok(&c) && (b & LABEL_KIND) == LABEL_POINTER) {
			size_t to = cur_be16(&c) & (LABEL_OFFSET << 8 | 0xff);

			if (!cur_ok(&c))
				return c.state;
			if (to >= limit || ++pointers > DNS_POINTERS)
				return CUR_BAD;
			if (pointers == 1)
				*ret_len = all - cur_left(&c);
			limit = to;
			c = cur_from_str(str_tail(msg, to), true);
			b = 1;
			continue;
		}
		if ((b & LABEL_KIND) != 0 || ret->n + 1 + b > DNS_NAME_MAX)
			return CUR_BAD;
		if (!cur_copy(&c, ret->wire + ret->n, (size_t)b + 1))
			return c.state;
		ret->n += (size_t)b + 1;
	} while (b != 0);
	if (pointers == 0)
		*ret_len = all - cur_left(&c);
	return CUR_OK;
}

/* What names of hosts consist of, and more that stays as it is. */
static const struct cur_set host_chars = {
	.in = { ['a' ... 'z'] = 1,
	        ['A' ... 'Z'] = 1,
	        ['0' ... '9'] = 1,
	        ['-'] = 1,
	        ['_'] = 1 },
};

/* Appends a byte or its escape; `out` has room for any name. */
static size_t
put_byte(char *out, uint8_t b, bool plain)
{
	if (plain && b != '.' && b != '\\') {
		out[0] = (char)b;
		return 1;
	}
	out[0] = '\\';
	if (plain) {
		out[1] = (char)b;
		return 2;
	}
	out[1] = (char)('0' + b / 100);
	out[2] = (char)('0' + b / 10 % 10);
	out[3] = (char)('0' + b % 10);
	return 4;
}

struct str
dns_name_text(const struct dns_name *name, char out[DNS_NAME_TEXT])
{
	struct cursor c = cur_make(name->wire, name->n, false);
	size_t n = 0;

	for (;;) {
		struct str label = cur_take(&c, cur_u8(&c));
		struct cursor l = cur_from_str(label, false);
		bool utf8;

		if (label.n == 0)
			return str_make(out, n);
		if (n != 0)
			out[n++] = '.';
		if (cur_token(&l, &host_chars, label.n).n == label.n) {
			memcpy(out + n, label.p, label.n);
			n += label.n;
			continue;
		}
		l = cur_from_str(label, false);
		utf8 = utf8_valid(label);
		while (!cur_at_end(&l)) {
			uint8_t b = cur_u8(&l);
			bool plain = b >= ' ' && b != 0x7f;

			n += put_byte(out + n, b, plain && (b < 0x80 || utf8));
		}
	}
}

uint64_t
dns_name_hash(const struct dns_name *name, uint64_t seed)
{
	for (size_t i = 0; i < name->n; i++) {
		seed ^= (uint8_t)str_lower((char)name->wire[i]);
		seed *= FNV_PRIME;
	}
	return seed;
}
