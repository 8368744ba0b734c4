/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering of Redis (tests/support/fuzz_render.h). What goes to the server is
 * in front of the first 0xff of the input, what goes to the client behind it.
 */
#include <stdint.h>
#include <string.h>

#include "tests/support/fuzz_render.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str all = str_make(p, n);
	size_t mid = str_find_char(all, (char)0xff);
	const struct fuzz_render f = {
		.dis = &proto_redis,
		.method = STR("SUBSCRIBE"),
		.side = { str_head(all, mid), str_tail(all, mid + 1) },
		.reversed = n % 2 != 0,
	};

	fuzz_render(&f);
	return 0;
}
