/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/park.h"

#include <string.h>

#include "base/mem.h"

/* In front of each block. */
struct front {
	uint32_t next; /* block */
	uint32_t end;  /* bytes of this one, front included */
};

/* A request as it lies in a block, its strings behind it. */
struct record {
	int64_t id;
	uint64_t ordinal;
	uint64_t off;
	int64_t first;
	int64_t last;
	const struct protocol *proto;
	uint32_t len;
	uint32_t missing;
	uint32_t flags;
	uint32_t request_flags;
	int32_t status;
	uint16_t method;
	uint16_t target;
	uint16_t host;
	uint8_t dir;
};

struct park {
	struct park_file *file;
	struct engine_budget *budget;
	uint64_t count;
	uint32_t nblocks;  /* in the file */
	uint32_t oldest;   /* of these */
	uint32_t block;    /* where `tail` will be written */
	uint32_t taken;    /* bytes of head */
	uint32_t head_end; /* both include the front */
	uint32_t tail_end;
	uint8_t head[PARK_BLOCK];
	uint8_t tail[PARK_BLOCK];
};

static_assert(sizeof(struct park) <= PARK_COST, "a queue costs what it says");

/* --- blocks --------------------------------------------------------------- */

void
park_file_release(struct park_file *f)
{
	mem_free(f->free);
	*f = (struct park_file){ .out = f->out };
}

static bool
block_get(struct park *q, uint32_t *ret_block)
{
	struct park_file *f = q->file;
	struct engine_budget *b = q->budget;

	if (b != NULL && (b->parked > b->parked_max ||
	                  b->parked_max - b->parked < PARK_BLOCK))
		return false;
	if (f->nfree != 0)
		*ret_block = f->free[--f->nfree];
	else if (f->blocks != UINT32_MAX)
		*ret_block = f->blocks++;
	else
		return false;
	if (b != NULL)
		b->parked += PARK_BLOCK;
	return true;
}

static void
block_put(struct park *q, uint32_t block)
{
	struct park_file *f = q->file;
	uint32_t *p;

	if (q->budget != NULL)
		q->budget->parked -= PARK_BLOCK;
	if (f->nfree == f->cap) {
		size_t cap = f->cap != 0 ? f->cap * 2 : 64;

		/* Without it the file stays longer than it needs to be. */
		p = mem_regrow(f->free, cap, sizeof(*p));
		if (p == NULL)
			return;
		f->free = p;
		f->cap = cap;
	}
	f->free[f->nfree++] = block;
}

/* --- the queue ------------------------------------------------------------ */

struct park *
park_new(struct park_file *f, struct engine_budget *b)
{
	struct park *q = mem_alloc(sizeof(*q));

	if (q == NULL)
		return NULL;
	q->file = f;
	q->budget = b;
	q->count = 0;
	q->nblocks = 0;
	q->taken = q->head_end = q->tail_end = sizeof(struct front);
	/* Blocks are written whole. */
	memset(q->tail, 0, sizeof(q->tail));
	if (!block_get(q, &q->block)) {
		mem_free(q);
		return NULL;
	}
	return q;
}

void
park_free(struct park *q)
{
	struct front front;
	uint32_t block;

	if (q == NULL)
		return;
	block_put(q, q->block);
	block = q->oldest;
	for (; q->nblocks != 0; q->nblocks--) {
		const struct engine_out *out = q->file->out;

		block_put(q, block);
		if (out->parked_read(out->ctx, (uint64_t)block * PARK_BLOCK,
		                     &front, sizeof(front)) != 0)
			break;
		block = front.next;
	}
	mem_free(q);
}

uint64_t
park_count(const struct park *q)
{
	return q->count;
}

/* The tail is full: it goes into the file. */
static bool
tail_write(struct park *q)
{
	const struct engine_out *out = q->file->out;
	struct front front = { .end = q->tail_end };

	if (!block_get(q, &front.next))
		return false;
	memcpy(q->tail, &front, sizeof(front));
	if (out->parked_write(out->ctx, (uint64_t)q->block * PARK_BLOCK,
	                      q->tail, PARK_BLOCK) != 0) {
		block_put(q, front.next);
		return false;
	}
	if (q->nblocks++ == 0)
		q->oldest = q->block;
	q->block = front.next;
	q->tail_end = sizeof(front);
	return true;
}

/* More for the head, if there is more. */
static bool
head_fill(struct park *q)
{
	const struct engine_out *out = q->file->out;
	struct front front;

	q->taken = sizeof(front);
	if (q->nblocks == 0) {
		memcpy(q->head, q->tail, q->tail_end);
		q->head_end = q->tail_end;
		q->tail_end = sizeof(front);
		return q->head_end > sizeof(front);
	}
	q->head_end = sizeof(front);
	if (out->parked_read(out->ctx, (uint64_t)q->oldest * PARK_BLOCK,
	                     q->head, PARK_BLOCK) != 0)
		return false;
	memcpy(&front, q->head, sizeof(front));
	block_put(q, q->oldest);
	q->nblocks--;
	q->oldest = front.next;
	q->head_end = front.end;
	return true;
}

bool
park_put(struct park *q, const struct parked *r)
{
	struct str texts[] = { r->method, r->target, r->host };
	struct record rec = {
		.id = r->id,
		.ordinal = r->ordinal,
		.off = r->off,
		.first = r->first,
		.last = r->last,
		.proto = r->proto,
		.len = (uint32_t)(r->end - r->off),
		.missing = (uint32_t)r->missing,
		.flags = r->flags,
		.request_flags = r->request_flags,
		.status = r->status,
		.method = (uint16_t)r->method.n,
		.target = (uint16_t)r->target.n,
		.host = (uint16_t)r->host.n,
		.dir = (uint8_t)r->dir,
	};
	size_t n = sizeof(rec);

	if (r->end - r->off > UINT32_MAX || r->missing > UINT32_MAX)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].n > UINT16_MAX)
			return false;
		n += texts[i].n;
	}
	if (n > PARK_BLOCK - sizeof(struct front))
		return false;
	if (n > PARK_BLOCK - q->tail_end && !tail_write(q))
		return false;
	memcpy(q->tail + q->tail_end, &rec, sizeof(rec));
	q->tail_end += (uint32_t)sizeof(rec);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].n != 0)
			memcpy(q->tail + q->tail_end, texts[i].p, texts[i].n);
		q->tail_end += (uint32_t)texts[i].n;
	}
	q->count++;
	return true;
}

static struct str
take_text(struct park *q, size_t n)
{
	struct str s = str_make(q->head + q->taken, n);

	q->taken += (uint32_t)n;
	return s;
}

bool
park_take(struct park *q, struct parked *ret)
{
	struct record rec;

	if (q->taken == q->head_end && !head_fill(q)) {
		q->count = 0;
		return false;
	}
	memcpy(&rec, q->head + q->taken, sizeof(rec));
	q->taken += (uint32_t)sizeof(rec);
	q->count--;
	*ret = (struct parked){
		.id = rec.id,
		.ordinal = rec.ordinal,
		.off = rec.off,
		.end = rec.off + rec.len,
		.missing = rec.missing,
		.first = rec.first,
		.last = rec.last,
		.proto = rec.proto,
		.flags = rec.flags,
		.request_flags = rec.request_flags,
		.status = rec.status,
		.dir = (enum dir)rec.dir,
		.method = take_text(q, rec.method),
		.target = take_text(q, rec.target),
		.host = take_text(q, rec.host),
	};
	return true;
}
