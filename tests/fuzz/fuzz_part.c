/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of a stream part: lengths (14 bits each, in two bytes) of the
 * packets and of the first map, then the packets and both maps. What is told is
 * in range; what was told can be written again and then reads the same.
 */
#include "analyzer/index/part.h"
#include "base/compiler.h"
#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The same list again, and what comes out of it. */
struct again {
	struct part_writer w;
	struct part_packet packet; /* the last one */
	uint64_t seen;
};

static int
write_packet(void *ctx, uint64_t ordinal, const struct part_packet *p)
{
	struct again *a = ctx;
	uint32_t got;

	ENSURE(ordinal == a->seen++);
	ENSURE(p->disposition < DISPOSITION_COUNT && p->side < 2);
	ENSURE(p->at.source <= POSITION_SOURCE_MAX);
	ENSURE(p->at.record >= 1 && p->at.record <= POSITION_RECORD_MAX);
	ENSURE(part_add_packet(&a->w, p, &got) == 0 && got == ordinal);
	a->packet = *p;
	return 0;
}

static int
check_run(void *ctx, const struct part_run *r)
{
	uint64_t *next = ctx;

	ENSURE(r->off == *next && r->len <= INT64_MAX - r->off);
	if (r->gap)
		ENSURE(r->cause < GAP_COUNT);
	else
		ENSURE(r->at.record >= 1 &&
		       r->at.record <= POSITION_RECORD_MAX &&
		       r->at.source <= POSITION_SOURCE_MAX);
	*next = r->off + r->len;
	return 0;
}

static int
compare_packet(void *ctx, uint64_t ordinal, const struct part_packet *p)
{
	struct again *a = ctx;

	a->seen++;
	ENSURE(ordinal < a->w.npackets);
	if (ordinal + 1 == a->w.npackets)
		ENSURE(p->off == a->packet.off &&
		       p->at.record == a->packet.at.record &&
		       p->at.source == a->packet.at.source);
	return 0;
}

static void
check_packets(struct again *a, const struct index_part *part)
{
	struct index_part view;
	int rc = part_packets(part, write_packet, a);

	ENSURE(rc == 0 || rc == ERR_CORRUPT);
	part_view(&a->w, &view);
	a->seen = 0;
	ENSURE(part_packets(&view, compare_packet, a) == 0);
	ENSURE(a->seen == a->w.npackets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cursor c = cur_make(p, n, false);
	size_t npackets = cur_be16(&c) & 0x3fff;
	size_t nmap = cur_be16(&c) & 0x3fff;
	struct index_part part = { .part = 0 };
	struct again a = { .seen = 0 };

	part.packets = cur_take(&c, npackets);
	part.map[0] = cur_take(&c, nmap);
	if (!cur_ok(&c))
		return 0;
	part.map[1] = cur_take(&c, cur_left(&c));
	part_writer_init(&a.w);
	check_packets(&a, &part);
	for (int side = 0; side < 2; side++) {
		uint64_t next = 0;
		int rc = part_runs(&part, side, check_run, &next);

		ENSURE(rc == 0 || rc == ERR_CORRUPT);
	}
	part_writer_release(&a.w);
	return 0;
}
