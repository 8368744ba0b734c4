/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/brief.h"

#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/narrow.h"
#include "analyzer/index/reader_impl.h"
#include "base/buf.h"
#include "base/mem.h"

enum {
	SQL_MAX = 1 << 20, /* bytes of a statement */
	WATCH_EVERY =
	    65536, /* rows from memory between two looks at the flag */
};

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
	bool ends, texts;
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
	if (w->ends) {
		b.req_size = (uint64_t)db_int_in(row, 0, INT64_MAX);
		b.res_size = (uint64_t)db_int_in(row, 0, INT64_MAX);
		b.client = db_int(row);
		b.server = db_int(row);
		b.client_port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
		b.server_port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
		b.point = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	}
	if (w->texts) {
		b.method = db_int(row);
		b.target = db_int(row);
		b.host = db_int(row);
	}
	return row->bad ? 0 : w->f(w->ctx, &b);
}

static struct index_brief
brief_of(const struct narrow_row *row, bool sure)
{
	return (struct index_brief){ .sure = sure,
		                     .id = row->id,
		                     .proto = row->proto,
		                     .flags = row->flags,
		                     .status = row->status,
		                     .ts = row->ts,
		                     .res_last = row->res_last,
		                     .req_size = row->req_size,
		                     .res_size = row->res_size,
		                     .client = row->client,
		                     .server = row->server,
		                     .client_port = row->client_port,
		                     .server_port = row->server_port,
		                     .point = row->point,
		                     .method = row->method,
		                     .target = row->target,
		                     .host = row->host };
}

static bool
is_cancelled(const struct index_reader *r)
{
	return r->cancel != NULL &&
	       atomic_load_explicit(r->cancel, memory_order_relaxed);
}

/* The same rows from memory; the walk is closed. */
static int
walk_memory(struct index_reader *r, struct narrow_walk *walk, int64_t after,
            const struct brief_walk *w, struct err *e)
{
	const struct narrow_row *row;
	uint64_t n = 0;
	bool sure = false;
	int rc = 0;

	narrow_behind_id(walk, after);
	while (rc == 0 && (row = narrow_next(walk, &sure)) != NULL) {
		struct index_brief b = brief_of(row, sure);

		if (++n % WATCH_EVERY == 0 && is_cancelled(r))
			rc = err_set(e, ERR_CANCELLED, "cancelled");
		else
			rc = w->f(w->ctx, &b);
	}
	narrow_close(walk);
	return rc;
}

int
index_briefs(struct index_reader *r, const struct index_brief_ask *ask,
             int (*f)(void *ctx, const struct index_brief *b), void *ctx,
             struct err *e)
{
	struct brief_walk walk = {
		.ends = ask->ends, .texts = ask->texts, .f = f, .ctx = ctx
	};
	struct index_where under = { .sql = NULL };
	struct narrow_walk memory;
	sqlite3_stmt *st;
	struct buf sql;
	int i = 1;
	int rc;

	if (ask->under != NULL)
		under = *ask->under;
	rc = narrow_open(r, &ask->over, under.sql != NULL ? &under : NULL, e,
	                 &memory);
	if (rc == 1)
		return walk_memory(r, &memory, ask->after, &walk, e);
	if (rc < 0)
		return rc;
	under.ranged = false;
	buf_init(&sql, SQL_MAX);
	rc = buf_printf(&sql,
	                "SELECT (%s),e.id,e.proto,e.flags,e.status,e.ts,"
	                "e.res_last%s%s FROM entry e",
	                under.sql != NULL ? under.sql : "1",
	                ask->ends ? ",e.req_size,e.res_size,e.client,e.server,"
	                            "e.client_port,e.server_port,e.point"
	                          : "",
	                ask->texts ? ",e.method,e.target,e.host" : "");
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

/* The blocks that the range touches. */
static int
walk_chart(struct index_reader *r, struct chart_walk *w,
           int (*row)(struct db_row *row, void *ctx), struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(r->db,
	                    "SELECT n,points,min_ts,max_ts FROM chart "
	                    "WHERE max_ts>=? AND min_ts<? ORDER BY id",
	                    e, &st);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, w->from);
	(void)sqlite3_bind_int64(st, 2, w->to);
	return reader_walk(r, st, "chart", row, w, e);
}

int
index_chart(struct index_reader *r, int64_t from, int64_t to,
            int (*f)(void *ctx, const struct chart_point *p), void *ctx,
            struct err *e)
{
	struct chart_walk w = { .from = from, .to = to, .f = f, .ctx = ctx };

	return walk_chart(r, &w, chart_row, e);
}

static int
count_point(void *ctx, const struct chart_point *p)
{
	(void)p;
	++*(uint64_t *)ctx;
	return 0;
}

/* A block that lies within the range need not be looked into. */
static int
count_block(struct db_row *row, void *ctx)
{
	struct chart_walk *w = ctx;
	int64_t min = sqlite3_column_int64(row->st, 2);
	int64_t max = sqlite3_column_int64(row->st, 3);

	if (min < w->from || max >= w->to)
		return chart_row(row, ctx);
	*(uint64_t *)w->ctx += (uint64_t)db_int_in(row, 0, CHART_POINTS);
	return 0;
}

int
index_chart_count(struct index_reader *r, int64_t from, int64_t to,
                  struct err *e, uint64_t *ret_n)
{
	uint64_t n = 0;
	struct chart_walk w = {
		.from = from, .to = to, .f = count_point, .ctx = &n
	};
	int rc = walk_chart(r, &w, count_block, e);

	if (rc == 0)
		*ret_n = n;
	return rc;
}

/* ---- what ids stand for ---- */

struct named_walk {
	int (*f)(void *ctx, int64_t id, struct str name);
	void *ctx;
};

static int
named_row(struct db_row *row, void *ctx)
{
	const struct named_walk *w = ctx;
	int64_t id = db_int(row);
	struct str name = db_text(row);

	return row->bad ? 0 : w->f(w->ctx, id, name);
}

int
index_protocol_ids(struct index_reader *r,
                   int (*f)(void *ctx, int64_t id, struct str key), void *ctx,
                   struct err *e)
{
	struct named_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, "SELECT id,key FROM protocol ORDER BY id", e,
	                    &st);

	return rc == 0 ? reader_walk(r, st, "protocol", named_row, &w, e) : rc;
}

int
index_texts(struct index_reader *r,
            int (*f)(void *ctx, int64_t id, struct str text), void *ctx,
            struct err *e)
{
	struct named_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, "SELECT id,value FROM text ORDER BY id", e,
	                    &st);

	return rc == 0 ? reader_walk(r, st, "text", named_row, &w, e) : rc;
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

/* Each number once; the walk is closed. */
static int
count_gaps(struct narrow_walk *walk, struct err *e, uint64_t *ret_n)
{
	uint32_t n = narrow_gap_streams(walk->narrow);
	bool *seen = mem_array((size_t)n + 1, sizeof(*seen));
	const struct narrow_row *row;
	uint64_t found = 0;
	bool sure;

	while (seen != NULL && found < n &&
	       (row = narrow_next(walk, &sure)) != NULL) {
		if (row->gaps == 0 || seen[row->gaps])
			continue;
		seen[row->gaps] = true;
		found++;
	}
	narrow_close(walk);
	if (seen == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	mem_free(seen);
	*ret_n = found;
	return 0;
}

static int
gap_streams_by_sql(struct index_reader *r, const struct index_where *where,
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

int
index_gap_streams(struct index_reader *r, const struct index_where *over,
                  const struct index_where *under, struct err *e,
                  uint64_t *ret_n)
{
	struct narrow_walk walk;
	int rc = narrow_open(r, over, under, e, &walk);

	if (rc == 1)
		return count_gaps(&walk, e, ret_n);
	return rc == 0 ? gap_streams_by_sql(r, over, e, ret_n) : rc;
}
