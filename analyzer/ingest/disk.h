/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk: hashes every member, and writes those that were unpacked.
 *
 * Takes the reader's blocks in order, in a thread of its own or directly. The
 * SHA-256 of a member is there once disk_finish() has returned.
 */
#ifndef INGEST_DISK_H
#define INGEST_DISK_H

#include "analyzer/ingest/job.h"
#include "base/compiler.h"
#include "snapshot/block.h"

/* One member of the snapshot, from first to last byte. */
struct disk_member {
	struct disk_member *next; /* all of the job, in order */
	struct str name;
	bool store;      /* write it into the workspace */
	struct str path; /* of a file that is read in place, as are: */
	uint64_t inode;
	int64_t mtime;
	uint64_t bytes; /* when done */
	char sha256[SHA256_HEX_MAX];
	struct job_source *source; /* captures only */
	uint64_t records;          /* captures only, set by the reader */
};

struct disk;

int disk_new(struct job *j, struct disk **ret_disk) WARN_UNUSED;
void disk_free(struct disk *d);
int disk_start(struct disk *d) WARN_UNUSED;

/* Begin a member; the name is copied. */
int disk_begin(struct disk *d, struct str name, bool store,
               struct disk_member **ret_member) WARN_UNUSED;
/* Its next bytes: data[fresh, n) of the block, of which a reference is taken
 * for as long as needed. */
int disk_block(struct disk *d, struct block *b) WARN_UNUSED;
/* It is complete. */
int disk_end(struct disk *d) WARN_UNUSED;
/* No more members; stops the thread. */
void disk_finish(struct disk *d);

/* All members, in order; the list grows only through disk_begin(). */
struct disk_member *disk_members(const struct disk *d);
size_t disk_count(const struct disk *d);

#endif /* INGEST_DISK_H */
