/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/header.h"

#include "tests/tap/tap.h"

static void
test_encodings(void)
{
	ok(header_accepts(STR("gzip"), STR("gzip")), "named");
	ok(header_accepts(STR("br;q=1.0, GZIP;q=0.8"), STR("gzip")),
	   "in a list, in any case, with a weight");
	ok(header_accepts(STR("*"), STR("gzip")), "everything");
	ok(!header_accepts(STR("*, gzip;q=0"), STR("gzip")), "but this");
	ok(!header_accepts(STR("gzip;q=0.000"), STR("gzip")), "never");
	ok(header_accepts(STR("gzip;q=0.001"), STR("gzip")), "seldom");
	ok(!header_accepts(STR_NONE, STR("gzip")), "nothing said");
	ok(!header_accepts(STR("gzipped"), STR("gzip")), "another name");
}

static void
test_lists(void)
{
	ok(header_matches(STR("\"a\", W/\"b\""), STR("\"b\"")), "weakly");
	ok(header_matches(STR("*"), STR("\"b\"")), "any");
	ok(!header_matches(STR("\"a\""), STR("\"b\"")), "not this");
	ok(!header_matches(STR_NONE, STR("\"b\"")), "nothing said");
	ok(header_lists(STR("keep-alive, Upgrade"), STR("upgrade")), "a token");
	ok(!header_lists(STR("keep-alive"), STR("upgrade")), "without it");
}

static void
test_secrets(void)
{
	struct str s = header_cookie(STR("a=b; t=x=y; c=d"), STR("t"));

	is_bytes(s.p, s.n, "x=y", 3, "a cookie among others");
	is_int(header_cookie(STR("xt=1"), STR("t")).n, 0, "no other's end");
	is_int(header_cookie(STR_NONE, STR("t")).n, 0, "no cookies");
	s = header_bearer(STR("bearer  abc "));
	is_bytes(s.p, s.n, "abc", 3, "a bearer token");
	is_int(header_bearer(STR("Basic abc")).n, 0, "another scheme");
	is_int(header_bearer(STR("Bearer")).n, 0, "no token");
}

static void
test_hosts(void)
{
	struct str host;
	uint16_t port;

	ok(header_host(STR("localhost:8899"), &host, &port), "name and port");
	is_bytes(host.p, host.n, "localhost", 9, "the name");
	is_int(port, 8899, "the port");
	ok(header_host(STR("[::1]:80"), &host, &port), "IPv6");
	is_bytes(host.p, host.n, "::1", 3, "without its brackets");
	is_int(port, 80, "and its port");
	ok(header_host(STR("[::1]"), &host, &port), "IPv6 alone");
	is_int(port, 0, "has no port");
	ok(!header_host(STR(""), &host, &port), "empty");
	ok(!header_host(STR("a:99999"), &host, &port), "no port");
	ok(!header_host(STR("a:"), &host, &port), "an empty port");
	ok(!header_host(STR("[::1"), &host, &port), "half a bracket");
	ok(!header_host(STR("[::1]x"), &host, &port), "something behind");
	ok(!header_host(STR("a@b"), &host, &port), "a user");
	ok(!header_host(STR("a/b"), &host, &port), "a path");
	ok(header_origin(STR("https://a.b:1"), &host, &port), "an origin");
	is_bytes(host.p, host.n, "a.b", 3, "its host");
	ok(!header_origin(STR("null"), &host, &port), "from nowhere");
	ok(!header_origin(STR("file://x"), &host, &port), "no web page");
}

static void
test_ranges(void)
{
	uint64_t off, len;

	ok(header_range(STR("bytes=0-9"), 100, &off, &len), "the first");
	is_int(off, 0, "from");
	is_int(len, 10, "ten");
	ok(header_range(STR("bytes=90-"), 100, &off, &len), "to the end");
	is_int(off, 90, "from");
	is_int(len, 10, "ten");
	ok(header_range(STR("bytes=-5"), 100, &off, &len), "the last");
	is_int(off, 95, "from");
	is_int(len, 5, "five");
	ok(header_range(STR("bytes=50-1000"), 100, &off, &len), "beyond");
	is_int(len, 50, "is cut");
	ok(header_range(STR("bytes=100-"), 100, &off, &len), "behind");
	is_int(len, 0, "there is nothing");
	ok(header_range(STR("bytes=1-2,5-6"), 100, &off, &len), "several");
	is_int(off + len, 3, "the first counts");
	ok(header_range(STR("bytes=0-18446744073709551615"), 100, &off, &len),
	   "as far as can be");
	is_int(len, 100, "is all");
	ok(!header_range(STR("bytes=5-1"), 100, &off, &len), "backwards");
	ok(!header_range(STR("lines=0-1"), 100, &off, &len), "of lines");
	ok(!header_range(STR("bytes=x-1"), 100, &off, &len), "no number");
	ok(!header_range(STR("bytes=1"), 100, &off, &len), "no range");
}

int
main(void)
{
	test_encodings();
	test_lists();
	test_secrets();
	test_hosts();
	test_ranges();
	return tap_done();
}
