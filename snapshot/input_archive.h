/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_archive: entries of a packed file or stream.
 *
 * libarchive knows the formats: tar and zip, and "raw", which is one file in a
 * compression filter (or in none, through a pipe). Of the filters only those
 * are allowed that run inside this process, and one at a time: a file that is
 * packed twice expands without bound. gzip, the normal case, is inflated by
 * snapshot/inflate.h and handed to libarchive as plain tar.
 */
#ifndef SNAPSHOT_INPUT_ARCHIVE_H
#define SNAPSHOT_INPUT_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "snapshot/input_source.h"

/* Bytes asked for at once from the file or pipe. */
#define INPUT_ARCHIVE_READ (256u * 1024u)
/*
 * What a refused entry, or one the caller left, unpacks to is thrown away, but
 * not without end: after this many bytes at more than `ratio`, it is a bomb.
 */
#define INPUT_ARCHIVE_PASS_MAX ((uint64_t)4 << 30)
/* Looked at behind the archive's end, to reach the checksum of the gzip. */
#define INPUT_ARCHIVE_TAIL_MAX (1u << 20)

extern const struct input_ops input_archive_ops;

struct input_archive_file {
	const char *path; /* for messages; borrowed by the call */
	int fd;           /* taken when the call succeeds */
	struct str head;  /* what was read from it already; copied */
	struct str sniff; /* its first bytes, whether read or only looked at */
	uint64_t total;   /* size of a regular file, 0 for a stream */
	uint64_t ratio;   /* see INPUT_ARCHIVE_PASS_MAX */
};

/*
 * Find out the format and the first entry. *ret_raw: there is no archive in
 * it, only one file, and *ret_first are the first bytes of that (borrowed
 * until the first read). ERR_CORRUPT, ERR_REFUSED (packed twice), ERR_NOMEM,
 * ERR_IO.
 */
int input_archive_new(const struct input_archive_file *file, struct err *e,
                      bool *ret_raw, struct str *ret_first,
                      void **ret_src) WARN_UNUSED;

#endif /* SNAPSHOT_INPUT_ARCHIVE_H */
