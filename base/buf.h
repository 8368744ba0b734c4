/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: bytes that grow, up to a maximum that has to be named.
 *
 * The buffer owns its memory. Appending beyond `max` is ERR_BUDGET and no
 * memory is ERR_NOMEM; in both cases the contents are as they were. Pointers
 * into the contents (p, buf_str(), buf_tail()) are valid until the next call
 * that may grow or consume.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

struct buf {
	char *p;  /* the contents; NULL before the first append */
	size_t n; /* bytes in it */

	/* private */
	char *base;
	size_t cap;
	size_t max;
};

/* An empty buffer. Allocates nothing and cannot fail. */
void buf_init(struct buf *b, size_t max);

/* Frees the memory. The buffer is empty afterwards and may be used again. */
void buf_release(struct buf *b);

/* Empties the buffer and keeps its memory. */
void buf_clear(struct buf *b);

/*
 * Room for n more bytes behind the contents. Write to buf_tail(), at most n,
 * then say with buf_added() how many have come to be contents.
 */
int buf_reserve(struct buf *b, size_t n) WARN_UNUSED;
char *buf_tail(struct buf *b);
void buf_added(struct buf *b, size_t n);

int buf_append(struct buf *b, const void *p, size_t n) WARN_UNUSED;
int buf_append_str(struct buf *b, struct str s) WARN_UNUSED;
int buf_append_byte(struct buf *b, char c) WARN_UNUSED;

/* Formatted text, without a NUL. */
int buf_printf(struct buf *b, const char *fmt, ...)
    PRINTF_LIKE(2, 3) WARN_UNUSED;
int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    PRINTF_LIKE(2, 0) WARN_UNUSED;

/* Drops n bytes from the front; n is at most b->n. Cheap: nothing is moved. */
void buf_consume(struct buf *b, size_t n);

/* Drops bytes from the back until n are left; n is at most b->n. */
void buf_truncate(struct buf *b, size_t n);

static inline struct str
buf_str(const struct buf *b)
{
	return str_make(b->p, b->n);
}

#endif /* BASE_BUF_H */
