/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/place.h"

#include "analyzer/index/varint.h"
#include "base/err.h"

/* The first number of a side: how many spans, and these. */
enum {
	PLACE_KEPT = 1,   /* something is kept: its id follows */
	PLACE_LAYERS = 2, /* each span says its layer; else all are 0 */
	PLACE_SHIFT = 2,
};

static bool
has_layers(const struct entry_side *s)
{
	for (size_t i = 0; i < s->nspans; i++) {
		if (s->spans[i].layer != 0)
			return true;
	}
	return false;
}

int
place_put(struct buf *b, const struct entry_side *s, int64_t kept)
{
	uint8_t rec[3 * VARINT_MAX];
	bool layers = has_layers(s);
	uint64_t end = 0;
	size_t len = varint_put(rec, (uint64_t)s->nspans << PLACE_SHIFT |
	                                 (layers ? PLACE_LAYERS : 0u) |
	                                 (kept != 0 ? PLACE_KEPT : 0u));
	int rc;

	if (kept != 0)
		len += varint_put(rec + len, (uint64_t)kept);
	rc = buf_append(b, rec, len);
	for (size_t i = 0; i < s->nspans && rc == 0; i++) {
		const struct span *span = &s->spans[i];

		len = layers ? varint_put(rec, span->layer) : 0;
		len += varint_put_delta(rec + len, span->off, end);
		len += varint_put(rec + len, span->len);
		end = span->off + span->len;
		rc = buf_append(b, rec, len);
	}
	return rc;
}

static void
get_span(struct cursor *c, bool layers, uint64_t *io_end, struct span *span)
{
	uint64_t layer = layers ? cur_varint(c) : 0;

	span->layer = (uint32_t)layer;
	span->off = varint_get_delta(c, *io_end);
	span->len = cur_varint(c);
	if (layer > UINT32_MAX || span->off > INT64_MAX ||
	    span->len > INT64_MAX)
		cur_bad(c);
	*io_end = span->off + span->len;
}

int
place_get(struct str *io, struct arena *a, struct entry_side *s,
          int64_t *ret_kept)
{
	struct cursor c = cur_make(io->p, io->n, false);
	uint64_t head = cur_varint(&c);
	uint64_t kept = (head & PLACE_KEPT) != 0 ? cur_varint(&c) : 0;
	uint64_t n = head >> PLACE_SHIFT;
	uint64_t end = 0;
	struct span *spans;

	if (!cur_ok(&c) || n > SPAN_MAX || kept > INT64_MAX)
		return ERR_CORRUPT;
	spans = arena_array(a, n + 1, sizeof(*spans));
	if (spans == NULL)
		return arena_error(a);
	for (uint64_t i = 0; i < n; i++)
		get_span(&c, (head & PLACE_LAYERS) != 0, &end, &spans[i]);
	if (!cur_ok(&c))
		return ERR_CORRUPT;
	*io = cur_take(&c, cur_left(&c));
	s->spans = spans;
	s->nspans = n;
	*ret_kept = (int64_t)kept;
	return 0;
}
