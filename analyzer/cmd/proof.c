/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/proof.h"

#include <inttypes.h>

#include "analyzer/index/part.h"

enum {
	PROOF_RANGES = 40, /* ranges of packets that are printed */
	PROOF_DONE = 1,    /* stops walking over runs */
};

struct proof {
	struct term *t;
	struct opened *o;
	int side;             /* of the stream */
	uint64_t from, to;    /* of the span that is looked for */
	uint32_t source;      /* of the range at hand */
	uint64_t first, last; /* of it; first 0: none yet */
	unsigned printed;
	uint32_t shown_source; /* of the file named last */
};

static void
put_range(struct proof *p)
{
	if (p->first == 0)
		return;
	if (p->printed == 0 || p->shown_source != p->source) {
		term_printf(p->t, "%s", p->printed > 0 ? "; " : "");
		term_text(p->t, opened_source(p->o, p->source));
		term_printf(p->t, " packets ");
	} else {
		term_printf(p->t, ", ");
	}
	p->shown_source = p->source;
	term_printf(p->t, "%" PRIu64, p->first);
	if (p->last != p->first)
		term_printf(p->t, "-%" PRIu64, p->last);
	p->first = 0;
	p->printed++;
}

static int
add_run(void *ctx, const struct part_run *run)
{
	struct proof *p = ctx;

	if (run->off >= p->to)
		return PROOF_DONE;
	if (run->gap || run->off + run->len <= p->from)
		return 0;
	if (p->first != 0 && run->at.source == p->source &&
	    (run->at.record == p->last || run->at.record == p->last + 1)) {
		p->last = run->at.record;
		return 0;
	}
	put_range(p);
	if (p->printed == PROOF_RANGES) {
		term_printf(p->t, ", ...");
		return PROOF_DONE;
	}
	p->source = run->at.source;
	p->first = p->last = run->at.record;
	return 0;
}

static int
add_part(void *ctx, const struct index_part *part)
{
	const struct proof *p = ctx;

	return part_runs(part, p->side, add_run, ctx);
}

static int
put_span(struct proof *p, int64_t stream, const struct span *s, struct err *err)
{
	struct index_reader *r = opened_index(p->o);
	uint32_t part;
	int rc = index_part_at(r, stream, p->side, s->off, err, &part);

	/* Nothing of it was captured. */
	if (rc == ERR_NOTFOUND)
		return 0;
	if (rc != 0)
		return rc;
	p->from = s->off;
	p->to = s->off + s->len;
	rc = index_parts(r, stream, part, add_part, p, err);
	return rc < 0 ? rc : 0;
}

static int
take_client(void *ctx, const struct stream *s)
{
	struct proof *p = ctx;

	p->side = s->client;
	return 0;
}

int
proof_packets(struct term *t, struct opened *o, const struct index_entry *e,
              enum side side, struct err *err)
{
	const struct entry_side *m = side == SIDE_REQUEST ? &e->e.request
	                                                  : &e->e.response;
	bool reversed = (e->e.flags & ENTRY_REVERSED) != 0;
	struct proof p = { .t = t, .o = o };
	int rc = index_stream(opened_index(o), e->e.stream, take_client, &p,
	                      err);

	if (rc != 0)
		return rc;
	p.side ^= (side == SIDE_RESPONSE) ^ reversed;
	for (size_t i = 0; i < m->nspans && rc == 0; i++) {
		if (p.printed < PROOF_RANGES)
			rc = put_span(&p, e->e.stream, &m->spans[i], err);
	}
	put_range(&p);
	term_printf(t, "%s\n", p.printed == 0 ? "none" : "");
	return rc;
}
