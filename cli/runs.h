/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs: what tap -p leaves for other commands in ~/.kubeshark/runs.
 *
 * A run is two files: NAME.run tells who it is, one "key value" a line, and is
 * locked as long as its kubeshark lives, so that nobody takes a dead run for a
 * living one, or another process for it; NAME.log is what the analyzer logged.
 * The .run goes with the run, the .log stays, the newest RUNS_KEPT of them.
 *
 * Without a home, or when it cannot be written, there is no record, and that is
 * no failure.
 */
#ifndef CLI_RUNS_H
#define CLI_RUNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum { RUNS_KEPT = 8, RUNS_TEXT = 512, RUNS_PATH = 1024 };

struct run {
	int fd; /* the locked file; -1: no record */
	int log_fd;
	uint64_t log_left; /* bytes that may still be logged */
	char path[RUNS_PATH];
};

/* What is known of a run. Texts are empty when they are not known. */
struct run_facts {
	char runtime[16];
	char source[RUNS_TEXT];
	char front[RUNS_TEXT];
	char hub[RUNS_TEXT];
};

/* Begin the record of this process, and remove logs beyond RUNS_KEPT. */
void run_begin(struct run *r, uint64_t log_bytes);
void run_describe(struct run *r, const struct run_facts *facts);
/* A line of the analyzer's log, without its end. */
void run_log(struct run *r, struct str line);
/* The log stays. */
void run_end(struct run *r);

/* A run that was found. */
struct runs_found {
	const char *name; /* of its files, without the ending */
	const char *log;  /* path; the file may be missing */
	pid_t pid;        /* of the kubeshark that holds it; 0: it is dead */
	struct run_facts facts;
};

/*
 * Every run there is a file of, oldest first; each() returns 0 to go on. 0, the
 * first other thing that each() returned, or a negative errno.
 */
int runs_each(int (*each)(void *ctx, const struct runs_found *f),
              void *ctx) WARN_UNUSED;

/* Remove the files of a run that is dead. */
int runs_remove(const char *name) WARN_UNUSED;

#endif /* CLI_RUNS_H */
