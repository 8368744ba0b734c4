/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering of bytes that no feed has looked at before: the index may be
 * damaged, so spans may cover anything. The request is in front of the first
 * 0xff of the input, the response behind it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/proto.h"
#include "base/json_out.h"

struct sides {
	const uint8_t *p[2];
	size_t n[2];
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
read_side(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
          uint64_t *ret_hole)
{
	const struct sides *s = ctx;

	*ret_n = 0;
	*ret_hole = 0;
	/* A hole of 3 bytes in every 64. */
	if (at.off % 64 >= 61) {
		*ret_hole = 64 - at.off % 64;
		return 0;
	}
	if (at.off >= s->n[at.dir])
		return 0;
	*ret_n = s->n[at.dir] - at.off;
	*ret_n = *ret_n < n ? *ret_n : n;
	if (*ret_n > 61 - at.off % 64)
		*ret_n = 61 - at.off % 64;
	memcpy(buf, s->p[at.dir] + at.off, *ret_n);
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
show(const struct exchange *x, enum side side)
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
	if (proto_redis.render(x, side, &s.sink) == 0 && jout_finish(&j) != 0)
		abort();
	jout_init(&j, discard, NULL);
	sink_json_init(&s, &j);
	if (proto_redis.represent(x, side, &s.sink) == 0 &&
	    jout_finish(&j) != 0)
		abort();
	for (int i = 0; i < 4; i++)
		(void)proto_redis.body(x, side, i % 2 != 0, ranges[i / 2],
		                       &out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const uint8_t *mid = n != 0 ? memchr(p, 0xff, n) : NULL;
	size_t first = mid != NULL ? (size_t)(mid - p) : n;
	struct sides sides = {
		.p = { p, mid != NULL ? mid + 1 : p },
		.n = { first, mid != NULL ? n - first - 1 : 0 },
	};
	struct span spans[2] = { { .len = sides.n[0] }, { .len = sides.n[1] } };
	struct entry e = {
		.request = { .present = true, .nspans = 1, .spans = &spans[0] },
		.response = { .present = true,
		              .nspans = 1,
		              .spans = &spans[1] },
		.method = STR_INIT("SUBSCRIBE"),
		.flags = n % 2 != 0 ? ENTRY_REVERSED : 0,
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
	limits.value_depth = 8;
	for (int side = SIDE_REQUEST; side <= SIDE_RESPONSE; side++) {
		arena_init(&scratch, 1u << 20, 0);
		show(&x, (enum side)side);
		arena_release(&scratch);
	}
	return 0;
}
