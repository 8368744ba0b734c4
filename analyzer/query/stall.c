/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/stall.h"

#include <assert.h>

#include "analyzer/entry/stream.h"
#include "analyzer/index/part.h"
#include "analyzer/net/limits.h"
#include "analyzer/net/packet.h"
#include "analyzer/query/trail.h"
#include "base/cursor.h"
#include "base/mem.h"

enum {
	STOP = 1, /* of a walk, once there is enough */
	L4_TCP = 6,
};

/* Until then everything before `end` had been seen. */
struct step {
	uint64_t end;
	int64_t ts;
};

struct stall {
	uint64_t from, to; /* the message in its direction's stream */
	uint64_t missing;
	bool cut; /* there are packets that are not looked at */

	size_t n, cap;
	struct stall_packet *wanted;
	size_t at; /* where the next one is likely to be */

	/* One sequence number and the stream offset that belongs to it: of the
	 * first byte that a packet has of the message. */
	struct position first;
	uint32_t first_skip;
	uint64_t first_off;
	uint32_t seq;
	bool known;

	uint64_t high, acked;
	int64_t now; /* times of a capture may go back; ours do not */
	uint64_t late;
	size_t nsteps, nspans;
	struct step *steps;       /* n; rising in both */
	struct stall_span *spans; /* n; disjoint, in order */
};

/* ---- what to look at ---- */

struct plan {
	struct stall *s;
	int side;             /* of the stream, the sender's */
	uint64_t begin, last; /* ordinals of packets that carried it */
	bool any;
};

static int
take_run(void *ctx, const struct part_run *run)
{
	struct plan *p = ctx;
	struct stall *s = p->s;
	uint64_t end = run->off + run->len;

	if (run->gap) {
		s->missing += (end < s->to ? end : s->to) -
		              (run->off > s->from ? run->off : s->from);
		return 0;
	}
	if (!p->any || run->packet > p->last)
		p->last = run->packet;
	if (p->any && run->packet >= p->begin)
		return 0;
	p->any = true;
	p->begin = run->packet;
	s->first = run->at;
	s->first_skip = run->skip;
	s->first_off = run->off;
	return 0;
}

static bool
is_wanted(const struct part_packet *p, bool reversed)
{
	if (reversed)
		return true;
	switch (p->disposition) {
	case DISPOSITION_DATA:
	case DISPOSITION_DATA_PARTIAL:
	case DISPOSITION_DATA_CUT:
	case DISPOSITION_RETRANSMISSION:
	case DISPOSITION_LATE:
		return true;
	default:
		return false;
	}
}

static int
take_packet(void *ctx, uint64_t ordinal, const struct part_packet *pkt)
{
	struct plan *p = ctx;
	struct stall *s = p->s;
	bool reversed = pkt->side != p->side;

	if (ordinal < p->begin || !is_wanted(pkt, reversed))
		return 0;
	if (ordinal > p->last && ordinal - p->last > STALL_BEHIND)
		return STOP;
	if (s->n == STALL_PACKETS) {
		s->cut = s->cut || ordinal <= p->last;
		return STOP;
	}
	if (s->n == s->cap) {
		size_t cap = s->cap > 0 ? s->cap * 2 : 64;
		struct stall_packet *v = mem_regrow(s->wanted, cap, sizeof(*v));

		if (v == NULL)
			return ERR_NOMEM;
		s->wanted = v;
		s->cap = cap;
	}
	s->wanted[s->n++] = (struct stall_packet){ .at = pkt->at,
		                                   .off = pkt->off,
		                                   .reversed = reversed };
	return 0;
}

static int
take_part(void *ctx, const struct index_part *part)
{
	return part_packets(part, take_packet, ctx);
}

static int
take_first_packet(void *ctx, const struct index_part *part)
{
	*(uint64_t *)ctx = part->first_packet;
	return STOP;
}

/* The part that has the packet with this ordinal, or one before it. */
static int
find_part(struct index_reader *r, const struct index_entry *entry,
          const struct plan *p, struct err *e, uint32_t *ret_part)
{
	uint64_t first = 0;
	int rc = index_part_at(r, entry->e.stream, p->side, p->s->from, e,
	                       ret_part);

	if (rc == ERR_NOTFOUND) {
		*ret_part = 0;
		rc = 0;
	}
	while (rc == 0 && *ret_part > 0) {
		rc = index_parts(r, entry->e.stream, *ret_part,
		                 take_first_packet, &first, e);
		if (rc < 0 || first <= p->begin)
			break;
		--*ret_part;
		rc = 0;
	}
	return rc < 0 ? rc : 0;
}

/* What the receiver sends behind the last packet of the sender is of no use. */
static void
trim(struct stall *s)
{
	while (s->n > 0 && s->wanted[s->n - 1].reversed)
		s->n--;
}

static int
look_up(struct plan *p, struct opened *o, const struct index_entry *entry,
        struct err *e)
{
	struct index_reader *r = opened_index(o);
	struct stall *s = p->s;
	uint32_t part;
	int rc = find_part(r, entry, p, e, &part);

	if (rc == 0)
		rc = index_parts(r, entry->e.stream, part, take_part, p, e);
	if (rc < 0)
		return rc;
	trim(s);
	if (s->n == 0)
		return 0;
	s->steps = mem_array(s->n, sizeof(*s->steps));
	s->spans = mem_array(s->n, sizeof(*s->spans));
	return s->steps == NULL || s->spans == NULL ? ERR_NOMEM : 0;
}

static int
take_stream(void *ctx, const struct stream *stream)
{
	struct stream *copy = ctx;

	*copy = *stream;
	copy->protocol = copy->reason = "";
	return STOP;
}

static void
measure(struct stall *s, const struct entry_side *m)
{
	s->from = UINT64_MAX;
	for (size_t i = 0; i < m->nspans; i++) {
		const struct span *span = &m->spans[i];

		if (span->off < s->from)
			s->from = span->off;
		if (span->off + span->len > s->to)
			s->to = span->off + span->len;
	}
	s->high = s->from;
}

static int
plan(struct stall *s, struct opened *o, const struct index_entry *entry,
     enum side side, const struct stream *stream, struct err *e)
{
	struct plan p = { .s = s };
	struct trail_ask ask = { .entry = entry,
		                 .side = side,
		                 .client = stream->client & 1 };
	const struct stream_side *sender;
	int rc;

	p.side = (ask.client ^
	          (int)entry_dir(entry->e.flags, side == SIDE_RESPONSE)) &
	         1;
	sender = &stream->side[p.side];
	rc = trail_walk(o, &ask, take_run, &p, e);
	if (rc < 0 || !p.any)
		return rc;
	if (sender->retransmissions == 0 && sender->out_of_order == 0 &&
	    sender->gaps == 0)
		return 0;
	return look_up(&p, o, entry, e);
}

int
stall_new(struct opened *o, const struct index_entry *entry, enum side side,
          struct err *e, struct stall **ret_stall)
{
	const struct entry_side *m = side == SIDE_RESPONSE ? &entry->e.response
	                                                   : &entry->e.request;
	struct stream stream = { .l4 = 0 };
	struct stall *s;
	int rc;

	*ret_stall = NULL;
	if (!m->present || m->nspans == 0)
		return 0;
	rc = index_stream(opened_index(o), entry->e.stream, take_stream,
	                  &stream, e);
	if (rc < 0 || stream.l4 != L4_TCP)
		return rc < 0 ? rc : 0;
	s = mem_zalloc(sizeof(*s));
	if (s == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	measure(s, m);
	rc = plan(s, o, entry, side, &stream, e);
	if (rc < 0) {
		stall_free(s);
		return e->code == rc ? rc
		                     : err_set(e, rc, "looking up packets: %s",
		                               err_text(rc));
	}
	*ret_stall = s;
	return 0;
}

void
stall_free(struct stall *s)
{
	if (s == NULL)
		return;
	mem_free(s->wanted);
	mem_free(s->steps);
	mem_free(s->spans);
	mem_free(s);
}

const struct stall_packet *
stall_wanted(const struct stall *s, size_t *ret_n)
{
	*ret_n = s->n;
	return s->wanted;
}

/* ---- one packet after the other ---- */

/* When everything before `end` and something of it had first been seen. */
static int64_t
due(const struct stall *s, uint64_t off)
{
	size_t lo = 0, hi = s->nsteps;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->steps[mid].end > off)
			hi = mid;
		else
			lo = mid + 1;
	}
	assert(lo < s->nsteps);
	return s->steps[lo].ts;
}

/* Ends come in order; what a new span reaches back to becomes one with it. */
static void
add_span(struct stall *s, int64_t from, int64_t to)
{
	while (s->nspans > 0 && s->spans[s->nspans - 1].to >= from) {
		const struct stall_span *last = &s->spans[--s->nspans];

		if (last->from < from)
			from = last->from;
		if (last->to > to)
			to = last->to;
	}
	s->spans[s->nspans++] = (struct stall_span){ from, to };
}

static uint64_t
bytes_between(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

/* The sender's [from, to) of the stream. */
static void
take_bytes(struct stall *s, uint64_t from, uint64_t to)
{
	uint64_t begin, end;

	if (from < s->acked)
		from = s->acked;
	if (from >= to || from >= s->to)
		return;
	/* Bytes in front hold up those that are there already. */
	begin = from > s->from ? from : s->from;
	end = to < s->to ? to : s->to;
	if (begin < s->high) {
		if (due(s, begin) < s->now)
			add_span(s, due(s, begin), s->now);
		s->late += bytes_between(begin, end < s->high ? end : s->high);
	}
	if (end > s->high) {
		s->steps[s->nsteps++] = (struct step){ end, s->now };
		s->high = end;
	}
}

/* Sequence numbers count modulo 2^32; all lie within 2^31 of the first. */
static uint64_t
offset_of(const struct stall *s, uint32_t seq)
{
	int64_t off = (int64_t)s->first_off + (int32_t)(seq - s->seq);

	return off > 0 ? (uint64_t)off : 0;
}

/* The packet's place among those wanted; they come nearly in that order. */
static const struct stall_packet *
find(struct stall *s, uint32_t source, uint64_t off)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t at = (s->at + i) % s->n;
		const struct stall_packet *p = &s->wanted[at];

		if (p->off != off || p->at.source != source)
			continue;
		s->at = at + 1;
		return p;
	}
	return NULL;
}

static void
learn(struct stall *s, const struct stall_packet *w, const struct packet *p)
{
	if (w->at.source != s->first.source || w->at.record != s->first.record)
		return;
	s->seq = p->tcp.seq + (s->first_skip - p->off) +
	         ((p->tcp.flags & TCP_SYN) != 0 ? 1 : 0);
	s->known = true;
}

void
stall_take(struct stall *s, uint32_t source, uint64_t off,
           const struct stall_bytes *b)
{
	const struct stall_packet *w = find(s, source, off);
	struct net_limits limits;
	struct packet p;
	uint64_t at;

	if (w == NULL)
		return;
	net_limits_init(&limits);
	net_decode(b->linktype, cur_from_str(b->data, false), b->origlen,
	           (uint32_t)limits.tunnel_depth, &p);
	if (p.kind != PACKET_TCP)
		return;
	if (!s->known)
		learn(s, w, &p);
	if (!s->known)
		return;
	if (b->ts > s->now)
		s->now = b->ts;
	if (w->reversed) {
		at = offset_of(s, p.tcp.ack);
		if ((p.tcp.flags & TCP_ACK) != 0 && at > s->acked)
			s->acked = at;
		return;
	}
	at = offset_of(s, p.tcp.seq + ((p.tcp.flags & TCP_SYN) != 0 ? 1 : 0));
	take_bytes(s, at, at + p.len);
}

void
stall_sum(const struct stall *s, struct stall_sum *ret_sum)
{
	*ret_sum = (struct stall_sum){ .bytes = s->late,
		                       .missing = s->missing,
		                       .complete = !s->cut,
		                       .n = s->nspans,
		                       .span = s->spans };
	for (size_t i = 0; i < s->nspans; i++)
		ret_sum->ns += s->spans[i].to - s->spans[i].from;
}
