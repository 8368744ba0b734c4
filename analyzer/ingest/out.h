/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out: rows on their way to the index writer.
 *
 * Everything a row borrows is copied into the out's arena. Outs are recycled
 * through a pool; their number bounds how far workers run ahead of the index.
 */
#ifndef INGEST_OUT_H
#define INGEST_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/queue.h"

struct out {
	struct arena arena;
	size_t nentries, entries_cap;
	struct index_entry *entries;
	size_t nstreams, streams_cap;
	struct stream *streams;
	size_t nparts, parts_cap;
	struct index_part *parts;
	size_t ndiags, diags_cap;
	struct diag *diags;
	size_t npoints, points_cap;
	struct index_point *points;
	size_t nifaces, ifaces_cap;
	struct index_iface *ifaces;
	size_t nsources, sources_cap;
	struct index_source *sources;
	size_t nids, ids_cap;
	struct index_identity *ids;
};

/* Copy one row in; ERR_NOMEM or ERR_BUDGET. */
int out_entry(struct out *o, const struct index_entry *e) WARN_UNUSED;
int out_stream(struct out *o, const struct stream *s) WARN_UNUSED;
int out_part(struct out *o, const struct index_part *p) WARN_UNUSED;
int out_diag(struct out *o, const struct diag *d) WARN_UNUSED;
int out_point(struct out *o, const struct index_point *p) WARN_UNUSED;
int out_iface(struct out *o, const struct index_iface *i) WARN_UNUSED;
int out_source(struct out *o, const struct index_source *s) WARN_UNUSED;
int out_identity(struct out *o, const struct index_identity *i) WARN_UNUSED;

size_t out_rows(const struct out *o);
/* Enough in it that it should go to the writer now. */
int out_full(const struct out *o);
void out_clear(struct out *o);
/* Free what it owns, not the out itself. */
void out_release(struct out *o);

struct out_pool {
	struct queue free;
	size_t n;
};

int out_pool_init(struct out_pool *p, size_t n) WARN_UNUSED;
void out_pool_release(struct out_pool *p);
/* Waits until one is free. */
struct out *out_get(struct out_pool *p);
void out_put(struct out_pool *p, struct out *o);

#endif /* INGEST_OUT_H */
