/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/top.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/field.h"
#include "analyzer/kfl/gather.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/run.h"
#include "analyzer/query/tally.h"
#include "base/mem.h"

enum {
	ARENA_BYTES = 256 << 20,
	/* To begin a run costs a look at all rows of the index, so one goes
	 * far; it is left when the time is over. */
	READS = 1000,
	SCANS = 200000,
	LATE_EVERY = 256, /* matches between two looks at the clock */
	NUMBER_TEXT = 24,
};

/* An entry with both bodies at their limit, and what is made of it. */
#define TOP_DOC ((size_t)384 << 20)

struct adding {
	struct top *t;
	struct kfl_doc doc;
	struct kfl_gather gather;
	bool redacts;
};

/* ---- the field ---- */

/* The members in front of the first step that is not a name. */
static const struct kfl_want *
want_of(struct top *t)
{
	struct kfl_want *root = arena_zalloc(&t->arena, sizeof(*root));
	struct kfl_want *last = root;

	for (size_t i = 0; last != NULL && i < t->path->n; i++) {
		if (t->path->step[i].kind != KFL_STEP_CHILD)
			break;
		last->child = arena_zalloc(&t->arena, sizeof(*last));
		last = last->child;
		if (last != NULL)
			last->name = t->path->step[i].name;
	}
	if (last != NULL)
		last->all = true;
	return root;
}

int
top_init(struct top *t, struct str field, struct str prefix, struct err *e)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	*t = (struct top){ .field = field, .prefix = prefix };
	arena_init(&t->arena, ARENA_BYTES, 0);
	map_init(&t->seen, MAP_STR, sizeof(uint32_t), TOP_VALUES, key);
	if (rc == 0)
		rc = kfl_path_parse(field, &t->arena, e, &t->path);
	if (rc != 0)
		return rc;
	t->want = want_of(t);
	return arena_error(&t->arena);
}

void
top_release(struct top *t)
{
	mem_free(t->value);
	map_release(&t->seen);
	arena_release(&t->arena);
}

/* ---- counting ---- */

static int
new_value(struct top *t, enum top_kind kind, struct str key)
{
	if (t->n == t->cap) {
		size_t cap = t->cap > 0 ? t->cap * 2 : 64;
		struct top_value *grown = mem_regrow(t->value, cap,
		                                     sizeof(*grown));

		if (grown == NULL)
			return ERR_NOMEM;
		t->value = grown;
		t->cap = cap;
	}
	t->value[t->n++] = (struct top_value){ .kind = kind,
		                               .text = str_tail(key, 1) };
	return 0;
}

static int
count_times(struct top *t, enum top_kind kind, struct str text, uint64_t times)
{
	struct arena_mark mark = arena_mark(&t->arena);
	uint32_t at = (uint32_t)t->n;
	struct str key;
	void *v = NULL;
	int rc;

	if (!str_starts_nocase(text, t->prefix))
		return 0;
	key = arena_printf(&t->arena, "%c" STR_FMT, 'a' + (int)kind,
	                   STR_ARG(str_head(text, TOP_TEXT)));
	if (arena_error(&t->arena) != 0)
		return arena_error(&t->arena);
	rc = map_insert_str(&t->seen, key, &v);
	if (rc == ERR_BUDGET) {
		t->left_out += times;
		return 0;
	}
	if (rc == 1) {
		memcpy(v, &at, sizeof(at));
		rc = new_value(t, kind, key);
	} else if (rc == 0) {
		memcpy(&at, v, sizeof(at));
		arena_reset(&t->arena, mark);
	}
	if (rc != 0)
		return rc;
	t->value[at].count += times;
	return 0;
}

static int
count(struct top *t, enum top_kind kind, struct str text)
{
	return count_times(t, kind, text, 1);
}

static int
count_value(struct top *t, const struct kfl_value *v)
{
	char room[KFL_FLOAT_TEXT];
	int rc = 0;

	switch (v->type) {
	case KFL_V_NULL:
		return count(t, TOP_NULL, STR_NONE);
	case KFL_V_BOOL:
		return count(t, TOP_TRUTH, kfl_value_text(v, room));
	case KFL_V_INT:
	case KFL_V_FLOAT:
		return count(t, TOP_NUMBER, kfl_value_text(v, room));
	case KFL_V_STRING:
		return count(t, TOP_STRING, v->u.text);
	case KFL_V_ARRAY:
		for (const struct kfl_value *i = v->u.list.first;
		     i != NULL && rc == 0; i = i->next)
			if (!kfl_value_is_list(i))
				rc = count_value(t, i);
		return rc;
	default:
		return 0;
	}
}

/* ---- from the index ---- */

/* Which column of this entry's protocol has the field, or NULL. */
static const char *
column_of(const struct top *t, const struct index_entry *row)
{
	const struct dissector *owner = NULL;
	const struct protocol *p = proto_variant(str_from_c(row->e.proto->key),
	                                         &owner);
	const struct overlay *overlay = p != NULL ? overlay_of(p) : NULL;
	const struct field *f = overlay != NULL ? overlay->fields
	                        : owner != NULL ? owner->fields
	                                        : NULL;

	for (; f != NULL && f->path != NULL; f++)
		if (f->column != NULL && str_eq(str_from_c(f->path), t->field))
			return f->column;
	return NULL;
}

/* 1: counted; 0: the index does not know; or a code. */
static int
count_column(struct top *t, const struct index_entry *row)
{
	const char *column = column_of(t, row);
	bool response = str_starts(t->field, STR("response."));
	char number[NUMBER_TEXT];
	int n, rc;

	if (column == NULL)
		return 0;
	if (response ? !row->e.response.present : !row->e.request.present)
		return 1;
	if (strcmp(column, "method") == 0) {
		rc = count(t, TOP_STRING, row->e.method);
	} else if (strcmp(column, "target") == 0) {
		rc = count(t, TOP_STRING, row->e.target);
	} else if (strcmp(column, "host") == 0) {
		rc = count(t, TOP_STRING, row->e.host);
	} else if (strcmp(column, "status") == 0) {
		n = snprintf(number, sizeof(number), "%" PRId32, row->e.status);
		rc = count(t, TOP_NUMBER, str_make(number, (size_t)n));
	} else {
		return 0;
	}
	return rc == 0 ? 1 : rc;
}

/* ---- from the evidence ---- */

static int
count_entry(struct adding *a, struct run *r, const struct index_entry *row,
            struct err *e)
{
	struct kfl_hits hits = { .n = 0 };
	int rc = a->redacts ? 0 : count_column(a->t, row);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	kfl_doc_clear(&a->doc);
	kfl_gather_init(&a->gather, &a->doc, a->t->want);
	rc = run_entry(r, row, &a->gather.sink, e);
	if (rc == 0 && a->doc.root != NULL)
		rc = kfl_path_get(a->t->path, a->doc.root, &a->doc.arena,
		                  &hits);
	for (size_t i = 0; i < hits.n && rc == 0; i++)
		rc = count_value(a->t, hits.v[i]);
	return rc;
}

/* What cannot be read is told, and the rest is counted. */
static bool
is_fatal(int rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED;
}

static void
undecided(struct facts_counts *n, int rc, const struct err *why)
{
	if (n->undecided++ > 0)
		return;
	n->first = *why;
	if (why->code != rc)
		(void)err_set(&n->first, rc, "%s", err_text(rc));
}

static int
count_matches(struct adding *a, struct run *r, const struct facts_ask *ask,
              struct facts_counts *n, struct err *e)
{
	struct index_entry row;
	uint64_t rows = 0;
	int rc;

	while ((rc = run_next(r, &row, e)) == 1) {
		struct err why = ERR_INIT;

		rc = count_entry(a, r, &row, &why);
		if (rc != 0 && is_fatal(rc)) {
			*e = why;
			return rc;
		}
		if (rc != 0)
			undecided(n, rc, &why);
		if (ask->late != NULL && ++rows % LATE_EVERY == 0 &&
		    ask->late(ask->late_ctx))
			return 0;
	}
	return rc;
}

/* Some of the matches; the place is then behind them. */
static int
stretch(struct adding *a, struct opened *o, const struct facts_ask *ask,
        struct facts_state *state, struct err *e)
{
	struct facts_place *place = &state->place;
	struct facts_counts *n = &state->counts;
	struct run_query q = { .ask = ask->ask,
		               .ranged = ask->ranged,
		               .from = ask->from,
		               .to = ask->to,
		               .after = place->begun,
		               .key = { .value = place->ts, .id = place->id },
		               .earlier = n->matched,
		               .scan_max = ask->late != NULL ? SCANS : 0,
		               .read_max = ask->late != NULL ? READS : 0,
		               .cancel = ask->cancel };
	const struct run_counts *c;
	struct run *r;
	int rc = run_open(o, &q, e, &r);

	if (rc != 0)
		return rc;
	rc = count_matches(a, r, ask, n, e);
	c = run_counts(r);
	n->scanned += c->scanned;
	n->matched += c->matched;
	if (c->undecided > 0 && n->undecided == 0)
		n->first = c->first;
	n->undecided += c->undecided;
	n->complete = rc == 0 && c->complete;
	if (rc == 0 && c->scanned > 0)
		*place = (struct facts_place){ .begun = true,
			                       .ts = c->next.value,
			                       .id = c->next.id };
	run_free(r);
	return rc;
}

/* ---- from columns in memory ---- */

static int
take_tally(void *ctx, const struct tally_value *v)
{
	return count_times(ctx, v->number ? TOP_NUMBER : TOP_STRING, v->text,
	                   v->n);
}

/* 1: all is counted; 0: nothing is; or a code. */
static int
add_tally(struct top *t, struct opened *o, const struct facts_ask *ask,
          struct facts_state *state, struct err *e)
{
	struct tally_want want = { .field = t->field,
		                   .f = take_tally,
		                   .ctx = t };
	uint64_t rows = 0;
	int rc;

	/* Whoever has begun to read goes on to. */
	if (state->place.begun)
		return 0;
	rc = tally_field(o, ask, &want, e, &rows);
	if (rc != 1)
		return rc;
	state->counts.scanned += rows;
	state->counts.matched += rows;
	state->counts.complete = true;
	return 1;
}

int
top_add(struct top *t, struct opened *o, const struct facts_ask *ask,
        struct facts_state *io_state, struct err *e)
{
	struct adding a = { .t = t };
	int rc;

	io_state->counts.complete = false;
	rc = add_tally(t, o, ask, io_state, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	a.redacts = ask->ask->kfl != NULL && ask->ask->kfl->redacts;
	kfl_doc_init(&a.doc, TOP_DOC);
	do {
		rc = stretch(&a, o, ask, io_state, e);
	} while (rc == 0 && !io_state->counts.complete &&
	         (ask->late == NULL || !ask->late(ask->late_ctx)));
	kfl_doc_release(&a.doc);
	if (rc < 0 && e->code != rc)
		(void)err_set(e, rc, "the values: %s", err_text(rc));
	return rc;
}

static int
compare_values(const void *a, const void *b)
{
	const struct top_value *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return str_cmp(x->text, y->text);
}

void
top_sort(struct top *t)
{
	if (t->n > 1)
		qsort(t->value, t->n, sizeof(*t->value), compare_values);
}
