/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Docker engine sends as streams: a container's log, and the progress of
 * a pull. However the bytes are cut, the same comes out.
 *
 * Input: a byte that says which of them and where the cuts are, and the stream.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "cli/docker/docker_demux.h"
#include "cli/docker/docker_pull.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What came out, in one number. */
struct heard {
	uint64_t sum;
};

static void
add(struct heard *h, unsigned kind, struct str s)
{
	uint8_t key[SIPHASH_KEY_SIZE] = { (uint8_t)kind };

	memcpy(key + 8, &h->sum, sizeof(h->sum));
	h->sum = siphash13(key, s.p, s.n);
}

static void
hear(void *ctx, bool is_stderr, struct str line)
{
	if (line.n > DOCKER_LINE_MAX)
		abort();
	add(ctx, is_stderr, line);
}

static void
see(void *ctx, const struct docker_progress *p)
{
	add(ctx, 2, p->what);
	add(ctx, 3, p->text);
	add(ctx, 4, str_make(&p->done, sizeof(p->done)));
	add(ctx, 5, str_make(&p->total, sizeof(p->total)));
}

static int
demux(struct str s, size_t step, struct heard *h)
{
	struct docker_demux d;
	int rc = 0;

	docker_demux_init(&d, hear, h);
	for (size_t i = 0; i < s.n && rc == 0; i += step)
		rc = docker_demux_feed(&d, str_head(str_tail(s, i), step));
	if (rc == 0)
		rc = docker_demux_end(&d);
	docker_demux_release(&d);
	return rc;
}

static int
pull(struct str s, size_t step, struct heard *h)
{
	struct docker_pulling p;
	int rc = 0;

	docker_pulling_init(&p, see, h);
	for (size_t i = 0; i < s.n && rc == 0; i += step)
		rc = docker_pulling_feed(&p, str_head(str_tail(s, i), step));
	if (rc == 0)
		rc = docker_pulling_end(&p);
	add(h, 6, str_from_c(p.failure.text));
	docker_pulling_release(&p);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole = { .sum = 0 }, cut = { .sum = 0 };
	struct str s = str_make(data, size);
	int (*take)(struct str s, size_t step, struct heard * h);

	if (size < 2)
		return 0;
	take = (data[0] & 1) != 0 ? demux : pull;
	s = str_tail(s, 1);
	if (take(s, s.n, &whole) != take(s, data[0] / 2 + 1u, &cut) ||
	    whole.sum != cut.sum)
		abort();
	return 0;
}
