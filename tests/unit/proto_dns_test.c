/* SPDX-License-Identifier: Apache-2.0 */
/* DNS while it is indexed: what is taken, who answers whom, what is lost. */
#include "tests/support/dns_world.h"
#include "tests/support/wire.h"
#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

#include "analyzer/proto/dns/dns_wire.h"

enum { Q = 0x0100, R = 0x8180, NXDOMAIN = 3, A = 1, SOA = 6, AXFR = 252 };

/* A message in `b`, with or without its length in front. */
struct making {
	struct buf b;
};

static void
clear(struct buf *b)
{
	buf_release(b);
	buf_init(b, 1 << 20);
}

static struct str
query(struct buf *b, unsigned id, const char *name)
{
	clear(b);
	dns_put_header(b, id, Q, (const unsigned[]){ 1, 0, 0, 0 });
	dns_put_question(b, name, A, 1);
	return buf_str(b);
}

static struct str
answer(struct buf *b, unsigned id, const char *name, unsigned rcode)
{
	clear(b);
	dns_put_header(b, id, R | rcode,
	               (const unsigned[]){ 1, rcode == 0, 0, 0 });
	dns_put_question(b, name, A, 1);
	if (rcode == 0)
		dns_put_record(b, name, A, STR("\1\2\3\4"));
	return buf_str(b);
}

/* Adds a message to a TCP stream. */
static void
add(struct buf *stream, struct str msg)
{
	wire_16(stream, (unsigned)msg.n);
	wire_put(stream, msg.p, msg.n);
}

static void
test_datagrams(void)
{
	struct dns_world w;
	struct buf b;

	buf_init(&b, 1 << 20);
	dns_world_init(&w, DNS_WORLD_LINE | DNS_WORLD_DIAGS);
	dns_world_open(&w);
	/* As resolvers do: both at once, answered in another order. */
	dns_world_send(&w, 0, query(&b, 7, "a.b"));
	dns_world_send(&w, 0, query(&b, 8, "c.d"));
	dns_world_send(&w, 1, answer(&b, 8, "c.d", 0));
	dns_world_send(&w, 1, answer(&b, 7, "A.b", NXDOMAIN));
	/* Asked twice, answered three times. */
	dns_world_send(&w, 0, query(&b, 9, "e.f"));
	dns_world_send(&w, 0, query(&b, 9, "e.f"));
	dns_world_send(&w, 1, answer(&b, 9, "e.f", 0));
	dns_world_send(&w, 1, answer(&b, 9, "e.f", 0));
	dns_world_send(&w, 1, answer(&b, 9, "e.f", 0));
	/* The same id, another question. */
	dns_world_send(&w, 0, query(&b, 10, "g.h"));
	dns_world_send(&w, 1, answer(&b, 10, "x.y", 0));
	/* A refusal that does not repeat the question. */
	dns_world_send(&w, 0, query(&b, 11, "i.j"));
	clear(&b);
	dns_put_header(&b, 11, R | 1, (const unsigned[]){ 0, 0, 0, 0 });
	dns_world_send(&w, 1, buf_str(&b));
	is_str(dns_world_finish(&w, WHY_SNAPSHOT_END),
	       "dns/0 \"Query\" c.d 0 21/40\n"
	       "dns/0 \"Query\" a.b 3 21/21 failed\n"
	       "dns/0 \"Query\" e.f 0 21/40\n"
	       "dns/0 \"Query\" e.f 0 21/40\n"
	       "dns/0 \"Query\" e.f 0 0/40 no-request\n"
	       "dns/0 \"Query\" x.y 0 0/40 no-request\n"
	       "dns/0 \"Query\" i.j 1 21/12 failed\n"
	       "dns/0 \"Query\" g.h 0 21/0 no-response\n",
	       "questions and answers find each other");
	dns_world_release(&w);
	is_int(w.budget.used, 0, "the budget is given back");
	buf_release(&b);
}

/* What is sent first decides whether a stream is DNS. */
static bool
is_taken(struct str msg, int side, uint8_t l4, uint16_t port)
{
	struct dns_world w;
	struct engine_state state;
	bool taken;

	dns_world_init(&w, 0);
	w.l4 = l4;
	w.port[1] = port;
	dns_world_open(&w);
	dns_world_send(&w, side, msg);
	engine_state(w.stream, &state);
	taken = state.protocol[0] != '\0';
	dns_world_release(&w);
	return taken;
}

static void
test_probe(void)
{
	char zeros[40] = { 0 };
	struct buf b, inner;
	struct str msg;

	buf_init(&b, 1 << 20);
	ok(is_taken(query(&b, 1, "a.b"), 0, 17, 9999), "a query on any port");
	ok(is_taken(answer(&b, 1, "a.b", 0), 1, 17, 9999),
	   "and a response from any port");
	msg = query(&b, 1, "a.b");
	ok(!is_taken(str_head(msg, msg.n - 1), 0, 17, 9999),
	   "a cut one is not");
	ok(!is_taken(str_head(msg, 5), 0, 17, 53), "nor is a stump on port 53");
	wire_8(&b, 0);
	ok(!is_taken(buf_str(&b), 0, 17, 9999), "nor one with more behind it");
	ok(is_taken(buf_str(&b), 0, 17, 53), "unless the port speaks for it");
	ok(!is_taken(str_make(zeros, sizeof(zeros)), 0, 17, 53),
	   "zeros are no DNS on any port");
	ok(!is_taken(str_make(zeros, DNS_HEADER), 0, 17, 53),
	   "nor an empty query");
	clear(&b);
	dns_put_header(&b, 1, 0x0110, (const unsigned[]){ 1, 0, 0, 0 });
	dns_put_question(&b, "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 33, 1);
	ok(!is_taken(buf_str(&b), 0, 17, 137), "NetBIOS names are no DNS");
	clear(&b);
	buf_init(&inner, 1 << 20);
	add(&b, query(&inner, 1, "a.b"));
	buf_release(&inner);
	ok(is_taken(buf_str(&b), 0, 6, 9999), "a query over TCP");
	ok(!is_taken(STR("GET / HTTP/1.1\r\n\r\n"), 0, 6, 53),
	   "HTTP to port 53 is not");
	buf_release(&b);
}

static void
test_multicast(void)
{
	struct dns_world w;
	struct buf b;

	buf_init(&b, 1 << 20);
	dns_world_init(&w, DNS_WORLD_LINE);
	w.port[0] = w.port[1] = 5353;
	dns_world_open(&w);
	clear(&b);
	dns_put_header(&b, 0, 0, (const unsigned[]){ 2, 0, 0, 0 });
	dns_put_question(&b, "_http._tcp.local", 12, 0x8001);
	dns_put_question(&b, "_ipp._tcp.local", 12, 1);
	dns_world_send(&w, 0, buf_str(&b));
	clear(&b);
	dns_put_header(&b, 0, 0x8400, (const unsigned[]){ 0, 1, 0, 0 });
	dns_put_record(&b, "p.local", A, STR("\1\2\3\4"));
	dns_world_send(&w, 0, buf_str(&b));
	is_str(dns_world_finish(&w, WHY_SNAPSHOT_END),
	       "mdns/0 \"Query\" _http._tcp.local 0 55/0 guessed one-way\n"
	       "mdns/0 \"Query\" p.local 0 0/35 no-request guessed reversed\n",
	       "multicast questions wait for nothing");
	dns_world_release(&w);

	dns_world_init(&w, DNS_WORLD_LINE);
	w.port[1] = 5355;
	dns_world_open(&w);
	clear(&b);
	dns_put_header(&b, 77, 0, (const unsigned[]){ 1, 0, 0, 0 });
	dns_put_question(&b, "host", A, 1);
	dns_world_send(&w, 0, buf_str(&b));
	is_str(dns_world_finish(&w, WHY_SNAPSHOT_END),
	       "llmnr/0 \"Query\" host 0 22/0 one-way\n",
	       "LLMNR has its own name");
	dns_world_release(&w);
	buf_release(&b);
}

static void
test_damage(void)
{
	struct dns_world w;
	struct buf b;
	struct str msg;

	buf_init(&b, 1 << 20);
	dns_world_init(&w, DNS_WORLD_LINE | DNS_WORLD_JSON | DNS_WORLD_DIAGS);
	dns_world_open(&w);
	dns_world_send(&w, 0, query(&b, 7, "a.b"));
	msg = answer(&b, 7, "a.b", 0);
	dns_world_send(&w, 1, str_head(msg, msg.n - 2));
	dns_world_send(&w, 1, str_head(msg, 15));
	is_str(dns_world_finish(&w, WHY_SNAPSHOT_END),
	       "dns/0 \"Query\" a.b 0 21/38 res-cut\n"
	       "  > {\"authenticData\":false,\"checkingDisabled\":false,"
	       "\"id\":7,\"opCode\":\"Query\",\"questions\":[{\"class\":\"IN\","
	       "\"name\":\"a.b\",\"type\":\"A\"}],\"recursionDesired\":true,"
	       "\"truncated\":false}\n"
	       "  < {\"additionals\":null,\"answers\":null,"
	       "\"authenticData\":false,\"authoritative\":false,"
	       "\"authorities\":null,\"checkingDisabled\":false,"
	       "\"code\":\"No Error\",\"id\":7,\"malformed\":true,\"rcode\":0,"
	       "\"recursionAvailable\":true,\"recursionDesired\":true,"
	       "\"truncated\":false}\n"
	       "! malformed malformed datagram\n",
	       "what is cut is shown as far as it goes, what is no message "
	       "is told");
	dns_world_release(&w);
	buf_release(&b);
}

/* --- TCP ------------------------------------------------------------------ */

/* Two pipelined queries, a transfer of three messages in two pieces. */
static void
make_streams(struct buf *ask, struct buf *tell)
{
	static const char soa[] = "\1n\0\1m\0\0\0\0\1\0\0\0\2\0\0\0\3"
				  "\0\0\0\4\0\0\0\5";
	struct str data = str_make(soa, sizeof(soa) - 1);
	struct buf b;

	buf_init(&b, 1 << 20);
	clear(ask);
	clear(tell);
	add(ask, query(&b, 1, "a.b"));
	add(ask, query(&b, 2, "c.d"));
	clear(&b);
	dns_put_header(&b, 3, 0, (const unsigned[]){ 1, 0, 0, 0 });
	dns_put_question(&b, "z", AXFR, 1);
	add(ask, buf_str(&b));
	add(ask, query(&b, 4, "last"));

	add(tell, answer(&b, 2, "c.d", 0));
	add(tell, answer(&b, 1, "a.b", 5));
	clear(&b);
	dns_put_header(&b, 3, 0x8400, (const unsigned[]){ 1, 1, 0, 0 });
	dns_put_question(&b, "z", AXFR, 1);
	dns_put_record(&b, "z", SOA, data);
	add(tell, buf_str(&b));
	clear(&b);
	dns_put_header(&b, 3, 0x8400, (const unsigned[]){ 0, 2, 0, 0 });
	dns_put_record(&b, "h.z", A, STR("\1\1\1\1"));
	dns_put_record(&b, "i.z", A, STR("\2\2\2\2"));
	add(tell, buf_str(&b));
	clear(&b);
	dns_put_header(&b, 3, 0x8400, (const unsigned[]){ 0, 1, 0, 0 });
	dns_put_record(&b, "z", SOA, data);
	add(tell, buf_str(&b));
	add(tell, answer(&b, 4, "last", 0));
	buf_release(&b);
}

static const char stream_lines[] = "dns/0/tcp \"Query\" c.d 0 21/40\n"
				   "dns/0/tcp \"Query\" a.b 5 21/21 failed\n"
				   "dns/0/tcp \"Query\" z 0 19/159\n"
				   "dns/0/tcp \"Query\" last 0 22/42\n";

/* The questions, then the answers; `cut` splits the latter. */
static const char *
run_streams(struct dns_world *w, const struct buf *ask, const struct buf *tell,
            size_t cut, size_t step)
{
	struct str rest = buf_str(tell);

	w->l4 = 6;
	dns_world_open(w);
	dns_world_send(w, 0, buf_str(ask));
	dns_world_send(w, 1, str_head(rest, cut));
	for (rest = str_tail(rest, cut); rest.n != 0;
	     rest = str_tail(rest, step))
		dns_world_send(w, 1, str_head(rest, step));
	return dns_world_finish(w, WHY_FIN);
}

static void
test_streams(void)
{
	struct dns_world whole, w;
	struct buf ask, tell;
	bool same = true;
	const char *want;

	buf_init(&ask, 1 << 20);
	buf_init(&tell, 1 << 20);
	make_streams(&ask, &tell);
	dns_world_init(&w, DNS_WORLD_LINE | DNS_WORLD_DIAGS);
	is_str(run_streams(&w, &ask, &tell, 0, SIZE_MAX), stream_lines,
	       "pipelined queries and a transfer");
	dns_world_release(&w);

	dns_world_init(&whole, DNS_WORLD_JSON | DNS_WORLD_SECTIONS);
	want = run_streams(&whole, &ask, &tell, 0, SIZE_MAX);
	ok(strstr(want, "\"i.z\"") != NULL, "the transfer is shown whole");
	for (size_t cut = 1; cut < tell.n; cut++) {
		dns_world_init(&w, whole.show);
		same &= strcmp(run_streams(&w, &ask, &tell, cut, SIZE_MAX),
		               want) == 0;
		same &= w.failed == 0;
		dns_world_release(&w);
	}
	ok(same, "every two-way split gives the same, also rendered");
	dns_world_init(&w, whole.show);
	is_str(run_streams(&w, &ask, &tell, 0, 1), want,
	       "and so do single bytes");
	dns_world_release(&w);
	dns_world_release(&whole);
	buf_release(&ask);
	buf_release(&tell);
}

/* Cut anywhere: what is whole is as before, the rest says what it lacks. */
static void
test_truncations(void)
{
	struct buf ask, tell;
	bool good = true;

	buf_init(&ask, 1 << 20);
	buf_init(&tell, 1 << 20);
	make_streams(&ask, &tell);
	for (size_t end = 0; end < tell.n; end++) {
		struct buf part = tell;
		struct dns_world w;
		const char *got;

		part.n = end;
		dns_world_init(&w, DNS_WORLD_LINE);
		got = run_streams(&w, &ask, &part, 0, SIZE_MAX);
		for (const char *p = got; *p != '\0';) {
			const char *lf = strchr(p, '\n') + 1;
			struct str line = str_make(p, (size_t)(lf - p));
			char copy[200];

			memcpy(copy, line.p, line.n);
			copy[line.n] = '\0';
			good &= strstr(stream_lines, copy) != NULL ||
			        strstr(copy, "res-cut") != NULL ||
			        strstr(copy, "no-response") != NULL;
			p = lf;
		}
		good &= w.entries == 4;
		dns_world_release(&w);
	}
	ok(good,
	   "every truncation leaves four entries that say what they lack");
	buf_release(&ask);
	buf_release(&tell);
}

/* Bytes are lost anywhere: the last answer is found again. */
static void
test_gaps(void)
{
	struct buf ask, tell;
	bool good = true;
	size_t last = 42 + 2;

	buf_init(&ask, 1 << 20);
	buf_init(&tell, 1 << 20);
	make_streams(&ask, &tell);
	for (size_t at = 1; at + 20 + last <= tell.n; at++) {
		struct str all = buf_str(&tell);
		struct dns_world w;
		const char *got;

		dns_world_init(&w, DNS_WORLD_LINE);
		w.l4 = 6;
		dns_world_open(&w);
		dns_world_send(&w, 0, buf_str(&ask));
		dns_world_send(&w, 1, str_head(all, at));
		dns_world_lose(&w, 1, 20);
		dns_world_send(&w, 1, str_tail(all, at + 20));
		got = dns_world_finish(&w, WHY_FIN);
		good &= strstr(got, "last 0 22/42") != NULL;
		good &= at < 42 || strstr(got, "c.d 0 21/40\n") == got + 18;
		dns_world_release(&w);
	}
	ok(good, "after a gap the next message is found");
	buf_release(&ask);
	buf_release(&tell);
}

static void
test_late(void)
{
	struct dns_world w;
	struct buf ask, tell;

	buf_init(&ask, 1 << 20);
	buf_init(&tell, 1 << 20);
	make_streams(&ask, &tell);
	dns_world_init(&w, DNS_WORLD_LINE);
	w.l4 = 6;
	w.opener = -1;
	dns_world_open(&w);
	dns_world_send(&w, 1, str_tail(buf_str(&tell), 10));
	ok(strstr(dns_world_finish(&w, WHY_FIN), "a.b 5 0/21") != NULL,
	   "a stream that begins inside a message is joined at the next");
	dns_world_release(&w);
	buf_release(&ask);
	buf_release(&tell);
}

/* --- names ---------------------------------------------------------------- */

static void
test_names(void)
{
	/* 0: a.b; 5: a pointer to it; 7: c. and a pointer; 11: to itself; 13:
	 * forward; 15: a label of a kind that is not in use. */
	static const char bytes[] = "\1a\1b\0\xc0\0\1c\xc0\5\xc0\xb\xc0\xf\x40";
	struct guard g = guard_make(bytes, sizeof(bytes) - 1);
	struct str msg = str_make(g.p, g.n);
	char text[DNS_NAME_TEXT + 1];
	struct dns_name name;
	size_t len;

	is_int(dns_name_read(msg, 7, &name, &len), CUR_OK, "a name is read");
	text[dns_name_text(&name, text).n] = '\0';
	is_str(text, "c.a.b", "through two pointers");
	is_int(len, 4, "and takes up so much where it is");
	is_int(dns_name_read(msg, 11, &name, &len), CUR_BAD, "not to itself");
	is_int(dns_name_read(msg, 13, &name, &len), CUR_BAD, "not forward");
	is_int(dns_name_read(msg, 15, &name, &len), CUR_BAD, "no other kinds");
	is_int(dns_name_read(msg, 16, &name, &len), CUR_MORE, "nothing left");
	is_int(dns_name_read(str_head(msg, 3), 0, &name, &len), CUR_MORE,
	       "cut in a label");
	guard_free(&g);
}

static void
test_name_text(void)
{
	struct dns_name name = { .n = 14 };
	char text[DNS_NAME_TEXT + 1];

	memcpy(name.wire,
	       "\4a.\\\1\3\xff"
	       "bc\2\xc3\xa4\0",
	       14);
	text[dns_name_text(&name, text).n] = '\0';
	is_str(text, "a\\.\\\\\\001.\\255bc.\xc3\xa4",
	       "dots, controls and odd bytes are told apart from text");
	is_int(dns_name_hash(&(struct dns_name){ "\1A", 3 }, 5),
	       (intmax_t)dns_name_hash(&(struct dns_name){ "\1a", 3 }, 5),
	       "case does not matter");
}

/* Every message of long chains of pointers ends soon. */
static void
test_name_limits(void)
{
	struct buf b;
	struct dns_name name;
	size_t len;

	buf_init(&b, 1 << 20);
	wire_8(&b, 0);
	wire_8(&b, 0);
	for (unsigned i = 0; i < 200; i++)
		wire_16(&b, 0xc000 | i * 2);
	is_int(dns_name_read(buf_str(&b), 2 * 100, &name, &len), CUR_OK,
	       "a hundred pointers");
	is_int(dns_name_read(buf_str(&b), 2 * 199, &name, &len), CUR_BAD,
	       "not two hundred");
	clear(&b);
	for (int i = 0; i < 127; i++)
		wire_put(&b, "\1a", 2);
	wire_8(&b, 0);
	is_int(dns_name_read(buf_str(&b), 0, &name, &len), CUR_OK,
	       "255 octets are a name");
	b.p[0] = 2;
	clear(&b);
	for (int i = 0; i < 128; i++)
		wire_put(&b, "\1a", 2);
	wire_8(&b, 0);
	is_int(dns_name_read(buf_str(&b), 0, &name, &len), CUR_BAD,
	       "257 are not");
	buf_release(&b);
}

int
main(void)
{
	test_datagrams();
	test_probe();
	test_multicast();
	test_damage();
	test_streams();
	test_truncations();
	test_gaps();
	test_late();
	test_names();
	test_name_text();
	test_name_limits();
	return tap_done();
}
