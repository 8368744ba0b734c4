/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/db.h"

/* What a person can do about it. */
static const char *
advice(int code)
{
	switch (code) {
	case ERR_CORRUPT:
		return "; 'analyzer index --force' makes it anew";
	case ERR_NOSPC:
		return "; make room there or name another folder with "
		       "--workspace";
	default:
		return "";
	}
}

int
db_error(sqlite3 *db, const char *doing, struct err *e)
{
	int rc = sqlite3_errcode(db) & 0xff;
	int code = rc == SQLITE_NOMEM       ? ERR_NOMEM
	           : rc == SQLITE_FULL      ? ERR_NOSPC
	           : rc == SQLITE_CORRUPT   ? ERR_CORRUPT
	           : rc == SQLITE_NOTADB    ? ERR_CORRUPT
	           : rc == SQLITE_INTERRUPT ? ERR_CANCELLED
	                                    : ERR_DB;
	const char *path = db != NULL ? sqlite3_db_filename(db, "main") : NULL;

	return err_set(e, code, "index %s: %s: %s%s", path != NULL ? path : "",
	               doing, sqlite3_errmsg(db), advice(code));
}

int
db_exec(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "statement", e);
	return 0;
}

int
db_prepare(sqlite3 *db, const char *sql, struct err *e, sqlite3_stmt **ret_stmt)
{
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt,
	                       NULL) != SQLITE_OK)
		return db_error(db, "prepare", e);
	return 0;
}

void
db_bind_str(sqlite3_stmt *st, int i, struct str s)
{
	(void)sqlite3_bind_text64(st, i, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC,
	                          SQLITE_UTF8);
}

void
db_bind_blob(sqlite3_stmt *st, int i, struct str s)
{
	(void)sqlite3_bind_blob64(st, i, s.n > 0 ? s.p : "", s.n,
	                          SQLITE_STATIC);
}

int
db_run(sqlite3 *db, sqlite3_stmt *st, const char *doing, struct err *e)
{
	int rc = 0;

	if (sqlite3_step(st) != SQLITE_DONE)
		rc = db_error(db, doing, e);
	(void)sqlite3_reset(st);
	return rc;
}

struct db_row
db_row_of(sqlite3_stmt *st)
{
	return (struct db_row){ .st = st };
}

int64_t
db_int(struct db_row *r)
{
	int col = r->col++;

	if (sqlite3_column_type(r->st, col) != SQLITE_INTEGER) {
		r->bad = true;
		return 0;
	}
	return sqlite3_column_int64(r->st, col);
}

int64_t
db_int_in(struct db_row *r, int64_t min, int64_t max)
{
	int64_t v = db_int(r);

	if (v < min || v > max) {
		r->bad = true;
		return min;
	}
	return v;
}

struct str
db_text(struct db_row *r)
{
	int col = r->col++;
	const unsigned char *p;

	if (sqlite3_column_type(r->st, col) != SQLITE_TEXT) {
		r->bad = true;
		return STR("");
	}
	p = sqlite3_column_text(r->st, col);
	return str_make((const char *)p,
	                (size_t)sqlite3_column_bytes(r->st, col));
}

struct str
db_blob(struct db_row *r)
{
	int col = r->col++;
	int type = sqlite3_column_type(r->st, col);
	const void *p;

	if (type == SQLITE_NULL)
		return STR("");
	if (type != SQLITE_BLOB) {
		r->bad = true;
		return STR("");
	}
	p = sqlite3_column_blob(r->st, col);
	return str_make(p, (size_t)sqlite3_column_bytes(r->st, col));
}
