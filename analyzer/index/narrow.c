/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/narrow.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/narrow_set.h"
#include "analyzer/index/reader_impl.h"
#include "base/mem.h"

enum {
	ORDERS = INDEX_BY_RESPONSE_SIZE + 1,
	DIGIT = 8, /* bits that are sorted by at once */
	DIGITS = 1 << DIGIT,
};

struct narrow {
	uint64_t bytes; /* that it may take */
	atomic_bool ready;
	struct narrow_row *rows; /* in order of id */
	uint32_t n;
	uint32_t *order[ORDERS]; /* numbers of rows; NULL: that of ids */
	int64_t *gaps;           /* streams with gaps, in order */
	uint32_t ngaps;
	struct narrow_sets sets;
};

/* A row on its way to its place in an order. */
struct sorting {
	uint64_t key;
	uint32_t row;
};

struct narrow *
narrow_new(uint64_t bytes)
{
	struct narrow *n = mem_zalloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	n->bytes = bytes;
	atomic_init(&n->ready, false);
	narrow_set_init(&n->sets);
	return n;
}

static void
drop_rows(struct narrow *n)
{
	mem_free(n->rows);
	mem_free(n->gaps);
	for (size_t i = 0; i < ORDERS; i++) {
		mem_free(n->order[i]);
		n->order[i] = NULL;
	}
	n->rows = NULL;
	n->gaps = NULL;
	n->n = n->ngaps = 0;
}

void
narrow_free(struct narrow *n)
{
	if (n == NULL)
		return;
	drop_rows(n);
	narrow_set_release(&n->sets);
	mem_free(n);
}

uint32_t
narrow_gap_streams(const struct narrow *n)
{
	return n->ngaps;
}

/* ---- orders ---- */

struct index_key
narrow_key(enum index_order order, const struct narrow_row *r)
{
	struct entry e = { .flags = r->flags };
	struct index_key key = { .id = r->id, .value = r->ts };

	switch (order) {
	case INDEX_BY_TIME:
		break;
	case INDEX_BY_ELAPSED:
		e.request.present = (r->flags & ENTRY_NO_REQUEST) == 0;
		e.response.present = (r->flags &
		                      (ENTRY_NO_RESPONSE | ENTRY_ONE_WAY)) == 0;
		e.request.last = r->ts;
		e.response.last =
		    (int64_t)((uint64_t)r->ts + (uint64_t)r->res_last);
		key.value = entry_elapsed_ms(&e);
		break;
	case INDEX_BY_STATUS:
		key.value = r->status;
		break;
	case INDEX_BY_REQUEST_SIZE:
		key.value = (int64_t)r->req_size;
		break;
	case INDEX_BY_RESPONSE_SIZE:
		key.value = (int64_t)r->res_size;
		break;
	}
	return key;
}

/* By one digit; rows with the same stay as they were. */
static bool
sort_digit(const struct sorting *from, struct sorting *to, uint32_t n,
           unsigned shift)
{
	uint32_t place[DIGITS] = { 0 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		place[from[i].key >> shift & (DIGITS - 1)]++;
	/* Most digits are the same in all rows. */
	if (place[from[0].key >> shift & (DIGITS - 1)] == n)
		return false;
	for (size_t d = 0; d < DIGITS; d++) {
		uint32_t here = place[d];

		place[d] = sum;
		sum += here;
	}
	for (uint32_t i = 0; i < n; i++)
		to[place[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
	return true;
}

static void
sort_rows(const struct narrow *n, enum index_order order, struct sorting *a,
          struct sorting *b, uint32_t *ret_rows)
{
	for (uint32_t i = 0; i < n->n; i++) {
		struct index_key key = narrow_key(order, &n->rows[i]);

		/* Negative numbers come first. */
		a[i] = (struct sorting){
			.key = (uint64_t)key.value ^ UINT64_C(1) << 63,
			.row = i,
		};
	}
	for (unsigned shift = 0; n->n > 0 && shift < 64; shift += DIGIT) {
		struct sorting *sorted = b;

		if (!sort_digit(a, b, n->n, shift))
			continue;
		b = a;
		a = sorted;
	}
	for (uint32_t i = 0; i < n->n; i++)
		ret_rows[i] = a[i].row;
}

static int
make_orders(struct narrow *n)
{
	size_t room = (size_t)n->n + 1;
	struct sorting *a = mem_array(2 * room, sizeof(*a));

	if (a == NULL)
		return ERR_NOMEM;
	for (int i = INDEX_BY_ELAPSED; i < ORDERS; i++) {
		n->order[i] = mem_array(room, sizeof(**n->order));
		if (n->order[i] == NULL) {
			mem_free(a);
			return ERR_NOMEM;
		}
		sort_rows(n, (enum index_order)i, a, a + room, n->order[i]);
	}
	mem_free(a);
	return 0;
}

/* ---- reading ---- */

/* What `rows` rows take, with what is needed to sort them. */
static uint64_t
bytes_of(uint64_t rows)
{
	return rows * (sizeof(struct narrow_row) +
	               (ORDERS - 1) * sizeof(uint32_t) +
	               2 * sizeof(struct sorting)) +
	       narrow_set_bytes(rows);
}

static int
one_number(struct db_row *row, void *ctx)
{
	*(uint64_t *)ctx = (uint64_t)db_int_in(row, 0, INT64_MAX);
	return 0;
}

static int
ask_number(struct index_reader *r, const char *sql, struct err *e,
           uint64_t *ret_n)
{
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, sql, e, &st);

	return rc == 0 ? reader_walk(r, st, "entry", one_number, ret_n, e) : rc;
}

#define GAPPY " FROM stream WHERE entries>0 AND gaps_0+gaps_1>0"

/* Two statements may count differently in a file that is damaged. */
struct reading {
	struct narrow *n;
	uint64_t room;
};

static int
take_gap(struct db_row *row, void *ctx)
{
	struct reading *x = ctx;
	struct narrow *n = x->n;

	if (n->ngaps == x->room)
		return ERR_CORRUPT;
	n->gaps[n->ngaps++] = db_int(row);
	return 0;
}

static int
read_gaps(struct narrow *n, struct index_reader *r, struct err *e)
{
	struct reading x = { .n = n };
	sqlite3_stmt *st;
	int rc = ask_number(r, "SELECT count(*)" GAPPY, e, &x.room);

	if (rc != 0)
		return rc;
	if (x.room >= UINT32_MAX)
		return ERR_BUDGET;
	n->gaps = mem_array((size_t)x.room + 1, sizeof(*n->gaps));
	if (n->gaps == NULL)
		return ERR_NOMEM;
	rc = db_prepare(r->db, "SELECT id" GAPPY " ORDER BY id", e, &st);
	return rc == 0 ? reader_walk(r, st, "stream", take_gap, &x, e) : rc;
}

/* Its number among the streams with gaps, from 1. */
static uint32_t
gap_of(const struct narrow *n, int64_t stream)
{
	uint32_t lo = 0, hi = n->ngaps;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (n->gaps[mid] < stream)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n->ngaps && n->gaps[lo] == stream ? lo + 1 : 0;
}

static uint32_t
get_id(struct db_row *row)
{
	return (uint32_t)db_int_in(row, 0, UINT32_MAX);
}

#define ROW_SQL                                                 \
	"SELECT id,ts,res_last,req_size,res_size,flags,status," \
	"client,server,method,target,host,stream,client_port,"  \
	"server_port,point,proto FROM entry ORDER BY id"

static int
take_entry(struct db_row *row, void *ctx)
{
	struct reading *x = ctx;
	struct narrow *n = x->n;
	struct narrow_row *r = &n->rows[n->n];

	if (n->n == x->room)
		return ERR_CORRUPT;
	n->n++;
	r->id = db_int(row);
	r->ts = db_int(row);
	r->res_last = db_int(row);
	r->req_size = (uint64_t)db_int_in(row, 0, INT64_MAX);
	r->res_size = (uint64_t)db_int_in(row, 0, INT64_MAX);
	r->flags = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	r->status = (int32_t)db_int_in(row, INT32_MIN, INT32_MAX);
	r->client = get_id(row);
	r->server = get_id(row);
	r->method = get_id(row);
	r->target = get_id(row);
	r->host = get_id(row);
	r->gaps = gap_of(n, db_int(row));
	r->client_port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	r->server_port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	r->point = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	r->proto = (uint8_t)db_int_in(row, 0, UINT8_MAX);
	return 0;
}

static int
read_rows(struct narrow *n, struct index_reader *r, uint64_t count,
          struct err *e)
{
	struct reading x = { .n = n, .room = count };
	sqlite3_stmt *st;
	int rc;

	n->rows = mem_array((size_t)count + 1, sizeof(*n->rows));
	if (n->rows == NULL)
		return ERR_NOMEM;
	rc = db_prepare(r->db, ROW_SQL, e, &st);
	if (rc == 0)
		rc = reader_walk(r, st, "entry", take_entry, &x, e);
	return rc == 0 ? make_orders(n) : rc;
}

int
index_warm(struct index_reader *r, struct narrow *n, struct err *e)
{
	uint64_t count = 0;
	int rc;

	if (!r->sealed || atomic_load(&n->ready))
		return 0;
	rc = ask_number(r, "SELECT count(*) FROM entry", e, &count);
	if (rc != 0)
		return rc;
	if (count >= UINT32_MAX || bytes_of(count) > n->bytes)
		return 0;
	rc = read_gaps(n, r, e);
	if (rc == 0)
		rc = read_rows(n, r, count, e);
	if (rc != 0) {
		drop_rows(n);
		return err_set(e, rc, "reading the index: %s", err_text(rc));
	}
	n->sets.rows = (struct narrow_rows){ .row = n->rows, .n = n->n };
	atomic_store(&n->ready, true);
	return 0;
}

void
index_lend(struct index_reader *r, struct narrow *n)
{
	r->narrow = n;
}

bool
index_is_warm(const struct index_reader *r)
{
	return r->narrow != NULL && atomic_load(&r->narrow->ready);
}

/* ---- walks ---- */

static int
open_set(struct narrow_walk *w, struct narrow *n, struct index_reader *r,
         const struct narrow_asked *asked, struct err *e)
{
	const struct index_where *over = asked->over, *under = asked->under;

	if (over->sql == NULL && (under == NULL || under->sql == NULL)) {
		w->all_sure = under == NULL;
		return 1;
	}
	return narrow_set_get(&n->sets, r, asked, e, &w->set);
}

int
narrow_open(struct index_reader *r, const struct index_where *over,
            const struct index_where *under, struct err *e,
            struct narrow_walk *ret_walk)
{
	struct narrow_asked asked = { .over = over, .under = under };
	struct narrow *n = r->narrow;
	struct narrow_walk w = { .narrow = n,
		                 .ranged = over->ranged,
		                 .from = over->from,
		                 .to = over->to };
	int rc;

	if (!index_is_warm(r))
		return 0;
	rc = open_set(&w, n, r, &asked, e);
	if (rc == 1)
		*ret_walk = w;
	return rc;
}

void
narrow_close(struct narrow_walk *w)
{
	if (w->set != NULL)
		narrow_set_drop(&w->narrow->sets, w->set);
	w->set = NULL;
}

void
narrow_sort(struct narrow_walk *w, enum index_order order, bool desc)
{
	w->order = w->narrow->order[order];
	w->desc = desc;
	w->at = 0;
	assert(w->order != NULL);
}

/* Does key a come before b, or is it the same when `same` counts? */
static bool
precedes(struct index_key a, const struct index_key *b, bool same)
{
	if (a.value != b->value)
		return a.value < b->value;
	return same ? a.id <= b->id : a.id < b->id;
}

void
narrow_behind(struct narrow_walk *w, enum index_order order,
              const struct index_key *key)
{
	const struct narrow *n = w->narrow;
	uint32_t lo = 0, hi = n->n;

	/* The first that does not precede the key, in ascending order. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct narrow_row *row = &n->rows[w->order[mid]];

		if (precedes(narrow_key(order, row), key, !w->desc))
			lo = mid + 1;
		else
			hi = mid;
	}
	w->at = w->desc ? n->n - lo : lo;
}

void
narrow_behind_id(struct narrow_walk *w, int64_t id)
{
	uint32_t lo = 0, hi = w->narrow->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (w->narrow->rows[mid].id <= id)
			lo = mid + 1;
		else
			hi = mid;
	}
	w->at = lo;
}

/* The number of the row at hand, or n. */
static uint32_t
row_at(struct narrow_walk *w)
{
	uint32_t n = w->narrow->n;

	if (w->order == NULL && w->set != NULL)
		w->at = narrow_set_seek(w->set, w->at, n);
	if (w->at >= n)
		return n;
	if (w->order == NULL)
		return w->at;
	return w->order[w->desc ? n - 1 - w->at : w->at];
}

const struct narrow_row *
narrow_next(struct narrow_walk *w, bool *ret_sure)
{
	const struct narrow *n = w->narrow;
	uint32_t i;

	while ((i = row_at(w)) < n->n) {
		const struct narrow_row *row = &n->rows[i];

		w->at++;
		*ret_sure = w->all_sure;
		if (w->set != NULL && !narrow_set_has(w->set, i, ret_sure))
			continue;
		if (!w->ranged || (row->ts >= w->from && row->ts < w->to))
			return row;
	}
	return NULL;
}
