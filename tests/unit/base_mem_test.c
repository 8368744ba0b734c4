/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include "base/fault.h"
#include "tests/tap/tap.h"

static bool
all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

static void
test_plain(void)
{
	char *p = mem_alloc(0);
	char *q = mem_zalloc(100);

	ok(p != NULL, "zero bytes are a pointer");
	ok(q != NULL && all_zero(q, 100), "zeroed");
	memset(q, 'x', 100);
	q = mem_realloc(q, 1000);
	ok(q != NULL && q[99] == 'x', "realloc keeps the contents");
	q = mem_realloc(q, 0);
	ok(q != NULL, "shrunk to zero is still a pointer");
	mem_free(p);
	mem_free(q);
	mem_free(NULL);

	p = mem_realloc(NULL, 3);
	ok(p != NULL, "realloc of NULL allocates");
	mem_free(p);
	p = mem_dup("abc", 3);
	is_bytes(p, 3, "abc", 3, "a copy");
	mem_free(p);
	p = mem_dup(NULL, 0);
	ok(p != NULL, "a copy of nothing");
	mem_free(p);
	p = mem_dup_text("abcdef", 3);
	is_str(p, "abc", "a text");
	mem_free(p);
	p = mem_dup_text(NULL, 0);
	is_str(p, "", "an empty text");
	mem_free(p);
	p = mem_array(0, 8);
	ok(p != NULL, "an array of nothing");
	mem_free(p);
	p = mem_regrow(NULL, 4, 8);
	ok(p != NULL, "regrow allocates");
	memset(p, 'y', 32);
	p = mem_regrow(p, 400, 8);
	ok(p != NULL && p[31] == 'y', "regrow keeps the contents");
	mem_free(p);
}

static void
test_overflow(void)
{
	/* Volatile, to keep the compiler from knowing that this cannot work. */
	volatile size_t half = SIZE_MAX / 2 + 2;

	ok(mem_array(half, 2) == NULL, "an array that wraps around");
	ok(mem_regrow(NULL, half, 2) == NULL, "a regrow that does");
	ok(mem_dup_text("", half * 2 - 5) == NULL, "a text as large as that");
}

/* Tries to allocate in all the ways there are; a bit for each success. */
static unsigned
allocate_all(void)
{
	void *p[7] = {
		mem_alloc(1),         mem_zalloc(1),          mem_array(1, 1),
		mem_realloc(NULL, 1), mem_regrow(NULL, 1, 1), mem_dup("a", 1),
		mem_dup_text("a", 1),
	};
	unsigned got = 0;

	for (unsigned i = 0; i < 7; i++) {
		got |= (unsigned)(p[i] != NULL) << i;
		mem_free(p[i]);
	}
	return got;
}

static void
test_faults(void)
{
	char *kept = mem_dup_text("kept", 4);

	is_int(mem_alloc_count(), 0, "nothing is counted before");
	mem_fail_at(0, false);
	is_int(allocate_all(), 0x7f, "counting: all succeed");
	is_int(mem_alloc_count(), 7, "and are counted once each");
	for (int nth = 1; nth <= 7; nth++) {
		mem_fail_at(nth, false);
		is_int(allocate_all(), 0x7f & ~(1 << (nth - 1)),
		       "only the nth fails");
		mem_fail_at(nth, true);
		is_int(allocate_all(), (1 << (nth - 1)) - 1,
		       "all from the nth on fail");
	}
	mem_fail_at(1, false);
	ok(mem_realloc(kept, 100) == NULL, "a failing realloc");
	is_str(kept, "kept", "leaves the old memory alone");
	mem_fail_at(1, true);
	mem_fail_at(-1, true);
	is_int(allocate_all(), 0x7f, "off again");
	is_int(mem_alloc_count(), 0, "and not counted");
	mem_free(kept);
}

static void
test_fault(void)
{
	struct fault f = { .armed = false };

	ok(!fault_hit(&f), "all zeros never hits");
	fault_arm(&f, 2, false);
	ok(!fault_hit(&f) && fault_hit(&f) && !fault_hit(&f), "the second");
	is_int(fault_count(&f), 3, "three calls");
	fault_arm(&f, 2, true);
	ok(!fault_hit(&f) && fault_hit(&f) && fault_hit(&f), "and later ones");
}

int
main(void)
{
	test_plain();
	test_overflow();
	test_faults();
	test_fault();
	return tap_done();
}
