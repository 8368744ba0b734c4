/* SPDX-License-Identifier: Apache-2.0 */
/* How long messages were held up, on connections made packet by packet. */
#include "analyzer/query/stall.h"

#include "tests/support/indexed.h"
#include "tests/support/mkcap.h"
#include "tests/tap/tap.h"

#define REQUEST "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define HEAD    "HTTP/1.1 200 OK\r\nContent-Length: "

enum {
	RAW = 101, /* link type: IP and nothing in front */
	HEADERS = 40,
	ASKED = sizeof(REQUEST) - 1,
	ANSWER = 400, /* bytes of the response */
	TURNS = 16,
	FRAMES = TURNS + 4,
	SYN = 0x02,
	ACK = 0x10,
};

/* A packet of the server with bytes [from, to) of its stream; without any, the
 * client's acknowledgement of what is before `from`. */
struct turn {
	unsigned ms; /* after the request */
	unsigned from, to;
};

/* What was written, to be given back. */
struct made {
	struct mkcap cap;
	char said[2 * ANSWER];
	size_t n;
	struct {
		uint64_t off;
		uint32_t len;
		int64_t ts;
	} frame[FRAMES];
};

static struct made made;

static void
put_8(struct mkcap *f, unsigned v)
{
	const uint8_t b = (uint8_t)v;

	mkcap_put(f, &b, 1);
}

/* ---- the capture ---- */

struct segment {
	bool server;
	unsigned us; /* since the start */
	uint32_t seq, ack;
	unsigned flags;
	const char *p;
	size_t n;
};

static void
put_ip(struct mkcap *f, const struct segment *s)
{
	f->big = true;
	mkcap_16(f, 0x4500);
	mkcap_16(f, (unsigned)(HEADERS + s->n));
	mkcap_16(f, (unsigned)made.n);
	mkcap_16(f, 0);
	mkcap_16(f, 0x4006);
	mkcap_16(f, 0);
	mkcap_32(f, s->server ? 0x0a000002 : 0x0a000001);
	mkcap_32(f, s->server ? 0x0a000001 : 0x0a000002);
}

static void
put(const struct segment *s)
{
	struct mkcap *f = &made.cap;

	f->big = false;
	mkcap_32(f, 1700000000);
	mkcap_32(f, s->us);
	mkcap_32(f, (uint32_t)(HEADERS + s->n));
	mkcap_32(f, (uint32_t)(HEADERS + s->n));
	made.frame[made.n].off = f->n;
	made.frame[made.n].len = (uint32_t)(HEADERS + s->n);
	made.frame[made.n].ts = INT64_C(1700000000000000000) +
	                        INT64_C(1000) * s->us;
	put_ip(f, s);
	mkcap_16(f, s->server ? 80 : 40000);
	mkcap_16(f, s->server ? 40000 : 80);
	mkcap_32(f, s->seq);
	mkcap_32(f, s->ack);
	put_8(f, 0x50);
	put_8(f, s->flags);
	mkcap_16(f, 65535);
	mkcap_32(f, 0);
	mkcap_put(f, s->p, s->n);
	made.n++;
}

/* Two responses of the same length, the second without a request of its own
 * unless the client asked twice. */
static void
say(char *out)
{
	for (int i = 0; i < 2; i++) {
		char *p = out + (size_t)i * ANSWER;
		int n = snprintf(p, ANSWER, HEAD "%zu\r\n\r\n",
		                 ANSWER - sizeof(HEAD "000\r\n\r\n") + 1);

		memset(p + n, 'x', ANSWER - (size_t)n);
	}
}

/* Sequence numbers pass 2^32 within the response. */
static const uint32_t client0 = 1000, server0 = UINT32_MAX - 150;

static void
make(const struct turn *turn, size_t n, bool twice)
{
	struct mkcap *f = &made.cap;
	const char *asked = twice ? REQUEST REQUEST : REQUEST;
	size_t nasked = strlen(asked);

	f->n = made.n = 0;
	f->big = false;
	say(made.said);
	mkcap_32(f, 0xa1b2c3d4);
	mkcap_16(f, 2);
	mkcap_16(f, 4);
	mkcap_64(f, 0);
	mkcap_32(f, 65535);
	mkcap_32(f, RAW);
	put(&(struct segment){ false, 0, client0 - 1, 0, SYN, "", 0 });
	put(&(struct segment){ true, 100, server0 - 1, client0, SYN | ACK, "",
	                       0 });
	put(&(struct segment){ false, 200, client0, server0, ACK, asked,
	                       nasked });
	for (size_t i = 0; i < n; i++) {
		const struct turn *t = &turn[i];
		struct segment s = { .server = t->to > 0,
			             .us = 200 + t->ms * 1000,
			             .flags = ACK };

		s.seq = s.server ? server0 + t->from
		                 : client0 + (uint32_t)nasked;
		s.ack = s.server ? client0 + (uint32_t)nasked
		                 : server0 + t->from;
		s.p = made.said + t->from;
		s.n = s.server ? t->to - t->from : 0;
		put(&s);
	}
}

/* ---- what comes of it ---- */

struct looking {
	struct indexed *x;
	enum side side;
	uint64_t nth; /* of the connection's calls */
	struct stall *stall;
	struct stall_sum sum;
	size_t wanted;
	int rc;
};

static void
look(void *ctx, const struct index_entry *e)
{
	struct looking *l = ctx;
	struct err err = ERR_INIT;

	if (e->e.ordinal != l->nth || l->stall != NULL)
		return;
	l->rc = stall_new(l->x->o, e, l->side, &err, &l->stall);
	if (l->rc != 0 || l->stall == NULL)
		return;
	(void)stall_wanted(l->stall, &l->wanted);
	for (size_t i = 0; i < made.n; i++) {
		struct stall_bytes b = {
			.data = str_make(made.cap.b + made.frame[i].off,
			                 made.frame[i].len),
			.linktype = RAW,
			.origlen = made.frame[i].len,
			.ts = made.frame[i].ts,
		};

		stall_take(l->stall, 0, made.frame[i].off, &b);
	}
	stall_sum(l->stall, &l->sum);
}

struct want {
	const char *what;
	struct turn turn[TURNS];
	size_t n;
	unsigned ms, bytes, missing, times;
};

static bool
run(struct indexed *x, struct looking *l)
{
	struct indexed_set set = { .n = 0 };
	bool fine;

	indexed_add(&set, made.cap.b, made.cap.n);
	fine = indexed_run_set(x, &set);
	indexed_clear(&set);
	l->x = x;
	if (fine)
		indexed_each(x, look, l);
	return fine && l->rc == 0;
}

static void
check(struct indexed *x, const struct want *w)
{
	struct looking l = { .side = SIDE_RESPONSE };

	make(w->turn, w->n, false);
	if (!ok(run(x, &l) && l.stall != NULL, w->what))
		return;
	is_int(l.sum.ns, (int64_t)w->ms * 1000000, "held up so long");
	is_int((int64_t)l.sum.bytes, w->bytes, "so many bytes came late");
	is_int((int64_t)l.sum.missing, w->missing, "so many never came");
	is_int((int64_t)l.sum.n, w->times, "so many times");
	ok(l.sum.complete, "nothing was left out");
	stall_free(l.stall);
}

static const struct want wants[] = {
	{ "all in order",
	  { { 1, 0, 200 }, { 2, 200, 400 }, { 3, 400, 0 } },
	  3,
	  0,
	  0,
	  0,
	  0 },
	{ "a hole that is filled later",
	  { { 10, 0, 100 }, { 11, 200, 400 }, { 211, 100, 200 } },
	  3,
	  200,
	  100,
	  0,
	  1 },
	{ "sent again, the first copy was captured",
	  { { 10, 0, 200 },
	    { 11, 200, 400 },
	    { 12, 200, 0 },
	    { 250, 200, 400 },
	    { 251, 400, 0 } },
	  5,
	  239,
	  200,
	  0,
	  1 },
	{ "sent again and again",
	  { { 10, 0, 400 }, { 210, 0, 400 }, { 610, 0, 400 } },
	  3,
	  600,
	  800,
	  0,
	  1 },
	{ "sent again for nothing: it had been acknowledged",
	  { { 10, 0, 400 }, { 11, 400, 0 }, { 210, 300, 400 } },
	  3,
	  0,
	  0,
	  0,
	  0 },
	{ "only what was not acknowledged counts",
	  { { 10, 0, 200 },
	    { 20, 200, 400 },
	    { 21, 200, 0 },
	    { 70, 100, 400 } },
	  4,
	  50,
	  200,
	  0,
	  1 },
	{ "holes at the same time count once",
	  { { 10, 0, 100 },
	    { 11, 300, 400 },
	    { 51, 100, 200 },
	    { 61, 200, 300 } },
	  4,
	  50,
	  200,
	  0,
	  1 },
	{ "one after the other they add up",
	  { { 10, 0, 50 },
	    { 11, 100, 200 },
	    { 21, 50, 100 },
	    { 22, 200, 250 },
	    { 23, 300, 400 },
	    { 43, 250, 300 } },
	  6,
	  30,
	  100,
	  0,
	  2 },
	{ "the beginning comes last",
	  { { 10, 100, 400 }, { 40, 0, 100 } },
	  2,
	  30,
	  100,
	  0,
	  1 },
	{ "what was never captured is missing, not late",
	  { { 10, 0, 100 }, { 11, 200, 400 }, { 12, 400, 0 } },
	  3,
	  0,
	  0,
	  100,
	  0 },
};

/* ---- more than one message ---- */

static void
test_front(struct indexed *x)
{
	static const struct turn turn[] = { { 10, 0, 300 },
		                            { 11, 400, 800 },
		                            { 61, 300, 400 } };
	struct looking l = { .side = SIDE_RESPONSE, .nth = 1 };
	struct looking first = { .side = SIDE_RESPONSE };

	make(turn, ARRAY_LEN(turn), true);
	if (!ok(run(x, &l) && l.stall != NULL, "two calls"))
		return;
	is_int(l.sum.ns, 50 * 1000000, "the second waits for the first's rest");
	is_int((int64_t)l.sum.bytes, 0, "of which none is its own");
	stall_free(l.stall);
	ok(run(x, &first) && first.stall != NULL, "the first");
	is_int(first.sum.ns, 0, "has no byte that overtook another");
	stall_free(first.stall);
}

static void
test_request(struct indexed *x)
{
	static const struct turn turn[] = { { 10, 0, 100 },
		                            { 11, 200, 400 },
		                            { 61, 100, 200 } };
	struct looking l = { .side = SIDE_REQUEST };
	struct looking none = { .side = SIDE_RESPONSE, .nth = 1 };

	make(turn, ARRAY_LEN(turn), false);
	ok(run(x, &l) && l.stall != NULL, "the other direction");
	is_int((int64_t)l.wanted, 0, "needs no packets");
	is_int(l.sum.ns, 0, "and was not held up");
	stall_free(l.stall);
	make(turn, ARRAY_LEN(turn), true);
	ok(run(x, &none) && none.stall == NULL, "no response, no stall");
}

int
main(void)
{
	struct indexed x;

	indexed_begin(&x);
	for (size_t i = 0; i < ARRAY_LEN(wants); i++)
		check(&x, &wants[i]);
	test_front(&x);
	test_request(&x);
	indexed_end(&x);
	return tap_done();
}
