/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: from packet records to the workers.
 *
 * Runs in the reader. Decodes headers, puts IP fragments together, assigns
 * capture points, counts what belongs to no stream, and gives every other
 * packet to the worker that owns its flow's virtual shard.
 *
 * A capture point is one vantage: a folder and an interface (chain.h); the
 * interfaces of a file are told apart (ADR 0016). What a file has of one goes
 * on with the point of the file before it when it starts no earlier than that
 * one ended (one second of slack); one that overlaps gets a point of its own,
 * so that no packet is seen twice.
 */
#ifndef INGEST_ROUTE_H
#define INGEST_ROUTE_H

#include "analyzer/ingest/batch.h"
#include "analyzer/ingest/job.h"
#include "analyzer/ingest/out.h"
#include "analyzer/ingest/worker.h"
#include "base/compiler.h"
#include "snapshot/capture.h"
#include "snapshot/layout.h"

struct route;

/* `out` is where diag and point rows go; it may be swapped by the owner. */
int route_new(struct job *j, struct worker **workers, size_t nworkers,
              struct batch_pool *batches, struct out **out,
              struct route **ret_route) WARN_UNUSED;
void route_free(struct route *r);

/* Begin a capture file; all borrowed until route_file_end(). */
int route_file(struct route *r, struct job_source *source,
               const struct layout *layout,
               const struct capture *capture) WARN_UNUSED;
/* The packets that follow lie in this block. */
void route_block(struct route *r, struct block *b);
int route_record(struct route *r, const struct record *rec) WARN_UNUSED;
/* The block is done with: hand over what was gathered. */
void route_block_end(struct route *r);
int route_file_end(struct route *r) WARN_UNUSED;

/* The node a member belongs to: its name, else its folder. */
struct str route_node(const struct layout *l);

#endif /* INGEST_ROUTE_H */
