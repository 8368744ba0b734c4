/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/source.h"

#include <assert.h>

enum dir
source_dir(const struct exchange *x, enum side side)
{
	return entry_dir(x->entry->flags, side == SIDE_RESPONSE);
}

/* Past what is empty, to a byte of some span. */
static void
source_settle(struct source *s)
{
	while (s->span < s->side->nspans &&
	       s->at >= s->side->spans[s->span].len) {
		s->at -= s->side->spans[s->span].len;
		s->span++;
	}
}

void
source_begin(struct source *s, const struct exchange *x, enum side side,
             uint64_t off)
{
	s->x = x;
	s->side = side == SIDE_REQUEST ? &x->entry->request
	                               : &x->entry->response;
	s->dir = source_dir(x, side);
	s->span = 0;
	s->at = off;
	source_settle(s);
}

uint64_t
source_left(const struct source *s)
{
	return s->span < s->side->nspans ? s->side->spans[s->span].len - s->at
	                                 : 0;
}

void
source_skip(struct source *s, uint64_t n)
{
	uint64_t left = source_left(s);

	s->at += n < left ? n : left;
	source_settle(s);
}

int
source_next(struct source *s, uint64_t max, struct str *ret_bytes,
            uint64_t *ret_hole)
{
	const struct layer_reader *r = s->x->reader;
	uint64_t left = source_left(s);
	const struct span *sp;
	struct layer_at at;
	uint64_t hole = 0;
	size_t n = 0;
	int rc;

	*ret_bytes = STR_NONE;
	*ret_hole = 0;
	left = left < max ? left : max;
	if (left == 0)
		return 0;
	sp = &s->side->spans[s->span];
	at = (struct layer_at){ sp->layer, s->dir, sp->off + s->at };
	rc = r->read(r->ctx, at, s->piece,
	             left < SOURCE_PIECE ? (size_t)left : SOURCE_PIECE, &n,
	             &hole);
	if (rc != 0)
		return rc;
	assert(n <= left && n <= SOURCE_PIECE);
	if (n == 0)
		hole = hole != 0 && hole < left ? hole : left;
	else
		hole = 0;
	*ret_bytes = str_make(s->piece, n);
	*ret_hole = hole;
	s->at += n + hole;
	source_settle(s);
	return 0;
}
