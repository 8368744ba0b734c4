/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's questions about entries (reader.h). */
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "analyzer/index/db.h"
#include "analyzer/index/narrow.h"
#include "analyzer/index/place.h"
#include "analyzer/index/reader.h"
#include "analyzer/index/reader_impl.h"
#include "analyzer/index/window.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"

enum {
	SQL_MAX = 1 << 20,  /* bytes of a statement */
	ROW_MAX = 64 << 20, /* bytes of one row's lists */
	ROW_CHUNK = 4096,
};

#define ENTRY_COLUMNS                                                     \
	"e.id,e.stream,e.ordinal,o.key,e.flags,e.status,m.value,t.value," \
	"h.value,e.ts,e.elapsed,e.req_lead,e.res_first,e.res_last,"       \
	"e.req_size,e.res_size,c.ip,e.client_port,s.ip,e.server_port,"    \
	"e.point,e.tls,e.place"

/* CROSS: the condition on e comes first, then the dictionaries. */
#define ENTRY_JOINS                                                            \
	" FROM entry e CROSS JOIN protocol o ON o.id=e.proto "                 \
	"CROSS JOIN text m ON m.id=e.method "                                  \
	"CROSS JOIN text t ON t.id=e.target "                                  \
	"CROSS JOIN text h ON h.id=e.host CROSS JOIN addr c ON c.id=e.client " \
	"CROSS JOIN addr s ON s.id=e.server "

#define ENTRY_BY_ID "SELECT " ENTRY_COLUMNS ",1" ENTRY_JOINS "WHERE e.id=?"

struct index_cursor {
	struct index_reader *r;
	sqlite3_stmt *st; /* gives entries */
	/* Not NULL: gives (id, sure), and `st` is asked for each id. What is
	 * sorted then is narrow. */
	sqlite3_stmt *ids;
	/* The same from memory: at most `left` more. */
	bool in_memory;
	struct narrow_walk walk;
	uint64_t left;
	sqlite3_stmt *kept;    /* NULL until a message keeps something */
	struct arena row;      /* of the present row */
	struct protocol proto; /* its key only */
};

/* ---- statements ---- */

void
reader_bind(sqlite3_stmt *st, int *io_i, const struct index_where *w)
{
	for (size_t k = 0; k < w->nbinds; k++) {
		const struct index_bind *b = &w->binds[k];

		switch (b->kind) {
		case INDEX_BIND_INT:
			(void)sqlite3_bind_int64(st, (*io_i)++, b->i);
			break;
		case INDEX_BIND_REAL:
			(void)sqlite3_bind_double(st, (*io_i)++, b->d);
			break;
		case INDEX_BIND_TEXT:
			(void)sqlite3_bind_text64(st, (*io_i)++, b->s.p, b->s.n,
			                          SQLITE_TRANSIENT,
			                          SQLITE_UTF8);
			break;
		}
	}
	if (w->ranged) {
		(void)sqlite3_bind_int64(st, (*io_i)++, w->from);
		(void)sqlite3_bind_int64(st, (*io_i)++, w->to);
	}
}

int
reader_where(struct buf *sql, const struct index_where *w)
{
	/* With a + in front a column is not looked up in an index. */
	const char *range = w->wide ? " AND +e.ts>=? AND +e.ts<?"
	                            : " AND e.ts>=? AND e.ts<?";

	return buf_printf(sql, " WHERE (%s)%s", w->sql != NULL ? w->sql : "1",
	                  w->ranged ? range : "");
}

static const char *
column_of(enum index_order order)
{
	static const char *const columns[] = {
		[INDEX_BY_TIME] = "e.ts",
		[INDEX_BY_ELAPSED] = "e.elapsed",
		[INDEX_BY_STATUS] = "e.status",
		[INDEX_BY_REQUEST_SIZE] = "e.req_size",
		[INDEX_BY_RESPONSE_SIZE] = "e.res_size",
	};

	return columns[order];
}

struct index_key
index_key_of(enum index_order order, const struct index_entry *e)
{
	struct index_key key = { .id = e->e.id };

	switch (order) {
	case INDEX_BY_TIME:
		key.value = entry_time(&e->e);
		break;
	case INDEX_BY_ELAPSED:
		key.value = entry_elapsed_ms(&e->e);
		break;
	case INDEX_BY_STATUS:
		key.value = e->e.status;
		break;
	case INDEX_BY_REQUEST_SIZE:
		key.value = (int64_t)e->e.request.size;
		break;
	case INDEX_BY_RESPONSE_SIZE:
		key.value = (int64_t)e->e.response.size;
		break;
	}
	return key;
}

/* "SELECT" and what, then ",(under)" of the rows, in their order. */
static int
select_sql(struct buf *b, const char *what, const char *from,
           const struct index_select *s)
{
	const char *column = column_of(s->order);
	const char *desc = s->desc ? " DESC" : "";
	int rc = buf_printf(b, "%s,(%s)%s", what,
	                    s->under.sql != NULL ? s->under.sql : "0", from);

	if (rc == 0)
		rc = reader_where(b, &s->over);
	if (rc == 0 && s->after)
		rc = buf_printf(b, " AND (%s,e.id)%s(?,?)", column,
		                s->desc ? "<" : ">");
	if (rc == 0)
		rc = buf_printf(b, " ORDER BY %s%s,e.id%s LIMIT ? OFFSET ?",
		                column, desc, desc);
	return rc == 0 ? buf_append_byte(b, '\0') : rc;
}

static void
bind_select(sqlite3_stmt *st, const struct index_select *s, int64_t offset)
{
	struct index_where under = s->under;
	bool limited = s->limit > 0 && s->limit < INT64_MAX;
	int i = 1;

	under.ranged = false;
	reader_bind(st, &i, &under);
	reader_bind(st, &i, &s->over);
	if (s->after) {
		(void)sqlite3_bind_int64(st, i++, s->key.value);
		(void)sqlite3_bind_int64(st, i++, s->key.id);
	}
	(void)sqlite3_bind_int64(st, i++, limited ? (int64_t)s->limit : -1);
	(void)sqlite3_bind_int64(st, i, offset);
}

static int
cursor_new(struct index_reader *r, const char *sql, struct err *e,
           struct index_cursor **ret_cursor)
{
	struct index_cursor *c = mem_zalloc(sizeof(*c));
	int rc;

	if (c == NULL) {
		err_set(e, ERR_NOMEM, "out of memory");
		return ERR_NOMEM;
	}
	c->r = r;
	arena_init(&c->row, ROW_MAX, ROW_CHUNK);
	rc = db_prepare(r->db, sql, e, &c->st);
	if (rc != 0) {
		index_cursor_free(c);
		return rc;
	}
	*ret_cursor = c;
	return 0;
}

/* 1: the rows are in memory, in this order; 0: they are not; or a code. */
static int
open_walk(struct index_reader *r, const struct index_select *s, struct err *e,
          struct narrow_walk *ret_walk)
{
	int rc;

	/* The index on time is as quick, and reads less. */
	if (s->order == INDEX_BY_TIME)
		return 0;
	rc = narrow_open(r, &s->over, &s->under, e, ret_walk);
	if (rc != 1)
		return rc;
	narrow_sort(ret_walk, s->order, s->desc);
	if (s->after)
		narrow_behind(ret_walk, s->order, &s->key);
	return 1;
}

/* As sorted_cursor(), but 1, or 0 when SQL has to sort. */
static int
walking_cursor(struct index_reader *r, const struct index_select *s,
               struct err *e, struct index_cursor **ret_cursor)
{
	struct index_cursor *c;
	struct narrow_walk walk;
	int rc = open_walk(r, s, e, &walk);

	if (rc != 1)
		return rc;
	rc = cursor_new(r, ENTRY_BY_ID, e, &c);
	if (rc != 0) {
		narrow_close(&walk);
		return rc;
	}
	c->in_memory = true;
	c->walk = walk;
	c->left = s->limit > 0 ? s->limit : UINT64_MAX;
	*ret_cursor = c;
	return 1;
}

/*
 * Sorting is left to narrow rows; the index on time, which a finished file has,
 * sorts by itself.
 */
static int
sorted_cursor(struct index_reader *r, const struct index_select *s,
              struct err *e, struct index_cursor **ret_cursor)
{
	bool there = s->order == INDEX_BY_TIME && r->sealed;
	struct index_cursor *c = NULL;
	struct buf sql;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = there ? select_sql(&sql, "SELECT " ENTRY_COLUMNS, ENTRY_JOINS, s)
	           : select_sql(&sql, "SELECT e.id", " FROM entry e", s);
	if (rc != 0)
		err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = cursor_new(r, there ? sql.p : ENTRY_BY_ID, e, &c);
	if (rc == 0 && !there)
		rc = db_prepare(r->db, sql.p, e, &c->ids);
	buf_release(&sql);
	if (rc != 0) {
		index_cursor_free(c);
		return rc;
	}
	bind_select(there ? c->st : c->ids, s, 0);
	*ret_cursor = c;
	return 0;
}

int
index_entries(struct index_reader *r, const struct index_select *s,
              struct err *e, struct index_cursor **ret_cursor)
{
	struct index_select nearer = *s;
	int rc = walking_cursor(r, s, e, ret_cursor);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = r->sealed ? 0 : window_narrow(r, &nearer, e);
	return rc == 0 ? sorted_cursor(r, &nearer, e, ret_cursor) : rc;
}

/* As index_leap(). */
static int
leap_by_sql(struct index_reader *r, const struct index_select *s, uint64_t n,
            struct err *e, struct index_key *ret_key)
{
	struct index_select narrow = *s;
	sqlite3_stmt *st = NULL;
	struct buf what, sql;
	int rc;

	narrow.under = (struct index_where){ .sql = NULL };
	narrow.limit = 1;
	buf_init(&what, SQL_MAX);
	buf_init(&sql, SQL_MAX);
	rc = buf_printf(&what, "SELECT %s,e.id%c", column_of(s->order), 0);
	if (rc == 0)
		rc = select_sql(&sql, what.p, " FROM entry e", &narrow);
	buf_release(&what);
	if (rc != 0)
		err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql.p, e, &st);
	buf_release(&sql);
	if (rc != 0)
		return rc;
	bind_select(st, &narrow, (int64_t)n);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*ret_key = (struct index_key){
			.value = sqlite3_column_int64(st, 0),
			.id = sqlite3_column_int64(st, 1),
		};
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		rc = rc == SQLITE_ROW;
	else
		rc = db_error(r->db, "a place in a list", e);
	(void)sqlite3_finalize(st);
	return rc;
}

int
index_leap(struct index_reader *r, const struct index_select *s, uint64_t n,
           struct err *e, struct index_key *ret_key)
{
	const struct narrow_row *row = NULL;
	struct narrow_walk walk;
	bool sure;
	int rc;

	if (n > INT64_MAX)
		return 0;
	rc = open_walk(r, s, e, &walk);
	if (rc == 0)
		return leap_by_sql(r, s, n, e, ret_key);
	if (rc < 0)
		return rc;
	for (uint64_t i = 0; i <= n; i++) {
		row = narrow_next(&walk, &sure);
		if (row == NULL)
			break;
	}
	narrow_close(&walk);
	if (row == NULL)
		return 0;
	*ret_key = narrow_key(s->order, row);
	return 1;
}

static int
tell_steps(struct index_reader *r, sqlite3_stmt *st,
           int (*f)(void *ctx, struct str step), void *ctx, struct err *e)
{
	int step;
	int rc = 0;

	while (rc == 0 && (step = sqlite3_step(st)) != SQLITE_DONE) {
		struct db_row row = { .st = st, .col = 3 };
		struct str text;

		if (step != SQLITE_ROW)
			return db_error(r->db, "explaining", e);
		text = db_text(&row);
		/* Sub-selects on dictionaries, and what is below them. */
		if (sqlite3_column_int(st, 1) == 0 &&
		    str_find(text, STR("SUBQUERY")) == text.n)
			rc = f(ctx, text);
	}
	return rc;
}

int
index_plan(struct index_reader *r, const struct index_select *s,
           int (*f)(void *ctx, struct str step), void *ctx, struct err *e)
{
	sqlite3_stmt *st = NULL;
	struct buf sql;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = select_sql(&sql, "EXPLAIN QUERY PLAN SELECT e.id", " FROM entry e",
	                s);
	if (rc != 0)
		err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql.p, e, &st);
	buf_release(&sql);
	if (rc != 0)
		return rc;
	bind_select(st, s, 0);
	rc = tell_steps(r, st, f, ctx, e);
	(void)sqlite3_finalize(st);
	return rc;
}

int
index_entry_by_id(struct index_reader *r, int64_t id, struct err *e,
                  struct index_cursor **ret_cursor)
{
	int rc = cursor_new(r, ENTRY_BY_ID, e, ret_cursor);

	if (rc == 0)
		(void)sqlite3_bind_int64((*ret_cursor)->st, 1, id);
	return rc;
}

int
index_entry_by_ordinal(struct index_reader *r, int64_t stream, uint64_t ordinal,
                       struct err *e, struct index_cursor **ret_cursor)
{
	int rc = cursor_new(r,
	                    "SELECT " ENTRY_COLUMNS ",1" ENTRY_JOINS
	                    "WHERE e.stream=? AND e.ordinal=?",
	                    e, ret_cursor);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64((*ret_cursor)->st, 1, stream);
	(void)sqlite3_bind_int64((*ret_cursor)->st, 2, (int64_t)ordinal);
	return 0;
}

void
index_cursor_free(struct index_cursor *c)
{
	if (c == NULL)
		return;
	(void)sqlite3_finalize(c->st);
	(void)sqlite3_finalize(c->ids);
	(void)sqlite3_finalize(c->kept);
	if (c->in_memory)
		narrow_close(&c->walk);
	arena_release(&c->row);
	mem_free(c);
}

/* ---- rows ---- */

static void
get_addr(struct db_row *row, struct addr *a)
{
	struct str b = db_blob(row);

	if (b.n != sizeof(a->b)) {
		row->bad = true;
		*a = (struct addr){ .b = { 0 } };
		return;
	}
	memcpy(a->b, b.p, sizeof(a->b));
}

/* What follows from the columns of times: see docs/formats/index.md. */
static void
get_times(struct db_row *row, struct entry *e)
{
	int64_t ts = db_int(row);
	int64_t lead, first, last;

	(void)db_int(row); /* elapsed: computed again from the times */
	lead = db_int(row);
	first = db_int(row);
	last = db_int(row);
	e->request.present = (e->flags & ENTRY_NO_REQUEST) == 0;
	e->response.present = (e->flags &
	                       (ENTRY_NO_RESPONSE | ENTRY_ONE_WAY)) == 0;
	if (e->request.present) {
		e->request.last = ts;
		e->request.first = (int64_t)((uint64_t)ts - (uint64_t)lead);
	}
	if (e->response.present) {
		e->response.first = (int64_t)((uint64_t)ts + (uint64_t)first);
		e->response.last = (int64_t)((uint64_t)ts + (uint64_t)last);
	}
}

/* What a message keeps; the row's as long as the row is. */
static int
get_kept(struct index_cursor *c, int64_t id, struct str *ret_bytes)
{
	int rc = 0;

	if (id == 0)
		return 0;
	if (c->kept == NULL)
		rc = db_prepare(c->r->db, "SELECT bytes FROM kept WHERE id=?",
		                NULL, &c->kept);
	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(c->kept, 1, id);
	if (sqlite3_step(c->kept) == SQLITE_ROW) {
		struct db_row row = db_row_of(c->kept);

		*ret_bytes = arena_dup(&c->row, db_blob(&row));
		rc = arena_error(&c->row);
	} else {
		rc = ERR_CORRUPT;
	}
	(void)sqlite3_reset(c->kept);
	return rc;
}

static int
get_place(struct index_cursor *c, struct str blob, struct entry *e)
{
	int64_t kept[2];
	int rc = place_get(&blob, &c->row, &e->request, &kept[0]);

	if (rc == 0)
		rc = place_get(&blob, &c->row, &e->response, &kept[1]);
	if (rc == 0 && blob.n > 0)
		rc = ERR_CORRUPT;
	if (rc == 0)
		rc = get_kept(c, kept[0], &e->request.kept);
	return rc == 0 ? get_kept(c, kept[1], &e->response.kept) : rc;
}

static void
get_summary(struct index_cursor *c, struct db_row *row, struct entry *e)
{
	e->id = db_int(row);
	e->stream = db_int(row);
	e->ordinal = (uint64_t)db_int_in(row, 0, INT64_MAX);
	/* NUL-terminated by SQLite. */
	c->proto = (struct protocol){ .key = db_text(row).p };
	e->proto = &c->proto;
	e->flags = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	e->status = (int32_t)db_int_in(row, INT32_MIN, INT32_MAX);
	e->method = db_text(row);
	e->target = db_text(row);
	e->host = db_text(row);
}

static int
get_entry(struct index_cursor *c, struct index_entry *r, bool *ret_sure)
{
	struct db_row row = db_row_of(c->st);
	int rc;

	*r = (struct index_entry){ .tls = false };
	arena_clear(&c->row);
	get_summary(c, &row, &r->e);
	get_times(&row, &r->e);
	r->e.request.size = (uint64_t)db_int_in(&row, 0, INT64_MAX);
	r->e.response.size = (uint64_t)db_int_in(&row, 0, INT64_MAX);
	get_addr(&row, &r->client);
	r->client_port = (uint16_t)db_int_in(&row, 0, UINT16_MAX);
	get_addr(&row, &r->server);
	r->server_port = (uint16_t)db_int_in(&row, 0, UINT16_MAX);
	r->point = (uint32_t)db_int_in(&row, 0, UINT32_MAX);
	r->tls = db_int(&row) != 0;
	rc = get_place(c, db_blob(&row), &r->e);
	*ret_sure = sqlite3_column_int(c->st, row.col) != 0;
	return row.bad ? ERR_CORRUPT : rc;
}

/* The next id; SQLite's codes. */
static int
next_id(struct index_cursor *c, int64_t *ret_id, bool *ret_sure)
{
	const struct narrow_row *row = NULL;
	int rc;

	if (c->in_memory) {
		if (c->left > 0)
			row = narrow_next(&c->walk, ret_sure);
		if (row == NULL)
			return SQLITE_DONE;
		c->left--;
		*ret_id = row->id;
		return SQLITE_ROW;
	}
	rc = sqlite3_step(c->ids);
	if (rc != SQLITE_ROW)
		return rc;
	*ret_id = sqlite3_column_int64(c->ids, 0);
	*ret_sure = sqlite3_column_int(c->ids, 1) != 0;
	return rc;
}

/* Are entries asked for by their ids, one by one? */
static bool
is_by_id(const struct index_cursor *c)
{
	return c->in_memory || c->ids != NULL;
}

/* The next row of c->st, by way of its id if it comes so. */
static int
step(struct index_cursor *c, bool *ret_sure)
{
	int64_t id = 0;
	int rc;

	if (!is_by_id(c))
		return sqlite3_step(c->st);
	rc = next_id(c, &id, ret_sure);
	if (rc != SQLITE_ROW)
		return rc;
	(void)sqlite3_reset(c->st);
	(void)sqlite3_bind_int64(c->st, 1, id);
	rc = sqlite3_step(c->st);
	return rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

int
index_next(struct index_cursor *c, struct index_entry *ret_entry,
           bool *ret_sure, struct err *e)
{
	bool sure = false;
	int rc = step(c, &sure);

	if (rc == SQLITE_DONE)
		return 0;
	if (rc == SQLITE_CORRUPT)
		return reader_corrupt("entry", e);
	if (rc != SQLITE_ROW)
		return db_error(c->r->db, "reading entries", e);
	rc = get_entry(c, ret_entry, ret_sure);
	if (is_by_id(c))
		*ret_sure = sure;
	if (rc == ERR_CORRUPT)
		return reader_corrupt("entry", e);
	if (rc != 0)
		return err_set(e, rc, "index: entry: %s", err_text(rc));
	return 1;
}

/* "SELECT count(*),<sure> FROM entry e WHERE (over)". */
static int
count_sql(struct buf *sql, const struct index_where *over,
          const struct index_where *under)
{
	int rc = buf_append_str(sql, STR("SELECT count(*),"));

	if (rc == 0 && under->sql != NULL)
		rc = buf_printf(sql, "total(%s)", under->sql);
	else if (rc == 0)
		rc = buf_append_str(sql, STR("0"));
	if (rc == 0)
		rc = buf_append_str(sql, STR(" FROM entry e"));
	if (rc == 0)
		rc = reader_where(sql, over);
	return rc == 0 ? buf_append_byte(sql, '\0') : rc;
}

int
index_count_sure(struct index_reader *r, const struct index_where *over,
                 const struct index_where *under, struct err *e,
                 uint64_t *ret_over, uint64_t *ret_sure)
{
	struct index_where sure = *under;
	sqlite3_stmt *st = NULL;
	struct buf sql;
	int i = 1;
	int rc;

	buf_init(&sql, SQL_MAX);
	rc = count_sql(&sql, over, under);
	if (rc != 0)
		err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql.p, e, &st);
	buf_release(&sql);
	if (rc != 0)
		return rc;
	sure.ranged = false;
	reader_bind(st, &i, &sure);
	reader_bind(st, &i, over);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*ret_over = (uint64_t)sqlite3_column_int64(st, 0);
		*ret_sure = (uint64_t)sqlite3_column_int64(st, 1);
	} else {
		rc = db_error(r->db, "counting", e);
	}
	(void)sqlite3_finalize(st);
	return rc;
}

int
index_count(struct index_reader *r, const struct index_where *w, struct err *e,
            uint64_t *ret_count)
{
	const struct index_where none = { .sql = NULL };
	uint64_t sure;

	return index_count_sure(r, w, &none, e, ret_count, &sure);
}
