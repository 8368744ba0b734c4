/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages, orders, ranges and pauses of runs and merges: however a query is cut
 * into pieces, the pieces together are the whole, on two sample snapshots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/index/narrow.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/explain.h"
#include "analyzer/query/merge.h"
#include "analyzer/query/run.h"
#include "base/json_out.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define SHOP "samples/shop.tar.gz"
#define TINY "samples/tiny.tar.gz"
#define MAX  4096

/* A row of an answer. */
struct row {
	unsigned snapshot;
	struct index_key key;
};

struct rows {
	size_t n;
	struct row row[MAX];
};

static struct rows whole, pieces;

static void
prepare(struct ask *a, struct opened *o, const char *text)
{
	struct ask_options opt = { .mode = ASK_STRICT };
	struct err e = ERR_INIT;

	if (ask_prepare(str_from_c(text), o, &opt, &e, a) != 0)
		printf("Bail out! %s: %s\n", text, e.text), exit(1);
}

static void
add(struct rows *r, unsigned snapshot, struct index_key key)
{
	if (r->n < MAX)
		r->row[r->n++] = (struct row){ snapshot, key };
}

static bool
same(const struct rows *a, const struct rows *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->row[i].snapshot != b->row[i].snapshot ||
		    a->row[i].key.id != b->row[i].key.id ||
		    a->row[i].key.value != b->row[i].key.value)
			return false;
	}
	return true;
}

static void
reverse(struct rows *r)
{
	for (size_t i = 0; i < r->n / 2; i++) {
		struct row t = r->row[i];

		r->row[i] = r->row[r->n - 1 - i];
		r->row[r->n - 1 - i] = t;
	}
}

static bool
is_sorted(const struct rows *r, bool desc)
{
	for (size_t i = 1; i < r->n; i++) {
		const struct index_key *a = &r->row[i - 1].key;
		const struct index_key *b = &r->row[i].key;

		if (desc ? b->value > a->value : b->value < a->value)
			return false;
	}
	return true;
}

/* ---- one snapshot ---- */

/* Runs once; the rows are added. *ret_counts is how it ended. */
static int
run_once(struct opened *o, const struct run_query *q, struct rows *out,
         struct run_counts *ret_counts)
{
	struct err e = ERR_INIT;
	struct index_entry row;
	struct run *r;
	int rc = run_open(o, q, &e, &r);

	if (rc != 0) {
		printf("# %s\n", e.text);
		return rc;
	}
	while ((rc = run_next(r, &row, &e)) == 1)
		add(out, 0, index_key_of(q->order, &row));
	*ret_counts = *run_counts(r);
	run_free(r);
	return rc;
}

/* In pieces, each going on where the last one stopped. */
static int
run_pieces(struct opened *o, struct run_query q, struct rows *out)
{
	struct run_counts n = { .complete = false };
	int rc = 0, rounds = 0;

	for (; rc == 0 && !n.complete && rounds < MAX; rounds++) {
		rc = run_once(o, &q, out, &n);
		q.after = n.scanned > 0;
		q.key = n.next;
		if (n.scanned == 0 && !n.complete)
			return -1;
	}
	return rc == 0 && rounds > 1 ? 0 : -1;
}

static void
test_pages(struct opened *o, const char *text)
{
	static const struct {
		enum index_order order;
		const char *name;
	} orders[] = {
		{ INDEX_BY_TIME, "time" },
		{ INDEX_BY_ELAPSED, "latency" },
		{ INDEX_BY_STATUS, "status" },
		{ INDEX_BY_REQUEST_SIZE, "request size" },
		{ INDEX_BY_RESPONSE_SIZE, "response size" },
	};
	struct run_counts n;
	struct ask a;

	prepare(&a, o, text);
	for (size_t i = 0; i < ARRAY_LEN(orders) * 2; i++) {
		struct run_query q = { .ask = &a,
			               .order = orders[i / 2].order };

		printf("# '%s' by %s%s\n", text, orders[i / 2].name,
		       i % 2 ? ", descending" : "");
		whole.n = pieces.n = 0;
		ok(run_once(o, &q, &whole, &n) == 0 && n.complete &&
		       whole.n == n.matched && whole.n > 20,
		   "the whole");
		ok(is_sorted(&whole, false), "in order");
		q.desc = true;
		ok(run_once(o, &q, &pieces, &n) == 0, "backwards");
		reverse(&pieces);
		ok(same(&whole, &pieces), "the same rows");
		q.desc = i % 2 == 1;
		if (q.desc)
			reverse(&whole);
		pieces.n = 0;
		q.limit = 9;
		ok(run_pieces(o, q, &pieces) == 0 && same(&whole, &pieces),
		   "and in pages");
		pieces.n = 0;
		q.limit = 0;
		q.scan_max = 7;
		ok(run_pieces(o, q, &pieces) == 0 && same(&whole, &pieces),
		   "and with pauses");
	}
	ask_release(&a);
}

static void
test_range(struct opened *o)
{
	struct run_query q = { .ranged = false };
	struct run_counts n, part;
	struct err e = ERR_INIT;
	struct ask a;
	size_t mid;

	prepare(&a, o, "http");
	q.ask = &a;
	whole.n = pieces.n = 0;
	ok(run_once(o, &q, &whole, &n) == 0, "without a range");
	mid = whole.n / 2;
	q.ranged = true;
	q.from = INT64_MIN;
	q.to = whole.row[mid].key.value;
	ok(run_once(o, &q, &pieces, &n) == 0, "before an instant");
	ok(pieces.n > 0 && pieces.n <= mid &&
	       pieces.row[pieces.n - 1].key.value < q.to,
	   "is before it");
	ok(run_count(o, &q, &e, &part) == 0 && part.matched == pieces.n,
	   "and counted so");
	q.from = q.to;
	q.to = INT64_MAX;
	ok(run_once(o, &q, &pieces, &n) == 0 && same(&whole, &pieces),
	   "and the rest is from it on");
	q.order = INDEX_BY_ELAPSED;
	pieces.n = 0;
	ok(run_once(o, &q, &pieces, &n) == 0 &&
	       pieces.n == whole.n - part.matched,
	   "in another order too");
	ask_release(&a);
}

static void
test_limits(struct opened *o)
{
	struct run_query q = { .limit = 5 };
	struct run_counts n;
	struct err e = ERR_INIT;
	struct ask a;

	prepare(&a, o, "http and limit(7)");
	q.ask = &a;
	whole.n = 0;
	ok(run_once(o, &q, &whole, &n) == 0 && n.matched == 5 && !n.complete,
	   "the smaller limit counts");
	q.limit = 0;
	q.earlier = 5;
	q.after = true;
	q.key = n.next;
	ok(run_once(o, &q, &whole, &n) == 0 && n.matched == 2,
	   "limit(n) counts earlier pages");
	q.earlier = 7;
	ok(run_once(o, &q, &whole, &n) == 0 && n.matched == 0 && n.complete,
	   "and ends with them");
	ok(run_count(o, &q, &e, &n) == 0 && n.matched == 0,
	   "for counting as well");
	q.earlier = 0;
	ok(run_count(o, &q, &e, &n) == 0 && n.matched == 7 && n.read == 0,
	   "limit(n) limits the count");
	ask_release(&a);

	prepare(&a, o, "request.headers[\"User-Agent\"].startsWith(\"curl\")");
	whole.n = 0;
	q = (struct run_query){ .ask = &a, .read_max = 10 };
	ok(run_once(o, &q, &whole, &n) == 0 && n.read == 10 && !n.complete,
	   "so many are read and no more");
	whole.n = pieces.n = 0;
	ok(run_pieces(o, q, &pieces) == 0, "in small steps");
	q.read_max = 0;
	ok(run_once(o, &q, &whole, &n) == 0 && same(&whole, &pieces),
	   "it comes to the same");
	ok(run_count(o, &q, &e, &n) == 0 && n.matched == whole.n,
	   "and the count is that");
	ask_release(&a);
}

static void
test_cancel(struct opened *o)
{
	atomic_bool cancel;
	struct run_query q = { .cancel = &cancel };
	struct err e = ERR_INIT;
	struct index_entry row;
	struct run_counts n;
	struct run *r;
	struct ask a;

	atomic_init(&cancel, false);
	prepare(&a, o, "request.headers[\"User-Agent\"] == \"x\" or http");
	q.ask = &a;
	ok(run_open(o, &q, &e, &r) == 0 && run_next(r, &row, &e) == 1,
	   "a run has begun");
	atomic_store(&cancel, true);
	is_int(run_next(r, &row, &e), ERR_CANCELLED, "and is cancelled");
	run_free(r);
	q.order = INDEX_BY_ELAPSED;
	ok(run_open(o, &q, &e, &r) == 0, "a run that has to sort");
	is_int(run_next(r, &row, &e), ERR_CANCELLED, "is cancelled");
	run_free(r);
	is_int(run_count(o, &q, &e, &n), ERR_CANCELLED, "and so is a count");
	atomic_store(&cancel, false);
	q.cancel = NULL;
	ok(run_count(o, &q, &e, &n) == 0, "afterwards the reader works");
	ask_release(&a);
}

/* ---- several ---- */

struct pair {
	struct merge_source source[2];
	struct ask ask[2];
};

static int
merge_once(const struct pair *p, const struct run_query *q,
           const struct merge_key *after, struct rows *out,
           struct merge_counts *ret_counts)
{
	struct err e = ERR_INIT;
	struct merge_row row;
	struct merge *m;
	int rc = merge_open(p->source, 2, q, after, &e, &m);

	if (rc != 0)
		return rc;
	while ((rc = merge_next(m, &row, &e)) == 1)
		add(out, p->source[row.source].names.snapshot,
		    index_key_of(q->order, row.entry));
	merge_counts(m, ret_counts);
	merge_free(m);
	return rc;
}

static int
merge_pieces(const struct pair *p, const struct run_query *q, struct rows *out)
{
	struct merge_counts n = { .complete = false };
	int rc = 0, rounds = 0;

	for (; rc == 0 && !n.complete && rounds < MAX; rounds++) {
		struct merge_key after = n.next;

		rc = merge_once(p, q, n.started ? &after : NULL, out, &n);
		if (!n.started && !n.complete)
			n = (struct merge_counts){ .started = rounds > 0,
				                   .next = after };
	}
	return rc == 0 && rounds > 1 ? 0 : -1;
}

static void
check_merge(const struct pair *p, struct run_query q)
{
	struct merge_counts n, count;
	struct err e = ERR_INIT;
	size_t both = 0;

	for (int i = 0; i < 2; i++) {
		struct run_query one = q;
		struct run_counts c;

		one.ask = &p->ask[i];
		pieces.n = 0;
		ok(run_once(p->source[i].opened, &one, &pieces, &c) == 0,
		   "one of them");
		both += pieces.n;
	}
	whole.n = pieces.n = 0;
	ok(merge_once(p, &q, NULL, &whole, &n) == 0 && n.complete &&
	       n.matched == whole.n,
	   "the whole");
	is_int((intmax_t)whole.n, (intmax_t)both, "all rows");
	ok(is_sorted(&whole, q.desc), "in order");
	ok(merge_count(p->source, 2, &q, &e, &count) == 0 &&
	       count.matched == both,
	   "and counted");
	q.limit = 13;
	ok(merge_pieces(p, &q, &pieces) == 0 && same(&whole, &pieces),
	   "in pages it is the same");
	q.limit = 0;
	q.scan_max = 41;
	pieces.n = 0;
	ok(merge_pieces(p, &q, &pieces) == 0 && same(&whole, &pieces),
	   "and with pauses");
	q.scan_max = 17;
	q.limit = 5;
	pieces.n = 0;
	ok(merge_pieces(p, &q, &pieces) == 0 && same(&whole, &pieces),
	   "and with both");
}

/* `b` may be the same snapshot again: then every row has an equal. */
static void
test_merge(struct opened *a, struct opened *b, const char *text)
{
	struct opened *const o[2] = { a, b };
	struct pair p;

	for (unsigned i = 0; i < 2; i++) {
		prepare(&p.ask[i], o[i], text);
		p.source[i] = (struct merge_source){
			.opened = o[i],
			.ask = &p.ask[i],
			.names = { .snapshot = i + 1 },
		};
	}
	for (int i = 0; i < 4; i++) {
		printf("# '%s'%s%s\n", text, i & 1 ? ", descending" : "",
		       i & 2 ? ", by status" : "");
		check_merge(
		    &p, (struct run_query){ .desc = (i & 1) != 0,
		                            .order = i & 2 ? INDEX_BY_STATUS
		                                           : INDEX_BY_TIME });
	}
	ask_release(&p.ask[0]);
	ask_release(&p.ask[1]);
}

static void
test_merge_limit(struct opened *a, struct opened *b)
{
	struct opened *const o[2] = { a, b };
	struct merge_counts n;
	struct err e = ERR_INIT;
	struct run_query q = { .limit = 0 };
	struct pair p;

	for (unsigned i = 0; i < 2; i++) {
		prepare(&p.ask[i], o[i], "http and limit(30)");
		p.source[i] = (struct merge_source){
			.opened = o[i],
			.ask = &p.ask[i],
			.names = { .snapshot = i + 1 },
		};
	}
	whole.n = 0;
	ok(merge_once(&p, &q, NULL, &whole, &n) == 0, "limit(30) of two");
	is_int((intmax_t)whole.n, 30, "is 30 of them together");
	ok(merge_count(p.source, 2, &q, &e, &n) == 0 && n.matched == 30,
	   "counted as well");
	q.earlier = 30;
	ok(merge_once(&p, &q, NULL, &whole, &n) == 0 && n.matched == 0 &&
	       n.complete,
	   "and no more on the next page");
	ask_release(&p.ask[0]);
	ask_release(&p.ask[1]);
}

/* ---- asking ---- */

static void
is_refused(const char *text, const struct ask_options *opt, uint32_t col,
           const char *message)
{
	struct err e = ERR_INIT;
	struct ask a;

	is_int(ask_prepare(str_from_c(text), NULL, opt, &e, &a), ERR_SYNTAX,
	       text);
	is_int(e.col, col, "says where");
	is_str(e.text, message, "and what");
	ask_release(&a);
}

static void
test_ask(struct opened *o)
{
	struct ask_options opt = { .mode = ASK_STRICT };
	struct ask_options old = { .mode = ASK_COMPATIBLE };
	struct run_counts n;
	struct err e = ERR_INIT;
	struct ask a;

	is_refused("http and response.statsu == 1", &opt, 10,
	           "there is no field response.statsu; did you mean "
	           "response.status?");
	ok(ask_prepare(STR("tls and response.statsu == 1"), NULL, &opt, &e,
	               &a) == ERR_SYNTAX,
	   "a mistake");
	is_str(a.mistake.suggestion, "response.status", "has a suggestion");
	ok(a.mistake.at == 8 && a.mistake.end == 23, "and a span");
	ask_release(&a);
	is_refused("a.b = 5", &old, 7,
	           "unexpected token \"5\" (expected \"=\")");
	is_refused(" ", &old, 2, "unexpected token \"<EOF>\"");
	is_refused("request.httpVersion == 1", &old, 34,
	           "unexpected token \"Version\"");
	ok(ask_prepare(STR("httpx.y == 1"), NULL, &opt, &e, &a) == ERR_SYNTAX,
	   "our way refuses what there is not");
	ask_release(&a);
	opt.mode = ASK_LENIENT;
	ok(ask_prepare(STR("httpx.y == 1"), o, &opt, &e, &a) == 0,
	   "unless it is lenient");
	ask_release(&a);
	ok(ask_prepare(STR("  "), o, &opt, &e, &a) == 0 && a.exact &&
	       a.kfl == NULL,
	   "blanks ask for everything");
	ask_release(&a);

	/* now() is an instant of the snapshot, or one that is given. */
	ok(ask_prepare(STR("timestamp < now()"), o, &opt, &e, &a) == 0,
	   "a query about now");
	ok(run_count(o, &(struct run_query){ .ask = &a }, &e, &n) == 0 &&
	       n.matched > 1000,
	   "is about the end of the snapshot");
	ask_release(&a);
	opt.now_given = true;
	opt.now_ms = 1000;
	ok(ask_prepare(STR("timestamp < now()"), o, &opt, &e, &a) == 0 &&
	       run_count(o, &(struct run_query){ .ask = &a }, &e, &n) == 0,
	   "or about another instant");
	is_int((intmax_t)n.matched, 0, "before which there is nothing");
	ask_release(&a);
}

static void
is_explained(struct opened *o, const char *text, bool run, const char *want)
{
	struct err e = ERR_INIT;
	struct sink_json sink;
	struct explain x;
	struct json_out j;
	struct buf b;
	struct ask a;

	buf_init(&b, 65536);
	prepare(&a, o, text);
	ok(explain_query(o, &(struct run_query){ .ask = &a }, &e, &x) == 0,
	   text);
	if (run)
		ok(explain_run(o, &(struct run_query){ .ask = &a }, &e, &x) ==
		       0,
		   "runs");
	jout_init_buf(&j, &b);
	sink_json_init(&sink, &j);
	ok(explain_emit(&x, &sink.sink) == 0 && jout_finish(&j) == 0, "told");
	is_bytes(b.p, b.n, want, strlen(want), "as wanted");
	explain_release(&x);
	ask_release(&a);
	buf_release(&b);
}

/* Nothing here depends on which dissectors there are. */
static void
test_explain(struct opened *o)
{
	is_explained(o, "", false,
	             "{\"query\":\"\",\"exact\":true,\"redacts\":false,"
	             "\"limit\":0,\"under\":{\"sql\":\"1\",\"values\":[]},"
	             "\"over\":{\"sql\":\"1\",\"values\":[]},\"residual\":[],"
	             "\"index\":[\"SCAN e USING COVERING INDEX entry_ts\"]}");
	is_explained(o, "index == 1 and elapsedTime > 0.5 and limit(4)", false,
	             "{\"query\":\"index == 1 and elapsedTime \\u003e 0.5 and "
	             "limit(4)\",\"exact\":true,\"redacts\":false,\"limit\":"
	             "4,\"under\":{\"sql\":\"(((e.ordinal)=?) AND "
	             "(CAST(e.elapsed AS REAL)\\u003e?))\",\"values\":[1,0.5]},"
	             "\"over\":{\"sql\":\"(((e.ordinal)=?) AND "
	             "(CAST(e.elapsed AS REAL)\\u003e?))\",\"values\":[1,0.5]},"
	             "\"residual\":[],\"index\":[\"SCAN e USING INDEX "
	             "entry_ts\"]}");
	is_explained(o, "src.port == \"0\" and redact(\"a\")", true,
	             "{\"query\":\"src.port == \\\"0\\\" and "
	             "redact(\\\"a\\\")\",\"exact\":false,\"redacts\":true,"
	             "\"limit\":0,\"under\":{\"sql\":\"0\",\"values\":[]},"
	             "\"over\":{\"sql\":\"((CASE WHEN e.flags\\u00268192 THEN "
	             "e.server_port ELSE e.client_port END)=?)\",\"values\":"
	             "[0]},\"residual\":[],\"index\":[\"SCAN e USING INDEX "
	             "entry_ts\"],\"work\":{\"scanned\":0,\"matched\":0,"
	             "\"read\":0,\"undecided\":0}}");
	is_explained(
	    o, "src.ip == r\"^999\"", true,
	    "{\"query\":\"src.ip == r\\\"^999\\\"\",\"exact\":false,"
	    "\"redacts\":false,\"limit\":0,\"under\":{\"sql\":\"0\","
	    "\"values\":[]},\"over\":{\"sql\":\"1\",\"values\":[]},"
	    "\"residual\":[{\"text\":\"src.ip == r\\\"^999\\\"\","
	    "\"offset\":0,\"length\":17,\"doubt\":false}],\"index\":"
	    "[\"SCAN e USING COVERING INDEX entry_ts\"],\"work\":{\"scanned\":"
	    "28,\"matched\":0,\"read\":28,\"undecided\":0}}");
}

/* A redacting query has its lines from the entries. */
static void
test_lines(struct opened *o)
{
	struct merge_source source = { .opened = o };
	struct run_query q = { .limit = 3 };
	struct err e = ERR_INIT;
	struct merge_row row;
	struct merge *m = NULL;
	struct sink_json sink;
	struct json_out j;
	struct veil veil;
	struct buf b;
	struct ask a;

	buf_init(&b, 65536);
	prepare(&a, o, "http and redact(\"src.ip\")");
	source.ask = &a;
	ok(merge_open(&source, 1, &q, NULL, &e, &m) == 0 &&
	       merge_next(m, &row, &e) == 1,
	   "a row");
	merge_veil(m, &veil);
	ok(veil.src && !veil.dst && !veil.target, "its source is hidden");
	jout_init_buf(&j, &b);
	sink_json_init(&sink, &j);
	ok(merge_base(m, &sink.sink) == 0 && jout_finish(&j) == 0, "its line");
	ok(str_find(buf_str(&b), STR("\"ip\":\"[REDACTED]\"")) < b.n, "too");
	buf_clear(&b);
	jout_init_buf(&j, &b);
	sink_json_init(&sink, &j);
	ok(merge_entry(m, &sink.sink, &e) == 0 && jout_finish(&j) == 0 &&
	       str_find(buf_str(&b), STR("\"ip\":\"[REDACTED]\"")) < b.n,
	   "and the whole");
	merge_free(m);
	ask_release(&a);
	buf_release(&b);
}

/* Once more with what a server keeps in memory: see index/narrow.h. */
static void
test_in_memory(struct opened *shop, struct opened *tiny)
{
	struct narrow *n[] = { narrow_new(1 << 26), narrow_new(1 << 26) };
	struct err e = ERR_INIT;

	ok(index_warm(opened_index(shop), n[0], &e) == 0 &&
	       index_warm(opened_index(tiny), n[1], &e) == 0,
	   "both are in memory");
	index_lend(opened_index(shop), n[0]);
	index_lend(opened_index(tiny), n[1]);
	test_pages(shop, "");
	test_pages(shop, "http and response.status >= 200");
	test_pages(tiny, "request.headers[\"Host\"] == r\"s\" or dns");
	test_range(shop);
	test_limits(shop);
	test_merge(shop, tiny, "");
	test_merge(tiny, shop, "request.headers[\"Host\"] == r\"s\"");
	index_lend(opened_index(shop), NULL);
	index_lend(opened_index(tiny), NULL);
	narrow_free(n[0]);
	narrow_free(n[1]);
}

int
main(void)
{
	struct indexed shop, tiny;

	indexed_begin(&shop);
	indexed_begin(&tiny);
	if (!ok(indexed_run(&shop, SHOP) && indexed_run(&tiny, TINY),
	        "the samples are indexed")) {
		printf("# %s%s\n", shop.err.text, tiny.err.text);
		return tap_done();
	}
	test_pages(shop.o, "");
	test_pages(shop.o, "http and response.status >= 200");
	test_pages(tiny.o, "request.headers[\"Host\"] == r\"s\" or dns");
	test_range(shop.o);
	test_limits(shop.o);
	test_cancel(shop.o);
	test_merge(shop.o, tiny.o, "");
	test_merge(tiny.o, shop.o, "request.headers[\"Host\"] == r\"s\"");
	test_merge_limit(shop.o, tiny.o);
	test_ask(shop.o);
	test_explain(tiny.o);
	test_lines(shop.o);
	test_in_memory(shop.o, tiny.o);
	indexed_end(&shop);
	indexed_end(&tiny);
	return tap_done();
}
