/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/who.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	INTERVALS_MAX = 1 << 24, /* a node's history has at most so many */
	TEXTS_MAX = 1 << 20,     /* different names, namespaces and nodes */
	TEXT_BYTES = 64 << 20,
	FIRST_CAP = 64,
};

struct who {
	struct index_identity *v;
	size_t n, cap;
	struct arena arena;
	struct map texts; /* every text in the arena -> itself */
	struct map ips;   /* address -> struct run_of, once they are sorted */
};

/* The intervals of an address: v[from] up to v[to]. */
struct run_of {
	size_t from, to;
};

struct who *
who_new(void)
{
	struct who *w = mem_zalloc(sizeof(*w));
	uint8_t key[SIPHASH_KEY_SIZE];

	if (w == NULL || map_random_key(key) != 0) {
		mem_free(w);
		return NULL;
	}
	arena_init(&w->arena, TEXT_BYTES, 0);
	map_init(&w->texts, MAP_STR, sizeof(struct str), TEXTS_MAX, key);
	map_init(&w->ips, sizeof(struct addr), sizeof(struct run_of),
	         INTERVALS_MAX, key);
	return w;
}

void
who_free(struct who *w)
{
	if (w == NULL)
		return;
	map_release(&w->texts);
	map_release(&w->ips);
	arena_release(&w->arena);
	mem_free(w->v);
	mem_free(w);
}

/* Make *s a copy of ours. */
static int
keep(struct who *w, struct str *s)
{
	struct str *known = map_find_str(&w->texts, *s);
	struct str copy;
	void *slot = NULL;
	int rc;

	if (known != NULL) {
		*s = *known;
		return 0;
	}
	copy = arena_dup(&w->arena, *s);
	rc = arena_error(&w->arena);
	if (rc != 0)
		return rc;
	rc = map_insert_str(&w->texts, copy, &slot);
	if (rc < 0)
		return rc;
	*(struct str *)slot = copy;
	*s = copy;
	return 0;
}

static int
grow(struct who *w)
{
	size_t cap = w->cap > 0 ? w->cap * 2 : FIRST_CAP;
	void *p;

	if (w->n < w->cap)
		return 0;
	if (w->n >= INTERVALS_MAX)
		return ERR_BUDGET;
	p = mem_regrow(w->v, cap, sizeof(*w->v));
	if (p == NULL)
		return ERR_NOMEM;
	w->v = p;
	w->cap = cap;
	return 0;
}

int
who_add(struct who *w, const struct index_identity *i)
{
	struct index_identity copy = *i;
	int rc = grow(w);

	if (rc == 0)
		rc = keep(w, &copy.node);
	if (rc == 0)
		rc = keep(w, &copy.name);
	if (rc == 0)
		rc = keep(w, &copy.ns);
	if (rc == 0)
		w->v[w->n++] = copy;
	return rc;
}

/* By address, port, node and origin: what an interval is about, and whose. */
static int
compare_subject(const struct index_identity *a, const struct index_identity *b)
{
	int d = memcmp(a->ip.b, b->ip.b, sizeof(a->ip.b));

	if (d != 0)
		return d;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	d = str_cmp(a->node, b->node);
	return d != 0 ? d : (a->origin > b->origin) - (a->origin < b->origin);
}

static int
compare(const void *x, const void *y)
{
	const struct index_identity *a = x, *b = y;
	int d = compare_subject(a, b);

	if (d != 0)
		return d;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	/* The rest is there so that the order is never a matter of luck. */
	d = str_cmp(a->name, b->name);
	return d != 0 ? d : str_cmp(a->ns, b->ns);
}

int
who_sort(struct who *w)
{
	if (w->n > 1)
		qsort(w->v, w->n, sizeof(*w->v), compare);
	map_clear(&w->ips);
	for (size_t i = 0; i < w->n; i++) {
		void *slot = NULL;
		struct run_of *r;
		int rc = map_insert(&w->ips, &w->v[i].ip, &slot);

		if (rc < 0)
			return rc;
		r = slot;
		if (rc == 1)
			r->from = i;
		r->to = i + 1;
	}
	return 0;
}

/* The interval of this subject that holds at ts, or NULL. */
static const struct index_identity *
find(const struct who *w, const struct index_identity *subject, int64_t ts)
{
	const struct run_of *r = map_find(&w->ips, &subject->ip);
	size_t lo, hi, first;

	if (r == NULL)
		return NULL;
	first = lo = r->from;
	hi = r->to;
	/* The first interval behind those that have begun by then. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = compare_subject(&w->v[mid], subject);

		if (d < 0 || (d == 0 && w->v[mid].from <= ts))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == first || compare_subject(&w->v[lo - 1], subject) != 0 ||
	    ts >= w->v[lo - 1].to)
		return NULL;
	return &w->v[lo - 1];
}

/* The same, by what the node knew and by what all know. */
static const struct index_identity *
find_on(const struct who *w, const struct who_ask *ask,
        struct index_identity *subject)
{
	const struct index_identity *found;

	subject->node = ask->node;
	found = find(w, subject, ask->ts);
	if (found == NULL && ask->node.n > 0) {
		subject->node = STR_NONE;
		found = find(w, subject, ask->ts);
	}
	return found;
}

const struct index_identity *
who_find(const struct who *w, const struct who_ask *ask)
{
	const struct index_identity *found = NULL;
	struct index_identity s = { .ip = ask->ip, .port = ask->port };

	if (w->n == 0)
		return NULL;
	found = find_on(w, ask, &s);
	if (found == NULL && s.port != 0) {
		s.port = 0;
		found = find_on(w, ask, &s);
	}
	/* Only where nobody knew it for certain. */
	if (found == NULL) {
		s.origin = INDEX_FROM_DNS;
		found = find_on(w, ask, &s);
	}
	return found;
}

static void
narrow_span(int64_t edge, int64_t ts, int64_t *io_from, int64_t *io_to)
{
	if (edge <= ts && edge > *io_from)
		*io_from = edge;
	if (edge > ts && edge < *io_to)
		*io_to = edge;
}

void
who_span(const struct who *w, const struct addr *ip, int64_t ts,
         int64_t *ret_from, int64_t *ret_to)
{
	const struct run_of *r = map_find(&w->ips, ip);
	int64_t from = INT64_MIN, to = INT64_MAX;

	for (size_t i = r != NULL ? r->from : 0; r != NULL && i < r->to; i++) {
		narrow_span(w->v[i].from, ts, &from, &to);
		narrow_span(w->v[i].to, ts, &from, &to);
	}
	*ret_from = from;
	*ret_to = to;
}
