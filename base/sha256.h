/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256: digests of evidence, by libcrypto.
 *
 * sha256_init() allocates and may fail; after it, sha256_release() is due in
 * every case. sha256_final() gives the digest of what was fed so far and ends
 * it; sha256_init() on the same, unreleased struct starts another.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

#define SHA256_SIZE 32u

/* Hexadecimal text of a digest, its NUL included. */
#define SHA256_HEX_MAX 65u

struct sha256 {
	void *ctx; /* EVP_MD_CTX */
};

#define SHA256_INIT         \
	{                   \
		.ctx = NULL \
	}

/* s starts out as SHA256_INIT. 0, ERR_NOMEM or ERR_CRYPTO. */
int sha256_init(struct sha256 *s) WARN_UNUSED;
int sha256_update(struct sha256 *s, const void *p, size_t n) WARN_UNUSED;
int sha256_final(struct sha256 *s, uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;
void sha256_release(struct sha256 *s);

/* All in one. */
int sha256_of(struct str bytes, uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

/* Lower-case hexadecimal. */
struct str sha256_hex(const uint8_t digest[SHA256_SIZE],
                      char out[SHA256_HEX_MAX]);

/* 64 hexadecimal digits of either case, nothing else. 0 or ERR_SYNTAX. */
int sha256_parse(struct str hex, uint8_t ret_digest[SHA256_SIZE]) WARN_UNUSED;

#endif /* BASE_SHA256_H */
