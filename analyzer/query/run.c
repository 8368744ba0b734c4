/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/run.h"

#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/gather.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/want.h"
#include "analyzer/query/layer.h"
#include "base/buf.h"
#include "base/mem.h"

enum {
	/* Streams kept open, in sets that a stream has one of: so many
	 * connections of a cluster talk at the same time. */
	RUN_SETS = 256,
	RUN_WAYS = 4,
	RUN_WANTS = 1 << 20, /* bytes of the names that a query asks for */
	RUN_SQL = 1 << 21,   /* bytes of both conditions */
};

/* An entry with both bodies at their limit, and their JSON beside them. */
#define RUN_DOC ((size_t)384 << 20)

struct slot {
	struct layer *layer;
	int64_t stream;
	uint64_t used; /* the larger, the later */
};

struct run {
	struct opened *opened;
	struct run_query q;
	struct index_cursor *cursor;
	struct kfl_doc doc;
	struct kfl_gather gather; /* fills doc */
	const struct kfl_want *want;
	struct arena want_arena;
	struct run_counts counts;
	struct slot slots[RUN_SETS][RUN_WAYS];
	uint64_t clock;
};

/* ---- opening ---- */

/* The smaller of two limits, of which 0 is none. */
static uint64_t
fewer(uint64_t a, uint64_t b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

/* How many matches may be delivered; *ret_none: not even one. */
static uint64_t
limit_of(const struct run_query *q, bool *ret_none)
{
	uint64_t limit = q->ask->limit;

	*ret_none = limit > 0 && q->earlier >= limit;
	return *ret_none ? 0
	                 : fewer(q->limit, limit > 0 ? limit - q->earlier : 0);
}

void
run_select_of(const struct run_query *q, struct index_select *ret_select)
{
	*ret_select = (struct index_select){ .order = q->order,
		                             .desc = q->desc,
		                             .after = q->after,
		                             .key = q->key };
	if (q->plan == RUN_INDEXED)
		ret_select->over = q->ask->over;
	if (q->plan != RUN_EVALUATE)
		ret_select->under = q->ask->under;
	ret_select->over.ranged = q->ranged;
	ret_select->over.from = q->from;
	ret_select->over.to = q->to;
	/* Sorting is cheaper when only so many are asked for. */
	ret_select->limit = q->scan_max;
	if (q->ask->exact && q->plan == RUN_INDEXED)
		ret_select->limit = fewer(q->limit, q->scan_max);
}

static int
open_run(struct run *r, const struct index_select *s, struct err *e)
{
	const struct kfl *kfl = r->q.ask->kfl;
	int rc = 0;

	if (kfl != NULL)
		rc = kfl_wants(kfl, &r->want_arena, &r->want);
	if (rc != 0)
		return err_set(e, rc, "the query: %s", err_text(rc));
	index_watch(opened_index(r->opened), r->q.cancel);
	return index_entries(opened_index(r->opened), s, e, &r->cursor);
}

static int
run_select(struct opened *o, const struct run_query *q,
           const struct index_select *s, struct err *e, struct run **ret_run)
{
	struct run *r = mem_zalloc(sizeof(*r));
	int rc;

	if (r == NULL) {
		err_set(e, ERR_NOMEM, "out of memory");
		return ERR_NOMEM;
	}
	r->opened = o;
	r->q = *q;
	kfl_doc_init(&r->doc, RUN_DOC);
	arena_init(&r->want_arena, RUN_WANTS, 0);
	rc = open_run(r, s, e);
	if (rc != 0) {
		run_free(r);
		return rc;
	}
	*ret_run = r;
	return 0;
}

int
run_open(struct opened *o, const struct run_query *q, struct err *e,
         struct run **ret_run)
{
	struct run_query copy = *q;
	struct index_select select;
	bool none;
	int rc;

	copy.limit = limit_of(q, &none);
	run_select_of(&copy, &select);
	rc = run_select(o, &copy, &select, e, ret_run);
	if (rc == 0)
		(*ret_run)->counts.complete = none;
	return rc;
}

int
run_leap(struct opened *o, const struct run_query *q, uint64_t n, struct err *e,
         struct index_key *ret_key)
{
	struct index_select s;
	int rc;

	if (q->plan != RUN_INDEXED || !q->ask->exact || q->ask->limit > 0)
		return 0;
	run_select_of(q, &s);
	index_watch(opened_index(o), q->cancel);
	rc = index_leap(opened_index(o), &s, n, e, ret_key);
	index_watch(opened_index(o), NULL);
	return rc;
}

void
run_free(struct run *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < RUN_SETS; i++) {
		for (size_t k = 0; k < RUN_WAYS; k++)
			layer_free(r->slots[i][k].layer);
	}
	kfl_doc_release(&r->doc);
	arena_release(&r->want_arena);
	index_cursor_free(r->cursor);
	index_watch(opened_index(r->opened), NULL);
	mem_free(r);
}

const struct run_counts *
run_counts(const struct run *r)
{
	return &r->counts;
}

/* ---- deciding ---- */

/* The set of a stream: the upper bits of a product depend on all of its id. */
static struct slot *
set_of(struct run *r, int64_t stream)
{
	uint64_t h = (uint64_t)stream * UINT64_C(0x9e3779b97f4a7c15);

	return r->slots[h >> 56];
}

_Static_assert(RUN_SETS == 256, "set_of() gives 8 bits");

/* The stream's reader, from its set or in place of the least recent one. */
static int
layer_of(struct run *r, int64_t stream, struct err *e, struct layer **ret_layer)
{
	struct slot *set = set_of(r, stream);
	struct slot *s = NULL, *oldest = &set[0];
	int rc;

	for (size_t i = 0; i < RUN_WAYS && s == NULL; i++) {
		if (set[i].layer != NULL && set[i].stream == stream)
			s = &set[i];
		else if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	if (s == NULL) {
		s = oldest;
		layer_free(s->layer);
		s->layer = NULL;
		rc = layer_open(r->opened, stream, e, &s->layer);
		if (rc != 0)
			return rc;
		s->stream = stream;
	}
	s->used = ++r->clock;
	*ret_layer = s->layer;
	return 0;
}

/* Render the entry into r->doc. */
static int
load(struct run *r, const struct index_entry *entry, struct err *e)
{
	struct layer *layer;
	int rc = layer_of(r, entry->e.stream, e, &layer);

	if (rc != 0)
		return rc;
	kfl_doc_clear(&r->doc);
	kfl_gather_init(&r->gather, &r->doc, r->want);
	r->counts.read++;
	return full_entry(r->opened, entry, &r->q.names, layer, &r->gather.sink,
	                  e);
}

static void
undecided(struct run *r, int rc, const struct err *why)
{
	if (r->counts.undecided++ > 0)
		return;
	r->counts.first = *why;
	if (why->text[0] == '\0')
		(void)err_set(&r->counts.first, rc, "%s", err_text(rc));
}

/* Does a candidate match? What cannot be read is counted, not guessed. */
static int
decide(struct run *r, const struct index_entry *entry, bool sure,
       bool *ret_match, struct err *e)
{
	const struct kfl *kfl = r->q.ask->kfl;
	struct err why = ERR_INIT;
	int rc;

	*ret_match = true;
	if (kfl == NULL || (sure && !kfl->redacts))
		return 0;
	rc = load(r, entry, &why);
	if (rc == 0)
		rc = kfl_eval(kfl, &r->doc, ret_match);
	if (rc == 0)
		return 0;
	*ret_match = false;
	if (rc == ERR_NOMEM)
		return err_set(e, rc, "out of memory");
	if (rc == ERR_CANCELLED) {
		*e = why;
		return rc;
	}
	undecided(r, rc, &why);
	return 0;
}

/* ---- running ---- */

static bool
must_stop(const struct run *r)
{
	const struct run_counts *n = &r->counts;
	const struct run_query *q = &r->q;

	return n->complete || (q->limit > 0 && n->matched >= q->limit) ||
	       (q->scan_max > 0 && n->scanned >= q->scan_max) ||
	       (q->read_max > 0 && n->read >= q->read_max);
}

/* Long stretches of reading are not SQLite's to interrupt. */
static bool
cancelled(const struct run *r)
{
	return r->q.cancel != NULL &&
	       atomic_load_explicit(r->q.cancel, memory_order_relaxed);
}

int
run_next(struct run *r, struct index_entry *ret_entry, struct err *e)
{
	bool match = false;

	while (!match) {
		bool sure;
		int rc;

		if (must_stop(r))
			return 0;
		if (cancelled(r))
			return err_set(e, ERR_CANCELLED, "cancelled");
		rc = index_next(r->cursor, ret_entry, &sure, e);
		r->counts.complete = rc == 0;
		if (rc <= 0)
			return rc;
		r->counts.scanned++;
		r->counts.next = index_key_of(r->q.order, ret_entry);
		rc = decide(r, ret_entry, sure, &match, e);
		if (rc != 0)
			return rc;
	}
	r->counts.matched++;
	return 1;
}

int
run_entry(struct run *r, const struct index_entry *entry, struct sink *out,
          struct err *e)
{
	const struct kfl *kfl = r->q.ask->kfl;
	struct layer *layer;
	int rc;

	if (kfl != NULL && kfl->redacts) {
		kfl_value_emit(r->doc.root, out);
		return out->error;
	}
	rc = layer_of(r, entry->e.stream, e, &layer);
	if (rc != 0)
		return rc;
	return full_entry(r->opened, entry, &r->q.names, layer, out, e);
}

int
run_base(struct run *r, const struct index_entry *entry, struct sink *out)
{
	const struct kfl *kfl = r->q.ask->kfl;

	if (kfl != NULL && kfl->redacts)
		return veil_base(entry, r->doc.root, out);
	return full_base(r->opened, entry, &r->q.names, out);
}

void
run_veil(const struct run *r, const struct index_entry *entry,
         struct veil *ret_veil)
{
	const struct kfl *kfl = r->q.ask->kfl;

	*ret_veil = (struct veil){ .method = false };
	if (kfl != NULL && kfl->redacts)
		veil_look(entry, r->doc.root, ret_veil);
}

/* ---- counting ---- */

/* Rows that may match and are not sure. */
static int
doubtful(const struct ask *a, struct buf *sql, struct buf *binds,
         struct index_where *ret)
{
	const struct index_where *over = &a->over, *under = &a->under;
	int rc = buf_printf(sql, "(%s) AND NOT (%s)", over->sql, under->sql);

	if (rc == 0)
		rc = buf_append_byte(sql, '\0');
	if (rc == 0)
		rc = buf_append(binds, over->binds,
		                over->nbinds * sizeof(*over->binds));
	if (rc == 0)
		rc = buf_append(binds, under->binds,
		                under->nbinds * sizeof(*under->binds));
	if (rc != 0)
		return rc;
	ret->sql = sql->p;
	ret->binds = (const void *)binds->p;
	ret->nbinds = over->nbinds + under->nbinds;
	return 0;
}

static int
run_all(struct opened *o, const struct run_query *q,
        const struct index_select *s, struct err *e, struct run_counts *ret)
{
	struct index_entry entry;
	struct run *r = NULL;
	int rc = run_select(o, q, s, e, &r);

	if (rc != 0)
		return rc;
	do
		rc = run_next(r, &entry, e);
	while (rc == 1);
	*ret = r->counts;
	run_free(r);
	return rc;
}

/* With the rows that only an evaluation can tell. */
static int
count_doubtful(struct opened *o, const struct run_query *q,
               struct index_select *s, struct err *e, struct run_counts *ret)
{
	struct buf sql, binds;
	int rc = 0;

	buf_init(&sql, RUN_SQL);
	buf_init(&binds, RUN_SQL);
	if (q->plan == RUN_INDEXED && s->over.sql != NULL) {
		rc = doubtful(q->ask, &sql, &binds, &s->over);
		s->under = (struct index_where){ .sql = NULL };
	}
	if (rc != 0)
		err_set(e, rc, "the query: %s", err_text(rc));
	else
		rc = run_all(o, q, s, e, ret);
	buf_release(&sql);
	buf_release(&binds);
	return rc;
}

/* In one pass over the index; *ret_rest is how many may match as well. */
static int
count_sure(struct opened *o, const struct run_query *q,
           const struct index_select *s, struct err *e, uint64_t *ret_sure,
           uint64_t *ret_rest)
{
	const struct index_where none = { .sql = NULL };
	bool exact = q->ask->exact;
	uint64_t over = 0, sure = 0;
	int rc;

	index_watch(opened_index(o), q->cancel);
	rc = index_count_sure(opened_index(o), &s->over,
	                      exact ? &none : &s->under, e, &over, &sure);
	index_watch(opened_index(o), NULL);
	if (rc != 0)
		return rc;
	*ret_sure = exact ? over : sure;
	*ret_rest = over - *ret_sure;
	return 0;
}

int
run_count(struct opened *o, const struct run_query *q, struct err *e,
          struct run_counts *ret_counts)
{
	struct run_query copy = { .ask = q->ask,
		                  .ranged = q->ranged,
		                  .from = q->from,
		                  .to = q->to,
		                  .cancel = q->cancel,
		                  .plan = q->plan };
	struct run_counts counts = { .complete = true };
	struct index_select select;
	uint64_t limit, sure = 0, rest = 1;
	bool none;
	int rc = 0;

	limit = limit_of(q, &none);
	run_select_of(&copy, &select);
	if (q->plan == RUN_INDEXED && !none)
		rc = count_sure(o, &copy, &select, e, &sure, &rest);
	none = none || rest == 0 || (limit > 0 && sure >= limit);
	copy.limit = limit > 0 ? limit - sure : 0;
	if (rc == 0 && !none)
		rc = count_doubtful(o, &copy, &select, e, &counts);
	if (rc != 0)
		return rc;
	counts.scanned += sure;
	counts.matched += sure;
	if (limit > 0 && counts.matched > limit)
		counts.matched = limit;
	counts.complete = true;
	*ret_counts = counts;
	return 0;
}
