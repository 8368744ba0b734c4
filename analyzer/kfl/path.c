/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/path.h"

#include <string.h>

#include "analyzer/kfl/filter.h"

struct walk {
	const struct kfl_path *path;
	struct arena *a;
	struct kfl_hits *hits;
	bool create; /* a last .name that is not there */
	struct str text;
	size_t visits;
	int rc;
};

static void walk_from(struct walk *w, size_t i, struct kfl_value *v,
                      unsigned depth);

static bool
visit(struct walk *w)
{
	if (w->rc == 0 && ++w->visits > KFL_VISITS_MAX)
		w->rc = ERR_LIMIT;
	return w->rc == 0;
}

static int
grow(struct kfl_hits *h, struct arena *a)
{
	size_t cap = h->cap != 0 ? h->cap * 2 : 8;
	struct kfl_value **v;

	if (h->n == KFL_HITS_MAX)
		return ERR_LIMIT;
	v = arena_array(a, cap, sizeof(struct kfl_value *));
	if (v == NULL)
		return arena_error(a);
	if (h->n > 0)
		memcpy(v, h->v, h->n * sizeof(struct kfl_value *));
	h->v = v;
	h->cap = cap;
	return 0;
}

static void
hit(struct walk *w, struct kfl_value *v)
{
	if (w->rc == 0 && w->hits->n == w->hits->cap)
		w->rc = grow(w->hits, w->a);
	if (w->rc == 0)
		w->hits->v[w->hits->n++] = v;
}

/* The value v is what step i - 1 named. */
static void
arrive(struct walk *w, size_t i, struct kfl_value *v, unsigned depth)
{
	if (!visit(w))
		return;
	if (i == w->path->n)
		hit(w, v);
	else if (kfl_value_is_list(v))
		walk_from(w, i, v, depth);
}

static void
walk_child(struct walk *w, size_t i, struct kfl_value *v, struct str name,
           unsigned depth)
{
	struct kfl_value *m = kfl_value_member(v, name);

	/* A large object costs what looking through it costs. */
	w->visits += v->u.list.n / 16;
	if (m == NULL && w->create && i + 1 == w->path->n &&
	    v->type == KFL_V_OBJECT) {
		m = kfl_value_new(w->a, KFL_V_NULL);
		if (m == NULL) {
			w->rc = arena_error(w->a);
			return;
		}
		m->key = name;
		kfl_value_add(v, m);
	}
	if (m != NULL)
		arrive(w, i + 1, m, depth);
}

static void
walk_index(struct walk *w, size_t i, struct kfl_value *v, int64_t index,
           unsigned depth)
{
	struct kfl_value *m = kfl_value_element(v, index);

	w->visits += v->u.list.n / 16;
	if (m != NULL)
		arrive(w, i + 1, m, depth);
}

static void
walk_any(struct walk *w, size_t i, struct kfl_value *v, unsigned depth)
{
	for (struct kfl_value *m = v->u.list.first; m != NULL && w->rc == 0;
	     m = m->next)
		arrive(w, i + 1, m, depth);
}

/* Every list below v and then v itself, the deepest first. */
static void
walk_descent(struct walk *w, size_t i, struct kfl_value *v, unsigned depth)
{
	if (depth > KFL_VALUE_DEPTH)
		return;
	for (struct kfl_value *m = v->u.list.first; m != NULL && w->rc == 0;
	     m = m->next) {
		if (kfl_value_is_list(m) && visit(w))
			walk_descent(w, i, m, depth + 1);
	}
	if (i + 1 == w->path->n)
		walk_any(w, i, v, depth);
	else
		walk_from(w, i + 1, v, depth);
}

/* Both ends belong to a slice, in this dialect. */
static void
walk_slice(struct walk *w, size_t i, struct kfl_value *v,
           const struct kfl_step *s, unsigned depth)
{
	int64_t n = (int64_t)v->u.list.n;
	int64_t from = s->index < 0 ? s->index + n : s->index;
	int64_t to = s->end < 0 ? s->end + n : s->end;

	if (v->type != KFL_V_ARRAY || s->by == 0)
		return;
	if (from < 0)
		from = 0;
	for (; from >= 0 && from < n && w->rc == 0; from += s->by) {
		if (s->by > 0 ? from > to : from < to)
			return;
		walk_index(w, i, v, from, depth);
	}
}

static void
walk_filter(struct walk *w, size_t i, struct kfl_value *v,
            const struct kfl_filter *f, unsigned depth)
{
	for (struct kfl_value *m = v->u.list.first; m != NULL && w->rc == 0;
	     m = m->next) {
		bool holds = false;

		if (!visit(w))
			return;
		w->rc = kfl_filter_holds(f, m, w->a, &holds);
		if (w->rc == 0 && holds)
			arrive(w, i + 1, m, depth);
	}
}

/* What step i names in the list v. */
static void
walk_from(struct walk *w, size_t i, struct kfl_value *v, unsigned depth)
{
	const struct kfl_step *s = &w->path->step[i];

	if (w->rc != 0)
		return;
	switch (s->kind) {
	case KFL_STEP_CHILD:
		walk_child(w, i, v, s->name, depth);
		break;
	case KFL_STEP_INDEX:
		walk_index(w, i, v, s->index, depth);
		break;
	case KFL_STEP_ANY:
		walk_any(w, i, v, depth);
		break;
	case KFL_STEP_DESCENT:
		walk_descent(w, i, v, depth);
		break;
	case KFL_STEP_UNION:
		for (const struct kfl_step *u = s->also; u != NULL;
		     u = u->also) {
			if (u->kind == KFL_STEP_CHILD)
				walk_child(w, i, v, u->name, depth);
			else
				walk_index(w, i, v, u->index, depth);
		}
		break;
	case KFL_STEP_SLICE:
		walk_slice(w, i, v, s, depth);
		break;
	case KFL_STEP_FILTER:
		walk_filter(w, i, v, s->filter, depth);
		break;
	}
}

static int
walk(struct walk *w, struct kfl_value *root)
{
	if (w->path->n > 0 && kfl_value_is_list(root))
		walk_from(w, 0, root, 0);
	return w->rc;
}

int
kfl_path_get(const struct kfl_path *p, struct kfl_value *root, struct arena *a,
             struct kfl_hits *hits)
{
	struct walk w = { .path = p, .a = a, .hits = hits };

	return walk(&w, root);
}

int
kfl_path_set(const struct kfl_path *p, struct kfl_value *root, struct str text,
             struct arena *a)
{
	struct kfl_hits hits = { .v = NULL };
	struct walk w = { .path = p, .a = a, .hits = &hits };
	int rc;

	/* Such a path names everything below, and nothing in particular. */
	if (p->n == 0 || p->step[p->n - 1].kind == KFL_STEP_DESCENT)
		return 0;
	w.create = p->step[0].kind != KFL_STEP_DESCENT;
	rc = walk(&w, root);
	for (size_t i = 0; i < hits.n && rc == 0; i++)
		kfl_value_set_text(hits.v[i], text);
	return rc;
}
