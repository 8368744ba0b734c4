/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outlet: bytes on their way out, gathered into blocks.
 *
 * Whoever makes a file writes to an outlet and need not know whether it ends
 * in a file, a socket or a compressor. Failures stick: after the first one,
 * be it the write function's or that of a cancelled job, nothing more is
 * written, and outlet_flush() returns it.
 */
#ifndef BASE_OUTLET_H
#define BASE_OUTLET_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

/* Bytes that the write function is given at once, mostly. */
enum { OUTLET_BLOCK = 32768 };

struct outlet {
	/* Takes all n bytes; 0 or a negative code. */
	int (*write)(void *ctx, const char *p, size_t n);
	void *ctx;
	const atomic_bool *cancel; /* ERR_CANCELLED once it is set; or NULL */
	int error;
	uint64_t bytes; /* put so far */

	/* private */
	size_t n;
	char block[OUTLET_BLOCK];
};

/* Owns nothing and needs no release. */
void outlet_init(struct outlet *o,
                 int (*write)(void *ctx, const char *p, size_t n), void *ctx,
                 const atomic_bool *cancel);

void outlet_put(struct outlet *o, const void *p, size_t n);
void outlet_put_str(struct outlet *o, struct str s);

/* Little endian, the byte order of all files made here. */
void outlet_put_u16(struct outlet *o, uint16_t v);
void outlet_put_u32(struct outlet *o, uint32_t v);

/* Marks it failed; the first code counts. */
void outlet_fail(struct outlet *o, int code);

/* Hands over what is gathered. 0 or the first failure. */
int outlet_flush(struct outlet *o);

/* For base/json_out.h: puts into the outlet `ctx`. */
int outlet_write(void *ctx, const char *p, size_t n);

#endif /* BASE_OUTLET_H */
