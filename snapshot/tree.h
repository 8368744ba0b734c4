/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: folders with all that is in them.
 *
 * Links are removed, never followed; nothing outside the folder is touched.
 */
#ifndef SNAPSHOT_TREE_H
#define SNAPSHOT_TREE_H

#include <stdint.h>

#include "base/compiler.h"

/* Deeper folders than a workspace can hold are left alone: ERR_LIMIT. */
#define TREE_DEPTH_MAX 24u

/*
 * Remove `name` below dirfd, whatever it is. Goes on after a failure, so that
 * as much as possible is gone, and returns the first one. 0 when there is no
 * such thing; several may remove the same at once.
 */
int tree_remove(int dirfd, const char *name);

/*
 * The sizes of all files below the folder open as dirfd, added up; links are
 * not followed. What cannot be read, or is deeper than that, does not count.
 */
uint64_t tree_bytes(int dirfd);

/* Create the folder `path` and its missing parents, mode 0700. */
int tree_make(const char *path) WARN_UNUSED;

#endif /* SNAPSHOT_TREE_H */
