/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64: RFC 4648. Encoding pads; the streaming encoder takes the input in
 * parts of any size and gives the same text.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct buf;

enum base64_kind {
	BASE64_STD, /* section 4: + and /, padded */
	BASE64_URL, /* section 5: - and _; padding is optional on decoding */
};

/* The length of the padded text for n bytes; n is at most SIZE_MAX / 2. */
static inline size_t
base64_size(size_t n)
{
	return (n + 2) / 3 * 4;
}

/* Appends the text of `bytes`. 0, or what buf_append() returned. */
int base64_encode(struct buf *out, struct str bytes) WARN_UNUSED;

/*
 * Appends the bytes of `text`. Strict: no white space, no missing padding
 * (BASE64_STD), no bits set that belong to no byte. ERR_SYNTAX leaves `out` as
 * it was.
 */
int base64_decode(struct buf *out, struct str text,
                  enum base64_kind kind) WARN_UNUSED;

struct base64_enc {
	uint8_t carry[2];
	unsigned n; /* bytes in carry */
};

void base64_enc_init(struct base64_enc *e);

/*
 * Writes the text of as many whole groups as there are to out and returns its
 * length; room for base64_size(bytes.n + 2) is enough.
 */
size_t base64_enc_part(struct base64_enc *e, struct str bytes, char *out);

/* Writes the last group, at most four bytes, and returns its length. */
size_t base64_enc_end(struct base64_enc *e, char out[4]);

#endif /* BASE_BASE64_H */
