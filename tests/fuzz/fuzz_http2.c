/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/2 conversation: feeding, gaps, then rendering of every entry, with
 * all dissectors and overlays.
 *
 * The input is runs, each behind two bytes: the first says whose it is (bit 0),
 * whether that many bytes are lost instead (bit 1), and, in the first run, that
 * the capture began in the middle (bit 2); the second is its length. The same
 * conversation a byte at a time has to give the same entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/http1_world.h"

#define INPUT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *
converse(struct world *w, const uint8_t *p, size_t n, bool bytewise)
{
	http1_world_init(w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                        WORLD_BODIES);
	w->table[0] = &proto_http2;
	w->overlays = overlay_registry;
	w->limits.head_bytes = 8192;
	w->limits.resync_bytes = 2000;
	w->limits.render_bytes = 1000;
	w->limits.kept_bytes = 2000;
	w->limits.http2_streams = 16;
	if (!http1_world_open(w, n != 0 && (p[0] & 4) != 0 ? -1 : 0))
		abort();
	while (n > 2) {
		int side = p[0] & 1;
		bool lost = (p[0] & 2) != 0;
		size_t len = p[1] < n - 2 ? p[1] : n - 2;
		size_t step = bytewise ? 1 : len;

		p += 2;
		n -= 2;
		if (lost)
			http1_world_lose(w, side, len + 1);
		for (size_t i = 0; i < len && !lost; i += step)
			http1_world_send(w, side, (const char *)p + i, step);
		p += len;
		n -= len;
	}
	return http1_world_finish(w, WHY_FIN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct engine_state sa, sb;
	struct world a, b;
	const char *one, *two;

	if (n > INPUT_MAX)
		n = INPUT_MAX;
	one = converse(&a, p, n, false);
	engine_state(a.stream, &sa);
	two = converse(&b, p, n, true);
	engine_state(b.stream, &sb);
	if (a.failed != 0 || b.failed != 0 || !a.sides_agree || !b.sides_agree)
		abort();
	/* Without a SYN, the first packet may settle who is the client. */
	if (sa.protocol[0] != '\0' && sb.protocol[0] != '\0' &&
	    sa.client == sb.client && (p[0] & 4) == 0 && strcmp(one, two) != 0)
		abort();
	http1_world_release(&a);
	http1_world_release(&b);
	return 0;
}
