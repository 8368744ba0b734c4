/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/index/feed.h"
#include "tests/tap/tap.h"

static sqlite3 *db;

static int64_t
ask(const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t got = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		got = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return got;
}

static int
add(struct feed *f, int64_t id, struct str bytes, struct err *e)
{
	int64_t *row = feed_row(f);

	row[0] = id;
	row[1] = -id;
	return feed_add(f, bytes, e);
}

/* One more than what waits at most, twice. */
static void
test_rows(struct feed *f)
{
	const int64_t n = 2 * FEED_ROWS + 2;
	struct err e = ERR_INIT;
	int failed = 0;

	for (int64_t i = 1; i <= n; i++)
		failed += add(f, i, str_make("abc", (size_t)i % 4), &e) != 0;
	is_int(failed, 0, "rows are taken");
	is_int(ask("SELECT count(*) FROM t"), 2 * FEED_ROWS,
	       "and written when enough wait");
	is_int(feed_flush(f, &e), 0, "the rest when asked");
	is_int(feed_flush(f, &e), 0, "nothing waits then");
	is_int(ask("SELECT count(*) FROM t WHERE m=-id"), n, "all are there");
	is_int(ask("SELECT count(*) FROM t WHERE b=substr(x'616263',1,id%4)"),
	       n, "each with its bytes, none is NULL");
}

static void
test_double(struct feed *f)
{
	struct err e = ERR_INIT;

	is_int(add(f, 1, STR_NONE, &e), 0, "a row that is there already");
	ok(feed_flush(f, &e) != 0 && e.code != 0, "is told");
	is_int(add(f, 1000, STR("x"), &e), 0, "another one");
	is_int(feed_flush(f, &e), 0, "is written all the same");
	is_int(ask("SELECT length(b) FROM t WHERE id=1000"), 1, "as it is");
}

/* What waits does not grow without end. */
static void
test_large(struct feed *f)
{
	enum { LARGE = 33 << 20 };
	struct err e = ERR_INIT;
	char *bytes = calloc(1, LARGE);

	if (bytes == NULL)
		exit(EXIT_FAILURE);
	is_int(add(f, 2000, str_make(bytes, LARGE), &e), 0, "a large row");
	is_int(ask("SELECT length(b) FROM t WHERE id=2000"), LARGE,
	       "does not wait");
	free(bytes);
}

static void
test_text(void)
{
	struct feed f = { .n = 0 };
	struct err e = ERR_INIT;

	is_int(feed_open(&f, db, "s", 1, true, &e), 0, "a table of texts");
	*feed_row(&f) = 7;
	ok(feed_add(&f, STR_NONE, &e) == 0 && feed_flush(&f, &e) == 0,
	   "takes the empty one");
	is_int(ask("SELECT count(*) FROM s WHERE id=7 AND t=''"), 1,
	       "which is not NULL");
	feed_close(&f);
}

int
main(void)
{
	struct feed f = { .n = 0 };
	struct err e = ERR_INIT;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_exec(db,
	                 "CREATE TABLE t(id INTEGER PRIMARY KEY, m INTEGER, "
	                 "b BLOB NOT NULL) STRICT;"
	                 "CREATE TABLE s(id INTEGER PRIMARY KEY, "
	                 "t TEXT NOT NULL) STRICT",
	                 NULL, NULL, NULL) != SQLITE_OK)
		return EXIT_FAILURE;
	is_int(feed_open(&f, db, "t", 2, false, &e), 0, "a table is fed");
	test_rows(&f);
	test_double(&f);
	test_large(&f);
	feed_close(&f);
	test_text();
	ok(feed_open(&f, db, "none", 1, false, &e) != 0 && e.code != 0,
	   "a table that is not there");
	feed_close(&f);
	(void)sqlite3_close(db);
	return tap_done();
}
