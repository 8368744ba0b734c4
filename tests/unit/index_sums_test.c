/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/index/sums.h"
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

static struct sum
sum_of(const struct index_entry *row, size_t n, size_t source)
{
	struct sums s;
	struct sum sum;

	sums_init(&s);
	for (size_t i = 0; i < n; i++) {
		if (sums_entry(&s, &row[i]) != 0)
			sum.n = 0;
	}
	sum = sums_of(&s, SUM_ENTRIES, source);
	sums_release(&s);
	return sum;
}

static bool
same(struct sum a, struct sum b)
{
	return a.n == b.n && a.hash[0] == b.hash[0] && a.hash[1] == b.hash[1];
}

static void
test_order(void)
{
	struct index_entry rows[2] = { one(), one() };
	struct index_entry back[2];
	struct sum sum;

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
	struct sum sums[ARRAY_LEN(row)];
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
	struct sums s;

	sums_init(&s);
	row.e.id = id_in(1000, 5);
	is_int(sums_entry(&s, &row), 0, "a file far behind");
	is_int((int64_t)sums_of(&s, SUM_ENTRIES, 1000).n, 1, "has its entry");
	is_int((int64_t)sums_of(&s, SUM_STREAM_ENTRIES, 0).n, 1,
	       "of a stream that began before");
	is_int((int64_t)sums_of(&s, SUM_STREAM_ENTRIES, 1000).n, 0,
	       "not in it");
	sums_release(&s);
}

/* ---- streams ---- */

static struct stream
one_stream(void)
{
	return (struct stream){
		.id = id_in(1, 5),
		.point = 3,
		.l4 = 6,
		.state = STREAM_CLOSED,
		.addr = { { .b = { 1 } }, { .b = { 2 } } },
		.port = { 4000, 80 },
		.first_ts = 100,
		.last_ts = 200,
		.handshake_rtt = -1,
		.side = { { .packets = 4 }, { .packets = 3 } },
		.entries = 2,
		.protocol = "http1",
		.reason = "",
	};
}

static struct sum
sum_of_stream(const struct stream *row, enum sum_kind kind, size_t ordinal)
{
	struct sums s;
	struct sum sum = { .n = 0 };

	sums_init(&s);
	if (sums_stream(&s, row) == 0)
		sum = sums_of(&s, kind, ordinal);
	sums_release(&s);
	return sum;
}

static void
test_stream_fields(void)
{
	struct stream row[43];
	struct sum sums[ARRAY_LEN(row)];
	size_t n = 0, equal = 0;

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		row[i] = one_stream();
	n++; /* the first one stays as it is */
	row[n++].id = id_in(1, 6);
	row[n++].l4 = 17;
	row[n++].state = STREAM_RESET;
	row[n++].addr[0].b[15] = 1;
	row[n++].addr[1].b[15] = 1;
	row[n++].port[0]++;
	row[n++].port[1]++;
	row[n++].client = 1;
	row[n++].role_guessed = true;
	row[n++].late_join = true;
	row[n++].tls = true;
	row[n++].tls_wire = true;
	row[n++].first_ts++;
	row[n++].last_ts++;
	row[n++].handshake_rtt = 7;
	row[n++].entries++;
	row[n++].protocol = "http2";
	row[n++].reason = "late";
	for (int side = 0; side < 2; side++) {
		row[n++].side[side].packets++;
		row[n++].side[side].bytes++;
		row[n++].side[side].payload++;
		row[n++].side[side].retransmissions++;
		row[n++].side[side].out_of_order++;
		row[n++].side[side].duplicate_acks++;
		row[n++].side[side].zero_windows++;
		row[n++].side[side].gaps++;
		row[n++].side[side].gap_bytes++;
		row[n++].side[side].syn = true;
		row[n++].side[side].fin = true;
		row[n++].side[side].rst = true;
	}
	is_int((int64_t)n, (int64_t)ARRAY_LEN(row), "each stream is another");
	for (size_t i = 0; i < n; i++)
		sums[i] = sum_of_stream(&row[i], SUM_STREAMS, 1);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			equal += same(sums[i], sums[k]) ? 1 : 0;
	}
	is_int((int64_t)equal, 0, "and has another sum");
	is_int((int64_t)sum_of_stream(&row[0], SUM_POINT, 3).n, 1,
	       "it is one of its capture point");
	row[0].point = 4;
	is_int((int64_t)sum_of_stream(&row[0], SUM_POINT, 3).n, 0,
	       "and of no other");
}

/* ---- parts ---- */

static struct sum
sum_of_part(const struct index_part *row, size_t source)
{
	struct sums s;
	struct sum sum = { .n = 0 };

	sums_init(&s);
	if (sums_part(&s, row) == 0)
		sum = sums_of(&s, SUM_PARTS, source);
	sums_release(&s);
	return sum;
}

static void
test_part_fields(void)
{
	struct index_part row[10];
	struct sum sums[ARRAY_LEN(row)];
	size_t n = 0, equal = 0;

	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		row[i] = (struct index_part){ .stream = id_in(1, 5),
			                      .packets = STR("ab"),
			                      .map = { STR("c"), STR("") } };
	n++;
	row[n++].stream = id_in(1, 6);
	row[n++].part++;
	row[n++].first_packet++;
	row[n++].off[0]++;
	row[n++].off[1]++;
	row[n++].packets = STR("abc");
	row[n++].map[0] = STR("");
	row[n++].map[1] = STR("c");
	row[n].map[0] = STR("");
	row[n++].map[1] = STR("c");
	is_int((int64_t)n, (int64_t)ARRAY_LEN(row), "each part is another");
	for (size_t i = 0; i < n; i++)
		sums[i] = sum_of_part(&row[i], 1);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			equal += same(sums[i], sums[k]) ? 1 : 0;
	}
	is_int((int64_t)equal, 0, "and has another sum");
	is_int((int64_t)sum_of_part(&row[0], 0).n, 0, "none in file 0");
}

int
main(void)
{
	test_order();
	test_fields();
	test_bounds();
	test_files();
	test_stream_fields();
	test_part_fields();
	return tap_done();
}
