/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering of bytes that no feed has looked at before: the index may be
 * damaged, so spans may cover anything. The request is in front of the first
 * 0xff of the input, the response behind it.
 */
#include <stdint.h>

#include "tests/support/fuzz_render.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_render f = { .dis = &proto_http1 };

	(void)str_split1(str_make(p, n), '\xff', &f.side[0], &f.side[1]);
	fuzz_render(&f);
	return 0;
}
