/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a WebSocket's client, in pieces, while the server sends. The
 * first byte seeds the sizes of the pieces.
 */
#include "analyzer/api/frames.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

enum { MESSAGE_MAX = 4096, ROUNDS = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct wire {
	struct str in;
	uint32_t random;
};

/* What may pass at once; sometimes nothing. */
static size_t
some(struct wire *w, size_t n)
{
	size_t most;

	w->random = w->random * 1664525u + 1013904223u;
	most = w->random >> 24 & 31;
	return n < most ? n : most;
}

static ssize_t
take(void *ctx, void *p, size_t n)
{
	struct wire *w = ctx;
	size_t got = some(w, n < w->in.n ? n : w->in.n);

	if (w->in.n == 0)
		return 0;
	if (got == 0)
		return ERR_AGAIN;
	memcpy(p, w->in.p, got);
	w->in = str_tail(w->in, got);
	return (ssize_t)got;
}

static ssize_t
give(void *ctx, const void *p, size_t n)
{
	size_t put = some(ctx, n);

	(void)p;
	return put > 0 ? (ssize_t)put : ERR_AGAIN;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire w = { .in = str_make(data, size),
		          .random = size > 0 ? data[0] : 0 };
	struct frames_io io = { take, give, &w };
	struct frames *f;
	struct str message;
	char accept[FRAMES_ACCEPT];
	int rc;

	if (frames_new(&io, MESSAGE_MAX, &f) != 0)
		return 0;
	rc = frames_put(f, STR("{\"id\":1}"));
	for (int i = 0; i < ROUNDS && rc == 0; i++) {
		rc = frames_step(f);
		if (frames_first(f, &message) && message.n > MESSAGE_MAX)
			abort();
		if (i == 7)
			rc = frames_close(f, 1000);
	}
	/* Everything was taken, so it must have come to an end. */
	if (rc == 0 && w.in.n == 0)
		abort();
	frames_free(f);
	if (frames_accept(str_make(data, size), accept) == 0 &&
	    strlen(accept) != 28)
		abort();
	return 0;
}
