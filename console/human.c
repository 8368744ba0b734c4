/* SPDX-License-Identifier: Apache-2.0 */
#include "console/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"

const char *
human_count(uint64_t n, char out[HUMAN_TEXT])
{
	char digits[HUMAN_TEXT];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t at = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

const char *
human_bytes(uint64_t n, char out[HUMAN_TEXT])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double v = (double)n / 1000;
	size_t i = 0;

	if (n < 1000) {
		(void)snprintf(out, HUMAN_TEXT, "%" PRIu64 " B", n);
		return out;
	}
	while (v >= 999.95 && i + 1 < ARRAY_LEN(units)) {
		v /= 1000;
		i++;
	}
	(void)snprintf(out, HUMAN_TEXT, "%.1f %s", v, units[i]);
	return out;
}

const char *
human_duration(int64_t ns, char out[HUMAN_TEXT])
{
	if (ns < 0)
		(void)snprintf(out, HUMAN_TEXT, "-");
	else if (ns < CLOCK_MSEC)
		(void)snprintf(out, HUMAN_TEXT, "%" PRId64 " us",
		               ns / CLOCK_USEC);
	else if (ns < CLOCK_SEC)
		(void)snprintf(out, HUMAN_TEXT, "%.1f ms",
		               (double)ns / CLOCK_MSEC);
	else if (ns < 60 * CLOCK_SEC)
		(void)snprintf(out, HUMAN_TEXT, "%.2f s",
		               (double)ns / CLOCK_SEC);
	else
		(void)snprintf(out, HUMAN_TEXT, "%" PRId64 " min %" PRId64 " s",
		               ns / (60 * CLOCK_SEC), ns / CLOCK_SEC % 60);
	return out;
}

/* n characters of the RFC 3339 text, from `at` on. */
static const char *
cut_time(int64_t ts, size_t at, size_t n, char out[HUMAN_TEXT])
{
	char text[CLOCK_TEXT_MAX];
	struct str s = str_tail(clock_format_fixed(ts, text), at);

	(void)str_to_c(str_head(s, n), out, HUMAN_TEXT);
	return out;
}

const char *
human_day(int64_t ts, char out[HUMAN_TEXT])
{
	return cut_time(ts, 0, 10, out);
}

const char *
human_clock(int64_t ts, char out[HUMAN_TEXT])
{
	return cut_time(ts, 11, 12, out);
}
