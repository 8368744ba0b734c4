/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/out.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	OUT_ARENA_MAX = 64 << 20, /* one block of input cannot make more */
	OUT_CHUNK = 65536,
	OUT_ROWS = 4096,     /* rows that make it full */
	OUT_BYTES = 4 << 20, /* and bytes */
};

/* Room for one more element in a growable array. */
static int
grow(void **array, size_t *cap, size_t n, size_t size)
{
	size_t want = *cap ? *cap * 2 : 64;
	void *p;

	if (n < *cap)
		return 0;
	p = mem_regrow(*array, want, size);
	if (p == NULL)
		return ERR_NOMEM;
	*array = p;
	*cap = want;
	return 0;
}

#define GROW(o, list, list_cap, count)                        \
	grow((void **)&(o)->list, &(o)->list_cap, (o)->count, \
	     sizeof(*(o)->list))

static void
dup_side(struct arena *a, struct entry_side *s)
{
	size_t bytes = s->nspans * sizeof(struct span);
	struct span *copy;

	s->kept = arena_dup(a, s->kept);
	if (s->nspans == 0)
		return;
	copy = arena_alloc(a, bytes);
	if (copy != NULL)
		memcpy(copy, s->spans, bytes);
	s->spans = copy;
}

int
out_entry(struct out *o, const struct index_entry *e)
{
	struct index_entry *row;
	int rc = GROW(o, entries, entries_cap, nentries);

	if (rc != 0)
		return rc;
	row = &o->entries[o->nentries];
	*row = *e;
	row->e.method = arena_dup(&o->arena, e->e.method);
	row->e.target = arena_dup(&o->arena, e->e.target);
	row->e.host = arena_dup(&o->arena, e->e.host);
	dup_side(&o->arena, &row->e.request);
	dup_side(&o->arena, &row->e.response);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->nentries++;
	return rc;
}

int
out_stream(struct out *o, const struct stream *s)
{
	int rc = GROW(o, streams, streams_cap, nstreams);

	if (rc == 0)
		o->streams[o->nstreams++] = *s;
	return rc;
}

int
out_part(struct out *o, const struct index_part *p)
{
	struct index_part *row;
	int rc = GROW(o, parts, parts_cap, nparts);

	if (rc != 0)
		return rc;
	row = &o->parts[o->nparts];
	*row = *p;
	row->packets = arena_dup(&o->arena, p->packets);
	row->map[0] = arena_dup(&o->arena, p->map[0]);
	row->map[1] = arena_dup(&o->arena, p->map[1]);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->nparts++;
	return rc;
}

int
out_diag(struct out *o, const struct diag *d)
{
	struct diag *row;
	int rc = GROW(o, diags, diags_cap, ndiags);

	if (rc != 0)
		return rc;
	row = &o->diags[o->ndiags];
	*row = *d;
	row->name = arena_dup(&o->arena, d->name);
	row->text = arena_dup(&o->arena, d->text);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->ndiags++;
	return rc;
}

int
out_point(struct out *o, const struct index_point *p)
{
	struct index_point *row;
	int rc = GROW(o, points, points_cap, npoints);

	if (rc != 0)
		return rc;
	row = &o->points[o->npoints];
	*row = *p;
	row->node = arena_dup(&o->arena, p->node);
	row->node_ip = arena_dup(&o->arena, p->node_ip);
	row->label = arena_dup(&o->arena, p->label);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->npoints++;
	return rc;
}

int
out_iface(struct out *o, const struct index_iface *i)
{
	struct index_iface *row;
	int rc = GROW(o, ifaces, ifaces_cap, nifaces);

	if (rc != 0)
		return rc;
	row = &o->ifaces[o->nifaces];
	*row = *i;
	row->name = arena_dup(&o->arena, i->name);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->nifaces++;
	return rc;
}

int
out_source(struct out *o, const struct index_source *s)
{
	struct index_source *row;
	int rc = GROW(o, sources, sources_cap, nsources);

	if (rc != 0)
		return rc;
	row = &o->sources[o->nsources];
	*row = *s;
	row->name = arena_dup(&o->arena, s->name);
	row->path = arena_dup(&o->arena, s->path);
	row->sha256 = arena_dup(&o->arena, s->sha256);
	row->format = arena_dup(&o->arena, s->format);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->nsources++;
	return rc;
}

int
out_identity(struct out *o, const struct index_identity *i)
{
	struct index_identity *row;
	int rc = GROW(o, ids, ids_cap, nids);

	if (rc != 0)
		return rc;
	row = &o->ids[o->nids];
	*row = *i;
	row->node = arena_dup(&o->arena, i->node);
	row->name = arena_dup(&o->arena, i->name);
	row->ns = arena_dup(&o->arena, i->ns);
	rc = arena_error(&o->arena);
	if (rc == 0)
		o->nids++;
	return rc;
}

size_t
out_rows(const struct out *o)
{
	return o->nentries + o->nstreams + o->nparts + o->ndiags + o->npoints +
	       o->nifaces + o->nsources + o->nids;
}

int
out_full(const struct out *o)
{
	return out_rows(o) >= OUT_ROWS || o->arena.used >= OUT_BYTES;
}

void
out_clear(struct out *o)
{
	o->nentries = o->nstreams = o->nparts = o->ndiags = 0;
	o->npoints = o->nifaces = o->nsources = o->nids = 0;
	arena_clear(&o->arena);
}

void
out_release(struct out *o)
{
	mem_free(o->entries);
	mem_free(o->streams);
	mem_free(o->parts);
	mem_free(o->diags);
	mem_free(o->points);
	mem_free(o->ifaces);
	mem_free(o->sources);
	mem_free(o->ids);
	arena_release(&o->arena);
}

int
out_pool_init(struct out_pool *p, size_t n)
{
	int rc = queue_init(&p->free, n);

	p->n = 0;
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct out *o = mem_zalloc(sizeof(*o));

		if (o == NULL) {
			out_pool_release(p);
			return ERR_NOMEM;
		}
		arena_init(&o->arena, OUT_ARENA_MAX, OUT_CHUNK);
		p->n++;
		out_put(p, o);
	}
	return 0;
}

void
out_pool_release(struct out_pool *p)
{
	struct out *o;

	while ((o = queue_try_pop(&p->free)) != NULL) {
		out_release(o);
		mem_free(o);
		p->n--;
	}
	ENSURE(p->n == 0);
	queue_release(&p->free);
}

struct out *
out_get(struct out_pool *p)
{
	return queue_pop(&p->free);
}

void
out_put(struct out_pool *p, struct out *o)
{
	out_clear(o);
	/* There is room for all of them, and the pool is never closed. */
	ENSURE(queue_push(&p->free, o) == 0);
}
