/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/snapshot_detail.h"

#include "analyzer/api/page.h"
#include "analyzer/entry/disposition.h"
#include "base/mem.h"

enum { LIMITS_MAX = 128 };

/* ---- members ---- */

struct detail {
	struct call *c;
	struct json_out *j;
	struct opened *o;
};

static void
put_dispositions_of(struct json_out *j, const struct index_source *s)
{
	jout_put(j, "dispositions");
	jout_begin_object(j);
	for (unsigned i = 0; i < DISPOSITION_COUNT; i++) {
		if (s->dispositions[i] > 0)
			jout_put_uint(j, disposition_name((enum disposition)i),
			              s->dispositions[i]);
	}
	jout_end_object(j);
}

static int
put_source(void *ctx, const struct index_source *s)
{
	struct detail *d = ctx;
	struct json_out *j = d->j;
	const struct index_point *p = s->capture ? opened_point(d->o, s->point)
	                                         : NULL;

	jout_begin_object(j);
	if (s->capture)
		jout_put_uint(j, "id", s->id);
	else
		jout_put_null(j, "id");
	jout_put_str(j, "name", s->name);
	jout_put_str(j, "format", s->format);
	jout_put_uint(j, "bytes", s->bytes);
	jout_put_str(j, "sha256", s->sha256);
	jout_put_str(j, "node", p != NULL ? p->node : STR_NONE);
	jout_put_str(j, "nodeIp", p != NULL ? p->node_ip : STR_NONE);
	jout_put_str(j, "label", p != NULL ? p->label : STR_NONE);
	jout_put_uint(j, "packets", s->records);
	page_put_time(j, "first", s->first_ts);
	page_put_time(j, "last", s->last_ts);
	jout_put_bool(j, "tls", s->tls);
	put_dispositions_of(j, s);
	jout_end_object(j);
	return j->error;
}

static int
put_iface(void *ctx, const struct index_iface *i)
{
	struct detail *d = ctx;
	struct json_out *j = d->j;

	jout_begin_object(j);
	jout_put_str(j, "source", opened_source(d->o, i->source));
	jout_put_uint(j, "interface", i->iface);
	jout_put_str(j, "name", i->name);
	if (i->point >= 0)
		jout_put_int(j, "point", i->point);
	else
		jout_put_null(j, "point");
	jout_put_uint(j, "linktype", i->linktype);
	jout_put_uint(j, "snaplen", i->snaplen);
	jout_put_uint(j, "packets", i->records);
	page_put_time(j, "first", i->first_ts);
	page_put_time(j, "last", i->last_ts);
	if (i->drops >= 0)
		jout_put_int(j, "drops", i->drops);
	else
		jout_put_null(j, "drops");
	jout_end_object(j);
	return j->error;
}

/* ---- capture points ---- */

/* What the files have of a point, in all. */
struct vantage {
	uint64_t packets;
	int64_t first, last;
};

struct vantages {
	const struct opened *o;
	const struct index_point *points;
	struct vantage *of; /* one a point */
	size_t n;
};

static int
add_iface(void *ctx, const struct index_iface *i)
{
	struct vantages *all = ctx;
	const struct index_point *p =
	    i->point >= 0 ? opened_point(all->o, (uint32_t)i->point) : NULL;
	struct vantage *v;

	if (i->records == 0 || p == NULL)
		return 0;
	v = &all->of[p - all->points];
	if (v->packets == 0 || i->first_ts < v->first)
		v->first = i->first_ts;
	if (v->packets == 0 || i->last_ts > v->last)
		v->last = i->last_ts;
	v->packets += i->records;
	return 0;
}

static void
put_point(struct json_out *j, const struct index_point *p,
          const struct vantage *v)
{
	jout_begin_object(j);
	jout_put_uint(j, "id", p->id);
	jout_put_str(j, "node", p->node);
	jout_put_str(j, "ip", p->node_ip);
	jout_put_str(j, "label", p->label);
	jout_put_uint(j, "packets", v->packets);
	page_put_time(j, "first", v->first);
	page_put_time(j, "last", v->last);
	jout_end_object(j);
}

static int
put_points(struct detail *d)
{
	struct vantages all = { .o = d->o };
	int rc;

	all.points = opened_points(d->o, &all.n);
	all.of = mem_zalloc((all.n + 1) * sizeof(*all.of));
	if (all.of == NULL)
		return ERR_NOMEM;
	rc = index_ifaces(opened_index(d->o), add_iface, &all, &d->c->err);
	jout_put(d->j, "points");
	jout_begin_array(d->j);
	for (size_t i = 0; i < all.n; i++)
		put_point(d->j, &all.points[i], &all.of[i]);
	jout_end_array(d->j);
	mem_free(all.of);
	return rc;
}

/* ---- what became of packets ---- */

static void
put_dispositions(struct json_out *j, const struct overview *v)
{
	jout_put(j, "dispositions");
	jout_begin_array(j);
	for (unsigned i = 0; i < DISPOSITION_COUNT; i++) {
		enum disposition what = (enum disposition)i;

		if (v->dispositions[i] == 0)
			continue;
		jout_begin_object(j);
		jout_put_str(j, "name", str_from_c(disposition_name(what)));
		jout_put_bool(j, "inStream", disposition_in_stream(what));
		jout_put_uint(j, "count", v->dispositions[i]);
		jout_put_str(j, "text", str_from_c(disposition_what(what)));
		jout_end_object(j);
	}
	jout_end_array(j);
}

/* ---- limits ---- */

struct hits {
	struct arena *a;
	struct {
		struct str name, text;
		uint64_t n;
	} of[LIMITS_MAX];
	size_t n;
};

static int
add_hit(void *ctx, const struct diag *d)
{
	struct hits *h = ctx;
	size_t i = 0;

	if (d->kind != DIAG_LIMIT)
		return 0;
	while (i < h->n && !str_eq(h->of[i].name, d->name))
		i++;
	if (i == LIMITS_MAX)
		return 0;
	if (i == h->n) {
		h->of[i].name = arena_dup(h->a, d->name);
		h->of[i].text = arena_dup(h->a, d->text);
		h->of[i].n = 0;
		h->n++;
	}
	h->of[i].n++;
	return 0;
}

static int
put_limits(struct detail *d)
{
	struct hits *h = arena_zalloc(&d->c->arena, sizeof(*h));
	struct json_out *j = d->j;
	int rc;

	if (h == NULL)
		return ERR_NOMEM;
	h->a = &d->c->arena;
	rc = index_diags(opened_index(d->o), add_hit, h, &d->c->err);
	jout_put(j, "limits");
	jout_begin_array(j);
	for (size_t i = 0; i < h->n; i++) {
		jout_begin_object(j);
		jout_put_str(j, "name", h->of[i].name);
		jout_put_uint(j, "count", h->of[i].n);
		jout_put_str(j, "text", h->of[i].text);
		jout_end_object(j);
	}
	jout_end_array(j);
	return rc;
}

/* ---- the whole ---- */

int
snapshot_detail_put(struct call *c, struct json_out *j, struct opened *o,
                    const struct overview *v)
{
	struct detail d = { c, j, o };
	int rc;

	jout_put(j, "sources");
	jout_begin_array(j);
	rc = index_sources(opened_index(o), put_source, &d, &c->err);
	jout_end_array(j);
	jout_put(j, "interfaces");
	jout_begin_array(j);
	if (rc == 0)
		rc = index_ifaces(opened_index(o), put_iface, &d, &c->err);
	jout_end_array(j);
	if (rc == 0)
		rc = put_points(&d);
	put_dispositions(j, v);
	if (rc == 0)
		rc = put_limits(&d);
	return rc;
}
