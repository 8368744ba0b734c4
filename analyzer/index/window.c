/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/window.h"

#include "analyzer/index/chart.h"
#include "analyzer/index/db.h"
#include "analyzer/index/reader_impl.h"
#include "base/mem.h"

/* The rows nearest to where the list goes on: a heap, the farthest on top. */
struct window {
	bool desc;
	int64_t from, to; /* only rows of [from, to) */
	size_t want, n;
	int64_t *ts;
};

/* Is a farther away than b, as the list goes? */
static bool
is_farther(const struct window *w, int64_t a, int64_t b)
{
	return w->desc ? a < b : a > b;
}

static void
swap(int64_t *a, int64_t *b)
{
	int64_t t = *a;

	*a = *b;
	*b = t;
}

static void
sift_up(struct window *w, size_t i)
{
	while (i > 0 && is_farther(w, w->ts[i], w->ts[(i - 1) / 2])) {
		swap(&w->ts[i], &w->ts[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

static void
sift_down(struct window *w)
{
	size_t i = 0, child;

	while ((child = 2 * i + 1) < w->n) {
		if (child + 1 < w->n &&
		    is_farther(w, w->ts[child + 1], w->ts[child]))
			child++;
		if (!is_farther(w, w->ts[child], w->ts[i]))
			return;
		swap(&w->ts[child], &w->ts[i]);
		i = child;
	}
}

static int
take_point(void *ctx, const struct chart_point *p)
{
	struct window *w = ctx;

	if (p->ts < w->from || p->ts >= w->to)
		return 0;
	if (w->n < w->want) {
		w->ts[w->n] = p->ts;
		sift_up(w, w->n++);
	} else if (is_farther(w, w->ts[0], p->ts)) {
		w->ts[0] = p->ts;
		sift_down(w);
	}
	return 0;
}

/* A block that has nothing nearer is not looked into. */
static int
take_block(struct db_row *row, void *ctx)
{
	struct window *w = ctx;
	int64_t min = db_int(row), max = db_int(row);
	uint64_t n = (uint64_t)db_int_in(row, 0, CHART_POINTS);
	int rc;

	if (row->bad ||
	    (w->n == w->want && !is_farther(w, w->ts[0], w->desc ? max : min)))
		return 0;
	rc = chart_read(db_blob(row), n, take_point, w);
	row->bad |= rc == ERR_CORRUPT;
	return rc == ERR_CORRUPT ? 0 : rc;
}

static int
look(struct index_reader *r, struct window *w, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(r->db,
	                    w->desc ? "SELECT min_ts,max_ts,n,points FROM "
	                              "chart WHERE max_ts>=? AND min_ts<? "
	                              "ORDER BY id DESC"
	                            : "SELECT min_ts,max_ts,n,points FROM "
	                              "chart WHERE max_ts>=? AND min_ts<? "
	                              "ORDER BY id",
	                    e, &st);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, w->from);
	(void)sqlite3_bind_int64(st, 2, w->to);
	return reader_walk(r, st, "chart", take_block, w, e);
}

/* Behind the key; rows of its own instant are not counted, but kept. */
static void
begin(struct window *w, const struct index_select *s)
{
	w->from = s->over.ranged ? s->over.from : INT64_MIN;
	w->to = s->over.ranged ? s->over.to : INT64_MAX;
	if (!s->after)
		return;
	if (s->desc && s->key.value < w->to)
		w->to = s->key.value;
	if (!s->desc && s->key.value >= w->from && s->key.value < INT64_MAX)
		w->from = s->key.value + 1;
}

int
window_narrow(struct index_reader *r, struct index_select *io_select,
              struct err *e)
{
	struct index_where *over = &io_select->over;
	struct window w = { .desc = io_select->desc,
		            .want = (size_t)io_select->limit };
	int rc;

	if (io_select->order != INDEX_BY_TIME || over->sql != NULL ||
	    io_select->limit == 0 || io_select->limit > WINDOW_ROWS)
		return 0;
	begin(&w, io_select);
	w.ts = mem_array(w.want, sizeof(*w.ts));
	if (w.ts == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = look(r, &w, e);
	if (rc == 0 && w.n == w.want) {
		if (!over->ranged) {
			over->from = INT64_MIN;
			over->to = INT64_MAX;
		}
		over->ranged = true;
		if (w.desc)
			over->from = w.ts[0];
		else
			over->to = w.ts[0] + (w.ts[0] < INT64_MAX);
	}
	mem_free(w.ts);
	return rc;
}
