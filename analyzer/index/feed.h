/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed: many rows into one table by one statement.
 *
 * A statement that is run for each row spends a third of its time on beginning
 * and ending. Here rows wait in a virtual table, and `INSERT INTO table SELECT
 * * FROM it` takes them (sqlite.org/vtab.html). A row is some integers, of
 * which the first is its id, and, last, some texts or blobs.
 *
 * Rows go in by id, and when many wait, only the lower half goes. An id that is
 * behind all in the table is appended to the last page, which fills it; one
 * that is not is looked for from the root of the tree and may split a page.
 */
#ifndef INDEX_FEED_H
#define INDEX_FEED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum {
	FEED_ROWS = 2048, /* that wait at most */
	FEED_INTS = 36,   /* columns of integers */
	FEED_BLOBS = 3,   /* columns behind them */
};

/* What a table's rows are made of. */
struct feed_shape {
	const char *table;
	unsigned ints, blobs;
	bool text;    /* the last columns are, else blobs */
	bool replace; /* a row whose id is there takes its place */
};

/* Where the bytes of a row that waits are. */
struct feed_bytes {
	size_t at;
	size_t n[FEED_BLOBS];
};

struct feed {
	sqlite3 *db;
	struct feed_shape shape;
	sqlite3_stmt *st;
	size_t n;     /* rows that wait */
	size_t going; /* of them, those that are being written */
	/* The rows that wait, by id; then, in order[], those that are free. */
	int64_t id[FEED_ROWS];
	uint16_t order[FEED_ROWS];
	int64_t *v; /* `ints` for each row */
	struct feed_bytes at[FEED_ROWS];
	struct buf bytes, spare;
};

/* The table exists; its name is borrowed. */
int feed_open(struct feed *f, sqlite3 *db, const struct feed_shape *shape,
              struct err *e) WARN_UNUSED;
/* Before the database is closed; a feed that is all zero may be closed. */
void feed_close(struct feed *f);

/* Where the integers of the next row go. */
int64_t *feed_row(struct feed *f);
/* That row is complete; bytes[] has its texts or blobs, which are copied. */
int feed_add(struct feed *f, const struct str *bytes,
             struct err *e) WARN_UNUSED;
/* Write all that wait: before every commit. */
int feed_flush(struct feed *f, struct err *e) WARN_UNUSED;

#endif /* INDEX_FEED_H */
