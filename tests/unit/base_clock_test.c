/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "base/err.h"
#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

struct pair {
	int64_t t;
	const char *text;
};

static const struct pair pairs[] = {
	{ 0, "1970-01-01T00:00:00Z" },
	{ 1, "1970-01-01T00:00:00.000000001Z" },
	{ -1, "1969-12-31T23:59:59.999999999Z" },
	{ 1674986400 * CLOCK_SEC + 123 * CLOCK_MSEC,
	  "2023-01-29T10:00:00.123Z" },
	{ 1674986400 * CLOCK_SEC + 120 * CLOCK_USEC,
	  "2023-01-29T10:00:00.00012Z" },
	{ 951782400 * CLOCK_SEC, "2000-02-29T00:00:00Z" },
	{ 951868799 * CLOCK_SEC, "2000-02-29T23:59:59Z" },
	{ 951868800 * CLOCK_SEC, "2000-03-01T00:00:00Z" },
	{ 4107542400 * CLOCK_SEC, "2100-03-01T00:00:00Z" },
	{ 4107542399 * CLOCK_SEC, "2100-02-28T23:59:59Z" },
	{ 1709164800 * CLOCK_SEC, "2024-02-29T00:00:00Z" },
	{ 1735689599 * CLOCK_SEC, "2024-12-31T23:59:59Z" },
	{ -2203891200 * CLOCK_SEC, "1900-03-01T00:00:00Z" },
	{ 2147483648 * CLOCK_SEC, "2038-01-19T03:14:08Z" },
	{ INT64_MAX, "2262-04-11T23:47:16.854775807Z" },
	{ INT64_MIN, "1677-09-21T00:12:43.145224192Z" },
};

static void
test_pairs(void)
{
	char out[CLOCK_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		int64_t t = 77;
		struct str s = clock_format(pairs[i].t, out);

		is_str(out, pairs[i].text, "formatted");
		is_int(s.n, strlen(out), "with its length");
		is_int(clock_parse(s, &t), 0, "read back");
		ok(t == pairs[i].t, "the same");
		s = clock_format_fixed(pairs[i].t, out);
		ok(s.n == 30 && out[30] == '\0' && clock_parse(s, &t) == 0 &&
		       t == pairs[i].t,
		   "fixed width, and back");
	}
	(void)clock_format_fixed(0, out);
	is_str(out, "1970-01-01T00:00:00.000000000Z", "the fixed form");
}

static const struct pair forms[] = {
	{ 3600 * CLOCK_SEC, "1970-01-01T03:00:00+02:00" },
	{ 3600 * CLOCK_SEC, "1969-12-31T19:30:00-05:30" },
	{ 0, "1970-01-01t00:00:00z" },
	{ 0, "1970-01-01 00:00:00Z" },
	{ 0, "1970-01-01T00:00:00.0Z" },
	{ 123456789, "1970-01-01T00:00:00.123456789999999999999Z" },
	{ 60 * CLOCK_SEC, "1970-01-01T00:00:60Z" },
	{ 1483228800 * CLOCK_SEC + 5, "2016-12-31T23:59:60.000000005Z" },
	{ 0, "1970-01-01T00:00:00-00:00" },
	{ 0, "1970-01-01T23:59:00+23:59" },
};

static const char *const wrong[] = {
	"",
	"1970-01-01",
	"1970-01-01T00:00:00",
	"1970-01-01T00:00:00.Z",
	"1970-01-01T00:00:00,5Z",
	"1970-01-01T00:00:00Z ",
	" 1970-01-01T00:00:00Z",
	"1970-1-01T00:00:00Z",
	"70-01-01T00:00:00Z",
	"1970/01/01T00:00:00Z",
	"1970-01-01_00:00:00Z",
	"1970-01-01T00:00Z",
	"1970-01-01T000000Z",
	"1970-00-01T00:00:00Z",
	"1970-13-01T00:00:00Z",
	"1970-01-00T00:00:00Z",
	"1970-01-32T00:00:00Z",
	"1970-04-31T00:00:00Z",
	"2023-02-29T00:00:00Z",
	"1900-02-29T00:00:00Z",
	"1970-01-01T24:00:00Z",
	"1970-01-01T00:60:00Z",
	"1970-01-01T00:00:61Z",
	"1970-01-01T00:00:00+24:00",
	"1970-01-01T00:00:00+00:60",
	"1970-01-01T00:00:00+0000",
	"1970-01-01T00:00:00+00",
	"1970-01-01T00:00:00 00:00",
	"+970-01-01T00:00:00Z",
	"1970-01-01T-1:00:00Z",
	"1970-01-01T00:00:0aZ",
	"now",
};

static const char *const far[] = {
	"0000-01-01T00:00:00Z",           "9999-12-31T23:59:59Z",
	"1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:16.854775808Z",
	"2262-04-11T23:47:17Z",           "1677-09-21T00:12:43Z",
};

static void
test_parse(void)
{
	int64_t t = 77;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		is_int(clock_parse(str_from_c(forms[i].text), &t), 0,
		       forms[i].text);
		ok(t == forms[i].t, "is the right time");
	}
	t = 77;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct guard g = guard_make(wrong[i], strlen(wrong[i]));

		is_int(clock_parse(str_make(g.p, g.n), &t), ERR_SYNTAX,
		       wrong[i]);
		guard_free(&g);
	}
	for (size_t i = 0; i < ARRAY_LEN(far); i++)
		is_int(clock_parse(str_from_c(far[i]), &t), ERR_LIMIT, far[i]);
	is_int(t, 77, "failures leave the output alone");
}

/* Every day for 300 years and every month's end, against counting. */
static void
test_calendar(void)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30,
		                       31, 31, 30, 31, 30, 31 };
	int64_t day = -62 * 365 - 16; /* 1908-01-01 */
	char want[40], out[CLOCK_TEXT_MAX];
	bool good = true;

	for (int year = 1908; year < 2200; year++) {
		bool leap = year % 4 == 0 &&
		            (year % 100 != 0 || year % 400 == 0);

		for (int m = 0; m < 12; m++) {
			int n = lengths[m] + (m == 1 && leap);

			for (int d = 1; d <= n; d++, day++) {
				(void)snprintf(want, sizeof(want),
				               "%04d-%02d-%02dT00:00:00Z", year,
				               m + 1, d);
				(void)clock_format(day * 86400 * CLOCK_SEC,
				                   out);
				good &= strcmp(out, want) == 0;
			}
		}
	}
	ok(good, "every day from 1908 to 2199");
}

int
main(void)
{
	int64_t mono = clock_mono();

	test_pairs();
	test_parse();
	test_calendar();
	ok(clock_mono() >= mono, "the monotonic clock does not go back");
	ok(clock_wall() > 1577836800 * CLOCK_SEC, "it is later than 2020");
	return tap_done();
}
