/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/gather.h"

#include <assert.h>

#include "base/err.h"

static struct kfl_gather *
gather_of(struct sink *s)
{
	return container_of(s, struct kfl_gather, sink);
}

/* A new value in its place; NULL when it is not wanted or has no room. */
static struct kfl_value *
place(struct kfl_gather *g, enum kfl_type type)
{
	struct kfl_value *v;

	if (!sink_ok(&g->sink))
		return NULL;
	if (g->depth > 0 && g->level[g->depth - 1].list == NULL)
		return NULL;
	if (g->want == NULL && g->all != NULL)
		return NULL;
	v = kfl_value_new(&g->doc->arena, type);
	if (v == NULL) {
		sink_fail(&g->sink, arena_error(&g->doc->arena));
		return NULL;
	}
	v->key = g->key;
	if (g->depth > 0)
		kfl_value_add(g->level[g->depth - 1].list, v);
	else
		g->doc->root = v;
	return v;
}

static void
begin_list(struct kfl_gather *g, enum kfl_type type)
{
	if (g->depth == KFL_VALUE_DEPTH) {
		sink_fail(&g->sink, ERR_LIMIT);
		return;
	}
	g->level[g->depth].list = place(g, type);
	g->level[g->depth].want = g->want;
	g->depth++;
	g->key = STR_NONE;
}

static void
end_list(struct sink *s)
{
	struct kfl_gather *g = gather_of(s);

	assert(g->depth > 0);
	g->depth--;
	/* Elements of an array go on with what their array is wanted for. */
	g->want = g->depth > 0 ? g->level[g->depth - 1].want : g->all;
}

static void
gather_begin_object(struct sink *s)
{
	begin_list(gather_of(s), KFL_V_OBJECT);
}

static void
gather_begin_array(struct sink *s)
{
	begin_list(gather_of(s), KFL_V_ARRAY);
}

static const struct kfl_want *
want_of(const struct kfl_gather *g, struct str key)
{
	const struct kfl_want *w = g->depth > 0 ? g->level[g->depth - 1].want
	                                        : g->all;

	return w != NULL ? kfl_want_below(w, key) : NULL;
}

static bool
gather_want(struct sink *s, struct str key)
{
	struct kfl_gather *g = gather_of(s);

	return g->all == NULL || want_of(g, key) != NULL;
}

static void
gather_key(struct sink *s, struct str key)
{
	struct kfl_gather *g = gather_of(s);

	g->want = want_of(g, key);
	if (g->all == NULL || g->want != NULL)
		g->key = arena_dup(&g->doc->arena, key);
}

static void
gather_string(struct sink *s, struct str text)
{
	struct kfl_gather *g = gather_of(s);
	struct kfl_value *v = place(g, KFL_V_STRING);

	if (v == NULL)
		return;
	v->u.text = arena_dup(&g->doc->arena, text);
	if (arena_error(&g->doc->arena) != 0)
		sink_fail(s, arena_error(&g->doc->arena));
}

static void
gather_integer(struct sink *s, int64_t i)
{
	struct kfl_value *v = place(gather_of(s), KFL_V_INT);

	if (v != NULL)
		v->u.integer = i;
}

static void
gather_number(struct sink *s, double d)
{
	struct kfl_value *v = place(gather_of(s), KFL_V_FLOAT);

	if (v != NULL)
		v->u.number = d;
}

static void
gather_boolean(struct sink *s, bool truth)
{
	struct kfl_value *v = place(gather_of(s), KFL_V_BOOL);

	if (v != NULL)
		v->u.truth = truth;
}

static void
gather_null(struct sink *s)
{
	(void)place(gather_of(s), KFL_V_NULL);
}

static const struct sink_ops gather_ops = {
	.want = gather_want,
	.begin_object = gather_begin_object,
	.end_object = end_list,
	.begin_array = gather_begin_array,
	.end_array = end_list,
	.key = gather_key,
	.string = gather_string,
	.integer = gather_integer,
	.number = gather_number,
	.boolean = gather_boolean,
	.null = gather_null,
};

void
kfl_gather_init(struct kfl_gather *g, struct kfl_doc *doc,
                const struct kfl_want *want)
{
	g->sink = (struct sink){ .ops = &gather_ops };
	g->doc = doc;
	g->all = want;
	g->key = STR_NONE;
	g->want = want;
	g->depth = 0;
}

void
kfl_redactor_init(struct kfl_redactor *r, const struct kfl *k, size_t cap,
                  struct sink *out)
{
	kfl_doc_init(&r->doc, cap);
	kfl_gather_init(&r->gather, &r->doc, NULL);
	r->kfl = k;
	r->out = out;
}

int
kfl_redactor_end(struct kfl_redactor *r, bool *ret_truth)
{
	int rc = r->gather.sink.error;

	if (rc == 0 && r->doc.root == NULL)
		rc = ERR_INVAL;
	if (rc == 0)
		rc = kfl_eval(r->kfl, &r->doc, ret_truth);
	if (rc == 0) {
		kfl_value_emit(r->doc.root, r->out);
		rc = r->out->error;
	}
	kfl_doc_clear(&r->doc);
	kfl_gather_init(&r->gather, &r->doc, NULL);
	return rc;
}

void
kfl_redactor_release(struct kfl_redactor *r)
{
	kfl_doc_release(&r->doc);
}
