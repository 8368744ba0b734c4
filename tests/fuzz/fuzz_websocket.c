/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket frames behind an upgrade, or of a stream that was joined late:
 * feeding, gaps, then rendering of every entry.
 *
 * The first byte says how it begins (1: permessage-deflate, 2: joined late).
 * Then come runs: a byte (1: the server's, 2: lost and not sent), a length,
 * that many bytes. A byte at a time they have to give the same entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/http1_world.h"

#define INPUT_MAX 4096u

#define ASK       "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n"
#define GRANT     "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n"
#define DEFLATE   "Sec-WebSocket-Extensions: permessage-deflate\r\n"

enum { FUZZ_DEFLATE = 1, FUZZ_LATE = 2, RUN_SERVER = 1, RUN_LOST = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
begin(struct world *w, uint8_t how)
{
	http1_world_init(w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                        WORLD_BODIES);
	w->limits.resync_bytes = 2000;
	w->limits.render_bytes = 1000;
	w->limits.history_bytes = 3000;
	w->table[1] = &proto_websocket;
	w->port = 9999;
	if (!http1_world_open(w, how & FUZZ_LATE ? -1 : 0))
		abort();
	if (how & FUZZ_LATE)
		return;
	http1_world_say(w, 0, ASK);
	http1_world_say(
	    w, 1, how & FUZZ_DEFLATE ? GRANT DEFLATE "\r\n" : GRANT "\r\n");
}

/* True when nothing was lost on the way. */
static bool
converse(struct world *w, const uint8_t *p, size_t n, bool bytewise)
{
	bool whole = true;

	begin(w, n != 0 ? p[0] : 0);
	for (size_t i = 1; i + 1 < n;) {
		uint8_t how = p[i];
		size_t len = p[i + 1];
		const char *run = (const char *)p + i + 2;
		int side = how & RUN_SERVER ? 1 : 0;

		i += 2;
		len = len < n - i ? len : n - i;
		i += len;
		if (how & RUN_LOST) {
			whole = false;
			if (len != 0)
				http1_world_lose(w, side, len);
		} else if (!bytewise) {
			if (len != 0)
				http1_world_send(w, side, run, len);
		} else {
			for (size_t k = 0; k < len; k++)
				http1_world_send(w, side, run + k, 1);
		}
	}
	return whole;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct world a, b;
	const char *one, *two;
	bool whole;

	if (n > INPUT_MAX)
		n = INPUT_MAX;
	whole = converse(&a, p, n, false);
	one = http1_world_finish(&a, WHY_FIN);
	(void)converse(&b, p, n, true);
	two = http1_world_finish(&b, WHY_FIN);
	if (a.failed != 0 || b.failed != 0 || !a.sides_agree || !b.sides_agree)
		abort();
	/* What is found in the middle depends on what is seen at once. */
	if (whole && n != 0 && (p[0] & FUZZ_LATE) == 0 && strcmp(one, two) != 0)
		abort();
	http1_world_release(&a);
	http1_world_release(&b);
	return 0;
}
