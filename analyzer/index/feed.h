/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed: many rows into one table by one statement.
 *
 * A statement that is run for each row spends a third of its time on beginning
 * and ending. Here rows wait in a virtual table, and `INSERT INTO table SELECT
 * * FROM it` takes them all (sqlite.org/vtab.html). A row is some integers and,
 * last, one text or blob.
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
	FEED_ROWS = 64, /* that wait at most */
	FEED_INTS = 24, /* columns before the last */
};

struct feed {
	sqlite3 *db;
	const char *table;
	unsigned ints;
	bool text; /* the last column is, else a blob */
	sqlite3_stmt *st;
	size_t n; /* rows that wait */
	int64_t v[FEED_ROWS][FEED_INTS];
	size_t end[FEED_ROWS]; /* of a row's bytes in `bytes` */
	struct buf bytes;
};

/* The table exists and has `ints` + 1 columns; its name is borrowed. */
int feed_open(struct feed *f, sqlite3 *db, const char *table, unsigned ints,
              bool text, struct err *e) WARN_UNUSED;
/* Before the database is closed; a feed that is all zero may be closed. */
void feed_close(struct feed *f);

/* Where the integers of the next row go. */
int64_t *feed_row(struct feed *f);
/* That row is complete; the bytes are copied. */
int feed_add(struct feed *f, struct str bytes, struct err *e) WARN_UNUSED;
/* Write what waits: before every commit. */
int feed_flush(struct feed *f, struct err *e) WARN_UNUSED;

#endif /* INDEX_FEED_H */
