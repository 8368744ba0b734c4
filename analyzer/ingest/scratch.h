/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch: a file for what a worker has to remember and memory has no room for.
 *
 * It is made when it is first written to, in the folder of a workspace that is
 * being made, and has no name from then on: it is gone with the process.
 * Nobody can open it, and no finished workspace has it. One thread.
 */
#ifndef INGEST_SCRATCH_H
#define INGEST_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct scratch {
	const char *folder;
	int fd; /* -1: none yet */
};

/* The folder's name is borrowed until the first write. */
void scratch_init(struct scratch *s, const char *folder);
void scratch_release(struct scratch *s);

/* All of it or a code; ERR_CORRUPT: it was never written. */
int scratch_read(struct scratch *s, uint64_t off, void *p,
                 size_t n) WARN_UNUSED;
int scratch_write(struct scratch *s, uint64_t off, const void *p,
                  size_t n) WARN_UNUSED;

#endif /* INGEST_SCRATCH_H */
