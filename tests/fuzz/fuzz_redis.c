/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Redis conversation: feeding, gaps, ends, then rendering of every entry.
 *
 * The input is text with control bytes in it: 0 and 1 say which side speaks, 2
 * ends a packet, 3 loses 50 bytes, 4 begins in the middle of the connection
 * when it comes first; anything else is sent. The same conversation a byte at a
 * time has to give the same entries.
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
	size_t from = 0;
	int side = 0;

	http1_world_init(w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                        WORLD_BODIES);
	w->table[0] = &proto_redis;
	w->port = 6379;
	w->limits.head_bytes = 8192;
	w->limits.resync_bytes = 2000;
	w->limits.render_bytes = 1000;
	w->limits.value_depth = 8;
	if (!http1_world_open(w, n != 0 && p[0] == 4 ? -1 : 0))
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
	    sa.client == sb.client && p[0] != 4 && strcmp(one, two) != 0)
		abort();
	http1_world_release(&a);
	http1_world_release(&b);
	return 0;
}
