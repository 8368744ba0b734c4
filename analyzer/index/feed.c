/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/feed.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "base/mem.h"

enum {
	FEED_SQL = 400,        /* bytes of a statement */
	FEED_NAME = 40,        /* of a name */
	FEED_BYTES = 64 << 20, /* of the rows that wait */
	FEED_WAIT = 4 << 20,   /* with more than that they wait no longer */
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
	unsigned columns;
	size_t n = 0;
	int rc;

	(void)argc;
	(void)argv;
	(void)ret_error;
	if (t == NULL)
		return SQLITE_NOMEM;
	t->feed = aux;
	columns = t->feed->shape.ints + t->feed->shape.blobs;
	for (unsigned i = 0; i < columns; i++)
		n += (size_t)snprintf(sql + n, sizeof(sql) - n, "%sc%u",
		                      i == 0 ? "CREATE TABLE x(" : ",", i);
	(void)snprintf(sql + n, sizeof(sql) - n, ")");
	rc = sqlite3_declare_vtab(db, sql);
	/* SQLite disconnects only what has been connected. */
	if (rc != SQLITE_OK)
		mem_free(t);
	else
		*ret_table = &t->base;
	return rc;
}

/* There is one way to read it: the rows that are to go, in order. */
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

	return c->row >= feed_of(cursor)->going;
}

static int
on_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int column)
{
	const struct feed_cursor *c = (const void *)cursor;
	const struct feed *f = feed_of(cursor);
	size_t row = f->order[c->row];
	const struct feed_bytes *at = &f->at[row];
	unsigned blob = (unsigned)column - f->shape.ints;
	const char *p;

	if ((unsigned)column < f->shape.ints) {
		sqlite3_result_int64(
		    to, f->v[row * f->shape.ints + (unsigned)column]);
		return SQLITE_OK;
	}
	/* A blob without an address would be NULL. */
	p = f->bytes.n > 0 ? f->bytes.p + at->at : "";
	for (unsigned i = 0; i < blob; i++)
		p += at->n[i];
	if (f->shape.text)
		sqlite3_result_text64(to, p, at->n[blob], SQLITE_STATIC,
		                      SQLITE_UTF8);
	else
		sqlite3_result_blob64(to, p, at->n[blob], SQLITE_STATIC);
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
feed_open(struct feed *f, sqlite3 *db, const struct feed_shape *shape,
          struct err *e)
{
	char name[FEED_NAME], sql[FEED_SQL];

	assert(shape->ints <= FEED_INTS && shape->blobs <= FEED_BLOBS);
	f->db = db;
	f->shape = *shape;
	f->n = f->going = 0;
	for (size_t i = 0; i < FEED_ROWS; i++)
		f->order[i] = (uint16_t)i;
	buf_init(&f->bytes, FEED_BYTES);
	buf_init(&f->spare, FEED_BYTES);
	f->v = mem_array((size_t)FEED_ROWS * shape->ints, sizeof(*f->v));
	if (f->v == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	(void)snprintf(name, sizeof(name), "%s_feed", shape->table);
	if (sqlite3_create_module(db, name, &feed_module, f) != SQLITE_OK)
		return db_error(db, "feeding rows", e);
	(void)snprintf(sql, sizeof(sql), "INSERT %sINTO %s SELECT * FROM %s",
	               shape->replace ? "OR REPLACE " : "", shape->table, name);
	return db_prepare(db, sql, e, &f->st);
}

void
feed_close(struct feed *f)
{
	(void)sqlite3_finalize(f->st);
	f->st = NULL;
	mem_free(f->v);
	f->v = NULL;
	buf_release(&f->bytes);
	buf_release(&f->spare);
}

int64_t *
feed_row(struct feed *f)
{
	return f->v + f->order[f->n] * (size_t)f->shape.ints;
}

/* The first of those that wait were written, or cannot be: their rows are free.
 */
static int
forget(struct feed *f, size_t gone)
{
	uint16_t free[FEED_ROWS];
	struct buf old = f->bytes;
	int rc = 0;

	f->n -= gone;
	memcpy(free, f->order, gone * sizeof(*free));
	memmove(f->id, f->id + gone, f->n * sizeof(*f->id));
	memmove(f->order, f->order + gone, f->n * sizeof(*free));
	memcpy(f->order + f->n, free, gone * sizeof(*free));
	buf_clear(&f->spare);
	for (size_t i = 0; i < f->n && rc == 0; i++) {
		struct feed_bytes *row = &f->at[f->order[i]];
		size_t from = row->at;
		size_t n = 0;

		for (unsigned k = 0; k < f->shape.blobs; k++)
			n += row->n[k];
		row->at = f->spare.n;
		rc = n > 0 ? buf_append(&f->spare, old.p + from, n) : 0;
	}
	f->bytes = f->spare;
	f->spare = old;
	return rc;
}

/* Write the first `going` of those that wait. */
static int
write_rows(struct feed *f, size_t going, struct err *e)
{
	char doing[FEED_NAME];
	int rc, lost;

	if (going == 0)
		return 0;
	(void)snprintf(doing, sizeof(doing), "adding to %s", f->shape.table);
	f->going = going;
	rc = db_run(f->db, f->st, doing, e);
	f->going = 0;
	lost = forget(f, going);
	if (rc == 0 && lost != 0)
		rc = err_set(e, lost, "index: %s: %s", f->shape.table,
		             err_text(lost));
	return rc;
}

/* How many of those that wait have no higher id. */
static size_t
place_of(const struct feed *f, int64_t id)
{
	size_t from = 0, to = f->n;

	if (to == 0 || f->id[to - 1] <= id)
		return to;
	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (f->id[mid] <= id)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Rows come nearly in order: an entry by its first packet, but with its last.
 */
static void
put_in_order(struct feed *f)
{
	uint16_t row = f->order[f->n];
	int64_t id = *feed_row(f);
	size_t to = place_of(f, id);
	size_t behind = f->n - to;

	memmove(f->id + to + 1, f->id + to, behind * sizeof(*f->id));
	memmove(f->order + to + 1, f->order + to, behind * sizeof(*f->order));
	f->id[to] = id;
	f->order[to] = row;
	f->n++;
}

int
feed_add(struct feed *f, const struct str *bytes, struct err *e)
{
	struct feed_bytes *row = &f->at[f->order[f->n]];
	int rc = 0;

	row->at = f->bytes.n;
	for (unsigned i = 0; i < f->shape.blobs && rc == 0; i++) {
		row->n[i] = bytes[i].n;
		rc = buf_append_str(&f->bytes, bytes[i]);
	}
	if (rc != 0)
		return err_set(e, rc, "index: %s: %s", f->shape.table,
		               err_text(rc));
	put_in_order(f);
	if (f->bytes.n > FEED_WAIT)
		return feed_flush(f, e);
	return f->n == FEED_ROWS ? write_rows(f, FEED_ROWS / 2, e) : 0;
}

int
feed_flush(struct feed *f, struct err *e)
{
	return write_rows(f, f->n, e);
}
