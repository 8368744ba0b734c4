/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of an index that grows: the same rows as a sort of all of them. */
#include "analyzer/index/window.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/proto.h"
#include "tests/support/mkindex.h"
#include "tests/tap/tap.h"

enum { ROWS = 9000, PAGES = 60, TIMES = 2500 };

static struct index_key keys[ROWS];
static uint32_t state = 7;

static uint32_t
chance(uint32_t n)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

/* Times repeat, and rows come in no order of theirs. */
static void
fill(struct mkindex *m)
{
	static const char body[] = "x";

	mkindex_begin(m);
	mkindex_text(m, 0, body);
	for (int i = 0; i < ROWS; i++) {
		struct index_entry row = { .tls = false };
		int64_t ts = 1000 + i / 4 + (int64_t)chance(TIMES / 8);

		row.e.id = i + 1;
		row.e.stream = m->stream.id;
		row.e.ordinal = (uint64_t)i;
		row.e.proto = proto_registry[0]->protocols[0];
		row.e.flags = ENTRY_NO_RESPONSE;
		row.e.request.present = true;
		row.e.request.first = row.e.request.last = ts;
		mkindex_entry(m, &row);
		keys[i] = (struct index_key){ .value = ts, .id = i + 1 };
	}
	mkindex_finish(m, false);
}

static int
compare(const void *a, const void *b)
{
	const struct index_key *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Does the row belong to the list, behind its key? */
static bool
belongs(const struct index_select *s, const struct index_key *k)
{
	int order = compare(k, &s->key);

	if (s->over.ranged &&
	    (k->value < s->over.from || k->value >= s->over.to))
		return false;
	return !s->after || (s->desc ? order < 0 : order > 0);
}

static bool
is_right(struct index_reader *r, const struct index_select *s)
{
	struct index_cursor *c;
	struct index_entry row;
	struct err e = ERR_INIT;
	uint64_t n = 0;
	bool same = true, sure;
	int rc = index_entries(r, s, &e, &c);

	if (rc != 0)
		return false;
	for (size_t i = 0; i < ROWS && n < s->limit; i++) {
		const struct index_key *k = &keys[s->desc ? ROWS - 1 - i : i];

		if (!belongs(s, k))
			continue;
		same &= index_next(c, &row, &sure, &e) == 1 &&
		        row.e.id == k->id;
		n++;
	}
	same &= index_next(c, &row, &sure, &e) == 0;
	index_cursor_free(c);
	return same;
}

static void
test_pages(struct index_reader *r)
{
	struct index_select s = { .order = INDEX_BY_TIME };
	bool right = true;

	for (int i = 0; i < PAGES; i++) {
		s.desc = i % 2 == 1;
		s.after = i > 3;
		s.key = keys[chance(ROWS)];
		/* A key need not be that of a row. */
		s.key.id += (int64_t)chance(3) - 1;
		s.limit = 1 + chance(i % 5 == 0 ? WINDOW_ROWS + 10 : 150);
		s.over.ranged = i % 3 == 2;
		s.over.from = keys[chance(ROWS / 2)].value;
		s.over.to = keys[ROWS / 2 + chance(ROWS / 2)].value;
		right &= is_right(r, &s);
	}
	ok(right, "every page");
	s = (struct index_select){ .limit = 5, .after = true };
	s.key.value = INT64_MAX;
	ok(is_right(r, &s), "behind the end of time");
	s.desc = true;
	s.key.value = INT64_MIN;
	ok(is_right(r, &s), "and before its beginning");
}

/* The point of it: few rows are left to be sorted. */
static void
test_narrowing(struct index_reader *r)
{
	struct index_select s = { .limit = 100 }, same;
	struct err e = ERR_INIT;

	is_int(window_narrow(r, &s, &e), 0, "the first page");
	ok(s.over.ranged && s.over.to == keys[99].value + 1,
	   "ends where its last row is");
	s = (struct index_select){ .limit = 100, .desc = true };
	is_int(window_narrow(r, &s, &e), 0, "the last page");
	ok(s.over.ranged && s.over.from == keys[ROWS - 100].value,
	   "begins where its first row is");
	s = same = (struct index_select){ .limit = 100,
		                          .over.sql = "e.status=0" };
	is_int(window_narrow(r, &s, &e), 0, "a condition");
	ok(memcmp(&s, &same, sizeof(s)) == 0, "may pick others");
	s = same = (struct index_select){ .limit = ROWS + 1 };
	is_int(window_narrow(r, &s, &e), 0, "more rows than there are");
	ok(memcmp(&s, &same, sizeof(s)) == 0, "is everything");
}

int
main(void)
{
	struct index_reader *r = NULL;
	struct err e = ERR_INIT;
	struct mkindex m;

	fill(&m);
	qsort(keys, ROWS, sizeof(*keys), compare);
	is_int(index_open(m.index, &e, &r), 0, "an index that grows");
	ok(!index_sealed(r), "is not finished");
	test_pages(r);
	test_narrowing(r);
	index_reader_free(r);
	mkindex_end(&m);
	return tap_done();
}
