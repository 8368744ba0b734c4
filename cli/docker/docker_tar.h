/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_tar: a snapshot as the tar stream that the engine unpacks.
 *
 * A file becomes one member, a folder its files in a folder of that name, with
 * an entry for each folder on the way. The stream is made while it is read, in
 * constant memory. POSIX.1-2017, pax, "ustar Interchange Format"; names that
 * do not fit and sizes from 8 GiB go into an extended header before them
 * ("pax Extended Header"). Owner 0, files 0444, folders 0755.
 */
#ifndef CLI_DOCKER_TAR_H
#define CLI_DOCKER_TAR_H

#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/docker/docker.h"

enum {
	DOCKER_TAR_BLOCK = 512,
	DOCKER_NAME_MAX = 255, /* of what the snapshot is called inside */
	/* Of the headers of one member: its folders, names, sizes. */
	DOCKER_TAR_HEAD_MAX = 1 << 17,
	DOCKER_FILES_MAX = 1000000, /* as --limit archive-members has it */
};

enum docker_tar_kind {
	DOCKER_TAR_FILE = '0',
	DOCKER_TAR_FOLDER = '5',
};

/*
 * Append the header of a member: one block, or three and more when an extended
 * header is needed. ERR_BUDGET, ERR_NOMEM.
 */
int docker_tar_header(struct buf *out, enum docker_tar_kind kind,
                      struct str name, uint64_t size,
                      int64_t mtime_sec) WARN_UNUSED;

struct docker_tar;

/*
 * Open what is to be sent: tap->path or tap->source. ERR_USAGE for a name that
 * cannot be, or what opening it failed with. *tap must outlive it.
 */
int docker_tar_new(const struct docker_tap *tap, struct err *e,
                   struct docker_tar **ret_tar) WARN_UNUSED;
void docker_tar_free(struct docker_tar *t);

/*
 * The next bytes of the stream, at most n; 0 at its end. ERR_CHANGED when a
 * file got shorter meanwhile. Given a file of a folder that cannot be read,
 * what opening it failed with; docker_tar_error() says which.
 */
int docker_tar_read(void *tar, void *p, size_t n, size_t *ret_n) WARN_UNUSED;

/* "" unless reading failed. */
const char *docker_tar_error(const struct docker_tar *t);

/* What it is called inside. */
const char *docker_tar_name(const struct docker_tar *t);

/* Bytes of content, sent and in all; files of a folder that are left out,
 * because they are links or devices or cannot be read. */
uint64_t docker_tar_sent(const struct docker_tar *t);
uint64_t docker_tar_total(const struct docker_tar *t);
size_t docker_tar_refused(const struct docker_tar *t);

#endif /* CLI_DOCKER_TAR_H */
