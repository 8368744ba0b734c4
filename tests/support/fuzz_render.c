/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fuzz_render.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"

static int
read_side(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
          uint64_t *ret_hole)
{
	const struct fuzz_render *f = ctx;
	struct str s = f->side[at.dir];

	*ret_n = 0;
	*ret_hole = 0;
	if (at.off % 64 >= 61) {
		*ret_hole = 64 - at.off % 64;
		return 0;
	}
	if (at.off >= s.n)
		return 0;
	*ret_n = s.n - (size_t)at.off;
	*ret_n = *ret_n < n ? *ret_n : n;
	if (*ret_n > 61 - at.off % 64)
		*ret_n = (size_t)(61 - at.off % 64);
	memcpy(buf, s.p + at.off, *ret_n);
	return 0;
}

static int
discard(void *ctx, const char *p, size_t n)
{
	(void)ctx, (void)p, (void)n;
	return 0;
}

static int
take(void *ctx, const uint8_t *p, size_t n)
{
	size_t *sum = ctx;

	for (size_t i = 0; i < n; i++)
		*sum += p[i];
	return 0;
}

static int
hole(void *ctx, uint64_t n)
{
	(void)ctx;
	return n == 0 ? -1 : 0;
}

static void
show(const struct dissector *d, const struct exchange *x, enum side side)
{
	const struct body_range ranges[] = { { 0, UINT64_MAX }, { 3, 5 } };
	size_t sum = 0;
	const struct body_out out = { .bytes = take,
		                      .hole = hole,
		                      .ctx = &sum };
	struct sink_json s;
	struct json_out j;

	jout_init(&j, discard, NULL);
	sink_json_init(&s, &j);
	if (d->render(x, side, &s.sink) == 0 && jout_finish(&j) != 0)
		abort();
	jout_init(&j, discard, NULL);
	sink_json_init(&s, &j);
	if (d->represent(x, side, &s.sink) == 0 && jout_finish(&j) != 0)
		abort();
	for (int i = 0; i < 4; i++)
		(void)d->body(x, side, i % 2 != 0, ranges[i / 2], &out);
}

void
fuzz_render(const struct fuzz_render *f)
{
	/* What is read changes nothing; the reader's context is not const. */
	struct fuzz_render sides = *f;
	struct span spans[2] = { { .len = f->side[f->reversed].n },
		                 { .len = f->side[!f->reversed].n } };
	struct entry e = {
		.request = { .present = true,
		             .nspans = 1,
		             .spans = &spans[0],
		             .kept = f->kept },
		.response = { .present = true,
		              .nspans = 1,
		              .spans = &spans[1] },
		.method = f->method,
		.flags = f->reversed ? ENTRY_REVERSED : 0,
	};
	const struct layer_reader reader = { .read = read_side, .ctx = &sides };
	struct proto_limits limits;
	struct arena scratch;
	const struct exchange x = { .entry = &e,
		                    .reader = &reader,
		                    .limits = &limits,
		                    .scratch = &scratch };

	proto_limits_init(&limits);
	limits.render_bytes = 4096;
	limits.head_bytes = 2048;
	limits.value_depth = 8;
	for (int side = SIDE_REQUEST; side <= SIDE_RESPONSE; side++) {
		arena_init(&scratch, 1u << 20, 0);
		show(f->dis, &x, (enum side)side);
		arena_release(&scratch);
	}
}
