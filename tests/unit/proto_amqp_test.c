/* SPDX-License-Identifier: Apache-2.0 */
/* AMQP while it is indexed and shown: methods, contents, whatever comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/amqp/amqp_method.h"
#include "tests/support/amqp_frames.h"
#include "tests/support/conversation.h"
#include "tests/tap/tap.h"

/* One packet; side 0 or 1, or one of these. */
enum { LOSE0 = 20, LOSE1 = 21 };

#define START                                                                \
	"M0 000a000a 00 09 { 'product :S \"Rabbit 'big :F { 'yes :t 01 } } " \
	"\"PLAIN \"en_US . "
#define START_OK             "M0 000a000b { } 'PLAIN \"secret 'en_US . "
#define TUNE                 "M0 000a001e 07ff 00020000 003c . "
#define TUNE_OK              "M0 000a001f 07ff 00020000 003c . "
#define OPEN                 "M0 000a0028 '/ ' 00 . "
#define OPEN_OK              "M0 000a0029 ' . "
#define CHANNEL(n)           "M" #n " 0014000a ' . "
#define CHANNEL_OK(n)        "M" #n " 0014000b \" . "
#define CONFIRM(n)           "M" #n " 0055000a 00 . "
#define CONFIRM_OK(n)        "M" #n " 0055000b . "
#define PUBLISH(n, key)      "M" #n " 003c0028 0000 'ex '" key " 00 . "
#define MANDATORY(n, key)    "M" #n " 003c0028 0000 'ex '" key " 01 . "
#define RETURN(n, key)       "M" #n " 003c0032 0138 'NO_ROUTE 'ex '" key " . "
#define DELIVER(n, tag)      "M" #n " 003c003c 'c 00000000000000" tag " 00 'ex 'k . "
#define ACK(n, tag, several) "M" #n " 003c0050 00000000000000" tag several " . "
#define NACK(n, tag, several) \
	"M" #n " 003c0078 00000000000000" tag several " . "
/* The header of a body of so many octets, which has a content type. */
#define CONTENT(n, size) \
	"H" #n " 003c 0000 00000000000000" size " 8000 'text . "
#define BODY(n, text) "B" #n " =" text " . "

/* A conversation with one of everything. */
static const struct turn talk[] = {
	{ 0, "HEAD " },
	{ 1, START },
	{ 0, START_OK },
	{ 1, TUNE },
	{ 0, TUNE_OK OPEN },
	{ 1, OPEN_OK },
	{ 0, CHANNEL(1) CHANNEL(2) },
	{ 1, CHANNEL_OK(1) CHANNEL_OK(2) "BEAT " },
	{ 0, "M1 0032000a 0000 'q 02 { 'x-max :I 00000005 } . BEAT " },
	{ 1, "M1 0032000b 'q 00000000 00000000 . " },
	{ 0, "M1 00320014 0000 'q 'ex 'k 01 { } . " },
	{ 0, PUBLISH(1, "one") CONTENT(1, "05") BODY(1, "hello") },
	{ 0, CONFIRM(2) PUBLISH(2, "two") CONTENT(2, "06") PUBLISH(1, "three")
	         BODY(2, "abc") CONTENT(1, "02") BODY(2, "def") BODY(1, "hi") },
	{ 1, CONFIRM_OK(2) },
	{ 0, PUBLISH(2, "four") CONTENT(2, "00") },
	{ 0, PUBLISH(2, "five") CONTENT(2, "01") BODY(2, "x") },
	{ 1, ACK(2, "02", "01") NACK(2, "03", "00") },
	{ 0, "M1 003c0014 0000 'q 'c 00 { } . " },
	{ 1, "M1 003c0015 'c . " },
	{ 1, DELIVER(1, "01") CONTENT(1, "05") BODY(1, "hello") DELIVER(1, "02")
	         CONTENT(1, "01") BODY(1, "a") },
	{ 0, ACK(1, "01", "00") "M1 003c005a 0000000000000002 01 . " },
	{ 0, "M1 003c0046 0000 'q 01 . M2 003c0046 0000 'q 01 . " },
	{ 1, "M2 003c0047 0000000000000001 00 'ex 'k 00000000 . " CONTENT(
		 2, "01") "M1 003c0048 ' . " BODY(2, "g") },
	{ 1, "M2 003c0032 0138 'NO_ROUTE 'ex 'none . " CONTENT(2, "01")
	         BODY(2, "r") },
	{ 0, "M1 00280033 . M1 0032000a 0000 'nope 01 { } . " },
	{ 1, "M1 00140028 0194 'NOT_FOUND 0032000a . " },
	{ 0, "M1 00140029 . M2 005a000a . " },
	{ 1, "M2 005a000b . M0 000a003c 'memory . M0 000a003d . " },
	{ 0, "M0 000a0032 00c8 'bye 00000000 . " },
	{ 1, "M0 000a0033 . " },
};

static const char talk_lines[] =
    "amqp/0-9-1 \"connection start\" 0.9 @ 0 70/38 reversed\n"
    "amqp/0-9-1 \"connection tune\" 2047 @ 0 20/20 reversed\n"
    "amqp/0-9-1 \"connection open\" / @ 0 16/13\n"
    "amqp/0-9-1 \"channel open\"  @ 0 13/16\n"
    "amqp/0-9-1 \"channel open\"  @ 0 13/16\n"
    "amqp/0-9-1 \"queue declare\" q @ 0 32/22\n"
    "amqp/0-9-1 \"queue bind\" q @ 0 26/0 one-way\n"
    "amqp/0-9-1 \"basic publish\" ex @ 0 62/0 one-way\n"
    "amqp/0-9-1 \"basic publish\" ex @ 0 61/0 one-way\n"
    "amqp/0-9-1 \"confirm select\"  @ 0 13/12\n"
    "amqp/0-9-1 \"basic publish\" ex @ 0 71/21\n"
    "amqp/0-9-1 \"basic publish\" ex @ 0 50/21\n"
    "amqp/0-9-1 \"basic publish\" ex @ 0 59/21 failed\n"
    "amqp/0-9-1 \"basic consume\" q @ 0 23/14\n"
    "amqp/0-9-1 \"basic deliver\" ex @ 0 68/21 reversed\n"
    "amqp/0-9-1 \"basic deliver\" ex @ 0 64/21 failed reversed\n"
    "amqp/0-9-1 \"basic get\" q @ 0 17/13\n"
    "amqp/0-9-1 \"basic get\" q @ 0 17/66\n"
    "amqp/0-9-1 \"basic return\" NO_ROUTE @ 0 67/0 failed one-way reversed\n"
    "amqp/0-9-1 \"exchange unbind-ok\"  @ 0 0/12 no-request reversed\n"
    "amqp/0-9-1 \"queue declare\" nope @ 404 24/28 failed\n"
    "amqp/0-9-1 \"channel close\" NOT_FOUND @ 0 28/12 failed reversed\n"
    "amqp/0-9-1 \"tx select\"  @ 0 12/12\n"
    "amqp/0-9-1 \"connection blocked\" memory @ 0 19/0 one-way reversed\n"
    "amqp/0-9-1 \"connection unblocked\"  @ 0 12/0 one-way reversed\n"
    "amqp/0-9-1 \"connection close\" bye @ 0 22/12\n";

/* The octets of a turn: made once, and kept. */
static struct str
octets(const char *text)
{
	static struct {
		const char *text;
		struct buf b;
	} made[256];
	size_t i = 0;

	while (made[i].text != NULL && made[i].text != text)
		i++;
	if (i + 1 == ARRAY_LEN(made))
		abort();
	if (made[i].text == NULL) {
		made[i].text = text;
		buf_init(&made[i].b, 1 << 22);
		amqp_frames_put(&made[i].b, text);
	}
	return buf_str(&made[i].b);
}

static const char *const excuses[] = { "cut", "no-re", NULL };

static const struct conversation whole = {
	.dissector = &proto_amqp,
	.port = 5672,
	.turn = talk,
	.n = ARRAY_LEN(talk),
	.lines = talk_lines,
	.bytes = octets,
	.excuses = excuses,
	.shuffled = true,
};

static void
say(struct world *w, const struct turn *t)
{
	struct str s;

	if (t->side == LOSE0 || t->side == LOSE1) {
		http1_world_lose(w, t->side - LOSE0, 50);
		return;
	}
	s = octets(t->text);
	http1_world_send(w, t->side, s.p, s.n);
}

static void
test_talk(void)
{
	struct world w;

	is_str(conversation_run(&whole, &w, WORLD_LINE | WORLD_DIAGS),
	       talk_lines,
	       "methods, contents and acknowledgements of every kind");
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
	int opener; /* -1: the capture begins in the middle */
	const char *want;
};

static const struct script scripts[] = {
	{ "a server that speaks another version",
	  { { 0, "=AMQP 00000801 " }, { 1, "HEAD " } },
	  0,
	  "amqp/0-9-1 \"protocol header\"  @ 0 8/8 failed\n" },
	{ "AMQP 1.0 refused by a server of 0-9-1",
	  { { 0, "=AMQP 03010000 " }, { 1, "HEAD " } },
	  0,
	  "amqp/0-9-1 \"protocol header\"  @ 0 8/8 failed\n" },
	{ "AMQP 1.0 is not misread",
	  { { 0, "=AMQP 03010000 " },
	    { 1, "=AMQP 03010000 00000010 02010000 005340c0 " },
	    { 0, "00000010 02010000 005341c0 " } },
	  0,
	  "" },
	{ "AMQP 1.0 of which only the client was captured",
	  { { 0, "=AMQP 00010000 00000010 02000000 005310c0 " } },
	  0,
	  "" },
	{ "the protocol header was not captured",
	  { { 1, START }, { 0, START_OK } },
	  0,
	  "amqp/0-9-1 \"connection start\" 0.9 @ 0 70/38 reversed\n" },
	{ "the client was not captured",
	  { { 1, START TUNE } },
	  0,
	  "amqp/0-9-1 \"connection start\" 0.9 @ 0 70/0 no-response "
	  "reversed\n"
	  "amqp/0-9-1 \"connection tune\" 2047 @ 0 20/0 no-response "
	  "reversed\n" },
	{ "a capture that begins in the middle of a body",
	  { { 0, "*100 ce " PUBLISH(1, "j") CONTENT(1, "00") },
	    { 0, PUBLISH(1, "k") CONTENT(1, "01") BODY(1, "b") } },
	  -1,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 56/0 late one-way resynced\n" },
	{ "one that begins with heartbeats tells the sides by methods",
	  { { 1, "BEAT BEAT " DELIVER(1, "07") CONTENT(1, "00") } },
	  -1,
	  "amqp/0-9-1 \"basic deliver\" ex @ 0 55/0 late one-way reversed\n" },
	{ "confirms in the middle: numbered from the first one on, with doubt",
	  { { 0, PUBLISH(1, "a") CONTENT(1, "00") },
	    { 1, ACK(1, "44", "00") },
	    { 0, PUBLISH(1, "b") CONTENT(1, "00") },
	    { 1, ACK(1, "45", "00") } },
	  -1,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 late one-way\n"
	  "amqp/0-9-1 \"basic ack\" 68 @ 0 21/0 late one-way reversed\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21 late doubt\n" },
	{ "deliveries in the middle: paired from the first ack on",
	  { { 1, DELIVER(1, "07") CONTENT(1, "00") },
	    { 0, ACK(1, "07", "00") },
	    { 1, DELIVER(1, "08") CONTENT(1, "00") },
	    { 0, ACK(1, "08", "00") } },
	  -1,
	  "amqp/0-9-1 \"basic deliver\" ex @ 0 55/0 late one-way reversed\n"
	  "amqp/0-9-1 \"basic ack\" 7 @ 0 21/0 late one-way\n"
	  "amqp/0-9-1 \"basic deliver\" ex @ 0 55/21 late reversed\n" },
	{ "an ack of all that is outstanding, and a nack of several",
	  { { 0, CHANNEL(1) CONFIRM(1) },
	    { 1, CHANNEL_OK(1) CONFIRM_OK(1) },
	    { 0, PUBLISH(1, "a") CONTENT(1, "00") PUBLISH(1, "b")
	             CONTENT(1, "00") PUBLISH(1, "c") CONTENT(1, "00") },
	    { 1, NACK(1, "02", "01") ACK(1, "00", "01") ACK(1, "03", "00") } },
	  0,
	  "amqp/0-9-1 \"channel open\"  @ 0 13/16\n"
	  "amqp/0-9-1 \"confirm select\"  @ 0 13/12\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21 failed\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21 failed\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21\n"
	  "amqp/0-9-1 \"basic ack\" 3 @ 0 21/0 one-way reversed\n" },
	{ "a returned publish has failed, whatever acknowledges it",
	  { { 0, CONFIRM(1) MANDATORY(1, "a") CONTENT(1, "00") MANDATORY(1, "b")
	             CONTENT(1, "00") MANDATORY(1, "b") CONTENT(1, "00")
	                 MANDATORY(2, "b") CONTENT(2, "00") },
	    { 1, "M1 0055000b . " RETURN(1, "b") CONTENT(1, "00")
	             ACK(1, "03", "01") RETURN(2, "c") CONTENT(2, "00") } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 one-way\n"
	  "amqp/0-9-1 \"confirm select\"  @ 0 13/12\n"
	  "amqp/0-9-1 \"basic return\" NO_ROUTE @ 0 55/0 failed one-way "
	  "reversed\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 312 47/21 failed\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21\n"
	  "amqp/0-9-1 \"basic return\" NO_ROUTE @ 0 55/0 failed one-way "
	  "reversed\n" },
	{ "a channel that is opened again counts anew",
	  { { 0, CONFIRM(1) PUBLISH(1, "a") CONTENT(1, "00") },
	    { 1, "M1 00140028 0194 'NOT_FOUND 003c0028 . " },
	    { 0, "M1 00140029 . " CHANNEL(1) CONFIRM(1) PUBLISH(1, "b")
	             CONTENT(1, "00") },
	    { 1, ACK(1, "01", "00") } },
	  0,
	  "amqp/0-9-1 \"channel close\" NOT_FOUND @ 0 28/12 failed reversed\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/21\n"
	  "amqp/0-9-1 \"confirm select\"  @ 0 13/0 no-response\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 no-response\n"
	  "amqp/0-9-1 \"channel open\"  @ 0 13/0 no-response\n"
	  "amqp/0-9-1 \"confirm select\"  @ 0 13/0 no-response\n" },
	{ "a consumer that does not acknowledge, named by the server",
	  { { 0, "M1 003c0014 0000 'q ' 02 { } . " },
	    { 1, "M1 003c0015 'c . " DELIVER(1, "01") CONTENT(1, "00") },
	    { 0, ACK(2, "01", "00") },
	    { 1, DELIVER(1, "02") CONTENT(1, "00") } },
	  0,
	  "amqp/0-9-1 \"basic consume\" q @ 0 22/14\n"
	  "amqp/0-9-1 \"basic deliver\" ex @ 0 55/0 one-way reversed\n"
	  "amqp/0-9-1 \"basic ack\" 1 @ 0 21/0 one-way\n"
	  "amqp/0-9-1 \"basic deliver\" ex @ 0 55/0 one-way reversed\n" },
	{ "bytes lost within a body are those of one channel alone",
	  { { 0, "HEAD " PUBLISH(1, "a") CONTENT(1, "05") PUBLISH(2, "b")
	             CONTENT(2, "38") "03 0002 00000038 =abc " },
	    { LOSE0, "" },
	    { 0, "=def ce " BODY(1, "hello") } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 61/0 req-gap one-way\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 60/0 one-way\n" },
	{ "bytes lost elsewhere cut what is open, and methods are searched",
	  { { 0, "HEAD " PUBLISH(1, "a") CONTENT(1, "05") },
	    { LOSE0, "" },
	    { 0, "=rest ce " PUBLISH(1, "b") CONTENT(1, "00") } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 req-cut req-gap one-way\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 one-way resynced\n" },
	{ "a frame without its last octet is passed over",
	  { { 0, "HEAD M1 003c0028 0000 'ex 'k 00 . 00 " PUBLISH(1, "b")
	             CONTENT(1, "00") } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 20/0 req-cut one-way\n"
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 one-way resynced\n" },
	{ "a content without its method is nobody's",
	  { { 0, "HEAD " CONTENT(1, "02") BODY(1, "no") PUBLISH(1, "b")
	             CONTENT(1, "00") } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 one-way\n" },
	{ "a method in the middle of a content cuts it",
	  { { 0, PUBLISH(1, "a") CONTENT(1, "02") "M1 005a000a . " },
	    { 1, "M1 005a000b . " } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 req-cut one-way\n"
	  "amqp/0-9-1 \"tx select\"  @ 0 12/12\n" },
	{ "a reset in the middle of a body",
	  { { 0, "HEAD " PUBLISH(1, "a")
	             CONTENT(1, "09") "03 0001 00000009 =abc " } },
	  0,
	  "amqp/0-9-1 \"basic publish\" ex @ 0 57/0 req-cut one-way\n" },
	{ "methods that nobody knows, and arguments that are none",
	  { { 0, "HEAD M1 00630001 . M1 0032000a 0000 'q . BEAT " } },
	  0,
	  "amqp/0-9-1 \"queue declare\" q @ 0 16/0 no-response req-cut\n" },
	{ "HTTP is not taken",
	  { { 0, "=GET 20 =/ 20 =HTTP/1.1 0d0a0d0a " } },
	  -1,
	  "" },
	{ "nor is a remote desktop, which begins with the type of a body",
	  { { 0, "0300002f 2ae00000 00000043 6f6f6b69 " },
	    { 1, "03000013 0ed00000 12340002 0f080002 " } },
	  -1,
	  "" },
};

static const char *
script_run(struct world *w, const struct script *s, unsigned show)
{
	conversation_open(&whole, w, show, s->opener);
	for (const struct turn *t = s->turn; t->text != NULL; t++)
		say(w, t);
	return http1_world_finish(w, WHY_RST);
}

static void
test_scripts(void)
{
	struct world w;

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		is_str(script_run(&w, &scripts[i], WORLD_LINE), scripts[i].want,
		       scripts[i].what);
		ok(w.sides_agree && w.failed == 0, "and rendering agrees");
		http1_world_release(&w);
	}
}

/* What is shown of messages: some of the text. */
struct shown {
	const char *what;
	struct turn turn[4];
	const char *want;
};

#define TABLE                                                                \
	"{ 'a :t 01 'b :b ff 'c :B ff 'd :s fffe 'e :u fffe 'f :I fffffffd " \
	"'g :i fffffffd 'h :l fffffffffffffffc 'i :f 3f8ccccd "              \
	"'j :d 3ff199999999999a 'k :D 02 0000007b 'l :S \"text 'm :x "       \
	"00000003 010203 'n :T 0000000063b0cd00 'o :A { :I 00000001 :V } "   \
	"'p :F { 'q :L 0000000000000005 } 'r :V } "

static const struct shown shown[] = {
	{ "field tables in all types",
	  { { 0, "M1 0032000a 0000 'q 00 " TABLE ". " } },
	  "{\"arguments\":{\"a\":true,\"b\":-1,\"c\":255,\"d\":-2,"
	  "\"e\":65534,\"f\":-3,\"g\":4294967293,\"h\":-4,\"i\":1.1,"
	  "\"j\":1.1,\"k\":{\"Scale\":2,\"Value\":123},\"l\":\"text\","
	  "\"m\":\"AQID\",\"n\":\"2023-01-01T00:00:00Z\",\"o\":[1,null],"
	  "\"p\":{\"q\":5},\"r\":null},\"autoDelete\":false" },
	{ "as rows, sorted, a string as it is and others as JSON",
	  { { 0, "M1 0032000a 0000 'q 00 { 'b :I 00000001 'a :S \"x } . " } },
	  "\\\"name\\\":\\\"a\\\",\\\"value\\\":\\\"x\\\",\\\"selector\\\":"
	  "\\\"request.arguments[\\\\\\\"a\\\\\\\"]\\\"},{\\\"name\\\":"
	  "\\\"b\\\",\\\"value\\\":\\\"1\\\"" },
	{ "a table that breaks off is shown as far as it goes",
	  { { 0, "M1 005a000a . M1 0032000a 0000 'q 00 { 'a :t 01 'b :Z 00 } "
	         ". " } },
	  "{\"arguments\":{\"a\":true},\"autoDelete\"" },
	{ "tables within tables past the limit are null",
	  { { 0, "M1 0032000a 0000 'q 00 { 'a :F { 'b :F { 'c :F { } } } } "
	         ". " } },
	  "{\"arguments\":{\"a\":{\"b\":{\"c\":null}}}" },
	{ "properties that were sent, and those that were not",
	  { { 0, PUBLISH(1, "k") "H1 003c 0000 0000000000000002 fffc 't/p 'gz "
	                         "{ 'h :S \"v } 02 07 'id 'back '60 'm1 "
	                         "0000000063b0cd00 'ty "
	                         "'me 'app 'clu . " BODY(1, "hi") } },
	  "{\"body\":\"aGk=\",\"exchange\":\"ex\",\"immediate\":false,"
	  "\"mandatory\":false,\"method\":\"basic publish\",\"properties\":{"
	  "\"contentType\":\"t/p\",\"contentEncoding\":\"gz\",\"headers\":{"
	  "\"h\":\"v\"},\"deliveryMode\":2,\"priority\":7,\"correlationId\":"
	  "\"id\",\"replyTo\":\"back\",\"expiration\":\"60\",\"messageId\":"
	  "\"m1\",\"timestamp\":\"2023-01-01T00:00:00Z\",\"type\":\"ty\","
	  "\"userId\":\"me\",\"appId\":\"app\",\"clusterId\":\"clu\"},"
	  "\"routingKey\":\"k\"}" },
	{ "a body of several frames, with bytes missing in one",
	  { { 0, PUBLISH(1, "k") CONTENT(1, "36")
	             BODY(1, "ab") "03 0001 00000034 =c " },
	    { LOSE0, "" },
	    { 0, "=d ce " } },
	  "\"body\":\"YWJjAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAABk\",\"exchange\":\"ex\","
	  "\"immediate\":false,"
	  "\"mandatory\":false,\"method\":\"basic publish\",\"missing\":50," },
	{ "a body that was cut says so",
	  { { 0, PUBLISH(1, "k") CONTENT(1, "09")
	             BODY(1, "ab") "03 0001 00000007 =c " } },
	  "\"body\":\"YWJj\"" },
	{ "so does one past the limit of what is rendered",
	  { { 0, PUBLISH(1, "k") CONTENT(1, "09") BODY(1, "abcdefghi") } },
	  "\"body\":\"YWJjZGVm\"" },
	{ "which is told",
	  { { 0, PUBLISH(1, "k") CONTENT(1, "09") BODY(1, "abcdefghi") } },
	  "\"routingKey\":\"k\",\"truncated\":true}" },
	{ "both names of a reply code",
	  { { 0, "M0 000a0032 0140 'bye 000a0028 . " } },
	  "{\"classId\":10,\"method\":\"connection close\",\"methodId\":40,"
	  "\"relyCode\":320,\"replyCode\":320,\"replyText\":\"bye\"}" },
	{ "a protocol header",
	  { { 0, "=AMQP 00000801 " }, { 1, "HEAD " } },
	  "{\"method\":\"protocol header\",\"protocolId\":0,\"revision\":1,"
	  "\"versionMajor\":0,\"versionMinor\":9}" },
	{ "a number that JavaScript does not have",
	  { { 0, "M1 003c0050 fffffffffffffff0 00 . " } },
	  "{\"deliveryTag\":18446744073709552000,\"method\":\"basic ack\"" },
};

static void
test_shown(void)
{
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		struct world w;
		const char *got;

		http1_world_init(&w, WORLD_JSON | WORLD_SECTIONS);
		w.table[0] = &proto_amqp;
		w.port = 5672;
		w.limits.value_depth = 2;
		if (strstr(shown[i].what, "limit of what") != NULL ||
		    strstr(shown[i].what, "which is told") != NULL)
			w.limits.render_bytes = 6;
		if (!http1_world_open(&w, 0))
			abort();
		for (const struct turn *t = shown[i].turn; t->text != NULL; t++)
			say(&w, t);
		got = http1_world_finish(&w, WHY_FIN);
		if (!ok(strstr(got, shown[i].want) != NULL, shown[i].what))
			tap_note(got);
		ok(w.failed == 0 && w.sides_agree, "and rendering agrees");
		http1_world_release(&w);
	}
}

/* Everything that can be rendered can be asked for. */
static void
test_fields(void)
{
	const struct amqp_method *m;
	bool good = true;

	for (size_t i = 0; (m = amqp_method_at(i)) != NULL; i++) {
		bool answer = m->asks != 0 && m->asks != m->id;

		for (const struct amqp_arg *a = m->args; a->type != AMQP_END;
		     a++) {
			const struct field *f = proto_amqp.fields;
			char path[80];

			if (a->name == NULL)
				continue;
			(void)snprintf(path, sizeof(path), "%s.%s",
			               answer ? "response" : "request",
			               a->name);
			while (f->path != NULL && strcmp(f->path, path) != 0)
				f++;
			good &= f->path != NULL;
			if (f->path == NULL)
				tap_note(path);
		}
	}
	ok(good, "every argument of every method is a field");
}

/* A body of 64 MiB in frames of 128 KiB, in little memory. */
static void
test_large(void)
{
	static char block[131072];
	const char head[] = "\x03\0\x01\0\x02\0\0", end[] = "\xce";
	struct world w;
	uint64_t most = 0;

	conversation_open(&whole, &w, WORLD_LINE | WORLD_DIAGS, 0);
	w.budget.max = 1 << 20;
	say(&w,
	    &(struct turn){ 0, PUBLISH(1, "k") "H1 003c 0000 "
	                                       "0000000002000000 0000 . " });
	for (size_t i = 0; i < 256; i++) {
		http1_world_send(&w, 0, head, 7);
		http1_world_send(&w, 0, block, sizeof(block));
		http1_world_send(&w, 0, end, 1);
		most = w.budget.used > most ? w.budget.used : most;
	}
	is_str(http1_world_finish(&w, WHY_FIN),
	       "amqp/0-9-1 \"basic publish\" ex @ 0 33556522/0 one-way\n",
	       "a large body is a message like others");
	ok(most < 65536, "and is not held");
	http1_world_release(&w);
}

/* More channels than are followed: the slot goes to the newer one. */
static void
test_channels(void)
{
	struct world w;

	http1_world_init(&w, WORLD_LINE | WORLD_DIAGS);
	w.table[0] = &proto_amqp;
	w.limits.amqp_channels = 2;
	if (!http1_world_open(&w, 0))
		abort();
	say(&w,
	    &(struct turn){ 0, PUBLISH(1, "k") CONTENT(1, "02") PUBLISH(3, "k")
	                           CONTENT(3, "00") BODY(1, "no") });
	is_str(http1_world_finish(&w, WHY_FIN),
	       "! limit amqp-channels\n"
	       "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 req-cut one-way\n"
	       "amqp/0-9-1 \"basic publish\" ex @ 0 47/0 one-way\n",
	       "a channel too many is a limit that is told");
	http1_world_release(&w);
}

int
main(void)
{
	test_talk();
	test_trouble();
	test_scripts();
	test_shown();
	test_fields();
	test_large();
	test_channels();
	return tap_done();
}
