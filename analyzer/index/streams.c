/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/streams.h"

#include "analyzer/index/db.h"
#include "analyzer/index/reader_impl.h"
#include "analyzer/index/stream_flag.h"
#include "base/buf.h"

enum { SQL_MAX = 8192 };

_Static_assert(STREAM_TLS_WIRE == 8 && STREAM_HALF_OPEN == 1 &&
                   STREAM_RESET == 4,
               "as in the conditions below");

#define BOTH(column) "s." column "_0+s." column "_1"

static const char *const keys[] = {
	[STREAMS_BY_TIME] = "s.first_ts",
	[STREAMS_BY_BYTES] = "(" BOTH("bytes") ")",
	[STREAMS_BY_PACKETS] = "(" BOTH("packets") ")",
	[STREAMS_BY_RETRANSMISSIONS] = "(" BOTH("retransmissions") ")",
	[STREAMS_BY_GAP_BYTES] = "(" BOTH("gap_bytes") ")",
	[STREAMS_BY_ENTRIES] = "s.entries",
};

#define TROUBLE \
	BOTH("retransmissions") "+" BOTH("zero_windows") "+" BOTH("gaps")

static const char *const conditions[] = {
	[STREAMS_ALL] = "1",
	[STREAMS_UNDISSECTED] = "s.protocol=0",
	[STREAMS_UNHEALTHY] = "(s.state IN (1,4) OR " TROUBLE ">0)",
	[STREAMS_GAPS] = BOTH("gaps") ">0",
	[STREAMS_UNDECRYPTED] = "s.flags&8",
};

struct ids_walk {
	int (*f)(void *ctx, int64_t key, int64_t id);
	void *ctx;
};

static int
id_row(struct db_row *row, void *ctx)
{
	const struct ids_walk *w = ctx;
	int64_t key = db_int(row);
	int64_t id = db_int(row);

	return row->bad ? 0 : w->f(w->ctx, key, id);
}

static int
write_sql(struct buf *sql, const struct streams_ask *a)
{
	const char *key = keys[a->order];
	const char *desc = a->desc ? " DESC" : "";
	int rc = buf_printf(sql, "SELECT %s,s.id FROM stream s WHERE %s", key,
	                    conditions[a->only]);

	if (rc == 0 && a->protocol.n > 0)
		rc = buf_append_str(sql, STR(" AND s.protocol IN (SELECT id "
		                             "FROM text WHERE value=?)"));
	if (rc == 0 && a->ranged)
		rc = buf_append_str(sql, STR(" AND s.last_ts>=? AND "
		                             "s.first_ts<?"));
	if (rc == 0 && a->after)
		rc = buf_printf(sql, " AND (%s,s.id)%s(?,?)", key,
		                a->desc ? "<" : ">");
	if (rc == 0)
		rc = buf_printf(sql, " ORDER BY %s%s,s.id%s", key, desc, desc);
	return rc == 0 ? buf_append_byte(sql, '\0') : rc;
}

static void
bind(sqlite3_stmt *st, const struct streams_ask *a)
{
	int i = 1;

	if (a->protocol.n > 0)
		db_bind_str(st, i++, a->protocol);
	if (a->ranged) {
		(void)sqlite3_bind_int64(st, i++, a->from);
		(void)sqlite3_bind_int64(st, i++, a->to);
	}
	if (a->after) {
		(void)sqlite3_bind_int64(st, i++, a->key);
		(void)sqlite3_bind_int64(st, i, a->id);
	}
}

int
index_stream_ids(struct index_reader *r, const struct streams_ask *ask,
                 int (*f)(void *ctx, int64_t key, int64_t id), void *ctx,
                 struct err *e)
{
	struct ids_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st = NULL;
	struct buf sql;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = write_sql(&sql, ask);
	if (rc != 0)
		err_set(e, rc, "index: streams: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql.p, e, &st);
	buf_release(&sql);
	if (rc != 0)
		return rc;
	bind(st, ask);
	return reader_walk(r, st, "stream", id_row, &w, e);
}
