/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers of a packet: link type in the first two bytes, then its bytes.
 * Layers and payload lie in the packet, one behind the other.
 */
#include "analyzer/query/anatomy.h"
#include "base/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cursor c = cur_make(p, n, false);
	uint16_t linktype = cur_be16(&c);
	struct str packet = cur_rest(&c);
	struct anatomy a;
	struct arena arena;
	size_t at = 0;

	arena_init(&arena, 1 << 20, 0);
	ENSURE(anatomy_read(packet, linktype, (uint32_t)packet.n, &arena, &a) ==
	       0);
	ENSURE(a.n <= ANATOMY_LAYERS);
	for (size_t i = 0; i < a.n; i++) {
		ENSURE(a.layer[i].off >= at && a.layer[i].len > 0);
		at = a.layer[i].off + a.layer[i].len;
		ENSURE(at <= packet.n);
		ENSURE(a.layer[i].nfields <= ANATOMY_FIELDS);
	}
	ENSURE(a.payload + a.payload_len <= packet.n);
	arena_release(&arena);
	return 0;
}
