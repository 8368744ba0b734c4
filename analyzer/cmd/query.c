/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer query: list entries of one or several snapshots. */
#include <inttypes.h>

#include "analyzer/cmd/asked.h"
#include "analyzer/cmd/asking.h"
#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/explaining.h"
#include "analyzer/cmd/listing.h"
#include "analyzer/entry/sink.h"
#include "analyzer/query/full.h"
#include "analyzer/query/merge.h"

/* One whole entry as JSON: both bodies at their limit, in base64. */
#define ENTRY_JSON_MAX ((size_t)256 << 20)

struct query {
	struct cmd *c;
	struct buf file; /* what stands in a file */
	struct asked asked;
	struct listing listing;
	struct buf json; /* one whole entry */
	struct merge_counts counts;
	uint64_t unreadable;
	struct err first; /* why the first of them was */
};

/* ---- printing ---- */

static int
print_base(struct query *q, struct merge *m)
{
	struct json_out j;
	struct sink_json sink;
	int rc;

	term_json(&q->c->out, &j);
	sink_json_init(&sink, &j);
	rc = merge_base(m, &sink.sink);
	if (rc == 0) {
		jout_newline(&j);
		rc = jout_finish(&j);
	}
	return rc;
}

/* An entry that cannot be read in full must not leave half a line. */
static int
print_full(struct query *q, struct merge *m)
{
	struct err e = ERR_INIT;
	struct json_out j;
	struct sink_json sink;
	int rc;

	buf_clear(&q->json);
	jout_init_buf(&j, &q->json);
	sink_json_init(&sink, &j);
	rc = merge_entry(m, &sink.sink, &e);
	if (rc == 0) {
		jout_newline(&j);
		rc = jout_finish(&j);
	}
	if (rc == 0) {
		term_bytes(&q->c->out, buf_str(&q->json));
		return 0;
	}
	if (q->unreadable++ == 0) {
		q->first = e;
		if (e.text[0] == '\0')
			(void)err_set(&q->first, rc, "%s", err_text(rc));
	}
	return 0;
}

static int
print(struct query *q, struct merge *m, const struct merge_row *row)
{
	const struct merge_source *s = &q->asked.merged[row->source];
	const struct options *o = q->c->opt;
	struct veil veil;

	if (o->full)
		return print_full(q, m);
	if (o->json)
		return print_base(q, m);
	merge_veil(m, &veil);
	listing_row(&q->listing, s->opened, row->entry, s->names.snapshot,
	            &veil);
	return 0;
}

/* ---- running ---- */

static struct run_query
run_query_of(const struct query *q)
{
	const struct options *o = q->c->opt;

	return (struct run_query){ .limit = o->limited ? o->limit : 0 };
}

static int
list(struct query *q, struct err *e)
{
	struct run_query rq = run_query_of(q);
	struct merge_row row;
	struct merge *m;
	int rc = merge_open(q->asked.merged, q->asked.n, &rq, NULL, e, &m);

	if (rc != 0)
		return rc;
	while (!cmd_stopped(q->c) && (rc = merge_next(m, &row, e)) == 1) {
		rc = print(q, m, &row);
		if (rc != 0) {
			err_set(e, rc, "%s", err_text(rc));
			break;
		}
	}
	merge_counts(m, &q->counts);
	merge_free(m);
	return rc;
}

static int
count(struct query *q, struct err *e)
{
	struct run_query rq = run_query_of(q);
	int rc = merge_count(q->asked.merged, q->asked.n, &rq, e, &q->counts);

	if (rc == 0)
		term_printf(&q->c->out, "%" PRIu64 "\n", q->counts.matched);
	return rc;
}

static int
explain_one(struct query *q, const struct merge_source *s, struct err *e)
{
	struct run_query rq = run_query_of(q);
	struct term *t = &q->c->out;
	struct sink_json sink;
	struct json_out j;
	struct explain x;
	int rc;

	rq.ask = s->ask;
	rq.names = s->names;
	rc = explain_query(s->opened, &rq, e, &x);
	if (rc == 0)
		rc = explain_run(s->opened, &rq, e, &x);
	if (rc == 0 && q->c->opt->json) {
		term_json(t, &j);
		sink_json_init(&sink, &j);
		rc = explain_emit(&x, &sink.sink);
		jout_newline(&j);
		rc = rc == 0 ? jout_finish(&j) : rc;
	} else if (rc == 0) {
		explaining_text(t, &x);
	}
	q->counts.matched += x.counts.matched;
	explain_release(&x);
	return rc;
}

static int
explain(struct query *q, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < q->asked.n && rc == 0; i++)
		rc = explain_one(q, &q->asked.merged[i], e);
	return rc;
}

static int
answer(struct query *q, struct err *e)
{
	const struct options *o = q->c->opt;

	if (o->explain)
		return explain(q, e);
	if (o->limited && o->limit == 0) {
		if (o->count)
			term_printf(&q->c->out, "0\n");
		return 0;
	}
	return o->count ? count(q, e) : list(q, e);
}

/* What could not be decided or shown is said, and makes the exit status 4. */
static void
tell_undecided(struct query *q)
{
	uint64_t n = q->unreadable + q->counts.undecided;

	if (n == 0)
		return;
	q->c->partial = true;
	cmd_note(
	    q->c,
	    "%" PRIu64 " entries were left out, because they cannot be "
	    "read in full; the first: %s",
	    n, q->counts.undecided > 0 ? q->counts.first.text : q->first.text);
}

/* What a script asks: is there one, is there none? */
static void
judge(struct query *q)
{
	const struct options *o = q->c->opt;
	bool found = q->counts.matched > 0;

	if ((o->fail_if_found && found) || (o->fail_if_empty && !found))
		q->c->findings = true;
}

int
cmd_query(struct cmd *c, struct err *e)
{
	const struct options *o = c->opt;
	struct query q = { .c = c };
	size_t n = asked_inputs(o);
	const char *text;
	int rc = cmd_arguments(c, 1, SIZE_MAX, e);

	if (rc != 0)
		return rc;
	buf_init(&q.json, ENTRY_JSON_MAX);
	buf_init(&q.file, 2 * (size_t)KFL_TEXT_MAX);
	rc = asking_text(n < o->nargs ? o->args[n] : "", &q.file, e, &text);
	if (rc == 0)
		rc = asked_open(&q.asked, c, n, text, e);
	if (rc == 0) {
		listing_init(&q.listing, &c->out, n > 1);
		rc = answer(&q, e);
		tell_undecided(&q);
		if (rc == 0)
			judge(&q);
	}
	asked_release(&q.asked);
	buf_release(&q.json);
	buf_release(&q.file);
	return rc;
}
