/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/opened.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/query/blocks.h"
#include "analyzer/query/who.h"
#include "base/arena.h"
#include "base/mem.h"
#include "base/path.h"
#include "snapshot/evidence.h"

enum {
	POINTS_MAX = 1 << 20,
	TEXT_BYTES = 256 << 20, /* member names, and what points are called */
	FIRST_CAP = 64,
};

/* What is read once. */
struct tables {
	struct arena arena;
	struct who *who;
	struct evidence *evidence;
	struct blocks *blocks;
	struct str *names; /* of members, by source ordinal */
	size_t nnames;
	struct index_point *points; /* by id, once they are sorted */
	size_t npoints, cap;
};

struct opened {
	struct index_reader *index;
	char *workspace;
	struct proto_limits limits;
	const struct protobuf_set *schema;
	struct index_names names; /* for conditions on them */
	struct tables t;
};

/* While the tables are read. */
struct loading {
	struct tables *t;
	const char *workspace;
	struct err *e;
};

/* ---- capture files ---- */

static int
names_reach(struct tables *t, uint32_t source)
{
	size_t n = t->nnames > 0 ? t->nnames : FIRST_CAP;
	struct str *p;

	if (source < t->nnames)
		return 0;
	while (n <= source)
		n *= 2;
	p = mem_regrow(t->names, n, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	for (size_t i = t->nnames; i < n; i++)
		p[i] = STR_NONE;
	t->names = p;
	t->nnames = n;
	return 0;
}

/* Where a member's bytes are; NULL when there is no memory. */
static const char *
path_of(const struct loading *l, const struct index_source *s)
{
	if (s->path.n > 0)
		return arena_dup(&l->t->arena, s->path).p;
	return arena_printf(&l->t->arena, "%s/evidence/" STR_FMT, l->workspace,
	                    STR_ARG(s->name))
	    .p;
}

/* The index may have been made by an enemy: it must not lead elsewhere. */
static bool
may_read(const struct index_source *s)
{
	if (s->path.n > 0)
		return s->path.p[0] == '/' && s->inode != 0;
	return path_is_safe(s->name, NULL);
}

static int
add_source(void *ctx, const struct index_source *s)
{
	struct loading *l = ctx;
	struct tables *t = l->t;
	struct evidence_file f = { .size = s->bytes,
		                   .mtime = s->mtime,
		                   .inode = s->inode };
	int rc;

	if (!s->capture)
		return 0;
	if (s->id > POSITION_SOURCE_MAX || !may_read(s))
		return err_set(l->e, ERR_CORRUPT,
		               "the index names a capture file that cannot be "
		               "one: " STR_FMT,
		               STR_ARG(str_head(s->name, 100)));
	rc = names_reach(t, s->id);
	if (rc != 0)
		return rc;
	t->names[s->id] = arena_dup(&t->arena, s->name);
	f.path = path_of(l, s);
	rc = arena_error(&t->arena);
	return rc != 0 ? rc : evidence_add(t->evidence, s->id, &f);
}

/* ---- points and names ---- */

static int
add_point(void *ctx, const struct index_point *p)
{
	struct tables *t = ((struct loading *)ctx)->t;
	size_t cap = t->cap > 0 ? t->cap * 2 : FIRST_CAP;
	struct index_point *row;

	if (t->npoints >= POINTS_MAX)
		return ERR_LIMIT;
	if (t->npoints == t->cap) {
		row = mem_regrow(t->points, cap, sizeof(*row));
		if (row == NULL)
			return ERR_NOMEM;
		t->points = row;
		t->cap = cap;
	}
	row = &t->points[t->npoints++];
	row->id = p->id;
	row->node = arena_dup(&t->arena, p->node);
	row->node_ip = arena_dup(&t->arena, p->node_ip);
	row->label = arena_dup(&t->arena, p->label);
	return arena_error(&t->arena);
}

static int
compare_points(const void *a, const void *b)
{
	const struct index_point *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int
add_identity(void *ctx, const struct index_identity *i)
{
	return who_add(((struct loading *)ctx)->t->who, i);
}

static void
tables_release(struct tables *t)
{
	who_free(t->who);
	blocks_free(t->blocks);
	evidence_free(t->evidence);
	mem_free(t->names);
	mem_free(t->points);
	arena_release(&t->arena);
}

static int
tables_load(struct tables *t, struct opened *o, struct err *e)
{
	struct loading l = { .t = t, .workspace = o->workspace, .e = e };
	int rc = 0;

	*t = (struct tables){ .who = who_new(), .evidence = evidence_new() };
	arena_init(&t->arena, TEXT_BYTES, 0);
	if (t->evidence != NULL)
		t->blocks = blocks_new(t->evidence);
	if (t->who == NULL || t->blocks == NULL)
		rc = ERR_NOMEM;
	if (rc == 0)
		rc = index_sources(o->index, add_source, &l, e);
	if (rc == 0)
		rc = index_points(o->index, add_point, &l, e);
	if (rc == 0)
		rc = index_identities(o->index, add_identity, &l, e);
	if (rc == 0)
		rc = who_sort(t->who);
	if (rc != 0) {
		tables_release(t);
		return rc;
	}
	if (t->npoints > 1)
		qsort(t->points, t->npoints, sizeof(*t->points),
		      compare_points);
	return 0;
}

/* ---- names ---- */

const struct index_point *
opened_points(const struct opened *o, size_t *ret_n)
{
	*ret_n = o->t.npoints;
	return o->t.points;
}

const struct index_point *
opened_point(const struct opened *o, uint32_t id)
{
	struct index_point key = { .id = id };

	if (o->t.npoints == 0)
		return NULL;
	return bsearch(&key, o->t.points, o->t.npoints, sizeof(key),
	               compare_points);
}

struct resolved
opened_resolve(const struct opened *o, uint32_t point, const struct addr *ip,
               uint16_t port, int64_t ts)
{
	const struct index_point *p = opened_point(o, point);
	struct who_ask ask = { .node = p != NULL ? p->node : STR_NONE,
		               .ip = *ip,
		               .port = port,
		               .ts = ts };
	const struct index_identity *i = who_find(o->t.who, &ask);
	struct resolved r = { .early = false };

	if (i == NULL)
		return r;
	r.name = i->name;
	r.ns = i->ns;
	r.early = i->early;
	r.bare = port != 0 && i->port == 0;
	r.learnt = i->origin == INDEX_FROM_DNS;
	return r;
}

void
opened_span(const struct opened *o, const struct addr *ip, int64_t ts,
            int64_t *ret_from, int64_t *ret_to)
{
	who_span(o->t.who, ip, ts, ret_from, ret_to);
}

struct resolved
opened_source_of(const struct opened *o, const struct index_ends *ends)
{
	bool reversed = (ends->flags & ENTRY_REVERSED) != 0;

	return opened_resolve(o, ends->point,
	                      reversed ? &ends->server : &ends->client, 0,
	                      ends->ts);
}

struct resolved
opened_destination_of(const struct opened *o, const struct index_ends *ends)
{
	bool reversed = (ends->flags & ENTRY_REVERSED) != 0;

	return opened_resolve(
	    o, ends->point, reversed ? &ends->client : &ends->server,
	    reversed ? ends->client_port : ends->server_port, ends->ts);
}

/* As index_names wants it. */
static struct str
name_of(void *ctx, enum index_name what, const struct index_ends *ends)
{
	const struct opened *o = ctx;
	struct resolved r;

	if (what == INDEX_SOURCE)
		return opened_source_of(o, ends).name;
	r = opened_destination_of(o, ends);
	if (what == INDEX_DESTINATION)
		return r.name;
	return r.ns.n > 0 ? r.ns : opened_source_of(o, ends).ns;
}

/* ---- the whole ---- */

int
opened_refresh(struct opened *o, struct err *e)
{
	struct err local = ERR_INIT;
	struct tables fresh;
	int rc;

	if (e == NULL)
		e = &local;
	e->code = 0;
	rc = tables_load(&fresh, o, e);
	if (rc != 0)
		return e->code == rc ? rc
		                     : err_set(e, rc, "reading the index: %s",
		                               err_text(rc));
	tables_release(&o->t);
	o->t = fresh;
	return 0;
}

int
opened_new(const char *workspace, const char *index,
           const struct proto_limits *limits, struct err *e,
           struct opened **ret_opened)
{
	struct opened *o = mem_zalloc(sizeof(*o));
	int rc;

	if (o == NULL)
		return err_set(e, ERR_NOMEM, "no memory to open %s", index);
	o->limits = *limits;
	o->names = (struct index_names){ .name = name_of, .ctx = o };
	o->workspace = mem_dup_text(workspace, strlen(workspace));
	if (o->workspace == NULL)
		rc = err_set(e, ERR_NOMEM, "no memory to open %s", index);
	else
		rc = index_open(index, e, &o->index);
	if (rc == 0)
		rc = index_names(o->index, &o->names, e);
	if (rc == 0)
		rc = opened_refresh(o, e);
	if (rc != 0) {
		opened_free(o);
		return rc;
	}
	*ret_opened = o;
	return 0;
}

void
opened_free(struct opened *o)
{
	if (o == NULL)
		return;
	tables_release(&o->t);
	index_reader_free(o->index);
	mem_free(o->workspace);
	mem_free(o);
}

void
opened_set_schema(struct opened *o, const struct protobuf_set *set)
{
	o->schema = set;
}

const struct protobuf_set *
opened_schema(const struct opened *o)
{
	return o->schema;
}

const char *
opened_workspace(const struct opened *o)
{
	return o->workspace;
}

struct index_reader *
opened_index(struct opened *o)
{
	return o->index;
}

struct evidence *
opened_evidence(struct opened *o)
{
	return o->t.evidence;
}

struct blocks *
opened_blocks(struct opened *o)
{
	return o->t.blocks;
}

const struct proto_limits *
opened_limits(const struct opened *o)
{
	return &o->limits;
}

struct str
opened_source(const struct opened *o, uint32_t source)
{
	return source < o->t.nnames ? o->t.names[source] : STR_NONE;
}
