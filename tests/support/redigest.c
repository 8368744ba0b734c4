/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/redigest.h"

#include "analyzer/index/entry_sums.h"
#include "analyzer/index/reader.h"
#include "analyzer/index/seal.h"

static int
sum_entries(const char *path, struct entry_sums *sums, struct err *e)
{
	const struct index_select all = { .limit = 0 };
	struct index_cursor *c = NULL;
	struct index_reader *r = NULL;
	struct index_entry row;
	bool sure;
	int rc = index_open(path, e, &r);

	if (rc == 0)
		rc = index_entries(r, &all, e, &c);
	while (rc == 0 && (rc = index_next(c, &row, &sure, e)) == 1)
		rc = entry_sums_add(sums, &row);
	index_cursor_free(c);
	index_reader_free(r);
	return rc;
}

int
redigest(const char *path, struct err *e, uint8_t ret_digest[SHA256_SIZE])
{
	struct entry_sums sums;
	int rc;

	entry_sums_init(&sums);
	rc = sum_entries(path, &sums, e);
	if (rc == 0)
		rc = seal_digest(path, &sums, e, ret_digest);
	entry_sums_release(&sums);
	return rc;
}
