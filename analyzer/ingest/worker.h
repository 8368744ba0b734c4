/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: owns the flows of some virtual shards outright.
 *
 * Takes batches of packets from the reader, gives rows to the store. Without a
 * thread, worker_batch() is called directly.
 */
#ifndef INGEST_WORKER_H
#define INGEST_WORKER_H

#include "analyzer/ingest/batch.h"
#include "analyzer/ingest/job.h"
#include "analyzer/ingest/learnt.h"
#include "analyzer/ingest/out.h"
#include "analyzer/ingest/store.h"
#include "base/compiler.h"

struct worker;

int worker_new(struct job *j, struct batch_pool *batches, struct store *store,
               struct worker **ret_worker) WARN_UNUSED;
void worker_free(struct worker *w);
int worker_start(struct worker *w) WARN_UNUSED;

/* Give it a batch; it is taken. */
void worker_push(struct worker *w, struct batch *b);
/*
 * No more batches: end all flows and wait until all rows are handed over. The
 * thread goes on to let go of the flows; worker_free() waits for it.
 */
void worker_finish(struct worker *w);

/* Names in the answers that it saw; complete after worker_finish(). */
const struct learnt *worker_learnt(const struct worker *w);
uint64_t worker_streams(const struct worker *w);
uint64_t worker_entries(const struct worker *w);
/* Idle streams put away to make room, without loss. */
uint64_t worker_put_away(const struct worker *w);

#endif /* INGEST_WORKER_H */
