/* SPDX-License-Identifier: Apache-2.0 */
/* The server's end of a WebSocket, without a socket. */
#include "analyzer/api/frames.h"

#include "base/err.h"
#include "tests/tap/tap.h"

enum { ROOM = 4096, MESSAGE_MAX = 100 };

struct wire {
	struct str in;
	bool open; /* more may come */
	char out[ROOM];
	size_t n;
	bool full;
};

static ssize_t
take(void *ctx, void *p, size_t n)
{
	struct wire *w = ctx;

	if (w->in.n == 0)
		return w->open ? ERR_AGAIN : 0;
	/* One byte at a time is as good as all at once. */
	(void)n;
	memcpy(p, w->in.p, 1);
	w->in = str_tail(w->in, 1);
	return 1;
}

static ssize_t
give(void *ctx, const void *p, size_t n)
{
	struct wire *w = ctx;

	if (w->full || w->n + n > ROOM)
		return ERR_AGAIN;
	memcpy(w->out + w->n, p, n);
	w->n += n;
	return (ssize_t)n;
}

static struct frames *
begin(struct wire *w, struct str in)
{
	struct frames_io io = { take, give, w };
	struct frames *f;

	*w = (struct wire){ .in = in, .open = true };
	if (frames_new(&io, MESSAGE_MAX, &f) != 0)
		exit(1);
	return f;
}

/* As often as bytes come one by one. */
static int
run(struct frames *f)
{
	int rc = 0;

	for (int i = 0; i < 200 && rc == 0; i++)
		rc = frames_step(f);
	return rc;
}

static void
test_talk(void)
{
	struct wire w;
	struct str first;
	struct frames *f = begin(&w, STR("\x81\x84\0\0\0\0http"
	                                 "\x89\x81\0\0\0\0!"
	                                 "\x81\x83\1\2\3\4dlv"));

	is_int(run(f), 0, "a message, a ping, another message");
	ok(frames_first(f, &first), "the first has come");
	is_bytes(first.p, first.n, "http", 4, "and it alone counts");
	is_bytes(w.out, w.n, "\x8a\x01!", 3, "a ping is answered");
	w.n = 0;
	is_int(frames_put(f, STR("{}")), 0, "a text");
	ok(frames_pending(f), "is queued");
	w.full = true;
	is_int(run(f), 0, "while it cannot be written");
	ok(frames_pending(f), "it stays");
	w.full = false;
	is_int(run(f), 0, "later");
	ok(!frames_pending(f), "it leaves");
	is_bytes(w.out, w.n, "\x81\x02{}", 4, "as one frame");
	w.n = 0;
	w.in = STR("\x88\x82\0\0\0\0\x03\xe8");
	is_int(run(f), ERR_CANCELLED, "a close ends it");
	is_bytes(w.out, w.n, "\x88\x02\x03\xe8", 4, "and is answered");
	frames_free(f);
}

static void
test_ends(void)
{
	struct wire w;
	struct str first;
	struct frames *f = begin(&w, STR_NONE);

	w.open = false;
	is_int(run(f), ERR_CANCELLED, "a client that leaves");
	frames_free(f);

	f = begin(&w, STR("\x81\x02hi"));
	is_int(run(f), ERR_CANCELLED, "a frame without a mask");
	ok(!frames_first(f, &first), "is no message");
	frames_free(f);

	f = begin(&w, STR("\x81\xfe\x10\x00\0\0\0\0too long"));
	is_int(run(f), ERR_CANCELLED, "a message over the limit");
	frames_free(f);

	f = begin(&w, STR_NONE);
	is_int(frames_close(f, 1000), 0, "our close");
	is_int(run(f), 0, "waits for theirs");
	is_bytes(w.out, w.n, "\x88\x02\x03\xe8", 4, "it is a close frame");
	w.in = STR("\x88\x80\0\0\0\0");
	is_int(run(f), ERR_CANCELLED, "which ends it");
	frames_free(f);
}

static void
test_handshake(void)
{
	char out[FRAMES_ACCEPT];

	is_int(frames_accept(STR("dGhlIHNhbXBsZSBub25jZQ=="), out), 0, "a key");
	is_str(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "of RFC 6455, 1.3");
	is_int(frames_accept(STR("dGhlIHNhbXBsZQ=="), out), ERR_SYNTAX,
	       "too short");
	is_int(frames_accept(STR("?"), out), ERR_SYNTAX, "no base64");
	is_int(frames_accept(STR_NONE, out), ERR_SYNTAX, "none");
}

int
main(void)
{
	test_talk();
	test_ends();
	test_handshake();
	return tap_done();
}
