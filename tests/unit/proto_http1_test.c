/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1 while it is indexed: where messages begin and end, whatever comes. */
#include "tests/support/conversation.h"
#include "tests/tap/tap.h"

#define OK0 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* One packet; side '0' or '1', or 'e' and 'f' for the end of side 0 and 1. */
/* Everything that framing knows, in one connection. */
static const struct turn talk[] = {
	{ 0, "GET /plain?q=1 HTTP/1.1\r\nHost: a.example\r\n\r\n" },
	{ 1, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
	{ 0, "\r\nPOST /sized HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
	     "data" },
	{ 1, "HTTP/1.1 100 Continue\r\n\r\n" },
	{ 1, "\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
	     "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n" },
	{ 0, "POST /chunked HTTP/1.1\r\nHost: a\r\n"
	     "Transfer-Encoding: gzip, chunked\r\n\r\n"
	     "5;name=\"v\"\r\nhello\r\n0003\r\n wo\r\n0\r\nX-T: 1\r\n\r\n" },
	{ 1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	     "1\r\nx\r\n1\r\ny\r\n0\r\n\r\n" },
	{ 0, "HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n"
	     "GET /not-modified HTTP/1.1\r\nHost: a\r\n\r\n"
	     "DELETE /gone%20now HTTP/1.1\nHost: a\n\n" },
	{ 1, "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
	     "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"
	     "HTTP/1.1 204 No Content\n\n" },
	{ 0, "PURGE http://b.example:8080/x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n"
	     "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" },
	{ 1, "HTTP/1.1 404 Not Found\r\nX-Folded: a\r\n b\r\n"
	     "Content-Length: 2, 2\r\n\r\nno" OK0 },
	{ 0, "GET /last HTTP/1.0\r\n\r\n" },
	{ 1, "HTTP/1.0 500 Oops\r\n\r\nuntil the end" },
};

static const char talk_lines[] =
    "http/1.1 \"GET\" /plain @a.example 200 44/43\n"
    "http/1.1 \"POST\" /sized @a 201 56/110\n"
    "http/1.1 \"POST\" /chunked @a 200 112/64\n"
    "http/1.1 \"HEAD\" /head @a 200 32/41\n"
    "http/1.1 \"GET\" /not-modified @a 304 39/49\n"
    "http/1.1 \"DELETE\" /gone now @a 204 37/25\n"
    "http/1.1 \"PURGE\" /x @b.example:8080 404 55/67 failed\n"
    "http/1.1 \"OPTIONS\" * @a 200 31/38\n"
    "http/1.0 \"GET\" /last @ 500 22/34 failed\n";

static const char *const excuses[] = { "cut", "no-re", NULL };

static const struct conversation whole = {
	.dissector = &proto_http1,
	.port = 80,
	.turn = talk,
	.n = ARRAY_LEN(talk),
	.lines = talk_lines,
	.ends = true,
	.excuses = excuses,
};

static void
test_talk(void)
{
	struct world w;

	is_str(conversation_run(&whole, &w, WORLD_LINE | WORLD_DIAGS),
	       talk_lines, "nine exchanges of every kind of framing");
	ok(w.sides_agree, "what is rendered agrees with the index");
	http1_world_release(&w);
	is_int(w.budget.used, 0, "the budget is given back");
}

static void
test_trouble(void)
{
	ok(conversation_splits(&whole),
	   "every two-way split gives the same, also rendered");
	ok(conversation_single_bytes(&whole), "and so do single bytes");
	ok(conversation_truncations(&whole),
	   "every truncation gives exchanges as they were, or says so");
}

/* A script and what comes of it; the packets end with a NULL. */
struct script {
	const char *what;
	struct turn turn[12];
	const char *want;
};

/* Sides of a turn: a side, or one of these. */
enum { END0 = 10, END1 = 11, LOSE0 = 20, LOSE1 = 21, RST1 = 31 };

static const struct script scripts[] = {
	{ "a response that ends with a reset is cut",
	  { { 0, "GET / HTTP/1.1\r\n\r\n" },
	    { 1, "HTTP/1.1 200 OK\r\n\r\nabc" },
	    { RST1, "" } },
	  "http/1.1 \"GET\" / @ 200 18/22 res-cut\n" },
	{ "without an end in the capture it is cut, too",
	  { { 0, "GET / HTTP/1.1\r\n\r\n" },
	    { 1, "HTTP/1.1 200 OK\r\n\r\nabc" } },
	  "http/1.1 \"GET\" / @ 200 18/22 res-cut\n" },
	{ "a request whose head never ended is shown",
	  { { 0, "GET /half HTTP/1.1\r\nHost: h" } },
	  "http/1.1 \"GET\" /half @ 0 27/0 no-response req-cut\n" },
	{ "a request without a response is shown",
	  { { 0, "GET /alone HTTP/1.1\r\n\r\n" } },
	  "http/1.1 \"GET\" /alone @ 0 23/0 no-response\n" },
	{ "bytes between messages are passed over",
	  { { 0, "GET /1 HTTP/1.1\r\n\r\n" },
	    { 1, OK0 "some\r\ngarbage " },
	    { 0, "GET /2 HTTP/1.1\r\n\r\n" },
	    { 1, "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" } },
	  "http/1.1 \"GET\" /1 @ 200 19/38\n"
	  "! malformed bytes that belong to no HTTP message\n"
	  "http/1.1 \"GET\" /2 @ 200 19/38 resynced\n" },
	{ "two lengths: the first counts, and it is told",
	  { { 0, "POST / HTTP/1.1\r\nContent-Length: 1\r\n"
	         "Content-Length: 3\r\n\r\nx" },
	    { 1, OK0 } },
	  "! malformed two Content-Length fields that differ; the first was "
	  "used\n"
	  "http/1.1 \"POST\" / @ 200 58/38\n" },
	{ "chunked wins over Content-Length, and it is told",
	  { { 0, "POST / HTTP/1.1\r\nContent-Length: 3\r\n"
	         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
	    { 1, OK0 } },
	  "! malformed Content-Length beside Transfer-Encoding, which was "
	  "used\n"
	  "http/1.1 \"POST\" / @ 200 71/38\n" },
	{ "a length that is no number is told and not used",
	  { { 0, "POST / HTTP/1.1\r\nContent-Length: -3\r\n\r\n" },
	    { 1, OK0 } },
	  "! malformed Content-Length is not a number\n"
	  "http/1.1 \"POST\" / @ 200 39/38\n" },
	{ "a chunk that is no chunk ends the message",
	  { { 0, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	         "zz\r\nfoo\r\nGET /next HTTP/1.1\r\n\r\n" },
	    { 1, OK0 OK0 } },
	  "! malformed chunk without a size\n"
	  "http/1.1 \"POST\" / @ 200 47/38 req-cut\n"
	  "http/1.1 \"GET\" /next @ 200 22/38 resynced\n" },
	{ "a chunk that is longer than it says ends the message",
	  { { 0, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	         "3\r\nabcdef\r\n" },
	    { 1, OK0 } },
	  "! malformed chunk that is longer than its size\n"
	  "http/1.1 \"POST\" / @ 200 53/38 req-cut\n" },
	{ "after 101 the stream is somebody else's",
	  { { 0, "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n" },
	    { 1, "HTTP/1.1 101 Switching Protocols\r\n"
	         "Upgrade: websocket\r\n\r\n\x81\x05hello" },
	    { 0, "GET /in-websocket HTTP/1.1\r\n\r\n" } },
	  "http/1.1 \"GET\" /ws @ 101 40/56\n" },
	{ "bytes behind Upgrade wait for the answer, which may be no",
	  { { 0, "GET /1 HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"
	         "GET /2 HTTP/1.1\r\n\r\n" },
	    { 1, OK0 OK0 } },
	  "http/1.1 \"GET\" /1 @ 200 33/38\n"
	  "http/1.1 \"GET\" /2 @ 200 19/38\n" },
	{ "an earlier response does not end the wait",
	  { { 0, "GET /0 HTTP/1.1\r\n\r\n"
	         "GET /1 HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
	         "\x81\x80" },
	    { 1, OK0 },
	    { 1, "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\n\r\n" } },
	  "http/1.1 \"GET\" /0 @ 200 19/38\n"
	  "http/1.1 \"GET\" /1 @ 101 39/39\n" },
	{ "without an answer the wait ends with the other side",
	  { { 0, "GET /1 HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"
	         "GET /2 HTTP/1.1\r\n\r\n" },
	    { END1, "" } },
	  "http/1.1 \"GET\" /1 @ 0 33/0 no-response\n"
	  "http/1.1 \"GET\" /2 @ 0 19/0 no-response\n" },
	{ "CONNECT and 200: a tunnel",
	  { { 0, "CONNECT a.example:443 HTTP/1.1\r\nHost: x\r\n\r\n" },
	    { 1, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" },
	    { 1, "SSH-2.0-server\r\n" },
	    { 0, "SSH-2.0-client\r\n" } },
	  "http/1.1 \"CONNECT\"  @a.example:443 200 43/38\n" },
	{ "CONNECT and 403: HTTP goes on",
	  { { 0, "CONNECT a.example:443 HTTP/1.1\r\n\r\n" },
	    { 1, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno" },
	    { 0, "GET / HTTP/1.1\r\n\r\n" },
	    { 1, OK0 } },
	  "http/1.1 \"CONNECT\"  @a.example:443 403 34/40 failed\n"
	  "http/1.1 \"GET\" / @ 200 18/38\n" },
	{ "a gap inside a body of known length costs nothing else",
	  { { 0, "GET /1 HTTP/1.1\r\n\r\n" },
	    { 1, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab" },
	    { LOSE1, "5" },
	    { 1, "hi" },
	    { 0, "GET /2 HTTP/1.1\r\n\r\n" },
	    { 1, OK0 } },
	  "http/1.1 \"GET\" /1 @ 200 19/42 res-gap\n"
	  "http/1.1 \"GET\" /2 @ 200 19/38\n" },
	{ "a gap in a head: cut there, and on with the next",
	  { { 0, "GET /1 HTTP/1.1\r\nHost: abc" },
	    { LOSE0, "40" },
	    { 0, "rest of a line\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n" },
	    { 1, OK0 } },
	  "! resync \n"
	  "http/1.1 \"GET\" /1 @ 200 26/38 req-cut req-gap doubt\n"
	  "http/1.1 \"GET\" /2 @h 0 28/0 no-response resynced\n" },
	{ "a gap in 100 Continue: the answer is still to come",
	  { { 0, "PUT /1 HTTP/1.1\r\nExpect: 100-continue\r\n"
	         "Content-Length: 2\r\n\r\n" },
	    { 1, "HTTP/1.1 100 Continue\r\n" },
	    { LOSE1, "2" },
	    { 0, "ab" },
	    { 1, OK0 },
	    { 0, "GET /2 HTTP/1.1\r\n\r\n" },
	    { 1, OK0 } },
	  "! resync \n"
	  "http/1.1 \"PUT\" /1 @ 200 62/38 res-gap resynced\n"
	  "http/1.1 \"GET\" /2 @ 200 19/38\n" },
	{ "... with a field, and with the end of the field only",
	  { { 0, "PUT /1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n" },
	    { 1, "HTTP/1.1 103 Early Hints\r\nLink: </st" },
	    { LOSE1, "20" },
	    { 1, "ript>\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n"
	         "\r\n" } },
	  "! resync \n"
	  "http/1.1 \"PUT\" /1 @ 404 38/38 res-gap failed resynced\n" },
	{ "... when others wait for theirs, there is doubt",
	  { { 0, "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n" },
	    { 1, "HTTP/1.1 100 Continue\r\n" },
	    { LOSE1, "2" },
	    { 1, OK0 OK0 } },
	  "! resync \n"
	  "http/1.1 \"GET\" /1 @ 200 19/38 res-gap resynced doubt\n"
	  "http/1.1 \"GET\" /2 @ 200 19/38 doubt\n" },
	{ "without more than that the answer is not there",
	  { { 0, "PUT /1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n" },
	    { 1, "HTTP/1.1 100 Continue\r\n" },
	    { LOSE1, "2" },
	    { END1, "" } },
	  "http/1.1 \"PUT\" /1 @ 100 38/23 res-cut res-gap\n" },
	{ "nor when the capture ends there",
	  { { 0, "PUT /1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n" },
	    { 1, "HTTP/1.1 100 Continue\r\n" } },
	  "http/1.1 \"PUT\" /1 @ 100 38/23 res-cut\n" },
	{ "a search goes on behind another gap",
	  { { 0, "GET /1 HTTP/1.1\r\n\r\n" },
	    { 1, OK0 },
	    { LOSE0, "10" },
	    { 0, "half a line" },
	    { LOSE0, "10" },
	    { 0, "GET /2 HTT" },
	    { 0, "P/1.1\r\n\r\n" },
	    { 1, OK0 } },
	  "http/1.1 \"GET\" /1 @ 200 19/38\n"
	  "! resync \n"
	  "http/1.1 \"GET\" /2 @ 200 19/38 resynced doubt\n" },
	{ "a gap in an until-close body is inside the body",
	  { { 0, "GET /1 HTTP/1.1\r\n\r\n" },
	    { 1, "HTTP/1.1 200 OK\r\n\r\nab" },
	    { LOSE1, "1000" },
	    { 1, "HTTP/1.1 200 OK\r\n\r\n" },
	    { END1, "" } },
	  "http/1.1 \"GET\" /1 @ 200 19/40 res-gap\n" },
};

static void
run_turns(struct world *w, const struct turn *t)
{
	for (; t->text != NULL; t++) {
		switch (t->side) {
		case END0:
		case END1:
			http1_world_end(w, t->side - END0, WHY_FIN);
			break;
		case RST1:
			http1_world_end(w, 1, WHY_RST);
			break;
		case LOSE0:
		case LOSE1:
			http1_world_lose(w, t->side - LOSE0,
			                 strtoull(t->text, NULL, 10));
			break;
		default:
			http1_world_say(w, t->side, t->text);
		}
	}
}

static void
test_scripts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		const struct script *s = &scripts[i];
		struct world w;

		http1_world_init(&w, WORLD_LINE | WORLD_DIAGS);
		if (!http1_world_open(&w, 0))
			ok(false, "a stream opens");
		run_turns(&w, s->turn);
		is_str(http1_world_finish(&w, WHY_SNAPSHOT_END), s->want,
		       s->what);
		ok(w.sides_agree && w.failed == 0,
		   "... and it renders accordingly");
		http1_world_release(&w);
	}
}

/* --- probing ------------------------------------------------------------ */

static enum verdict
probe(const char *to_server, const char *to_client, bool late)
{
	const struct probe p = {
		.to_server = cur_from_str(str_from_c(to_server), true),
		.to_client = cur_from_str(str_from_c(to_client), true),
		.server_port = 80,
		.l4 = 6,
		.late_join = late,
	};

	return proto_http1.probe(&p);
}

static void
test_probe(void)
{
	char text[600];

	is_int(probe("GET / HTTP/1.1\r\n", "", false), VERDICT_YES,
	       "a request line is HTTP");
	is_int(probe("\r\nFOO x HTTP/1.0\n", "", false), VERDICT_YES,
	       "any method, after empty lines");
	is_int(probe("", "HTTP/1.1 200 OK\r\n", false), VERDICT_YES,
	       "a status line is HTTP");
	is_int(probe("", "", false), VERDICT_MAYBE, "nothing is anything");
	is_int(probe("GET /", "", false), VERDICT_MAYBE,
	       "the beginning of a line might be");
	is_int(probe("GET key\r\n", "?", false), VERDICT_NO,
	       "a line without a version is not");
	is_int(probe("OPTIONS rtsp://h RTSP/1.0\r\n", "?", false), VERDICT_NO,
	       "RTSP is not");
	is_int(probe("REGISTER sip:h SIP/2.0\r\n", "?", false), VERDICT_NO,
	       "SIP is not");
	is_int(probe("PRI * HTTP/2.0\r\n\r\n", "?", false), VERDICT_NO,
	       "HTTP/2 is not");
	is_int(probe("", "HTTP/2 200\r\n", false), VERDICT_NO,
	       "not from the server either");
	is_int(probe("\x16\x03\x01\x02", "?", false), VERDICT_NO, "TLS is not");
	is_int(probe("GET key\r\n", "", false), VERDICT_MAYBE,
	       "until the other side answers nothing is certain");
	is_int(probe("GET key\r\n", "HTTP/1.1 400 Bad\r\n", false), VERDICT_YES,
	       "the answer may be HTTP");
	is_int(probe("", "SSH-2.0-x\r\n", false), VERDICT_NO,
	       "an HTTP server does not speak first");
	is_int(probe("HTTP/1.1 200 OK\r\n", "GET / HTTP/1.1\r\n", false),
	       VERDICT_NO, "the wrong way round it is not");
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	text[512] = '\0';
	is_int(probe(text, "", false), VERDICT_YES,
	       "a target longer than what a probe sees");
	is_int(probe("middle\r\nof it\r\nGET / HTTP/1.1\r\n", "", true),
	       VERDICT_YES, "late, a request line on a later line is enough");
	is_int(probe("\x01\x02", "", true), VERDICT_MAYBE,
	       "late, anything might be a body");
}

/* --- in the middle, and limits ------------------------------------------ */

static void
test_late_join(void)
{
	struct world w;

	http1_world_init(&w, WORLD_LINE | WORLD_DIAGS);
	if (!http1_world_open(&w, -1))
		ok(false, "a stream opens");
	http1_world_say(&w, 1, "end of a body\r\n" OK0);
	http1_world_say(&w, 0, "GET /2 HTTP/1.1\r\n\r\n");
	http1_world_say(&w, 1, OK0);
	is_str(http1_world_finish(&w, WHY_FIN),
	       "http/1.1 \"\"  @ 200 0/38 no-request late resynced\n"
	       "http/1.1 \"GET\" /2 @ 200 19/38 late\n",
	       "a stream joined in a response: no complaint, right pairs");
	http1_world_release(&w);
}

static void
test_long_heads(void)
{
	static char field[3000];
	bool same = true;

	memset(field, 'x', sizeof(field) - 1);
	for (size_t step = 1; step <= sizeof(field); step = step * 3 + 1) {
		struct world w;
		size_t n = sizeof(field) - 1;

		http1_world_init(&w, WORLD_LINE | WORLD_DIAGS);
		w.limits.head_bytes = 2000;
		same &= http1_world_open(&w, 0);
		http1_world_say(&w, 0, "GET /long HTTP/1.1\r\nA: ");
		for (size_t at = 0; at < n; at += step)
			http1_world_send(&w, 0, field + at,
			                 step < n - at ? step : n - at);
		http1_world_say(&w, 0, "\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
		http1_world_say(&w, 1, OK0 OK0);
		same &= strcmp(http1_world_finish(&w, WHY_FIN),
		               "! limit head-bytes\n"
		               "http/1.1 \"GET\" /long @ 200 20/38 req-cut\n"
		               "http/1.1 \"GET\" /2 @ 200 19/38 "
		               "resynced\n") == 0;
		http1_world_release(&w);
	}
	ok(same, "a head past the limit is cut, the next one is found");
}

static void
test_resync_limit(void)
{
	static const char noise[] = "noise that is not HTTP at all\n";
	struct world w;

	http1_world_init(&w, WORLD_LINE | WORLD_DIAGS);
	w.limits.resync_bytes = 1000;
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, "GET /1 HTTP/1.1\r\n\r\n");
	http1_world_say(&w, 1, OK0);
	for (int i = 0; i < 100; i++)
		http1_world_say(&w, 1, noise);
	http1_world_say(&w, 1, OK0);
	http1_world_say(&w, 0, "GET /2 HTTP/1.1\r\n\r\n");
	is_str(http1_world_finish(&w, WHY_FIN),
	       "http/1.1 \"GET\" /1 @ 200 19/38\n"
	       "! malformed bytes that belong to no HTTP message\n"
	       "! limit resync-bytes\n"
	       "http/1.1 \"GET\" /2 @ 0 19/0 no-response\n",
	       "the search has an end, and the other side goes on");
	http1_world_release(&w);
}

static void
test_big_bodies(void)
{
	static char piece[65536];
	struct world w;

	http1_world_init(&w, WORLD_LINE);
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, "GET /big HTTP/1.1\r\n\r\n");
	http1_world_say(&w, 1,
	                "HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n");
	for (int i = 0; i < 512; i++) {
		http1_world_send(&w, 1, piece, sizeof(piece));
		if (w.budget.used > 8192)
			break;
	}
	ok(w.budget.used <= 8192, "a body of 32 MiB needs no memory");
	http1_world_say(&w, 1, OK0);
	is_str(http1_world_finish(&w, WHY_FIN),
	       "http/1.1 \"GET\" /big @ 200 21/33554477\n"
	       "http/1.1 \"\"  @ 200 0/38 no-request\n",
	       "and ends where it should");
	http1_world_release(&w);
}

/* --- overlays ----------------------------------------------------------- */

/* Wants the bodies of /seen, up to a '!', and sums them up in the host. */
struct seen {
	char text[64];
	size_t n;
	bool ended;
};

static enum overlay_claim
seen_claims(const struct http_head *h)
{
	struct str mark = h->field(h, STR("X-Mark"));

	return h->side == SIDE_REQUEST && str_eq(h->target, STR("/seen")) &&
	               str_eq(mark, STR("1"))
	           ? OVERLAY_YES
	           : OVERLAY_NO;
}

static bool
seen_body(void *state, enum side side, struct cursor bytes,
          struct message_summary *io)
{
	struct seen *s = state;
	struct str all = cur_rest(&bytes);

	(void)side;
	if (all.n == 0)
		s->text[s->n++] = '.';
	for (; all.n != 0; all = str_tail(all, 1)) {
		if (s->n == sizeof(s->text) - 2)
			return false;
		s->text[s->n++] = *all.p;
	}
	io->host = str_make(s->text, s->n);
	return memchr(s->text, '!', s->n) == NULL;
}

static const struct overlay seen_overlay = {
	.abi = OVERLAY_ABI,
	.name = "seen",
	.state_size = sizeof(struct seen),
	.claims = seen_claims,
	.body = seen_body,
};

static void
test_overlay(void)
{
	static const struct overlay *const table[] = { &seen_overlay, NULL };
	static const char request[] = "POST /seen HTTP/1.1\r\nX-Mark: 1\r\n"
				      "Transfer-Encoding: chunked\r\n\r\n"
				      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
	static const char response[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfg!hij" OK0;
	bool same = true;

	for (size_t cut = 1; cut < sizeof(request) - 1; cut++) {
		struct world w;
		const char *got;

		http1_world_init(&w, WORLD_LINE);
		w.overlays = table;
		same &= http1_world_open(&w, 0);
		http1_world_send(&w, 0, request, cut);
		http1_world_say(&w, 0, request + cut);
		http1_world_say(&w, 0, "GET /seen HTTP/1.1\r\n\r\n");
		/* Up to the exclamation mark; the rest is passed over. */
		http1_world_send(&w, 1, response, 41);
		http1_world_say(&w, 1, response + 41);
		got = http1_world_finish(&w, WHY_FIN);
		same &= strstr(got, "\"POST\" /seen @abcde.fg! 200 82/44\n") !=
		        NULL;
		same &= strstr(got, "\"GET\" /seen @ 200 22/38\n") != NULL;
		http1_world_release(&w);
	}
	ok(same, "an overlay is shown the bodies it wants, without framing");
}

/* What an overlay saw of a response, given in two packets around a gap. */
static void
check_overlay_gap(const char *head, const char *before, uint64_t gap,
                  const char *after, const char *want)
{
	static const struct overlay *const table[] = { &seen_overlay, NULL };
	struct world w;

	http1_world_init(&w, WORLD_LINE);
	w.overlays = table;
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0, "GET /seen HTTP/1.1\r\nX-Mark: 1\r\n\r\n");
	http1_world_say(&w, 1, head);
	http1_world_say(&w, 1, before);
	http1_world_lose(&w, 1, gap);
	http1_world_say(&w, 1, after);
	http1_world_end(&w, 1, WHY_FIN);
	is_str(http1_world_finish(&w, WHY_FIN), want,
	       "an overlay's body with a gap in it");
	http1_world_release(&w);
}

static void
test_overlay_gaps(void)
{
	check_overlay_gap("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "ab",
	                  3, "defg" OK0,
	                  "http/1.1 \"GET\" /seen @.ab 200 33/44 res-gap\n"
	                  "http/1.1 \"\"  @ 200 0/38 no-request resynced\n");
	check_overlay_gap("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "ab",
	                  30, "defg\r\n" OK0,
	                  "http/1.1 \"GET\" /seen @.ab 200 33/40 res-cut "
	                  "res-gap\n"
	                  "http/1.1 \"\"  @ 200 0/38 no-request resynced\n");
	check_overlay_gap("HTTP/1.1 200 OK\r\n\r\n", "ab", 3, "c",
	                  "http/1.1 \"GET\" /seen @.ab 200 33/22 res-gap\n");
	check_overlay_gap("HTTP/1.1 200 OK\r\n\r\n", "ab", 0, "c",
	                  "http/1.1 \"GET\" /seen @.abc. 200 33/22\n");
}

/* A limit on fields is told; what the message is does not depend on it. */
static void
test_many_fields(void)
{
	struct world w;

	http1_world_init(&w, WORLD_LINE | WORLD_JSON | WORLD_DIAGS);
	w.limits.headers = 2;
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	http1_world_say(&w, 0,
	                "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n"
	                "Host: h\r\n\r\n");
	is_str(http1_world_finish(&w, WHY_FIN),
	       "! limit headers\n"
	       "http/1.1 \"GET\" / @h 0 45/0 no-response\n"
	       "  > {\"bodySize\":0,\"cookies\":{},\"headers\":{\"A\":\"1\","
	       "\"B\":\"2\"},\"headersSize\":-1,\"httpVersion\":"
	       "\"HTTP/1.1\",\"method\":\"GET\",\"path\":\"/\","
	       "\"pathSegments\":[\"\"],\"queryString\":{},"
	       "\"targetUri\":\"/\",\"url\":\"/\"}\n",
	       "more fields than the limit");
	http1_world_release(&w);
}

/* A client that speaks TLS to the plain port is told so. */
static void
test_tls(void)
{
	static const char hello[] = "\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03";
	struct engine_state state;
	struct world w;
	const char *got;

	http1_world_init(&w, WORLD_LINE);
	if (!http1_world_open(&w, 0))
		abort();
	http1_world_send(&w, 0, hello, sizeof(hello) - 1);
	http1_world_say(&w, 1,
	                "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n"
	                "no");
	got = http1_world_finish(&w, WHY_FIN);
	ok(strstr(got, " 400 0/") != NULL && strstr(got, "no-request") != NULL,
	   "an answer in the clear to a TLS hello is shown");
	http1_world_release(&w);

	http1_world_init(&w, WORLD_LINE);
	if (!http1_world_open(&w, 0))
		abort();
	http1_world_send(&w, 0, hello, sizeof(hello) - 1);
	http1_world_send(&w, 1, "\x16\x03\x03\x00\x40\x02\x00\x00", 8);
	engine_state(w.stream, &state);
	ok(state.tls_wire, "two hellos are TLS");
	http1_world_release(&w);

	http1_world_init(&w, WORLD_LINE);
	if (!http1_world_open(&w, 0))
		abort();
	http1_world_send(&w, 0, hello, sizeof(hello) - 1);
	http1_world_lose(&w, 1, 7);
	engine_state(w.stream, &state);
	ok(state.tls_wire, "and so is one whose answer was lost");
	http1_world_release(&w);

	http1_world_init(&w, WORLD_LINE);
	if (!http1_world_open(&w, 0))
		abort();
	http1_world_send(&w, 0, hello, sizeof(hello) - 1);
	http1_world_say(&w, 1, "SSH-2.0-OpenSSH_9.2p1\r\n");
	is_str(http1_world_finish(&w, WHY_FIN), "",
	       "an answer that nobody knows is nobody's");
	engine_state(w.stream, &state);
	is_str(state.reason, "TLS, not decrypted", "and the stream TLS to us");
	http1_world_release(&w);
}

int
main(void)
{
	test_overlay();
	test_overlay_gaps();
	test_many_fields();
	test_probe();
	test_late_join();
	test_long_heads();
	test_resync_limit();
	test_big_bodies();

	test_talk();
	test_trouble();
	test_scripts();
	test_tls();
	return tap_done();
}
