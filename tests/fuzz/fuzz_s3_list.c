/* SPDX-License-Identifier: Apache-2.0 */
/* What a store answers: keys have a length, the reader can stop. */
#include "base/compiler.h"
#include "cli/s3_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
take(void *ctx, struct str key, uint64_t size)
{
	size_t *left = ctx;

	(void)size;
	ENSURE(key.n > 0 && key.n <= S3_LIST_KEY);
	return --*left == 0 ? ERR_LIMIT : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct s3_list_page page;
	size_t left = 20;
	int rc = s3_list_parse(str_make(p, n), take, &left, &page);

	ENSURE(rc <= 0);
	ENSURE(page.count <= 20);
	ENSURE((rc == ERR_LIMIT) == (left == 0));
	return 0;
}
