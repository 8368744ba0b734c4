/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms and maps agree with what a walk over all entries counts. */
#include "analyzer/index/narrow.h"
#include "analyzer/query/graph.h"
#include "analyzer/query/histogram.h"
#include "analyzer/query/run.h"
#include "analyzer/query/top.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

enum { BUCKETS = 37 };

/* One that the index answers, one that needs packets, one with a limit. */
static const char *const queries[] = {
	"",
	"http",
	"response.status >= 400",
	"request.headers[\"User-Agent\"].startsWith(\"curl\")",
	"dns or redis",
	"http and limit(17)",
	"response.status == 77",
};

struct want {
	uint64_t n, outcomes[OUTCOME_COUNT], incomplete, errors, req_bytes;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

/* As slowly and simply as can be. */
static void
count(struct indexed *x, const struct ask *a, const struct histogram *h,
      struct want *w)
{
	struct run_query q = { .ask = a };
	struct index_entry row;
	struct err e = ERR_INIT;
	struct run *r;

	memset(w, 0, sizeof(*w));
	if (run_open(x->o, &q, &e, &r) != 0)
		abort();
	while (run_next(r, &row, &e) == 1) {
		enum outcome o = outcome_of(row.e.flags, row.e.status);

		w->n++;
		w->outcomes[o]++;
		w->errors += outcome_is_error(o);
		w->incomplete += !entry_complete(row.e.flags);
		w->req_bytes += row.e.request.size;
		w->bucket[(entry_time(&row.e) - h->from) / h->width]++;
	}
	run_free(r);
}

static bool
agrees(const struct histogram *h, const struct want *w)
{
	uint64_t outcomes[OUTCOME_COUNT] = { 0 }, n = 0, protocols = 0;
	bool same = h->incomplete == w->incomplete;

	for (size_t i = 0; i < h->n; i++) {
		same &= h->bucket[i].n == w->bucket[i];
		n += h->bucket[i].n;
		for (size_t k = 0; k < OUTCOME_COUNT; k++)
			outcomes[k] += h->bucket[i].outcomes[k];
		for (size_t k = 0; k < FACTS_PROTOCOLS; k++)
			protocols += h->bucket[i].protocols[k];
	}
	return same && n == w->n && protocols == n &&
	       memcmp(outcomes, w->outcomes, sizeof(outcomes)) == 0;
}

static bool
always(void *ctx)
{
	return ++*(int *)ctx % 3 == 0;
}

/* In one go, or with a stop now and then. */
static bool
histogram_of(struct indexed *x, const struct ask *a, bool stops,
             struct histogram *h, struct facts_counts *n)
{
	struct facts_state state = { .counts.complete = false };
	int calls = 0;
	struct facts_ask ask = { .ask = a,
		                 .late = stops ? always : NULL,
		                 .late_ctx = &calls };
	struct err e = ERR_INIT;
	int rc = 0;

	for (int i = 0; rc == 0 && !state.counts.complete && i < 100000; i++)
		rc = histogram_add(h, x->o, &ask, &state, &e);
	*n = state.counts;
	return rc == 0 && n->complete && n->undecided == 0;
}

static void
range(struct indexed *x, int64_t *ret_from, int64_t *ret_to)
{
	uint64_t from, to;

	if (str_u64(index_meta(opened_index(x->o), "from"), &from) != 0 ||
	    str_u64(index_meta(opened_index(x->o), "to"), &to) != 0)
		abort();
	*ret_from = (int64_t)from;
	*ret_to = (int64_t)to + 1;
}

static void
test_histogram(struct indexed *x, const struct ask *a, const char *query)
{
	struct histogram h, slow;
	struct facts_counts n;
	struct want *w = calloc(1, sizeof(*w));
	int64_t from, to;

	range(x, &from, &to);
	if (w == NULL || histogram_init(&h, from, to, BUCKETS) != 0 ||
	    histogram_init(&slow, from, to, BUCKETS) != 0)
		abort();
	ok(h.n <= BUCKETS && h.from + (int64_t)h.n * h.width >= to,
	   "buckets for the whole range");
	count(x, a, &h, w);
	ok(histogram_of(x, a, false, &h, &n), query);
	is_int((intmax_t)n.matched, (intmax_t)w->n, "as many matches");
	ok(agrees(&h, w), "the histogram agrees");
	ok(histogram_of(x, a, true, &slow, &n), "with stops, too");
	ok(agrees(&slow, w), "the same with stops");
	histogram_release(&h);
	histogram_release(&slow);
	free(w);
}

static void
test_graph(struct indexed *x, const struct ask *a)
{
	struct facts_state state = { .counts.complete = false };
	struct facts_ask ask = { .ask = a };
	struct want *w = calloc(1, sizeof(*w));
	struct histogram all = { .from = 0, .width = INT64_MAX };
	uint64_t calls = 0, errors = 0, bytes = 0;
	struct err e = ERR_INIT;
	struct graph g;
	bool sorted = true;

	if (w == NULL || graph_init(&g) != 0)
		abort();
	count(x, a, &all, w);
	is_int(graph_add(&g, x->o, &ask, &state, &e), 0, "a map");
	is_int(graph_sort(&g), 0, "in order");
	for (size_t i = 0; i < g.nedges; i++) {
		calls += g.edge[i].count;
		errors += g.edge[i].errors;
		bytes += g.edge[i].req_bytes;
		sorted &= i == 0 || g.edge[i].from >= g.edge[i - 1].from;
	}
	for (size_t i = 1; i < g.nnodes; i++)
		sorted &= str_cmp(g.node[i - 1].id, g.node[i].id) < 0;
	ok(sorted, "nodes and edges are sorted");
	is_int((intmax_t)calls, (intmax_t)w->n, "all calls are on an edge");
	is_int((intmax_t)errors, (intmax_t)w->errors, "and all errors");
	is_int((intmax_t)bytes, (intmax_t)w->req_bytes, "and all bytes");
	graph_release(&g);
	free(w);
}

/* ---- values ---- */

static const char *const fields[] = {
	"request.method",      "request.path",    "response.status",
	"request.host",        "dst.name",        "src.name",
	"request.queryString", "request.nothing", "request.command",
};

static bool
top_of(struct indexed *x, const struct ask *a, const char *field, struct top *t)
{
	struct facts_state state = { .counts.complete = false };
	struct facts_ask ask = { .ask = a };
	struct err e = ERR_INIT;
	bool all = top_init(t, str_from_c(field), STR_NONE, &e) == 0 &&
	           top_add(t, x->o, &ask, &state, &e) == 0 &&
	           state.counts.complete;

	top_sort(t);
	return all;
}

static bool
same_top(const struct top *a, const struct top *b)
{
	bool same = a->n == b->n && a->left_out == b->left_out;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->value[i].count == b->value[i].count &&
		       a->value[i].kind == b->value[i].kind &&
		       str_eq(a->value[i].text, b->value[i].text);
	return same;
}

/* What columns in memory give, and what reading the entries gives. */
static void
test_top(struct indexed *x, struct narrow *n, const char *query)
{
	struct ask_options opt = { .mode = ASK_STRICT };
	struct err e = ERR_INIT;
	size_t values = 0;
	struct ask a;

	if (ask_prepare(str_from_c(query), x->o, &opt, &e, &a) != 0)
		abort();
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct top read, kept;

		index_lend(opened_index(x->o), NULL);
		ok(top_of(x, &a, fields[i], &read), fields[i]);
		index_lend(opened_index(x->o), n);
		ok(top_of(x, &a, fields[i], &kept), "from memory");
		ok(same_top(&read, &kept), "the same values");
		values += kept.n;
		top_release(&read);
		top_release(&kept);
	}
	ok(values > 10, "there are some");
	ask_release(&a);
}

static void
test_all(struct indexed *x)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		struct ask_options opt = { .mode = ASK_STRICT };
		struct err e = ERR_INIT;
		struct ask a;

		if (ask_prepare(str_from_c(queries[i]), x->o, &opt, &e, &a) !=
		    0)
			abort();
		test_histogram(x, &a, queries[i]);
		test_graph(x, &a);
		ask_release(&a);
	}
}

int
main(void)
{
	struct narrow *n = narrow_new(1 << 26);
	struct err e = ERR_INIT;
	struct indexed x;

	indexed_begin(&x);
	if (!indexed_run(&x, "samples/shop.tar.gz")) {
		ok(false, x.err.text);
		return tap_done();
	}
	test_all(&x);
	/* Once more with what a server keeps in memory. */
	is_int(index_warm(opened_index(x.o), n, &e), 0, "in memory");
	index_lend(opened_index(x.o), n);
	test_all(&x);
	test_top(&x, n, "");
	test_top(&x, n, "http");
	test_top(&x, n, "http or gql or grpc or http2 or redis");
	indexed_end(&x);
	narrow_free(n);
	return tap_done();
}
