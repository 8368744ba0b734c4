/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace: where unpacked evidence and indexes live on disk.
 *
 *   <root>/                      $XDG_CACHE_HOME/kubeshark, or --workspace
 *     lock                       held while the root is changed
 *     known.json                 inputs that were opened (snapshot/known.h)
 *     <key>/                     one finished snapshot
 *       evidence/<member name>   read-only copies; absent when read in place
 *       index.db                 the sealed index
 *       lock                     shared by those who use it; its mtime is when
 *                                it was used last, its text what it was made of
 *     tmp-<random>/              one being made; its owner holds its lock
 *       lock
 *
 * key = SHA-256 of "<evidence> <salt>\n". `evidence` is the hex SHA-256 of a
 * sorted list of "name size sha256" lines, so that a folder and an archive of
 * it agree, or when the order of an archive's captures bears on the result, of
 * that with their order. `salt` is the hex digest of everything else that the
 * result depends on: the tool's version, the limits, the digests of option
 * files. An index over files that are read in place points out of its workspace
 * and is good for those files only, as they are: " <identity>" of the input
 * (known_identify()) is then a third part of the key's text.
 *
 * A workspace becomes visible under its key by one rename after everything in
 * it was synced. What an interrupted run leaves is a tmp- folder; the next
 * workspace_begin() in this root removes those whose lock nobody holds. What
 * else is removed, and when, is told in snapshot/workspaces.h; never one that
 * is open here or in another process.
 *
 * One root and its workspaces belong to one thread, except for
 * workspace_create(), _finish_member() and _room(), which one other
 * thread may call between begin and publish. Other processes may use the same
 * root at the same time. A workspace must be freed before its root.
 */
#ifndef SNAPSHOT_WORKSPACE_H
#define SNAPSHOT_WORKSPACE_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum { WORKSPACE_KEY = 64 }; /* hex digits */

#define WORKSPACE_INDEX    "index.db" /* in its folder */
#define WORKSPACE_EVIDENCE "evidence"

/* Bytes that workspace_room() leaves to others. */
#define WORKSPACE_RESERVE ((uint64_t)64 << 20)

struct workspace_root;
struct workspace;

/*
 * Open or create the root (mode 0700); NULL path means the default place:
 * $XDG_CACHE_HOME/kubeshark, else $HOME/.cache/kubeshark.
 */
int workspace_root_open(const char *path, struct err *e,
                        struct workspace_root **ret_root) WARN_UNUSED;
void workspace_root_free(struct workspace_root *r);
/* Absolute. */
const char *workspace_root_path(const struct workspace_root *r);
/* The folder itself, borrowed. */
int workspace_root_fd(const struct workspace_root *r);
/*
 * Take the root's lock, for moments: nobody unpacks, indexes or removes much
 * under it. Closing *ret_fd gives it back.
 */
int workspace_root_lock(const struct workspace_root *r, struct err *e,
                        int *ret_fd) WARN_UNUSED;

/*
 * The finished workspace of an input that was opened before and has not
 * changed since. Returns 1 and *ret_ws, 0 when there is none, or a code. The
 * identity of the input as of now is kept for workspace_publish(): call this
 * before the input is read. ERR_USAGE when the input is a folder in which the
 * workspaces themselves lie.
 */
int workspace_find(struct workspace_root *r, const char *input,
                   const char *salt, struct err *e,
                   struct workspace **ret_ws) WARN_UNUSED;

/* Begin a new one under a temporary name, locked. */
int workspace_begin(struct workspace_root *r, struct err *e,
                    struct workspace **ret_ws) WARN_UNUSED;

/* Folder of the workspace, and of its index; valid until published or freed. */
const char *workspace_path(const struct workspace *w);
const char *workspace_index(const struct workspace *w);

/*
 * Create a member's evidence file for writing, parents included; *ret_fd is
 * the caller's until workspace_finish_member(). ERR_EXIST, ERR_REFUSED (the
 * name), ERR_NOSPC, ...
 */
int workspace_create(struct workspace *w, struct str member, struct err *e,
                     int *ret_fd) WARN_UNUSED;
/*
 * Everything of it was written: make it read-only, start it on its way to the
 * disk, and close fd, in any case. It is on stable storage only after
 * workspace_publish(), which waits for all members at once: a sync for each
 * takes several times as long when they are many and small.
 */
int workspace_finish_member(struct workspace *w, int fd,
                            struct err *e) WARN_UNUSED;

/* Is there room for `bytes` more? ERR_LIMIT with the figures when not. */
int workspace_room(const struct workspace *w, uint64_t bytes,
                   struct err *e) WARN_UNUSED;

/*
 * Publish under the key of (evidence, salt), both 64 hex digits, and remember
 * `input`, unless it has changed since workspace_find(). If that key is
 * already there the new one is dropped and the old one kept: afterwards `w` is
 * the one that is published. On failure it is still the temporary one.
 */
int workspace_publish(struct workspace *w, const char *input,
                      const char *evidence, const char *salt,
                      struct err *e) WARN_UNUSED;

/*
 * The same, but what is already under that key is removed and w takes its
 * place: for an index that turned out damaged, or on demand.
 */
int workspace_replace(struct workspace *w, const char *input,
                      const char *evidence, const char *salt,
                      struct err *e) WARN_UNUSED;

/* Close; a workspace that was begun and not published is removed. */
void workspace_free(struct workspace *w);

#endif /* SNAPSHOT_WORKSPACE_H */
