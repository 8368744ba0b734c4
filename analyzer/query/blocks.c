/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/blocks.h"

#include <stdbool.h>

#include "base/mem.h"

struct block {
	uint8_t *bytes; /* NULL: never used */
	size_t n;       /* 0: nothing in it */
	uint32_t source;
	uint64_t number; /* of the piece in its file */
	uint64_t used;   /* the larger, the later */
};

struct blocks {
	struct evidence *ev;
	uint64_t clock;
	struct block *last; /* most often it is the same again */
	struct block block[BLOCKS_MAX];
};

struct blocks *
blocks_new(struct evidence *ev)
{
	struct blocks *b = mem_zalloc(sizeof(*b));

	if (b == NULL)
		return NULL;
	b->ev = ev;
	b->last = &b->block[0];
	return b;
}

void
blocks_free(struct blocks *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < BLOCKS_MAX; i++)
		mem_free(b->block[i].bytes);
	mem_free(b);
}

static bool
is_it(const struct block *k, uint32_t source, uint64_t number)
{
	return k->n > 0 && k->number == number && k->source == source;
}

/* The piece, or the place where it is to be read to. */
static struct block *
find(struct blocks *b, uint32_t source, uint64_t number)
{
	struct block *oldest = b->last;

	if (is_it(b->last, source, number))
		return b->last;
	for (size_t i = 0; i < BLOCKS_MAX; i++) {
		struct block *k = &b->block[i];

		if (is_it(k, source, number))
			return k;
		if (k->used < oldest->used)
			oldest = k;
	}
	return oldest;
}

static int
fill(struct blocks *b, struct block *k, uint32_t source, uint64_t number,
     struct err *e)
{
	uint64_t off = number * BLOCKS_SIZE;
	uint64_t size = evidence_size(b->ev, source);
	/* Beyond the end one byte is asked for, and refused with a reason. */
	size_t n = off >= size                ? 1
	           : size - off < BLOCKS_SIZE ? (size_t)(size - off)
	                                      : BLOCKS_SIZE;
	int rc;

	k->n = 0;
	if (k->bytes == NULL)
		k->bytes = mem_alloc(BLOCKS_SIZE);
	if (k->bytes == NULL)
		return err_set(e, ERR_NOMEM, "no memory to read packets");
	rc = evidence_read(b->ev, source, off, k->bytes, n, e);
	if (rc != 0)
		return rc;
	k->n = n;
	k->source = source;
	k->number = number;
	return 0;
}

int
blocks_at(struct blocks *b, uint32_t source, uint64_t off, size_t n,
          struct err *e, struct str *ret_bytes)
{
	uint64_t number = off / BLOCKS_SIZE;
	size_t skip = (size_t)(off % BLOCKS_SIZE);
	struct block *k = find(b, source, number);
	int rc;

	if (!is_it(k, source, number)) {
		rc = fill(b, k, source, number, e);
		if (rc != 0)
			return rc;
	}
	k->used = ++b->clock;
	b->last = k;
	if (skip >= k->n)
		return err_set(e, ERR_TRUNCATED,
		               "a capture file ends before %llu",
		               (unsigned long long)off);
	*ret_bytes = str_make(k->bytes + skip,
	                      k->n - skip < n ? k->n - skip : n);
	return 0;
}
