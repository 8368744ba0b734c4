/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/* A first allocation smaller than this is not worth its overhead. */
#define BUF_FIRST 64u

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_release(struct buf *b)
{
	mem_free(b->base);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->p = b->base;
	b->n = 0;
}

/* Bytes in front of the contents, left there by buf_consume(). */
static size_t
buf_front(const struct buf *b)
{
	return b->base != NULL ? (size_t)(b->p - b->base) : 0;
}

/* The next capacity that holds `need` bytes, which are at most max. */
static size_t
buf_size_for(const struct buf *b, size_t need)
{
	size_t cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;

	while (cap < need && cap <= b->max / 2)
		cap *= 2;
	/* Near the maximum it is all or nothing, not a step for each byte. */
	return cap < need || cap > b->max ? b->max : cap;
}

int
buf_reserve(struct buf *b, size_t n)
{
	size_t front = buf_front(b);
	size_t cap;
	char *base;

	if (n > b->max - b->n)
		return ERR_BUDGET;
	if (b->base != NULL && n <= b->cap - front - b->n)
		return 0;
	/*
	 * Room in front is used before memory is asked for, but only when it is
	 * at least half: else a slow reader would have its bytes moved for
	 * every byte that it takes.
	 */
	if (b->base != NULL && front >= b->cap / 2 && n <= b->cap - b->n) {
		memmove(b->base, b->p, b->n);
		b->p = b->base;
		return 0;
	}
	cap = buf_size_for(b, b->n + n);
	base = mem_alloc(cap);
	if (base == NULL)
		return ERR_NOMEM;
	if (b->n != 0)
		memcpy(base, b->p, b->n);
	mem_free(b->base);
	b->base = base;
	b->p = base;
	b->cap = cap;
	return 0;
}

char *
buf_tail(struct buf *b)
{
	return b->p != NULL ? b->p + b->n : NULL;
}

void
buf_added(struct buf *b, size_t n)
{
	ENSURE(n <= b->cap - buf_front(b) - b->n);
	b->n += n;
}

int
buf_append(struct buf *b, const void *p, size_t n)
{
	int rc = buf_reserve(b, n);

	if (rc != 0)
		return rc;
	if (n != 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

int
buf_append_str(struct buf *b, struct str s)
{
	return buf_append(b, s.p, s.n);
}

int
buf_append_byte(struct buf *b, char c)
{
	return buf_append(b, &c, 1);
}

int
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char text[256];
	va_list again;
	int len, rc;

	va_copy(again, ap);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	if (len < 0) {
		rc = ERR_INVAL;
	} else if ((size_t)len < sizeof(text)) {
		rc = buf_append(b, text, (size_t)len);
	} else {
		/* vsnprintf() wants to write a NUL as well: one byte more. */
		size_t n = (size_t)len;
		char *long_text = n > b->max - b->n ? NULL : mem_alloc(n + 1);

		if (long_text != NULL) {
			(void)vsnprintf(long_text, n + 1, fmt, again);
			rc = buf_append(b, long_text, n);
			mem_free(long_text);
		} else {
			rc = n > b->max - b->n ? ERR_BUDGET : ERR_NOMEM;
		}
	}
	va_end(again);
	return rc;
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return rc;
}

void
buf_consume(struct buf *b, size_t n)
{
	ENSURE(n <= b->n);
	if (n == b->n) {
		buf_clear(b);
		return;
	}
	b->p += n;
	b->n -= n;
}

void
buf_truncate(struct buf *b, size_t n)
{
	ENSURE(n <= b->n);
	b->n = n;
}
