/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients write into a request's head: a line each of Host, Origin,
 * Authorization, Cookie, If-None-Match, Range, and a path.
 */
#include <stdint.h>
#include <stdlib.h>

#include "analyzer/api/guard.h"
#include "analyzer/api/header.h"
#include "analyzer/api/route.h"

enum { SIZE = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str
line(struct str *rest)
{
	struct str head;

	(void)str_split1(*rest, '\n', &head, rest);
	return head;
}

static void
check_guard(struct guard_ask *ask)
{
	static struct guard closed, open;
	struct str host;
	uint16_t port;

	if (open.token[0] == '\0' &&
	    (guard_init(&closed, "127.0.0.1", false, NULL) != 0 ||
	     guard_init(&open, "0.0.0.0", true, NULL) != 0))
		abort();
	/* Who does not know the token does not get in. */
	if (guard_check(&open, ask) == GUARD_OK)
		abort();
	if (guard_check(&closed, ask) != GUARD_OK)
		return;
	/* And a host that gets in is one of ours. */
	if (!header_host(ask->host, &host, &port) ||
	    (!str_eq_nocase(host, STR("localhost")) &&
	     !str_starts(host, STR("127.")) && host.p[0] != '0' &&
	     !str_eq(host, STR("::1"))))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make(data, size);
	struct guard_ask ask = { .host = line(&rest),
		                 .origin = line(&rest),
		                 .authorization = line(&rest),
		                 .cookie = line(&rest) };
	struct str tags = line(&rest), range = line(&rest), path = line(&rest);
	struct str part[ROUTE_PARTS];
	uint64_t off, len;
	bool known;

	check_guard(&ask);
	(void)header_matches(tags, STR("\"x\""));
	(void)header_accepts(tags, STR("gzip"));
	(void)header_lists(tags, STR("upgrade"));
	if (header_range(range, SIZE, &off, &len) &&
	    (off > SIZE || len > SIZE - off))
		abort();
	(void)route_find(ROUTE_GET, path, part, &known);
	return 0;
}
