/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/recode.h"

struct recoding {
	const uint32_t *place;
	size_t n;
	struct part_writer *w;
	int side;
};

static void
recode_source(const struct recoding *r, struct position *at)
{
	if (at->source < r->n)
		at->source = r->place[at->source];
}

static int
recode_packet(void *ctx, uint64_t ordinal, const struct part_packet *pkt)
{
	const struct recoding *r = ctx;
	struct part_packet p = *pkt;
	uint32_t n;

	(void)ordinal;
	recode_source(r, &p.at);
	return part_add_packet(r->w, &p, &n);
}

static int
recode_run(void *ctx, const struct part_run *run)
{
	const struct recoding *r = ctx;
	struct part_run copy = *run;

	recode_source(r, &copy.at);
	return part_add_run(r->w, r->side, &copy);
}

int
recode_part(const struct index_part *part, const uint32_t *place, size_t n,
            struct part_writer *w, struct index_part *ret_part)
{
	struct recoding r = { .place = place, .n = n, .w = w };
	int rc;

	w->part = part->part;
	w->first_packet = w->npackets = part->first_packet;
	rc = part_packets(part, recode_packet, &r);
	for (r.side = 0; r.side < 2 && rc == 0; r.side++)
		rc = part_runs(part, r.side, recode_run, &r);
	if (rc != 0)
		return rc;
	part_view(w, ret_part);
	ret_part->stream = part->stream;
	for (int side = 0; side < 2; side++) {
		if (part->map[side].n == 0)
			ret_part->off[side] = part->off[side];
	}
	return 0;
}
