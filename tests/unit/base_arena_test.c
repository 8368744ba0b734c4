/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/poison.h"
#include "tests/tap/death.h"
#include "tests/tap/tap.h"

static void
test_basics(void)
{
	struct arena a;
	struct str s;
	char *p, *q;

	arena_init(&a, 1 << 20, 64);
	p = arena_alloc(&a, 5);
	q = arena_zalloc(&a, 100);
	ok(p != NULL && q != NULL && p != q, "two allocations");
	ok((uintptr_t)p % ARENA_ALIGN == 0 && (uintptr_t)q % ARENA_ALIGN == 0,
	   "aligned");
	is_int(q[0] | q[99], 0, "zeroed");
	ok(arena_alloc(&a, 0) != NULL, "zero bytes are a pointer");
	is_int(a.used, 16 + 112 + 16, "accounted in units of the alignment");
	s = arena_dup(&a, STR("copy"));
	is_str(s.p, "copy", "a copy ends in a NUL");
	is_int(s.n, 4, "that is not counted");
	s = arena_dup(&a, STR_NONE);
	ok(s.p != NULL && s.n == 0 && s.p[0] == '\0', "a copy of nothing");
	s = arena_printf(&a, "%d+%d", 1, 2);
	is_str(s.p, "1+2", "a format");
	is_int(s.n, 3, "and its length");
	p = arena_array(&a, 3, 100);
	ok(p != NULL && p[299] == 0, "an array");
	p = arena_alloc(&a, 200000);
	ok(p != NULL, "larger than any chunk");
	memset(p, 1, 200000);
	is_int(arena_error(&a), 0, "no error");
	arena_release(&a);
	is_int(a.used, 0, "released");
	ok(arena_alloc(&a, 10) != NULL, "and used again");
	arena_release(&a);
	arena_release(&a);
}

static void
test_cap(void)
{
	struct arena a;
	struct arena_mark m;

	arena_init(&a, 100, 0);
	m = arena_mark(&a);
	ok(arena_alloc(&a, 96) != NULL, "up to the cap, rounded");
	ok(arena_alloc(&a, 1) == NULL, "and not beyond");
	is_int(arena_error(&a), ERR_BUDGET, "which is told");
	arena_reset(&a, m);
	is_int(arena_error(&a), 0, "a reset ends it");
	ok(arena_alloc(&a, 101) == NULL, "more than the cap");
	ok(arena_alloc(&a, 1) == NULL, "sticks: even a small one fails");
	is_int(arena_dup(&a, STR("x")).n, 0, "so does a copy");
	is_int(arena_printf(&a, "x").n, 0, "so does a format");
	ok(arena_zalloc(&a, 1) == NULL, "so do zeros");
	arena_clear(&a);
	ok(arena_alloc(&a, 1) != NULL, "clear ends it too");
	arena_clear(&a);
	ok(arena_alloc(&a, SIZE_MAX) == NULL, "absurd");
	arena_clear(&a);
	ok(arena_array(&a, SIZE_MAX / 2 + 1, 2) == NULL, "an array that wraps");
	is_int(arena_error(&a), ERR_BUDGET, "is over the budget");
	arena_clear(&a);
	is_int(arena_dup(&a, str_make("", SIZE_MAX)).n, 0, "absurd copy");
	arena_release(&a);

	arena_init(&a, SIZE_MAX, 0);
	ok(arena_alloc(&a, SIZE_MAX - 8) == NULL, "absurd without a cap");
	arena_release(&a);
	arena_init(&a, 97, 0);
	ok(arena_alloc(&a, 97) == NULL, "rounding counts against the cap");
	arena_release(&a);
}

/* Goes back to marks, and checks that what was before them is untouched. */
static void
test_marks(void)
{
	struct arena a;
	struct arena_mark empty, m[20];
	char *p[20];
	bool good = true;
	int64_t allocations;

	arena_init(&a, 1 << 20, 32);
	empty = arena_mark(&a);
	for (unsigned i = 0; i < 20; i++) {
		m[i] = arena_mark(&a);
		p[i] = arena_alloc(&a, 50 * i + 1);
		memset(p[i], (int)i, 50 * i + 1);
	}
	for (unsigned i = 20; i-- > 10;) {
		arena_reset(&a, m[i]);
		for (unsigned k = 0; k < i; k++)
			good &= p[k][0] == (char)k && p[k][50 * k] == (char)k;
	}
	ok(good, "what is older than a mark survives");
	is_int(a.used, m[10].used, "accounting goes back as well");
	mem_fail_at(0, false);
	for (unsigned i = 10; i < 20; i++)
		ok(arena_alloc(&a, 50 * i + 1) == p[i], "memory is reused");
	arena_reset(&a, empty);
	is_int(a.used, 0, "back to the empty arena");
	ok(arena_alloc(&a, 1) == p[0], "which starts where it did");
	allocations = mem_alloc_count();
	mem_fail_at(-1, false);
	is_int(allocations, 0, "without new memory");
	arena_clear(&a);
	ok(arena_alloc(&a, 5000) != NULL && arena_alloc(&a, 60000) != NULL,
	   "chunks that are too small to reuse are passed over");
	arena_release(&a);
	arena_clear(&a);
	is_int(a.used, 0, "clearing an empty arena");
}

static void
test_memory(void)
{
	struct arena a;

	arena_init(&a, 1 << 20, 64);
	mem_fail_at(1, false);
	ok(arena_alloc(&a, 10) == NULL, "no memory");
	is_int(arena_error(&a), ERR_NOMEM, "is told apart from the cap");
	ok(arena_alloc(&a, 10) == NULL, "and sticks");
	arena_clear(&a);
	ok(arena_alloc(&a, 10) != NULL, "until cleared");
	mem_fail_at(-1, false);
	arena_release(&a);
}

static void
test_poison(void)
{
#if POISON_ACTIVE
	struct arena a;
	struct arena_mark m;
	char *p;

	arena_init(&a, 4096, 0);
	m = arena_mark(&a);
	p = arena_alloc(&a, 20);
	ok(!__asan_address_is_poisoned(p + 19), "the last byte is ours");
	ok(__asan_address_is_poisoned(p + 20), "the next one is poison");
	ok(__asan_address_is_poisoned(p + 32), "and so is the gap");
	arena_reset(&a, m);
	ok(__asan_address_is_poisoned(p), "after a reset all of it is");
	arena_release(&a);
#else
	tap_skip("needs AddressSanitizer");
#endif
}

static void
reset_forward(void)
{
	struct arena a;
	struct arena_mark m;

	arena_init(&a, 4096, 0);
	(void)!arena_alloc(&a, 20);
	m = arena_mark(&a);
	arena_clear(&a);
	arena_reset(&a, m);
}

int
main(void)
{
	test_basics();
	test_cap();
	test_marks();
	test_memory();
	test_poison();
	ok(death_aborts(reset_forward), "marks are used in reverse order");
	return tap_done();
}
