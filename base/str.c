/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/err.h"

bool
str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (str_lower(a.p[i]) != str_lower(b.p[i]))
			return false;
	}
	return true;
}

bool
str_starts_nocase(struct str s, struct str prefix)
{
	return s.n >= prefix.n &&
	       str_eq_nocase(str_make(s.p, prefix.n), prefix);
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int diff = n != 0 ? memcmp(a.p, b.p, n) : 0;

	if (diff != 0)
		return diff;
	return (a.n > b.n) - (a.n < b.n);
}

static bool
str_is_ows(char c)
{
	return c == ' ' || c == '\t';
}

bool
str_has_nocase(struct str s, struct str what)
{
	for (size_t i = 0; what.n <= s.n && i <= s.n - what.n; i++)
		if (str_starts_nocase(str_tail(s, i), what))
			return true;
	return what.n == 0;
}

struct str
str_trim(struct str s)
{
	while (s.n != 0 && str_is_ows(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n != 0 && str_is_ows(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t
str_find_char(struct str s, char c)
{
	const char *q = s.n != 0 ? memchr(s.p, c, s.n) : NULL;

	return q != NULL ? (size_t)(q - s.p) : s.n;
}

size_t
str_find(struct str s, struct str what)
{
	size_t at = 0;

	if (what.n == 0)
		return 0;
	while (s.n - at >= what.n) {
		struct str rest = str_make(s.p + at, s.n - at - what.n + 1);
		size_t i = str_find_char(rest, what.p[0]);

		if (i == rest.n)
			return s.n;
		at += i;
		if (memcmp(s.p + at, what.p, what.n) == 0)
			return at;
		at++;
	}
	return s.n;
}

bool
str_split1(struct str s, char c, struct str *ret_head, struct str *ret_tail)
{
	size_t at = str_find_char(s, c);

	*ret_head = str_head(s, at);
	*ret_tail = str_tail(s, at + 1);
	return at < s.n;
}

int
str_u64(struct str s, uint64_t *ret)
{
	uint64_t v = 0;
	bool over = false;

	if (s.n == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return ERR_SYNTAX;
		over |= __builtin_mul_overflow(v, 10u, &v);
		over |= __builtin_add_overflow(v, (unsigned)(s.p[i] - '0'), &v);
	}
	if (over)
		return ERR_LIMIT;
	*ret = v;
	return 0;
}

int
str_i64(struct str s, int64_t *ret)
{
	bool negative = str_starts(s, STR("-"));
	uint64_t limit = (uint64_t)INT64_MAX + negative;
	uint64_t v = 0;
	int rc;

	rc = str_u64(str_tail(s, negative), &v);
	if (rc != 0)
		return rc;
	if (v > limit)
		return ERR_LIMIT;
	/* Written so that the smallest number needs no overflowing step. */
	*ret = negative && v != 0 ? -(int64_t)(v - 1) - 1 : (int64_t)v;
	return 0;
}

bool
str_to_c(struct str s, char *out, size_t size)
{
	size_t n = s.n < size ? s.n : size - 1;

	ENSURE(size != 0);
	if (n != 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
	return n == s.n && str_find_char(s, '\0') == s.n;
}
