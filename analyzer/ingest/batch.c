/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/batch.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

int
batch_pool_init(struct batch_pool *p, size_t n)
{
	int rc = queue_init(&p->free, n);

	p->n = 0;
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		struct batch *b = mem_alloc(sizeof(*b));

		if (b == NULL || queue_push(&p->free, b) != 0) {
			mem_free(b);
			batch_pool_release(p);
			return ERR_NOMEM;
		}
		b->block = NULL;
		b->n = 0;
		p->n++;
	}
	return 0;
}

void
batch_pool_release(struct batch_pool *p)
{
	struct batch *b;

	while ((b = queue_try_pop(&p->free)) != NULL) {
		mem_free(b);
		p->n--;
	}
	ENSURE(p->n == 0);
	queue_release(&p->free);
}

struct batch *
batch_get(struct batch_pool *p)
{
	return queue_pop(&p->free);
}

void
batch_put(struct batch_pool *p, struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		mem_free(b->work[i].datagram);
	if (b->block != NULL)
		block_unref(b->block);
	b->block = NULL;
	b->n = 0;
	/* There is room for all of them, and the pool is never closed. */
	ENSURE(queue_push(&p->free, b) == 0);
}

/* The part of one piece that lies in [header, header + len); n 0: none. */
static struct piece
trim(const struct frag_datagram *d, const struct piece *p, uint32_t header,
     uint32_t len)
{
	struct piece out = *p;
	size_t from = (size_t)(p->p - d->data);
	size_t to = from + p->n;
	size_t end = (size_t)header + len;
	size_t a = from > header ? from : header;
	size_t b = to < end ? to : end;

	out.n = a < b ? (uint32_t)(b - a) : 0;
	out.skip += (uint32_t)(a - from);
	return out;
}

struct work_datagram *
work_datagram_new(const struct frag_datagram *d, uint32_t header, uint32_t len)
{
	size_t pieces = d->npieces * sizeof(struct piece);
	size_t records = d->nrecords * sizeof(struct frag_record);
	struct work_datagram *w;
	uint8_t *to;

	w = mem_alloc(sizeof(*w) + pieces + records + len);
	if (w == NULL)
		return NULL;
	*w = (struct work_datagram){ .nrecords = d->nrecords };
	w->pieces = (struct piece *)(void *)(w + 1);
	w->records = (struct frag_record *)(void *)(w->pieces + d->npieces);
	w->payload = to = (uint8_t *)(w->records + d->nrecords);
	memcpy(w->records, d->records, records);
	memcpy(to, d->data + header, len);
	for (size_t i = 0; i < d->npieces; i++) {
		struct piece p = trim(d, &d->pieces[i], header, len);

		if (p.n == 0)
			continue;
		p.p = to;
		to += p.n;
		w->pieces[w->npieces++] = p;
	}
	return w;
}

void
work_datagram_rebase(struct work_datagram *d, uint32_t base)
{
	for (size_t i = 0; i < d->npieces; i++)
		d->pieces[i].packet = d->pieces[i].packet - d->base + base;
	d->base = base;
}
