/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/guard.h"

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

	is_int(guard_init(&g, "127.0.0.1", false), 0, "loopback");
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
	char bearer[80];
	char cookie[80];
	struct guard_ask a = { .host = STR_INIT("192.0.2.1:8899") };

	is_int(guard_init(&g, "0.0.0.0", true), 0, "open");
	is_int(guard_init(&other, "0.0.0.0", true), 0, "another");
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

int
main(void)
{
	test_loopback();
	test_open();
	return tap_done();
}
