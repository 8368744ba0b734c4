/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/brief.h"

#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/reader_impl.h"
#include "base/buf.h"

enum { SQL_MAX = 1 << 20 }; /* bytes of a statement */

static int
prepare(struct index_reader *r, struct buf *sql, int rc, struct err *e,
        sqlite3_stmt **ret_stmt)
{
	if (rc == 0)
		rc = buf_append_byte(sql, '\0');
	if (rc != 0)
		err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql->p, e, ret_stmt);
	buf_release(sql);
	return rc;
}

/* ---- rows ---- */

struct brief_walk {
	bool ends;
	int (*f)(void *ctx, const struct index_brief *b);
	void *ctx;
};

static int
brief_row(struct db_row *row, void *ctx)
{
	const struct brief_walk *w = ctx;
	struct index_brief b = { .sure = sqlite3_column_int(row->st,
		                                            row->col++) != 0 };

	b.id = db_int(row);
	b.proto = db_int(row);
	b.flags = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	b.status = (int32_t)db_int_in(row, INT32_MIN, INT32_MAX);
	b.ts = db_int(row);
	b.res_last = db_int(row);
	if (!w->ends)
		return row->bad ? 0 : w->f(w->ctx, &b);
	b.req_size = (uint64_t)db_int_in(row, 0, INT64_MAX);
	b.res_size = (uint64_t)db_int_in(row, 0, INT64_MAX);
	b.client = db_int(row);
	b.server = db_int(row);
	b.client_port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	b.server_port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	b.point = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	return row->bad ? 0 : w->f(w->ctx, &b);
}

int
index_briefs(struct index_reader *r, const struct index_brief_ask *ask,
             int (*f)(void *ctx, const struct index_brief *b), void *ctx,
             struct err *e)
{
	struct brief_walk walk = { .ends = ask->ends, .f = f, .ctx = ctx };
	struct index_where under = { .sql = NULL };
	sqlite3_stmt *st;
	struct buf sql;
	int i = 1;
	int rc;

	if (ask->under != NULL)
		under = *ask->under;
	under.ranged = false;
	buf_init(&sql, SQL_MAX);
	rc = buf_printf(&sql,
	                "SELECT (%s),e.id,e.proto,e.flags,e.status,e.ts,"
	                "e.res_last%s FROM entry e",
	                under.sql != NULL ? under.sql : "1",
	                ask->ends ? ",e.req_size,e.res_size,e.client,e.server,"
	                            "e.client_port,e.server_port,e.point"
	                          : "");
	if (rc == 0)
		rc = reader_where(&sql, &ask->over);
	if (rc == 0)
		rc = buf_append_str(&sql, STR(" AND e.id>? ORDER BY e.id"));
	rc = prepare(r, &sql, rc, e, &st);
	if (rc != 0)
		return rc;
	reader_bind(st, &i, &under);
	reader_bind(st, &i, &ask->over);
	(void)sqlite3_bind_int64(st, i, ask->after);
	return reader_walk(r, st, "entry", brief_row, &walk, e);
}

/* ---- the chart ---- */

struct chart_walk {
	int64_t from, to;
	int (*f)(void *ctx, const struct chart_point *p);
	void *ctx;
};

static int
chart_point(void *ctx, const struct chart_point *p)
{
	const struct chart_walk *w = ctx;

	return p->ts >= w->from && p->ts < w->to ? w->f(w->ctx, p) : 0;
}

static int
chart_row(struct db_row *row, void *ctx)
{
	uint64_t n = (uint64_t)db_int_in(row, 0, CHART_POINTS);
	struct str points = db_blob(row);
	int rc = row->bad ? 0 : chart_read(points, n, chart_point, ctx);

	if (rc != ERR_CORRUPT)
		return rc;
	row->bad = true;
	return 0;
}

int
index_chart(struct index_reader *r, int64_t from, int64_t to,
            int (*f)(void *ctx, const struct chart_point *p), void *ctx,
            struct err *e)
{
	struct chart_walk w = { .from = from, .to = to, .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = db_prepare(r->db,
	                    "SELECT n,points FROM chart "
	                    "WHERE max_ts>=? AND min_ts<? ORDER BY id",
	                    e, &st);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, from);
	(void)sqlite3_bind_int64(st, 2, to);
	return reader_walk(r, st, "chart", chart_row, &w, e);
}

/* ---- what ids stand for ---- */

struct protocol_walk {
	int (*f)(void *ctx, int64_t id, struct str key);
	void *ctx;
};

static int
protocol_row(struct db_row *row, void *ctx)
{
	const struct protocol_walk *w = ctx;
	int64_t id = db_int(row);
	struct str key = db_text(row);

	return row->bad ? 0 : w->f(w->ctx, id, key);
}

int
index_protocol_ids(struct index_reader *r,
                   int (*f)(void *ctx, int64_t id, struct str key), void *ctx,
                   struct err *e)
{
	struct protocol_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, "SELECT id,key FROM protocol ORDER BY id", e,
	                    &st);

	return rc == 0 ? reader_walk(r, st, "protocol", protocol_row, &w, e)
	               : rc;
}

struct address_walk {
	int (*f)(void *ctx, int64_t id, const struct addr *a);
	void *ctx;
};

static int
address_row(struct db_row *row, void *ctx)
{
	const struct address_walk *w = ctx;
	int64_t id = db_int(row);
	struct str b = db_blob(row);
	struct addr a;

	if (b.n != sizeof(a.b)) {
		row->bad = true;
		return 0;
	}
	memcpy(a.b, b.p, sizeof(a.b));
	return w->f(w->ctx, id, &a);
}

int
index_addresses(struct index_reader *r,
                int (*f)(void *ctx, int64_t id, const struct addr *a),
                void *ctx, struct err *e)
{
	struct address_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, "SELECT id,ip FROM addr ORDER BY id", e,
	                    &st);

	return rc == 0 ? reader_walk(r, st, "addr", address_row, &w, e) : rc;
}

/* ---- streams with gaps ---- */

static int
count_row(struct db_row *row, void *ctx)
{
	*(uint64_t *)ctx = (uint64_t)db_int_in(row, 0, INT64_MAX);
	return 0;
}

int
index_gap_streams(struct index_reader *r, const struct index_where *where,
                  struct err *e, uint64_t *ret_n)
{
	struct index_where w = *where;
	sqlite3_stmt *st;
	struct buf sql;
	int i = 1;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = buf_append_str(
	    &sql, STR("SELECT count(*) FROM stream s WHERE s.entries>0 AND "
	              "s.gaps_0+s.gaps_1>0 AND EXISTS(SELECT 1 FROM entry e"));
	/* Entries are looked up by their stream. */
	w.wide = true;
	if (rc == 0)
		rc = reader_where(&sql, &w);
	if (rc == 0)
		rc = buf_append_str(&sql, STR(" AND e.stream=s.id)"));
	rc = prepare(r, &sql, rc, e, &st);
	if (rc != 0)
		return rc;
	reader_bind(st, &i, &w);
	return reader_walk(r, st, "stream", count_row, ret_n, e);
}
