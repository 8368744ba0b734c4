/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/overview.h"

#include "analyzer/entry/entry.h"

struct reading {
	struct overview *v;
	struct arena *a;
};

static int
add_source(void *ctx, const struct index_source *row)
{
	struct overview *v = ((struct reading *)ctx)->v;

	v->members++;
	v->bytes += row->bytes;
	if (!row->capture)
		return 0;
	v->captures++;
	v->packets += row->records;
	for (size_t i = 0; i < DISPOSITION_COUNT; i++)
		v->dispositions[i] += row->dispositions[i];
	if (row->records == 0)
		return 0;
	if (v->from == 0 || row->first_ts < v->from)
		v->from = row->first_ts;
	if (row->last_ts > v->to)
		v->to = row->last_ts;
	return 0;
}

static int
add_protocol(void *ctx, struct str abbr, uint64_t n)
{
	struct reading *r = ctx;
	struct overview *v = r->v;

	v->entries += n;
	if (v->nprotocols == OVERVIEW_PROTOCOLS)
		return 0;
	v->protocols[v->nprotocols++] =
	    (struct overview_protocol){ arena_dup(r->a, abbr), n };
	return arena_error(r->a);
}

static int
add_diag(void *ctx, const struct diag *row)
{
	((struct reading *)ctx)->v->diags[row->kind]++;
	return 0;
}

static int
add_point(void *ctx, const struct index_point *row)
{
	struct reading *r = ctx;
	struct overview *v = r->v;

	if (row->node.n == 0 || v->nnodes == OVERVIEW_NODES)
		return 0;
	for (size_t i = 0; i < v->nnodes; i++) {
		if (str_eq(v->nodes[i], row->node))
			return 0;
	}
	v->nodes[v->nnodes++] = arena_dup(r->a, row->node);
	return arena_error(r->a);
}

/* The flags that make an entry incomplete, as entry_reason() sees them. */
static int64_t
doubtful(void)
{
	uint32_t flags = 0;

	for (unsigned bit = 0; bit < 31; bit++) {
		if (!entry_complete((uint32_t)1 << bit))
			flags |= (uint32_t)1 << bit;
	}
	return (int64_t)flags;
}

int
overview_read(struct opened *o, struct arena *a, struct err *e,
              struct overview *ret_overview)
{
	struct index_reader *r = opened_index(o);
	struct reading ctx = { ret_overview, a };
	struct index_bind mask = { .kind = INDEX_BIND_INT, .i = doubtful() };
	struct index_where in_doubt = { .sql = "flags & ?",
		                        .nbinds = 1,
		                        .binds = &mask };
	struct index_stream_totals streams = { .streams = 0 };
	int rc;

	memset(ret_overview, 0, sizeof(*ret_overview));
	rc = index_sources(r, add_source, &ctx, e);
	if (rc == 0)
		rc = index_stream_totals(r, e, &streams);
	ret_overview->streams = streams.streams;
	ret_overview->streams_used = streams.with_entries;
	ret_overview->gap_streams = streams.with_gaps;
	ret_overview->undecrypted = streams.undecrypted;
	if (rc == 0)
		rc = index_tally(r, add_protocol, &ctx, e);
	if (rc == 0)
		rc = index_diags(r, add_diag, &ctx, e);
	if (rc == 0)
		rc = index_points(r, add_point, &ctx, e);
	if (rc == 0)
		rc = index_count(r, &in_doubt, e, &ret_overview->incomplete);
	return rc;
}
