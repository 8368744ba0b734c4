/* SPDX-License-Identifier: Apache-2.0 */
#include "console/human.h"

#include "base/clock.h"
#include "tests/tap/tap.h"

static void
test_counts(void)
{
	char out[HUMAN_TEXT];

	is_str(human_count(0, out), "0", "nothing");
	is_str(human_count(999, out), "999", "no comma");
	is_str(human_count(1000, out), "1,000", "one comma");
	is_str(human_count(1234567, out), "1,234,567", "two");
	is_str(human_count(UINT64_MAX, out), "18,446,744,073,709,551,615",
	       "the largest fits");
}

static void
test_bytes(void)
{
	char out[HUMAN_TEXT];

	is_str(human_bytes(0, out), "0 B", "nothing");
	is_str(human_bytes(999, out), "999 B", "bytes");
	is_str(human_bytes(1000, out), "1.0 kB", "a thousand");
	is_str(human_bytes(999949, out), "999.9 kB", "not yet a million");
	is_str(human_bytes(999950, out), "1.0 MB", "rounds into the next unit");
	is_str(human_bytes(2009976, out), "2.0 MB", "millions");
	is_str(human_bytes(UINT64_MAX, out), "18446.7 PB", "the largest");
}

static void
test_durations(void)
{
	char out[HUMAN_TEXT];

	is_str(human_duration(-1, out), "-", "unknown");
	is_str(human_duration(0, out), "0 us", "nothing");
	is_str(human_duration(999999, out), "999 us", "microseconds");
	is_str(human_duration(12345678, out), "12.3 ms", "milliseconds");
	is_str(human_duration(4567 * CLOCK_MSEC, out), "4.57 s", "seconds");
	is_str(human_duration(192 * CLOCK_SEC, out), "3 min 12 s", "minutes");
	ok(human_duration(INT64_MAX, out)[0] != '\0', "the longest fits");
}

static void
test_times(void)
{
	const int64_t t = INT64_C(1700000000123456789);
	char out[HUMAN_TEXT];

	is_str(human_day(t, out), "2023-11-14", "the day");
	is_str(human_clock(t, out), "22:13:20.123", "the time, cut");
	is_str(human_day(0, out), "1970-01-01", "the first day");
	is_str(human_clock(-1, out), "23:59:59.999", "before it");
}

int
main(void)
{
	test_counts();
	test_bytes();
	test_durations();
	test_times();
	return tap_done();
}
