/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: the index writer and its thread.
 *
 * Rows come as outs from a bounded pool. After a failure outs are still taken,
 * and dropped.
 */
#ifndef INGEST_STORE_H
#define INGEST_STORE_H

#include "analyzer/index/writer.h"
#include "analyzer/ingest/job.h"
#include "analyzer/ingest/out.h"
#include "base/compiler.h"

struct store;

/* An index file at `path`; `outs` is how many outs there are in all. */
int store_new(struct job *j, const char *path, size_t outs, struct err *e,
              struct store **ret_store) WARN_UNUSED;
/* Every out must have been given back. */
void store_free(struct store *s);
int store_start(struct store *s) WARN_UNUSED;

/* Waits for an empty out. */
struct out *store_get(struct store *s);
/* Hand over a filled one and get an empty one. */
struct out *store_swap(struct store *s, struct out *o);
/* Return one unused. */
void store_give_back(struct store *s, struct out *o);

/* No more rows: write what is queued and stop the thread. */
void store_finish(struct store *s);
/* For rows about the whole, after store_finish(). */
struct index_writer *store_writer(struct store *s);
/* One more diag row, after store_finish(). */
int store_diag(struct store *s, const struct diag *d,
               struct err *e) WARN_UNUSED;
/* Did any diag row say that something was refused or unreadable? */
bool store_refused(const struct store *s);

#endif /* INGEST_STORE_H */
