/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/1 conversation: feeding, gaps, ends, then rendering of every entry.
 *
 * The input is text with control bytes in it: 0 and 1 say which side speaks, 2
 * ends a packet, 3 loses 50 bytes, 4 ends the side; anything else is sent. The
 * same conversation a byte at a time has to give the same entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/http1_world.h"

#define INPUT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *
converse(struct world *w, const uint8_t *p, size_t n, bool bytewise,
         bool *ret_http)
{
	struct engine_state state;
	size_t from = 0;
	int side = 0;

	w->limits.head_bytes = 600;
	w->limits.resync_bytes = 2000;
	w->limits.render_bytes = 1000;
	w->overlays = overlay_registry;
	if (!http1_world_open(w, 0))
		abort();
	for (size_t i = 0; i <= n; i++) {
		uint8_t b = i < n ? p[i] : 2;

		if (b > 4 && !bytewise)
			continue;
		if (b > 4)
			http1_world_send(w, side, (const char *)p + i, 1);
		else if (i > from && !bytewise)
			http1_world_send(w, side, (const char *)p + from,
			                 i - from);
		if (b <= 4)
			from = i + 1;
		if (b <= 1)
			side = b;
		else if (b == 3)
			http1_world_lose(w, side, 50);
	}
	engine_state(w->stream, &state);
	*ret_http = strcmp(state.protocol, "http1") == 0;
	return http1_world_finish(w, WHY_FIN);
}

/* Of such a line the probe is sure before it has seen its end. */
static bool
has_long_line(const uint8_t *p, size_t n)
{
	size_t line = 0;

	for (size_t i = 0; i < n && line < 250; i++)
		line = p[i] == '\n' ? 0 : line + 1;
	return line >= 250;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct world a, b;
	bool http_a = false, http_b = false;
	const char *one, *two;

	if (n > INPUT_MAX)
		n = INPUT_MAX;
	http1_world_init(&a, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                         WORLD_BODIES);
	one = converse(&a, p, n, false, &http_a);
	http1_world_init(&b, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                         WORLD_BODIES);
	two = converse(&b, p, n, true, &http_b);
	if (a.failed != 0 || b.failed != 0 || !a.sides_agree || !b.sides_agree)
		abort();
	if (http_a && http_b && !has_long_line(p, n) && strcmp(one, two) != 0)
		abort();
	http1_world_release(&a);
	http1_world_release(&b);
	return 0;
}
