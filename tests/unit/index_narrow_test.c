/* SPDX-License-Identifier: Apache-2.0 */
/* From memory comes what SQL would give: rows, orders, places and sums. */
#include "analyzer/index/narrow.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/index/brief.h"
#include "base/mem.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define ROOMY ((uint64_t)64 << 20)
enum { ROWS = 4096 };

/* Conditions as KFL's planner makes them, and others that are harder. */
static const struct {
	const char *name, *over, *under;
	struct index_bind bind; /* of each '?' */
	size_t noover, nounder; /* how many there are */
} asks[] = {
	{ "everything", NULL, NULL, { .i = 0 }, 0, 0 },
	{ "everything, some surely", NULL, "e.status>=?", { .i = 300 }, 0, 1 },
	{ "a status", "(e.status)=?", NULL, { .i = 200 }, 1, 0 },
	{ "the same, surely",
	  "(e.status)=?",
	  "(e.status)=?",
	  { .i = 200 },
	  1,
	  1 },
	{ "a doubt",
	  "((e.flags&?)<>0 OR e.status>=400)",
	  "e.status>=400",
	  { .i = 4159 },
	  1,
	  0 },
	{ "a text",
	  "(e.method IN (SELECT id FROM text WHERE value=?))",
	  NULL,
	  { .kind = INDEX_BIND_TEXT, .s = STR_INIT("GET") },
	  1,
	  0 },
	{ "a fraction",
	  "(CAST(e.elapsed AS REAL)>?)",
	  NULL,
	  { .kind = INDEX_BIND_REAL, .d = 1.5 },
	  1,
	  0 },
	{ "ports",
	  "CASE WHEN e.flags&8192 THEN e.server_port ELSE "
	  "e.client_port END>?",
	  "e.server_port=80",
	  { .i = 40000 },
	  1,
	  0 },
	{ "protocols",
	  "((SELECT ifnull(sum(1<<id),0) FROM protocol WHERE key IN (?))"
	  ">>e.proto&1)",
	  NULL,
	  { .kind = INDEX_BIND_TEXT, .s = STR_INIT("http/1.1") },
	  1,
	  0 },
	{ "sizes",
	  "e.req_size+e.res_size>? AND e.host<>0",
	  NULL,
	  { .i = 500 },
	  1,
	  0 },
	{ "who",
	  "e.client=? OR e.server=1 OR e.target=3 OR e.point=7",
	  NULL,
	  { .i = 2 },
	  1,
	  0 },
	{ "no column", "?", "0", { .i = 1 }, 1, 0 },
	/* For these SQLite is asked about every row. */
	{ "an instant", "e.ts%?=0", NULL, { .i = 2 }, 1, 0 },
	{ "a stream", "e.stream%?=0", "e.id%2", { .i = 3 }, 1, 0 },
	{ "what its stream has",
	  "coalesce((SELECT packets_0 FROM stream WHERE id=e.stream),0)>?",
	  NULL,
	  { .i = 3 },
	  1,
	  0 },
};

struct rows {
	size_t n;
	struct {
		int64_t id;
		bool sure;
	} row[ROWS];
};

static struct rows by_sql, by_memory;

static struct index_bind two[2];

static void
where_of(struct index_where *w, const char *sql, const struct index_bind *b,
         size_t n)
{
	two[0] = two[1] = *b;
	*w = (struct index_where){ .sql = sql, .binds = two, .nbinds = n };
}

static void
select_of(size_t i, struct index_select *s)
{
	memset(s, 0, sizeof(*s));
	where_of(&s->over, asks[i].over, &asks[i].bind, asks[i].noover);
	where_of(&s->under, asks[i].under, &asks[i].bind, asks[i].nounder);
}

/* ---- lists ---- */

static bool
list(struct index_reader *r, const struct index_select *s, struct rows *out)
{
	struct index_cursor *c;
	struct index_entry row;
	struct err e = ERR_INIT;
	bool sure;
	int rc = index_entries(r, s, &e, &c);

	out->n = 0;
	if (rc != 0) {
		printf("# %s\n", e.text);
		return false;
	}
	while ((rc = index_next(c, &row, &sure, &e)) == 1 && out->n < ROWS) {
		out->row[out->n].id = row.e.id;
		out->row[out->n++].sure = sure;
	}
	index_cursor_free(c);
	return rc == 0;
}

static bool
same_rows(void)
{
	if (by_sql.n != by_memory.n) {
		printf("# %zu and %zu rows\n", by_sql.n, by_memory.n);
		return false;
	}
	for (size_t i = 0; i < by_sql.n; i++)
		if (by_sql.row[i].id != by_memory.row[i].id ||
		    by_sql.row[i].sure != by_memory.row[i].sure)
			return false;
	return true;
}

static bool
same_list(struct index_reader *sql, struct index_reader *memory,
          const struct index_select *s)
{
	return list(sql, s, &by_sql) && list(memory, s, &by_memory) &&
	       same_rows();
}

/* Where the nth row is, by both; then the page behind it. */
static bool
same_leap(struct index_reader *sql, struct index_reader *memory,
          struct index_select s, uint64_t n)
{
	struct index_key a = { .id = 0 }, b = { .id = 0 };
	struct err e = ERR_INIT;
	int rc = index_leap(sql, &s, n, &e, &a);

	if (index_leap(memory, &s, n, &e, &b) != rc || a.id != b.id ||
	    a.value != b.value)
		return false;
	s.after = rc == 1;
	s.key = a;
	s.limit = 7;
	return same_list(sql, memory, &s);
}

static bool
same_orders(struct index_reader *sql, struct index_reader *memory,
            struct index_select s)
{
	bool same = true;

	for (int i = 0; i < 2 * (INDEX_BY_RESPONSE_SIZE + 1); i++) {
		s.order = (enum index_order)(i / 2);
		s.desc = i % 2 == 1;
		same &= same_list(sql, memory, &s);
		for (uint64_t n = 0; n < 500; n += 99)
			same &= same_leap(sql, memory, s, n);
	}
	return same;
}

/* ---- statistics ---- */

struct sum {
	uint64_t n, sure, hash;
};

static uint64_t
mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x100000001b3);
}

static int
add_brief(void *ctx, const struct index_brief *b)
{
	struct sum *s = ctx;

	s->n++;
	s->sure += b->sure;
	s->hash = mix(s->hash, (uint64_t)b->id);
	s->hash = mix(s->hash, (uint64_t)b->proto << 32 | b->flags);
	s->hash = mix(s->hash, (uint64_t)b->status);
	s->hash = mix(s->hash, (uint64_t)b->ts);
	s->hash = mix(s->hash, (uint64_t)b->res_last);
	s->hash = mix(s->hash, b->req_size);
	s->hash = mix(s->hash, b->res_size);
	s->hash = mix(s->hash, (uint64_t)b->client << 32 | b->client_port);
	s->hash = mix(s->hash, (uint64_t)b->server << 32 | b->server_port);
	s->hash = mix(s->hash, b->point);
	s->hash = mix(s->hash, (uint64_t)b->method);
	s->hash = mix(s->hash, (uint64_t)b->target);
	s->hash = mix(s->hash, (uint64_t)b->host);
	return 0;
}

static struct sum
sum_of(struct index_reader *r, const struct index_brief_ask *ask)
{
	struct sum s = { .hash = 7 };
	struct err e = ERR_INIT;

	if (index_briefs(r, ask, add_brief, &s, &e) != 0) {
		printf("# %s\n", e.text);
		s.n = UINT64_MAX;
	}
	return s;
}

static bool
same_briefs(struct index_reader *sql, struct index_reader *memory,
            const struct index_brief_ask *ask)
{
	struct sum a = sum_of(sql, ask), b = sum_of(memory, ask);

	return a.n == b.n && a.n != UINT64_MAX && a.sure == b.sure &&
	       a.hash == b.hash;
}

static bool
same_gaps(struct index_reader *sql, struct index_reader *memory,
          const struct index_where *w, const struct index_where *under)
{
	uint64_t a = 1, b = 2;
	struct err e = ERR_INIT;

	return index_gap_streams(sql, w, NULL, &e, &a) == 0 &&
	       index_gap_streams(memory, w, under, &e, &b) == 0 && a == b;
}

static bool
same_figures(struct index_reader *sql, struct index_reader *memory,
             const struct index_select *s)
{
	struct index_brief_ask ask = {
		.over = s->over, .under = &s->under, .ends = true, .texts = true
	};
	bool same = same_briefs(sql, memory, &ask);

	ask.under = NULL;
	same &= same_briefs(sql, memory, &ask);
	/* On from the middle. */
	if (by_sql.n > 0)
		ask.after = by_sql.row[by_sql.n / 2].id;
	return same && same_briefs(sql, memory, &ask) &&
	       same_gaps(sql, memory, &s->over, NULL) &&
	       same_gaps(sql, memory, &s->over, &s->under);
}

/* ---- all of it ---- */

static void
test_ask(struct index_reader *sql, struct index_reader *memory, size_t i)
{
	struct err e = ERR_INIT;
	struct index_select s;
	struct index_key key;
	size_t n;

	select_of(i, &s);
	if (!ok(list(sql, &s, &by_sql), asks[i].name) || by_sql.n == 0) {
		ok(same_orders(sql, memory, s), "nothing in any order");
		return;
	}
	n = by_sql.n;
	s.over.ranged = true;
	s.over.wide = true;
	s.over.from = INT64_MIN;
	s.over.to = INT64_MAX;
	ok(same_orders(sql, memory, s), "in every order");
	ok(same_figures(sql, memory, &s), "the same figures");
	/* From the middle row on, in time. */
	s.over.ranged = false;
	s.order = INDEX_BY_TIME;
	if (index_leap(sql, &s, n / 2, &e, &key) != 1)
		abort();
	s.over.from = key.value;
	s.over.ranged = true;
	ok(same_orders(sql, memory, s), "of a range in every order");
	ok(same_figures(sql, memory, &s), "and its figures");
}

/* More conditions than are remembered, and back to the first. */
static void
test_many(struct index_reader *sql, struct index_reader *memory)
{
	struct index_bind b = { .kind = INDEX_BIND_INT };
	bool same = true;

	for (int i = 0; i < 100; i++) {
		struct index_select s = { .order = INDEX_BY_STATUS };

		b.i = i % 40;
		where_of(&s.over, "e.status%41=?", &b, 1);
		same &= same_list(sql, memory, &s);
	}
	ok(same, "more conditions than are remembered");
}

/* Rows that are there cannot be asked about: what is wrong is told. */
static void
test_wrong(struct index_reader *memory)
{
	struct index_select s = { .order = INDEX_BY_STATUS };
	struct index_cursor *c;
	struct err e = ERR_INIT;

	s.over.sql = "e.status=";
	is_int(index_entries(memory, &s, &e, &c), ERR_DB, "no condition");
	s.over.sql = "e.nothing=1";
	is_int(index_entries(memory, &s, &e, &c), ERR_DB, "no such column");
	s.over.sql = "e.status=2";
	is_int(index_entries(memory, &s, &e, &c), 0, "the reader still works");
	index_cursor_free(c);
}

static void
test_cancel(struct index_reader *memory, struct narrow *n)
{
	struct index_brief_ask ask = { .ends = false };
	struct narrow *fresh = narrow_new(ROOMY);
	struct err e = ERR_INIT;
	struct sum s = { .n = 0 };
	atomic_bool cancel;

	atomic_init(&cancel, true);
	index_watch(memory, &cancel);
	index_lend(memory, fresh);
	is_int(index_warm(memory, fresh, &e), ERR_CANCELLED,
	       "reading is cancelled");
	index_watch(memory, NULL);
	is_int(index_warm(memory, fresh, &e), 0, "and done later");
	index_lend(memory, n);
	is_int(index_briefs(memory, &ask, add_brief, &s, &e), 0,
	       "the other one is there");
	narrow_free(fresh);
}

/* Without room it stays empty, and SQL answers. */
static void
test_small(struct index_reader *sql, struct index_reader *memory,
           struct narrow *n)
{
	struct narrow *small = narrow_new(1000);
	struct narrow_walk w;
	struct index_select s = { .order = INDEX_BY_STATUS };
	struct err e = ERR_INIT;

	is_int(index_warm(memory, small, &e), 0, "without room");
	index_lend(memory, small);
	is_int(narrow_open(memory, &s.over, NULL, &e, &w), 0, "nothing");
	ok(same_list(sql, memory, &s), "and the same rows");
	index_lend(memory, n);
	narrow_free(small);
}

/* The nth allocation fails: a code, and the next attempt works. */
static void
test_no_memory(struct index_reader *memory, struct narrow *n)
{
	struct err e = ERR_INIT;
	int failed = 0;
	int rc = -1;

	for (int64_t i = 1; i < 100 && rc != 0; i++) {
		struct narrow *fresh = narrow_new(ROOMY);

		mem_fail_at(i, false);
		rc = index_warm(memory, fresh, &e);
		mem_fail_at(0, false);
		failed += rc != 0;
		if (rc != 0 && index_warm(memory, fresh, &e) != 0)
			i = 100;
		narrow_free(fresh);
	}
	ok(rc == 0 && failed >= 5, "without memory it can be tried again");
	index_lend(memory, n);
}

int
main(void)
{
	struct narrow *n = narrow_new(ROOMY);
	struct index_reader *memory = NULL;
	struct err e = ERR_INIT;
	struct indexed x;

	indexed_begin(&x);
	if (!indexed_run(&x, "samples/shop.tar.gz")) {
		ok(false, x.err.text);
		return tap_done();
	}
	is_int(index_open(workspace_index(x.ws), &e, &memory), 0, "a reader");
	is_int(index_warm(memory, n, &e), 0, "everything is read");
	index_lend(memory, n);
	for (size_t i = 0; i < ARRAY_LEN(asks); i++)
		test_ask(opened_index(x.o), memory, i);
	test_many(opened_index(x.o), memory);
	test_wrong(memory);
	test_cancel(memory, n);
	test_small(opened_index(x.o), memory, n);
	test_no_memory(memory, n);
	index_reader_free(memory);
	narrow_free(n);
	indexed_end(&x);
	return tap_done();
}
