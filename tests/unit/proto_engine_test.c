/* SPDX-License-Identifier: Apache-2.0 */
/* The engine with the template dissector: the ordinary ways of a stream. */
#include "base/json_out.h"
#include "tests/support/engine_log.h"
#include "tests/support/template.h"
#include "tests/tap/tap.h"

static const struct dissector *const only_template[] = { &proto_template,
	                                                 NULL };

/* One packet of a conversation; NULL text ends it. */
struct packet {
	int side;
	const char *text;
};

static const struct packet talk[] = {
	{ 0, "Q alpha 5\nhello" },
	{ 1, "A 200 3\nyes" },
	{ 0, "Q beta 0\nQ gamma 4\nbody" },
	{ 1, "A 404 0\nA 500 7\nfailure" },
	{ 0, NULL },
};

static const char talk_entries[] =
    "Q alpha 200 req 0+15 res 0+11\n"
    "Q beta 404 req 15+9 res 11+8\n"
    "Q gamma 500 req 24+14 res 19+15 flags=failed\n";

static void
feed_all(struct engine_log *l, const struct packet *p)
{
	for (; p->text != NULL; p++)
		engine_log_text(l, p->side, p->text);
}

static void
test_talk(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.positions = true;
	ok(engine_log_open(&l), "a stream opens");
	feed_all(&l, talk);
	is_str(engine_log_finish(&l, WHY_FIN),
	       "Q alpha 200 req 0+15 res 0+11 id=1.0 ord=0 t=10-10/20-20\n"
	       "Q beta 404 req 15+9 res 11+8 id=3.0 ord=1 t=30-30/40-40\n"
	       "Q gamma 500 req 24+14 res 19+15 flags=failed id=3.1 ord=2 "
	       "t=30-30/40-40\n",
	       "three exchanges, their places, ids and times");
	is_str(l.state.protocol, "template", "the protocol is known");
	is_str(l.state.reason, "", "and nothing was wrong");
	is_int(l.state.client, 0, "the opener is the client");
	ok(!l.state.role_guessed, "which was not guessed");
	is_int(l.state.entries, 3, "entries are counted");
	is_int(l.budget.used, 0, "the budget is given back");
	engine_log_release(&l);
}

/* The conversation with packet `which` cut in two at `cut`. */
static bool
same_when_split(size_t which, size_t cut)
{
	struct engine_log l;
	bool same;

	engine_log_init(&l, only_template);
	if (!engine_log_open(&l))
		return false;
	for (size_t i = 0; talk[i].text != NULL; i++) {
		struct str s = str_from_c(talk[i].text);

		if (i == which) {
			engine_log_data(&l, talk[i].side, str_head(s, cut));
			s = str_tail(s, cut);
		}
		engine_log_data(&l, talk[i].side, s);
	}
	same = strcmp(engine_log_finish(&l, WHY_FIN), talk_entries) == 0 &&
	       l.budget.used == 0;
	engine_log_release(&l);
	return same;
}

static void
test_splits(void)
{
	struct engine_log l;
	bool same = true;

	for (size_t i = 0; talk[i].text != NULL; i++) {
		for (size_t cut = 0; cut <= strlen(talk[i].text); cut++)
			same &= same_when_split(i, cut);
	}
	ok(same, "every packet split in two anywhere gives the same entries");

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	for (size_t i = 0; talk[i].text != NULL; i++) {
		for (const char *p = talk[i].text; *p != '\0'; p++)
			engine_log_data(&l, talk[i].side, str_make(p, 1));
	}
	is_str(engine_log_finish(&l, WHY_FIN), talk_entries,
	       "a byte at a time gives the same entries");
	engine_log_release(&l);
}

static void
test_times(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.positions = true;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q al");
	engine_log_text(&l, 0, "pha 5\nhe");
	engine_log_text(&l, 0, "llo");
	engine_log_text(&l, 0, "Q beta 0\n");
	engine_log_text(&l, 1, "A 200 3\n");
	engine_log_text(&l, 1, "yesA 20");
	engine_log_text(&l, 1, "1 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "Q alpha 200 req 0+15 res 0+11 id=1.0 ord=0 t=10-30/50-60\n"
	       "Q beta 201 req 15+9 res 11+8 id=4.0 ord=1 t=40-40/60-70\n",
	       "first and last packet of each side are exact");
	engine_log_release(&l);
}

/* The first n bytes of the conversation: nothing crashes, nothing is lost. */
static bool
fine_when_truncated(size_t n)
{
	struct engine_log l;
	bool fine;
	size_t total = 0;

	engine_log_init(&l, only_template);
	if (!engine_log_open(&l))
		return false;
	for (size_t i = 0; talk[i].text != NULL && n != 0; i++) {
		struct str s = str_head(str_from_c(talk[i].text), n);

		engine_log_data(&l, talk[i].side, s);
		n -= s.n;
		total += s.n;
	}
	(void)engine_log_finish(&l, WHY_SNAPSHOT_END);
	/* An unfinished side is cut, a missing one is told. */
	fine = l.budget.used == 0 &&
	       (l.entries == 0 ||
	        (l.last.request.present && entry_time(&l.last) != 0));
	fine &= (l.entries == 0) == (total < 10);
	engine_log_release(&l);
	return fine;
}

static void
test_truncations(void)
{
	struct engine_log l;
	bool fine = true;

	for (size_t n = 0; n <= 72; n++)
		fine &= fine_when_truncated(n);
	ok(fine, "every truncation gives what there is");

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q alpha 5\nhello");
	engine_log_text(&l, 0, "Q beta 5\nhe");
	engine_log_text(&l, 1, "A 200 30\nye");
	is_str(engine_log_finish(&l, WHY_SNAPSHOT_END),
	       "Q alpha 200 req 0+15 res 0+11 flags=res_cut\n"
	       "Q beta 0 req 15+11 flags=no_response,req_cut\n",
	       "open messages are cut, missing responses are told");
	engine_log_release(&l);
}

static void
test_gap_in_body(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.diags = true;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q alpha 100\nhello");
	engine_log_gap(&l, 0, 90);
	engine_log_text(&l, 0, "12345Q beta 0\n");
	engine_log_text(&l, 1, "A 200 10\n");
	engine_log_gap(&l, 1, 10);
	engine_log_text(&l, 1, "A 201 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "Q alpha 200 req 0+112 size=22 res 0+19 size=9 "
	       "flags=req_gap,res_gap\n"
	       "Q beta 201 req 112+9 res 19+8\n",
	       "a gap inside a body does not desynchronise");
	is_int(l.budget.used, 0, "the budget is given back");
	engine_log_release(&l);
}

static void
test_gap_over_heads(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.diags = true;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q alpha 10\nhello");
	engine_log_gap(&l, 0, 50);
	engine_log_text(&l, 0, "arbageQ beta 0\n");
	engine_log_text(&l, 1, "A 201 0\n");
	engine_log_text(&l, 0, "Q gamma 0\n");
	engine_log_text(&l, 1, "A 202 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "! resync  0@72+51 \n"
	       "Q alpha 201 req 0+21 size=16 res 0+8 flags=req_gap,doubt\n"
	       "Q beta 202 req 72+9 res 8+8 flags=resynced,doubt\n"
	       "Q gamma 0 req 81+10 flags=no_response\n",
	       "a gap past the end of a body: the body is known to end, the "
	       "next head is searched");
	engine_log_release(&l);
}

static void
test_late_join(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.opener = -1;
	l.positions = true;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 1, "rest of a body that began before");
	engine_log_text(&l, 1, "A 200 2\nok");
	engine_log_text(&l, 0, "Q beta 0\n");
	engine_log_text(&l, 1, "A 201 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "  200 res 32+10 flags=no_request,late,resynced id=2.0 ord=0 "
	       "t=0-0/20-20\n"
	       "Q beta 201 req 0+9 res 42+8 flags=late,resynced id=3.0 ord=1 "
	       "t=30-30/40-40\n",
	       "joined late: messages are found at packet starts, a response "
	       "without its request is told");
	is_int(l.state.client, 0, "YES fixes who is the client");
	ok(!l.state.role_guessed, "without guessing");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	l.opener = -1;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "A 200 2\nok");
	engine_log_text(&l, 1, "Q beta 0\n");
	engine_log_text(&l, 0, "A 201 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "  200 res 0+10 flags=no_request,late\n"
	       "Q beta 201 req 0+9 res 10+8 flags=late\n",
	       "the first to speak need not be the client");
	is_int(l.state.client, 1, "side 1 is the client");
	engine_log_release(&l);
}

static void
test_opaque(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	is_str(engine_log_finish(&l, WHY_FIN), "", "nothing comes of nothing");
	is_str(l.state.reason, "no payload", "because there was none");
	is_str(l.state.protocol, "", "it has no protocol");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "EHLO example\r\n");
	engine_log_text(&l, 0, "Q beta 0\n");
	is_str(engine_log_finish(&l, WHY_FIN), "", "nobody knows it");
	is_str(l.state.reason, "no dissector recognised it", "which is told");
	is_int(l.budget.used, 0, "the budget is given back");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_data(&l, 0, STR("\x16\x03\x01\x02\x00\x01\x00"));
	is_str(engine_log_finish(&l, WHY_FIN), "", "TLS gives no entries");
	is_str(l.state.reason, "TLS, not decrypted", "and is told");
	ok(l.state.tls_wire, "as such");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	l.opener = -1;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "tail of a record");
	engine_log_data(&l, 1, STR("\x17\x03\x03\x02\x00rest"));
	(void)engine_log_finish(&l, WHY_FIN);
	ok(l.state.tls_wire, "TLS is seen when joined late, too");
	engine_log_release(&l);
}

static void
test_guessing(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.opener = -1;
	l.port[0] = 9000;
	l.port[1] = 1000;
	ok(engine_log_open(&l), "a stream opens");
	engine_state(l.s, &l.state);
	is_int(l.state.client, 0, "the lower port is the server");
	ok(l.state.role_guessed, "by guess");
	engine_opener(l.s, 1);
	engine_state(l.s, &l.state);
	is_int(l.state.client, 1, "until the opener is seen");
	ok(!l.state.role_guessed, "which is no guess");
	engine_log_text(&l, 1, "Q beta 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "Q beta 0 req 0+9 flags=no_response\n",
	       "a request of side 1, not joined late");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	l.opener = -1;
	l.port[0] = 7007;
	l.port[1] = 1000;
	ok(engine_log_open(&l), "a stream opens");
	engine_state(l.s, &l.state);
	is_int(l.state.client, 1, "a port that a protocol owns is the server");
	engine_log_release(&l);
}

/* Who opened the connection need not be the one who asks. */
static void
test_reversed(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 1, "Q be");
	engine_log_text(&l, 1, "ta 0\n");
	engine_log_text(&l, 0, "A 200 0\n");
	is_str(engine_log_finish(&l, WHY_FIN), "Q beta 200 req 0+9 res 0+8\n",
	       "the server asks");
	is_int(l.state.client, 1, "then it is the client");
	ok(!l.state.role_guessed, "without guessing");
	engine_log_release(&l);
}

/* MAYBE to the end: the port decides. */
static void
test_maybe(void)
{
	struct engine_log l;

	engine_log_init(&l, only_template);
	l.limits.probe_max = 8;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q name.");
	engine_log_text(&l, 0, "that.is.long 3\nabc");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "Q name.that.is.long 0 req 0+25 flags=no_response\n",
	       "a candidate with its port is taken at probe-max");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	l.limits.probe_max = 8;
	l.port[1] = 7008;
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q name.");
	engine_log_text(&l, 0, "that.is.long 3\nabc");
	is_str(engine_log_finish(&l, WHY_FIN), "",
	       "without its port it is not");
	is_str(l.state.reason, "no dissector recognised it", "which is told");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_text(&l, 0, "Q na");
	engine_log_end(&l, 0, WHY_FIN);
	engine_log_end(&l, 1, WHY_FIN);
	(void)engine_log_finish(&l, WHY_FIN);
	is_str(l.state.protocol, "template",
	       "at the end of the stream the port decides, too");
	engine_log_release(&l);

	engine_log_init(&l, only_template);
	ok(engine_log_open(&l), "a stream opens");
	engine_log_gap(&l, 0, 10);
	engine_log_text(&l, 0, "middle");
	engine_log_text(&l, 0, "Q beta 0\n");
	is_str(engine_log_finish(&l, WHY_FIN),
	       "Q beta 0 req 16+9 flags=no_response,resynced\n",
	       "first bytes missing: as if joined late");
	engine_log_release(&l);
}

static int
read_talk(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
          uint64_t *ret_hole)
{
	static const char *const text[] = { "Q alpha 5\nhello",
		                            "A 200 3\nyes" };
	struct str s = str_tail(str_from_c(text[at.dir]), (size_t)at.off);

	(void)ctx;
	s = str_head(s, n);
	if (s.n != 0)
		memcpy(buf, s.p, s.n);
	*ret_n = s.n;
	*ret_hole = 0;
	return 0;
}

static int
append_bytes(void *ctx, const uint8_t *p, size_t n)
{
	return buf_append(ctx, p, n);
}

static int
no_hole(void *ctx, uint64_t n)
{
	(void)ctx, (void)n;
	return -1;
}

/* Second life of the template: what the docs show works. */
static void
test_render(void)
{
	static const struct span req = { .len = 15 };
	static const struct span res = { .len = 11 };
	struct entry e = {
		.request = { .present = true, .nspans = 1, .spans = &req },
		.response = { .present = true, .nspans = 1, .spans = &res },
	};
	struct layer_reader reader = { .read = read_talk };
	struct proto_limits limits;
	struct arena scratch;
	struct exchange x = { .entry = &e,
		              .reader = &reader,
		              .limits = &limits,
		              .scratch = &scratch };
	struct buf text;
	struct json_out json;
	struct sink_json sink;
	struct body_out body = { append_bytes, no_hole, &text };
	struct body_range middle = { 1, 3 };

	proto_limits_init(&limits);
	arena_init(&scratch, 1 << 20, 0);
	buf_init(&text, 1 << 20);
	jout_init_buf(&json, &text);
	sink_json_init(&sink, &json);
	is_int(proto_template.render(&x, SIDE_REQUEST, &sink.sink), 0,
	       "render works");
	is_int(jout_finish(&json), 0, "and gives JSON");
	is_bytes(text.p, text.n, "{\"name\":\"alpha\",\"size\":5}", 25,
	         "the request's object");
	buf_clear(&text);
	jout_init_buf(&json, &text);
	sink_json_init(&sink, &json);
	is_int(proto_template.represent(&x, SIDE_RESPONSE, &sink.sink), 0,
	       "represent works");
	is_int(jout_finish(&json), 0, "and gives JSON");
	ok(str_find(buf_str(&text), STR("response.status")) < text.n,
	   "with a selector");
	buf_clear(&text);
	is_int(proto_template.body(&x, SIDE_REQUEST, true, middle, &body), 0,
	       "body works");
	is_bytes(text.p, text.n, "ell", 3, "for a range");
	buf_release(&text);
	arena_release(&scratch);
}

int
main(void)
{
	test_talk();
	test_splits();
	test_times();
	test_truncations();
	test_gap_in_body();
	test_gap_over_heads();
	test_late_join();
	test_opaque();
	test_guessing();
	test_reversed();
	test_maybe();
	test_render();
	return tap_done();
}
