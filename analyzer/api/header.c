/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/header.h"

/* The next element of a list, its blanks cut off. */
static bool
next(struct str *rest, char separator, struct str *ret_item)
{
	if (rest->n == 0)
		return false;
	(void)str_split1(*rest, separator, ret_item, rest);
	*ret_item = str_trim(*ret_item);
	return true;
}

/* "q=0", "q=0.0" and so on. */
static bool
is_never(struct str weight)
{
	if (!str_starts_nocase(weight, STR("q=0")))
		return false;
	weight = str_tail(weight, 3);
	for (size_t i = 0; i < weight.n; i++) {
		if (weight.p[i] != '0' && weight.p[i] != '.')
			return false;
	}
	return true;
}

bool
header_accepts(struct str accept_encoding, struct str coding)
{
	struct str item, name, weight;
	bool any = false;

	while (next(&accept_encoding, ',', &item)) {
		(void)str_split1(item, ';', &name, &weight);
		name = str_trim(name);
		weight = str_trim(weight);
		if (str_eq_nocase(name, coding))
			return !is_never(weight);
		if (str_eq(name, STR("*")))
			any = !is_never(weight);
	}
	return any;
}

bool
header_matches(struct str if_none_match, struct str tag)
{
	struct str item;

	while (next(&if_none_match, ',', &item)) {
		if (str_starts(item, STR("W/")))
			item = str_tail(item, 2);
		if (str_eq(item, STR("*")) || str_eq(item, tag))
			return true;
	}
	return false;
}

struct str
header_cookie(struct str cookie, struct str name)
{
	struct str item, key, value;

	while (next(&cookie, ';', &item)) {
		if (str_split1(item, '=', &key, &value) && str_eq(key, name))
			return value;
	}
	return STR_NONE;
}

struct str
header_bearer(struct str authorization)
{
	struct str scheme, token;

	if (!str_split1(str_trim(authorization), ' ', &scheme, &token) ||
	    !str_eq_nocase(scheme, STR("Bearer")))
		return STR_NONE;
	return str_trim(token);
}

bool
header_lists(struct str field, struct str token)
{
	struct str item;

	while (next(&field, ',', &item)) {
		if (str_eq_nocase(item, token))
			return true;
	}
	return false;
}

/* ---- hosts ---- */

static bool
is_host_char(char c)
{
	c = str_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_';
}

static bool
is_address_char(char c)
{
	c = str_lower(c);
	return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' ||
	       c == '.';
}

static bool
all(struct str s, bool (*is)(char c))
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is(s.p[i]))
			return false;
	}
	return s.n > 0;
}

static bool
read_port(struct str text, uint16_t *ret_port)
{
	uint64_t v;

	if (str_u64(text, &v) != 0 || v > UINT16_MAX)
		return false;
	*ret_port = (uint16_t)v;
	return true;
}

bool
header_host(struct str field, struct str *ret_host, uint16_t *ret_port)
{
	struct str host = field, rest = STR_NONE;

	*ret_port = 0;
	if (str_starts(field, STR("["))) {
		if (!str_split1(str_tail(field, 1), ']', &host, &rest) ||
		    !all(host, is_address_char))
			return false;
		*ret_host = host;
		if (rest.n == 0)
			return true;
		return rest.p[0] == ':' &&
		       read_port(str_tail(rest, 1), ret_port);
	}
	if (str_split1(field, ':', &host, &rest) && !read_port(rest, ret_port))
		return false;
	*ret_host = host;
	return all(host, is_host_char);
}

bool
header_origin(struct str field, struct str *ret_host, uint16_t *ret_port)
{
	if (str_starts(field, STR("http://")))
		field = str_tail(field, 7);
	else if (str_starts(field, STR("https://")))
		field = str_tail(field, 8);
	else
		return false;
	return header_host(field, ret_host, ret_port);
}

/* ---- ranges ---- */

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool
header_range(struct str field, uint64_t size, uint64_t *ret_off,
             uint64_t *ret_len)
{
	struct str first, last;
	uint64_t from, to = UINT64_MAX;

	if (!str_starts_nocase(field, STR("bytes=")))
		return false;
	(void)str_split1(str_tail(field, 6), ',', &field, &last);
	if (!str_split1(str_trim(field), '-', &first, &last))
		return false;
	if (first.n == 0) {
		/* The last so many bytes. */
		if (str_u64(last, &to) != 0)
			return false;
		*ret_len = smaller(to, size);
		*ret_off = size - *ret_len;
		return true;
	}
	if (str_u64(first, &from) != 0)
		return false;
	if (last.n > 0 && (str_u64(last, &to) != 0 || to < from))
		return false;
	*ret_off = smaller(from, size);
	*ret_len = *ret_off == size ? 0
	                            : smaller(size - from - 1, to - from) + 1;
	return true;
}
