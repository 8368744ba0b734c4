/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job: what the threads of one ingest share.
 *
 * The first failure of any thread is kept and raises the cancel flag. Every
 * stage then goes on taking from its queue but only lets go of what it takes,
 * until the stage before it closes the queue: so nobody waits for ever and
 * everything finds its way home. Sources and their packet counts are gathered
 * here under a lock that is taken once a batch.
 */
#ifndef INGEST_JOB_H
#define INGEST_JOB_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "analyzer/ingest/ingest.h"
#include "base/arena.h"

/* Packets of one source by disposition, gathered by one thread. */
struct job_counts {
	uint32_t source;
	bool used;
	int64_t n[DISPOSITION_COUNT]; /* signed: a pending fragment may become
	                               * part of a datagram later */
};

struct job_source {
	struct index_source row;
	char sha256[SHA256_HEX_MAX];
	int64_t n[DISPOSITION_COUNT];
};

struct job {
	const struct ingest_options *opt;
	struct ingest_progress *progress;
	struct workspace *ws;

	pthread_mutex_t lock; /* guards all below */
	struct err err;
	struct job_source **sources; /* by ordinal */
	size_t nsources, sources_cap;
	struct arena names; /* strings of sources */
	int64_t ns[INGEST_STAGES];
};

int job_init(struct job *j, const struct ingest_options *opt,
             struct ingest_progress *progress,
             struct workspace *ws) WARN_UNUSED;
void job_release(struct job *j);

/* Keep the first failure and ask everybody to stop. */
void job_fail(struct job *j, const struct err *e);
void job_fail_code(struct job *j, int code, const char *what);
/* Has something failed, or was it cancelled? Cheap. */
bool job_stopped(struct job *j);

/*
 * A new source with strings copied; *ret_source is its row, owned by the job,
 * the address stable. ERR_LIMIT when there are too many.
 */
int job_source_new(struct job *j, struct str name, struct str format,
                   struct job_source **ret_source) WARN_UNUSED;

/* Add what a thread counted, and clear it. */
void job_count(struct job *j, struct job_counts *c);
/* Count one packet of `source`; flushes c when the source changes. */
void job_packet(struct job *j, struct job_counts *c, uint32_t source,
                enum disposition d, int64_t n);

void job_spent(struct job *j, enum ingest_stage s, int64_t ns);

#endif /* INGEST_JOB_H */
