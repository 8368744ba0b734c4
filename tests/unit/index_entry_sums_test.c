/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/index/entry_sums.h"
#include "tests/tap/tap.h"

static const struct protocol http = { .key = "http" };
static const struct protocol redis = { .key = "redis" };
static const struct span spans[] = {
	{ .off = 10, .len = 90, .layer = 0 },
	{ .off = 200, .len = 5, .layer = 1 },
	{ .off = 300, .len = 5, .layer = 1 },
};

static int64_t
id_in(uint32_t source, uint64_t record)
{
	struct position at = { .source = source, .record = record };

	return position_id(at, 0);
}

static struct index_entry
one(void)
{
	return (struct index_entry){
		.e = { .id = id_in(1, 5),
		       .stream = id_in(0, 3),
		       .ordinal = 2,
		       .proto = &http,
		       .flags = 8,
		       .status = 200,
		       .method = STR("GET"),
		       .target = STR("/a"),
		       .host = STR("shop"),
		       .request = { .present = true,
		                    .first = 100,
		                    .last = 110,
		                    .size = 90,
		                    .nspans = 1,
		                    .spans = spans,
		                    .kept = STR("k") },
		       .response = { .present = true,
		                     .first = 120,
		                     .last = 130,
		                     .size = 5,
		                     .nspans = 1,
		                     .spans = spans + 1 } },
		.client = { .b = { 1 } },
		.server = { .b = { 2 } },
		.client_port = 4000,
		.server_port = 80,
	};
}

static struct entry_sum
sum_of(const struct index_entry *row, size_t n, size_t source)
{
	struct entry_sums s;
	struct entry_sum sum;

	entry_sums_init(&s);
	for (size_t i = 0; i < n; i++) {
		if (entry_sums_add(&s, &row[i]) != 0)
			sum.n = 0;
	}
	sum = entry_sums_entries(&s, source);
	entry_sums_release(&s);
	return sum;
}

static bool
same(struct entry_sum a, struct entry_sum b)
{
	return a.n == b.n && a.hash[0] == b.hash[0] && a.hash[1] == b.hash[1];
}

static void
test_order(void)
{
	struct index_entry rows[2] = { one(), one() };
	struct index_entry back[2];
	struct entry_sum sum;

	rows[1].e.id = id_in(1, 9);
	back[0] = rows[1];
	back[1] = rows[0];
	sum = sum_of(rows, 2, 1);
	is_int((int64_t)sum.n, 2, "two entries");
	ok(same(sum, sum_of(back, 2, 1)), "in either order");
	ok(!same(sum, sum_of(rows, 1, 1)), "are not one");
	ok(sum.hash[0] != sum.hash[1], "the two hashes differ");
	is_int((int64_t)sum_of(rows, 2, 0).n, 0, "none begins in file 0");
	is_int((int64_t)sum_of(rows, 2, 1 << 17).n, 0, "or in one unknown");
}

/* Every change alone gives another sum. */
static void
test_fields(void)
{
	struct index_entry row[24];
	struct entry_sum sums[ARRAY_LEN(row)];
	size_t n = 0, equal = 0;

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		row[i] = one();
	n++; /* the first one stays as it is */
	row[n++].e.id = id_in(1, 6);
	row[n++].e.stream = id_in(0, 4);
	row[n++].e.ordinal = 3;
	row[n++].e.proto = &redis;
	row[n++].e.flags = 9;
	row[n++].e.status = -1;
	row[n++].e.method = STR("GE");
	row[n++].e.target = STR("/b");
	row[n++].e.host = STR("");
	row[n++].e.request.first++;
	row[n++].e.request.last++;
	row[n++].e.request.size++;
	row[n++].e.request.kept = STR("l");
	row[n++].e.request.nspans = 0;
	row[n++].e.response.present = false;
	row[n++].e.response.first++;
	row[n++].e.response.spans = spans + 2;
	row[n++].e.response.nspans = 2;
	row[n++].client.b[15] = 1;
	row[n++].server.b[15] = 1;
	row[n++].client_port++;
	row[n++].server_port++;
	row[n++].tls = true;
	is_int((int64_t)n, (int64_t)ARRAY_LEN(row), "each row is another");
	for (size_t i = 0; i < n; i++)
		sums[i] = sum_of(&row[i], 1, 1);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			equal += same(sums[i], sums[k]) ? 1 : 0;
	}
	is_int((int64_t)equal, 0, "and has another sum");
}

/* Texts do not run into one another. */
static void
test_bounds(void)
{
	struct index_entry a = one(), b = one();

	a.e.method = STR("GE");
	a.e.target = STR("T/a");
	ok(!same(sum_of(&a, 1, 1), sum_of(&b, 1, 1)), "texts have ends");
}

static void
test_files(void)
{
	struct index_entry row = one();
	struct entry_sums s;

	entry_sums_init(&s);
	row.e.id = id_in(1000, 5);
	is_int(entry_sums_add(&s, &row), 0, "a file far behind");
	is_int((int64_t)entry_sums_entries(&s, 1000).n, 1, "has its entry");
	is_int((int64_t)entry_sums_streams(&s, 0).n, 1,
	       "of a stream that began before");
	is_int((int64_t)entry_sums_streams(&s, 1000).n, 0, "not in it");
	entry_sums_release(&s);
}

int
main(void)
{
	test_order();
	test_fields();
	test_bounds();
	test_files();
	return tap_done();
}
