/* SPDX-License-Identifier: Apache-2.0 */
/* Overlays over HTTP/1 while indexing, and what HTTP/1 hands on. */
#include "analyzer/proto/overlay.h"

#include <string.h>
#include <zlib.h>

#include "analyzer/proto/upgrade.h"
#include "tests/support/engine_log.h"
#include "tests/support/http1_world.h"
#include "tests/tap/tap.h"

/* --- an overlay that tells what it saw ------------------------------------ */

static const uint16_t no_ports[] = { 0 };
static const struct protocol seen_variant = { .key = "seen",
	                                      .ports = no_ports };
static const struct protocol *const seen_variants[] = { &seen_variant, NULL };

/* Up to so many bytes of the bodies are told, in the host. */
struct seen {
	char text[64];
	size_t n;
};

static void
seen_add(struct seen *s, char c)
{
	if (s->n < sizeof(s->text))
		s->text[s->n++] = c;
}

static enum overlay_claim
seen_claims(const struct http_head *h)
{
	return h->side == SIDE_REQUEST ? OVERLAY_MAYBE_BODY : OVERLAY_NO;
}

/* '<' or '>' a head; the body of a response to "blind" is not wanted. */
static bool
seen_annotate(void *state, const struct http_head *h,
              struct message_summary *io)
{
	struct seen *s = state;

	seen_add(s, h->side == SIDE_REQUEST ? '<' : '>');
	io->host = str_make(s->text, s->n);
	return h->side == SIDE_REQUEST || !str_eq(io->target, STR("/blind"));
}

/* A '!' in it claims the exchange, a '.' is enough of this body. */
static bool
seen_body(void *state, enum side side, struct cursor bytes,
          struct message_summary *io)
{
	struct seen *s = state;
	struct str all = cur_rest(&bytes);
	bool more = true;

	(void)side;
	if (all.n == 0)
		seen_add(s, '$');
	for (; all.n != 0 && more; all = str_tail(all, 1)) {
		seen_add(s, *all.p);
		if (*all.p == '!')
			io->proto = &seen_variant;
		more = *all.p != '.';
	}
	io->host = str_make(s->text, s->n);
	return more;
}

static const struct overlay seen_overlay = {
	.abi = OVERLAY_ABI,
	.name = "seen",
	.protocols = seen_variants,
	.state_size = sizeof(struct seen),
	.decoded = true,
	.claims = seen_claims,
	.annotate = seen_annotate,
	.body = seen_body,
};

/* --- bodies --------------------------------------------------------------- */

/* Sends a head, then a body byte by byte. */
static void
send_message(struct world *w, int side, const char *line, const char *fields,
             struct str body)
{
	char head[200];
	int n = snprintf(head, sizeof(head),
	                 "%s HTTP/1.1\r\n%sContent-Length: %zu\r\n\r\n", line,
	                 fields, body.n);

	http1_world_send(w, side, head, (size_t)n);
	for (size_t i = 0; i < body.n; i++)
		http1_world_send(w, side, body.p + i, 1);
}

static void
check(const char *target, const char *fields, struct str body,
      const char *answer, const char *want, const char *what)
{
	static const struct overlay *const table[] = { &seen_overlay, NULL };
	char line[64];
	struct world w;

	http1_world_init(&w, WORLD_LINE | WORLD_DIAGS);
	w.overlays = table;
	w.limits.overlay_bytes = 40;
	if (!http1_world_open(&w, 0))
		ok(false, "a stream opens");
	(void)snprintf(line, sizeof(line), "POST %s", target);
	send_message(&w, 0, line, fields, body);
	http1_world_say(&w, 1, answer);
	is_str(http1_world_finish(&w, WHY_FIN), want, what);
	http1_world_release(&w);
	is_int(w.budget.used, 0, "  the budget");
}

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void
test_bodies(void)
{
	check("/", "", STR("ab"), ANSWER,
	      "http/1.1 \"POST\" / @<ab$>ok$ 200 40/40\n",
	      "the bodies of both sides are shown, and their ends");
	check("/", "", STR("a!b"), ANSWER,
	      "seen \"POST\" / @<a!b$>ok$ 200 41/40\n",
	      "a body can settle whose it is");
	check("/", "", STR("a.b"), ANSWER,
	      "http/1.1 \"POST\" / @<a.>ok$ 200 41/40\n",
	      "what it has enough of is passed over");
	check("/blind", "", STR("a!"), ANSWER,
	      "seen \"POST\" /blind @<a!$> 200 45/40\n",
	      "annotate() can refuse a body");
	check("/", "", STR("0123456789012345678901234567890123456789+"), ANSWER,
	      "http/1.1 \"POST\" / "
	      "@<0123456789012345678901234567890123456789>ok$ "
	      "200 80/40\n",
	      "more than overlay-bytes is not shown");
	check("/", "", STR("!123456789012345678901234567890123456789+"), ANSWER,
	      "! limit overlay-bytes\n"
	      "seen \"POST\" / "
	      "@<!123456789012345678901234567890123456789>ok$ "
	      "200 80/40\n",
	      "which is told when the exchange is its");
}

static struct str
compressed(const char *text, int bits, uint8_t *out, size_t room)
{
	/* zlib only reads it. NOLINTNEXTLINE(performance-no-int-to-ptr) */
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text,
		       .avail_in = (uInt)strlen(text),
		       .next_out = out,
		       .avail_out = (uInt)room };

	if (deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) !=
	        Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		return STR_NONE;
	(void)deflateEnd(&z);
	return str_make(out, room - z.avail_out);
}

static void
test_codings(void)
{
	uint8_t out[200];
	struct str gz = compressed("hello!", 31, out, sizeof(out));

	check("/", "Content-Encoding: gzip\r\n", gz, ANSWER,
	      "seen \"POST\" / @<hello!$>ok$ 200 89/40\n",
	      "gzip is undone for it");
	check("/", "Content-Encoding: gzip\r\n", str_head(gz, gz.n - 1), ANSWER,
	      "seen \"POST\" / @<hello!>ok$ 200 88/40\n",
	      "one that ends early has no end");
	check("/", "Content-Encoding: gzip\r\n", STR("hello!"), ANSWER,
	      "http/1.1 \"POST\" / @<>ok$ 200 68/40\n",
	      "what is no gzip is not shown");
	check("/", "Content-Encoding: br\r\n", STR("hello!"), ANSWER,
	      "http/1.1 \"POST\" / @<>ok$ 200 66/40\n",
	      "nor is what would take more memory");
	check("/", "Content-Encoding: identity\r\n", STR("hello!"), ANSWER,
	      "seen \"POST\" / @<hello!$>ok$ 200 72/40\n",
	      "identity is no coding");
	gz = compressed("0123456789012345678901234567890123456789+!", 15, out,
	                sizeof(out));
	check("/", "Content-Encoding: deflate\r\n", gz, ANSWER,
	      "http/1.1 \"POST\" / "
	      "@<0123456789012345678901234567890123456789>ok$ 200 89/40\n",
	      "decoded bytes are what the limit counts");
	gz = compressed("!123456789012345678901234567890123456789+", 15, out,
	                sizeof(out));
	check("/", "Content-Encoding: deflate\r\n", gz, ANSWER,
	      "! limit overlay-bytes\n"
	      "seen \"POST\" / "
	      "@<!123456789012345678901234567890123456789>ok$ 200 88/40\n",
	      "and that is told");
	gz = compressed("a!", 31, out, sizeof(out));
	check("/", "Content-Encoding: x-gzip\r\n", gz,
	      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	      "Content-Length: 9\r\n\r\n\x1f\x8b\x08",
	      "seen \"POST\" / @<a!$> 200 87/65 res-cut\n",
	      "a capture may end within");
}

/* --- what is handed on ---------------------------------------------------- */

static void
test_upgrade(void)
{
	static const struct upgrade u = {
		.target = STR_INIT("/chat"),
		.host = STR_INIT("h"),
		.protocol = STR_INIT("soap"),
	};
	struct upgrade got;
	struct arena a;
	struct str bytes;

	arena_init(&a, 1000, 0);
	bytes = upgrade_write(&u, &a);
	ok(upgrade_read(bytes, &got) && str_eq(got.target, u.target) &&
	       str_eq(got.host, u.host) && got.extensions.n == 0 &&
	       str_eq(got.protocol, u.protocol),
	   "an upgrade is read as it was written");
	for (size_t n = 0; n < bytes.n; n++)
		if (upgrade_read(str_head(bytes, n), &got))
			ok(false, "but not the front of it");
	arena_release(&a);
	arena_init(&a, 1, 0);
	is_int(upgrade_write(&u, &a).n, 0, "there may be no memory");
	arena_release(&a);
}

static enum verdict
heir_probe(const struct probe *p)
{
	(void)p;
	return VERDICT_NO;
}

/* An entry for every byte, which shows what was handed on. */
static enum feed
heir_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct upgrade u;
	struct message *m;

	(void)state;
	while (!cur_at_end(in)) {
		struct message_summary s = { .proto = &seen_variant };

		m = message_open(d, dir, MESSAGE_ONE_WAY, 0,
		                 dissect_offset(d, in));
		if (!upgrade_read(dissect_handed(d), &u))
			s.method = STR("nothing");
		else
			s.method = u.extensions;
		s.target = u.target;
		message_summary(m, &s);
		(void)cur_skip(in, 1);
		message_close(m, dissect_offset(d, in));
	}
	return FEED_OK;
}

static enum feed
heir_gap(struct dissect *d, void *state, enum dir dir, const struct gap *g)
{
	(void)d, (void)state, (void)dir, (void)g;
	return FEED_OK;
}

static const struct dissector heir = {
	.abi = PROTO_ABI,
	.name = "websocket",
	.l4 = 6,
	.ports = no_ports,
	.protocols = seen_variants,
	.state_size = 1,
	.probe = heir_probe,
	.feed = heir_feed,
	.gap = heir_gap,
};

static void
check_handed(uint64_t max, const char *want, const char *what)
{
	static const struct dissector *const both[] = { &proto_http1, &heir,
		                                        NULL };
	struct engine_log l;

	engine_log_init(&l, both);
	l.limits.kept_bytes = max;
	if (!engine_log_open(&l))
		ok(false, "a stream opens");
	engine_log_text(&l, 0,
	                "GET /chat?x HTTP/1.1\r\nHost: h\r\n"
	                "Upgrade: websocket\r\n\r\n");
	engine_log_text(&l, 1,
	                "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n"
	                "Sec-WebSocket-Extensions: x; y\r\n\r\n");
	engine_log_text(&l, 1, "a");
	is_str(engine_log_finish(&l, WHY_FIN), want, what);
	is_int(l.budget.used, 0, "  the budget");
	engine_log_release(&l);
}

static void
test_handed(void)
{
	check_handed(1000,
	             "GET /chat 101 req 0+53 res 0+71\n"
	             "x; y /chat 0 req 71+1 flags=one_way,reversed\n",
	             "the heir of an upgrade knows what was agreed");
	check_handed(10,
	             "GET /chat 101 req 0+53 res 0+71\n"
	             "nothing  0 req 71+1 flags=one_way,reversed\n",
	             "if it fits");
}

int
main(void)
{
	test_bodies();
	test_codings();
	test_upgrade();
	test_handed();
	return tap_done();
}
