/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash: a keyed hash that an attacker without the key cannot steer
 * (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
 *
 * The result depends on the key and the bytes only, not on the machine.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY_SIZE 16u

/* Two compression and four finalisation rounds: the published function. */
uint64_t siphash24(const uint8_t key[SIPHASH_KEY_SIZE], const void *p,
                   size_t n);

/* The same with 128 bits of output, the first eight bytes in ret_hash[0]. */
void siphash24_wide(const uint8_t key[SIPHASH_KEY_SIZE], const void *p,
                    size_t n, uint64_t ret_hash[2]);

/* One and three rounds: for hash tables, where the value is never shown. */
uint64_t siphash13(const uint8_t key[SIPHASH_KEY_SIZE], const void *p,
                   size_t n);

#endif /* BASE_SIPHASH_H */
