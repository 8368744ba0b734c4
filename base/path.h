/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path: names of files that somebody else chose.
 *
 * A name from an archive is first cleaned and judged, then created or opened
 * below a directory that we hold open. Every step is openat() with O_NOFOLLOW,
 * so that neither ".." nor a link planted meanwhile leads out of it.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/str.h"

#define PATH_COMPONENT_MAX 255u /* NAME_MAX of the usual file systems */
#define PATH_NAME_MAX      1024u
#define PATH_DEPTH_MAX     16u /* the layouts we know need four */

/*
 * What archivers add and nobody means: "./" (repeatedly) in front and "/" at
 * the end. "./" itself becomes the empty name: the folder that was packed.
 */
struct str path_clean(struct str name);

/*
 * May this be created below a directory of ours? Refused: the empty name,
 * absolute names, ".", ".." and empty components, backslashes, control
 * characters, what is not UTF-8, and what is longer or deeper than the limits.
 * When refused, *ret_why (may be NULL) is the reason, to follow "the name ".
 */
bool path_is_safe(struct str name, const char **ret_why);

/*
 * Creates the file `name` below dirfd, with its parents (mode 0700), for
 * reading and writing. The file must not exist: ERR_EXIST. An unsafe name is
 * ERR_REFUSED; a parent that is a link or a file is the errno of openat().
 */
int path_create_below(int dirfd, struct str name, mode_t mode,
                      int *ret_fd) WARN_UNUSED;

/* Opens the file `name` below dirfd for reading, following no links. */
int path_open_below(int dirfd, struct str name, int *ret_fd) WARN_UNUSED;

/* Creates the directory `name` below dirfd, with its parents; may exist. */
int path_mkdir_below(int dirfd, struct str name) WARN_UNUSED;

/*
 * The order in which a folder's files are read: bytewise, but '/' sorts before
 * everything, so that it is component by component. Below, at or above 0.
 */
int path_compare(struct str a, struct str b);

/* "a/b.tar.gz": base "b.tar.gz", dir "a", ext "gz". Empty when there is none.
 */
struct str path_base(struct str name);
struct str path_dir(struct str name);
struct str path_ext(struct str name);

#endif /* BASE_PATH_H */
