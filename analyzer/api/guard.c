/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/guard.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "analyzer/api/header.h"
#include "base/addr.h"
#include "base/err.h"

enum { RANDOM = 32 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789-_";

static int
make_token(char out[GUARD_TOKEN + 1])
{
	uint8_t bytes[RANDOM + 1] = { 0 };

	if (getentropy(bytes, RANDOM) != 0)
		return -errno;
	for (size_t i = 0; i < GUARD_TOKEN; i++) {
		size_t bit = i * 6;
		unsigned pair = (unsigned)bytes[bit / 8] << 8 |
		                bytes[bit / 8 + 1];

		out[i] = digits[pair >> (10 - bit % 8) & 63];
	}
	out[GUARD_TOKEN] = '\0';
	return 0;
}

/* It goes into addresses and cookies as it is. */
static int
take_token(struct guard *g, const char *token)
{
	size_t n = strlen(token);

	if (n < GUARD_TOKEN_MIN || n > GUARD_TOKEN_MAX ||
	    strspn(token, digits) != n)
		return ERR_USAGE;
	memcpy(g->token, token, n + 1);
	return 0;
}

int
guard_init(struct guard *g, const char *host, bool open, const char *token)
{
	memset(g, 0, sizeof(*g));
	(void)str_to_c(str_from_c(host), g->host, sizeof(g->host));
	g->open = open;
	if (token != NULL)
		return take_token(g, token);
	return open ? make_token(g->token) : 0;
}

static bool
is_loopback(struct str host)
{
	return str_eq_nocase(host, STR("localhost")) ||
	       str_eq(host, STR("::1")) || str_eq(host, STR("0:0:0:0:0:0:0:1"));
}

/* A host that only we, or whoever owns the address, can be called by. */
static bool
is_ours(const struct guard *g, struct str host)
{
	struct addr a;

	if (is_loopback(host) || str_eq_nocase(host, str_from_c(g->host)))
		return true;
	if (addr_parse(host, &a) != 0)
		return false;
	return g->open || str_starts(host, STR("127."));
}

/* In a time that does not depend on how much of it is right. */
static bool
is_token(const struct guard *g, struct str s)
{
	unsigned diff = 0;

	if (s.n != strlen(g->token))
		return false;
	for (size_t i = 0; i < s.n; i++)
		diff |= (unsigned)((unsigned char)s.p[i] ^
		                   (unsigned char)g->token[i]);
	return diff == 0;
}

enum guard_answer
guard_check(const struct guard *g, const struct guard_ask *ask)
{
	struct str host;
	uint16_t port;

	if (!header_host(ask->host, &host, &port) || !is_ours(g, host))
		return GUARD_BAD_HOST;
	if (ask->origin.n > 0 &&
	    (!header_origin(ask->origin, &host, &port) || !is_ours(g, host)))
		return GUARD_BAD_ORIGIN;
	if (g->token[0] == '\0' ||
	    is_token(g, header_bearer(ask->authorization)) ||
	    is_token(g, header_cookie(ask->cookie, STR("analyzer_token"))))
		return GUARD_OK;
	return is_token(g, ask->token) ? GUARD_TOKEN_NOW : GUARD_NO_TOKEN;
}
