/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering of AMQP (tests/support/fuzz_render.h). The first byte of the input
 * says how many bytes, times 8, go to the server; the rest goes to the client.
 */
#include <stdint.h>

#include "tests/support/fuzz_render.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str all = str_tail(str_make(p, n), 1);
	size_t mid = n != 0 ? (size_t)p[0] * 8 : 0;
	const struct fuzz_render f = {
		.dis = &proto_amqp,
		.side = { str_head(all, mid), str_tail(all, mid) },
		.reversed = n % 2 != 0,
	};

	fuzz_render(&f);
	return 0;
}
