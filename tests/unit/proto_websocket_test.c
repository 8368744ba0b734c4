/* SPDX-License-Identifier: Apache-2.0 */
/* WebSocket: frames, messages of both sides, compression, gaps, late joins. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/websocket/websocket_frame.h"
#include "tests/support/http1_world.h"
#include "tests/support/websocket_wire.h"
#include "tests/tap/tap.h"

#define ASK     "GET /chat?room=1 HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n"
#define GRANT   "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n"
#define DEFLATE GRANT "Sec-WebSocket-Extensions: x, permessage-deflate; a=1"
#define END     "\r\n\r\n"

enum { ROOM = 1 << 20 };

/* What both sides say behind the upgrade. */
struct script {
	struct buf side[2];
	const char *grant;
};

static void
script_init(struct script *s, const char *grant)
{
	buf_init(&s->side[0], ROOM);
	buf_init(&s->side[1], ROOM);
	s->grant = grant;
}

static void
script_release(struct script *s)
{
	buf_release(&s->side[0]);
	buf_release(&s->side[1]);
}

static void
say(struct script *s, int side, unsigned first, struct str payload)
{
	websocket_wire_frame(&s->side[side], first, side == 0, payload);
}

static void
world_begin(struct world *w, unsigned show, int opener)
{
	http1_world_init(w, show);
	w->table[1] = &proto_websocket;
	if (opener < 0)
		w->port = 9999;
}

/* Both sides' bytes, in two pieces each; a piece of nothing is none. */
static void
play(struct world *w, const struct script *s, size_t cut)
{
	if (s->grant != NULL) {
		http1_world_say(w, 0, ASK);
		http1_world_say(w, 1, s->grant);
	}
	for (int side = 0; side < 2; side++) {
		struct str all = buf_str(&s->side[side]);
		struct str head = str_head(all, cut);
		struct str rest = str_tail(all, head.n);

		if (head.n != 0)
			http1_world_send(w, side, head.p, head.n);
		if (rest.n != 0)
			http1_world_send(w, side, rest.p, rest.n);
	}
}

static void
bytewise(struct world *w, const struct script *s)
{
	http1_world_say(w, 0, ASK);
	http1_world_say(w, 1, s->grant);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < s->side[side].n; i++)
			http1_world_send(w, side, s->side[side].p + i, 1);
}

/* What comes behind the entry of the upgrade. */
static const char *
after_upgrade(const char *text, unsigned show)
{
	const char *at = show & WORLD_LINE ? strstr(text, "ws/13")
	                                   : strstr(text, "  < \n");

	if (at == NULL)
		return "";
	return show & WORLD_LINE ? at : at + strlen("  < \n");
}

/* The text of the messages; every cut into two gives the same. */
static void
check(const struct script *s, unsigned show, const char *want, const char *what)
{
	struct world w, one;
	const char *got;
	bool same = true;

	world_begin(&w, show, 0);
	if (!http1_world_open(&w, 0))
		abort();
	play(&w, s, SIZE_MAX);
	got = http1_world_finish(&w, WHY_FIN);
	is_str(after_upgrade(got, show), want, what);
	ok(w.failed == 0 && w.sides_agree, "  as it was indexed");
	for (size_t cut = 1; cut < 300; cut++) {
		world_begin(&one, show, 0);
		same &= http1_world_open(&one, 0);
		play(&one, s, cut);
		same &= strcmp(http1_world_finish(&one, WHY_FIN), got) == 0;
		http1_world_release(&one);
	}
	world_begin(&one, show, 0);
	same &= http1_world_open(&one, 0);
	bytewise(&one, s);
	same &= strcmp(http1_world_finish(&one, WHY_FIN), got) == 0;
	http1_world_release(&one);
	ok(same, "  however it is cut");
	http1_world_release(&w);
	is_int(w.budget.used, 0, "  the budget");
}

/* --- messages ----------------------------------------------------------- */

#define OF_CLIENT \
	"\"path\":\"/chat\",\"host\":\"h\",\"from\":\"client\",\"frames\":"
#define OF_SERVER \
	"\"path\":\"/chat\",\"host\":\"h\",\"from\":\"server\",\"frames\":"
#define MASKED "\"masked\":true,\"compressed\":false,"
#define PLAIN  "\"masked\":false,\"compressed\":false,"

static void
test_messages(void)
{
	struct script s;

	script_init(&s, GRANT "\r\n");
	say(&s, 0, WS_FIN | WS_TEXT, STR("h\xc3\xa9llo"));
	say(&s, 1, WS_FIN | WS_BINARY, str_make("\x00\xff\x10", 3));
	say(&s, 1, WS_FIN | WS_PING, STR("x"));
	say(&s, 0, WS_FIN | WS_PONG, STR("x"));
	say(&s, 1, WS_FIN | WS_TEXT, STR_NONE);
	say(&s, 1, WS_FIN | WS_CLOSE, STR("\x03\xf3oops"));
	say(&s, 0, WS_FIN | WS_CLOSE, STR("\x03\xe8"));
	check(&s, WORLD_LINE | WORLD_JSON,
	      "ws/13 \"text\" /chat @h 0 12/0 one-way\n"
	      "  > {\"opcode\":\"text\"," OF_CLIENT "1," MASKED
	      "\"payloadSize\":6,\"size\":6,\"text\":\"h\xc3\xa9llo\"}\n"
	      "ws/13 \"pong\" /chat @h 0 7/0 one-way\n"
	      "  > {\"opcode\":\"pong\"," OF_CLIENT "1," MASKED
	      "\"payloadSize\":1,\"size\":1,\"text\":\"x\"}\n"
	      "ws/13 \"close\" /chat @h 1000 8/0 one-way\n"
	      "  > {\"opcode\":\"close\"," OF_CLIENT "1," MASKED
	      "\"payloadSize\":2,\"closeCode\":1000,\"size\":2,\"text\":\"\"}\n"
	      "ws/13 \"binary\" /chat @h 0 5/0 one-way reversed\n"
	      "  > {\"opcode\":\"binary\"," OF_SERVER "1," PLAIN
	      "\"payloadSize\":3,\"size\":3,\"encoding\":\"base64\",\"text\":"
	      "\"AP8Q\"}\n"
	      "ws/13 \"ping\" /chat @h 0 3/0 one-way reversed\n"
	      "  > {\"opcode\":\"ping\"," OF_SERVER "1," PLAIN
	      "\"payloadSize\":1,\"size\":1,\"text\":\"x\"}\n"
	      "ws/13 \"text\" /chat @h 0 2/0 one-way reversed\n"
	      "  > {\"opcode\":\"text\"," OF_SERVER "1," PLAIN
	      "\"payloadSize\":0,\"size\":0,\"text\":\"\"}\n"
	      "ws/13 \"close\" /chat @h 1011 8/0 failed one-way reversed\n"
	      "  > {\"opcode\":\"close\"," OF_SERVER "1," PLAIN
	      "\"payloadSize\":6,\"closeCode\":1011,\"closeReason\":\"oops\","
	      "\"size\":6,\"text\":\"oops\"}\n",
	      "messages of both sides");
	script_release(&s);
}

static void
test_sections(void)
{
	struct script s;

	script_init(&s, GRANT "Sec-WebSocket-Protocol: soap\r\n\r\n");
	say(&s, 0, WS_FIN | WS_PING, STR("p"));
	check(&s, WORLD_LINE | WORLD_BODIES | WORLD_SECTIONS,
	      "ws/13 \"ping\" /chat @h 0 7/0 one-way\n"
	      "  > [{\"type\":\"table\",\"title\":\"Details\",\"data\":\"[{"
	      "\\\"name\\\":\\\"Opcode\\\",\\\"value\\\":\\\"ping\\\","
	      "\\\"selector\\\":\\\"request.opcode\\\"},{\\\"name\\\":"
	      "\\\"From\\\",\\\"value\\\":\\\"client\\\",\\\"selector\\\":"
	      "\\\"request.from\\\"},{\\\"name\\\":\\\"Path\\\",\\\"value\\\":"
	      "\\\"/chat\\\",\\\"selector\\\":\\\"request.path\\\"},{"
	      "\\\"name\\\":\\\"Host\\\",\\\"value\\\":\\\"h\\\","
	      "\\\"selector\\\":\\\"request.host\\\"},{\\\"name\\\":"
	      "\\\"Subprotocol\\\",\\\"value\\\":\\\"soap\\\",\\\"selector"
	      "\\\":\\\"request.protocol\\\"},{\\\"name\\\":\\\"Frames\\\","
	      "\\\"value\\\":1,\\\"selector\\\":\\\"request.frames\\\"},{"
	      "\\\"name\\\":\\\"Payload Size (bytes)\\\",\\\"value\\\":1,"
	      "\\\"selector\\\":\\\"request.payloadSize\\\"},{\\\"name\\\":"
	      "\\\"Compressed\\\",\\\"value\\\":\\\"no\\\",\\\"selector\\\":"
	      "\\\"request.compressed\\\"}]\"},{\"type\":\"body\",\"title\":"
	      "\"Message\",\"data\":\"p\",\"mimeType\":\"text/plain\","
	      "\"selector\":\"request.text\"}]p\n",
	      "the sections of a message");
	script_release(&s);
}

static void
test_scattered(void)
{
	struct script s;

	script_init(&s, GRANT "Sec-WebSocket-Protocol: soap\r\n\r\n");
	say(&s, 0, WS_TEXT, STR("one "));
	say(&s, 0, WS_FIN | WS_PING, STR("p"));
	say(&s, 0, WS_CONT, STR("two "));
	say(&s, 0, WS_CONT, STR_NONE);
	say(&s, 0, WS_FIN | WS_PING, STR("q"));
	say(&s, 0, WS_FIN | WS_CONT, STR("three"));
	say(&s, 1, WS_BINARY, STR_NONE);
	say(&s, 1, WS_FIN | WS_CONT, STR("x"));
	check(&s, WORLD_LINE | WORLD_BODIES,
	      "ws/13 \"ping\" /chat @h 0 7/0 one-way\n"
	      "  > p\n"
	      "ws/13 \"ping\" /chat @h 0 7/0 one-way\n"
	      "  > q\n"
	      "ws/13 \"text\" /chat @h 0 37/0 one-way\n"
	      "  > one two three\n"
	      "ws/13 \"binary\" /chat @h 0 5/0 one-way reversed\n"
	      "  > x\n",
	      "fragments, with control frames between them");
	script_release(&s);
}

static void
test_lengths(void)
{
	static char text[70000];
	struct script s;

	memset(text, 'a', sizeof(text));
	script_init(&s, GRANT "\r\n");
	say(&s, 0, WS_FIN | WS_TEXT, str_make(text, 125));
	say(&s, 0, WS_FIN | WS_TEXT, str_make(text, 126));
	say(&s, 1, WS_FIN | WS_TEXT, str_make(text, 65535));
	say(&s, 1, WS_FIN | WS_TEXT, str_make(text, 65536));
	check(&s, WORLD_LINE,
	      "ws/13 \"text\" /chat @h 0 131/0 one-way\n"
	      "ws/13 \"text\" /chat @h 0 134/0 one-way\n"
	      "ws/13 \"text\" /chat @h 0 65539/0 one-way reversed\n"
	      "ws/13 \"text\" /chat @h 0 65546/0 one-way reversed\n",
	      "all three ways to write a length");
	script_release(&s);
}

/* --- compression -------------------------------------------------------- */

static void
say_packed(struct script *s, int side, struct websocket_wire_deflate *d,
           const char *text, bool anew)
{
	struct buf b;

	buf_init(&b, ROOM);
	websocket_wire_deflate_message(d, str_from_c(text), anew, &b);
	say(s, side, WS_FIN | WS_RSV1 | WS_TEXT, buf_str(&b));
	buf_release(&b);
}

#define LONG "a text that is repeated in every message, to be referred to; "

static void
test_deflate(void)
{
	struct websocket_wire_deflate d[2];
	struct script s;
	struct buf b;

	script_init(&s, DEFLATE END);
	websocket_wire_deflate_init(&d[0]);
	websocket_wire_deflate_init(&d[1]);
	say_packed(&s, 0, &d[0], LONG "1", false);
	say(&s, 0, WS_FIN | WS_TEXT, STR("as it is"));
	say(&s, 0, WS_FIN | WS_PING, STR("p"));
	say_packed(&s, 0, &d[0], LONG "2", false);
	buf_init(&b, ROOM);
	websocket_wire_deflate_message(&d[0], STR(LONG LONG "3"), false, &b);
	say(&s, 0, WS_RSV1 | WS_TEXT, str_head(buf_str(&b), 3));
	say(&s, 0, WS_FIN | WS_CONT, str_tail(buf_str(&b), 3));
	buf_release(&b);
	say_packed(&s, 0, &d[0], LONG "4", false);
	say_packed(&s, 1, &d[1], LONG "5", false);
	say_packed(&s, 1, &d[1], LONG "6", false);
	say_packed(&s, 1, &d[1], "", false);
	check(&s, WORLD_BODIES,
	      "  > " LONG "1\n"
	      "  > as it is\n"
	      "  > p\n"
	      "  > " LONG "2\n"
	      "  > " LONG LONG "3\n"
	      "  > " LONG "4\n"
	      "  > " LONG "5\n"
	      "  > " LONG "6\n"
	      "  > \n",
	      "compressed messages refer to those before");
	script_release(&s);
	websocket_wire_deflate_release(&d[0]);
	websocket_wire_deflate_release(&d[1]);
}

/* What the entries of a script are with these limits. */
static void
check_with(const struct script *s, uint64_t history, uint64_t render,
           const char *const *has, const char *what)
{
	struct world w;
	const char *got;

	world_begin(&w, WORLD_LINE | WORLD_JSON | WORLD_DIAGS, 0);
	w.limits.history_bytes = history;
	w.limits.render_bytes = render;
	if (!http1_world_open(&w, 0))
		abort();
	play(&w, s, SIZE_MAX);
	got = http1_world_finish(&w, WHY_FIN);
	for (; *has != NULL; has++)
		if (!ok(strstr(got, *has) != NULL, what))
			tap_note(got);
	ok(w.failed == 0 && w.sides_agree, "  and nothing fails");
	http1_world_release(&w);
}

#define HAS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_deflate_anew(void)
{
	struct websocket_wire_deflate d;
	struct script s;

	websocket_wire_deflate_init(&d);
	script_init(&s, DEFLATE "; client_no_context_takeover" END);
	say_packed(&s, 0, &d, LONG "1", true);
	say_packed(&s, 0, &d, LONG "2", true);
	check_with(&s, 1, 1000,
	           HAS(LONG "1\"", LONG "2\"", "\"compressed\":true"),
	           "without takeover none is needed");
	script_release(&s);

	script_init(&s, DEFLATE END);
	say_packed(&s, 0, &d, LONG "1", true);
	say_packed(&s, 0, &d, LONG "2", false);
	say_packed(&s, 0, &d, LONG "3", true);
	check_with(&s, 70, 1000,
	           HAS(LONG "1\"", "\"decodeError\":\"more than history-bytes "
	                           "were sent before it\",\"truncated\":true,"
	                           "\"encoding\":\"base64\""),
	           "history-bytes bounds what is done for one message");
	check_with(&s, 7000, 1000, HAS(LONG "2\"", LONG "3\""),
	           "a sender may begin anew though it need not");
	check_with(&s, 7000, 20,
	           HAS("\"truncated\":true,\"text\":\"a text that is repea\""),
	           "a message longer than render-bytes is cut");
	script_release(&s);
	websocket_wire_deflate_release(&d);
}

/* The second of three messages is lost, or a part of it. */
static void
test_deflate_holes(void)
{
	struct websocket_wire_deflate d;
	struct script s, rest;

	websocket_wire_deflate_init(&d);
	script_init(&s, DEFLATE END);
	script_init(&rest, NULL);
	say_packed(&s, 0, &d, LONG "1", false);
	say_packed(&rest, 0, &d, LONG "2", false);
	for (size_t lost = 1; lost <= rest.side[0].n; lost++) {
		struct script after;
		struct world w;
		const char *got;

		script_init(&after, NULL);
		world_begin(&w, WORLD_LINE | WORLD_JSON, 0);
		if (!http1_world_open(&w, 0))
			abort();
		play(&w, &s, SIZE_MAX);
		http1_world_send(&w, 0, rest.side[0].p, rest.side[0].n - lost);
		http1_world_lose(&w, 0, lost);
		websocket_wire_frame(&after.side[0], WS_FIN | WS_TEXT, true,
		                     STR("and some text that can be found"));
		websocket_wire_frame(&after.side[0], WS_FIN | WS_TEXT, true,
		                     STR("again and again"));
		http1_world_send(&w, 0, after.side[0].p, after.side[0].n);
		got = http1_world_finish(&w, WHY_FIN);
		if (strstr(got, LONG "1\"") == NULL ||
		    strstr(got, "again and again") == NULL ||
		    (strstr(got, LONG "2") != NULL &&
		     strstr(got, "truncated") == NULL) ||
		    w.failed != 0)
			ok(false, got);
		http1_world_release(&w);
		script_release(&after);
	}
	script_release(&s);
	script_release(&rest);
	websocket_wire_deflate_release(&d);
	ok(true, "what is lost is not made up");
}

/* Behind a hole in one message, the next cannot refer to it. */
static void
test_deflate_reference(void)
{
	struct websocket_wire_deflate d;
	struct script s;
	struct world w;
	const char *got;
	size_t first;

	websocket_wire_deflate_init(&d);
	script_init(&s, DEFLATE END);
	say_packed(&s, 0, &d, LONG "1", false);
	first = s.side[0].n;
	say_packed(&s, 0, &d, LONG "2", false);
	say_packed(&s, 0, &d, "something new", true);
	world_begin(&w, WORLD_LINE | WORLD_JSON, 0);
	if (!http1_world_open(&w, 0))
		abort();
	http1_world_say(&w, 0, ASK);
	http1_world_say(&w, 1, s.grant);
	http1_world_send(&w, 0, s.side[0].p, first - 10);
	http1_world_lose(&w, 0, 10);
	http1_world_send(&w, 0, s.side[0].p + first, s.side[0].n - first);
	got = http1_world_finish(&w, WHY_FIN);
	ok(strstr(got, "req-gap") != NULL && strstr(got, "\"truncated\":true"),
	   "a message with a hole is shown as far as it goes");
	ok(strstr(got, LONG "2") == NULL &&
	       strstr(got, "it refers to bytes that are not in the capture"),
	   "one that refers to it says that it cannot be read");
	ok(strstr(got, "something new") != NULL, "one that does not can be");
	http1_world_release(&w);
	script_release(&s);
	websocket_wire_deflate_release(&d);
}

/* --- what is wrong ------------------------------------------------------ */

static void
check_bad(const char *grant, const char *bytes, size_t n, const char *note)
{
	struct script s;
	char want[200];

	script_init(&s, grant);
	say(&s, 0, WS_FIN | WS_TEXT, STR("before"));
	if (buf_append(&s.side[0], bytes, n) != 0)
		abort();
	say(&s, 0, WS_FIN | WS_TEXT, STR("behind it there is a text again"));
	(void)snprintf(want, sizeof(want), "! malformed %s\n", note);
	check_with(&s, 1, 1000,
	           HAS("\"before\"", want, "resynced\n  > {\"opcode\":\"text\"",
	               "\"behind it there is a text again\""),
	           note);
	script_release(&s);
}

static void
test_malformed(void)
{
	check_bad(GRANT "\r\n", "\x83\x00", 2, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x8b\x80"
	          "1234",
	          6, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x09\x80"
	          "1234",
	          6, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x89\xfe\x00\x7e"
	          "1234",
	          8, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x81\xfe\x00\x7d"
	          "1234",
	          8, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x81\xff\0\0\0\0\0\0\xff\xff"
	          "1234",
	          14, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x81\xff\x80\0\0\0\0\1\0\0"
	          "1234",
	          14, "no WebSocket frame");
	check_bad(GRANT "\r\n",
	          "\x91\x80"
	          "1234",
	          6, "a WebSocket frame with reserved bits");
	check_bad(GRANT "\r\n",
	          "\x80\x80"
	          "1234",
	          6, "a WebSocket fragment without its first");
	check_bad(GRANT "\r\n",
	          "\x01\x80"
	          "1234",
	          6, "a WebSocket message within another one");
}

/* Frames of a client that does not mask are taken as they are. */
static void
test_unmasked(void)
{
	struct script s;

	script_init(&s, GRANT "\r\n");
	websocket_wire_frame(&s.side[0], WS_FIN | WS_TEXT, false, STR("bare"));
	websocket_wire_frame(&s.side[1], WS_FIN | WS_TEXT, true, STR("veiled"));
	check(&s, WORLD_LINE | WORLD_BODIES,
	      "ws/13 \"text\" /chat @h 0 6/0 one-way\n  > bare\n"
	      "ws/13 \"text\" /chat @h 0 12/0 one-way reversed\n  > veiled\n",
	      "masks the wrong way round");
	script_release(&s);
}

/* Every front of the bytes, and a hole at every place. */
static void
test_disturbed(void)
{
	struct websocket_wire_deflate d;
	struct script s;
	bool good = true;

	websocket_wire_deflate_init(&d);
	script_init(&s, DEFLATE END);
	say(&s, 0, WS_FIN | WS_TEXT, STR("first"));
	say_packed(&s, 0, &d, LONG, false);
	say(&s, 0, WS_BINARY, STR("frag"));
	say(&s, 0, WS_FIN | WS_PING, STR("p"));
	say(&s, 0, WS_FIN | WS_CONT, STR("ment"));
	say_packed(&s, 0, &d, LONG, false);
	say(&s, 0, WS_FIN | WS_CLOSE, STR("\x03\xe8"));
	for (size_t at = 0; at <= s.side[0].n; at++) {
		for (size_t lost = 0; lost <= 24; lost += 8) {
			struct world w;
			const char *got;

			world_begin(
			    &w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS, 0);
			good &= http1_world_open(&w, 0);
			http1_world_say(&w, 0, ASK);
			http1_world_say(&w, 1, s.grant);
			http1_world_send(&w, 0, s.side[0].p, at);
			if (lost != 0 && at + lost < s.side[0].n) {
				http1_world_lose(&w, 0, lost);
				http1_world_send(&w, 0, s.side[0].p + at + lost,
				                 s.side[0].n - at - lost);
			}
			got = http1_world_finish(&w, WHY_SNAPSHOT_END);
			good &= w.failed == 0 && w.sides_agree;
			if (at >= 11)
				good &= strstr(got, "\"first\"") != NULL;
			http1_world_release(&w);
		}
	}
	ok(good, "cut at every byte, with holes at every byte");
	script_release(&s);
	websocket_wire_deflate_release(&d);
}

/* --- joined late -------------------------------------------------------- */

static enum verdict
sniff(struct str bytes, bool masked)
{
	return websocket_frame_sniff(cur_from_str(bytes, true), masked);
}

static void
test_sniff(void)
{
	struct buf b;

	buf_init(&b, ROOM);
	websocket_wire_frame(&b, WS_FIN | WS_TEXT, true,
	                     STR("{\"type\":\"connection_init\",\"n\":1}"));
	is_int(sniff(buf_str(&b), true), VERDICT_YES, "a client's text");
	is_int(sniff(str_head(buf_str(&b), 20), true), VERDICT_MAYBE,
	       "the front of it");
	is_int(sniff(str_tail(buf_str(&b), 1), true), VERDICT_NO,
	       "but not its inside");
	is_int(sniff(buf_str(&b), false), VERDICT_NO, "nor as a server's");
	b.p[2] = '~';
	is_int(sniff(buf_str(&b), true), VERDICT_NO,
	       "unmasked it has to be text");
	buf_clear(&b);
	websocket_wire_frame(&b, WS_FIN | WS_TEXT, false,
	                     STR("{\"type\":\"connection_ack\",\"n\":10000}"));
	is_int(sniff(buf_str(&b), false), VERDICT_MAYBE,
	       "one text of a server is not enough");
	websocket_wire_frame(&b, WS_FIN | WS_BINARY, false, STR_NONE);
	is_int(sniff(buf_str(&b), false), VERDICT_YES, "two frames are");
	buf_clear(&b);
	for (int i = 0; i < 6; i++)
		websocket_wire_frame(&b, WS_FIN | WS_RSV1 | WS_BINARY, true,
		                     STR("\x01\x02"));
	is_int(sniff(buf_str(&b), true), VERDICT_MAYBE, "six binary frames");
	websocket_wire_frame(&b, WS_FIN | WS_PONG, true, STR_NONE);
	is_int(sniff(buf_str(&b), true), VERDICT_YES, "seven");
	websocket_wire_frame(&b, WS_TEXT, true, STR("abc"));
	buf_consume(&b, 6 * 8 + 6);
	websocket_wire_frame(&b, WS_FIN | WS_TEXT, true, STR("def"));
	is_int(sniff(buf_str(&b), true), VERDICT_NO,
	       "no message begins within another");
	is_int(sniff(STR("GET / HTTP/1.1\r\n"), true), VERDICT_NO, "HTTP");
	is_int(sniff(STR("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03"), true),
	       VERDICT_NO, "TLS");
	is_int(sniff(STR_NONE, true), VERDICT_MAYBE, "nothing yet");
	buf_release(&b);
}

static void
test_late_join(void)
{
	struct websocket_wire_deflate d;
	struct script s;
	struct world w;
	const char *got;

	websocket_wire_deflate_init(&d);
	script_init(&s, NULL);
	say(&s, 0, WS_FIN | WS_TEXT, STR("the first text that was captured"));
	say_packed(&s, 0, &d, LONG "1", false);
	say_packed(&s, 0, &d, LONG "2", false);
	say(&s, 1, WS_FIN | WS_TEXT, STR("what the server says to that"));
	say(&s, 1, WS_FIN | WS_TEXT, STR("and then again"));
	world_begin(&w, WORLD_LINE | WORLD_BODIES, -1);
	w.table[0] = &proto_websocket;
	w.table[1] = NULL;
	if (!http1_world_open(&w, -1))
		abort();
	play(&w, &s, SIZE_MAX);
	got = http1_world_finish(&w, WHY_FIN);
	is_str(got,
	       "ws/13 \"text\"  @ 0 38/0 late one-way\n"
	       "  > the first text that was captured\n"
	       "ws/13 \"text\"  @ 0 65/0 late one-way\n  > " LONG "1\n"
	       "ws/13 \"text\"  @ 0 12/0 late one-way\n  > " LONG "2\n"
	       "ws/13 \"text\"  @ 0 30/0 late one-way reversed\n"
	       "  > what the server says to that\n"
	       "ws/13 \"text\"  @ 0 16/0 late one-way reversed\n"
	       "  > and then again\n",
	       "a stream whose upgrade was not captured");
	http1_world_release(&w);

	world_begin(&w, WORLD_LINE, 0);
	w.table[0] = &proto_websocket;
	w.table[1] = NULL;
	if (!http1_world_open(&w, 0))
		abort();
	play(&w, &s, SIZE_MAX);
	is_str(http1_world_finish(&w, WHY_FIN), "",
	       "from the start it has to be an upgrade");
	http1_world_release(&w);
	script_release(&s);
	websocket_wire_deflate_release(&d);
}

int
main(void)
{
	test_messages();
	test_sections();
	test_scattered();
	test_lengths();
	test_deflate();
	test_deflate_anew();
	test_deflate_holes();
	test_deflate_reference();
	test_malformed();
	test_unmasked();
	test_disturbed();
	test_sniff();
	test_late_join();
	return tap_done();
}
