/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/explain.h"

#include "analyzer/kfl/bounds.h"
#include "analyzer/kfl/kfl.h"
#include "base/buf.h"

enum {
	EXPLAIN_ARENA = 4 << 20, /* bytes of the texts */
	EXPLAIN_TEXT = 1 << 18,  /* of the normal form */
};

/* ---- what it is made of ---- */

static int
copy_query(struct explain *x)
{
	struct buf b;
	int rc;

	if (x->ask->kfl == NULL)
		return 0;
	buf_init(&b, EXPLAIN_TEXT);
	rc = kfl_print(x->ask->kfl, &b);
	if (rc == 0)
		x->query = arena_dup(&x->arena, buf_str(&b));
	buf_release(&b);
	return rc != 0 ? rc : arena_error(&x->arena);
}

static int
copy_residual(struct explain *x)
{
	struct explain_leaf **end = &x->residual;
	const struct kfl_residual *r = x->ask->residual;

	for (; r != NULL; r = r->next) {
		struct explain_leaf *l = arena_zalloc(&x->arena, sizeof(*l));

		if (l == NULL)
			return arena_error(&x->arena);
		l->text = kfl_source(x->ask->kfl, r->node, &l->at);
		l->doubt = r->left == KFL_LEFT_DOUBT;
		*end = l;
		end = &l->next;
	}
	return 0;
}

struct adding {
	struct explain *x;
	struct explain_step **end;
};

static int
add_step(void *ctx, struct str text)
{
	struct adding *a = ctx;
	struct explain_step *s = arena_zalloc(&a->x->arena, sizeof(*s));

	if (s == NULL)
		return arena_error(&a->x->arena);
	s->text = arena_dup(&a->x->arena, text);
	*a->end = s;
	a->end = &s->next;
	return arena_error(&a->x->arena);
}

int
explain_query(struct opened *o, const struct run_query *q, struct err *e,
              struct explain *ret_explain)
{
	struct adding a = { .x = ret_explain, .end = &ret_explain->steps };
	struct index_select select;
	int rc;

	*ret_explain = (struct explain){ .ask = q->ask };
	arena_init(&ret_explain->arena, EXPLAIN_ARENA, 0);
	rc = copy_query(ret_explain);
	if (rc == 0)
		rc = copy_residual(ret_explain);
	if (rc == 0) {
		run_select_of(q, &select);
		rc = index_plan(opened_index(o), &select, add_step, &a, e);
	}
	if (rc != 0 && e->code != rc)
		return err_set(e, rc, "explaining the query: %s", err_text(rc));
	return rc;
}

int
explain_run(struct opened *o, const struct run_query *q, struct err *e,
            struct explain *x)
{
	struct index_entry entry;
	struct run *r = NULL;
	int rc = run_open(o, q, e, &r);

	if (rc != 0)
		return rc;
	do
		rc = run_next(r, &entry, e);
	while (rc == 1);
	x->counts = *run_counts(r);
	x->ran = rc == 0;
	run_free(r);
	return rc;
}

void
explain_release(struct explain *x)
{
	arena_release(&x->arena);
}

/* ---- telling ---- */

static void
emit_values(const struct index_where *w, struct sink *out)
{
	if (!sink_want(out, STR("values")))
		return;
	sink_begin_array(out);
	for (size_t i = 0; i < w->nbinds; i++) {
		const struct index_bind *b = &w->binds[i];

		switch (b->kind) {
		case INDEX_BIND_INT:
			sink_integer(out, b->i);
			break;
		case INDEX_BIND_REAL:
			sink_number(out, b->d);
			break;
		case INDEX_BIND_TEXT:
			sink_string(out, b->s);
			break;
		}
	}
	sink_end_array(out);
}

static void
emit_where(const char *key, const struct index_where *w, bool nothing,
           struct sink *out)
{
	if (!sink_want(out, str_from_c(key)))
		return;
	sink_begin_object(out);
	sink_member_string(out, "sql",
	                   w->sql != NULL ? str_from_c(w->sql)
	                   : nothing      ? STR("0")
	                                  : STR("1"));
	emit_values(w, out);
	sink_end_object(out);
}

static void
emit_residual(const struct explain *x, struct sink *out)
{
	if (!sink_want(out, STR("residual")))
		return;
	sink_begin_array(out);
	for (const struct explain_leaf *l = x->residual; l != NULL;
	     l = l->next) {
		sink_begin_object(out);
		sink_member_string(out, "text", l->text);
		sink_member_integer(out, "offset", (int64_t)l->at);
		sink_member_integer(out, "length", (int64_t)l->text.n);
		sink_member_boolean(out, "doubt", l->doubt);
		sink_end_object(out);
	}
	sink_end_array(out);
}

static void
emit_steps(const struct explain *x, struct sink *out)
{
	if (!sink_want(out, STR("index")))
		return;
	sink_begin_array(out);
	for (const struct explain_step *s = x->steps; s != NULL; s = s->next)
		sink_string(out, s->text);
	sink_end_array(out);
}

static void
emit_work(const struct explain *x, struct sink *out)
{
	const struct run_counts *n = &x->counts;

	if (!x->ran || !sink_want(out, STR("work")))
		return;
	sink_begin_object(out);
	sink_member_integer(out, "scanned", (int64_t)n->scanned);
	sink_member_integer(out, "matched", (int64_t)n->matched);
	sink_member_integer(out, "read", (int64_t)n->read);
	sink_member_integer(out, "undecided", (int64_t)n->undecided);
	sink_end_object(out);
}

int
explain_emit(const struct explain *x, struct sink *out)
{
	const struct ask *a = x->ask;
	bool redacts = a->kfl != NULL && a->kfl->redacts;
	uint64_t limit = a->limit < INT64_MAX ? a->limit : INT64_MAX;

	sink_begin_object(out);
	sink_member_string(out, "query", x->query);
	sink_member_boolean(out, "exact", a->exact);
	sink_member_boolean(out, "redacts", redacts);
	sink_member_integer(out, "limit", (int64_t)limit);
	emit_where("under", a->exact ? &a->over : &a->under, !a->exact, out);
	emit_where("over", &a->over, false, out);
	emit_residual(x, out);
	emit_steps(x, out);
	emit_work(x, out);
	sink_end_object(out);
	return out->error;
}
