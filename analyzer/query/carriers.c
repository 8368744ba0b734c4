/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/carriers.h"

#include <assert.h>

#include "analyzer/index/part.h"
#include "analyzer/query/layer.h"
#include "analyzer/query/trail.h"
#include "base/mem.h"

enum {
	BLOCK = 65536,
	/* Dispositions that are looked up; of the others it is DATA, which
	 * what was accepted mostly is. */
	LOOKED_UP = 2000,
	STOP = 1,
};

struct adding {
	struct carriers *c;
	size_t first;  /* of this side */
	size_t placed; /* dispositions that were found */
	enum side side;
};

static int
add_run(void *ctx, const struct part_run *run)
{
	struct adding *a = ctx;
	struct carriers *c = a->c;
	struct carrier *last = c->n > a->first ? &c->v[c->n - 1] : NULL;

	if (run->gap || (last != NULL && last->at.source == run->at.source &&
	                 last->at.record == run->at.record))
		return 0;
	if (c->n == CARRIERS_MAX)
		return STOP;
	if (c->n == c->cap) {
		size_t cap = c->cap > 0 ? c->cap * 2 : 64;
		struct carrier *v = mem_regrow(c->v, cap, sizeof(*v));

		if (v == NULL)
			return ERR_NOMEM;
		c->v = v;
		c->cap = cap;
	}
	assert(c->v != NULL);
	c->v[c->n++] = (struct carrier){ .side = a->side,
		                         .at = run->at,
		                         .off = run->file_off - run->skip,
		                         .disposition = DISPOSITION_DATA };
	return 0;
}

/* ---- what became of them ---- */

static int
take_packet(void *ctx, uint64_t ordinal, const struct part_packet *p)
{
	struct adding *a = ctx;
	const struct carriers *c = a->c;

	(void)ordinal;
	for (size_t i = a->first; c->v != NULL && i < c->n; i++) {
		if (c->v[i].off != p->off || c->v[i].at.source != p->at.source)
			continue;
		c->v[i].disposition = p->disposition;
		a->placed++;
	}
	return a->placed >= c->n - a->first ? STOP : 0;
}

static int
take_part(void *ctx, const struct index_part *part)
{
	return part_packets(part, take_packet, ctx);
}

static int
take_client(void *ctx, const struct stream *s)
{
	*(int *)ctx = s->client & 1;
	return 0;
}

/* From the part in which the side begins. */
static int
find_dispositions(struct adding *a, struct opened *o,
                  const struct index_entry *entry, int client, struct err *e)
{
	const struct entry_side *m = a->side == SIDE_REQUEST
	                                 ? &entry->e.request
	                                 : &entry->e.response;
	bool reversed = (entry->e.flags & ENTRY_REVERSED) != 0;
	int side = (client ^ (a->side == SIDE_RESPONSE) ^ reversed) & 1;
	struct index_reader *r = opened_index(o);
	uint32_t part = 0;
	int rc;

	if (a->c->n == a->first || a->c->n - a->first > LOOKED_UP ||
	    m->nspans == 0)
		return 0;
	rc = index_part_at(r, entry->e.stream, side, m->spans[0].off, e, &part);
	if (rc == ERR_NOTFOUND)
		return 0;
	/* A packet may have come before its part: see `foreign` in part.h. */
	if (rc == 0)
		rc = index_parts(r, entry->e.stream, part > 0 ? part - 1 : 0,
		                 take_part, a, e);
	return rc < 0 ? rc : 0;
}

int
carriers_add(struct carriers *c, struct opened *o,
             const struct index_entry *entry, enum side side, struct err *e)
{
	struct adding a = { .c = c, .first = c->n, .side = side };
	struct trail_ask ask = { .entry = entry, .side = side, .client = 0 };
	int rc = index_stream(opened_index(o), entry->e.stream, take_client,
	                      &ask.client, e);

	if (rc == 0)
		rc = trail_walk(o, &ask, add_run, &a, e);
	if (rc >= 0)
		rc = find_dispositions(&a, o, entry, ask.client, e);
	if (rc < 0 && e->code != rc)
		(void)err_set(e, rc, "looking up packets: %s", err_text(rc));
	return rc;
}

void
carriers_release(struct carriers *c)
{
	mem_free(c->v);
	*c = (struct carriers){ .n = 0 };
}

/* ---- the digest ---- */

/* 1 when all of the span was there. */
static int
digest_span(struct layer_reader *r, const struct span *s, enum dir dir,
            const atomic_bool *cancel, struct sha256 *sha)
{
	uint8_t block[BLOCK];
	uint64_t done = 0;
	int rc = 0;

	while (done < s->len && rc == 0) {
		struct layer_at at = { .layer = s->layer,
			               .dir = dir,
			               .off = s->off + done };
		uint64_t left = s->len - done, hole;
		size_t n;

		if (cancel != NULL && atomic_load(cancel))
			return ERR_CANCELLED;
		rc = r->read(r->ctx, at, block,
		             left < BLOCK ? (size_t)left : BLOCK, &n, &hole);
		if (rc == 0 && n == 0)
			return 0;
		if (rc == 0)
			rc = sha256_update(sha, block, n);
		done += n;
	}
	return rc == 0 ? 1 : rc;
}

static int
digest_side(struct layer *l, const struct index_entry *entry, enum side side,
            const atomic_bool *cancel, struct sha256 *sha)
{
	const struct entry_side *m = side == SIDE_REQUEST ? &entry->e.request
	                                                  : &entry->e.response;
	bool reversed = (entry->e.flags & ENTRY_REVERSED) != 0;
	bool to_client = (side == SIDE_RESPONSE) != reversed;
	struct layer_reader r = layer_reader_of(l);
	int rc = 1;

	for (size_t i = 0; i < m->nspans && rc == 1; i++)
		rc = digest_span(&r, &m->spans[i],
		                 to_client ? TO_CLIENT : TO_SERVER, cancel,
		                 sha);
	return rc;
}

int
carriers_digest(struct opened *o, const struct index_entry *entry,
                enum side side, const atomic_bool *cancel, struct err *e,
                char ret_hex[SHA256_HEX_MAX])
{
	const struct entry_side *m = side == SIDE_REQUEST ? &entry->e.request
	                                                  : &entry->e.response;
	struct sha256 sha = SHA256_INIT;
	uint8_t digest[SHA256_SIZE];
	struct layer *l;
	int rc;

	if (!m->present || m->nspans == 0 || m->size > CARRIERS_DIGEST_MAX)
		return 0;
	rc = layer_open(o, entry->e.stream, e, &l);
	if (rc != 0)
		return rc;
	rc = sha256_init(&sha);
	if (rc == 0)
		rc = digest_side(l, entry, side, cancel, &sha);
	if (rc == 1 && sha256_final(&sha, digest) != 0)
		rc = ERR_CRYPTO;
	if (rc == 1)
		(void)sha256_hex(digest, ret_hex);
	if (rc < 0 && layer_error(l)->code == rc)
		*e = *layer_error(l);
	else if (rc < 0)
		(void)err_set(e, rc, "the digest: %s", err_text(rc));
	sha256_release(&sha);
	layer_free(l);
	return rc;
}
