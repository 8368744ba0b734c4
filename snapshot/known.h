/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known: which inputs were opened before, and what was in them.
 *
 * known.json in a workspace root maps an input (by its identity, and for people
 * its path) to the digest of its evidence, so that a big archive need not be
 *unpacked and hashed to learn that it is known. It is only a hint: a file that
 *is missing, damaged or of another format is an empty table, and the worst that
 *a lost entry costs is time. It is replaced as a whole by renaming a new file
 *over it; whoever does so holds the lock of the root.
 *
 *	{"format":1,"known":[{"path":"/data/a.tar.gz",
 *	  "identity":"<64 hex>","evidence":"<64 hex>"}]}
 */
#ifndef SNAPSHOT_KNOWN_H
#define SNAPSHOT_KNOWN_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"
#include "base/str.h"

#define KNOWN_FILE "known.json"
/* The oldest entries are forgotten beyond this. */
#define KNOWN_MAX 4096u
/* Bytes of the file: paths are 4 KiB at the most, most are 60 bytes. */
#define KNOWN_BYTES_MAX (16u << 20)

struct known;

/*
 * The identity of an input as hexadecimal text: a digest of its absolute path,
 * device, inode, size and mtime; for a folder, of its path and every file in
 * it with inode, size and mtime. Two equal identities mean that nothing was
 * changed in between, unless somebody set the clock or an mtime back on
 * purpose. Returns 1; 0 for what has none (a pipe, standard input, something
 * that is not there); ERR_NOMEM, ERR_CRYPTO.
 */
int known_identify(const char *input,
                   char ret_identity[SHA256_HEX_MAX]) WARN_UNUSED;

/* Read the table of the root open as dirfd. ERR_NOMEM only. */
int known_load(int dirfd, struct known **ret_known) WARN_UNUSED;
void known_free(struct known *k);

size_t known_count(const struct known *k);

/* The evidence digest of an input; empty when it is not known. */
struct str known_find(const struct known *k, struct str identity);

/* Remember an input, in place of what was known of its path. ERR_NOMEM. */
int known_put(struct known *k, struct str path, struct str identity,
              struct str evidence) WARN_UNUSED;

/* Write the table back. The errors of base/io.h, ERR_BUDGET. */
int known_save(const struct known *k, int dirfd) WARN_UNUSED;

#endif /* SNAPSHOT_KNOWN_H */
