/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what arrived against what the snapshot says of itself.
 *
 * Compares members with manifest.json (SHA-256, size, packets, drops) and
 * captures with snapshot.json (nodes). Differences become diag rows.
 */
#ifndef INGEST_CHECK_H
#define INGEST_CHECK_H

#include "analyzer/entry/diag.h"
#include "analyzer/ingest/disk.h"
#include "base/compiler.h"
#include "snapshot/manifest.h"

/* "sealed": all as the manifest says; "unsealed": there is none; "broken". */
enum check_seal { CHECK_UNSEALED, CHECK_SEALED, CHECK_BROKEN };

const char *check_seal_name(enum check_seal s);

/*
 * Where the rows go, one by one: a lying manifest makes more of them than
 * should be gathered. `put` returns 0 or a code, which ends the check.
 */
struct check_rows {
	int (*put)(void *ctx, const struct diag *d);
	void *ctx;
};

/*
 * `members` are complete. NULL manifest: none, or (bad) an unreadable one.
 * *ret_seal is the verdict.
 */
int check_members(const struct manifest *m, bool bad,
                  const struct disk_member *members,
                  const struct check_rows *rows,
                  enum check_seal *ret_seal) WARN_UNUSED;
/* A diag row for each node that snapshot.json names and no capture is of. */
int check_nodes(const struct snapshot_info *info,
                const struct disk_member *members,
                const struct check_rows *rows) WARN_UNUSED;

/* A member that was refused or broke off, or several by one name. */
struct check_refusal {
	struct check_refusal *next;
	struct str name;
	int code; /* base/err.h */
};

/*
 * SHA-256 over the sorted lines "name size sha256" of the members and
 * "!name code" of what was refused: the digest of the evidence, the same for
 * an archive and a folder. Two inputs that differ only in what was refused
 * have different digests, for their indexes have different diag rows.
 */
int check_evidence(const struct disk_member *members, size_t n,
                   const struct check_refusal *refusals,
                   uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

/*
 * What an index is known by: the digest of the evidence as long as its captures
 * came in order of their names, as those of a folder do. Otherwise ids and
 * chains of captures differ from that, and it is SHA-256 over the digest, in
 * hexadecimal, and the names as they came, each with a line feed behind it.
 */
int check_contents(const struct disk_member *members,
                   const uint8_t evidence[SHA256_SIZE],
                   uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

#endif /* INGEST_CHECK_H */
