/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next message is found again behind a gap and in a stream that was joined
 * in the middle, also where nothing parts it from the body in front of it: most
 * JSON has no line end behind it.
 */
#include <string.h>

#include "analyzer/proto/http1/http1.h"
#include "analyzer/proto/http1/http1_line.h"
#include "tests/support/http1_world.h"
#include "tests/tap/tap.h"

enum { CUTS = 64 };

#define GET2 "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
#define GET3 "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK2                                                     \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" \
	"Content-Length: 7\r\n\r\n{\"b\":2}"
#define OK3 "HTTP/1.1 203 OK\r\nContent-Length: 7\r\n\r\n{\"c\":3}"

/* Both sides from the middle of a body on, in pieces of n bytes. */
static const char *
play(struct world *w, const char *request, const char *response, size_t n)
{
	const char *said[2] = { request, response };

	http1_world_init(w, WORLD_LINE);
	if (!http1_world_open(w, 0))
		return "";
	http1_world_say(w, 0, "POST /1 HTTP/1.1\r\nHost: h\r\n");
	http1_world_lose(w, 0, 100);
	http1_world_say(w, 1, "HTTP/1.1 201 Created\r\n");
	http1_world_lose(w, 1, 100);
	for (int side = 0; side < 2; side++) {
		size_t len = strlen(said[side]);

		for (size_t at = 0; at < len; at += n)
			http1_world_send(w, side, said[side] + at,
			                 len - at < n ? len - at : n);
	}
	return http1_world_finish(w, WHY_FIN);
}

static void
check(const char *what, const char *request, const char *response,
      const char *expected)
{
	struct world w;
	size_t differ = 0;

	is_str(play(&w, request, response, 1 << 16), expected, what);
	http1_world_release(&w);
	for (size_t n = 1; n <= CUTS; n++) {
		differ += strcmp(play(&w, request, response, n), expected) != 0;
		http1_world_release(&w);
	}
	is_int(differ, 0, "in pieces of any size");
}

#define BEHIND                                                              \
	"http/1.1 \"POST\" /1 @ 201 27/22 req-cut res-cut req-gap res-gap " \
	"doubt\n"
#define FOUND2 "http/1.1 \"GET\" /2 @h 200 28/77 resynced\n"
#define THEN3  "http/1.1 \"GET\" /3 @h 203 28/45\n"

static void
test_searching(void)
{
	check("behind bodies without a line end", "{\"x\":1}" GET2 GET3,
	      "{\"y\":1}" OK2 OK3, BEHIND FOUND2 THEN3);
	check("behind bodies with one", "{\"x\":1}\n" GET2 GET3,
	      "{\"y\":1}\r\n" OK2 OK3, BEHIND FOUND2 THEN3);
	check("behind several lines and bytes that are no text",
	      "a=1\nb=\x80\x01\xff" GET2 GET3, "\x1f\x8b\n\n\x01" OK2 OK3,
	      BEHIND FOUND2 THEN3);
	check("behind letters that a method could have", "a=bPO" GET2 GET3,
	      "HTTPHTTP/1" OK2 OK3, BEHIND FOUND2 THEN3);
	check("behind what looks like the beginning of one",
	      "see GET /x and POST /y" GET2 GET3,
	      "see HTTP/1.1 200x HTTP/1." OK2 OK3, BEHIND FOUND2 THEN3);
	check("nothing is found where nothing is", "{\"x\":\"GET it\"}\n",
	      "HTTP/1.1 is a protocol\nHTTP/2 200\n", BEHIND);
}

static enum verdict
probe(const char *to_server, const char *to_client)
{
	struct probe p = {
		.to_server = cur_from_str(str_from_c(to_server), true),
		.to_client = cur_from_str(str_from_c(to_client), true),
		.l4 = 6,
		.late_join = true,
	};

	return proto_http1.probe(&p);
}

static void
test_probe(void)
{
	is_int(probe("", "\"y\":1}" OK2), VERDICT_YES,
	       "joined in a body: the next response tells");
	is_int(probe("\"x\":1}" GET2, ""), VERDICT_YES,
	       "joined in a body: the next request tells");
	is_int(probe("\"x\":1}", "\"y\":1}\n"), VERDICT_MAYBE,
	       "a body alone tells nothing");
}

/* What reaches to the end of a line, and the last such place in it. */
static void
test_line(void)
{
	is_int(http1_line_find(STR("}HTTP/1.1 200 OK"), true), 1, "a response");
	is_int(http1_line_find(STR("HTTP/1.0 404 HTTP/1.1 200 OK"), true), 13,
	       "the last of two");
	is_int(http1_line_find(STR("}HTTP/1.1 20 OK"), true), 15,
	       "no status, no response");
	is_int(http1_line_find(STR("xPOST /a GET /b HTTP/1.1"), false), 9,
	       "the last of two requests");
	is_int(http1_line_find(STR("xUNSUBSCRIBE /a HTTP/1.1"), false), 1,
	       "the longest method");
	is_int(http1_line_find(STR("}GET /a b HTTP/1.1"), false), 1,
	       "a target with a blank");
	is_int(http1_line_find(STR("}GOT /a HTTP/1.1"), false), 16,
	       "an unknown method");
	is_int(http1_line_find(STR("GET /a HTTP/1.1 "), false), 16,
	       "something behind the version");
	is_int(http1_line_find(STR_NONE, false), 0, "nothing");
	is_int(http1_line_hope(STR("{}PO"), false), 2, "half a method");
	is_int(http1_line_hope(STR("{}POST"), false), 2, "a method");
	is_int(http1_line_hope(STR("{}POST x"), false), 2, "hardly begun");
	is_int(http1_line_hope(STR("{}POST xxxxxxxxx"), false), 16,
	       "not a target");
	is_int(http1_line_hope(STR("{}HT"), true), 2, "half a version");
	is_int(http1_line_hope(STR("{}HTTP/1.1 2"), true), 2, "a version");
	is_int(http1_line_hope(STR("{}"), true), 2, "neither");
}

int
main(void)
{
	test_line();
	test_probe();
	test_searching();
	return tap_done();
}
