/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what arrived against what the snapshot says of itself.
 *
 * Compares members with manifest.json (SHA-256, size, packets, drops) and
 * captures with snapshot.json (nodes). Differences become diag rows.
 */
#ifndef INGEST_CHECK_H
#define INGEST_CHECK_H

#include "analyzer/ingest/disk.h"
#include "analyzer/ingest/out.h"
#include "base/compiler.h"
#include "snapshot/manifest.h"

/* "sealed": all as the manifest says; "unsealed": there is none; "broken". */
enum check_seal { CHECK_UNSEALED, CHECK_SEALED, CHECK_BROKEN };

const char *check_seal_name(enum check_seal s);

/*
 * `members` are complete. NULL manifest: none, or (bad) an unreadable one.
 * Rows go to `out`; *ret_seal is the verdict.
 */
int check_members(const struct manifest *m, bool bad,
                  const struct disk_member *members, struct out *out,
                  enum check_seal *ret_seal) WARN_UNUSED;
/* A diag row for each node that snapshot.json names and no capture is of. */
int check_nodes(const struct snapshot_info *info,
                const struct disk_member *members, struct out *out) WARN_UNUSED;

/*
 * SHA-256 over sorted "name size sha256" lines of the members: the digest of
 * the evidence, the same for an archive and a folder.
 */
int check_evidence(const struct disk_member *members, size_t n,
                   uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

#endif /* INGEST_CHECK_H */
