/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool: a folder in $TMPDIR for what has to be fetched first; it goes with all
 * that is in it.
 */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum { SPOOL_PATH = 1024 };

struct spool {
	int fd; /* of the folder; -1: there is none */
	char path[SPOOL_PATH];
	char file[SPOOL_PATH * 2]; /* see spool_file() */
};

/* Nothing yet. */
void spool_init(struct spool *s);
/* Make the folder, below `tmp`: $TMPDIR, or NULL for /tmp. */
int spool_open(struct spool *s, const char *tmp, struct err *e) WARN_UNUSED;
/* The folder and everything in it is removed. */
void spool_close(struct spool *s);

/*
 * Make a file of that name in it, whose path is then s->file; what is no fit
 * name becomes "snapshot".
 */
int spool_file(struct spool *s, struct str name, struct err *e,
               int *ret_fd) WARN_UNUSED;

#endif /* CLI_SPOOL_H */
