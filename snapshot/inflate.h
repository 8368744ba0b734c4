/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inflate: gzip to plain bytes, as a stream (RFC 1951, RFC 1952).
 *
 * Snapshots are gzip archives, and inflating them is what bounds the program.
 * ISA-L does it about twice as fast as zlib; where the library is not to be
 * had, inflate_available() is false and the archive reader's own filter serves.
 *
 * Several gzip members one after the other are one stream, as RFC 1952 wants.
 * The checksum and the length of each are verified: a member that ends with a
 * wrong one is ERR_CORRUPT after its bytes were given.
 */
#ifndef SNAPSHOT_INFLATE_H
#define SNAPSHOT_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* Compressed bytes asked for at once, and plain bytes given at once. */
#define INFLATE_IN_MAX  (256u * 1024u)
#define INFLATE_OUT_MAX (256u * 1024u)

/* Where the compressed bytes come from; *ret_n is 0 at the end. */
struct inflate_source {
	int (*read)(void *ctx, void *buf, size_t n, size_t *ret_n);
	void *ctx;
};

struct inflate;

bool inflate_available(void);

/* Do these first bytes of a file begin a gzip member? */
bool inflate_sniff(struct str head);

/* NULL when there is no memory, or not inflate_available(). */
struct inflate *inflate_new(struct inflate_source from) WARN_UNUSED;
void inflate_free(struct inflate *z);

/*
 * The next plain bytes, valid until the next call; *ret_n is 0 at the end.
 * ERR_CORRUPT, ERR_TRUNCATED (the input ends within a member) or what the
 * source returned; everything before the fault has been given then, and the
 * same code is returned for ever after.
 */
int inflate_next(struct inflate *z, const void **ret_p,
                 size_t *ret_n) WARN_UNUSED;

/* Compressed bytes used up so far. */
uint64_t inflate_taken(const struct inflate *z);

/* After the end: was the last member followed by something else than zeros? */
bool inflate_trailing(const struct inflate *z);

#endif /* SNAPSHOT_INFLATE_H */
