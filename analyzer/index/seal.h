/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal: the canonical digest of an index (docs/formats/index.md).
 */
#ifndef INDEX_SEAL_H
#define INDEX_SEAL_H

#include "analyzer/index/entry_sums.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"

/*
 * Over the committed content of the file at `path`, which it opens for itself,
 * and the entries that went into the sums.
 */
int seal_digest(const char *path, const struct entry_sums *sums, struct err *e,
                uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

#endif /* INDEX_SEAL_H */
