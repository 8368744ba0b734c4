/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes: the fast validation agrees with decoding one by one, replacing
 * gives valid text, escaping gives plain text, and both keep what was fine.
 */
#include "base/buf.h"
#include "base/compiler.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define FUZZ_MAX ((size_t)1 << 16)

/* The length of the valid part, the slow way; counts the bytes that are bad. */
static size_t
walk(struct str s, size_t *ret_bad)
{
	size_t at = 0, first = s.n, bad = 0;

	while (at < s.n) {
		struct str rest = str_tail(s, at);
		char again[UTF8_MAX];
		uint32_t cp;
		size_t len = utf8_decode(rest, &cp);

		if (len == 0) {
			ENSURE(cp == UTF8_REPLACEMENT);
			first = first < at ? first : at;
			bad++;
			at++;
			continue;
		}
		ENSURE(len <= rest.n && utf8_encode(cp, again) == len &&
		       memcmp(again, rest.p, len) == 0);
		for (size_t k = 1; k < len; k++)
			ENSURE(utf8_is_partial(str_head(rest, k)));
		ENSURE(!utf8_is_partial(rest) || rest.n > UTF8_MAX);
		at += len;
	}
	*ret_bad = bad;
	return first;
}

static void
check_plain(struct str s)
{
	while (s.n != 0) {
		uint32_t cp;
		size_t len = utf8_decode(s, &cp);

		ENSURE(len != 0 && utf8_is_plain(cp));
		s = str_tail(s, len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str s = str_make(p, n);
	size_t bad = 0, replaced = 0;
	struct buf b;

	if (n > FUZZ_MAX)
		return 0;
	ENSURE(utf8_valid_prefix(s) == walk(s, &bad));
	ENSURE(utf8_valid(s) == (bad == 0));
	buf_init(&b, 6 * FUZZ_MAX);
	ENSURE(utf8_replace(&b, s, &replaced) == 0 && replaced == bad);
	ENSURE(utf8_valid(buf_str(&b)) && b.n == n + 2 * bad);
	buf_clear(&b);
	ENSURE(utf8_escape(&b, s) == 0 && b.n >= n);
	check_plain(buf_str(&b));
	buf_release(&b);
	return 0;
}
