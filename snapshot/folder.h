/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder: the files below a folder, in a fixed order, without leaving it.
 *
 * The list is made once. It is sorted bytewise, path component by component
 * (so "a/b" comes before "a.b"), which is the order in which exporters walk
 * and therefore that of an archive of the folder. Links are never followed
 * and nothing but regular files is read; what else lies there is listed with
 * the reason why it is refused. Names obey the rules for archive members
 * (path_is_safe()).
 */
#ifndef SNAPSHOT_FOLDER_H
#define SNAPSHOT_FOLDER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* Bytes for all names: a million of 250 bytes each. */
#define FOLDER_NAMES_MAX ((size_t)256 << 20)

struct folder_file {
	struct str name; /* relative, '/' separated, NUL after it */
	uint64_t size;
	int64_t mtime; /* nanoseconds since the epoch */
	uint64_t inode;
	int code;        /* 0, or why it is refused: ERR_REFUSED, ERR_ACCESS */
	const char *why; /* ... in words, to follow the name; static. NULL: it
	                  * is the name itself */
};

struct folder;

/*
 * List the folder at `path`. More than max_files things in it are ERR_LIMIT.
 * ERR_NOENT, ERR_ACCESS, ERR_NOMEM, ERR_IO.
 */
int folder_list(const char *path, uint64_t max_files, struct err *e,
                struct folder **ret_folder) WARN_UNUSED;
void folder_free(struct folder *f);

/* Absolute, free of links. */
const char *folder_path(const struct folder *f);
size_t folder_count(const struct folder *f);
const struct folder_file *folder_at(const struct folder *f, size_t i);

/*
 * The mtime of a file in nanoseconds since the epoch; what an int64_t cannot
 * hold (before 1677, after 2262) is the nearest that it can.
 */
int64_t folder_mtime(const struct stat *st);

/* Open the i-th file for reading. A link that took its place is refused. */
int folder_open(const struct folder *f, size_t i, int *ret_fd) WARN_UNUSED;

#endif /* SNAPSHOT_FOLDER_H */
