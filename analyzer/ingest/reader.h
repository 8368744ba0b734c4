/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: walks the members of the input and feeds every stage.
 *
 * Each member's bytes go block by block to the disk stage (hash, store) and,
 * by its kind, to the capture parser and the router, or into memory (name
 * histories, manifests). A broken member never stops the rest.
 */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include "analyzer/ingest/check.h"
#include "analyzer/ingest/disk.h"
#include "analyzer/ingest/job.h"
#include "analyzer/ingest/route.h"
#include "analyzer/ingest/store.h"
#include "base/compiler.h"
#include "snapshot/input.h"
#include "snapshot/manifest.h"

struct reader {
	struct job *job;
	struct input *input;
	struct block_pool *blocks;
	struct disk *disk;
	struct route *route;
	struct store *store;
	struct out **out; /* diag, point and identity rows */
	int64_t read_ns;  /* spent reading and inflating */
	int64_t decode_ns;
	struct manifest *manifest;      /* NULL: none or unreadable */
	struct snapshot_info *info;     /* likewise */
	bool manifest_bad;              /* there is one, but unreadable */
	struct check_refusal *refusals; /* newest first */
};

/* Told by the input; ctx is the struct reader. */
void reader_note(void *ctx, const struct input_note *n);

/* Read everything. A code only when the whole must stop. */
int reader_run(struct reader *r, struct err *e) WARN_UNUSED;
void reader_release(struct reader *r);

#endif /* INGEST_READER_H */
