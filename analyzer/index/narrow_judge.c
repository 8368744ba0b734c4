/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/narrow_judge.h"

#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/reader_impl.h"
#include "base/buf.h"
#include "base/mem.h"

enum {
	SQL_MAX = 1 << 20,
	/* Combinations; SQLite takes a microsecond for each. */
	TUPLES = 1 << 14,
	SLOTS = 4 * TUPLES,
};

/*
 * Columns that conditions may name. Not `ts`, which is different in every row
 * and has an index.
 */
enum column {
	COLUMN_REQ_SIZE,
	COLUMN_RES_SIZE,
	COLUMN_FLAGS,
	COLUMN_STATUS,
	COLUMN_CLIENT,
	COLUMN_SERVER,
	COLUMN_METHOD,
	COLUMN_TARGET,
	COLUMN_HOST,
	COLUMN_CLIENT_PORT,
	COLUMN_SERVER_PORT,
	COLUMN_POINT,
	COLUMN_PROTO,
	COLUMN_ELAPSED,
	COLUMN_COUNT,
};

static const char *const column_names[COLUMN_COUNT] = {
	[COLUMN_REQ_SIZE] = "req_size",
	[COLUMN_RES_SIZE] = "res_size",
	[COLUMN_FLAGS] = "flags",
	[COLUMN_STATUS] = "status",
	[COLUMN_CLIENT] = "client",
	[COLUMN_SERVER] = "server",
	[COLUMN_METHOD] = "method",
	[COLUMN_TARGET] = "target",
	[COLUMN_HOST] = "host",
	[COLUMN_CLIENT_PORT] = "client_port",
	[COLUMN_SERVER_PORT] = "server_port",
	[COLUMN_POINT] = "point",
	[COLUMN_PROTO] = "proto",
	[COLUMN_ELAPSED] = "elapsed",
};

struct judge {
	enum column column[COLUMN_COUNT]; /* that are named */
	size_t ncolumns;
	int64_t *value;       /* of each combination, ncolumns of them */
	uint32_t n;           /* combinations */
	uint32_t slot[SLOTS]; /* combination + 1, by hash */
	uint8_t verdict[TUPLES];
};

/* ---- columns ---- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* False: rows do not have it. */
static bool
add_column(struct judge *j, struct str name)
{
	for (size_t i = 0; i < j->ncolumns; i++) {
		if (str_eq(name, str_from_c(column_names[j->column[i]])))
			return true;
	}
	for (int c = 0; c < COLUMN_COUNT; c++) {
		if (str_eq(name, str_from_c(column_names[c]))) {
			j->column[j->ncolumns++] = (enum column)c;
			return true;
		}
	}
	return false;
}

/* Every "e.NAME"; conditions have no other way to name a column. */
static bool
find_columns(struct judge *j, const char *sql)
{
	const char *p = sql;

	while (sql != NULL && (p = strstr(p, "e.")) != NULL) {
		const char *name = p + 2;
		size_t n = 0;

		if (p == sql || !is_word(p[-1])) {
			while (is_word(name[n]))
				n++;
			if (!add_column(j, str_make(name, n)))
				return false;
		}
		p = name + n;
	}
	return true;
}

static int64_t
value_of(enum column c, const struct narrow_row *row)
{
	switch (c) {
	case COLUMN_REQ_SIZE:
		return (int64_t)row->req_size;
	case COLUMN_RES_SIZE:
		return (int64_t)row->res_size;
	case COLUMN_FLAGS:
		return row->flags;
	case COLUMN_STATUS:
		return row->status;
	case COLUMN_CLIENT:
		return row->client;
	case COLUMN_SERVER:
		return row->server;
	case COLUMN_METHOD:
		return row->method;
	case COLUMN_TARGET:
		return row->target;
	case COLUMN_HOST:
		return row->host;
	case COLUMN_CLIENT_PORT:
		return row->client_port;
	case COLUMN_SERVER_PORT:
		return row->server_port;
	case COLUMN_POINT:
		return row->point;
	case COLUMN_PROTO:
		return row->proto;
	default:
		return narrow_key(INDEX_BY_ELAPSED, row).value;
	}
}

/* ---- combinations ---- */

static uint64_t
hash_of(const int64_t *v, size_t n)
{
	uint64_t h = 0;

	/* Whoever makes them collide makes SQL do the work. */
	for (size_t i = 0; i < n; i++) {
		h = (h ^ (uint64_t)v[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return h;
}

/* The row's combination; false when there are too many. */
static bool
combination_of(struct judge *j, const struct narrow_row *row, uint32_t *ret)
{
	int64_t *next = j->value + j->n * j->ncolumns;
	size_t bytes = j->ncolumns * sizeof(*next);
	uint64_t h;

	for (size_t i = 0; i < j->ncolumns; i++)
		next[i] = value_of(j->column[i], row);
	h = hash_of(next, j->ncolumns);
	for (uint64_t probe = 0; probe < SLOTS; probe++) {
		uint32_t *slot = &j->slot[(h + probe) % SLOTS];

		if (*slot == 0) {
			*slot = ++j->n;
			*ret = j->n - 1;
			return j->n < TUPLES;
		}
		*ret = *slot - 1;
		if (memcmp(j->value + *ret * j->ncolumns, next, bytes) == 0)
			return true;
	}
	return false;
}

static bool
combine(struct judge *j, const struct narrow_rows *rows, uint32_t *of_row)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		if (!combination_of(j, &rows->row[i], &of_row[i]))
			return false;
	}
	return true;
}

/* ---- asking ---- */

/* cell(column, combination): the table that the statement reads. */
static void
cell(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct index_reader *r = sqlite3_user_data(ctx);
	const struct judge *j = r->judge;
	uint64_t column = (uint64_t)sqlite3_value_int64(argv[0]);
	uint64_t row = (uint64_t)sqlite3_value_int64(argv[1]);

	(void)argc;
	if (j == NULL || column >= j->ncolumns || row >= j->n)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_int64(ctx, j->value[row * j->ncolumns + column]);
}

int
reader_judge(struct index_reader *r, struct err *e)
{
	if (sqlite3_create_function(r->db, "cell", 2,
	                            SQLITE_UTF8 | SQLITE_DIRECTONLY, r, cell,
	                            NULL, NULL) != SQLITE_OK)
		return db_error(r->db, "preparing conditions", e);
	return 0;
}

static const char *
sql_of(const struct index_where *w)
{
	return w->sql != NULL ? w->sql : "1";
}

static int
write_sql(const struct judge *j, const struct narrow_asked *asked,
          struct buf *sql)
{
	const struct index_where *under = asked->under;
	int rc = buf_printf(
	    sql,
	    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n "
	    "WHERE i+1<?) SELECT e.i,(%s)",
	    under == NULL        ? "1"
	    : under->sql != NULL ? under->sql
				 : "0");

	if (rc == 0)
		rc = buf_printf(sql, " FROM (SELECT i");
	for (size_t i = 0; i < j->ncolumns && rc == 0; i++)
		rc = buf_printf(sql, ",cell(%zu,i) AS %s", i,
		                column_names[j->column[i]]);
	if (rc == 0)
		rc = buf_printf(sql, " FROM n) e WHERE (%s)%c",
		                sql_of(asked->over), 0);
	return rc;
}

static int
take_verdict(struct db_row *row, void *ctx)
{
	struct judge *j = ctx;
	int64_t i = sqlite3_column_int64(row->st, 0);

	if (i < 0 || i >= j->n)
		return ERR_DB;
	j->verdict[i] = NARROW_OVER;
	if (sqlite3_column_int(row->st, 1) != 0)
		j->verdict[i] |= NARROW_SURE;
	return 0;
}

static void
bind_all(sqlite3_stmt *st, const struct judge *j,
         const struct narrow_asked *asked)
{
	struct index_where w;
	int i = 1;

	(void)sqlite3_bind_int64(st, i++, j->n);
	if (asked->under != NULL) {
		w = *asked->under;
		w.ranged = false;
		reader_bind(st, &i, &w);
	}
	w = *asked->over;
	w.ranged = false;
	reader_bind(st, &i, &w);
}

static int
ask(struct index_reader *r, struct judge *j, const struct narrow_asked *asked,
    struct err *e)
{
	sqlite3_stmt *st = NULL;
	struct buf sql;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = write_sql(j, asked, &sql);
	if (rc != 0)
		(void)err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql.p, e, &st);
	buf_release(&sql);
	if (rc != 0)
		return rc;
	bind_all(st, j, asked);
	r->judge = j;
	rc = reader_walk(r, st, "entry", take_verdict, j, e);
	r->judge = NULL;
	return rc;
}

/* ---- the whole ---- */

static int
judge_rows(struct index_reader *r, struct judge *j,
           const struct narrow_rows *rows, const struct narrow_asked *asked,
           struct err *e, uint8_t *ret_verdicts)
{
	uint32_t *of_row = mem_array((size_t)rows->n + 1, sizeof(*of_row));
	int rc = 0;

	if (of_row == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	if (!combine(j, rows, of_row)) {
		mem_free(of_row);
		return 0;
	}
	if (j->n > 0)
		rc = ask(r, j, asked, e);
	for (uint32_t i = 0; rc == 0 && i < rows->n; i++)
		ret_verdicts[i] = j->verdict[of_row[i]];
	mem_free(of_row);
	return rc == 0 ? 1 : rc;
}

int
narrow_judge(struct index_reader *r, const struct narrow_rows *rows,
             const struct narrow_asked *asked, struct err *e,
             uint8_t *ret_verdicts)
{
	struct judge *j = mem_zalloc(sizeof(*j));
	int rc = 0;

	if (j == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	if (find_columns(j, asked->over->sql) &&
	    (asked->under == NULL || find_columns(j, asked->under->sql))) {
		j->value = mem_array((TUPLES + 1) * (j->ncolumns + 1),
		                     sizeof(*j->value));
		if (j->value != NULL)
			rc = judge_rows(r, j, rows, asked, e, ret_verdicts);
		else
			rc = err_set(e, ERR_NOMEM, "out of memory");
	}
	mem_free(j->value);
	mem_free(j);
	return rc;
}
