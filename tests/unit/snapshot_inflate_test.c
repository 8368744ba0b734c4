/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/inflate.h"

#include "base/mem.h"
#include "tests/support/mktar.h"
#include "tests/tap/tap.h"

/* More than two windows of output, so that every state is passed through. */
#define PLAIN (3u * INFLATE_OUT_MAX + 12345u)

struct feed {
	const uint8_t *p;
	size_t n;
	size_t chunk;
	int fail; /* returned at the end instead of the end */
};

static int
feed_read(void *ctx, void *buf, size_t n, size_t *ret_n)
{
	struct feed *f = ctx;
	size_t part = n < f->chunk ? n : f->chunk;

	if (part > f->n)
		part = f->n;
	if (part == 0 && f->fail != 0)
		return f->fail;
	if (part > 0)
		memcpy(buf, f->p, part);
	f->p += part;
	f->n -= part;
	*ret_n = part;
	return 0;
}

struct result {
	size_t n;
	unsigned wrong;
	int rc;
	uint64_t taken;
	bool trailing;
};

/* Inflate all of t; `want` repeats every PLAIN bytes. */
static struct result
run(const struct mktar *t, size_t chunk, int fail, const uint8_t *want)
{
	struct feed f = { .p = t->p, .n = t->n, .chunk = chunk, .fail = fail };
	struct inflate_source from = { .read = feed_read, .ctx = &f };
	struct inflate *z = inflate_new(from);
	struct result r = { 0 };
	size_t n = 1;

	while (n > 0) {
		const void *p = NULL;

		r.rc = inflate_next(z, &p, &n);
		if (r.rc != 0)
			break;
		for (size_t i = 0; i < n; i++)
			r.wrong += ((const uint8_t *)p)[i] !=
			           want[(r.n + i) % PLAIN];
		r.n += n;
	}
	r.taken = inflate_taken(z);
	r.trailing = inflate_trailing(z);
	if (r.rc != 0) {
		const void *p;

		ok(inflate_next(z, &p, &n) == r.rc, "the failure stays");
	}
	inflate_free(z);
	return r;
}

/* Half noise, half repetitions, so that matches and literals both occur. */
static uint8_t *
make_plain(void)
{
	uint8_t *p = calloc(1, PLAIN);

	mktar_capture_bytes(p, PLAIN);
	for (size_t i = 5000; i < PLAIN; i++) {
		if (i / 3000 % 2 == 0)
			p[i] = p[i - 1 - (i / 3000) * 7 % 4000];
	}
	return p;
}

static void
test_chunks(const uint8_t *plain)
{
	static const size_t chunks[] = { 1, 7, 4096, INFLATE_IN_MAX };
	struct mktar t = { 0 };

	mktar_raw(&t, plain, PLAIN);
	mktar_gzip(&t);
	ok(inflate_sniff(str_make(t.p, t.n)), "it begins like gzip");
	ok(!inflate_sniff(STR("\x1f\x8b")), "two bytes are not enough");
	for (size_t i = 0; i < 4; i++) {
		struct result r = run(&t, chunks[i], 0, plain);

		ok(r.rc == 0 && r.n == PLAIN && r.wrong == 0,
		   "whole, whatever the pieces");
		is_int(r.taken, t.n, "all of it is used up");
		ok(!r.trailing, "and nothing follows");
	}
	mktar_free(&t);
}

static void
test_members(const uint8_t *plain)
{
	struct mktar all = { 0 };
	struct mktar t = { 0 };
	struct result r;
	size_t one;

	mktar_raw(&t, plain, PLAIN);
	mktar_gzip(&t);
	one = t.n;
	mktar_raw(&all, t.p, t.n);
	mktar_raw(&all, t.p, t.n);
	for (size_t chunk = 1; chunk < 70000; chunk = chunk * 9 + 1) {
		r = run(&all, chunk, 0, plain);
		ok(r.rc == 0 && r.n == 2 * PLAIN && r.wrong == 0,
		   "two members are one stream");
	}
	r = run(&all, one, 0, plain);
	ok(r.rc == 0 && r.n == 2 * PLAIN, "also when cut just between them");
	mktar_zeros(&all, 1000);
	r = run(&all, 500, 0, plain);
	ok(r.rc == 0 && r.n == 2 * PLAIN && !r.trailing, "zeros may follow");
	mktar_raw(&t, "junk", 4);
	r = run(&t, 4096, 0, plain);
	ok(r.rc == 0 && r.n == PLAIN && r.trailing, "other things are noted");
	is_int(r.taken, one, "and not used up");
	t.p[one] = 0x1f;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_TRUNCATED && r.n == PLAIN, "a member that is none");
	mktar_free(&t);
	mktar_free(&all);
}

static void
test_damage(const uint8_t *plain)
{
	struct mktar t = { 0 };
	struct result r;

	mktar_raw(&t, plain, PLAIN);
	mktar_gzip(&t);
	t.p[t.n - 5] ^= 1;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_CORRUPT && r.n == PLAIN && r.wrong == 0,
	   "a wrong checksum, after everything");
	t.p[t.n - 5] ^= 1;
	t.p[t.n - 1] ^= 1;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_CORRUPT && r.n == PLAIN, "a wrong length");
	t.p[t.n - 1] ^= 1;
	r = run(&t, 4096, ERR_IO, plain);
	ok(r.rc == ERR_IO && r.n == PLAIN,
	   "a source that fails after the end is told");
	t.n -= 4;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_TRUNCATED && r.n == PLAIN, "no trailer");
	t.n /= 2;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_TRUNCATED && r.n > PLAIN / 4 && r.wrong == 0,
	   "half of it: what is there is given first");
	r = run(&t, 4096, ERR_IO, plain);
	ok(r.rc == ERR_IO && r.n > PLAIN / 4 && r.wrong == 0,
	   "the same when the source fails");
	memset(t.p + t.n / 2, 0xff, 64);
	r = run(&t, 4096, 0, plain);
	ok(r.rc != 0, "damage in the middle");
	t.p[2] = 7;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_CORRUPT && r.n == 0, "a method that is not deflate");
	t.n = 0;
	r = run(&t, 4096, 0, plain);
	ok(r.rc == ERR_TRUNCATED && r.n == 0, "nothing at all");
	mktar_free(&t);
}

int
main(void)
{
	struct inflate_source from = { .read = feed_read };
	uint8_t *plain;

	if (!inflate_available()) {
		ok(inflate_new(from) == NULL, "nothing is pretended");
		tap_skip("built without ISA-L");
		return tap_done();
	}
	plain = make_plain();
	test_chunks(plain);
	test_members(plain);
	test_damage(plain);
	free(plain);
	mem_fail_at(1, true);
	ok(inflate_new(from) == NULL, "no memory");
	mem_fail_at(-1, false);
	inflate_free(NULL);
	return tap_done();
}
