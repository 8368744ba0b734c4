/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/proof.h"

#include <inttypes.h>

#include "analyzer/query/trail.h"

enum {
	PROOF_RANGES = 40, /* ranges of packets that are printed */
	PROOF_DONE = 1,    /* stops walking over runs */
};

struct proof {
	struct term *t;
	struct opened *o;
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

	if (run->gap)
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

int
proof_packets(struct term *t, struct opened *o, const struct index_entry *e,
              enum side side, struct err *err)
{
	struct trail_ask ask = { .entry = e, .side = side, .client = -1 };
	struct proof p = { .t = t, .o = o };
	int rc = trail_walk(o, &ask, add_run, &p, err);

	put_range(&p);
	term_printf(t, "%s\n", p.printed == 0 ? "none" : "");
	return rc < 0 ? rc : 0;
}
