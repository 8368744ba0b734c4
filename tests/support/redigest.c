/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/redigest.h"

#include "analyzer/index/reader.h"
#include "analyzer/index/seal.h"

struct redigest {
	struct index_reader *r;
	struct sums sums;
	struct err *e;
};

static int
sum_entries(struct redigest *d)
{
	const struct index_select all = { .limit = 0 };
	struct index_cursor *c = NULL;
	struct index_entry row;
	bool sure;
	int rc = index_entries(d->r, &all, d->e, &c);

	while (rc == 0 && (rc = index_next(c, &row, &sure, d->e)) == 1)
		rc = sums_entry(&d->sums, &row);
	index_cursor_free(c);
	return rc;
}

static int
sum_part(void *ctx, const struct index_part *p)
{
	struct redigest *d = ctx;

	return sums_part(&d->sums, p);
}

static int
sum_stream(void *ctx, const struct stream *s)
{
	struct redigest *d = ctx;
	int rc = sums_stream(&d->sums, s);

	return rc == 0 ? index_parts(d->r, s->id, 0, sum_part, d, d->e) : rc;
}

/* What the reader does not show. */
static int
digest_rest(const char *path, const struct redigest *d,
            uint8_t ret_digest[SHA256_SIZE])
{
	sqlite3 *db = NULL;
	int rc = ERR_DB;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
		rc = seal_digest(db, &d->sums, d->e, ret_digest);
	(void)sqlite3_close(db);
	return rc;
}

int
redigest(const char *path, struct err *e, uint8_t ret_digest[SHA256_SIZE])
{
	struct redigest d = { .e = e };
	int rc = index_open(path, e, &d.r);

	sums_init(&d.sums);
	if (rc == 0)
		rc = sum_entries(&d);
	if (rc == 0)
		rc = index_streams(d.r, sum_stream, &d, e);
	if (rc == 0)
		rc = digest_rest(path, &d, ret_digest);
	sums_release(&d.sums);
	index_reader_free(d.r);
	return rc;
}
