/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's /pcaps/: how many streams, one of them, many of them. */
#include "analyzer/api/hub.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/export/export.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/literal.h"
#include "analyzer/query/ids.h"
#include "base/clock.h"
#include "version.h"

/* ---- how many ---- */

int
api_total_streams(struct call *c)
{
	struct index_stream_totals totals;
	struct json_out *j;
	struct opened *o;
	uint64_t total = 0;
	int rc = 0;

	for (unsigned n = 1; n <= catalog_count(call_catalog(c)) && rc == 0;
	     n++) {
		/* As the original: what does not answer is not counted. */
		if (call_borrow(c, n, &o) != 0)
			continue;
		rc = index_stream_totals(opened_index(o), &c->err, &totals);
		if (rc == 0)
			total += totals.with_entries;
	}
	if (rc != 0)
		return rc;
	j = call_json(c);
	jout_begin_object(j);
	jout_put_uint(j, "total", total);
	jout_end_object(j);
	return 0;
}

/* ---- archives ---- */

struct packing {
	struct call *c;
	struct export_job job;
	struct export_part *part; /* one a snapshot, at most; job.part */
	enum export_format format;
	struct run_query query;
	struct ask *ask; /* one a part */
	struct outlet out;
	struct stream *stream;
};

static int
write_out(void *ctx, const char *p, size_t n)
{
	return stream_write(((struct packing *)ctx)->stream, p, n);
}

static int
pack(void *ctx, struct stream *s, struct err *e)
{
	struct packing *p = ctx;
	struct export_counts *counts = arena_zalloc(&p->c->arena,
	                                            sizeof(*counts));

	if (counts == NULL)
		return ERR_NOMEM;
	p->stream = s;
	outlet_init(&p->out, write_out, p, &p->c->cancel);
	return export_write(&p->job, p->format, &p->out, e, counts);
}

static void
release_asks(void *ctx)
{
	struct packing *p = ctx;

	for (size_t i = 0; i < p->job.nparts; i++)
		ask_release(&p->ask[i]);
}

static int
packing_new(struct call *c, struct packing **ret)
{
	struct packing *p = arena_zalloc(&c->arena, sizeof(*p));
	unsigned n = catalog_count(call_catalog(c));

	if (p == NULL)
		return ERR_NOMEM;
	*ret = p;
	p->c = c;
	p->part = arena_array(&c->arena, n + 1u, sizeof(*p->part));
	p->ask = arena_array(&c->arena, n + 1u, sizeof(*p->ask));
	if (arena_error(&c->arena) != 0)
		return ERR_NOMEM;
	p->query.cancel = &c->cancel;
	p->job.part = p->part;
	p->job.query = &p->query;
	p->job.program = STR("analyzer " VERSION_TEXT);
	p->job.limits = &c->server->opt.export_limits;
	call_defer(c, release_asks, p);
	return 0;
}

/* Snapshot n and, for entries of it, a query. */
static int
add_part(struct packing *p, unsigned n, struct str query,
         const struct export_part *part)
{
	struct ask_options opt = { .mode = ASK_COMPATIBLE, .snapshot = n };
	size_t at = p->job.nparts;
	struct opened *o;
	int rc = call_borrow(p->c, n, &o);

	if (rc != 0)
		return rc;
	p->part[at] = *part;
	p->part[at].source = (struct merge_source){
		.opened = o, .ask = &p->ask[at], .names = { .snapshot = n }
	};
	rc = ask_prepare(query, o, &opt, &p->c->err, &p->ask[at]);
	p->job.nparts++;
	return rc;
}

static int
send_archive(struct call *c, struct packing *p)
{
	call_header(c, "Content-Description", "File Transfer");
	call_header(c, "Content-Transfer-Encoding", "binary");
	call_header(c, "Content-Disposition",
	            "attachment; filename=kubeshark_%lld.tar.gz",
	            (long long)(clock_wall() / CLOCK_SEC));
	return call_stream(c, "application/octet-stream", pack, p);
}

static int
nothing(void *ctx, const struct stream *s)
{
	(void)s;
	*(bool *)ctx = true;
	return 0;
}

int
api_pcaps_download(struct call *c)
{
	struct packing *p = NULL;
	unsigned snapshot;
	int64_t *stream = arena_zalloc(&c->arena, sizeof(*stream));
	struct export_part part = { .listed = true,
		                    .streams = stream,
		                    .nstreams = 1 };
	bool there = false;
	int rc = stream != NULL ? hub_stream(c, &snapshot, stream) : ERR_NOMEM;

	if (rc != 1)
		return rc;
	rc = packing_new(c, &p);
	if (rc == 0)
		rc = add_part(p, snapshot, STR(""), &part);
	if (rc == 0)
		rc = index_stream(opened_index(p->part[0].source.opened),
		                  *stream, nothing, &there, &c->err);
	if (rc != 0)
		return rc;
	if (!there)
		return hub_error(c, 404, "there is no such file");
	p->format = EXPORT_STREAM;
	return send_archive(c, p);
}

/* ---- merge ---- */

/* What the workers of one snapshot are asked for. */
struct wanted {
	bool named;
	struct kfl_value **workers; /* members of `pcaps` */
	size_t nworkers;
};

struct merging {
	struct call *c;
	struct packing *p;
	struct str query;
	struct wanted *of; /* by number of the snapshot, from 1 */
	bool any;          /* is any worker named? */
};

static int
bad_body(struct call *c)
{
	call_status(c, 400);
	call_bytes(c, "application/json; charset=utf-8", STR("{}"));
	return 0;
}

/* 1; or 0: the reply is an error. */
static int
sort_workers(struct merging *m, const struct kfl_value *pcaps)
{
	struct arena *a = &m->c->arena;
	size_t n = 0;

	for (struct kfl_value *w = pcaps->u.list.first; w != NULL; w = w->next)
		n++;
	for (struct kfl_value *w = pcaps->u.list.first; w != NULL;
	     w = w->next) {
		unsigned k = hub_snapshot(m->c, w->key);
		struct wanted *of = &m->of[k];

		if (k == 0)
			return hub_error(m->c, 500, "there is no such worker");
		if (of->workers == NULL)
			of->workers = arena_array(a, n, sizeof(*of->workers));
		if (of->workers == NULL)
			return ERR_NOMEM;
		of->named = m->any = true;
		of->workers[of->nworkers++] = w;
	}
	return 1;
}

/* 1; or 0: the reply is an error. */
static int
parse_merge(struct merging *m)
{
	struct call *c = m->c;
	const struct kfl_value *query, *pcaps;
	struct kfl_value *v;

	m->of = arena_array(&c->arena, catalog_count(call_catalog(c)) + 1u,
	                    sizeof(*m->of));
	if (m->of == NULL)
		return ERR_NOMEM;
	if (kfl_json_parse(c->body, &c->arena, &v) != 0 ||
	    v->type != KFL_V_OBJECT)
		return bad_body(c);
	query = kfl_value_member(v, STR("query"));
	pcaps = kfl_value_member(v, STR("pcaps"));
	m->query = STR("");
	if (query != NULL && query->type == KFL_V_STRING)
		m->query = str_trim(query->u.text);
	if (pcaps == NULL || pcaps->type != KFL_V_OBJECT)
		return 1;
	return sort_workers(m, pcaps);
}

/* The streams that are listed and there; others are passed over. */
static int
list_streams(struct merging *m, unsigned n, struct export_part *ret_part)
{
	const struct wanted *of = &m->of[n];
	struct opened *o;
	int64_t *streams;
	size_t max = 0;
	int rc = call_borrow(m->c, n, &o);

	for (size_t i = 0; i < of->nworkers; i++)
		for (const struct kfl_value *s = of->workers[i]->u.list.first;
		     s != NULL; s = s->next)
			max++;
	streams = arena_array(&m->c->arena, max + 1, sizeof(*streams));
	if (rc != 0 || streams == NULL)
		return rc != 0 ? rc : ERR_NOMEM;
	ret_part->streams = streams;
	for (size_t i = 0; i < of->nworkers; i++) {
		for (const struct kfl_value *s = of->workers[i]->u.list.first;
		     s != NULL && rc == 0; s = s->next) {
			int64_t *id = &streams[ret_part->nstreams];
			bool there = false;

			if (s->type != KFL_V_STRING ||
			    ids_parse_stream(s->u.text, id) != 0)
				continue;
			rc = index_stream(opened_index(o), *id, nothing, &there,
			                  &m->c->err);
			ret_part->nstreams += there;
		}
	}
	return rc;
}

/* Does a worker of this snapshot list streams? */
static bool
has_list(const struct wanted *of)
{
	for (size_t i = 0; i < of->nworkers; i++)
		if (of->workers[i]->type == KFL_V_ARRAY &&
		    of->workers[i]->u.list.first != NULL)
			return true;
	return false;
}

/* The query, of entries that the named workers saw. */
static struct str
query_of(struct merging *m, const struct wanted *of)
{
	struct arena *a = &m->c->arena;
	struct str text = STR("");

	for (size_t i = 0; i < of->nworkers; i++) {
		struct str ip, port;

		(void)str_split1(of->workers[i]->key, ':', &ip, &port);
		text = arena_printf(a, STR_FMT "%snode.ip == " STR_FMT,
		                    STR_ARG(text), i > 0 ? " or " : "",
		                    STR_ARG(kfl_literal_quote(ip, a)));
	}
	if (of->nworkers == 0)
		return m->query;
	if (m->query.n == 0)
		return text;
	return arena_printf(a, "(" STR_FMT "\n) and (" STR_FMT ")",
	                    STR_ARG(m->query), STR_ARG(text));
}

static int
add_merged(struct merging *m, unsigned n)
{
	const struct wanted *of = &m->of[n];
	struct export_part part = { .listed = false };
	int rc = 0;

	/* As the original: without a query the lists are not looked at. */
	part.listed = m->query.n > 0 && has_list(of);
	if (part.listed)
		rc = list_streams(m, n, &part);
	if (rc != 0)
		return rc;
	return add_part(m->p, n, part.listed ? STR("") : query_of(m, of),
	                &part);
}

/*
 * A folder a node with the streams that are listed or, where none are, those of
 * what the query matches now.
 */
int
api_pcaps_merge(struct call *c)
{
	struct merging m = { .c = c };
	struct ask_options opt = { .mode = ASK_COMPATIBLE };
	struct ask check;
	int rc = parse_merge(&m);

	if (rc != 1)
		return rc;
	rc = ask_prepare(m.query, NULL, &opt, &c->err, &check);
	ask_release(&check);
	if (rc != 0)
		return hub_error(c, 500, c->err.text);
	rc = packing_new(c, &m.p);
	for (unsigned n = 1; n <= catalog_count(call_catalog(c)) && rc == 0;
	     n++) {
		if (!m.any || m.of[n].named)
			rc = add_merged(&m, n);
	}
	if (rc == 0 && m.p->job.nparts == 0)
		return hub_error(c, 500, "there is no worker");
	if (rc != 0)
		return hub_error(c, 500, c->err.text);
	m.p->format = EXPORT_ARCHIVE;
	return send_archive(c, m.p);
}
