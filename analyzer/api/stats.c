/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/histogram, top, map: figures about the matches of a query. */
#include "analyzer/query/histogram.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/api/page.h"
#include "analyzer/api/scope.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/index/brief.h"
#include "analyzer/kfl/literal.h"
#include "analyzer/query/graph.h"
#include "analyzer/query/top.h"
#include "base/clock.h"

enum { BUCKETS = 120, TOP = 20, MICROS_A_MS = 1000 };

/* A walk over several snapshots that may end early. */
struct stats {
	struct call *c;
	struct scope *s;
	int64_t from, to; /* asked for, or of the snapshots */
	int64_t until;    /* by clock_mono() */
	size_t at;        /* the snapshot that the walk is in */
	struct facts_state state;
};

/* ---- the range ---- */

static int
take_times(void *ctx, const struct index_source *s)
{
	struct stats *x = ctx;

	if (!s->capture || s->records == 0)
		return 0;
	if (s->first_ts < x->from)
		x->from = s->first_ts;
	if (s->last_ts >= x->to)
		x->to = s->last_ts + 1;
	return 0;
}

/* What is not given is that of the snapshots. */
static int
read_range(struct stats *x)
{
	const struct run_query *q = &x->s->query;
	int rc = 0;

	x->from = INT64_MAX;
	x->to = INT64_MIN;
	for (size_t i = 0; i < x->s->n && rc == 0; i++)
		rc = index_sources(opened_index(x->s->sources[i].opened),
		                   take_times, x, &x->c->err);
	if (x->from > x->to)
		x->from = x->to = 0;
	if (call_has(x->c, "from"))
		x->from = q->from;
	if (call_has(x->c, "to"))
		x->to = q->to;
	if (x->to < x->from)
		x->to = x->from;
	return rc;
}

static bool
is_late(void *ctx)
{
	const struct stats *x = ctx;

	return clock_mono() > x->until;
}

/* 1: go on; 0: the reply is an error; or a code. */
static int
stats_read(struct call *c, struct stats **ret_stats)
{
	struct scope_options opt = { .mode = ASK_STRICT };
	struct stats *x = arena_zalloc(&c->arena, sizeof(*x));
	int rc;

	if (x == NULL)
		return ERR_NOMEM;
	x->c = c;
	*ret_stats = x;
	rc = scope_read(c, &opt, &x->s);
	if (rc != 1)
		return rc;
	if (!page_wait(c, &x->until))
		return 0;
	rc = read_range(x);
	return rc == 0 ? 1 : rc;
}

static struct facts_ask
ask_of(struct stats *x)
{
	return (struct facts_ask){ .ask = x->s->sources[x->at].ask,
		                   .ranged = true,
		                   .from = x->from,
		                   .to = x->to,
		                   .cancel = &x->c->cancel,
		                   .late = is_late,
		                   .late_ctx = x };
}

/* Walk through the snapshots as far as the time lets; `f` adds of one. */
static int
stats_walk(struct stats *x,
           int (*f)(void *ctx, struct stats *x, const struct facts_ask *ask),
           void *ctx)
{
	int rc = 0;

	while (rc == 0 && x->at < x->s->n) {
		struct facts_ask ask = ask_of(x);

		rc = f(ctx, x, &ask);
		if (rc != 0 || !x->state.counts.complete)
			return rc;
		x->at++;
		x->state.place = (struct facts_place){ .begun = false };
		if (x->at < x->s->n)
			x->state.counts.complete = false;
	}
	if (x->s->n == 0)
		x->state.counts.complete = true;
	return rc;
}

/* ---- where to go on ---- */

static struct str
cursor_of(struct stats *x)
{
	const struct facts_place *p = &x->state.place;

	if (x->state.counts.complete)
		return STR_NONE;
	return arena_printf(&x->c->arena, "%zu_%d_%" PRId64 "_%" PRId64, x->at,
	                    p->begun + 2 * p->doubtful, p->ts, p->id);
}

static bool
read_cursor(struct stats *x)
{
	struct str rest = call_param(x->c, "after"), at, flags, ts;
	uint64_t n, bits;

	if (rest.n == 0)
		return true;
	if (str_split1(rest, '_', &at, &rest) &&
	    str_split1(rest, '_', &flags, &rest) &&
	    str_split1(rest, '_', &ts, &rest) && str_u64(at, &n) == 0 &&
	    n <= x->s->n && str_u64(flags, &bits) == 0 && bits < 4 &&
	    str_i64(ts, &x->state.place.ts) == 0 &&
	    str_i64(rest, &x->state.place.id) == 0) {
		x->at = (size_t)n;
		x->state.place.begun = (bits & 1) != 0;
		x->state.place.doubtful = (bits & 2) != 0;
		return true;
	}
	(void)call_error(x->c, CALL_BAD_PARAMETER,
	                 "after: no cursor that a reply has given");
	return false;
}

static void
put_counts(struct stats *x, struct json_out *j, struct str next)
{
	struct page_counts n = { .scanned = x->state.counts.scanned,
		                 .matched = x->state.counts.matched,
		                 .undecided = x->state.counts.undecided,
		                 .complete = x->state.counts.complete &&
		                             x->s->whole,
		                 .next = next };

	page_put(j, &n);
}

static void
put_percentile(struct json_out *j, const char *key, const struct quantile *q,
               unsigned percent)
{
	jout_put(j, key);
	if (q->n == 0)
		jout_null(j);
	else
		jout_double(j, (double)quantile_at(q, percent) / MICROS_A_MS);
}

static void
put_percentiles(struct json_out *j, const struct quantile *q)
{
	put_percentile(j, "p50", q, 50);
	put_percentile(j, "p90", q, 90);
	put_percentile(j, "p99", q, 99);
}

static void
put_instant(struct json_out *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	jout_put_str(j, key, clock_format(t, text));
}

/* ---- histogram ---- */

static int
add_histogram(void *ctx, struct stats *x, const struct facts_ask *ask)
{
	return histogram_add(ctx, x->s->sources[x->at].opened, ask, &x->state,
	                     &x->c->err);
}

static void
put_bucket(struct json_out *j, const struct histogram *h, size_t i)
{
	const struct histogram_bucket *b = &h->bucket[i];

	jout_begin_object(j);
	jout_put_uint(j, "i", i);
	jout_put_uint(j, "n", b->n);
	jout_put(j, "classes");
	jout_begin_object(j);
	for (unsigned k = 0; k < OUTCOME_COUNT; k++)
		if (b->outcomes[k] > 0)
			jout_put_uint(j, outcome_name((enum outcome)k),
			              b->outcomes[k]);
	jout_end_object(j);
	jout_put(j, "protocols");
	jout_begin_object(j);
	for (size_t k = 0; k < h->nmacros; k++)
		if (b->protocols[k] > 0)
			jout_put_uint(j, h->macro[k], b->protocols[k]);
	jout_end_object(j);
	put_percentiles(j, &b->micros);
	jout_end_object(j);
}

/* Entries of the range without the query, and streams with gaps with it. */
static int
count_around(struct stats *x, uint64_t *ret_all, uint64_t *ret_gaps)
{
	int rc = 0;

	*ret_all = *ret_gaps = 0;
	for (size_t i = 0; i < x->s->n && rc == 0; i++) {
		struct index_reader *r = opened_index(x->s->sources[i].opened);
		const struct ask *ask = x->s->sources[i].ask;
		struct index_where w = ask->over;
		uint64_t all = 0, gaps = 0;

		w.ranged = true;
		w.from = x->from;
		w.to = x->to;
		rc = index_chart_count(r, x->from, x->to, &x->c->err, &all);
		/* Without its secondary indexes that would take too long. */
		if (rc == 0 && index_sealed(r))
			rc = index_gap_streams(
			    r, &w, ask->under.sql != NULL ? &ask->under : NULL,
			    &x->c->err, &gaps);
		*ret_all += all;
		*ret_gaps += gaps;
	}
	return rc;
}

static void
put_histogram(struct stats *x, const struct histogram *h, uint64_t all,
              uint64_t gaps)
{
	struct json_out *j = call_json(x->c);

	jout_begin_object(j);
	put_instant(j, "from", x->from);
	put_instant(j, "to", x->to);
	jout_put(j, "startMs");
	jout_double(j, (double)h->from / (double)CLOCK_MSEC);
	jout_put_int(j, "bucketMs", h->width / CLOCK_MSEC);
	jout_put(j, "buckets");
	jout_begin_array(j);
	for (size_t i = 0; i < h->n; i++)
		if (h->bucket[i].n > 0)
			put_bucket(j, h, i);
	jout_end_array(j);
	jout_put_uint(j, "all", all);
	jout_put_uint(j, "incomplete", h->incomplete);
	jout_put_uint(j, "gapStreams", gaps);
	put_counts(x, j, cursor_of(x));
	jout_end_object(j);
}

static void
release_histogram(void *ctx)
{
	histogram_release(ctx);
}

int
api_histogram(struct call *c)
{
	struct call_range range = { 1, HISTOGRAM_BUCKETS, BUCKETS };
	struct histogram *h = arena_zalloc(&c->arena, sizeof(*h));
	struct stats *x;
	uint64_t buckets, all, gaps;
	int rc = h == NULL ? ERR_NOMEM : stats_read(c, &x);

	if (rc != 1)
		return rc;
	if (!call_number(c, "buckets", range, &buckets) || !read_cursor(x))
		return 0;
	rc = histogram_init(h, x->from, x->to, (size_t)buckets);
	if (rc != 0)
		return rc;
	call_defer(c, release_histogram, h);
	rc = stats_walk(x, add_histogram, h);
	if (rc == 0)
		rc = count_around(x, &all, &gaps);
	if (rc == 0)
		put_histogram(x, h, all, gaps);
	return rc;
}

/* ---- top ---- */

static int
add_top(void *ctx, struct stats *x, const struct facts_ask *ask)
{
	return top_add(ctx, x->s->sources[x->at].opened, ask, &x->state,
	               &x->c->err);
}

/* field == value; nothing when that is no condition. */
static void
put_condition(struct stats *x, struct json_out *j, struct str field,
              const struct top_value *v)
{
	struct arena *a = &x->c->arena;
	struct str value = v->kind == TOP_STRING ? kfl_literal_quote(v->text, a)
	                                         : v->text;

	if (v->kind != TOP_NULL && v->text.n < TOP_TEXT)
		jout_put_str(j, "query",
		             arena_printf(a, STR_FMT " == " STR_FMT,
		                          STR_ARG(field), STR_ARG(value)));
}

static void
put_value(struct json_out *j, const struct top_value *v)
{
	jout_put(j, "value");
	switch (v->kind) {
	case TOP_NULL:
		jout_null(j);
		break;
	case TOP_TRUTH:
		jout_bool(j, str_eq(v->text, STR("true")));
		break;
	case TOP_NUMBER:
		/* As kfl writes them; what JSON cannot say is a text. */
		if (v->text.n > 0 && v->text.p[v->text.n - 1] <= '9')
			jout_raw(j, v->text);
		else
			jout_str(j, v->text);
		break;
	default:
		jout_str(j, v->text);
		break;
	}
}

static void
put_top(struct stats *x, const struct top *t, struct str field, uint64_t limit)
{
	struct json_out *j = call_json(x->c);
	struct str next;

	jout_begin_object(j);
	jout_put_str(j, "field", field);
	jout_put(j, "values");
	jout_begin_array(j);
	for (size_t i = 0; i < t->n && i < limit; i++) {
		jout_begin_object(j);
		put_value(j, &t->value[i]);
		jout_put_uint(j, "count", t->value[i].count);
		put_condition(x, j, field, &t->value[i]);
		jout_end_object(j);
	}
	jout_end_array(j);
	jout_put_uint(j, "distinct", t->n);
	/* More values than are told apart: what is told is not all. */
	next = cursor_of(x);
	if (t->left_out > 0)
		x->state.counts.complete = false;
	put_counts(x, j, next);
	jout_end_object(j);
}

static void
release_top(void *ctx)
{
	top_release(ctx);
}

int
api_top(struct call *c)
{
	struct top *t = arena_zalloc(&c->arena, sizeof(*t));
	struct str field = call_param(c, "field");
	struct stats *x;
	uint64_t limit;
	int rc;

	if (field.n == 0)
		return call_error(c, CALL_BAD_PARAMETER, "field is wanted");
	rc = t == NULL ? ERR_NOMEM : stats_read(c, &x);
	if (rc != 1)
		return rc;
	if (!page_limit(c, TOP, &limit) || !read_cursor(x))
		return 0;
	call_defer(c, release_top, t);
	rc = top_init(t, field, call_param(c, "prefix"), &c->err);
	if (rc == ERR_SYNTAX)
		return call_error(c, CALL_BAD_PARAMETER, "field: %s",
		                  c->err.text);
	if (rc == 0)
		rc = stats_walk(x, add_top, t);
	if (rc != 0)
		return rc;
	top_sort(t);
	put_top(x, t, field, limit);
	return 0;
}

/* ---- map ---- */

static int
add_graph(void *ctx, struct stats *x, const struct facts_ask *ask)
{
	return graph_add(ctx, x->s->sources[x->at].opened, ask, &x->state,
	                 &x->c->err);
}

/* What selects entries of a node, as source ("src") or destination. */
static struct str
condition_of(struct arena *a, const char *side, const struct graph_node *n)
{
	char text[ADDR_TEXT];

	if (n->name.n > 0)
		return arena_printf(a, "%s.name == " STR_FMT, side,
		                    STR_ARG(kfl_literal_quote(n->name, a)));
	return arena_printf(a, "%s.ip == \"%s\"", side,
	                    addr_format(&n->ip[0], text));
}

static void
put_node(struct stats *x, struct json_out *j, const struct graph_node *n)
{
	struct arena *a = &x->c->arena;
	struct str src = condition_of(a, "src", n);
	struct str dst = condition_of(a, "dst", n);
	char text[ADDR_TEXT];

	jout_begin_object(j);
	jout_put_str(j, "id", n->id);
	jout_put_str(j, "name", n->name.n > 0 ? n->name : n->id);
	jout_put_str(j, "namespace", n->ns);
	jout_put(j, "ips");
	jout_begin_array(j);
	for (size_t i = 0; i < n->nips; i++)
		jout_str(j, str_from_c(addr_format(&n->ip[i], text)));
	jout_end_array(j);
	jout_put_uint(j, "entries", n->entries);
	jout_put_str(j, "query",
	             arena_printf(a, STR_FMT " or " STR_FMT, STR_ARG(src),
	                          STR_ARG(dst)));
	jout_end_object(j);
}

static void
put_edge(struct stats *x, struct json_out *j, const struct graph *g,
         const struct graph_edge *e)
{
	struct arena *a = &x->c->arena;
	const struct graph_node *from = &g->node[e->from];
	const struct graph_node *to = &g->node[e->to];
	double seconds = (double)(x->to - x->from) / (double)CLOCK_SEC;
	struct str src = condition_of(a, "src", from);
	struct str dst = condition_of(a, "dst", to);

	jout_begin_object(j);
	jout_put_str(j, "from", from->id);
	jout_put_str(j, "to", to->id);
	jout_put_str(j, "protocol", str_from_c(e->protocol->macro));
	jout_put_str(j, "abbr", str_from_c(e->protocol->abbr));
	jout_put_uint(j, "count", e->count);
	jout_put_uint(j, "errors", e->errors);
	jout_put(j, "rate");
	jout_double(j, seconds > 0 ? (double)e->count / seconds : 0);
	put_percentiles(j, &e->micros);
	jout_put_uint(j, "requestBytes", e->req_bytes);
	jout_put_uint(j, "responseBytes", e->res_bytes);
	jout_put_str(j, "query",
	             arena_printf(a, "%s and " STR_FMT " and " STR_FMT,
	                          e->protocol->macro, STR_ARG(src),
	                          STR_ARG(dst)));
	jout_end_object(j);
}

static void
put_map(struct stats *x, const struct graph *g)
{
	struct json_out *j = call_json(x->c);
	struct str next;

	jout_begin_object(j);
	jout_put(j, "nodes");
	jout_begin_array(j);
	for (size_t i = 0; i < g->nnodes; i++)
		put_node(x, j, &g->node[i]);
	jout_end_array(j);
	jout_put(j, "edges");
	jout_begin_array(j);
	for (size_t i = 0; i < g->nedges; i++)
		put_edge(x, j, g, &g->edge[i]);
	jout_end_array(j);
	jout_put(j, "seconds");
	jout_double(j, (double)(x->to - x->from) / (double)CLOCK_SEC);
	next = cursor_of(x);
	if (g->left_out > 0)
		x->state.counts.complete = false;
	put_counts(x, j, next);
	jout_end_object(j);
}

static void
release_graph(void *ctx)
{
	graph_release(ctx);
}

int
api_map(struct call *c)
{
	struct graph *g = arena_zalloc(&c->arena, sizeof(*g));
	struct stats *x;
	int rc = g == NULL ? ERR_NOMEM : stats_read(c, &x);

	if (rc != 1)
		return rc;
	if (!read_cursor(x))
		return 0;
	rc = graph_init(g);
	if (rc != 0)
		return rc;
	call_defer(c, release_graph, g);
	rc = stats_walk(x, add_graph, g);
	if (rc == 0)
		rc = graph_sort(g);
	if (rc == 0)
		put_map(x, g);
	return rc == 0 ? arena_error(&c->arena) : rc;
}
