/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8: is it text? (RFC 3629: no surrogates, no overlong forms, at most
 * U+10FFFF.)
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

#define UTF8_REPLACEMENT 0xfffdu

/* Longest encoding of one character. */
#define UTF8_MAX 4u

struct buf;

/* The length of the valid part in front; s.n when all of it is. */
size_t utf8_valid_prefix(struct str s);

static inline bool
utf8_valid(struct str s)
{
	return utf8_valid_prefix(s) == s.n;
}

/*
 * Decodes the character s starts with; s is not empty. Returns its length in
 * bytes. For bytes that are no character, *ret_cp is UTF8_REPLACEMENT and the
 * answer is 0; the caller passes over one byte, as Go does.
 */
size_t utf8_decode(struct str s, uint32_t *ret_cp);

/*
 * Could s (1 to 3 bytes) be the beginning of a character whose rest is yet to
 * come?
 */
bool utf8_is_partial(struct str s);

/* Writes cp to out and returns the length; 0 for what is no character. */
size_t utf8_encode(uint32_t cp, char out[UTF8_MAX]);

/*
 * Can cp be shown as it is? Not: control characters (C0, DEL, C1), which drive
 * terminals, and invisible marks that reorder or break the line around them.
 */
bool utf8_is_plain(uint32_t cp);

/*
 * Appends s for a person to read: what is not plain becomes \n, \r, \t, \x1b or
 * \u202e, and bytes that are no character \xNN. Backslashes stay as they are,
 * so this cannot be read back. Everything in a snapshot that is printed to a
 * terminal goes through here. On failure b is as it was.
 */
int utf8_escape(struct buf *b, struct str s) WARN_UNUSED;

/*
 * Appends s with U+FFFD in place of each invalid byte. Returns 0, or what
 * buf_append() did, and then b is as it was; *ret_replaced (may be NULL) counts
 * the replacements.
 */
int utf8_replace(struct buf *b, struct str s, size_t *ret_replaced) WARN_UNUSED;

#endif /* BASE_UTF8_H */
