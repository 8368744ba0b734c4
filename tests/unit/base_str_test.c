/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/err.h"
#include "tests/tap/death.h"
#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

static void
test_making(void)
{
	static const struct str fixed = STR_INIT("abc");
	char text[64];
	struct str s = STR("a\0b");

	is_int(s.n, 3, "a literal keeps its NULs");
	is_bytes(fixed.p, fixed.n, "abc", 3, "a static one");
	is_int(str_from_c("four").n, 4, "of a C string");
	ok(str_from_c(NULL).n == 0 && str_from_c(NULL).p == NULL, "of NULL");
	(void)snprintf(text, sizeof(text), "[" STR_FMT "][" STR_FMT "]",
	               STR_ARG(fixed), STR_ARG(STR_NONE));
	is_str(text, "[abc][]", "printed");
	is_bytes(str_head(fixed, 2).p, str_head(fixed, 2).n, "ab", 2, "head");
	is_int(str_head(fixed, 9).n, 3, "head of a short one");
	is_bytes(str_tail(fixed, 2).p, str_tail(fixed, 2).n, "c", 1, "tail");
	is_int(str_tail(fixed, 3).n, 0, "tail of all");
	is_int(str_tail(fixed, SIZE_MAX).n, 0, "tail of too much");
}

static void
test_comparing(void)
{
	ok(str_eq(STR("ab"), STR("ab")), "equal");
	ok(!str_eq(STR("ab"), STR("aB")), "not equal");
	ok(!str_eq(STR("ab"), STR("abc")), "other length");
	ok(str_eq(STR_NONE, STR("")), "nothing is nothing");
	ok(str_eq_nocase(STR("Content-LENGTH"), STR("content-length")),
	   "without case");
	ok(!str_eq_nocase(STR("ab"), STR("abc")), "without case, other length");
	ok(!str_eq_nocase(STR("@["), STR("`{")), "only letters have case");
	ok(!str_eq_nocase(STR("\xc4"), STR("\xe4")), "only ASCII ones");
	ok(str_starts(STR("abc"), STR("ab")), "starts");
	ok(str_starts(STR("abc"), STR("")), "starts with nothing");
	ok(!str_starts(STR("a"), STR("ab")), "too short to start");
	ok(str_starts_nocase(STR("Chunked;x"), STR("chunked")), "starts, case");
	ok(!str_starts_nocase(STR("Ch"), STR("chunked")), "too short for it");
	ok(str_ends(STR("abc"), STR("bc")), "ends");
	ok(str_ends(STR_NONE, STR("")), "ends with nothing");
	ok(!str_ends(STR("c"), STR("bc")), "too short to end");
	ok(!str_ends(STR("abc"), STR("bd")), "ends otherwise");
	is_int(str_cmp(STR("ab"), STR("ab")), 0, "same order");
	ok(str_cmp(STR("ab"), STR("abc")) < 0, "shorter first");
	ok(str_cmp(STR("abc"), STR("ab")) > 0, "longer last");
	ok(str_cmp(STR("\x7f"), STR("\x80")) < 0, "bytes are unsigned");
	ok(str_cmp(STR_NONE, STR("a")) < 0, "nothing comes first");
	is_int(str_cmp(STR_NONE, STR_NONE), 0, "nothing and nothing");
}

static void
test_cutting(void)
{
	struct str s = str_trim(STR(" \t a b \t"));
	struct str head, tail;

	is_bytes(s.p, s.n, "a b", 3, "trimmed");
	is_int(str_trim(STR(" \t ")).n, 0, "nothing left to trim");
	is_int(str_trim(STR("\n")).n, 1, "a newline is no OWS");
	is_int(str_find_char(STR("a=b=c"), '='), 1, "the first of two");
	is_int(str_find_char(STR("abc"), '='), 3, "not there");
	is_int(str_find_char(STR_NONE, '='), 0, "not in nothing");
	is_int(str_find(STR("aaab"), STR("aab")), 1,
	       "found after a false start");
	is_int(str_find(STR("aab"), STR("aac")), 3, "not found");
	is_int(str_find(STR("ab"), STR("abc")), 2, "longer than the text");
	is_int(str_find(STR("xyz"), STR("z")), 2, "found at the end");
	is_int(str_find(STR("abc"), STR("")), 0, "nothing is found at once");
	is_int(str_find(STR("aaaa"), STR("ab")), 4, "candidates to the end");
	ok(str_split1(STR("k=v=w"), '=', &head, &tail), "split");
	is_bytes(head.p, head.n, "k", 1, "head of it");
	is_bytes(tail.p, tail.n, "v=w", 3, "tail of it");
	ok(!str_split1(STR("kv"), '=', &head, &tail), "nothing to split at");
	is_bytes(head.p, head.n, "kv", 2, "head is all");
	is_int(tail.n, 0, "tail is empty");
	s = STR("a/b/c");
	ok(str_split1(s, '/', &head, &s) && str_eq(s, STR("b/c")),
	   "an output may be the input");
	ok(str_split1(STR("x/"), '/', &head, &tail) && tail.n == 0,
	   "a separator at the end counts");
}

static void
test_u64(void)
{
	uint64_t v = 7;

	ok(str_u64(STR("0"), &v) == 0 && v == 0, "0");
	ok(str_u64(STR("0012"), &v) == 0 && v == 12, "leading zeros");
	ok(str_u64(STR("18446744073709551615"), &v) == 0 && v == UINT64_MAX,
	   "the largest");
	is_int(str_u64(STR("18446744073709551616"), &v), ERR_LIMIT, "one more");
	is_int(str_u64(STR("184467440737095516150"), &v), ERR_LIMIT,
	       "times 10");
	is_int(str_u64(STR("99999999999999999999x"), &v), ERR_SYNTAX,
	       "too much, and wrong");
	is_int(str_u64(STR(""), &v), ERR_SYNTAX, "empty");
	is_int(str_u64(STR("+1"), &v), ERR_SYNTAX, "plus");
	is_int(str_u64(STR("-1"), &v), ERR_SYNTAX, "minus");
	is_int(str_u64(STR("1 "), &v), ERR_SYNTAX, "space");
	is_int(str_u64(STR("1:"), &v), ERR_SYNTAX, "after 9");
	is_int(str_u64(STR("1/"), &v), ERR_SYNTAX, "before 0");
	ok(v == UINT64_MAX, "failures leave the output alone");
}

static void
test_i64(void)
{
	int64_t v = 7;

	ok(str_i64(STR("-0"), &v) == 0 && v == 0, "-0");
	ok(str_i64(STR("-1"), &v) == 0 && v == -1, "-1");
	ok(str_i64(STR("9223372036854775807"), &v) == 0 && v == INT64_MAX,
	   "the highest");
	is_int(str_i64(STR("9223372036854775808"), &v), ERR_LIMIT, "above it");
	ok(str_i64(STR("-9223372036854775808"), &v) == 0 && v == INT64_MIN,
	   "the lowest");
	is_int(str_i64(STR("-9223372036854775809"), &v), ERR_LIMIT, "below it");
	is_int(str_i64(STR("-"), &v), ERR_SYNTAX, "only a sign");
	is_int(str_i64(STR("--1"), &v), ERR_SYNTAX, "two signs");
}

static void
no_room(void)
{
	char c;

	(void)str_to_c(STR(""), &c, 0);
}

static void
test_to_c(void)
{
	char out[4];

	ok(str_to_c(STR("abc"), out, 4), "fits");
	is_str(out, "abc", "and is a C string");
	ok(!str_to_c(STR("abcd"), out, 4), "does not fit");
	is_str(out, "abc", "but is a C string");
	ok(!str_to_c(STR("a\0b"), out, 4), "a NUL inside is told");
	ok(str_to_c(STR_NONE, out, 1) && out[0] == '\0', "nothing fits in one");
	ok(death_aborts(no_room), "no room at all is a bug");
}

/* Nothing reads past the end, not even to compare. */
static void
test_bounds(void)
{
	struct guard g = guard_make("abc", 3);
	struct str s = str_make(g.p, 3);
	uint64_t v;

	ok(!str_starts(s, STR("abcd")) && !str_ends(s, STR("xabc")) &&
	       str_find(s, STR("cd")) == 3 && str_find_char(s, 'd') == 3 &&
	       str_cmp(s, STR("abcd")) < 0 && str_u64(s, &v) == ERR_SYNTAX &&
	       str_trim(s).n == 3 && !str_eq(s, STR("abcd")),
	   "within bounds");
	guard_free(&g);
}

int
main(void)
{
	test_making();
	test_comparing();
	test_cutting();
	test_u64();
	test_i64();
	test_to_c();
	test_bounds();
	return tap_done();
}
