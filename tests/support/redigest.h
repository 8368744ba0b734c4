/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redigest: the canonical digest of an index, computed from the file alone. It
 * tells whether what was written is what the writer meant.
 */
#ifndef TESTS_SUPPORT_REDIGEST_H
#define TESTS_SUPPORT_REDIGEST_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"

/* 0, or the code of what cannot be read; e may be NULL. */
int redigest(const char *path, struct err *e,
             uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

#endif /* TESTS_SUPPORT_REDIGEST_H */
