/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/run.h"

#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/gather.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/want.h"
#include "analyzer/query/layer.h"
#include "base/mem.h"

enum {
	RUN_LAYERS = 32,     /* streams kept open */
	RUN_WANTS = 1 << 20, /* bytes of the names that a query asks for */
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
	struct slot slots[RUN_LAYERS];
	uint64_t clock;
};

/* The smaller of two limits, of which 0 is none. */
static uint64_t
fewer(uint64_t a, uint64_t b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

int
run_open(struct opened *o, const struct run_query *q, struct err *e,
         struct run **ret_run)
{
	struct index_select select = { .over = q->over,
		                       .under = q->under,
		                       .order = INDEX_BY_TIME };
	struct run *r = mem_zalloc(sizeof(*r));
	int rc;

	if (r == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	r->opened = o;
	r->q = *q;
	kfl_doc_init(&r->doc, RUN_DOC);
	arena_init(&r->want_arena, RUN_WANTS, 0);
	if (q->kfl == NULL)
		select.limit = q->limit;
	else if (q->kfl->limit > 0)
		r->q.limit = fewer(q->limit, q->kfl->limit);
	rc = q->kfl != NULL ? kfl_wants(q->kfl, &r->want_arena, &r->want) : 0;
	if (rc != 0)
		err_set(e, rc, "the query: %s", err_text(rc));
	else
		rc = index_entries(opened_index(o), &select, e, &r->cursor);
	if (rc != 0) {
		run_free(r);
		return rc;
	}
	*ret_run = r;
	return 0;
}

void
run_free(struct run *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < RUN_LAYERS; i++)
		layer_free(r->slots[i].layer);
	kfl_doc_release(&r->doc);
	arena_release(&r->want_arena);
	index_cursor_free(r->cursor);
	mem_free(r);
}

const struct run_counts *
run_counts(const struct run *r)
{
	return &r->counts;
}

/* The stream's reader, from the slots or in place of the least recent one. */
static int
layer_of(struct run *r, int64_t stream, struct err *e, struct layer **ret_layer)
{
	struct slot *oldest = &r->slots[0];
	int rc;

	for (size_t i = 0; i < RUN_LAYERS; i++) {
		struct slot *s = &r->slots[i];

		if (s->layer != NULL && s->stream == stream) {
			s->used = ++r->clock;
			*ret_layer = s->layer;
			return 0;
		}
		if (s->used < oldest->used)
			oldest = s;
	}
	layer_free(oldest->layer);
	oldest->layer = NULL;
	rc = layer_open(r->opened, stream, e, &oldest->layer);
	if (rc != 0)
		return rc;
	oldest->stream = stream;
	oldest->used = ++r->clock;
	*ret_layer = oldest->layer;
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
	struct err why = ERR_INIT;
	int rc;

	*ret_match = true;
	if (r->q.kfl == NULL || (sure && !r->q.kfl->redacts))
		return 0;
	rc = load(r, entry, &why);
	if (rc == 0)
		rc = kfl_eval(r->q.kfl, &r->doc, ret_match);
	if (rc == 0)
		return 0;
	*ret_match = false;
	if (rc == ERR_NOMEM)
		return err_set(e, rc, "out of memory");
	undecided(r, rc, &why);
	return 0;
}

int
run_next(struct run *r, struct index_entry *ret_entry, struct err *e)
{
	bool match = false;

	while (!match) {
		bool sure;
		int rc;

		if (r->q.limit > 0 && r->counts.matched == r->q.limit)
			return 0;
		rc = index_next(r->cursor, ret_entry, &sure, e);
		if (rc <= 0)
			return rc;
		r->counts.scanned++;
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
	struct layer *layer;
	int rc;

	if (r->q.kfl != NULL && r->q.kfl->redacts) {
		kfl_value_emit(r->doc.root, out);
		return out->error;
	}
	rc = layer_of(r, entry->e.stream, e, &layer);
	if (rc != 0)
		return rc;
	return full_entry(r->opened, entry, &r->q.names, layer, out, e);
}
