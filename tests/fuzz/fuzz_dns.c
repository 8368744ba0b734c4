/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A DNS conversation: probing, feeding, gaps, ends, then rendering of every
 * entry.
 *
 * The first byte chooses: bit 0 TCP instead of UDP, bits 1 and 2 the server's
 * port, bit 3 a stream without its beginning. Then come packets: 16 bits, of
 * which the highest is the side and the others are the length; over TCP a
 * length of 0 is a hole of 50 bytes. Over TCP the same bytes one at a time have
 * to give the same entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/dns_world.h"

#define INPUT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
send_bytes(struct dns_world *w, int side, const uint8_t *p, size_t n,
           bool bytewise)
{
	for (size_t i = 0; bytewise && i < n; i++)
		dns_world_send(w, side, str_make(p + i, 1));
	if (!bytewise && n != 0)
		dns_world_send(w, side, str_make(p, n));
}

static const char *
converse(struct dns_world *w, const uint8_t *p, size_t n, bool bytewise)
{
	static const uint16_t ports[] = { 53, 5353, 5355, 9999 };

	w->limits.resync_bytes = 2000;
	w->l4 = (p[0] & 1) != 0 ? 6 : 17;
	w->port[1] = ports[p[0] >> 1 & 3];
	w->opener = (p[0] & 8) != 0 ? -1 : 0;
	dns_world_open(w);
	for (size_t i = 1; i + 2 <= n;) {
		int side = p[i] >> 7;
		size_t len = (p[i] & 127u) << 8 | p[i + 1];

		i += 2;
		if (len == 0 && w->l4 == 6)
			dns_world_lose(w, side, 50);
		if (len > n - i)
			len = n - i;
		send_bytes(w, side, p + i, len, bytewise);
		i += len;
	}
	return dns_world_finish(w, WHY_FIN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const unsigned show = DNS_WORLD_JSON | DNS_WORLD_SECTIONS;
	struct dns_world a, b;
	const char *one, *two;

	if (n == 0)
		return 0;
	if (n > INPUT_MAX)
		n = INPUT_MAX;
	dns_world_init(&a, show);
	one = converse(&a, p, n, false);
	if (a.failed != 0)
		abort();
	/* Who joins late looks at the starts of packets: those count then. */
	if (a.l4 == 6 && a.opener == 0) {
		dns_world_init(&b, show);
		two = converse(&b, p, n, true);
		if (b.failed != 0 || strcmp(one, two) != 0)
			abort();
		dns_world_release(&b);
	}
	dns_world_release(&a);
	return 0;
}
