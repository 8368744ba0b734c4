/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/entry_sums.h"

#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/index/varint.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/siphash.h"

enum {
	ROW_MAX = 64 << 20, /* bytes of one entry, its lists included */
	SOURCES = 64,       /* at first */
	NUMBERS = 24,       /* in an entry, besides those of its spans */
};

/* Not a secret: two who compare indexes need the same. */
static const uint8_t key[SIPHASH_KEY_SIZE] = "entry digest, 1.";

void
entry_sums_init(struct entry_sums *s)
{
	*s = (struct entry_sums){ .cap = 0 };
	buf_init(&s->row, ROW_MAX);
}

void
entry_sums_release(struct entry_sums *s)
{
	mem_free(s->entries);
	mem_free(s->streams);
	buf_release(&s->row);
}

/* ---- one entry, serialised ---- */

/* Bytes that an entry takes at most. */
static size_t
row_room(const struct index_entry *row)
{
	const struct entry *e = &row->e;
	size_t numbers = NUMBERS + 3 * (e->request.nspans + e->response.nspans);

	return numbers * VARINT_MAX + 2 * sizeof(row->client.b) +
	       strlen(e->proto->key) + e->method.n + e->target.n + e->host.n +
	       e->request.kept.n + e->response.kept.n;
}

static uint8_t *
put_text(uint8_t *to, struct str s)
{
	to += varint_put(to, s.n);
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

static uint8_t *
put_side(uint8_t *to, const struct entry_side *s)
{
	uint64_t end = 0;

	*to++ = s->present;
	if (s->present) {
		to += varint_put(to, (uint64_t)s->first);
		to += varint_put_delta(to, (uint64_t)s->last,
		                       (uint64_t)s->first);
	}
	to += varint_put(to, s->size);
	to += varint_put(to, s->nspans);
	for (size_t i = 0; i < s->nspans; i++) {
		to += varint_put(to, s->spans[i].layer);
		to += varint_put_delta(to, s->spans[i].off, end);
		to += varint_put(to, s->spans[i].len);
		end = s->spans[i].off + s->spans[i].len;
	}
	return put_text(to, s->kept);
}

static uint8_t *
put_addr(uint8_t *to, const struct addr *a, uint16_t port)
{
	memcpy(to, a->b, sizeof(a->b));
	to += sizeof(a->b);
	return to + varint_put(to, port);
}

static int
put_row(struct buf *b, const struct index_entry *row)
{
	const struct entry *e = &row->e;
	uint8_t *start, *to;
	int rc = buf_reserve(b, row_room(row));

	if (rc != 0)
		return rc;
	start = to = (uint8_t *)buf_tail(b);
	to += varint_put(to, (uint64_t)(e->id & POSITION_IN_SOURCE));
	to += varint_put(to, (uint64_t)(e->stream & POSITION_IN_SOURCE));
	to += varint_put(to, e->ordinal);
	to += varint_put(to, e->flags);
	to += varint_put_delta(to, (uint64_t)e->status, 0);
	*to++ = row->tls;
	to = put_text(to, str_from_c(e->proto->key));
	to = put_text(to, e->method);
	to = put_text(to, e->target);
	to = put_text(to, e->host);
	to = put_addr(to, &row->client, row->client_port);
	to = put_addr(to, &row->server, row->server_port);
	to = put_side(to, &e->request);
	to = put_side(to, &e->response);
	buf_added(b, (size_t)(to - start));
	return 0;
}

/* ---- sums ---- */

static int
make_room(struct entry_sums *s, size_t source)
{
	size_t cap = s->cap > 0 ? s->cap : SOURCES;
	struct entry_sum *p;

	while (cap <= source)
		cap *= 2;
	p = mem_regrow(s->entries, cap, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	s->entries = p;
	p = mem_regrow(s->streams, cap, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	s->streams = p;
	memset(s->entries + s->cap, 0, (cap - s->cap) * sizeof(*p));
	memset(s->streams + s->cap, 0, (cap - s->cap) * sizeof(*p));
	s->cap = cap;
	return 0;
}

static void
add(struct entry_sum *sum, const uint64_t hash[2])
{
	sum->n++;
	sum->hash[0] += hash[0];
	sum->hash[1] += hash[1];
}

int
entry_sums_add(struct entry_sums *s, const struct index_entry *row)
{
	size_t source = position_of_id(row->e.id).source;
	size_t stream = position_of_id(row->e.stream).source;
	size_t last = source > stream ? source : stream;
	uint64_t hash[2];
	int rc = last < s->cap ? 0 : make_room(s, last);

	buf_clear(&s->row);
	if (rc == 0)
		rc = put_row(&s->row, row);
	if (rc != 0)
		return rc;
	siphash24_wide(key, s->row.p, s->row.n, hash);
	add(&s->entries[source], hash);
	add(&s->streams[stream], hash);
	return 0;
}

struct entry_sum
entry_sums_entries(const struct entry_sums *s, size_t source)
{
	const struct entry_sum none = { .n = 0 };

	return source < s->cap ? s->entries[source] : none;
}

struct entry_sum
entry_sums_streams(const struct entry_sums *s, size_t source)
{
	const struct entry_sum none = { .n = 0 };

	return source < s->cap ? s->streams[source] : none;
}
