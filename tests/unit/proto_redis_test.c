/* SPDX-License-Identifier: Apache-2.0 */
/* Redis while it is indexed: commands, replies and pushes, whatever comes. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/conversation.h"
#include "tests/tap/tap.h"

/* One packet; side 0 or 1, or one of these. */
enum { LOSE0 = 20, LOSE1 = 21 };

/* A conversation with one of everything. */
static const struct turn talk[] = {
	{ 0, "*2\r\n$5\r\nhello\r\n$1\r\n3\r\n" },
	{ 1, "%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n+proto\r\n:3\r\n" },
	{ 0, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n"
	     "*2\r\n$3\r\nget\r\n$1\r\nk\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n" },
	{ 1, "+OK\r\n$4\r\na\r\nb\r\n-ERR value is not an integer\r\n" },
	{ 0, "PING\r\n\r\nset \"a key\" 'it\\'s'\n" },
	{ 1, "+PONG\r\n+OK\r\n" },
	{ 0, "*1\r\n$5\r\nMULTI\r\n*4\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n"
	     "$1\r\n1\r\n$2\r\nkk\r\n*1\r\n$4\r\nEXEC\r\n" },
	{ 1, "+OK\r\n+QUEUED\r\n*2\r\n:1\r\n*2\r\n-ERR no\r\n*0\r\n" },
	{ 0, "*3\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n$1\r\nb\r\n" },
	{ 1, ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
	     ">3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
	     ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n" },
	{ 1, ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n" },
	{ 0, "*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$4\r\nSKIP\r\n"
	     "*2\r\n$3\r\nDEL\r\n$1\r\nx\r\n*1\r\n$4\r\nTIME\r\n" },
	{ 1, "*2\r\n$1\r\n1\r\n$1\r\n2\r\n" },
	{ 0, "*6\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$1\r\n1\r\n$7\r\nSTREAMS\r\n"
	     "$2\r\ns1\r\n$1\r\n0\r\n*0\r\n*1\r\n$4\r\nINFO\r\n" },
	{ 1, "|1\r\n+ttl\r\n:9\r\n*-1\r\n=8\r\ntxt:a\r\nb\r\n" },
	{ 0, "*2\r\n$3\r\nGET\r\n$0\r\n\r\n*1\r\n$6\r\nRANDOM\r\n" },
	{ 1, "$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n~?\r\n,1.5\r\n#t\r\n_\r\n"
	     "(123\r\n!5\r\nERR x\r\n.\r\n" },
	{ 0, "*1\r\n$7\r\nMONITOR\r\n" },
	{ 1,
	  "+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] \"get\" \"k\"\r\n" },
	{ 0, "*1\r\n$4\r\nQUIT\r\n" },
	{ 1, "+OK\r\n" },
};

static const char talk_lines[] =
    "redis \"HELLO\" 3 @ 0 22/39\n"
    "redis \"SET\" k @ 0 30/5\n"
    "redis \"GET\" k @ 0 20/10\n"
    "redis \"INCR\" k @ 0 21/30 failed\n"
    "redis \"PING\"  @ 0 6/7\n"
    "redis \"SET\" a key @ 0 20/5\n"
    "redis \"MULTI\"  @ 0 15/5\n"
    "redis \"EVAL\" kk @ 0 43/9\n"
    "redis \"EXEC\"  @ 0 14/25 failed\n"
    "redis \"SUBSCRIBE\" a @ 0 33/30\n"
    "redis \"SUBSCRIBE\" b @ 0 30/0 one-way reversed\n"
    "redis \"MESSAGE\" a @ 0 32/0 one-way reversed\n"
    "redis \"INVALIDATE\" k @ 0 32/0 one-way reversed\n"
    "redis \"CLIENT\" REPLY @ 0 37/0 one-way\n"
    "redis \"DEL\" x @ 0 20/0 one-way\n"
    "redis \"TIME\"  @ 0 14/18\n"
    "redis \"XREAD\" s1 @ 0 61/19\n"
    "redis \"INFO\"  @ 0 14/14\n"
    "redis \"GET\"  @ 0 19/23\n"
    "redis \"RANDOM\"  @ 0 16/37 failed\n"
    "redis \"MONITOR\"  @ 0 17/5\n"
    "redis \"MONITOR\"  @ 0 50/0 one-way reversed\n"
    "redis \"QUIT\"  @ 0 14/5\n";

static const char *const excuses[] = { "cut", "no-re", "one-way", NULL };

static const struct conversation whole = {
	.dissector = &proto_redis,
	.port = 6379,
	.turn = talk,
	.n = ARRAY_LEN(talk),
	.lines = talk_lines,
	.excuses = excuses,
};

static void
test_talk(void)
{
	struct world w;

	is_str(conversation_run(&whole, &w, WORLD_LINE | WORLD_DIAGS),
	       talk_lines, "commands, replies and pushes of every type");
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
	ok(conversation_gaps(&whole), "gaps at every offset");
}

/* A script and what comes of it; the packets end with a NULL. */
struct script {
	const char *what;
	struct turn turn[9];
	const char *want;
};

#define GET_A "*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
#define GET_B "*2\r\n$3\r\nGET\r\n$1\r\nb\r\n"

static const struct script scripts[] = {
	{ "RESP2 subscriptions push arrays; a list is none",
	  { { 0, "*2\r\n$10\r\nPSUBSCRIBE\r\n$1\r\n*\r\n" },
	    { 1, "*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n" },
	    { 1, "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\nc\r\n$1\r\nm\r\n" },
	    { 0, "*4\r\n$6\r\nLRANGE\r\n$1\r\nl\r\n$1\r\n0\r\n$1\r\n2\r\n" },
	    { 1, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n" } },
	  "redis \"PSUBSCRIBE\" * @ 0 28/32\n"
	  "redis \"PMESSAGE\" * @ 0 39/0 one-way reversed\n"
	  "redis \"LRANGE\" l @ 0 37/31\n" },
	{ "two subscriptions in a row are confirmed one after the other",
	  { { 0, "*3\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n$1\r\nb\r\n"
	         "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n" },
	    { 1, "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
	         "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
	         "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:3\r\n" } },
	  "redis \"SUBSCRIBE\" a @ 0 33/30\n"
	  "redis \"SUBSCRIBE\" b @ 0 30/0 one-way reversed\n"
	  "redis \"SUBSCRIBE\" c @ 0 26/30\n" },
	{ "no replies until they are wanted again",
	  { { 0, "*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$3\r\nOFF\r\n" GET_A
	         "client reply on\r\n" GET_B },
	    { 1, "+OK\r\n$1\r\n1\r\n" } },
	  "redis \"CLIENT\" REPLY @ 0 36/0 one-way\n"
	  "redis \"GET\" a @ 0 20/0 one-way\n"
	  "redis \"CLIENT\" reply @ 0 17/5\n"
	  "redis \"GET\" b @ 0 20/7\n" },
	{ "a replica's copy is another protocol",
	  { { 0, "*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n" },
	    { 1, "+FULLRESYNC abc 0\r\n$4\r\nREDI" },
	    { 1, GET_A },
	    { 0, GET_A } },
	  "redis \"PSYNC\" ? @ 0 30/19\n" },
	{ "while the copy is prepared the server sends line feeds",
	  { { 0, "*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n" },
	    { 1, "\n" },
	    { 1, "\n\n+CONTINUE\r\n" },
	    { 1, "\n" GET_A } },
	  "redis \"PSYNC\" ? @ 0 30/11\n" },
	{ "SYNC is followed by the copy at once",
	  { { 0, "SYNC\r\n" }, { 1, "$4\r\nREDI" } },
	  "redis \"SYNC\"  @ 0 6/0 no-response\n" },
	{ "a reset in the middle cuts the reply",
	  { { 0, GET_A }, { 1, "$10\r\nabc" } },
	  "redis \"GET\" a @ 0 20/8 res-cut\n" },
	{ "bytes lost within a value are told, and nothing else is",
	  { { 0, GET_A },
	    { 1, "$55\r\nabc" },
	    { LOSE1, "" },
	    { 1, "de\r\n" },
	    { 0, GET_B },
	    { 1, "$1\r\n1\r\n" } },
	  "redis \"GET\" a @ 0 20/12 res-gap\n"
	  "redis \"GET\" b @ 0 20/7\n" },
	{ "bytes lost elsewhere: the next message is searched",
	  { { 0, GET_A },
	    { 1, "$1" },
	    { LOSE1, "" },
	    { 1, "rest\r\n" },
	    { 0, GET_B },
	    { 1, "$1\r\n1\r\n" } },
	  "redis \"GET\" a @ 0 20/0 no-response res-gap\n"
	  "redis \"GET\" b @ 0 20/7 resynced\n" },
	{ "what is no reply is passed over",
	  { { 0, GET_A GET_B }, { 1, "$1\r\n123\r\nwhat\r\n$1\r\n2\r\n" } },
	  "redis \"GET\" a @ 0 20/5 res-cut\n"
	  "redis \"GET\" b @ 0 20/7 resynced doubt\n" },
	{ "a quote that is not closed is refused by the server, not by us",
	  { { 0, "SET k \"v\r\n" },
	    { 1, "-ERR Protocol error: unbalanced quotes in request\r\n" } },
	  "redis \"SET\" k @ 0 10/51 failed\n" },
	{ "a command that is cut has no more name than came",
	  { { 0, GET_A "*2\r\n$3\r\nGE" } },
	  "redis \"GET\" a @ 0 20/0 no-response\n"
	  "redis \"\"  @ 0 10/0 no-response req-cut\n" },
	{ "nothing else has these words and such answers",
	  { { 0, "QUIT\r\n" }, { 1, "+OK bye\r\n" } },
	  "redis \"QUIT\"  @ 0 6/9\n" },
	{ "HTTP is not taken",
	  { { 0, "GET / HTTP/1.1\r\n\r\n" }, { 1, "HTTP/1.1 200 OK\r\n\r\n" } },
	  "" },
	{ "nor is memcached",
	  { { 0, "get k\r\n" }, { 1, "VALUE k 0 1\r\n1\r\nEND\r\n" } },
	  "" },
	{ "nor a server that greets",
	  { { 1, "+OK POP3 ready\r\n" }, { 0, "USER x\r\n" } },
	  "" },
	{ "an array of no strings is no command",
	  { { 0, "*1\r\n:1\r\n" } },
	  "" },
};

static const char *
script_run(struct world *w, const struct script *s, unsigned show, int opener)
{
	conversation_open(&whole, w, show, opener);
	for (const struct turn *t = s->turn; t->text != NULL; t++) {
		if (t->side == LOSE0 || t->side == LOSE1)
			http1_world_lose(w, t->side - LOSE0, 50);
		else
			http1_world_say(w, t->side, t->text);
	}
	return http1_world_finish(w, WHY_FIN);
}

static void
test_scripts(void)
{
	struct world w;

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		is_str(script_run(&w, &scripts[i], WORLD_LINE, 0),
		       scripts[i].want, scripts[i].what);
		ok(w.sides_agree, "and rendering agrees");
		http1_world_release(&w);
	}
}

/* No SYN: who is the client follows from what is said. */
static const struct script late[] = {
	{ "a capture that begins in the middle of a value",
	  { { 0, "lue\r\n" GET_A }, { 1, "$1\r\n1\r\n" } },
	  "redis \"GET\" a @ 0 20/7 late resynced\n" },
	{ "a subscriber that says nothing",
	  { { 1, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n" } },
	  "redis \"MESSAGE\" a @ 0 31/0 late one-way reversed\n" },
	{ "replies without their commands",
	  { { 1, "$1\r\n1\r\n" }, { 0, GET_A }, { 1, "$1\r\n2\r\n" } },
	  "redis \"\"  @ 0 0/7 no-request late\n"
	  "redis \"GET\" a @ 0 20/7 late\n" },
};

static void
test_late(void)
{
	struct world w;

	for (size_t i = 0; i < ARRAY_LEN(late); i++) {
		is_str(script_run(&w, &late[i], WORLD_LINE, -1), late[i].want,
		       late[i].what);
		http1_world_release(&w);
	}
}

/* A value of 64 MiB, and a reply of a million values, in little memory. */
static void
test_large(void)
{
	static char block[65536];
	struct world w;
	uint64_t most = 0;

	conversation_open(&whole, &w, WORLD_LINE, 0);
	memset(block, 'x', sizeof(block));
	http1_world_say(&w, 0, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$33554432\r\n");
	for (size_t i = 0; i < 512; i++) {
		http1_world_send(&w, 0, block, sizeof(block));
		most = w.budget.used > most ? w.budget.used : most;
	}
	http1_world_say(&w, 0, "\r\n*2\r\n$4\r\nKEYS\r\n$1\r\n*\r\n");
	for (size_t i = 0; i + 4 <= sizeof(block); i += 4)
		memcpy(block + i, ":1\r\n", 4);
	http1_world_say(&w, 1, "+OK\r\n*1048576\r\n");
	for (size_t i = 0; i < 64; i++) {
		http1_world_send(&w, 1, block, sizeof(block));
		most = w.budget.used > most ? w.budget.used : most;
	}
	is_str(http1_world_finish(&w, WHY_FIN),
	       "redis \"SET\" k @ 0 33554465/5\n"
	       "redis \"KEYS\" * @ 0 21/4194314\n",
	       "large values and long replies are exchanges like others");
	ok(most < 65536, "and are not held");
	http1_world_release(&w);
}

/* Far more commands under way than may wait: all are told, none is mixed up. */
static void
test_pipeline(void)
{
	enum { N = 20000 };
	struct world w;
	char text[64];
	const char *got;
	bool kept = true;

	conversation_open(&whole, &w, WORLD_LINE, 0);
	w.budget.max = 1 << 20;
	http1_world_say(&w, 0, "PING\r\n");
	http1_world_say(&w, 1, "+PONG\r\n");
	for (int i = 0; i < N; i++) {
		(void)snprintf(text, sizeof(text),
		               "*2\r\n$3\r\nGET\r\n$5\r\n%05d\r\n", i);
		/* Not at the end of a command: something is held. */
		http1_world_send(&w, 0, text, 9);
		http1_world_say(&w, 0, text + 9);
		kept &= w.budget.used <= w.budget.max;
	}
	for (int i = 0; i < N; i++) {
		(void)snprintf(text, sizeof(text), "$%d\r\n%05d\r\n", 5, i);
		http1_world_say(&w, 1, text);
	}
	http1_world_say(&w, 0, "PING\r\n");
	http1_world_say(&w, 1, "+PONG\r\n");
	got = http1_world_finish(&w, WHY_FIN);
	ok(kept, "a long pipeline stays within the budget");
	ok(strstr(got, "GET\" 00000 @ 0 24/0 no-response\n") != NULL,
	   "its first commands are given up");
	ok(strstr(got, "GET\" 19999 @ 0 24/11\n") != NULL,
	   "the last ones have their replies");
	ok(strstr(got, "doubt") == NULL, "without doubt");
	ok(strstr(got, "PING\"  @ 0 6/7\n") != NULL, "and the stream goes on");
	ok(w.entries > N && w.entries < 2 * N, "every message is in an entry");
	http1_world_release(&w);
	is_int(w.budget.used, 0, "the budget is given back");
}

/* Nesting past the limit ends the message, not the stream. */
static void
test_depth(void)
{
	struct world w;

	conversation_open(&whole, &w, WORLD_LINE | WORLD_DIAGS, 0);
	w.limits.value_depth = 3;
	http1_world_say(&w, 0, GET_A GET_B);
	for (int i = 0; i < 40; i++)
		http1_world_say(&w, 1, "*1\r\n");
	http1_world_say(&w, 1, "\r\n$1\r\n1\r\n");
	ok(strstr(http1_world_finish(&w, WHY_FIN), "! limit value-depth") !=
	       NULL,
	   "values nested too deep are a limit that is told");
	http1_world_release(&w);
}

/* What is shown of messages: the first reply or push with that text in it. */
struct shown {
	const char *what;
	struct turn turn[4];
	const char *want;
};

static const struct shown shown[] = {
	{ "keys, and all arguments where value cannot tell them apart",
	  { { 0, "*5\r\n$4\r\nMSET\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n"
	         "$1\r\n2\r\n" },
	    { 1, "+OK\r\n" } },
	  "{\"arguments\":[\"a\",\"1\",\"b\",\"2\"],\"command\":\"MSET\","
	  "\"key\":\"a\",\"keys\":[\"a\",\"b\"],\"keyword\":\"\","
	  "\"type\":\"Array\",\"value\":\"[1, b, 2]\"}" },
	{ "where SORT puts its result is a key",
	  { { 0, "SORT list BY w_* GET # STORE sorted\r\n" }, { 1, ":3\r\n" } },
	  "\"key\":\"list\",\"keys\":[\"list\",\"sorted\"]," },
	{ "and so are those of GEORADIUS",
	  { { 0, "GEORADIUS towns 15 37 9 km STORE a STOREDIST b\r\n" },
	    { 1, ":3\r\n" } },
	  "\"key\":\"towns\",\"keys\":[\"towns\",\"a\",\"b\"]," },
	{ "a map is an object, an attribute comes apart",
	  { { 0, "PING\r\n" },
	    { 1,
	      "|1\r\n+ttl\r\n:9\r\n%2\r\n$1\r\na\r\n,1.5\r\n:2\r\n*2\r\n_\r\n"
	      "#f\r\n" } },
	  "{\"attributes\":{\"ttl\":9},\"command\":\"\",\"key\":\"\","
	  "\"keyword\":\"\",\"reply\":{\"a\":1.5,\"2\":[null,false]},"
	  "\"type\":\"Map\",\"value\":\"{a: 1.5, 2: [(nil), false]}\"}" },
	{ "a redirection has its parts told",
	  { { 0, "PING\r\n" }, { 1, "-ASK 7 ::1:6381\r\n" } },
	  "\"value\":\"AskDataError: ASK 7 ::1:6381 host: ::1 port: 6381 "
	  "slot: 7\"}" },
	{ "missing bytes are counted, and NUL in the value",
	  { { 0, "PING\r\n" },
	    { 1, "$52\r\na" },
	    { LOSE1, "" },
	    { 1, "b\r\n" } },
	  "\"missing\":50,\"type\":\"Bulk String\",\"value\":\"a\\u0000" },
	{ "what was cut says so",
	  { { 0, "PING\r\n" }, { 1, "*2\r\n$1\r\na\r\n$9\r\nbcd" } },
	  "\"reply\":[\"a\",\"bcd\"],\"type\":\"Array\","
	  "\"value\":\"[a, bcd]\"}" },
	{ "an error within a reply is told from a string",
	  { { 0, "*1\r\n$4\r\nEXEC\r\n" },
	    { 1, "*2\r\n-ERR no\r\n!3\r\nbad\r\n" } },
	  "\"reply\":[{\"error\":\"ERR no\"},{\"error\":\"bad\"}]" },
	{ "sections are those of the compatible API",
	  { { 0, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" } },
	  "[{\"type\":\"table\",\"title\":\"Details\",\"data\":\"["
	  "{\\\"name\\\":\\\"Type\\\",\\\"value\\\":\\\"Array\\\"," },
	{ "escapes of an inline command are undone",
	  { { 0, "SET \"a\\x41\\n\" 'b\\'c'\r\n" }, { 1, "+OK\r\n" } },
	  "\"key\":\"aA\\n\",\"keyword\":\"\",\"type\":\"Inline\","
	  "\"value\":\"b'c\"}" },
};

static void
test_shown(void)
{
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		struct script s = { .what = shown[i].what };
		struct world w;
		const char *got;

		memcpy(s.turn, shown[i].turn, sizeof(shown[i].turn));
		got = script_run(&w, &s, WORLD_JSON | WORLD_SECTIONS, 0);
		if (!ok(strstr(got, shown[i].want) != NULL, shown[i].what))
			tap_note(got);
		ok(w.failed == 0 && w.sides_agree, "and rendering agrees");
		http1_world_release(&w);
	}
}

int
main(void)
{
	test_shown();
	test_talk();
	test_trouble();
	test_scripts();
	test_late();
	test_large();
	test_pipeline();
	test_depth();
	return tap_done();
}
