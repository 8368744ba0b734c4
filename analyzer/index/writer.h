/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer: builds an index file. One thread.
 *
 * While building, a file that is watched is in WAL mode and what was put is
 * committed at least every 200 ms when index_tick() is called, so that readers
 * see it grow.
 * index_seal() is a separate step: secondary indexes, canonical digest,
 * checkpoint, sync; after it the file is opened immutable.
 */
#ifndef INDEX_WRITER_H
#define INDEX_WRITER_H

#include <stdbool.h>

#include "analyzer/index/row.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"

struct index_writer;

/*
 * Create path; it must not exist. Unless it is watched nobody may open it
 * before it is sealed, and it is written without a log: once instead of twice.
 */
int index_create(const char *path, bool watched, struct err *e,
                 struct index_writer **ret_writer) WARN_UNUSED;
/* Without a seal the file stays as it is, marked as partial. */
void index_writer_free(struct index_writer *w);

int index_put(struct index_writer *w, const struct index_batch *b,
              struct err *e) WARN_UNUSED;
/* Again when it is complete: the last one counts. */
int index_put_source(struct index_writer *w, const struct index_source *s,
                     struct err *e) WARN_UNUSED;
int index_put_iface(struct index_writer *w, const struct index_iface *i,
                    struct err *e) WARN_UNUSED;
int index_put_point(struct index_writer *w, const struct index_point *p,
                    struct err *e) WARN_UNUSED;
int index_put_identity(struct index_writer *w, const struct index_identity *i,
                       struct err *e) WARN_UNUSED;
int index_put_diag(struct index_writer *w, const struct diag *d,
                   struct err *e) WARN_UNUSED;
/* A fact about the whole: "tool", "evidence", "sealed", "cluster", ... */
int index_put_meta(struct index_writer *w, const char *key, struct str value,
                   struct err *e) WARN_UNUSED;

/* Commit if 200 ms have passed since the last commit; now_ns is monotonic. */
int index_tick(struct index_writer *w, int64_t now_ns,
               struct err *e) WARN_UNUSED;

/* Commit what was put, now. */
int index_flush(struct index_writer *w, struct err *e) WARN_UNUSED;

/*
 * Readers of the growing file have to let go of it for the last step of
 * sealing: `f` is called then and returns when they have.
 */
void index_writer_alone(struct index_writer *w, void (*f)(void *ctx),
                        void *ctx);

/*
 * Finish the file. *ret_digest is the digest of its canonical content: the
 * same evidence, version and limits give the same digest on any machine, with
 * any number of threads, from an archive or a folder.
 */
int index_seal(struct index_writer *w, struct err *e,
               uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

/* Bytes of the file so far. */
uint64_t index_bytes(const struct index_writer *w);

#endif /* INDEX_WRITER_H */
