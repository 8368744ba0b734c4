/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/err.h"

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct addr
addr_v4(const uint8_t b[4])
{
	struct addr a;

	memcpy(a.b, mapped, sizeof(mapped));
	memcpy(a.b + sizeof(mapped), b, 4);
	return a;
}

struct addr
addr_v6(const uint8_t b[16])
{
	struct addr a;

	memcpy(a.b, b, sizeof(a.b));
	return a;
}

bool
addr_is_v4(const struct addr *a)
{
	return memcmp(a->b, mapped, sizeof(mapped)) == 0;
}

static unsigned
group(const struct addr *a, unsigned i)
{
	return (unsigned)a->b[2 * i] << 8 | a->b[2 * i + 1];
}

/*
 * The longest run of at least two zero groups, the first of equals: what
 * RFC 5952, section 4.2 abbreviates. Returns its length.
 */
static unsigned
longest_zeros(const struct addr *a, unsigned *ret_start)
{
	unsigned best = 0, run = 0;

	*ret_start = 8;
	for (unsigned i = 0; i < 8; i++) {
		run = group(a, i) == 0 ? run + 1 : 0;
		if (run > best && run >= 2) {
			best = run;
			*ret_start = i + 1 - run;
		}
	}
	return best;
}

const char *
addr_format(const struct addr *a, char out[ADDR_TEXT])
{
	unsigned start, zeros, i;
	size_t at = 0;

	if (addr_is_v4(a)) {
		(void)snprintf(out, ADDR_TEXT, "%u.%u.%u.%u", a->b[12],
		               a->b[13], a->b[14], a->b[15]);
		return out;
	}
	zeros = longest_zeros(a, &start);
	for (i = 0; i < 8; i++) {
		if (i == start) {
			out[at++] = ':';
			if (start + zeros == 8)
				out[at++] = ':';
			i += zeros - 1;
			continue;
		}
		/* The text ends where the array does at the latest: eight
		 * groups of five characters each are 40. */
		at += (size_t)snprintf(out + at, ADDR_TEXT - at, "%s%x",
		                       i != 0 ? ":" : "", group(a, i));
	}
	out[at] = '\0';
	return out;
}

int
addr_parse(struct str s, struct addr *ret_addr)
{
	char text[ADDR_TEXT];
	uint8_t b[16];

	if (!str_to_c(s, text, sizeof(text)))
		return ERR_SYNTAX;
	if (inet_pton(AF_INET, text, b) == 1)
		*ret_addr = addr_v4(b);
	else if (inet_pton(AF_INET6, text, b) == 1)
		*ret_addr = addr_v6(b);
	else
		return ERR_SYNTAX;
	return 0;
}

static int
parse_port(struct str s, uint16_t *ret_port)
{
	uint64_t v;

	if (str_u64(s, &v) != 0 || v > UINT16_MAX)
		return ERR_SYNTAX;
	*ret_port = (uint16_t)v;
	return 0;
}

int
addr_parse_port(struct str s, struct addr *ret_addr, uint16_t *ret_port)
{
	struct str ip = s, tail = STR_NONE;
	struct addr addr;
	uint16_t port = 0;

	if (str_starts(s, STR("["))) {
		if (!str_split1(str_tail(s, 1), ']', &ip, &tail))
			return ERR_SYNTAX;
		/* Only IPv6 is written in brackets. */
		if (str_find_char(ip, ':') == ip.n)
			return ERR_SYNTAX;
		if (tail.n != 0) {
			if (tail.p[0] != ':' ||
			    parse_port(str_tail(tail, 1), &port) != 0)
				return ERR_SYNTAX;
		}
	} else if (str_split1(s, ':', &ip, &tail)) {
		/* A second colon: an IPv6 address without a port. */
		if (str_find_char(tail, ':') != tail.n)
			ip = s;
		else if (parse_port(tail, &port) != 0)
			return ERR_SYNTAX;
	}
	if (addr_parse(ip, &addr) != 0)
		return ERR_SYNTAX;
	*ret_addr = addr;
	*ret_port = port;
	return 0;
}
