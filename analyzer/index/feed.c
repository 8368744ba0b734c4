/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/feed.h"

#include <assert.h>
#include <stdio.h>

#include "analyzer/index/db.h"
#include "base/mem.h"

enum {
	FEED_SQL = 400,        /* bytes of a statement */
	FEED_NAME = 40,        /* of a name */
	FEED_BYTES = 64 << 20, /* of the rows that wait */
};

/* ---- the virtual table ---- */

struct feed_table {
	sqlite3_vtab base; /* first, as SQLite wants it */
	struct feed *feed;
};

struct feed_cursor {
	sqlite3_vtab_cursor base;
	size_t row;
};

static const struct feed *
feed_of(const sqlite3_vtab_cursor *c)
{
	const struct feed_table *t = (const void *)c->pVtab;

	return t->feed;
}

static int
on_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
           sqlite3_vtab **ret_table, char **ret_error)
{
	struct feed_table *t = mem_zalloc(sizeof(*t));
	char sql[FEED_SQL];
	size_t n = 0;
	int rc;

	(void)argc;
	(void)argv;
	(void)ret_error;
	if (t == NULL)
		return SQLITE_NOMEM;
	t->feed = aux;
	for (unsigned i = 0; i < t->feed->ints; i++)
		n += (size_t)snprintf(sql + n, sizeof(sql) - n, "%sc%u",
		                      i == 0 ? "CREATE TABLE x(" : ",", i);
	(void)snprintf(sql + n, sizeof(sql) - n, ",bytes)");
	rc = sqlite3_declare_vtab(db, sql);
	/* SQLite disconnects only what has been connected. */
	if (rc != SQLITE_OK)
		mem_free(t);
	else
		*ret_table = &t->base;
	return rc;
}

/* There is one way to read it: all rows, in order. */
static int
on_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedCost = FEED_ROWS;
	return SQLITE_OK;
}

static int
on_disconnect(sqlite3_vtab *table)
{
	mem_free(table);
	return SQLITE_OK;
}

static int
on_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret_cursor)
{
	struct feed_cursor *c = mem_zalloc(sizeof(*c));

	(void)table;
	if (c == NULL)
		return SQLITE_NOMEM;
	*ret_cursor = &c->base;
	return SQLITE_OK;
}

static int
on_close(sqlite3_vtab_cursor *cursor)
{
	mem_free(cursor);
	return SQLITE_OK;
}

static int
on_filter(sqlite3_vtab_cursor *cursor, int plan, const char *name, int argc,
          sqlite3_value **argv)
{
	struct feed_cursor *c = (void *)cursor;

	(void)plan;
	(void)name;
	(void)argc;
	(void)argv;
	c->row = 0;
	return SQLITE_OK;
}

static int
on_next(sqlite3_vtab_cursor *cursor)
{
	struct feed_cursor *c = (void *)cursor;

	c->row++;
	return SQLITE_OK;
}

static int
on_eof(sqlite3_vtab_cursor *cursor)
{
	const struct feed_cursor *c = (const void *)cursor;

	return c->row >= feed_of(cursor)->n;
}

static int
on_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int column)
{
	const struct feed_cursor *c = (const void *)cursor;
	const struct feed *f = feed_of(cursor);
	size_t start;
	const char *p;

	if ((unsigned)column < f->ints) {
		sqlite3_result_int64(to, f->v[c->row][column]);
		return SQLITE_OK;
	}
	start = c->row > 0 ? f->end[c->row - 1] : 0;
	/* A blob without an address would be NULL. */
	p = f->bytes.n > 0 ? f->bytes.p + start : "";
	if (f->text)
		sqlite3_result_text64(to, p, f->end[c->row] - start,
		                      SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_result_blob64(to, p, f->end[c->row] - start,
		                      SQLITE_STATIC);
	return SQLITE_OK;
}

static int
on_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret_rowid)
{
	const struct feed_cursor *c = (const void *)cursor;

	*ret_rowid = (sqlite3_int64)c->row;
	return SQLITE_OK;
}

/* Without xCreate it is there by its own name, and cannot be made again. */
static const sqlite3_module feed_module = {
	.xConnect = on_connect,
	.xBestIndex = on_best_index,
	.xDisconnect = on_disconnect,
	.xOpen = on_open,
	.xClose = on_close,
	.xFilter = on_filter,
	.xNext = on_next,
	.xEof = on_eof,
	.xColumn = on_column,
	.xRowid = on_rowid,
};

/* ---- rows ---- */

int
feed_open(struct feed *f, sqlite3 *db, const char *table, unsigned ints,
          bool text, struct err *e)
{
	char name[FEED_NAME], sql[FEED_SQL];

	assert(ints <= FEED_INTS);
	f->db = db;
	f->table = table;
	f->ints = ints;
	f->text = text;
	f->n = 0;
	buf_init(&f->bytes, FEED_BYTES);
	(void)snprintf(name, sizeof(name), "%s_feed", table);
	if (sqlite3_create_module(db, name, &feed_module, f) != SQLITE_OK)
		return db_error(db, "feeding rows", e);
	(void)snprintf(sql, sizeof(sql), "INSERT INTO %s SELECT * FROM %s",
	               table, name);
	return db_prepare(db, sql, e, &f->st);
}

void
feed_close(struct feed *f)
{
	(void)sqlite3_finalize(f->st);
	f->st = NULL;
	buf_release(&f->bytes);
}

int64_t *
feed_row(struct feed *f)
{
	return f->v[f->n];
}

int
feed_add(struct feed *f, struct str bytes, struct err *e)
{
	int rc = buf_append_str(&f->bytes, bytes);

	if (rc != 0)
		return err_set(e, rc, "index: %s: %s", f->table, err_text(rc));
	f->end[f->n++] = f->bytes.n;
	return f->n == FEED_ROWS || f->bytes.n > FEED_BYTES / 2
	           ? feed_flush(f, e)
	           : 0;
}

int
feed_flush(struct feed *f, struct err *e)
{
	char doing[FEED_NAME];
	int rc;

	if (f->n == 0)
		return 0;
	(void)snprintf(doing, sizeof(doing), "adding to %s", f->table);
	rc = db_run(f->db, f->st, doing, e);
	f->n = 0;
	buf_clear(&f->bytes);
	return rc;
}
