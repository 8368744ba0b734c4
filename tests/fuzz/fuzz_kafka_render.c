/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering of Kafka (tests/support/fuzz_render.h). The first four bytes are
 * the API and version that were kept, the next two the length of the request;
 * what follows it is the response.
 */
#include <stdint.h>

#include "base/cursor.h"
#include "tests/support/fuzz_render.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cursor c = cur_make(p, n, false);
	struct fuzz_render f = { .dis = &proto_kafka, .kept = cur_take(&c, 4) };
	size_t size = cur_be16(&c);
	struct str rest = cur_rest(&c);

	f.side[TO_SERVER] = str_head(rest, size);
	f.side[TO_CLIENT] = str_tail(rest, size);
	fuzz_render(&f);
	return 0;
}
