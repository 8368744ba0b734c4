/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outfile: a file that appears when it is complete, or not at all.
 *
 * It is written under a temporary name in the same folder, synced, and renamed.
 * A file that was there is replaced in that moment. "-" is standard output,
 * which gets what is written as it comes.
 */
#ifndef CMD_OUTFILE_H
#define CMD_OUTFILE_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

struct outfile {
	const char *path;
	char *temporary; /* NULL: standard output */
	int fd;
	int code; /* why it could not be written to */
};

/* `path` is borrowed. What is no regular file is not replaced: ERR_EXIST. */
int outfile_open(struct outfile *f, const char *path,
                 struct err *e) WARN_UNUSED;
/* For base/outlet.h; `ctx` is the outfile. A failure is kept in `code`. */
int outfile_write(void *ctx, const char *p, size_t n);
/* After such a failure, the whole sentence about it; returns `code`. */
int outfile_tell(const struct outfile *f, struct err *e);
/* Complete: give it its name. On failure nothing of it is left. */
int outfile_commit(struct outfile *f, struct err *e) WARN_UNUSED;
/* Away with it. */
void outfile_abandon(struct outfile *f);

#endif /* CMD_OUTFILE_H */
