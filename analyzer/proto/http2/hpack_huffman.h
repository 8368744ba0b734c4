/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hpack_huffman: the Huffman code of HPACK strings (RFC 7541, section 5.2 and
 * appendix B).
 *
 * The code is canonical: codes of one length are consecutive numbers, and
 * longer ones are greater. So a table of the lengths is all that decoding
 * needs.
 */
#ifndef HPACK_HUFFMAN_H
#define HPACK_HUFFMAN_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

/* The most that n bytes can become: the shortest code has five bits. */
#define HPACK_HUFFMAN_MAX(n) ((n)*8 / 5)

/*
 * Decode into `out`, at most `max` bytes of it; *ret_n is the length of all.
 * ERR_MALFORMED: padding that is none, or the end symbol.
 */
int hpack_huffman(struct str coded, char *out, size_t max,
                  size_t *ret_n) WARN_UNUSED;

#endif /* HPACK_HUFFMAN_H */
