/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/part.h"

#include <assert.h>

#include "analyzer/index/varint.h"
#include "base/err.h"
#include "base/mem.h"

enum {
	TAG_DISPOSITION = 0x1f,
	TAG_SIDE = 0x20,
	TAG_ABSOLUTE = 0x40,

	HEAD_GAP = 1,
	HEAD_SKIP = 2,
	HEAD_FOREIGN = 4,
	HEAD_BITS = 3,

	PACKET_MIN = 3, /* bytes of the shortest packet in a list */
};

static_assert(DISPOSITION_COUNT <= TAG_DISPOSITION + 1,
              "a disposition fits the tag");

/* ---- writing ---- */

void
part_writer_init(struct part_writer *w)
{
	*w = (struct part_writer){ .part = 0 };
	buf_init(&w->packets, PART_PACKETS_MAX);
	buf_init(&w->map[0], PART_MAP_MAX);
	buf_init(&w->map[1], PART_MAP_MAX);
}

void
part_writer_release(struct part_writer *w)
{
	buf_release(&w->packets);
	buf_release(&w->map[0]);
	buf_release(&w->map[1]);
}

int
part_add_packet(struct part_writer *w, const struct part_packet *p,
                uint32_t *ret_ordinal)
{
	bool absolute = w->packets.n == 0 || p->at.source != w->last.at.source;
	uint8_t rec[1 + 3 * VARINT_MAX];
	size_t n = 0;
	int rc;

	rec[n++] = (uint8_t)(p->disposition | (p->side ? TAG_SIDE : 0) |
	                     (absolute ? TAG_ABSOLUTE : 0));
	if (absolute) {
		n += varint_put(rec + n, p->at.source);
		n += varint_put(rec + n, p->at.record);
		n += varint_put(rec + n, p->off);
	} else {
		n += varint_put_delta(rec + n, p->at.record, w->last.at.record);
		n += varint_put_delta(rec + n, p->off, w->last.off);
	}
	rc = buf_append(&w->packets, rec, n);
	if (rc != 0)
		return rc;
	w->last = *p;
	*ret_ordinal = (uint32_t)w->npackets++;
	return 0;
}

/* The first run of a side in this part says where the part's map begins. */
static void
map_begin(struct part_writer *w, int side, uint64_t off)
{
	if (w->map[side].n > 0) {
		assert(off == w->next[side]);
		return;
	}
	w->off[side] = off;
	w->run_packet[side] = w->first_packet;
	w->run_skip[side] = 0;
}

int
part_add_run(struct part_writer *w, int side, const struct part_run *r)
{
	bool foreign = !r->gap && r->packet < w->first_packet;
	bool skip;
	uint8_t rec[6 * VARINT_MAX];
	size_t n = 0;
	int rc;

	assert(r->len <= UINT64_MAX >> HEAD_BITS);
	map_begin(w, side, r->off);
	skip = !r->gap && r->skip != w->run_skip[side];
	n += varint_put(rec,
	                r->len << HEAD_BITS | (foreign ? HEAD_FOREIGN : 0) |
	                    (skip ? HEAD_SKIP : 0) | (r->gap ? HEAD_GAP : 0));
	if (r->gap)
		n += varint_put(rec + n, r->cause);
	else
		n += varint_put_delta(rec + n, r->packet, w->run_packet[side]);
	if (skip)
		n += varint_put(rec + n, r->skip);
	if (foreign) {
		n += varint_put(rec + n, r->at.source);
		n += varint_put(rec + n, r->at.record);
		n += varint_put(rec + n, r->file_off);
	}
	rc = buf_append(&w->map[side], rec, n);
	if (rc != 0)
		return rc;
	if (!r->gap) {
		w->run_packet[side] = r->packet;
		w->run_skip[side] = r->skip;
	}
	w->next[side] = r->off + r->len;
	return 0;
}

bool
part_full(const struct part_writer *w)
{
	return w->packets.n >= PART_BYTES || w->map[0].n >= PART_BYTES ||
	       w->map[1].n >= PART_BYTES;
}

bool
part_empty(const struct part_writer *w)
{
	return w->packets.n == 0 && w->map[0].n == 0 && w->map[1].n == 0;
}

void
part_view(const struct part_writer *w, struct index_part *ret_part)
{
	*ret_part = (struct index_part){
		.part = w->part,
		.first_packet = w->first_packet,
		.packets = buf_str(&w->packets),
	};
	for (int side = 0; side < 2; side++) {
		ret_part->map[side] = buf_str(&w->map[side]);
		ret_part->off[side] = w->map[side].n > 0 ? w->off[side]
		                                         : w->next[side];
	}
}

void
part_next(struct part_writer *w)
{
	buf_clear(&w->packets);
	buf_clear(&w->map[0]);
	buf_clear(&w->map[1]);
	w->first_packet = w->npackets;
	w->part++;
}

/* ---- reading ---- */

/* Records are counted from 1. */
static bool
place_ok(struct position at, uint64_t off)
{
	return at.record >= 1 && at.record <= POSITION_RECORD_MAX &&
	       off <= INT64_MAX;
}

static struct part_packet
get_packet(struct cursor *c, const struct part_packet *last, bool first)
{
	struct part_packet p = { .side = 0 };
	uint8_t tag = cur_u8(c);

	p.disposition = (enum disposition)(tag & TAG_DISPOSITION);
	p.side = (tag & TAG_SIDE) != 0;
	if (tag & TAG_ABSOLUTE) {
		uint64_t source = cur_varint(c);

		p.at.source = (uint32_t)source;
		p.at.record = cur_varint(c);
		p.off = cur_varint(c);
		if (source > POSITION_SOURCE_MAX)
			cur_bad(c);
	} else {
		p.at.source = last->at.source;
		p.at.record = varint_get_delta(c, last->at.record);
		p.off = varint_get_delta(c, last->off);
	}
	if ((first && !(tag & TAG_ABSOLUTE)) || tag & 0x80 ||
	    p.disposition >= DISPOSITION_COUNT || !place_ok(p.at, p.off))
		cur_bad(c);
	return p;
}

int
part_packets(const struct index_part *p,
             int (*f)(void *ctx, uint64_t ordinal,
                      const struct part_packet *pkt),
             void *ctx)
{
	struct cursor c = cur_make(p->packets.p, p->packets.n, false);
	struct part_packet last = { .side = 0 };
	uint64_t ordinal = p->first_packet;

	if (p->packets.n > PART_PACKETS_MAX)
		return ERR_CORRUPT;
	while (cur_left(&c) > 0) {
		int rc;

		last = get_packet(&c, &last, ordinal == p->first_packet);
		if (!cur_ok(&c))
			return ERR_CORRUPT;
		rc = f(ctx, ordinal++, &last);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* The packets of a part as an array, for its runs to refer to. */
struct table {
	struct part_packet *p;
	size_t n;
};

static int
add_to_table(void *ctx, uint64_t ordinal, const struct part_packet *pkt)
{
	struct table *t = ctx;

	(void)ordinal;
	t->p[t->n++] = *pkt;
	return 0;
}

static int
table_of(const struct index_part *part, struct table *ret_table)
{
	size_t most = part->packets.n / PACKET_MIN + 1;
	struct table t = { .p = mem_array(most, sizeof(*t.p)) };
	int rc;

	if (t.p == NULL)
		return ERR_NOMEM;
	rc = part_packets(part, add_to_table, &t);
	if (rc != 0) {
		mem_free(t.p);
		return rc;
	}
	*ret_table = t;
	return 0;
}

/* Where the bytes of a run lie, from the record that follows its head. */
static void
get_place(struct cursor *c, const struct index_part *part,
          const struct table *t, bool foreign, struct part_run *r)
{
	uint64_t i = r->packet - part->first_packet;

	if (foreign) {
		uint64_t source = cur_varint(c);

		r->at.source = (uint32_t)source;
		r->at.record = cur_varint(c);
		r->file_off = cur_varint(c);
		if (source > POSITION_SOURCE_MAX ||
		    !place_ok(r->at, r->file_off))
			cur_bad(c);
	} else if (i < t->n) {
		r->at = t->p[i].at;
		r->file_off = t->p[i].off + r->skip;
	} else {
		cur_bad(c);
	}
}

static void
get_run(struct cursor *c, const struct index_part *part, const struct table *t,
        struct part_run *r)
{
	uint64_t head = cur_varint(c);
	uint64_t v;

	r->off += r->len;
	r->len = head >> HEAD_BITS;
	r->gap = (head & HEAD_GAP) != 0;
	if (r->len > INT64_MAX || r->off > INT64_MAX - r->len)
		cur_bad(c);
	if (r->gap) {
		v = cur_varint(c);
		r->cause = (enum gap_cause)v;
		if (v >= GAP_COUNT || head & (HEAD_SKIP | HEAD_FOREIGN))
			cur_bad(c);
		return;
	}
	r->packet = varint_get_delta(c, r->packet);
	if (head & HEAD_SKIP) {
		v = cur_varint(c);
		r->skip = (uint32_t)v;
		if (v > UINT32_MAX)
			cur_bad(c);
	}
	get_place(c, part, t, (head & HEAD_FOREIGN) != 0, r);
}

int
part_runs(const struct index_part *p, int side,
          int (*f)(void *ctx, const struct part_run *run), void *ctx)
{
	struct str map = p->map[side];
	struct cursor c = cur_make(map.p, map.n, false);
	struct part_run r = { .off = p->off[side], .packet = p->first_packet };
	struct table t = { .n = 0 };
	int rc;

	if (map.n == 0)
		return 0;
	if (map.n > PART_MAP_MAX)
		return ERR_CORRUPT;
	rc = table_of(p, &t);
	if (rc != 0)
		return rc;
	while (rc == 0 && cur_left(&c) > 0) {
		get_run(&c, p, &t, &r);
		rc = cur_ok(&c) ? f(ctx, &r) : ERR_CORRUPT;
	}
	mem_free(t.p);
	return rc;
}
