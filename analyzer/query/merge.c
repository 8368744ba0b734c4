/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/merge.h"

#include "base/mem.h"

/* What a snapshot has to offer. */
enum offer {
	OFFER_NONE, /* not asked yet */
	OFFER_ROW,
	OFFER_PAUSE, /* it stopped early: nothing is known behind `key` */
	OFFER_END,
};

struct part {
	struct merge_source source;
	struct run *run;
	enum offer offer;
	struct index_entry row; /* OFFER_ROW */
	struct index_key key;   /* OFFER_ROW, OFFER_PAUSE */
};

struct merge {
	struct part *parts;
	size_t n;
	struct run_query q;
	uint64_t delivered;
	size_t at; /* the part whose row was delivered last */
	bool started, complete;
	struct merge_key next;
};

/* ---- order ---- */

static int
sign(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Does a part's offer come before another's? */
static bool
before(const struct merge *m, const struct part *a, const struct part *b)
{
	int c = sign(a->key.value, b->key.value);

	if (c == 0)
		c = sign(a->source.names.snapshot, b->source.names.snapshot);
	if (c == 0)
		c = sign(a->key.id, b->key.id);
	return m->q.desc ? c > 0 : c < 0;
}

/* Where a snapshot has to begin to be behind the key. */
static struct index_key
key_in(const struct merge_key *after, unsigned snapshot)
{
	struct index_key key = after->key;

	if (snapshot > after->snapshot)
		key.id = INT64_MIN;
	else if (snapshot < after->snapshot)
		key.id = INT64_MAX;
	return key;
}

/* ---- opening ---- */

/* Limits of matches are counted here, over all. */
static uint64_t
limit_of(const struct merge_source *sources, size_t n,
         const struct run_query *q, bool *ret_none)
{
	uint64_t in_query = n > 0 ? sources[0].ask->limit : 0;
	uint64_t limit = q->limit;

	*ret_none = in_query > 0 && q->earlier >= in_query;
	if (in_query == 0 || *ret_none)
		return limit;
	in_query -= q->earlier;
	return limit == 0 || in_query < limit ? in_query : limit;
}

static int
open_part(struct merge *m, struct part *p, const struct merge_key *after,
          struct err *e)
{
	struct run_query q = m->q;

	q.ask = p->source.ask;
	q.names = p->source.names;
	q.after = after != NULL;
	if (after != NULL)
		q.key = key_in(after, p->source.names.snapshot);
	return run_open(p->source.opened, &q, e, &p->run);
}

int
merge_open(const struct merge_source *sources, size_t n,
           const struct run_query *q, const struct merge_key *after,
           struct err *e, struct merge **ret_merge)
{
	struct merge *m = mem_zalloc(sizeof(*m));
	int rc = 0;

	if (m != NULL)
		m->parts = mem_array(n + 1, sizeof(*m->parts));
	if (m == NULL || m->parts == NULL) {
		mem_free(m);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	m->q = *q;
	m->q.limit = limit_of(sources, n, q, &m->complete);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct part *p = &m->parts[m->n++];

		*p = (struct part){ .source = sources[i] };
		rc = open_part(m, p, after, e);
	}
	if (rc != 0) {
		merge_free(m);
		return rc;
	}
	*ret_merge = m;
	return 0;
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++)
		run_free(m->parts[i].run);
	mem_free(m->parts);
	mem_free(m);
}

/* ---- running ---- */

static int
ask_part(struct merge *m, struct part *p, struct err *e)
{
	const struct run_counts *n = run_counts(p->run);
	int rc = run_next(p->run, &p->row, e);

	if (rc < 0)
		return rc;
	p->offer = rc == 1 ? OFFER_ROW : n->complete ? OFFER_END : OFFER_PAUSE;
	if (rc == 1)
		p->key = index_key_of(m->q.order, &p->row);
	else
		p->key = n->next;
	return 0;
}

/* The part whose offer comes first, every one having made one; or NULL. */
static int
first_part(struct merge *m, struct err *e, struct part **ret_first)
{
	struct part *first = NULL;

	for (size_t i = 0; i < m->n; i++) {
		struct part *p = &m->parts[i];
		int rc = p->offer == OFFER_NONE ? ask_part(m, p, e) : 0;

		if (rc != 0)
			return rc;
		if (p->offer != OFFER_END &&
		    (first == NULL || before(m, p, first)))
			first = p;
	}
	*ret_first = first;
	return 0;
}

static void
move_to(struct merge *m, const struct part *p)
{
	m->started = true;
	m->next.key = p->key;
	m->next.snapshot = p->source.names.snapshot;
}

int
merge_next(struct merge *m, struct merge_row *ret_row, struct err *e)
{
	struct part *p = NULL;
	int rc;

	if (m->complete || (m->q.limit > 0 && m->delivered >= m->q.limit))
		return 0;
	if (m->delivered > 0)
		m->parts[m->at].offer = OFFER_NONE;
	rc = first_part(m, e, &p);
	if (rc != 0)
		return rc;
	m->complete = p == NULL;
	if (p == NULL)
		return 0;
	move_to(m, p);
	if (p->offer == OFFER_PAUSE)
		return 0;
	m->at = (size_t)(p - m->parts);
	m->delivered++;
	*ret_row = (struct merge_row){ .source = m->at, .entry = &p->row };
	return 1;
}

int
merge_entry(struct merge *m, struct sink *out, struct err *e)
{
	struct part *p = &m->parts[m->at];

	return run_entry(p->run, &p->row, out, e);
}

int
merge_base(struct merge *m, struct sink *out)
{
	struct part *p = &m->parts[m->at];

	return run_base(p->run, &p->row, out);
}

void
merge_veil(const struct merge *m, struct veil *ret_veil)
{
	const struct part *p = &m->parts[m->at];

	run_veil(p->run, &p->row, ret_veil);
}

/* ---- counting ---- */

static void
add_counts(struct merge_counts *sum, const struct run_counts *n)
{
	if (sum->undecided == 0 && n->undecided > 0)
		sum->first = n->first;
	sum->scanned += n->scanned;
	sum->matched += n->matched;
	sum->read += n->read;
	sum->undecided += n->undecided;
}

void
merge_counts(const struct merge *m, struct merge_counts *ret_counts)
{
	struct merge_counts sum = { .complete = m->complete,
		                    .started = m->started,
		                    .next = m->next };

	for (size_t i = 0; i < m->n; i++)
		add_counts(&sum, run_counts(m->parts[i].run));
	/* Rows that were found and not delivered yet do not count. */
	sum.matched = m->delivered;
	*ret_counts = sum;
}

int
merge_count(const struct merge_source *sources, size_t n,
            const struct run_query *q, struct err *e,
            struct merge_counts *ret_counts)
{
	struct merge_counts sum = { .complete = true };
	struct run_query one = *q;
	bool none;

	one.limit = limit_of(sources, n, q, &none);
	for (size_t i = 0; i < n && !none; i++) {
		struct run_counts counts;
		int rc;

		one.ask = sources[i].ask;
		rc = run_count(sources[i].opened, &one, e, &counts);
		if (rc != 0)
			return rc;
		add_counts(&sum, &counts);
	}
	if (one.limit > 0 && sum.matched > one.limit)
		sum.matched = one.limit;
	*ret_counts = sum;
	return 0;
}
