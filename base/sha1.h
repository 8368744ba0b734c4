/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha1: the digest that the WebSocket handshake wants (RFC 6455, section
 * 4.2.2), by libcrypto. It proves nothing any more; evidence is digested with
 * base/sha256.h.
 */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

#define SHA1_SIZE 20u

/* 0 or ERR_CRYPTO. */
int sha1_of(struct str bytes, uint8_t ret_digest[SHA1_SIZE]) WARN_UNUSED;

#endif /* BASE_SHA1_H */
