/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/sums.h"

#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/index/varint.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/siphash.h"

enum {
	ROW_MAX = 64 << 20, /* bytes of one row, its lists included */
	SUMS = 64,          /* at first */
	NUMBERS = 24,       /* in an entry, besides those of its spans */
	STREAM_NUMBERS = 40,
	PART_NUMBERS = 10,
};

/* Not secret: two who compare indexes need the same. */
static const uint8_t entry_key[SIPHASH_KEY_SIZE] = "entry digest, 1.";
static const uint8_t stream_key[SIPHASH_KEY_SIZE] = "stream digest, 1";
static const uint8_t part_key[SIPHASH_KEY_SIZE] = "part digest, 1. ";

void
sums_init(struct sums *s)
{
	*s = (struct sums){ .row = { .n = 0 } };
	buf_init(&s->row, ROW_MAX);
}

void
sums_release(struct sums *s)
{
	for (size_t i = 0; i < SUM_KINDS; i++)
		mem_free(s->kind[i].sum);
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

/* ---- one stream ---- */

static uint8_t *
put_numbers(uint8_t *to, const uint64_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to += varint_put(to, v[i]);
	return to;
}

static uint8_t *
put_stream_side(uint8_t *to, const struct stream_side *s)
{
	const uint64_t v[] = {
		s->packets,      s->bytes,
		s->payload,      s->retransmissions,
		s->out_of_order, s->duplicate_acks,
		s->zero_windows, s->gaps,
		s->gap_bytes,    s->syn,
		s->fin,          s->rst,
	};

	return put_numbers(to, v, ARRAY_LEN(v));
}

static int
put_stream(struct buf *b, const struct stream *s)
{
	const uint64_t v[] = {
		(uint64_t)(s->id & POSITION_IN_SOURCE),
		s->l4,
		s->state,
		s->client,
		s->role_guessed,
		s->late_join,
		s->tls,
		s->tls_wire,
		(uint64_t)s->first_ts,
		(uint64_t)s->last_ts,
		(uint64_t)s->handshake_rtt,
		s->entries,
	};
	struct str protocol = str_from_c(s->protocol);
	struct str reason = str_from_c(s->reason);
	uint8_t *start, *to;
	int rc = buf_reserve(b, STREAM_NUMBERS * VARINT_MAX + sizeof(s->addr) +
	                            protocol.n + reason.n);

	if (rc != 0)
		return rc;
	start = to = (uint8_t *)buf_tail(b);
	to = put_numbers(to, v, ARRAY_LEN(v));
	for (int side = 0; side < 2; side++) {
		to = put_addr(to, &s->addr[side], s->port[side]);
		to = put_stream_side(to, &s->side[side]);
	}
	to = put_text(to, protocol);
	to = put_text(to, reason);
	buf_added(b, (size_t)(to - start));
	return 0;
}

/* ---- one part of the positions ---- */

static int
put_part(struct buf *b, const struct index_part *p)
{
	const uint64_t v[] = {
		(uint64_t)(p->stream & POSITION_IN_SOURCE),
		p->part,
		p->first_packet,
		p->off[0],
		p->off[1],
	};
	uint8_t *start, *to;
	int rc = buf_reserve(b, PART_NUMBERS * VARINT_MAX + p->packets.n +
	                            p->map[0].n + p->map[1].n);

	if (rc != 0)
		return rc;
	start = to = (uint8_t *)buf_tail(b);
	to = put_numbers(to, v, ARRAY_LEN(v));
	to = put_text(to, p->packets);
	to = put_text(to, p->map[0]);
	to = put_text(to, p->map[1]);
	buf_added(b, (size_t)(to - start));
	return 0;
}

/* ---- sums ---- */

static int
make_room(struct sum_list *l, size_t ordinal)
{
	size_t cap = l->cap > 0 ? l->cap : SUMS;
	struct sum *p;

	while (cap <= ordinal)
		cap *= 2;
	p = mem_regrow(l->sum, cap, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	memset(p + l->cap, 0, (cap - l->cap) * sizeof(*p));
	l->sum = p;
	l->cap = cap;
	return 0;
}

static int
add(struct sums *s, enum sum_kind kind, size_t ordinal, const uint64_t hash[2])
{
	struct sum_list *l = &s->kind[kind];
	int rc = ordinal < l->cap ? 0 : make_room(l, ordinal);

	if (rc != 0)
		return rc;
	l->sum[ordinal].n++;
	l->sum[ordinal].hash[0] += hash[0];
	l->sum[ordinal].hash[1] += hash[1];
	return 0;
}

int
sums_entry(struct sums *s, const struct index_entry *row)
{
	size_t source = position_of_id(row->e.id).source;
	size_t stream = position_of_id(row->e.stream).source;
	uint64_t hash[2];
	int rc;

	buf_clear(&s->row);
	rc = put_row(&s->row, row);
	if (rc != 0)
		return rc;
	siphash24_wide(entry_key, s->row.p, s->row.n, hash);
	rc = add(s, SUM_ENTRIES, source, hash);
	return rc != 0 ? rc : add(s, SUM_STREAM_ENTRIES, stream, hash);
}

int
sums_stream(struct sums *s, const struct stream *row)
{
	uint64_t hash[2];
	int rc;

	buf_clear(&s->row);
	rc = put_stream(&s->row, row);
	if (rc != 0)
		return rc;
	siphash24_wide(stream_key, s->row.p, s->row.n, hash);
	rc = add(s, SUM_STREAMS, position_of_id(row->id).source, hash);
	return rc != 0 ? rc : add(s, SUM_POINT, row->point, hash);
}

int
sums_part(struct sums *s, const struct index_part *row)
{
	uint64_t hash[2];
	int rc;

	buf_clear(&s->row);
	rc = put_part(&s->row, row);
	if (rc != 0)
		return rc;
	siphash24_wide(part_key, s->row.p, s->row.n, hash);
	return add(s, SUM_PARTS, position_of_id(row->stream).source, hash);
}

struct sum
sums_of(const struct sums *s, enum sum_kind kind, size_t ordinal)
{
	const struct sum_list *l = &s->kind[kind];
	const struct sum none = { .n = 0 };

	return ordinal < l->cap ? l->sum[ordinal] : none;
}
