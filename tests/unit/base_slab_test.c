/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slab.h"

#include "base/mem.h"
#include "base/poison.h"
#include "tests/tap/death.h"
#include "tests/tap/tap.h"

static void
test_basics(void)
{
	struct slab s;
	char *p[10];
	bool good = true;

	slab_init(&s, 24, 10);
	for (int i = 0; i < 10; i++) {
		p[i] = slab_get(&s);
		good &= p[i] != NULL && (uintptr_t)p[i] % 16 == 0;
		for (int k = 0; good && k < 24; k++)
			good &= p[i][k] == 0;
		memset(p[i], i + 1, 24);
	}
	ok(good, "objects are aligned and zeroed");
	for (int i = 0; i < 10; i++)
		good &= p[i][0] == i + 1 && p[i][23] == i + 1;
	ok(good, "and do not overlap");
	ok(slab_full(&s) && slab_get(&s) == NULL, "no more than the maximum");
	slab_put(&s, p[3]);
	slab_put(&s, NULL);
	ok(!slab_full(&s), "there is room again");
	is_int(s.used, 9, "one less");
	ok(slab_get(&s) == p[3], "the freed one is used first");
	is_int(p[3][0] | p[3][23], 0, "zeroed again");
	slab_release(&s);
	is_int(s.used, 0, "released");
	ok(slab_get(&s) != NULL, "and used again");
	slab_release(&s);
}

static void
test_sizes(void)
{
	static const size_t sizes[] = { 1, 8, 16, 17, 4000, 70000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct slab s;
		char *a, *b;

		slab_init(&s, sizes[i], 100);
		a = slab_get(&s);
		b = slab_get(&s);
		memset(a, 'a', sizes[i]);
		memset(b, 'b', sizes[i]);
		ok(a[0] == 'a' && a[sizes[i] - 1] == 'a',
		   "objects of any size");
		slab_put(&s, a);
		slab_put(&s, b);
		ok(slab_get(&s) == b && slab_get(&s) == a, "come back");
		slab_release(&s);
	}
}

/* Many objects, in and out; memory follows the largest number in use. */
static void
test_churn(void)
{
	enum { N = 10000 };
	static uint32_t *p[N];
	struct slab s;
	bool good = true;

	slab_init(&s, sizeof(uint32_t), N);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < N; i++) {
			p[i] = slab_get(&s);
			good &= p[i] != NULL && *p[i] == 0;
			*p[i] = i;
		}
		for (unsigned i = 0; i < N; i++) {
			good &= *p[i] == i;
			slab_put(&s, p[i]);
		}
	}
	ok(good, "ten thousand objects, three times");
	is_int(s.made, N, "were made once");
	slab_release(&s);
}

static void
test_memory(void)
{
	struct slab s;

	slab_init(&s, 100, 5);
	mem_fail_at(1, false);
	ok(slab_get(&s) == NULL && !slab_full(&s), "no memory, but not full");
	ok(slab_get(&s) != NULL, "memory again");
	mem_fail_at(-1, false);
	slab_release(&s);
	slab_init(&s, 100, 0);
	ok(slab_get(&s) == NULL && slab_full(&s), "a slab of nothing");
	slab_release(&s);
}

static void
test_poison(void)
{
#if POISON_ACTIVE
	struct slab s;
	char *p;

	slab_init(&s, 20, 5);
	p = slab_get(&s);
	ok(!__asan_address_is_poisoned(p + 19), "the last byte is ours");
	ok(__asan_address_is_poisoned(p + 20), "the rest is poison");
	slab_put(&s, p);
	ok(__asan_address_is_poisoned(p), "and a free object is too");
	slab_release(&s);
#else
	tap_skip("needs AddressSanitizer");
#endif
}

static void
put_into_empty(void)
{
	static _Alignas(16) char object[64];
	struct slab s;

	slab_init(&s, 20, 5);
	slab_put(&s, object);
}

int
main(void)
{
	test_basics();
	test_sizes();
	test_churn();
	test_memory();
	test_poison();
	ok(death_aborts(put_into_empty), "putting back what was not taken");
	return tap_done();
}
