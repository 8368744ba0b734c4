/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2 while it is indexed, and rendered at once: whatever comes. */
#include <stdlib.h>

#include "tests/support/h2.h"
#include "tests/support/http1_world.h"
#include "tests/tap/tap.h"

/* A conversation: runs of bytes, and who sent them. */
struct talk {
	struct buf bytes[64];
	int side[64];
	size_t n;
};

static struct buf *
turn(struct talk *t, int side)
{
	if (t->n == ARRAY_LEN(t->bytes))
		abort();
	buf_init(&t->bytes[t->n], H2_MAX);
	t->side[t->n] = side;
	return &t->bytes[t->n++];
}

static void
talk_release(struct talk *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_release(&t->bytes[i]);
	t->n = 0;
}

static size_t
talk_length(const struct talk *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->bytes[i].n;
	return n;
}

/* Everything that framing knows, in one connection. */
static void
talk_everything(struct talk *t)
{
	struct buf block, *b;

	*t = (struct talk){ .n = 0 };
	buf_init(&block, H2_MAX);
	b = turn(t, 0);
	h2_hello(b);
	h2_index(&block, 3);
	h2_insert(&block, ":path", "/post?q=1");
	h2_insert(&block, ":authority", "a.example");
	h2_insert(&block, "cookie", "c=1");
	/* In three frames, with padding and a priority. */
	h2_frame(b, HTTP2_HEADERS, HTTP2_PADDED | HTTP2_HAS_PRIORITY, 1,
	         STR("\2\0\0\0\0\7\x83\0\0"));
	h2_frame(b, HTTP2_CONTINUATION, 0, 1,
	         str_tail(str_head(buf_str(&block), 7), 1));
	h2_frame(b, HTTP2_CONTINUATION, HTTP2_END_HEADERS, 1,
	         str_tail(buf_str(&block), 7));
	buf_clear(&block);
	b = turn(t, 1);
	h2_welcome(b);
	b = turn(t, 0);
	h2_frame(b, HTTP2_SETTINGS, HTTP2_ACK, 0, STR_NONE);
	h2_frame(b, HTTP2_DATA, HTTP2_PADDED, 1, STR("\3hel---"));
	h2_index(&block, 2);
	h2_index(&block, 63);
	h2_literal(&block, ":path", "/second");
	h2_headers(b, 3, &block, HTTP2_END_STREAM);
	h2_frame(b, HTTP2_DATA, HTTP2_END_STREAM, 1, STR("lo"));
	b = turn(t, 1);
	h2_literal(&block, ":status", "103");
	h2_literal(&block, "link", "</x>");
	h2_headers(b, 1, &block, 0);
	h2_index(&block, 8);
	h2_insert(&block, "content-type", "text/plain");
	h2_headers(b, 3, &block, 0);
	h2_frame(b, HTTP2_DATA, 0, 3, STR("one "));
	h2_index(&block, 8);
	h2_index(&block, 62);
	h2_headers(b, 1, &block, 0);
	h2_frame(b, HTTP2_PING, 0, 0, STR("12345678"));
	h2_frame(b, HTTP2_DATA, 0, 3, STR("two"));
	h2_frame(b, HTTP2_DATA, HTTP2_END_STREAM, 1, STR("first"));
	h2_literal(&block, "x-sum", "7");
	h2_headers(b, 3, &block, HTTP2_END_STREAM);
	b = turn(t, 0);
	h2_frame(b, HTTP2_WINDOW_UPDATE, 0, 0, STR("\0\0\1\0"));
	h2_index(&block, 2);
	h2_literal(&block, ":path", "/pusher");
	h2_headers(b, 5, &block, HTTP2_END_STREAM);
	b = turn(t, 1);
	h2_index(&block, 2);
	h2_literal(&block, ":path", "/pushed");
	if (buf_append(b, "", 0) != 0)
		abort();
	{
		struct buf promise;

		buf_init(&promise, H2_MAX);
		if (buf_append(&promise, "\0\0\0\2", 4) != 0 ||
		    buf_append_str(&promise, buf_str(&block)) != 0)
			abort();
		h2_frame(b, HTTP2_PUSH_PROMISE, HTTP2_END_HEADERS, 5,
		         buf_str(&promise));
		buf_release(&promise);
	}
	buf_clear(&block);
	h2_ok(b, 5, "pushing");
	h2_ok(b, 2, "a push");
	b = turn(t, 0);
	h2_get(b, 7, "/refused");
	h2_get(b, 9, "/given-up");
	h2_get(b, 11, "/half");
	h2_frame(b, HTTP2_RST_STREAM, 0, 9, STR("\0\0\0\10"));
	b = turn(t, 1);
	h2_frame(b, HTTP2_RST_STREAM, 0, 7, STR("\0\0\0\7"));
	h2_index(&block, 8);
	h2_headers(b, 11, &block, 0);
	h2_frame(b, HTTP2_DATA, 0, 11, STR("some"));
	h2_frame(b, HTTP2_RST_STREAM, 0, 11, STR("\0\0\0\2"));
	h2_frame(b, HTTP2_GOAWAY, 0, 0, STR("\0\0\0\13\0\0\0\0"));
	buf_release(&block);
}

static const char everything[] =
    "http/2.0 \"POST\" /post?q=1 @a.example 200 114/58\n"
    "http/2.0 \"GET\" /second @a.example 200 26/78\n"
    "http/2.0 \"GET\" /pusher @ 200 25/26\n"
    "http/2.0 \"GET\" /pushed @ 200 29/25 pushed\n"
    "http/2.0 \"GET\" /given-up @h 0 41/0 no-response failed "
    "given-up\n"
    "http/2.0 \"GET\" /refused @h 0 40/13 failed\n"
    "http/2.0 \"GET\" /half @h 200 37/36 failed\n";

/* The conversation from byte `from` up to `end`, with a cut at byte `cut`. */
static void
talk_send(struct world *w, const struct talk *t, size_t cut, size_t from,
          size_t end)
{
	size_t at = 0;

	for (size_t i = 0; i < t->n && at < end; i++) {
		struct str s = buf_str(&t->bytes[i]);
		size_t skip = from > at ? from - at : 0;
		size_t first;

		at += s.n;
		s = str_head(s, s.n - (at > end ? at - end : 0));
		s = str_tail(s, skip < s.n ? skip : s.n);
		first = at > cut && at - cut < s.n ? s.n - (at - cut) : s.n;
		if (s.n == 0)
			continue;
		http1_world_send(w, t->side[i], s.p, first);
		if (first < s.n)
			http1_world_send(w, t->side[i], s.p + first,
			                 s.n - first);
	}
}

static void
begin(struct world *w, unsigned show, int opener)
{
	http1_world_init(w, show);
	w->table[0] = &proto_http2;
	if (!http1_world_open(w, opener))
		abort();
}

static void
test_talk(void)
{
	struct talk t;
	struct world w;

	talk_everything(&t);
	begin(&w, WORLD_LINE | WORLD_DIAGS, 0);
	talk_send(&w, &t, 0, 0, SIZE_MAX);
	is_str(http1_world_finish(&w, WHY_FIN), everything,
	       "exchanges of every kind, interleaved");
	ok(w.sides_agree && w.failed == 0, "what is rendered agrees");
	http1_world_release(&w);
	is_int((intmax_t)w.budget.used, 0, "the budget is given back");
	talk_release(&t);
}

static void
test_splits(void)
{
	unsigned show = WORLD_LINE | WORLD_JSON | WORLD_BODIES | WORLD_DIAGS;
	struct world whole, w;
	struct talk t;
	bool same = true;
	const char *want;

	talk_everything(&t);
	begin(&whole, show, 0);
	talk_send(&whole, &t, 0, 0, SIZE_MAX);
	want = http1_world_finish(&whole, WHY_FIN);
	for (size_t cut = 1; cut < talk_length(&t); cut++) {
		begin(&w, show, 0);
		talk_send(&w, &t, cut, 0, SIZE_MAX);
		same &= strcmp(http1_world_finish(&w, WHY_FIN), want) == 0;
		same &= w.sides_agree && w.failed == 0;
		http1_world_release(&w);
	}
	ok(same, "every two-way split gives the same, also rendered");

	begin(&w, show, 0);
	for (size_t i = 0; i < t.n; i++)
		for (size_t k = 0; k < t.bytes[i].n; k++)
			http1_world_send(&w, t.side[i], t.bytes[i].p + k, 1);
	is_str(http1_world_finish(&w, WHY_FIN), want, "and so do single bytes");
	http1_world_release(&w);
	http1_world_release(&whole);
	talk_release(&t);
}

/* Does the text have this line, up to its end or a blank? */
static bool
has_line(const char *text, const char *line, size_t n)
{
	for (; *text != '\0'; text = strchr(text, '\n') + 1)
		if (strncmp(text, line, n) == 0)
			return true;
	return false;
}

/* Each line is one of the whole conversation, or has a reason on it. */
static bool
lines_are_explained(const char *got, const char *want)
{
	static const char *const reasons[] = { "cut", "no-re", "gap", "unknown",
		                               "resynced" };

	while (*got != '\0') {
		size_t n = (size_t)(strchr(got, '\n') - got) + 1;
		bool good = has_line(want, got, n);

		for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
			const char *r = strstr(got, reasons[i]);

			good |= r != NULL && r < got + n;
		}
		if (!good) {
			printf("# not explained: %.*s", (int)n, got);
			return false;
		}
		got += n;
	}
	return true;
}

static void
test_truncations(void)
{
	bool good = true;
	struct talk t;

	talk_everything(&t);
	for (size_t end = 0; end < talk_length(&t); end++) {
		struct world w;

		begin(&w, WORLD_LINE, 0);
		talk_send(&w, &t, 0, 0, end);
		good &= lines_are_explained(
		    http1_world_finish(&w, WHY_SNAPSHOT_END), everything);
		good &= w.sides_agree && w.failed == 0;
		http1_world_release(&w);
		good &= w.budget.used == 0;
	}
	ok(good, "every truncation gives what was whole, and reasons");
	talk_release(&t);
}

/* n bytes are missing from `at` on, wherever that is. */
static void
send_with_gap(struct world *w, const struct talk *t, size_t at, size_t n)
{
	size_t off = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct str s = buf_str(&t->bytes[i]);
		size_t from = at > off ? at - off : 0;
		size_t to = at + n > off ? at + n - off : 0;

		from = from < s.n ? from : s.n;
		to = to < s.n ? to : s.n;
		off += s.n;
		if (from != 0)
			http1_world_send(w, t->side[i], s.p, from);
		if (to > from)
			http1_world_lose(w, t->side[i], to - from);
		if (s.n > to)
			http1_world_send(w, t->side[i], s.p + to, s.n - to);
	}
}

static void
test_gaps(void)
{
	unsigned show = WORLD_LINE;
	/* The gap may take the 103 in front of a response, and no more. */
	static const char also[] = "http/2.0 \"POST\" /post?q=1 @a.example "
				   "200 114/25\n";
	size_t n[] = { 1, 7, 40 };
	char allowed[sizeof(everything) + sizeof(also)];
	bool good = true, fine = true;
	struct talk t;

	(void)snprintf(allowed, sizeof(allowed), "%s%s", everything, also);
	talk_everything(&t);
	for (size_t k = 0; k < ARRAY_LEN(n); k++) {
		for (size_t at = 0; at < talk_length(&t); at++) {
			struct world w;

			begin(&w, show, 0);
			send_with_gap(&w, &t, at, n[k]);
			good &= lines_are_explained(
			    http1_world_finish(&w, WHY_FIN), allowed);
			fine &= w.sides_agree && w.failed == 0;
			http1_world_release(&w);
			fine &= w.budget.used == 0;
		}
	}
	ok(good, "every gap leaves what it did not hit, and reasons");
	ok(fine, "... and nothing fails");
	talk_release(&t);
}

/* What is shown of a request is true, or the line says what is missing. */
static bool
lines_are_true(const char *got, const char *want)
{
	for (; *got != '\0'; got = strchr(got, '\n') + 1) {
		const char *lf = strchr(got, '\n');
		const char *at = strstr(got, " @");
		const char *no = strstr(got, "no-request");
		const char *what = strstr(got, "unknown");

		if ((no != NULL && no < lf) || (what != NULL && what < lf))
			continue;
		if (!has_line(want, got, (size_t)(at - got) + 2)) {
			printf("# not true: %.*s\n", (int)(lf - got), got);
			return false;
		}
	}
	return true;
}

static void
test_late_joins(void)
{
	bool good = true, fine = true;
	struct talk t;

	talk_everything(&t);
	for (size_t from = 1; from < talk_length(&t); from++) {
		struct world w;

		begin(&w, WORLD_LINE, -1);
		talk_send(&w, &t, 0, from, SIZE_MAX);
		good &= lines_are_true(http1_world_finish(&w, WHY_FIN),
		                       everything);
		fine &= w.sides_agree && w.failed == 0;
		http1_world_release(&w);
		good &= w.budget.used == 0;
	}
	ok(good && fine, "joined anywhere, what is shown is true");
	talk_release(&t);
}

/* --- single scenes -------------------------------------------------------- */

static void
say(struct world *w, int side, struct buf *b)
{
	http1_world_send(w, side, b->p, b->n);
	buf_clear(b);
}

static void
test_unknown_fields(void)
{
	struct buf b, block;
	struct world w;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	begin(&w, WORLD_LINE | WORLD_JSON, -1);
	/* Path and authority come from the table of before. */
	h2_index(&block, 2);
	h2_index(&block, 63);
	h2_index(&block, 62);
	h2_insert(&block, "x-new", "1");
	h2_headers(&b, 5, &block, HTTP2_END_STREAM);
	/* Now the newest entry is known, and the others are not. */
	h2_index(&block, 2);
	h2_index(&block, 62);
	h2_index(&block, 63);
	h2_headers(&b, 7, &block, HTTP2_END_STREAM);
	say(&w, 0, &b);
	h2_index(&block, 8);
	h2_headers(&b, 7, &block, HTTP2_END_STREAM);
	say(&w, 1, &b);
	is_str(http1_world_finish(&w, WHY_SNAPSHOT_END),
	       "http/2.0 \"GET\" (unknown) @ 200 12/10 late unknown\n"
	       "  > {\"bodySize\":0,\"cookies\":{},\"headers\":{\":method\":"
	       "\"GET\",\"X-New\":\"1\"},\"headersSize\":-1,\"httpVersion\":"
	       "\"HTTP/2.0\",\"method\":\"GET\",\"path\":\"(unknown)\","
	       "\"pathSegments\":[],\"queryString\":{},\"targetUri\":"
	       "\"(unknown)\",\"url\":\"(unknown)\",\"unknownFields\":1}\n"
	       "  < {\"bodySize\":0,\"content\":{\"encoding\":\"base64\","
	       "\"mimeType\":\"\",\"size\":0},\"cookies\":{},\"headers\":{"
	       "\":status\":\"200\"},\"headersSize\":-1,\"httpVersion\":"
	       "\"HTTP/2.0\",\"redirectURL\":\"\",\"status\":200,"
	       "\"statusText\":\"OK\"}\n"
	       "http/2.0 \"GET\" (unknown) @ 0 21/0 no-response late unknown\n"
	       "  > {\"bodySize\":0,\"cookies\":{},\"headers\":{\":method\":"
	       "\"GET\",\"X-New\":\"1\"},\"headersSize\":-1,\"httpVersion\":"
	       "\"HTTP/2.0\",\"method\":\"GET\",\"path\":\"(unknown)\","
	       "\"pathSegments\":[],\"queryString\":{},\"targetUri\":"
	       "\"(unknown)\",\"url\":\"(unknown)\",\"unknownFields\":2}\n",
	       "what is in no table we know is unknown, the rest is not");
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

static void
test_upgrade(void)
{
	struct buf b;
	struct world w;

	buf_init(&b, H2_MAX);
	http1_world_init(&w, WORLD_LINE);
	w.all = true;
	if (!http1_world_open(&w, 0))
		abort();
	http1_world_say(&w, 0,
	                "GET /up?x=1 HTTP/1.1\r\nHost: h\r\n"
	                "Upgrade: h2c\r\n\r\n");
	http1_world_say(&w, 1,
	                "HTTP/1.1 101 Switching Protocols\r\n"
	                "Upgrade: h2c\r\n\r\n");
	h2_welcome(&b);
	h2_ok(&b, 1, "there you are");
	say(&w, 1, &b);
	h2_hello(&b);
	h2_get(&b, 3, "/more");
	say(&w, 0, &b);
	h2_ok(&b, 3, "");
	say(&w, 1, &b);
	is_str(http1_world_finish(&w, WHY_FIN),
	       "http/1.1 \"GET\" /up @h 101 47/50\n"
	       "http/2.0 \"GET\" /up @h 200 47/32\n"
	       "http/2.0 \"GET\" /more @h 200 37/19\n",
	       "the upgraded request is that of stream 1");
	http1_world_release(&w);
	buf_release(&b);
}

/* A server may speak first, and of settings that nobody knows. */
static void
test_server_first(void)
{
	struct buf b;
	struct world w;

	buf_init(&b, H2_MAX);
	http1_world_init(&w, WORLD_LINE);
	w.all = true;
	if (!http1_world_open(&w, 0))
		abort();
	h2_frame(&b, HTTP2_SETTINGS, 0, 0,
	         STR("\0\3\0\0\0\144\376\3\0\0\0\1\0\5\0\0\100\0"));
	say(&w, 1, &b);
	h2_hello(&b);
	h2_get(&b, 1, "/");
	say(&w, 0, &b);
	h2_ok(&b, 1, "x");
	say(&w, 1, &b);
	is_str(http1_world_finish(&w, WHY_FIN),
	       "http/2.0 \"GET\" / @h 200 33/20\n",
	       "a server that speaks first, with settings of its own");
	http1_world_release(&w);

	http1_world_init(&w, WORLD_LINE);
	w.all = true;
	if (!http1_world_open(&w, 0))
		abort();
	h2_frame(&b, HTTP2_SETTINGS, 0, 0, STR("\0\2\0\0\0\2"));
	say(&w, 1, &b);
	h2_hello(&b);
	h2_get(&b, 1, "/");
	say(&w, 0, &b);
	is_str(http1_world_finish(&w, WHY_FIN), "",
	       "settings that cannot be are none");
	http1_world_release(&w);
	buf_release(&b);
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

/* What a server says that it will not look at. */
static void
test_goaway(void)
{
	struct buf b, block;
	const char *text;
	struct world w;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	begin(&w, WORLD_LINE | WORLD_DIAGS | WORLD_JSON, 0);
	h2_hello(&b);
	h2_get(&b, 1, "/one");
	h2_index(&block, 3);
	h2_literal(&block, ":path", "/three");
	h2_headers(&b, 3, &block, 0);
	h2_get(&b, 5, "/five");
	say(&w, 0, &b);
	h2_welcome(&b);
	h2_frame(&b, HTTP2_GOAWAY, 0, 0, STR("\0\0\0\1\0\0\0\13"));
	h2_ok(&b, 1, "");
	say(&w, 1, &b);
	h2_frame(&b, HTTP2_DATA, HTTP2_END_STREAM, 3, STR("late"));
	h2_get(&b, 7, "/seven");
	say(&w, 0, &b);
	text = http1_world_finish(&w, WHY_FIN);
	ok(strstr(text, "! malformed GOAWAY for an error: ENHANCE_YOUR_CALM\n"),
	   "a GOAWAY for an error is told, by name");
	ok(strstr(text, "/one @h 200 36/19\n"), "its last stream is answered");
	ok(strstr(text, "/five @h 0 37/17 failed\n"),
	   "what had been asked above it failed");
	is_int(count(text, "\"rejected\":\"ENHANCE_YOUR_CALM\""), 3,
	       "and says so, like what came later");
	ok(w.sides_agree && w.failed == 0, "... without a failure");
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

/* A server that flow control stops, by the stream's window of ten bytes. */
static void
test_stalls(bool late)
{
	struct buf b, block;
	const char *text;
	struct world w;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	begin(&w, WORLD_JSON | WORLD_SECTIONS | WORLD_DIAGS, late ? -1 : 0);
	if (!late)
		h2_hello(&b);
	h2_frame(&b, HTTP2_SETTINGS, 0, 0, STR("\0\4\0\0\0\12"));
	h2_get(&b, 1, "/");
	say(&w, 0, &b);
	h2_welcome(&b);
	h2_index(&block, 8);
	h2_headers(&b, 1, &block, 0);
	h2_frame(&b, HTTP2_DATA, 0, 1, STR("12345"));
	h2_frame(&b, HTTP2_DATA, 0, 1, STR("67890"));
	say(&w, 1, &b);
	h2_frame(&b, HTTP2_WINDOW_UPDATE, 0, 1, STR("\0\0\0\5"));
	say(&w, 0, &b);
	h2_frame(&b, HTTP2_DATA, HTTP2_PADDED, 1, STR("\1abc-"));
	say(&w, 1, &b);
	h2_frame(&b, HTTP2_WINDOW_UPDATE, 0, 1, STR("\0\0\0\1"));
	say(&w, 0, &b);
	h2_frame(&b, HTTP2_DATA, HTTP2_END_STREAM, 1, STR("d"));
	say(&w, 1, &b);
	text = http1_world_finish(&w, WHY_FIN);
	is_int(count(text, "\"stalls\":2"), late ? 0 : 1,
	       late ? "of windows that are not known nothing is told"
	            : "how often flow control stopped a sender");
	is_int(count(text, "response.stalls"), late ? 0 : 1, "... as a row");
	ok(strstr(text, "! ") == NULL && w.sides_agree && w.failed == 0,
	   "... without a failure");
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

/* Answers to a request that was taken back meanwhile. */
static void
test_late_answer(void)
{
	struct buf b, block;
	struct world w;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	begin(&w, WORLD_LINE | WORLD_DIAGS, 0);
	h2_hello(&b);
	h2_get(&b, 1, "/");
	h2_frame(&b, HTTP2_RST_STREAM, 0, 1, STR("\0\0\0\10"));
	say(&w, 0, &b);
	h2_welcome(&b);
	h2_ok(&b, 1, "too late");
	h2_literal(&block, "x", "y");
	h2_headers(&b, 1, &block, HTTP2_END_STREAM);
	say(&w, 1, &b);
	is_str(http1_world_finish(&w, WHY_FIN),
	       "http/2.0 \"GET\" / @h 0 33/0 no-response failed given-up\n",
	       "an answer to what was taken back is nobody's");
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

/* --- attacks -------------------------------------------------------------- */

/* What one request of that block becomes, with rows about limits. */
static void
is_told(const struct buf *bytes, const char *want, const char *what)
{
	struct world w;

	begin(&w, WORLD_LINE | WORLD_DIAGS, 0);
	for (size_t at = 0; at < bytes->n; at += 60000)
		http1_world_send(&w, 0, bytes->p + at,
		                 bytes->n - at < 60000 ? bytes->n - at : 60000);
	is_str(http1_world_finish(&w, WHY_FIN), want, what);
	ok(w.sides_agree && w.failed == 0, "... and can be shown");
	http1_world_release(&w);
	is_int((intmax_t)w.budget.used, 0, "... and the budget is given back");
}

/* One entry of 4,000 bytes, referred to thousands of times. */
static void
test_hpack_bomb(void)
{
	char value[4001];
	struct buf b, block;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	memset(value, 'x', 4000);
	value[4000] = '\0';
	h2_hello(&b);
	h2_index(&block, 2);
	h2_literal(&block, ":path", "/bomb");
	h2_insert(&block, "x", value);
	for (int i = 0; i < 10000; i++)
		h2_index(&block, 62);
	h2_headers(&b, 1, &block, HTTP2_END_STREAM);
	is_told(&b,
	        "! limit kept-bytes\n! limit headers\n"
	        "http/2.0 \"GET\" /bomb @ 0 14029/0 no-response\n",
	        "a bomb of indexes is kept up to the limits");
	buf_release(&b);
	buf_release(&block);
}

static void
test_continuation_flood(void)
{
	struct buf b, block;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	h2_hello(&b);
	h2_index(&block, 2);
	h2_literal(&block, ":path", "/flood");
	h2_frame(&b, HTTP2_HEADERS, HTTP2_END_STREAM, 1, buf_str(&block));
	for (int i = 0; i < 50000; i++)
		h2_frame(&b, HTTP2_CONTINUATION, 0, 1, STR("\0\1a\1b"));
	h2_frame(&b, HTTP2_CONTINUATION, HTTP2_END_HEADERS, 1, STR_NONE);
	h2_get(&b, 3, "/after");
	is_told(&b,
	        "! limit head-bytes\n"
	        "http/2.0 \"\" (unknown) @ 0 24/0 no-response unknown\n"
	        "http/2.0 \"GET\" /after @h 0 38/0 no-response\n",
	        "a flood of CONTINUATION is passed over");
	buf_release(&b);
	buf_release(&block);
}

/* Requests that are reset at once; more than the limit is told. */
static void
test_rapid_reset(void)
{
	struct buf b;
	struct world w;

	buf_init(&b, H2_MAX);
	begin(&w, WORLD_DIAGS, 0);
	h2_hello(&b);
	for (uint32_t i = 0; i < 20000; i++) {
		h2_get(&b, 2 * i + 1, "/");
		h2_frame(&b, HTTP2_RST_STREAM, 0, 2 * i + 1, STR("\0\0\0\10"));
		if (b.n > 60000)
			say(&w, 0, &b);
	}
	say(&w, 0, &b);
	is_str(http1_world_finish(&w, WHY_FIN), "! limit http2-resets\n",
	       "rapid resets are told");
	is_int(w.entries, 20000, "and each of them is an entry");
	http1_world_release(&w);
	buf_release(&b);
}

/* Streams that are never ended: the oldest make room. */
static void
test_many_open(void)
{
	struct buf b, block;
	struct world w;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	http1_world_init(&w, WORLD_DIAGS);
	w.table[0] = &proto_http2;
	w.limits.http2_streams = 100;
	if (!http1_world_open(&w, 0))
		abort();
	h2_hello(&b);
	for (uint32_t i = 0; i < 1000; i++) {
		h2_index(&block, 3);
		h2_literal(&block, ":path", "/");
		h2_headers(&b, 2 * i + 1, &block, 0);
	}
	say(&w, 0, &b);
	is_str(http1_world_finish(&w, WHY_FIN), "! limit http2-streams\n",
	       "too many streams are told");
	is_int(w.entries, 1000, "and each of them is an entry");
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

/* Ten thousand streams on one connection, a hundred at a time. */
static void
test_ten_thousand(void)
{
	struct buf b;
	struct world w;

	buf_init(&b, H2_MAX);
	begin(&w, WORLD_DIAGS, 0);
	h2_hello(&b);
	say(&w, 0, &b);
	h2_welcome(&b);
	say(&w, 1, &b);
	for (uint32_t i = 0; i < 100; i++) {
		for (uint32_t k = 0; k < 100; k++)
			h2_get(&b, 200 * i + 2 * k + 1, "/many");
		say(&w, 0, &b);
		for (uint32_t k = 100; k-- > 0;)
			h2_ok(&b, 200 * i + 2 * k + 1, "of many");
		say(&w, 1, &b);
	}
	is_str(http1_world_finish(&w, WHY_FIN), "",
	       "ten thousand streams are no trouble");
	is_int(w.entries, 10000, "and as many entries");
	http1_world_release(&w);
	buf_release(&b);
}

/* Ids that make no sense. */
static void
test_ids(void)
{
	struct buf b, block;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	h2_hello(&b);
	h2_get(&b, 0x7fffffff, "/last");
	h2_get(&b, 1, "/first");
	h2_get(&b, 1, "/again");
	h2_get(&b, 2, "/even");
	h2_frame(&b, HTTP2_DATA, 0, 99, STR("nobody's"));
	h2_frame(&b, HTTP2_RST_STREAM, 0, 77, STR("\0\0\0\0"));
	h2_literal(&block, "x", "y");
	h2_headers(&b, 1, &block, HTTP2_END_STREAM);
	h2_headers(&b, 1, &block, HTTP2_END_STREAM);
	h2_get(&b, 3, "/good");
	is_told(&b,
	        "! malformed header fields of a stream that is not open\n"
	        "! malformed header fields of a stream that is not open\n"
	        "! malformed header fields of a stream that is not open\n"
	        "http/2.0 \"GET\" /last @h 0 37/0 no-response\n"
	        "http/2.0 \"GET\" /first @h 0 38/0 no-response\n"
	        "http/2.0 \"GET\" /even @h 0 37/0 no-response\n"
	        "http/2.0 \"GET\" /good @h 0 37/0 no-response\n",
	        "ids in any order, twice, of nobody");
	buf_release(&b);
	buf_release(&block);
}

int
main(void)
{
	test_hpack_bomb();
	test_continuation_flood();
	test_rapid_reset();
	test_many_open();
	test_ten_thousand();
	test_ids();
	test_talk();
	test_splits();
	test_truncations();
	test_gaps();
	test_late_joins();
	test_unknown_fields();
	test_upgrade();
	test_server_first();
	test_goaway();
	test_late_answer();
	test_stalls(false);
	test_stalls(true);
	return tap_done();
}
