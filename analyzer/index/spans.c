/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/spans.h"

#include "analyzer/index/varint.h"
#include "base/err.h"

int
spans_put(struct buf *b, const struct span *spans, size_t n)
{
	uint8_t rec[3 * VARINT_MAX];
	uint64_t end = 0;
	int rc = buf_append(b, rec, varint_put(rec, n));

	for (size_t i = 0; i < n && rc == 0; i++) {
		size_t len = varint_put(rec, spans[i].layer);

		len += varint_put_delta(rec + len, spans[i].off, end);
		len += varint_put(rec + len, spans[i].len);
		end = spans[i].off + spans[i].len;
		rc = buf_append(b, rec, len);
	}
	return rc;
}

int
spans_get(struct str *io, struct arena *a, const struct span **ret_spans,
          size_t *ret_n)
{
	struct cursor c = cur_make(io->p, io->n, false);
	uint64_t n = cur_varint(&c);
	uint64_t end = 0;
	struct span *spans;

	if (!cur_ok(&c) || n > SPAN_MAX)
		return ERR_CORRUPT;
	spans = arena_array(a, n + 1, sizeof(*spans));
	if (spans == NULL)
		return arena_error(a);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t layer = cur_varint(&c);

		spans[i].layer = (uint32_t)layer;
		spans[i].off = varint_get_delta(&c, end);
		spans[i].len = cur_varint(&c);
		if (layer > UINT32_MAX || spans[i].off > INT64_MAX ||
		    spans[i].len > INT64_MAX)
			cur_bad(&c);
		end = spans[i].off + spans[i].len;
	}
	if (!cur_ok(&c))
		return ERR_CORRUPT;
	*io = cur_take(&c, cur_left(&c));
	*ret_spans = spans;
	*ret_n = n;
	return 0;
}
