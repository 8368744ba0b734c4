/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence: bytes of the capture files by position, for reading again.
 *
 * The files are either a workspace's own copies or the user's files read in
 * place. A file in place that has changed since it was indexed (size, mtime or
 * inode) is refused with ERR_CHANGED rather than read wrongly: this is looked
 * at when the file is opened, and before every later read when its mtime was
 * given. Links are not followed. A bounded number of files is open at a time.
 * One evidence belongs to one thread.
 */
#ifndef SNAPSHOT_EVIDENCE_H
#define SNAPSHOT_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

/* Files open at a time, well under the usual 256 or 1024 of a process. */
#define EVIDENCE_OPEN_MAX 64u
/* Ordinals are given one by one; as many as an archive may have members. */
#define EVIDENCE_SOURCES_MAX (1u << 24)

struct evidence_file {
	const char *path; /* borrowed by evidence_add(), copied */
	uint64_t size;
	int64_t mtime;  /* nanoseconds; 0: do not check */
	uint64_t inode; /* 0: do not check */
};

struct evidence;

/* NULL when there is no memory. */
struct evidence *evidence_new(void) WARN_UNUSED;
void evidence_free(struct evidence *ev);

/*
 * Files are known by the source ordinal of the index, each added once. Nothing
 * is opened yet. ERR_EXIST, ERR_LIMIT (the ordinal), ERR_NOMEM.
 */
int evidence_add(struct evidence *ev, uint32_t source,
                 const struct evidence_file *file) WARN_UNUSED;

/* How many bytes a source has; 0 when there is no such source. */
uint64_t evidence_size(const struct evidence *ev, uint32_t source);

/*
 * Read exactly n bytes at off. ERR_NOTFOUND (unknown source), ERR_CHANGED,
 * ERR_TRUNCATED (the file ends before), ERR_NOENT, ERR_ACCESS, ERR_IO; buf is
 * undefined then.
 */
int evidence_read(struct evidence *ev, uint32_t source, uint64_t off, void *buf,
                  size_t n, struct err *e) WARN_UNUSED;

#endif /* SNAPSHOT_EVIDENCE_H */
