/* SPDX-License-Identifier: Apache-2.0 */
/* The engine at its limits, one by one. */
#include "analyzer/proto/window.h"
#include "base/err.h"
#include "tests/support/engine_log.h"
#include "tests/support/odd.h"
#include "tests/support/template.h"
#include "tests/tap/tap.h"

static const struct dissector *const dissectors[] = {
	&odd_dissector,
	&odd_datagrams,
	&proto_template,
	NULL,
};

/* Set up, changed by the caller, opened by start(). */
static struct engine_log
prepared(void)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.diags = true;
	return l;
}

static void
start(struct engine_log *l)
{
	if (!engine_log_open(l))
		abort();
}

/* What a stream is told that has no memory from its beginning on. */
#define OVER_BUDGET                                                         \
	"! limit message-bytes 0@0+0 the limit message-bytes was reached; " \
	"what is past it is not shown\n"

/* The end of the test of one stream. */
static void
finish(struct engine_log *l, const char *want, const char *reason,
       const char *what)
{
	is_str(engine_log_finish(l, WHY_FIN), want, what);
	is_str(l->state.reason, reason, "  the reason");
	is_int(l->budget.used, 0, "  the budget");
	engine_log_release(l);
}

static void
test_sliding(void)
{
	struct engine_log l = prepared();

	l.opener = -1;
	l.limits.resync_bytes = 30;
	start(&l);
	for (int i = 0; i < 5; i++)
		engine_log_text(&l, i % 2, "nothing known");
	engine_log_text(&l, 0, "Q late 0\n");
	finish(&l, "", "no dissector recognised it",
	       "joined late, tried for resync-bytes and no longer");

	l = prepared();
	l.opener = -1;
	start(&l);
	engine_log_text(&l, 0, "nothing known");
	engine_log_text(&l, 0, "still nothing");
	engine_log_gap(&l, 0, 100);
	engine_log_end(&l, 1, WHY_FIN);
	engine_log_text(&l, 0, "Q late 0\n");
	finish(&l,
	       "! resync  0@126+126 \n"
	       "Q late 0 req 126+9 flags=no_response,late,resynced\n",
	       "", "and found then, though one side has ended");

	l = prepared();
	l.opener = -1;
	start(&l);
	engine_log_text(&l, 0, "nothing known");
	engine_log_end(&l, 0, WHY_FIN);
	engine_log_end(&l, 0, WHY_FIN);
	engine_log_end(&l, 1, WHY_RST);
	engine_state(l.s, &l.state);
	is_str(l.state.reason, "no dissector recognised it",
	       "it is known when both sides have ended");
	engine_log_gap(&l, 0, 1);
	finish(&l, "", "no dissector recognised it", "and stays so");
}

static void
test_datagrams(void)
{
	struct engine_log l = prepared();

	l.l4 = 17;
	l.dissectors = (const struct dissector *const[]){ NULL };
	start(&l);
	for (int i = 0; i < 10; i++)
		engine_log_datagram(&l, i % 2, "what");
	engine_state(l.s, &l.state);
	is_str(l.state.reason, "no dissector recognised it",
	       "a few datagrams are enough to know");
	engine_log_datagram(&l, 0, "");
	finish(&l, "", "no dissector recognised it", "unknown datagrams");

	l = prepared();
	l.l4 = 17;
	start(&l);
	engine_log_datagram(&l, 0, "r0");
	engine_log_datagram(&l, 0, "rd");
	engine_log_datagram(&l, 0, "r");
	finish(&l,
	       "M a 0 req 0+1 flags=no_response\n"
	       "M c 0 req 2+1 flags=no_response\n",
	       "the rest is of no interest", "DONE and SKIP in datagrams");

	l = prepared();
	l.l4 = 17;
	start(&l);
	engine_log_datagram(&l, 0, "rx");
	finish(&l, "M a 0 req 0+1 flags=no_response\n", "gone to nobody",
	       "HANDOVER in a datagram");

	l = prepared();
	l.l4 = 17;
	start(&l);
	engine_log_datagram(&l, 0, "rh");
	finish(&l, "M a 0 req 0+1 flags=no_response\n", "was template",
	       "HANDOVER to one of another transport is to nobody");
}

static void
test_noise(void)
{
	struct engine_log l = prepared();

	l.limits.stream_diags = 2;
	start(&l);
	engine_log_text(&l, 0, "!");
	for (int i = 0; i < 6; i++)
		engine_log_gap(&l, 0, 5), engine_log_text(&l, 0, "o");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "! resync  0@6+5 \n"
	       "M g 0 req 6+1 flags=one_way,resynced\n"
	       "! resync  0@12+5 \n"
	       "M m 0 req 12+1 flags=one_way,resynced\n"
	       "! malformed  0@18+5 further notes about this stream are left "
	       "out (stream-diags)\n"
	       "M s 0 req 18+1 flags=one_way,resynced\n"
	       "M y 0 req 24+1 flags=one_way,resynced\n"
	       "M e 0 req 30+1 flags=one_way,resynced\n"
	       "M k 0 req 36+1 flags=one_way,resynced\n",
	       "rows about one stream are limited, entries are not");
	engine_log_release(&l);
}

/* A head that trickles in is not looked at for each byte, but in time. */
static void
test_trickle(void)
{
	struct engine_log l = prepared();
	struct buf name;
	struct str head;
	char want[200];
	int err = 0;

	buf_init(&name, 20000);
	err |= buf_append_str(&name, STR("!"));
	for (int i = 0; i < 9000; i++)
		err |= buf_append_byte(&name, '.');
	err |= buf_append_str(&name, STR("r"));
	ok(err == 0, "a head of 9000 bytes");
	l.limits.summary_bytes = 3;
	start(&l);
	head = buf_str(&name);
	engine_log_text(&l, 0, "!m");
	for (size_t i = 1; i < head.n; i++)
		engine_log_data(&l, 0, str_make(&head.p[i], 1));
	engine_log_text(&l, 1, "p");
	finish(&l, "  200 res 0+1 flags=no_request\n", "",
	       "held as long as it is not whole");
	buf_release(&name);

	/* The response must find the request, whatever was put off. */
	l = prepared();
	start(&l);
	engine_log_text(&l, 0, "!/....r");
	engine_log_text(&l, 0, "/");
	engine_log_text(&l, 0, "...");
	engine_log_text(&l, 1, "p");
	engine_log_text(&l, 0, ".r");
	engine_log_text(&l, 1, "p");
	snprintf(want, sizeof(want),
	         "M g 200 req 6+1 res 0+1\nM m 200 req 12+1 res 1+1\n");
	finish(&l, want, "", "what was put off comes before the answer");
}

/* Bytes were put off, and turn out to be somebody else's. */
static void
test_put_off_handover(void)
{
	struct engine_log l = prepared();

	start(&l);
	engine_log_text(&l, 0, "!/");
	engine_log_text(&l, 0, "...");
	engine_log_text(&l, 0, "\0");
	engine_log_data(&l, 0, STR(".hQ be"));
	engine_log_text(&l, 1, "A 7 0\n");
	engine_log_text(&l, 0, "ta 0\n");
	finish(&l,
	       "  7 res 0+6 flags=no_request\n"
	       "Q beta 0 req 7+9 flags=no_response\n",
	       "", "a hand-over among put off bytes");
}

static void
test_wait_edges(void)
{
	struct engine_log l = prepared();

	l.limits.head_bytes = 4;
	start(&l);
	engine_log_text(&l, 0, "!w......r");
	engine_log_text(&l, 1, "p");
	finish(&l, "M i 200 req 8+1 res 0+1\n", "",
	       "more than head-bytes behind a wait, at once");

	l = prepared();
	start(&l);
	engine_log_text(&l, 0, "!W");
	engine_log_gap(&l, 0, 3);
	engine_log_text(&l, 0, "r");
	finish(&l,
	       "! resync  0@5+3 \nM f 0 req 5+1 "
	       "flags=no_response,resynced\n",
	       "", "a gap while nothing but waiting");

	l = prepared();
	start(&l);
	engine_log_text(&l, 0, "!Wh");
	engine_log_gap(&l, 0, 3);
	engine_log_text(&l, 0, "Q b 0\n");
	finish(&l,
	       "! resync  0@6+3 \nQ b 0 req 6+6 "
	       "flags=no_response,resynced\n",
	       "", "a gap that ends a wait in a hand-over: both are told");

	l = prepared();
	start(&l);
	engine_log_text(&l, 0, "!R2");
	engine_log_gap(&l, 0, 2);
	engine_log_text(&l, 0, "hQ b 0\n");
	finish(&l,
	       "M b 0 req 1+5 size=3 flags=no_response,req_cut,req_gap\n"
	       "Q b 0 req 6+6 flags=no_response\n",
	       "", "a gap that fills a skip exactly");
}

/* gap() refuses malformed bytes. */
static enum feed
refuse(struct dissect *d, void *state, enum dir dir, const struct gap *g)
{
	(void)d, (void)state, (void)dir, (void)g;
	return FEED_DONE;
}

/* finish() closes what it can. */
static void
open_one(struct dissect *d, void *state, enum why why)
{
	struct message_summary s = { .proto = &odd_variant,
		                     .status = (int32_t)why + 1 };

	(void)state;
	message_summary(message_open(d, TO_SERVER, MESSAGE_ONE_WAY, 0, 0), &s);
	dissect_note(d, TO_SERVER, 0, "finished");
	dissect_limit(d, TO_SERVER, "no-such-limit");
	dissect_limit(d, TO_SERVER, "no-such-limit");
}

static void
test_other_dissectors(void)
{
	struct dissector other = odd_dissector;
	const struct dissector *const table[] = { &other, NULL };
	struct engine_log l = prepared();

	other.gap = refuse;
	l.dissectors = table;
	start(&l);
	engine_log_text(&l, 0, "!rB");
	finish(&l,
	       "! malformed  0@2+0 malformed\n"
	       "M b 0 req 1+1 flags=no_response\n",
	       "malformed", "gap() may refuse what is malformed");

	l = prepared();
	other = odd_dissector;
	other.finish = open_one;
	l.dissectors = table;
	start(&l);
	engine_log_text(&l, 0, "!");
	finish(&l,
	       "! malformed  0@0+0 finished\n"
	       "! limit no-such-limit 0@1+0 the limit no-such-limit was "
	       "reached; what is past it is not shown\n"
	       "  1 req 0+1 flags=req_cut,one_way\n",
	       "", "finish() is called, with the reason");

	l = prepared();
	other = odd_dissector;
	other.state_size = 1 << 20;
	l.dissectors = table;
	start(&l);
	engine_log_text(&l, 0, "!r");
	finish(&l, OVER_BUDGET, "memory budget used up", "state has a limit");

	l = prepared();
	other = odd_dissector;
	other.state_size = 200000;
	l.budget.max = 100000;
	l.dissectors = table;
	start(&l);
	engine_log_text(&l, 0, "!r");
	finish(&l, OVER_BUDGET, "memory budget used up", "and counts");
}

static void
test_budget(void)
{
	struct engine_log l = prepared();
	struct engine_state state;

	start(&l);
	l.budget.max = l.budget.used + 2;
	engine_log_text(&l, 0, "Q a");
	finish(&l, OVER_BUDGET, "memory budget used up", "no room to probe");

	l = prepared();
	start(&l);
	l.budget.max = l.budget.used + 4;
	engine_log_text(&l, 0, "Q a");
	engine_log_text(&l, 0, "bcdef 0\n");
	finish(&l, OVER_BUDGET, "memory budget used up", "no room to probe on");

	l = prepared();
	l.budget.max = 1;
	ok(!engine_log_open(&l), "no room for the stream");
	engine_log_text(&l, 0, "x");
	engine_log_datagram(&l, 0, "x");
	engine_log_gap(&l, 0, 1);
	engine_log_end(&l, 0, WHY_FIN);
	engine_opener(l.s, 1);
	engine_state(l.s, &state);
	is_str(state.reason, "memory budget used up",
	       "a stream that is none takes every call");
	engine_log_release(&l);

	l = prepared();
	start(&l);
	engine_log_text(&l, 0, "!R");
	l.budget.max = l.budget.used;
	engine_log_text(&l, 0, "S.SKHC");
	finish(&l,
	       "! limit message-bytes 0@2+0 the limit message-bytes was "
	       "reached; what is past it is not shown\n"
	       "M b 0 req 2+1 flags=no_response,spans_cut\n",
	       "", "no room for what a message keeps");
}

static void
test_opener(void)
{
	struct engine_log l = prepared();

	l.opener = -1;
	l.port[0] = l.port[1] = 5;
	l.dissectors = (const struct dissector *const[]){ &odd_datagrams,
		                                          NULL };
	l.l4 = 17;
	start(&l);
	engine_log_datagram(&l, 0, "o");
	engine_state(l.s, &l.state);
	ok(l.state.role_guessed, "both ways are possible: guessed");
	engine_opener(l.s, 1);
	engine_state(l.s, &l.state);
	ok(l.state.role_guessed, "too late to exchange the sides");
	engine_opener(l.s, 0);
	engine_state(l.s, &l.state);
	ok(!l.state.role_guessed, "but the guess was right");
	finish(&l, "M a 0 req 0+1 flags=guessed,one_way\n", "", "one entry");
}

static void
test_tls(void)
{
	static const char *const other[] = {
		"\x16\x02\x01\x02\x01\x01", "\x16\x03\x07\x02\x01\x01",
		"\x16\x03\x01\x7f\x01\x01", "\x16\x03\x01\x02\x01\x07",
		"\x17\x03\x01\x02\x01\x01",
	};
	struct engine_log l;

	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		l = prepared();
		start(&l);
		engine_log_text(&l, 0, other[i]);
		(void)engine_log_finish(&l, WHY_FIN);
		ok(!l.state.tls_wire, "what only begins like TLS is not");
		engine_log_release(&l);
	}
	l = prepared();
	start(&l);
	engine_log_text(&l, 0, "\x16\x03");
	engine_log_text(&l, 0, "\x01\x02\x01\x01");
	(void)engine_log_finish(&l, WHY_FIN);
	ok(l.state.tls_wire, "a hello in two packets is");
	engine_log_release(&l);
}

/* A target that is too long, and cut in the middle of a letter. */
static void
open_long(struct dissect *d, void *state, enum why why)
{
	struct message_summary s = { .proto = &odd_variant,
		                     .method = STR("abcd"),
		                     .target = STR("ab\xc3\xa9"),
		                     .host = STR("a\xff\xff\xff") };

	(void)state, (void)why;
	message_summary(message_open(d, TO_SERVER, MESSAGE_ONE_WAY, 0, 0), &s);
	message_summary(NULL, &s);
	message_span(NULL, (struct span){ .len = 1 });
	message_keep(NULL, STR("k"));
	message_flag(NULL, ENTRY_FAILED);
	message_close(NULL, 1);
	message_cut(NULL, 1);
	(void)message_http(NULL, NULL);
	(void)message_body(NULL, cur_make(NULL, 0, false));
}

static void
test_long_summary(void)
{
	struct dissector other = odd_dissector;
	const struct dissector *const table[] = { &other, NULL };
	struct engine_log l = prepared();

	other.finish = open_long;
	l.dissectors = table;
	l.limits.summary_bytes = 3;
	start(&l);
	engine_log_text(&l, 0, "!");
	(void)engine_log_finish(&l, WHY_FIN);
	is_str(l.text.p, "abc ab 0 req 0+1 flags=req_cut,one_way\n",
	       "the text of the index is cut between letters");
	engine_log_release(&l);
}

/* --- the window itself ---------------------------------------------------- */

static struct window_mark
mark_of(uint64_t record)
{
	return (struct window_mark){ .at = { .record = record },
		                     .ts = (int64_t)record };
}

static void
test_window(void)
{
	struct window w;
	bool right = true;
	int err = 0;

	window_init(&w, 1 << 20);
	ok(window_find(&w, 0) == NULL, "nothing came yet");
	for (uint64_t i = 0; i < 100; i++) {
		err |= window_add(&w, mark_of(i / 2 + 1), 1);
		err |= window_hold(&w, STR("x"));
	}
	is_int(err, 0, "a hundred bytes in fifty packets");
	for (uint64_t i = 0; i < 100; i++)
		right &= window_find(&w, i)->at.record == i / 2 + 1;
	ok(right, "every byte knows its packet");
	is_int((intmax_t)window_next(&w, 10), 12, "where the next begins");
	ok(window_next(&w, 99) == UINT64_MAX, "none follows the last");
	ok(window_cost(&w) > 100, "it costs memory");
	window_pass(&w, 50);
	is_int((intmax_t)window_held(&w).n, 50, "half is consumed");
	is_int((intmax_t)window_find(&w, 49)->at.record, 25,
	       "the last byte consumed is still known");
	window_pass(&w, 50);
	is_int((intmax_t)window_cost(&w), 0, "all is: it costs nothing");
	is_int((intmax_t)window_find(&w, 99)->at.record, 50,
	       "and still knows the last byte");
	window_jump(&w, 200);
	is_int((intmax_t)window_find(&w, 199)->at.record, 50,
	       "what is missing is told as the packet before");
	window_release(&w);
}

static void
test_window_limit(void)
{
	struct window w;
	int err = 0;

	window_init(&w, 3);
	for (uint64_t i = 0; i < 3 * (uint64_t)WINDOW_MARKS; i++)
		err |= window_add(&w, mark_of(i + 1), 1);
	is_int(err, 0, "more packets than marks");
	ok(w.nmarks <= WINDOW_MARKS, "marks are thinned out");
	is_int((intmax_t)window_find(&w, 0)->at.record, 1, "the first is kept");
	ok(window_find(&w, 5000)->at.record <= 5001,
	   "a byte is never told to be in a later packet");
	is_int(window_hold(&w, STR("xxxx")), ERR_BUDGET, "holding is limited");
	window_release(&w);
}

int
main(void)
{
	test_sliding();
	test_datagrams();
	test_noise();
	test_trickle();
	test_put_off_handover();
	test_wait_edges();
	test_other_dissectors();
	test_budget();
	test_opener();
	test_tls();
	test_long_summary();
	test_window();
	test_window_limit();
	return tap_done();
}
