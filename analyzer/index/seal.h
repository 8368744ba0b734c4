/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal: the canonical digest of an index (docs/formats/index.md).
 */
#ifndef INDEX_SEAL_H
#define INDEX_SEAL_H

#include <sqlite3.h>

#include "analyzer/index/sums.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"

/*
 * Over what `db` has, and over the entries, streams and positions that went
 * into the sums as they were written.
 */
int seal_digest(sqlite3 *db, const struct sums *sums, struct err *e,
                uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

#endif /* INDEX_SEAL_H */
