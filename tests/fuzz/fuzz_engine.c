/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script of packets, gaps and ends of both sides, over all dissectors that
 * exist. The first byte: bit 0 UDP, bits 1 and 2 the opener, bit 3 a small
 * budget, bit 4 the limits of a phone. Where the opener is known, nothing is
 * missing and nothing is limited, the script is run again with every packet
 * delivered in two halves, and has to give the same entries. The operations:
 *
 *	byte 0x00 to 0xef   data: side is bit 0, length the rest of the byte
 *	                    times two, plus one; the bytes follow
 *	byte 0xf0, 0xf1     a gap of a side; length: one byte
 *	byte 0xf2, 0xf3     the end of a side
 *	byte 0xf4 ...       side 0 opened it; side 1 did; anything else: a long
 *	                    run of bytes of side 0 or 1
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/engine.h"
#include "base/compiler.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct run {
	struct engine *g;
	struct engine_stream *s;
	struct engine_budget budget;
	uint64_t off[2];
	bool ended[2];
	uint64_t record;
	uint64_t entries;
	int64_t ids[256];
	uint64_t digest; /* of the entries */
	struct engine_state state;
	bool udp;
	bool gaps;
	bool halves;
};

static void
mix(struct run *r, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		r->digest = (r->digest ^ b[i]) * UINT64_C(0x100000001b3);
}

static void
mix_side(struct run *r, const struct entry_side *s)
{
	mix(r, &s->present, sizeof(s->present));
	mix(r, &s->first, sizeof(s->first));
	mix(r, &s->last, sizeof(s->last));
	mix(r, &s->size, sizeof(s->size));
	for (size_t i = 0; i < s->nspans; i++) {
		mix(r, &s->spans[i].off, sizeof(s->spans[i].off));
		mix(r, &s->spans[i].len, sizeof(s->spans[i].len));
	}
}

static void
mix_entry(struct run *r, const struct entry *e)
{
	mix(r, &e->id, sizeof(e->id));
	mix(r, &e->ordinal, sizeof(e->ordinal));
	mix(r, &e->flags, sizeof(e->flags));
	mix(r, &e->status, sizeof(e->status));
	mix(r, e->method.p, e->method.n);
	mix(r, e->target.p, e->target.n);
	mix(r, e->host.p, e->host.n);
	mix_side(r, &e->request);
	mix_side(r, &e->response);
}

static void
check_side(const struct run *r, const struct entry_side *s)
{
	uint64_t size = 0;

	if (!s->present)
		return;
	ENSURE(s->nspans >= 1 && s->nspans <= SPAN_MAX);
	for (size_t i = 0; i < s->nspans; i++)
		size += s->spans[i].len;
	ENSURE(s->size <= size);
	ENSURE(s->first > 0 && s->last > 0);
	ENSURE(s->first <= (int64_t)r->record && s->last <= (int64_t)r->record);
}

static void
on_entry(void *ctx, const struct entry *e)
{
	struct run *r = ctx;

	ENSURE(engine_owner(r->g) == r);
	ENSURE(e->request.present || e->response.present);
	ENSURE(e->proto != NULL);
	check_side(r, &e->request);
	check_side(r, &e->response);
	ENSURE(position_of_id(e->id).record >= 1 &&
	       position_of_id(e->id).record <= r->record);
	for (uint64_t i = 0; i < r->entries && i < 256; i++)
		ENSURE(r->ids[i] != e->id);
	if (r->entries < 256)
		r->ids[r->entries] = e->id;
	r->entries++;
	mix_entry(r, e);
	(void)entry_reason(e->flags);
}

static void
on_diag(void *ctx, const struct diag *d)
{
	const struct run *r = ctx;

	ENSURE(d->at.record <= r->record && d->kind < DIAG_COUNT);
}

/* The bytes in memory of their own, so that reading past them is seen. */
static void
deliver(struct run *r, int side, const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n != 0 ? n : 1);
	struct engine_from from = { { .record = r->record },
		                    (int64_t)r->record };

	if (copy == NULL)
		abort();
	if (n != 0)
		memcpy(copy, p, n);
	if (r->udp)
		engine_datagram(r->s, side, r->off[side], copy, n, from);
	else
		engine_data(r->s, side, r->off[side], copy, n, from);
	r->off[side] += n;
	free(copy);
}

static void
data(struct run *r, int side, const uint8_t *p, size_t n)
{
	size_t half = r->halves ? n / 2 : 0;

	r->record++;
	if (half != 0)
		deliver(r, side, p, half);
	deliver(r, side, p + half, n - half);
}

static void
gap(struct run *r, int side, uint64_t len)
{
	struct gap g = { .off = r->off[side], .len = len, .cause = GAP_LOST };

	if (r->udp || len == 0)
		return;
	r->gaps = true;
	engine_gap(r->s, side, &g);
	r->off[side] += len;
}

static void
operate(struct run *r, uint8_t op, const uint8_t **p, size_t *n)
{
	size_t len = (size_t)(op & 0xfe) + 1;
	int side = op & 1;

	if (op >= 0xf2 && op <= 0xf3) {
		r->ended[side] = true;
		engine_end(r->s, side, *n % 2 == 0 ? WHY_FIN : WHY_RST);
		return;
	}
	if (op >= 0xf4 && op <= 0xf5) {
		engine_opener(r->s, side);
		return;
	}
	if (op >= 0xf0 && op <= 0xf1)
		len = 1;
	else if (op > 0xf5)
		len = 2000;
	len = len < *n ? len : *n;
	if (!r->ended[side] && len != 0) {
		if (op >= 0xf0 && op <= 0xf1)
			gap(r, side, **p);
		else
			data(r, side, *p, len);
	}
	*p += len;
	*n -= len;
}

/* Runs the script; `head` is its first byte. */
static void
run_script(struct run *r, uint8_t head, const uint8_t *p, size_t n)
{
	struct engine_out out = { .entry = on_entry,
		                  .diag = on_diag,
		                  .ctx = r };
	struct engine_open o = {
		.stream = 1,
		.l4 = (head & 1) != 0 ? 17 : 6,
		.port = { 40000, 80 },
		.opener = (int)(head >> 1 & 3) % 3 - 1,
		.budget = &r->budget,
		.owner = r,
	};
	struct proto_limits limits;

	proto_limits_init(&limits);
	r->udp = (head & 1) != 0;
	r->budget.max = (head & 8) != 0 ? 6000 : UINT64_C(1) << 26;
	if ((head & 16) != 0) {
		limits.head_bytes = 64;
		limits.probe_max = 16;
		limits.pending = 2;
		limits.resync_bytes = 200;
	}
	r->g = engine_new(&limits, &out);
	if (r->g == NULL)
		abort();
	r->s = engine_open(r->g, &o);
	while (n != 0) {
		uint8_t op = *p++;

		n--;
		operate(r, op, &p, &n);
	}
	engine_finish(r->s, WHY_SNAPSHOT_END);
	engine_state(r->s, &r->state);
	ENSURE(r->state.entries == r->entries);
	engine_close(r->s, WHY_SNAPSHOT_END);
	ENSURE(r->budget.used == 0);
	engine_free(r->g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct run whole = { .halves = false };
	struct run halves = { .halves = true };

	if (n == 0)
		return 0;
	run_script(&whole, p[0], p + 1, n - 1);
	if ((p[0] & 0x19) != 0 || (p[0] >> 1 & 3) % 3 == 0 || whole.gaps)
		return 0;
	run_script(&halves, p[0], p + 1, n - 1);
	/* A probe may be surer of half a line than of all of it. */
	if (strcmp(whole.state.protocol, halves.state.protocol) != 0 ||
	    whole.state.client != halves.state.client)
		return 0;
	ENSURE(halves.entries == whole.entries);
	ENSURE(halves.digest == whole.digest);
	return 0;
}
