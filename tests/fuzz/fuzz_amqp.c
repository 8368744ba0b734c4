/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An AMQP conversation: feeding, gaps, ends, then rendering of every entry.
 *
 * The first byte of the input says whether the capture begins in the middle (if
 * odd). Then come packets: a byte whose lowest bit is the side and the next one
 * says that 50 bytes are lost in front, a length, and as many bytes. The same
 * conversation a byte at a time has to give the same entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "tests/support/http1_world.h"

#define INPUT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
packet(struct world *w, int side, struct str bytes, bool bytewise)
{
	if (!bytewise && bytes.n != 0)
		http1_world_send(w, side, bytes.p, bytes.n);
	for (size_t i = 0; bytewise && i < bytes.n; i++)
		http1_world_send(w, side, bytes.p + i, 1);
}

static const char *
converse(struct world *w, const uint8_t *p, size_t n, bool bytewise)
{
	struct cursor c = cur_make(p, n, false);
	uint8_t late = cur_u8(&c);

	http1_world_init(w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                        WORLD_BODIES);
	w->table[0] = &proto_amqp;
	w->port = 5672;
	w->limits.head_bytes = 4096;
	w->limits.resync_bytes = 2000;
	w->limits.render_bytes = 1000;
	w->limits.value_depth = 8;
	w->limits.amqp_channels = 4;
	if (!http1_world_open(w, late % 2 != 0 ? -1 : 0))
		abort();
	while (!cur_at_end(&c)) {
		uint8_t how = cur_u8(&c);
		size_t len = cur_u8(&c);

		if (len > cur_left(&c))
			len = cur_left(&c);
		if ((how & 2) != 0)
			http1_world_lose(w, how & 1, 50);
		packet(w, how & 1, cur_take(&c, len), bytewise);
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
	    sa.client == sb.client && p[0] % 2 == 0 && strcmp(one, two) != 0)
		abort();
	http1_world_release(&a);
	http1_world_release(&b);
	return 0;
}
