/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: where a snapshot comes from, and how it gets onto this machine.
 *
 *	source_open(&s, "s3://bucket/key", &options, &e)   what it is; is it
 *there source_fetch(&s, &watch, &e)                       on this machine
 *	... s.path, s.name ...
 *	source_release(&s)                                 what was fetched is
 *gone
 *
 * A file or folder is used where it is. Standard input and what comes from a
 * server go to a folder of their own in $TMPDIR, readable by their owner alone,
 * which source_release() removes.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cli/limits.h"
#include "cli/s3.h"
#include "cli/spool.h"

enum { SOURCE_SHOWN = 512 };

enum source_kind {
	SOURCE_FILE,
	SOURCE_FOLDER,
	SOURCE_STDIN,
	SOURCE_URL,
	SOURCE_S3,
};

struct source_watch {
	void *ctx;
	/* A sentence worth a line. */
	void (*note)(void *ctx, const char *text);
	/* Bytes so far and in all; total 0: not known. */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	const atomic_bool *cancel;
};

struct source {
	enum source_kind kind;
	const char *text; /* as it was given */
	const char *path; /* on this machine; NULL before it was fetched */
	struct spool spool;
	const struct cli_limits *limits;
	struct s3 s3;
	/* `text` without what may be a secret in it. */
	char shown[SOURCE_SHOWN];
};

/*
 * s3_endpoint: see s3_env.h; NULL for none. Tell what `text` is, which is
 * borrowed, and check what can be checked without a network: a file or folder
 * is there and readable, an address is well formed. -ENOENT and others;
 * ERR_USAGE.
 */
int source_open(struct source *s, const char *text,
                const struct cli_limits *limits, const char *s3_endpoint,
                struct err *e) WARN_UNUSED;

/* ERR_CANCELLED, ERR_LIMIT, ERR_NOTFOUND, ERR_IO, ... with a sentence. */
int source_fetch(struct source *s, const struct source_watch *watch,
                 struct err *e) WARN_UNUSED;

void source_release(struct source *s);

#endif /* CLI_SOURCE_H */
