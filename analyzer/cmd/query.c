/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer query: list entries of one or several snapshots. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/listing.h"
#include "analyzer/entry/sink.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/full.h"
#include "analyzer/query/run.h"
#include "base/mem.h"

/* One whole entry as JSON: both bodies at their limit, in base64. */
#define ENTRY_JSON_MAX ((size_t)256 << 20)

/* One of the snapshots that are being merged. */
struct source {
	struct session session;
	unsigned ordinal; /* from 1, by place on the command line */
	struct ask ask;
	struct run *run;
	struct index_entry row; /* the next one to be printed */
	bool has_row;
};

struct query {
	struct cmd *c;
	const char *text; /* the query as typed */
	struct source *sources;
	size_t nsources;
	bool many; /* more than one snapshot was named */
	struct listing listing;
	struct buf json; /* one whole entry */
	uint64_t unreadable;
	struct err first; /* why the first of them was */
};

/* ---- the snapshots ---- */

static bool
is_input(const char *arg)
{
	return strcmp(arg, "-") == 0 || access(arg, F_OK) == 0;
}

/* How many of the arguments are snapshots; the query may be behind them. */
static size_t
count_inputs(const struct options *o)
{
	if (o->nargs > 1 && !is_input(o->args[o->nargs - 1]))
		return o->nargs - 1;
	return o->nargs;
}

static int
open_sources(struct query *q, size_t n, struct err *e)
{
	q->many = n > 1;
	q->sources = mem_array(n, sizeof(*q->sources));
	if (q->sources == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct source *s = &q->sources[q->nsources];

		if (!cmd_session(q->c, q->c->opt->args[i], &s->session))
			continue;
		s->ordinal = (unsigned)i + 1;
		q->nsources++;
	}
	return 0;
}

static void
release(struct query *q)
{
	for (size_t i = 0; i < q->nsources; i++) {
		run_free(q->sources[i].run);
		ask_release(&q->sources[i].ask);
		session_close(&q->sources[i].session);
	}
	mem_free(q->sources);
	buf_release(&q->json);
}

/* ---- running ---- */

static struct full_names
names_of(const struct query *q, const struct source *s)
{
	return (struct full_names){ .snapshot = q->many ? s->ordinal : 0 };
}

static int
open_run(struct query *q, struct source *s, struct err *e)
{
	struct run_query rq = {
		.over = s->ask.over,
		.under = s->ask.under,
		.kfl = s->ask.kfl,
		.names = names_of(q, s),
		.limit = q->c->opt->limited ? q->c->opt->limit : 0,
	};

	return run_open(s->session.opened, &rq, e, &s->run);
}

/* Says what is wrong with the query and shows where. */
static int
refuse(struct query *q, const struct ask *a, struct err *e)
{
	if (a->explain.n == 0)
		return e->code;
	cmd_note(q->c, "%s", e->text);
	term_block(&q->c->err, "  ", buf_str(&a->explain));
	return err_set(e, ERR_USAGE,
	               "the query was not run; see 'analyzer help query'");
}

/* A line of a list is made from the index, which redact() does not alter. */
static bool
shows_redacted(const struct query *q, const struct ask *a)
{
	const struct options *o = q->c->opt;

	return a->kfl != NULL && a->kfl->redacts && !o->full && !o->count;
}

static int
prepare(struct query *q, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < q->nsources && rc == 0; i++) {
		struct source *s = &q->sources[i];

		rc = ask_prepare(str_from_c(q->text), s->session.opened,
		                 q->c->opt->lenient, e, &s->ask);
		if (rc == ERR_USAGE)
			rc = refuse(q, &s->ask, e);
		if (rc == 0 && shows_redacted(q, &s->ask))
			rc = err_set(e, ERR_USAGE,
			             "redact() hides parts of whole entries; "
			             "lists would still show them: add --full");
	}
	return rc;
}

/* ---- counting ---- */

/* A query that the index answers is counted there, any other by running. */
static int
count_source(struct query *q, struct source *s, struct err *e,
             uint64_t *ret_count)
{
	int rc = 1;

	if (s->ask.kfl == NULL)
		return index_count(opened_index(s->session.opened),
		                   &s->ask.over, e, ret_count);
	rc = open_run(q, s, e);
	while (rc == 0 && !cmd_stopped(q->c)) {
		int found = run_next(s->run, &s->row, e);

		if (found <= 0) {
			rc = found;
			break;
		}
	}
	*ret_count = s->run != NULL ? run_counts(s->run)->matched : 0;
	return rc;
}

static int
count(struct query *q, struct err *e)
{
	const struct options *o = q->c->opt;
	uint64_t total = 0, n;

	for (size_t i = 0; i < q->nsources; i++) {
		int rc = count_source(q, &q->sources[i], e, &n);

		if (rc != 0)
			return rc;
		total += n;
	}
	if (o->limited && total > o->limit)
		total = o->limit;
	term_printf(&q->c->out, "%" PRIu64 "\n", total);
	return 0;
}

/* ---- merging ---- */

static int
advance(struct source *s, struct err *e)
{
	int rc = run_next(s->run, &s->row, e);

	s->has_row = rc == 1;
	return rc < 0 ? rc : 0;
}

static int
start(struct query *q, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < q->nsources && rc == 0; i++) {
		rc = open_run(q, &q->sources[i], e);
		if (rc == 0)
			rc = advance(&q->sources[i], e);
	}
	return rc;
}

/* By (time, snapshot, id): the sources are in the order of the snapshots, and
 * each gives its rows by (time, id). */
static struct source *
earliest(struct query *q)
{
	struct source *best = NULL;

	for (size_t i = 0; i < q->nsources; i++) {
		struct source *s = &q->sources[i];

		if (s->has_row &&
		    (best == NULL ||
		     entry_time(&s->row.e) < entry_time(&best->row.e)))
			best = s;
	}
	return best;
}

/* ---- printing ---- */

static int
print_base(struct query *q, struct source *s)
{
	struct full_names names = names_of(q, s);
	struct json_out j;
	struct sink_json sink;
	int rc;

	term_json(&q->c->out, &j);
	sink_json_init(&sink, &j);
	rc = full_base(s->session.opened, &s->row, &names, &sink.sink);
	if (rc == 0) {
		jout_newline(&j);
		rc = jout_finish(&j);
	}
	return rc;
}

/* An entry that cannot be read in full must not leave half a line. */
static int
print_full(struct query *q, struct source *s)
{
	struct err e = ERR_INIT;
	struct json_out j;
	struct sink_json sink;
	int rc;

	buf_clear(&q->json);
	jout_init_buf(&j, &q->json);
	sink_json_init(&sink, &j);
	rc = run_entry(s->run, &s->row, &sink.sink, &e);
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
print(struct query *q, struct source *s)
{
	const struct options *o = q->c->opt;

	if (o->full)
		return print_full(q, s);
	if (o->json)
		return print_base(q, s);
	listing_row(&q->listing, s->session.opened, &s->row,
	            q->many ? s->ordinal : 0);
	return 0;
}

static int
list(struct query *q, struct err *e)
{
	const struct options *o = q->c->opt;
	struct source *s;
	uint64_t n = 0;
	int rc;

	if (o->limited && o->limit == 0)
		return 0;
	rc = start(q, e);
	while (rc == 0 && !cmd_stopped(q->c) && (s = earliest(q)) != NULL) {
		rc = print(q, s);
		if (rc != 0)
			return err_set(e, rc, "%s", err_text(rc));
		if (o->limited && ++n == o->limit)
			break;
		rc = advance(s, e);
	}
	return rc;
}

/* What could not be decided or shown is said, and makes the exit status 4. */
static void
tell_undecided(struct query *q)
{
	for (size_t i = 0; i < q->nsources; i++) {
		const struct run_counts *n;

		if (q->sources[i].run == NULL)
			continue;
		n = run_counts(q->sources[i].run);
		if (n->undecided > 0 && q->unreadable == 0)
			q->first = n->first;
		q->unreadable += n->undecided;
	}
	if (q->unreadable == 0)
		return;
	q->c->partial = true;
	cmd_note(q->c,
	         "%" PRIu64 " entries were left out, because they cannot be "
	         "read in full; the first: %s",
	         q->unreadable, q->first.text);
}

int
cmd_query(struct cmd *c, struct err *e)
{
	const struct options *o = c->opt;
	struct query q = { .c = c };
	size_t n = count_inputs(o);
	int rc = cmd_arguments(c, 1, SIZE_MAX, e);

	if (rc != 0)
		return rc;
	q.text = n < o->nargs ? o->args[n] : "";
	buf_init(&q.json, ENTRY_JSON_MAX);
	rc = open_sources(&q, n, e);
	if (rc == 0)
		rc = prepare(&q, e);
	if (rc == 0) {
		listing_init(&q.listing, &c->out, q.many);
		rc = o->count ? count(&q, e) : list(&q, e);
		tell_undecided(&q);
	}
	release(&q);
	return rc;
}
