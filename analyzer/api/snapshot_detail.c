/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/snapshot_detail.h"

#include "analyzer/api/page.h"
#include "analyzer/entry/disposition.h"

enum { POINTS_MAX = 4096, LIMITS_MAX = 128 };

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
	jout_put_uint(j, "linktype", i->linktype);
	jout_put_uint(j, "snaplen", i->snaplen);
	if (i->drops >= 0)
		jout_put_int(j, "drops", i->drops);
	else
		jout_put_null(j, "drops");
	jout_end_object(j);
	return j->error;
}

/* ---- capture points ---- */

struct vantage {
	uint32_t id;
	uint64_t packets;
	int64_t first, last;
};

struct vantages {
	struct vantage *v;
	size_t n;
};

static int
add_source(void *ctx, const struct index_source *s)
{
	struct vantages *all = ctx;
	size_t i = 0;

	if (!s->capture)
		return 0;
	while (i < all->n && all->v[i].id != s->point)
		i++;
	if (i == POINTS_MAX)
		return 0;
	if (i == all->n)
		all->v[all->n++] = (struct vantage){ .id = s->point };
	all->v[i].packets += s->records;
	if (s->records == 0)
		return 0;
	if (all->v[i].first == 0 || s->first_ts < all->v[i].first)
		all->v[i].first = s->first_ts;
	if (s->last_ts > all->v[i].last)
		all->v[i].last = s->last_ts;
	return 0;
}

static int
put_points(struct detail *d)
{
	struct vantages all = { .n = 0 };
	struct json_out *j = d->j;
	int rc;

	all.v = arena_array(&d->c->arena, POINTS_MAX, sizeof(*all.v));
	if (all.v == NULL)
		return ERR_NOMEM;
	rc = index_sources(opened_index(d->o), add_source, &all, &d->c->err);
	jout_put(j, "points");
	jout_begin_array(j);
	for (size_t i = 0; i < all.n; i++) {
		const struct index_point *p = opened_point(d->o, all.v[i].id);

		jout_begin_object(j);
		jout_put_uint(j, "id", all.v[i].id);
		jout_put_str(j, "node", p != NULL ? p->node : STR_NONE);
		jout_put_str(j, "ip", p != NULL ? p->node_ip : STR_NONE);
		jout_put_str(j, "label", p != NULL ? p->label : STR_NONE);
		jout_put_uint(j, "packets", all.v[i].packets);
		page_put_time(j, "first", all.v[i].first);
		page_put_time(j, "last", all.v[i].last);
		jout_end_object(j);
	}
	jout_end_array(j);
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
