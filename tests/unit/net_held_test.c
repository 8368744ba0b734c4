/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held and trace. The runs are compared with the plainest model there is: one
 * array element a byte.
 */
#include "analyzer/net/held.h"

#include "analyzer/net/trace.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

enum { SPAN = 200, ORIGIN = -50, ROUNDS = 2000, ADDS = 40 };
enum { NOTHING = -1, CUT = -2 };

struct model {
	int byte[SPAN];
};

static uint32_t
rnd(uint64_t *seed, uint32_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*seed >> 33) % n;
}

static bool
same(const struct held *h, const struct model *m)
{
	int64_t at = ORIGIN;

	for (uint32_t i = h->first; i < h->end; i++) {
		const struct held_run *r = h->v[i];

		for (; at < r->pos; at++) {
			if (m->byte[at - ORIGIN] != NOTHING)
				return false;
		}
		if (r->len == 0 || r->pos != at ||
		    (!r->cut && r->piece.n != r->len))
			return false;
		for (uint32_t k = 0; k < r->len; k++, at++) {
			int want = r->cut ? CUT : r->piece.p[k];

			if (m->byte[at - ORIGIN] != want)
				return false;
		}
	}
	for (; at < ORIGIN + SPAN; at++) {
		if (m->byte[at - ORIGIN] != NOTHING)
			return false;
	}
	return true;
}

/* Add to both; true when they say the same about it. */
static bool
add_both(struct held *h, struct model *m, uint64_t *seed)
{
	uint32_t from = rnd(seed, SPAN - 30), len = 1 + rnd(seed, 30);
	uint8_t bytes[30];
	struct piece p = { .p = bytes, .n = len, .skip = from };
	bool cut = rnd(seed, 4) == 0;
	uint64_t fresh = 0, fresh_cut = 0;
	int64_t first = 0, last = 0;
	struct held_sum sum = { .fresh = 0 };
	bool conflict = false;

	for (uint32_t i = 0; i < len; i++) {
		int *b = &m->byte[from + i];

		bytes[i] = (uint8_t)(rnd(seed, 9) == 0 ? 200 : from + i);
		if (cut) {
			fresh_cut += *b == NOTHING;
			*b = *b == NOTHING ? CUT : *b;
		} else if (*b < 0) {
			fresh++;
			*b = bytes[i];
		} else if (*b != bytes[i]) {
			first = conflict ? first : from + i;
			last = from + i;
			conflict = true;
		}
	}
	if (held_add(h, ORIGIN + (int64_t)from, 0, &p, cut, &sum) != 0)
		return false;
	return sum.fresh == fresh && sum.fresh_cut == fresh_cut &&
	       sum.conflict == conflict &&
	       (!conflict ||
	        (sum.from == first + ORIGIN && sum.to == last + ORIGIN + 1));
}

static void
eat_both(struct held *h, struct model *m, uint32_t n)
{
	const struct held_run *r = held_head(h);

	n = n < r->len ? n : r->len;
	for (uint32_t i = 0; i < n; i++)
		m->byte[r->pos - ORIGIN + i] = NOTHING;
	held_consume(h, n);
}

static void
test_model(void)
{
	int bad = 0;

	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct held h = { .v = NULL };
		uint64_t seed = round * 31 + 5;
		struct model m;

		for (int i = 0; i < SPAN; i++)
			m.byte[i] = NOTHING;
		for (int i = 0; i < ADDS; i++) {
			bad += !add_both(&h, &m, &seed) || !same(&h, &m);
			if (rnd(&seed, 3) == 0 && held_count(&h) != 0)
				eat_both(&h, &m, 1 + rnd(&seed, 20));
			bad += !same(&h, &m);
		}
		while (held_count(&h) != 0)
			eat_both(&h, &m, 1000);
		bad += h.bytes != 0;
		held_release(&h);
	}
	is_int(bad, 0, "runs hold what the model holds");
}

static void
test_needs(void)
{
	struct held h = { .v = NULL };
	struct held_sum sum = { .fresh = 0 };
	struct piece p = { .p = (const uint8_t *)"abcdef", .n = 6 };
	int err = held_add(&h, 0, 50, &p, false, &sum);

	p.n = 3;
	err |= held_add(&h, 0, 10, &p, false, &sum);
	ok(err == 0 && held_head(&h)->need == 50,
	   "a part does not change what the whole needs");
	p.n = 6;
	err = held_add(&h, 0, 20, &p, false, &sum);
	ok(err == 0 && held_head(&h)->need == 20,
	   "the older acknowledgement counts");
	err = held_add(&h, 0, 30, &p, false, &sum);
	ok(err == 0 && held_head(&h)->need == 20, "and stays");
	held_release(&h);
}

static void
test_no_memory(void)
{
	int bad = 0, failed = 0;

	for (int n = 1; n < 40; n++) {
		struct held h = { .v = NULL };
		struct held_sum sum = { .fresh = 0 };
		struct piece p = { .p = (const uint8_t *)"abcdefghij" };
		uint64_t bytes = 0;

		mem_fail_at(n, false);
		for (int64_t i = 10; i > 0; i--) {
			p.n = (uint32_t)i;
			failed += held_add(&h, i * 7, 0, &p, i % 2 == 0,
			                   &sum) == ERR_NOMEM;
		}
		mem_fail_at(-1, false);
		for (uint32_t i = h.first; i < h.end; i++) {
			bytes += h.v[i]->len;
			bad += i != h.first &&
			       held_run_end(h.v[i - 1]) > h.v[i]->pos;
		}
		bad += bytes == 0;
		held_release(&h);
	}
	ok(failed > 0, "allocations fail");
	is_int(bad, 0, "and what is held stays in order");
}

static void
test_trace(void)
{
	struct trace_packet p = { .ts = 1000,
		                  .hash = 5,
		                  .seq = 1,
		                  .ack = 2,
		                  .len = 3,
		                  .ip_id = 4,
		                  .flags = TCP_ACK };
	struct trace_packet q = p;
	struct trace t = { .ndata = 0 };

	ok(!trace_seen(&t, &p), "an empty trace has seen nothing");
	trace_add(&t, &p);
	ok(trace_seen(&t, &p), "the same packet");
	q.ts += (int64_t)TRACE_SAME_NS + 1;
	ok(!trace_seen(&t, &q), "too late");
	q.ts = p.ts - (int64_t)TRACE_SAME_NS;
	ok(trace_seen(&t, &q), "time may run backwards");
	q = p;
	q.ip_id++;
	ok(!trace_seen(&t, &q), "another identification");
	q = p;
	q.hash++;
	ok(!trace_seen(&t, &q) && trace_differs(&t, &q), "other bytes");
	q.hash = 0;
	ok(!trace_differs(&t, &q), "unknown bytes do not differ");
	q = p;
	q.len = 0;
	ok(!trace_seen(&t, &q), "control packets are apart");
	for (int i = 0; i < TRACE_DATA; i++) {
		q = p;
		q.seq = 100;
		trace_add(&t, &q);
	}
	ok(!trace_seen(&t, &p), "it forgets");

	ok(!trace_in_gap(&t, 0, 100), "no gap");
	trace_add_gap(&t, 10, 20);
	ok(trace_in_gap(&t, 19, 30) && !trace_in_gap(&t, 20, 30) &&
	       !trace_in_gap(&t, 0, 10) && trace_in_gap(&t, 0, 11),
	   "gaps have ends");
}

static void
test_hash(void)
{
	uint8_t a[100] = { 0 };
	uint64_t h = trace_hash(a, sizeof(a));
	int bad = 0;

	for (size_t i = 0; i < sizeof(a) * 8; i++) {
		a[i / 8] ^= (uint8_t)(1 << i % 8);
		bad += trace_hash(a, sizeof(a)) == h;
		a[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	is_int(bad, 0, "every bit matters");
	for (size_t n = 0; n < sizeof(a); n++)
		bad += trace_hash(a, n) == h;
	is_int(bad, 0, "the length matters");
	ok(trace_hash(NULL, 0) != 0, "nothing has a hash, too");
}

int
main(void)
{
	test_model();
	test_needs();
	test_no_memory();
	test_trace();
	test_hash();
	return tap_done();
}
