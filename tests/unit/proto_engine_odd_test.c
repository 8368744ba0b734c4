/* SPDX-License-Identifier: Apache-2.0 */
/* The engine with a dissector that gives every answer there is, and bad ones.
 */
#include "base/mem.h"
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

/* A script: "0text" is a packet of side 0, "1text" of side 1, "0" alone the
 * end of side 0, "0+5" a gap of five bytes. A NULL ends it. */
static const char *
run_script(struct engine_log *l, const char *const *script)
{
	l->diags = true;
	if (!engine_log_open(l))
		return "no memory";
	for (; *script != NULL; script++) {
		int side = (*script)[0] - '0';
		const char *rest = *script + 1;
		uint64_t n;

		if (*rest == '\0')
			engine_log_end(l, side, WHY_FIN);
		else if (*rest == '+' && str_u64(str_from_c(rest + 1), &n) == 0)
			engine_log_gap(l, side, n);
		else
			engine_log_text(l, side, rest);
	}
	return engine_log_finish(l, WHY_SNAPSHOT_END);
}

#define SCRIPT(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
check(const char *const *script, const char *want, const char *reason,
      const char *what)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	is_str(run_script(&l, script), want, what);
	is_str(l.state.reason, reason, "  the reason");
	is_int(l.budget.used, 0, "  the budget");
	engine_log_release(&l);
}

static void
test_wait(void)
{
	check(SCRIPT("0!rw", "0r", "1p", "1p"),
	      "M b 200 req 1+1 res 0+1\nM d 200 req 3+1 res 1+1\n", "",
	      "WAIT holds a side until the other moved");
	check(SCRIPT("0!rw", "0r", "1"),
	      "M b 0 req 1+1 flags=no_response\nM d 0 req 3+1 "
	      "flags=no_response\n",
	      "", "or until it ended");
	check(SCRIPT("0!wr", "0+5", "0r"),
	      "! resync  0@8+5 \n"
	      "M c 0 req 2+1 flags=no_response\n"
	      "M i 0 req 8+1 flags=no_response,resynced\n",
	      "", "a gap ends the wait");
	check(SCRIPT("0!", "1w", "0wr", "1p"),
	      "  200 res 1+1 flags=no_request\n"
	      "M c 0 req 2+1 flags=no_response\n",
	      "", "both may wait; an end resolves it");
}

static void
test_wait_limit(void)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.limits.head_bytes = 16;
	is_str(run_script(&l, SCRIPT("0!w", "0.........", "0........r", "1p")),
	       "M t 200 req 19+1 res 0+1\n",
	       "nobody waits with more than head-bytes held");
	engine_log_release(&l);
}

static void
test_bad(void)
{
	check(SCRIPT("0!r.bbr"),
	      "! malformed  0@3+0 malformed\n"
	      "! resync  0@5+2 \n"
	      "M b 0 req 1+1 flags=no_response\n"
	      "M f 0 req 5+1 flags=no_response,resynced\n",
	      "", "BAD asks for a search, and goes on");
	check(SCRIPT("0!r", "0B", "0rrr"),
	      "! malformed  0@2+0 malformed\n"
	      "M b 0 req 1+1 flags=no_response\n",
	      "malformed", "BAD twice at a place ends it");
	check(SCRIPT("0!r", "0+13", "0rrr"),
	      "M b 0 req 1+1 flags=no_response\n", "bytes are missing",
	      "gap() may give up");
	check(SCRIPT("0!r", "0s", "0rrr"),
	      "! malformed  0@2+0 the dissector made no progress here\n"
	      "M b 0 req 1+1 flags=no_response\n",
	      "the dissector made no progress", "no progress ends it: skip 0");
	check(SCRIPT("0!r", "0a", "0rrr"),
	      "! malformed  0@2+0 the dissector made no progress here\n"
	      "M b 0 req 1+1 flags=no_response\n",
	      "the dissector made no progress", "a lost cursor ends it");
	check(SCRIPT("0!r", "0m", "0rrr"), "M b 0 req 1+1 flags=no_response\n",
	      "", "asking for more for ever only holds it");
	check(SCRIPT("0!rd", "0rrr"), "M b 0 req 1+1 flags=no_response\n",
	      "the rest is of no interest", "DONE");
	check(SCRIPT("0!R", "1", "0l...", "0"),
	      "M b 0 req 1+5 flags=no_response,req_cut\n", "",
	      "skipping to the end without a message");
}

static void
test_long_head(void)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.limits.head_bytes = 16;
	is_str(run_script(&l, SCRIPT("0!r", "0m..............", "0.", "0.")),
	       "! limit head-bytes 0@2+0 the limit head-bytes was reached; "
	       "what is past it is not shown\n"
	       "M b 0 req 1+1 flags=no_response\n",
	       "a head past head-bytes is a limit");
	is_str(l.state.reason, "malformed", "and ends it, if it stays there");
	engine_log_release(&l);
}

static void
test_handover(void)
{
	check(SCRIPT("0!rhQ beta 0\n", "1A 201 0\n"),
	      "M b 0 req 1+1 flags=no_response\n"
	      "Q beta 201 req 3+9 res 0+8\n",
	      "", "HANDOVER: the rest of both sides goes to the next one");
	check(SCRIPT("0!rWQ beta 0\n", "1h", "1A 201 0\n"),
	      "M b 0 req 1+1 flags=no_response\n"
	      "Q beta 201 req 3+9 res 1+8\n",
	      "", "held bytes of the other side go there, too");
	check(SCRIPT("0!rx", "0Q beta 0\n"),
	      "M b 0 req 1+1 flags=no_response\n", "gone to nobody",
	      "HANDOVER to nobody: opaque, with its reason");
	check(SCRIPT("0!rnQ be", "0ta 0\n", "1A 201 0\n"),
	      "M b 0 req 1+1 flags=no_response\n"
	      "Q beta 201 req 3+9 res 0+8\n",
	      "", "HANDOVER to whoever wants it: probed again");
	check(SCRIPT("0!rn", "0EHLO\n"), "M b 0 req 1+1 flags=no_response\n",
	      "a tunnel", "and nobody does");
	check(SCRIPT("0!n!n!n!n!n!n!n!n!n!n"), "", "handed over too often",
	      "not for ever");
	check(SCRIPT("0!r", "1n", "0Q be", "0ta 0\n", "1A 1 0\n"),
	      "M b 0 req 1+1 flags=no_response\n"
	      "Q beta 1 req 2+9 res 1+6\n",
	      "", "HANDOVER with nothing left");
}

static void
test_to_end(void)
{
	check(SCRIPT("0!r", "1E", "1abc", "1def", "1", "0"),
	      "M b 200 req 1+1 res 0+7\n", "",
	      "a response that runs to the end of its side");
	check(SCRIPT("0!r", "1E", "1abc", "1+3", "1def", "1", "0"),
	      "M b 200 req 1+1 res 0+10 size=7 flags=res_gap\n", "",
	      "with a gap in it");
	check(SCRIPT("0!r", "1E", "1abc"),
	      "M b 200 req 1+1 res 0+4 flags=res_cut\n", "",
	      "is cut when the side did not end properly");
	check(SCRIPT("0!r", "1P9", "1abc", "1"),
	      "M b 200 req 1+1 res 0+5 flags=res_cut\n", "",
	      "so is one whose skipped bytes did not all come");
	check(SCRIPT("0!R5", "0abcdeC"), "M b 0 req 1+8 flags=no_response\n",
	      "", "skipped bytes are not seen");
}

static void
test_need(void)
{
	check(SCRIPT("0!/", "0a", "0a", "1p", "0a", "0ar", "1p"),
	      "  200 res 0+1 flags=no_request\nM g 200 req 6+1 res 1+1\n", "",
	      "a hint of how much is needed is taken");
}

static void
test_datagrams(void)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.l4 = 17;
	l.opener = -1;
	l.port[0] = 5;
	l.port[1] = 7;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_datagram(&l, 0, "r");
	engine_log_datagram(&l, 1, "p");
	engine_log_datagram(&l, 0, "B");
	engine_log_datagram(&l, 0, "r");
	is_str(engine_log_finish(&l, WHY_TIMEOUT),
	       "M a 200 req 0+1 res 0+1 flags=guessed\n"
	       "M c 0 req 2+1 flags=no_response,guessed\n",
	       "datagrams are dissected one by one; a bad one is passed");
	is_str(l.state.protocol, "odd-datagrams", "only those of its kind");
	is_int(l.budget.used, 0, "the budget is given back");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.l4 = 17;
	l.port[1] = 7;
	ok(engine_log_open(&l), "a stream opens");
	for (int i = 0; i < 40; i++)
		engine_log_datagram(&l, 0, "B");
	engine_log_datagram(&l, 0, "r");
	is_str(engine_log_finish(&l, WHY_TIMEOUT), "", "bad ones only");
	is_str(l.state.reason, "malformed datagrams", "are given up");
	engine_log_release(&l);
}

/* One stream may not use more than the budget, whatever comes. */
static void
test_budget(void)
{
	struct engine_log l;
	bool kept = true;

	engine_log_init(&l, dissectors);
	l.budget.max = 100;
	ok(!engine_log_open(&l), "no stream without budget");
	engine_log_data(&l, 0, STR("!r"));
	engine_state(l.s, &l.state);
	is_str(l.state.reason, "memory budget used up", "and it says so");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.diags = true;
	l.budget.max = 20000;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "!");
	engine_log_text(&l, 1, ".");
	for (int i = 0; i < 100; i++) {
		engine_log_text(&l, 0, "r");
		kept &= l.budget.used <= l.budget.max;
	}
	engine_log_text(&l, 1, "p");
	engine_log_text(&l, 0, "r");
	(void)engine_log_finish(&l, WHY_FIN);
	ok(kept, "waiting requests stay within the budget");
	is_int(l.entries, 102,
	       "and every one of them becomes an entry, as does the response "
	       "to one that was given up");
	ok(str_find(buf_str(&l.text), STR("! limit message-bytes")) < l.text.n,
	   "the limit is told");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.budget.max = 4000;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "!m");
	for (int i = 0; i < 100; i++)
		engine_log_text(&l, 0,
		                ".............................."
		                "..............................");
	(void)engine_log_finish(&l, WHY_FIN);
	is_str(l.state.reason, "memory budget used up",
	       "held bytes past the budget end the dissection");
	engine_log_release(&l);
}

/* Every allocation fails once: a clean end, and nothing leaks. */
static void
test_no_memory(void)
{
	static const char *const script[] = { "0!RSSS..S.S.SKH.TC/",
		                              "0....",
		                              "1PSK.C",
		                              "0rrnQ be",
		                              "0ta 0\n",
		                              "1A 1 0\n",
		                              NULL };
	bool clean = true;

	for (int64_t nth = 1; nth < 40; nth++) {
		struct engine_log l;

		engine_log_init(&l, dissectors);
		mem_fail_at(nth, nth % 2 == 0);
		(void)run_script(&l, script);
		mem_fail_at(-1, false);
		engine_log_release(&l);
		clean &= l.budget.used == 0;
	}
	ok(clean, "any allocation may fail");
}

int
main(void)
{
	test_wait();
	test_wait_limit();
	test_bad();
	test_long_head();
	test_handover();
	test_to_end();
	test_need();
	test_datagrams();
	test_budget();
	test_no_memory();
	return tap_done();
}
