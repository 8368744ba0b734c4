/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/guard.h"

#include "base/err.h"
#include "tests/tap/tap.h"

static struct str
c_str(const char *s)
{
	return str_make(s, s != NULL ? strlen(s) : 0);
}

static enum guard_answer
ask(const struct guard *g, const char *host, const char *origin)
{
	struct guard_ask a = { .host = c_str(host), .origin = c_str(origin) };

	return guard_check(g, &a);
}

static void
test_loopback(void)
{
	struct guard g;

	is_int(guard_init(&g, "127.0.0.1", false, NULL), 0, "loopback");
	is_str(g.token, "", "needs no token");
	is_int(ask(&g, "127.0.0.1:8899", NULL), GUARD_OK, "its address");
	is_int(ask(&g, "localhost", NULL), GUARD_OK, "its name");
	is_int(ask(&g, "[::1]:1", NULL), GUARD_OK, "in IPv6");
	is_int(ask(&g, "127.9.9.9", NULL), GUARD_OK, "all of the net");
	is_int(ask(&g, "192.0.2.1", NULL), GUARD_BAD_HOST, "no other");
	is_int(ask(&g, "127.0.0.1.attacker.example", NULL), GUARD_BAD_HOST,
	       "no name that begins so");
	is_int(ask(&g, "localhost.attacker.example", NULL), GUARD_BAD_HOST,
	       "nor so");
	is_int(ask(&g, NULL, NULL), GUARD_BAD_HOST, "not without a host");
	is_int(ask(&g, "localhost", "http://localhost:3000"), GUARD_OK,
	       "pages from here");
	is_int(ask(&g, "localhost", "https://attacker.example"),
	       GUARD_BAD_ORIGIN, "not from there");
	is_int(ask(&g, "localhost", "null"), GUARD_BAD_ORIGIN, "nor nowhere");
}

static void
test_open(void)
{
	struct guard g, other;
	char bearer[sizeof(g.token) + 20];
	char cookie[sizeof(g.token) + 20];
	struct guard_ask a = { .host = STR_INIT("192.0.2.1:8899") };

	is_int(guard_init(&g, "0.0.0.0", true, NULL), 0, "open");
	is_int(guard_init(&other, "0.0.0.0", true, NULL), 0, "another");
	is_int(strlen(g.token), GUARD_TOKEN, "has a token");
	ok(strcmp(g.token, other.token) != 0, "of its own");
	is_int(guard_check(&g, &a), GUARD_NO_TOKEN, "which is needed");
	(void)snprintf(bearer, sizeof(bearer), "Bearer %s", g.token);
	a.authorization = c_str(bearer);
	is_int(guard_check(&g, &a), GUARD_OK, "and enough");
	is_int(guard_check(&other, &a), GUARD_NO_TOKEN, "here alone");
	a.authorization = STR_NONE;
	(void)snprintf(cookie, sizeof(cookie), "analyzer_token=%s", g.token);
	a.cookie = c_str(cookie);
	is_int(guard_check(&g, &a), GUARD_OK, "as a cookie too");
	a.cookie = STR_NONE;
	a.token = c_str(g.token);
	is_int(guard_check(&g, &a), GUARD_TOKEN_NOW, "in the query, once");
	a.token.n--;
	is_int(guard_check(&g, &a), GUARD_NO_TOKEN, "but whole");
	a.token.n++;
	a.host = STR("attacker.example");
	is_int(guard_check(&g, &a), GUARD_BAD_HOST, "and for no other name");
}

static void
test_chosen(void)
{
	static const char *const bad[] = {
		"",
		"short",
		"0123456789012345678901234567890",
		"0123456789012345678901234567890+",
		"0123456789012345678901234567890;",
	};
	static const char chosen[] = "0123456789abcdefABCDEF-_01234567";
	struct guard_ask a = { .host = STR_INIT("127.0.0.1:8899") };
	char longest[GUARD_TOKEN_MAX + 2];
	struct guard g;

	is_int(guard_init(&g, "127.0.0.1", false, chosen), 0, "a chosen one");
	is_str(g.token, chosen, "is taken");
	is_int(guard_check(&g, &a), GUARD_NO_TOKEN,
	       "and needed on loopback addresses too");
	a.token = c_str(chosen);
	is_int(guard_check(&g, &a), GUARD_TOKEN_NOW, "and enough");
	a.token = STR("0123456789abcdefABCDEF-_01234568");
	is_int(guard_check(&g, &a), GUARD_NO_TOKEN, "no other");
	a.token = c_str(chosen);
	a.host = STR("192.0.2.1");
	is_int(guard_check(&g, &a), GUARD_BAD_HOST,
	       "which makes no other host good");
	is_int(guard_init(&g, "0.0.0.0", true, chosen), 0, "open");
	is_str(g.token, chosen, "it replaces the one made");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_int(guard_init(&g, "127.0.0.1", true, bad[i]), ERR_USAGE,
		       "one that can be guessed or is none is refused");
	memset(longest, 'x', sizeof(longest));
	longest[GUARD_TOKEN_MAX + 1] = '\0';
	is_int(guard_init(&g, "::1", false, longest), ERR_USAGE, "too long");
	longest[GUARD_TOKEN_MAX] = '\0';
	is_int(guard_init(&g, "::1", false, longest), 0, "the longest");
}

int
main(void)
{
	test_loopback();
	test_open();
	test_chosen();
	return tap_done();
}
