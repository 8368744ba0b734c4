/* SPDX-License-Identifier: Apache-2.0 */
/*
 * indexed: snapshots put through the whole analyzer, for tests.
 *
 * One temporary folder serves many runs, one after the other. Each run indexes
 * an input into a workspace of its own and opens the result; the next run, or
 * the end, drops it again. Inputs can be made of captures in memory: any number
 * of them go into one archive, each in a folder of its own and therefore with a
 * vantage of its own, so that a sweep pays for one index and not for thousands.
 *
 * A test ends when there is no memory or no room on the disk.
 */
#ifndef TESTS_SUPPORT_INDEXED_H
#define TESTS_SUPPORT_INDEXED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "analyzer/index/row.h"
#include "analyzer/ingest/ingest.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "snapshot/workspace.h"
#include "tests/support/mktar.h"

struct indexed {
	char dir[40];
	struct workspace_root *root;
	struct ingest_options opt;        /* of the runs to come */
	struct ingest_progress *progress; /* NULL: nobody looks */

	/* of the last run */
	int code;
	struct err err;
	struct ingest_result result;
	struct workspace *ws;
	struct opened *o; /* NULL when code is not 0 */
};

void indexed_begin(struct indexed *x);
void indexed_end(struct indexed *x);

/* Index and open; true when that worked. Else `code` and `err` say why not. */
bool indexed_run(struct indexed *x, const char *input);
/* Let go of the last run before the next one does. */
void indexed_drop(struct indexed *x);

/* The same with captures in memory: clear, add some, run. */
struct indexed_set {
	struct mktar tar;
	size_t n; /* how many are in it; the next one is source n */
};
void indexed_add(struct indexed_set *s, const void *capture, size_t n);
bool indexed_run_set(struct indexed *x, struct indexed_set *s);
void indexed_clear(struct indexed_set *s);

/* Every entry in order of id. */
void indexed_each(struct indexed *x,
                  void (*f)(void *ctx, const struct index_entry *e), void *ctx);

/* HTTP/1.x, whatever is spoken over it. */
bool indexed_is_http1(const struct index_entry *e);

/* An entry in the shapes of the API; the caller's to json_decref(). */
json_t *indexed_full(struct indexed *x, const struct index_entry *e);
json_t *indexed_base(struct indexed *x, const struct index_entry *e);
json_t *indexed_sections(struct indexed *x, const struct index_entry *e);

/*
 * Bytes of a side's body, decoded or as they were sent; holes count. Returns 0,
 * or why it went no further.
 */
int indexed_body(struct indexed *x, const struct index_entry *e, enum side side,
                 uint64_t *ret_n);
int indexed_raw_body(struct indexed *x, const struct index_entry *e,
                     enum side side, uint64_t *ret_n);

/* "0123..." of the run's canonical digest. */
const char *indexed_digest(const struct indexed *x, char out[SHA256_HEX_MAX]);

/* The whole of a file on the heap, with a NUL behind it. NULL: not there. */
char *indexed_slurp(const char *path, size_t *ret_n);

#endif /* TESTS_SUPPORT_INDEXED_H */
