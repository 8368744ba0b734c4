/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool: a folder in $TMPDIR for what has to be fetched first; it goes with all
 * that is in it.
 *
 *   $TMPDIR/kubeshark-XXXXXX/
 *     lock       held as long as the process lives (snapshot/lock.h)
 *     snapshot/  what is fetched
 *
 * What a process that was killed has left is removed by the next one that needs
 * a spool, or by kubeshark clean.
 */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum {
	SPOOL_PATH = 1024,
	/* Seconds: a younger one may not have got its lock yet. */
	SPOOL_YOUNG = 60,
};

struct spool {
	int fd;   /* of path; -1: there is none */
	int lock; /* -1: the same */
	char top[SPOOL_PATH];
	char path[SPOOL_PATH + 16]; /* where files are made */
	char file[SPOOL_PATH * 2];  /* see spool_file() */
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

/* Remove those below `tmp` whose process is gone; returns how many. */
size_t spool_sweep(const char *tmp);

#endif /* CLI_SPOOL_H */
