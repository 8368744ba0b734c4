/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content codings: the first byte picks the list, the second the size of the
 * parts that the rest is given in.
 */
#include <stdint.h>
#include <stdlib.h>

#include "analyzer/proto/coding.h"

#define OUT_MAX (UINT64_C(1) << 18)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
take(void *ctx, const uint8_t *p, size_t n)
{
	uint64_t *sum = ctx;

	(void)p;
	*sum += n;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const lists[] = { "gzip", "deflate",    "br",
		                             "zstd", "gzip, gzip", "br,zstd" };
	uint64_t sum = 0;
	const struct body_out out = { .bytes = take, .ctx = &sum };
	struct str unknown = STR_NONE;
	struct coding *c;
	size_t step;
	int rc;

	if (n < 2)
		return 0;
	rc = coding_new(str_from_c(lists[p[0] % ARRAY_LEN(lists)]), OUT_MAX,
	                200, &out, &unknown, &c);
	if (rc != 0)
		abort();
	step = p[1] != 0 ? p[1] : n;
	p += 2;
	n -= 2;
	while (rc == 0 && n != 0) {
		size_t part = n < step ? n : step;

		rc = coding_write(c, p, part);
		p += part;
		n -= part;
	}
	if (rc == 0)
		rc = coding_end(c);
	if (rc > 0)
		abort();
	if (sum > OUT_MAX)
		abort();
	coding_free(c);
	return 0;
}
