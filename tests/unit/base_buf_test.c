/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/death.h"
#include "tests/tap/tap.h"

static void
test_basics(void)
{
	struct buf b;

	buf_init(&b, 1000);
	is_int(buf_str(&b).n, 0, "empty at first");
	ok(buf_tail(&b) == NULL, "without memory");
	is_int(buf_append(&b, NULL, 0), 0, "nothing can be appended");
	is_int(buf_append_str(&b, STR("hello")), 0, "a str");
	is_int(buf_append_byte(&b, ' '), 0, "a byte");
	is_int(buf_printf(&b, "%s-%d", "x", 42), 0, "a format");
	is_bytes(b.p, b.n, "hello x-42", 10, "one after the other");
	buf_consume(&b, 6);
	is_bytes(b.p, b.n, "x-42", 4, "the front is gone");
	buf_truncate(&b, 2);
	is_bytes(b.p, b.n, "x-", 2, "and the back");
	is_int(buf_reserve(&b, 10), 0, "room");
	memcpy(buf_tail(&b), "abc", 3);
	buf_added(&b, 3);
	is_bytes(b.p, b.n, "x-abc", 5, "written in place");
	buf_clear(&b);
	is_int(b.n, 0, "cleared");
	is_int(buf_append(&b, "again", 5), 0, "and used again");
	is_bytes(b.p, b.n, "again", 5, "with the right contents");
	buf_release(&b);
	is_int(buf_append(&b, "more", 4), 0, "even after a release");
	buf_release(&b);
	buf_release(&b);
}

static void
test_max(void)
{
	struct buf b;
	char big[300];

	memset(big, 'a', sizeof(big));
	buf_init(&b, 10);
	is_int(buf_append(&b, "12345678", 8), 0, "below the maximum");
	is_int(buf_append(&b, "abc", 3), ERR_BUDGET, "beyond it");
	is_bytes(b.p, b.n, "12345678", 8, "the contents are as they were");
	is_int(buf_printf(&b, "%d", 123), ERR_BUDGET, "format beyond it");
	is_int(buf_printf(&b, "%300s", "x"), ERR_BUDGET, "long format");
	is_int(buf_reserve(&b, SIZE_MAX), ERR_BUDGET, "absurd");
	is_int(buf_append(&b, "ab", 2), 0, "up to the maximum");
	is_bytes(b.p, b.n, "12345678ab", 10, "exactly");
	is_int(buf_append_byte(&b, 'x'), ERR_BUDGET, "not one more");
	buf_consume(&b, 3);
	is_int(buf_append(&b, "XYZ", 3), 0, "what is consumed makes room");
	is_bytes(b.p, b.n, "45678abXYZ", 10, "in the right place");
	buf_release(&b);

	buf_init(&b, 0);
	is_int(buf_append(&b, "", 0), 0, "a maximum of nothing allows nothing");
	is_int(buf_append_byte(&b, 'x'), ERR_BUDGET, "and nothing else");
	buf_release(&b);

	buf_init(&b, 300);
	is_int(buf_printf(&b, "%.*s", 300, big), 0, "a long format that fits");
	is_int(b.n, 300, "with all of its bytes, and no NUL");
	buf_release(&b);
	buf_init(&b, 255);
	is_int(buf_printf(&b, "%.*s", 255, big), 0, "as long as the inner one");
	buf_release(&b);
	buf_init(&b, 256);
	is_int(buf_printf(&b, "%.*s", 256, big), 0, "one longer");
	is_bytes(b.p, b.n, big, 256, "all there");
	buf_release(&b);
}

/* Against a plain array, over many appends and consumes. */
static void
test_against_model(void)
{
	static unsigned char model[1 << 16];
	size_t from = 0, to = 0;
	unsigned seed = 1;
	bool good = true;
	struct buf b;

	buf_init(&b, 5000);
	for (int i = 0; i < 20000 && to < sizeof(model) - 100; i++) {
		size_t n;

		seed = seed * 1103515245u + 12345u;
		n = seed >> 16 & 63;
		if (seed & 0x400000) {
			n = n < to - from ? n : to - from;
			buf_consume(&b, n);
			from += n;
		} else {
			for (size_t k = 0; k < n; k++)
				model[to + k] = (unsigned char)(seed >>
				                                (k % 24));
			if (buf_append(&b, model + to, n) == 0)
				to += n;
			else
				good &= b.n + n > 5000;
		}
		good &= b.n == to - from &&
		        (b.n == 0 || memcmp(b.p, model + from, b.n) == 0);
	}
	ok(good && to > 40000, "appends and consumes agree with a plain array");
	ok(b.cap <= 5000, "never more memory than the maximum");
	buf_release(&b);
}

/* Bytes that come one by one cost few allocations, up to the maximum. */
static void
test_growth(void)
{
	int64_t allocations;
	bool good = true;
	struct buf b;

	buf_init(&b, 100000);
	mem_fail_at(0, false);
	for (size_t i = 0; i < 100000; i++)
		good &= buf_append_byte(&b, 'x') == 0;
	allocations = mem_alloc_count();
	mem_fail_at(-1, false);
	ok(good && allocations <= 12, "100,000 bytes in twelve steps");
	buf_release(&b);
}

static void
test_memory(void)
{
	struct buf b;
	char big[300];

	memset(big, 'b', sizeof(big));
	buf_init(&b, 1 << 20);
	is_int(buf_append(&b, "keep", 4), 0, "something to keep");
	mem_fail_at(1, true);
	is_int(buf_append(&b, big, 300), ERR_NOMEM, "no memory");
	is_int(buf_printf(&b, "%300d", 1), ERR_NOMEM, "none for formats");
	mem_fail_at(2, true);
	is_int(buf_printf(&b, "%300d", 1), ERR_NOMEM, "none in the middle");
	is_bytes(b.p, b.n, "keep", 4, "the contents are as they were");
	mem_fail_at(-1, false);
	is_int(buf_append(&b, big, 300), 0, "memory again");
	buf_release(&b);
}

static void
consume_too_much(void)
{
	struct buf b;

	buf_init(&b, 10);
	buf_consume(&b, 1);
}

static void
truncate_too_far(void)
{
	struct buf b;

	buf_init(&b, 10);
	buf_truncate(&b, 1);
}

static void
add_too_much(void)
{
	struct buf b;

	buf_init(&b, 100);
	(void)!buf_reserve(&b, 3);
	buf_added(&b, 1000);
}

int
main(void)
{
	test_basics();
	test_max();
	test_against_model();
	test_growth();
	test_memory();
	ok(death_aborts(consume_too_much), "consuming what is not there");
	ok(death_aborts(truncate_too_far), "truncating to more");
	ok(death_aborts(add_too_much), "adding more than was reserved");
	return tap_done();
}
