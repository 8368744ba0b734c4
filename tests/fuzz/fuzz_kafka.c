/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Kafka conversation: feeding, gaps, ends, then rendering of every entry.
 *
 * The input is a list of pieces. One begins with a byte that says what it is
 * (its low two bits: the client or the server speaks, or loses bytes; 3 ends
 * the packet) and one that says how many bytes follow; with the first byte 255
 * the capture begins in the middle of the connection, else with ApiVersions.
 * The same conversation a byte at a time has to give the same entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/http1_world.h"

#define INPUT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
speak(struct world *w, int side, struct str bytes, bool bytewise)
{
	if (!bytewise && bytes.n != 0)
		http1_world_send(w, side, bytes.p, bytes.n);
	for (size_t i = 0; bytewise && i < bytes.n; i++)
		http1_world_send(w, side, bytes.p + i, 1);
}

/* So that it is Kafka from the beginning, whatever the packets. */
static void
begin(struct world *w)
{
	static const char request[] = "\0\0\0\x0d\0\x12\0\0\0\0\0\1\0\3cli";
	static const char response[] = "\0\0\0\x0a\0\0\0\1\0\0\0\0\0\0";

	http1_world_send(w, 0, request, sizeof(request) - 1);
	http1_world_send(w, 1, response, sizeof(response) - 1);
}

/* What is shown, without the times of packets. */
static char *
converse(struct world *w, const uint8_t *p, size_t n, bool bytewise)
{
	struct cursor c = cur_make(p, n, false);
	bool late = cur_peek_u8(&c) == 255;

	http1_world_init(w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                        WORLD_BODIES);
	w->table[0] = &proto_kafka;
	w->port = 9092;
	w->limits.head_bytes = 8192;
	w->limits.resync_bytes = 2000;
	w->limits.render_bytes = 20000;
	if (!http1_world_open(w, late ? -1 : 0))
		abort();
	if (late)
		(void)cur_u8(&c);
	else
		begin(w);
	while (cur_ok(&c) && !cur_at_end(&c)) {
		unsigned what = cur_u8(&c) & 3;
		size_t size = cur_u8(&c);

		if (size > cur_left(&c))
			size = cur_left(&c);
		if (what < 2)
			speak(w, (int)what, cur_take(&c, size), bytewise);
		else if (what == 2 && size != 0)
			http1_world_lose(w, (int)size & 1, 1 + size / 2);
	}
	return http1_world_timeless(http1_world_finish(w, WHY_FIN));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct world a, b;
	char *one, *two;

	if (n > INPUT_MAX)
		n = INPUT_MAX;
	one = converse(&a, p, n, false);
	two = converse(&b, p, n, true);
	if (a.failed != 0 || b.failed != 0 || !a.sides_agree || !b.sides_agree)
		abort();
	/* In the middle, packets say where a message is looked for. */
	if (n != 0 && p[0] != 255 && strcmp(one, two) != 0)
		abort();
	free(one);
	free(two);
	http1_world_release(&a);
	http1_world_release(&b);
	return 0;
}
