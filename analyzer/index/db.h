/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db: the few things that all users of SQLite in this folder do alike.
 */
#ifndef INDEX_DB_H
#define INDEX_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* How long one connection waits for another's short work, in ms. */
enum { DB_BUSY_MS = 10000 };

/* ERR_NOMEM, ERR_NOSPC, ERR_CORRUPT or ERR_DB with SQLite's own text. */
int db_error(sqlite3 *db, const char *doing, struct err *e);

/* Run statements without results. */
int db_exec(sqlite3 *db, const char *sql, struct err *e) WARN_UNUSED;
int db_prepare(sqlite3 *db, const char *sql, struct err *e,
               sqlite3_stmt **ret_stmt) WARN_UNUSED;

void db_bind_str(sqlite3_stmt *st, int i, struct str s);  /* borrowed */
void db_bind_blob(sqlite3_stmt *st, int i, struct str s); /* borrowed */

/* Step a statement that gives no rows, and make it ready for the next. */
int db_run(sqlite3 *db, sqlite3_stmt *st, const char *doing,
           struct err *e) WARN_UNUSED;

/*
 * The columns of one row, read in order. A column that is not of the asked
 * type (a hostile file) makes the row bad; what is read then is 0 or empty.
 */
struct db_row {
	sqlite3_stmt *st;
	int col;
	bool bad;
};

struct db_row db_row_of(sqlite3_stmt *st);
int64_t db_int(struct db_row *r);
/* An integer in [min, max], else the row is bad and min is returned. */
int64_t db_int_in(struct db_row *r, int64_t min, int64_t max);
struct str db_text(struct db_row *r);
struct str db_blob(struct db_row *r); /* NULL is empty */

#endif /* INDEX_DB_H */
