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
	return feed_add(f, &bytes, e);
}

/* Half of what waits goes when there is no more room. */
static void
test_rows(struct feed *f)
{
	const int64_t n = 2 * FEED_ROWS + 2;
	struct err e = ERR_INIT;
	int failed = 0;

	for (int64_t i = 1; i <= n; i++)
		failed += add(f, i, str_make("abc", (size_t)i % 4), &e) != 0;
	is_int(failed, 0, "rows are taken");
	is_int(ask("SELECT max(id) FROM t"), 3 * FEED_ROWS / 2,
	       "and written when enough wait");
	is_int(feed_flush(f, &e), 0, "the rest when asked");
	is_int(feed_flush(f, &e), 0, "nothing waits then");
	is_int(ask("SELECT count(*) FROM t WHERE m=-id"), n, "all are there");
	is_int(ask("SELECT count(*) FROM t WHERE b=substr(x'616263',1,id%4)"),
	       n, "each with its bytes, none is NULL");
}

/*
 * Rows that come late are put where they belong while that still waits. Here
 * ids come in descending order by a quarter of what waits; `seq` numbers rows
 * as they are written.
 */
static void
test_order(void)
{
	const struct feed_shape shape = { .table = "q", .ints = 1, .blobs = 2 };
	const int64_t quarter = FEED_ROWS / 4;
	const struct str bytes[] = { STR("one"), STR("three") };
	struct feed f = { .n = 0 };
	struct err e = ERR_INIT;
	int failed = feed_open(&f, db, &shape, &e) != 0;

	for (int64_t i = 0; i < 8 * quarter; i++) {
		int64_t from = i / quarter * quarter;

		*feed_row(&f) = from + quarter - (i - from);
		failed += feed_add(&f, bytes, &e) != 0;
	}
	failed += feed_flush(&f, &e) != 0;
	is_int(failed, 0, "rows that come late are taken");
	is_int(ask("SELECT count(*) FROM p WHERE seq=id AND a=x'6f6e65' AND "
	           "b=x'7468726565'"),
	       8 * quarter, "and written by id, with all their bytes");
	feed_close(&f);
}

/* Of two rows with an id the later one stays, whether the first waits or not.
 */
static void
test_replace(void)
{
	const struct feed_shape shape = { .table = "r",
		                          .ints = 2,
		                          .replace = true };
	struct feed f = { .n = 0 };
	struct err e = ERR_INIT;
	int failed = feed_open(&f, db, &shape, &e) != 0;

	for (int64_t i = 1; i <= 3; i++) {
		int64_t *row = feed_row(&f);

		row[0] = 5;
		row[1] = i;
		failed += feed_add(&f, NULL, &e) != 0;
		if (i == 1)
			failed += feed_flush(&f, &e) != 0;
	}
	failed += feed_flush(&f, &e) != 0;
	is_int(failed, 0, "a row that is announced again");
	is_int(ask("SELECT sum(m) FROM r WHERE id=5"), 3, "is the last one");
	feed_close(&f);
}

static void
test_double(struct feed *f)
{
	struct err e = ERR_INIT;

	is_int(add(f, 1, STR_NONE, &e), 0, "a row that is there already");
	ok(feed_flush(f, &e) != 0 && e.code != 0, "is told");
	is_int(add(f, 100000, STR("x"), &e), 0, "another one");
	is_int(feed_flush(f, &e), 0, "is written all the same");
	is_int(ask("SELECT length(b) FROM t WHERE id=100000"), 1, "as it is");
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
	is_int(add(f, 200000, str_make(bytes, LARGE), &e), 0, "a large row");
	is_int(ask("SELECT length(b) FROM t WHERE id=200000"), LARGE,
	       "does not wait");
	free(bytes);
}

static void
test_text(void)
{
	const struct feed_shape shape = {
		.table = "s", .ints = 1, .blobs = 1, .text = true
	};
	struct feed f = { .n = 0 };
	struct err e = ERR_INIT;

	is_int(feed_open(&f, db, &shape, &e), 0, "a table of texts");
	*feed_row(&f) = 7;
	ok(feed_add(&f, &STR_NONE, &e) == 0 && feed_flush(&f, &e) == 0,
	   "takes the empty one");
	is_int(ask("SELECT count(*) FROM s WHERE id=7 AND t=''"), 1,
	       "which is not NULL");
	feed_close(&f);
}

int
main(void)
{
	const struct feed_shape shape = { .table = "t", .ints = 2, .blobs = 1 };
	const struct feed_shape none = { .table = "none", .ints = 1 };
	struct feed f = { .n = 0 };
	struct err e = ERR_INIT;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_exec(db,
	                 "CREATE TABLE t(id INTEGER PRIMARY KEY, m INTEGER, "
	                 "b BLOB NOT NULL) STRICT;"
	                 "CREATE TABLE s(id INTEGER PRIMARY KEY, "
	                 "t TEXT NOT NULL) STRICT;"
	                 "CREATE TABLE r(id INTEGER PRIMARY KEY, m INTEGER);"
	                 "CREATE TABLE p(seq INTEGER PRIMARY KEY, id, a, b);"
	                 "CREATE VIEW q AS SELECT id, a, b FROM p;"
	                 "CREATE TRIGGER qi INSTEAD OF INSERT ON q BEGIN "
	                 "INSERT INTO p VALUES(NULL,new.id,new.a,new.b); END",
	                 NULL, NULL, NULL) != SQLITE_OK)
		return EXIT_FAILURE;
	is_int(feed_open(&f, db, &shape, &e), 0, "a table is fed");
	test_rows(&f);
	test_double(&f);
	test_large(&f);
	feed_close(&f);
	test_text();
	test_order();
	test_replace();
	ok(feed_open(&f, db, &none, &e) != 0 && e.code != 0,
	   "a table that is not there");
	feed_close(&f);
	(void)sqlite3_close(db);
	return tap_done();
}
