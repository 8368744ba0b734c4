/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header blocks against nghttp2's decoder: the same fields, for as long as it
 * finds nothing wrong. Then the same blocks with the first one lost: what is
 * told of the others has to be the truth, or nothing.
 *
 * The input is blocks, each behind a byte with its length.
 */
#include <nghttp2/nghttp2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/http2/hpack.h"
#include "base/err.h"

enum { FIELDS = 256, TABLE = 4096 };

/* A decoder and its memory. */
struct side {
	struct hpack h;
	void *p[HPACK_SLOTS];
};

struct pair {
	char *name, *value;
	size_t nname, nvalue;
};

struct block {
	struct pair f[FIELDS];
	size_t n;
	int rc; /* 0: whole */
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void *
grow(void *ctx, enum hpack_slot slot, size_t n)
{
	struct side *s = ctx;

	s->p[slot] = realloc(s->p[slot], n);
	if (s->p[slot] == NULL)
		abort();
	return s->p[slot];
}

static char *
copy(const void *p, size_t n)
{
	char *c = malloc(n + 1);

	if (c == NULL)
		abort();
	if (n != 0)
		memcpy(c, p, n);
	return c;
}

static void
add(struct block *b, const void *name, size_t nname, const void *value,
    size_t nvalue)
{
	if (b->n == FIELDS)
		return;
	b->f[b->n++] = (struct pair){ copy(name, nname), copy(value, nvalue),
		                      nname, nvalue };
}

static void
clear(struct block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->f[i].name);
		free(b->f[i].value);
	}
	b->n = 0;
}

/* What nghttp2 reads of a block. */
static void
theirs(nghttp2_hd_inflater *i, const uint8_t *p, size_t n, struct block *b)
{
	for (b->rc = 0;;) {
		nghttp2_nv nv;
		int flags = 0;
		ssize_t used = nghttp2_hd_inflate_hd2(i, &nv, &flags, p, n, 1);

		if (used < 0) {
			b->rc = (int)used;
			return;
		}
		p += used;
		n -= (size_t)used;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			add(b, nv.name, nv.namelen, nv.value, nv.valuelen);
		if (flags & NGHTTP2_HD_INFLATE_FINAL) {
			(void)nghttp2_hd_inflate_end_headers(i);
			return;
		}
		if (n == 0 && (flags & NGHTTP2_HD_INFLATE_EMIT) == 0)
			return;
	}
}

static bool
is_same(struct str s, const char *p, size_t n)
{
	return s.n == n && (n == 0 || memcmp(s.p, p, n) == 0);
}

/* Ours, against theirs; false where they found something wrong. */
static bool
check(struct side *s, const uint8_t *p, size_t n, const struct block *b)
{
	struct hpack_memory m = { grow, s };
	struct cursor c = cur_make(n != 0 ? p : (const uint8_t *)"", n, false);
	struct hpack_field f;
	size_t i = 0;
	int rc;

	while ((rc = hpack_next(&s->h, &m, &c, &f)) == 1) {
		if (f.cut || i >= FIELDS)
			return false;
		if (i >= b->n) {
			/* We take more than they do, never other things. */
			if (b->rc == 0)
				abort();
			return false;
		}
		if (!f.name_unknown &&
		    !is_same(f.name, b->f[i].name, b->f[i].nname))
			abort();
		if (!f.value_unknown &&
		    !is_same(f.value, b->f[i].value, b->f[i].nvalue))
			abort();
		i++;
	}
	if (b->rc != 0)
		return false;
	if (rc != 0 || i != b->n)
		abort();
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct block b;
	struct side whole = { .h = { .limit = TABLE } };
	struct side late = { .h = { .limit = TABLE } };
	nghttp2_hd_inflater *i;
	bool first = true;

	if (nghttp2_hd_inflate_new(&i) != 0)
		abort();
	hpack_lose(&late.h);
	while (n > 1) {
		size_t len = p[0] < n ? p[0] : n - 1;
		uint8_t *block = (uint8_t *)copy(p + 1, len);
		bool go;

		theirs(i, block, len, &b);
		go = check(&whole, block, len, &b);
		if (go && !first && !check(&late, block, len, &b))
			abort();
		clear(&b);
		free(block);
		if (!go)
			break;
		first = false;
		p += len + 1;
		n -= len + 1;
	}
	nghttp2_hd_inflate_del(i);
	for (int k = 0; k < HPACK_SLOTS; k++) {
		free(whole.p[k]);
		free(late.p[k]);
	}
	return 0;
}
