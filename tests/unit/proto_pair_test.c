/* SPDX-License-Identifier: Apache-2.0 */
/* Who belongs to whom, and what a message becomes. */
#include "tests/support/engine_log.h"
#include "tests/support/odd.h"
#include "tests/tap/tap.h"

static const struct dissector *const dissectors[] = { &odd_dissector, NULL };

/* "0text", "1text", "0+5" (a gap), "0" (an end), NULL. */
static const char *
run_script(struct engine_log *l, const char *const *script)
{
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
check(const char *const *script, const char *want, const char *what)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	is_str(run_script(&l, script), want, what);
	is_int(l.budget.used, 0, "  the budget");
	engine_log_release(&l);
}

static void
test_order(void)
{
	check(SCRIPT("0!rr", "1pp"),
	      "M b 200 req 1+1 res 0+1\nM c 200 req 2+1 res 1+1\n",
	      "without keys the order pairs");
	check(SCRIPT("0!R", "1p", "0C"), "M b 200 req 1+2 res 0+1\n",
	      "a response may end before its request");
	check(SCRIPT("0!", "1p", "0r", "1p"),
	      "  200 res 0+1 flags=no_request\nM b 200 req 1+1 res 1+1\n",
	      "a response without a request does not shift the others");
	check(SCRIPT("0!or", "1p"),
	      "M b 0 req 1+1 flags=one_way\nM c 200 req 2+1 res 0+1\n",
	      "a one-way message is an entry at once");
	check(SCRIPT("0!", "1r", "0p"),
	      "M a 200 req 0+1 res 1+1 flags=reversed\n",
	      "the server may ask, too");
	check(SCRIPT("0!R", "0FX", "1PFC"),
	      "M b 200 req 1+3 res 0+3 flags=req_cut,failed\n",
	      "flags and cuts are told");
}

static void
test_keys(void)
{
	check(SCRIPT("0:r1r2r3", "1p3p1p2"),
	      "M f 200 req 5+2 res 0+2\nM b 200 req 1+2 res 2+2\n"
	      "M d 200 req 3+2 res 4+2\n",
	      "keys pair, whatever the order");
	check(SCRIPT("0:r1r1", "1p1p1p1"),
	      "M b 200 req 1+2 res 0+2\nM d 200 req 3+2 res 2+2\n"
	      "  200 res 4+2 flags=no_request\n",
	      "equal keys pair by order");
	check(SCRIPT("0:r1", "0+5", "0r2", "1p2p1"),
	      "M i 200 req 8+2 res 0+2 flags=resynced\n"
	      "M b 200 req 1+2 res 2+2\n",
	      "with keys a gap makes no doubt");
}

static void
test_lost(void)
{
	check(SCRIPT("0!r", "1p", "0r", "1+9", "0r", "1p", "0r", "1p"),
	      "M b 200 req 1+1 res 0+1\n"
	      "M c 0 req 2+1 flags=no_response,res_gap\n"
	      "M d 200 req 3+1 res 10+1 flags=resynced\n"
	      "M e 200 req 4+1 res 11+1\n",
	      "a lost response does not shift the others, nor make doubt");
	check(SCRIPT("0!r", "1p", "0+9", "1p", "0r", "1p", "0r", "1p"),
	      "M b 200 req 1+1 res 0+1\n"
	      "  200 res 1+1 flags=no_request\n"
	      "M l 200 req 11+1 res 2+1 flags=resynced,doubt\n"
	      "M m 200 req 12+1 res 3+1\n",
	      "a lost request: doubt until one was answered");
	check(SCRIPT("0!rrr", "1p", "1+9", "1p", "0r", "1p"),
	      "M b 200 req 1+1 res 0+1\n"
	      "M c 200 req 2+1 res 10+1 flags=resynced,doubt\n"
	      "M d 200 req 3+1 res 11+1 flags=doubt\n"
	      "M e 0 req 4+1 flags=no_response\n",
	      "pipelined, a lost response makes doubt of all that wait");
	check(SCRIPT("0!", "1+9", "1.", "0r", "1p"),
	      "M b 200 req 1+1 res 10+1 flags=resynced\n",
	      "nothing is lost when nothing was asked");
}

static void
test_ids(void)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.positions = true;
	is_str(run_script(&l, SCRIPT("0!rr", "0r", "1p", "1pp", "1p")),
	       "M b 200 req 1+1 res 0+1 id=1.0 ord=0 t=10-10/30-30\n"
	       "M c 200 req 2+1 res 1+1 id=1.1 ord=1 t=10-10/40-40\n"
	       "M d 200 req 3+1 res 2+1 id=2.0 ord=2 t=20-20/40-40\n"
	       "  200 res 3+1 flags=no_request id=5.0 ord=3 t=0-0/50-50\n",
	       "ids count the messages that begin in a packet");
	engine_log_release(&l);
}

/* Record 3 has the bytes around those of record 1 and 2, which came before. */
static void
test_interleaved_ids(void)
{
	static const uint64_t records[] = { 9, 5, 2, 5, 9, 2 };
	static const char *const want =
	    "id=9.0 id=9.1 id=5.0 id=2.0 id=5.1 id=9.2";
	struct engine_log l;
	char got[100] = "";
	size_t at = 0;

	engine_log_init(&l, dissectors);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "!");
	/* The last one cannot come; it must not hurt. */
	for (size_t i = 0; i < 5; i++) {
		l.record = records[i] - 1;
		engine_log_text(&l, 0, i == 0 ? "oo" : "o");
		if (i == 0)
			at += (size_t)snprintf(got, sizeof(got), "id=9.0 ");
		at += (size_t)snprintf(got + at, sizeof(got) - at, "%sid=%d.%d",
		                       i == 0 ? "" : " ",
		                       (int)position_of_id(l.last.id).record,
		                       (int)position_seq_of_id(l.last.id));
	}
	is_str(got, want, "ids are unique when packets interleave");
	l.record = records[5] - 1;
	engine_log_text(&l, 0, "o");
	(void)engine_log_finish(&l, WHY_FIN);
	is_int(l.entries, 7, "all of them are entries");
	engine_log_release(&l);
}

static void
test_pending(void)
{
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.limits.pending = 3;
	l.diags = true;
	is_str(run_script(&l, SCRIPT("0!", "1.", "0rrrrr")),
	       "M b 0 req 1+1 flags=no_response\n"
	       "! limit pending 0@1+0 the limit pending was reached; what is "
	       "past it is not shown\n"
	       "M c 0 req 2+1 flags=no_response\n"
	       "M d 0 req 3+1 flags=no_response\n"
	       "M e 0 req 4+1 flags=no_response\n"
	       "M f 0 req 5+1 flags=no_response\n",
	       "past pending the oldest request is given up");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.limits.pending = 2;
	is_str(run_script(&l, SCRIPT("0!", "1.", "0rrr", "1ppp", "0r", "1p")),
	       "M b 0 req 1+1 flags=no_response\n"
	       "  200 res 1+1 flags=no_request\n"
	       "M c 200 req 2+1 res 2+1\n"
	       "M d 200 req 3+1 res 3+1\n"
	       "M e 200 req 4+1 res 4+1\n",
	       "its response is not given to the next one");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.limits.pending = 2;
	l.opener = -1;
	is_str(run_script(&l, SCRIPT("0!rrr", "1pp", "0r", "1p")),
	       "M b 0 req 1+1 flags=no_response,late\n"
	       "M c 200 req 2+1 res 0+1 flags=late,doubt\n"
	       "M d 200 req 3+1 res 1+1 flags=late,doubt\n"
	       "M e 200 req 4+1 res 2+1 flags=late\n",
	       "joined late, with nothing from the other side, it may be");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.limits.pending = 2;
	is_str(run_script(&l, SCRIPT("0!", "1.", "0rrrr", "1+1", "1pp")),
	       "M b 0 req 1+1 flags=no_response\n"
	       "M c 0 req 2+1 flags=no_response\n"
	       "M d 200 req 3+1 res 2+1 flags=resynced,doubt\n"
	       "M e 200 req 4+1 res 3+1 flags=doubt\n",
	       "behind a gap nothing is owed, and there is doubt");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.limits.pending = 1;
	l.diags = true;
	is_str(run_script(&l, SCRIPT("0!RR", "1.")),
	       "! limit pending 0@0+0 the limit pending was reached; what is "
	       "past it is not shown\n"
	       "M b 0 req 1+2 flags=no_response,req_cut\n",
	       "an open one is never taken from its dissector");
	engine_log_release(&l);
}

static void
test_scattered(void)
{
	struct engine_log l;

	check(SCRIPT("0!R", "0S.SS.SC", "1p"),
	      "M b 200 req 2+1 4+2 7+1 res 0+1\n",
	      "spans; neighbours become one");
	check(SCRIPT("0!R", "0KKC", "1p"), "M b 200 req 1+4 kept=kk res 0+1\n",
	      "kept bytes");

	engine_log_init(&l, dissectors);
	l.limits.message_spans = 2;
	is_str(run_script(&l, SCRIPT("0!R", "0S.S.S.SC", "1p")),
	       "M b 200 req 2+1 4+1 res 0+1 flags=spans_cut\n",
	       "no more spans than allowed");
	engine_log_release(&l);

	engine_log_init(&l, dissectors);
	l.limits.kept_bytes = 2;
	l.diags = true;
	is_str(run_script(&l, SCRIPT("0!R", "0KKKC", "1p")),
	       "! limit kept-bytes 0@2+0 the limit kept-bytes was reached; "
	       "what is past it is not shown\n"
	       "M b 200 req 1+5 kept=kk res 0+1\n",
	       "no more kept bytes than allowed");
	engine_log_release(&l);
}

/* --- overlays ------------------------------------------------------------- */

static const uint16_t no_ports[] = { 0 };
static const struct protocol plus = { .key = "+plus", .ports = no_ports };
static const struct protocol *const plus_variants[] = { &plus, NULL };

struct plus_state {
	int heads;
	int bytes;
};

static enum overlay_claim
claim_yes(const struct http_head *h)
{
	return str_eq(h->field(h, STR("x")), STR("value")) ? OVERLAY_YES
	                                                   : OVERLAY_NO;
}

static enum overlay_claim
claim_no(const struct http_head *h)
{
	(void)h;
	return OVERLAY_NO;
}

static enum overlay_claim
claim_maybe(const struct http_head *h)
{
	(void)h;
	return OVERLAY_MAYBE_BODY;
}

static bool
plus_annotate(void *state, const struct http_head *h,
              struct message_summary *io)
{
	struct plus_state *s = state;

	(void)h;
	s->heads++;
	io->proto = &plus;
	io->target = s->heads == 1 ? STR("one") : STR("two");
	return true;
}

/* Names nothing: that is for the body to do. */
static bool
plus_wait(void *state, const struct http_head *h, struct message_summary *io)
{
	(void)state, (void)h, (void)io;
	return true;
}

/* Two bytes are enough for it. */
static bool
plus_body(void *state, enum side side, struct cursor bytes,
          struct message_summary *io)
{
	struct plus_state *s = state;

	(void)side;
	s->bytes += (int)cur_left(&bytes);
	if (s->bytes == 2)
		io->proto = &plus;
	return s->bytes < 2;
}

static const struct overlay overlay_no = {
	.abi = OVERLAY_ABI,
	.name = "no",
	.protocols = plus_variants,
	.claims = claim_no,
};
static const struct overlay overlay_yes = {
	.abi = OVERLAY_ABI,
	.name = "yes",
	.protocols = plus_variants,
	.state_size = sizeof(struct plus_state),
	.claims = claim_yes,
	.annotate = plus_annotate,
};
static const struct overlay overlay_maybe = {
	.abi = OVERLAY_ABI,
	.name = "maybe",
	.protocols = plus_variants,
	.state_size = sizeof(struct plus_state),
	.claims = claim_maybe,
	.annotate = plus_wait,
	.body = plus_body,
};

static void
check_overlay(const struct overlay *o, const char *const *script,
              const char *want, const char *what)
{
	const struct overlay *const table[] = { &overlay_no, o, NULL };
	struct engine_log l;

	engine_log_init(&l, dissectors);
	l.overlays = table;
	is_str(run_script(&l, script), want, what);
	is_int(l.budget.used, 0, "  the budget");
	engine_log_release(&l);
}

static void
test_overlays(void)
{
	check_overlay(&overlay_yes, SCRIPT("0!RHC", "1p"),
	              "M one 200 proto=+plus req 1+3 res 0+1\n",
	              "an overlay names the exchange");
	check_overlay(&overlay_yes, SCRIPT("0!RHC", "1PHC"),
	              "M two 200 proto=+plus req 1+3 res 0+3\n",
	              "and sees both heads with one state");
	check_overlay(&overlay_yes, SCRIPT("0!RC", "1PHC"),
	              "M one 200 proto=+plus req 1+2 res 0+3\n",
	              "the response alone may tell");
	check_overlay(&overlay_maybe, SCRIPT("0!RHTC", "1p"),
	              "M b 200 req 1+4 res 0+1\n",
	              "one that is not sure looks at the body");
	check_overlay(&overlay_maybe, SCRIPT("0!RHTTTTC", "1p"),
	              "M b 200 proto=+plus req 1+7 res 0+1\n",
	              "and claims by naming it");
	check_overlay(&overlay_no, SCRIPT("0!RHTC", "1PHTC"),
	              "M b 200 req 1+4 res 0+4\n", "or nobody does");
}

int
main(void)
{
	test_order();
	test_keys();
	test_lost();
	test_ids();
	test_interleaved_ids();
	test_pending();
	test_scattered();
	test_overlays();
	return tap_done();
}
