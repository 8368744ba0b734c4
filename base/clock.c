/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "base/cursor.h"
#include "base/err.h"

#define CLOCK_DAY INT64_C(86400)

/* Days from 0000-03-01 to 1970-01-01, in the proleptic Gregorian calendar. */
#define CLOCK_EPOCH_DAYS INT64_C(719468)

/* Days of 400 years: after that the calendar repeats. */
#define CLOCK_ERA_DAYS INT64_C(146097)

struct clock_date {
	int64_t year;
	unsigned month; /* 1 to 12 */
	unsigned day;   /* 1 to 31 */
};

static int64_t
clock_read(clockid_t id)
{
	struct timespec ts;

	/* Fails only for a clock that does not exist. */
	ENSURE(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * CLOCK_SEC + ts.tv_nsec;
}

int64_t
clock_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t
clock_mono(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* a / b rounded down, for b > 0; *ret_rest is in [0, b). */
static int64_t
clock_floor(int64_t a, int64_t b, int64_t *ret_rest)
{
	int64_t q = a / b;
	int64_t r = a % b;

	if (r < 0) {
		r += b;
		q--;
	}
	*ret_rest = r;
	return q;
}

/*
 * Both conversions count years from March, so that the day that comes and goes
 * is the last of its year and the lengths of the months before it follow
 * (153 * m + 2) / 5.
 */
static struct clock_date
clock_date_of(int64_t days)
{
	int64_t in_era, in_year, year, month;
	int64_t era = clock_floor(days + CLOCK_EPOCH_DAYS, CLOCK_ERA_DAYS,
	                          &in_era);

	year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
	       365;
	in_year = in_era - (365 * year + year / 4 - year / 100);
	month = (5 * in_year + 2) / 153;
	return (struct clock_date){
		.year = era * 400 + year + (month >= 10),
		.month = (unsigned)(month < 10 ? month + 3 : month - 9),
		.day = (unsigned)(in_year - (153 * month + 2) / 5 + 1),
	};
}

static int64_t
clock_days_of(struct clock_date d)
{
	int64_t year = d.year - (d.month <= 2);
	int64_t month = d.month > 2 ? d.month - 3 : d.month + 9;
	int64_t in_year = (153 * month + 2) / 5 + d.day - 1;
	int64_t in_cycle;
	int64_t era = clock_floor(year, 400, &in_cycle);
	int64_t in_era = in_cycle * 365 + in_cycle / 4 - in_cycle / 100 +
	                 in_year;

	return era * CLOCK_ERA_DAYS + in_era - CLOCK_EPOCH_DAYS;
}

static bool
clock_is_leap(uint64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned
clock_month_days(uint64_t year, unsigned month)
{
	if (month == 2)
		return clock_is_leap(year) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* Writes the text with all nine digits; returns its length without the "Z". */
static size_t
clock_write(int64_t t, char out[CLOCK_TEXT_MAX])
{
	int64_t ns, sec;
	int64_t days = clock_floor(clock_floor(t, CLOCK_SEC, &ns), CLOCK_DAY,
	                           &sec);
	struct clock_date d = clock_date_of(days);
	int n = snprintf(out, CLOCK_TEXT_MAX,
	                 "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ", (int)d.year,
	                 d.month, d.day, (int)(sec / 3600),
	                 (int)(sec / 60 % 60), (int)(sec % 60), (int)ns);

	ENSURE(n == 30);
	return (size_t)n - 1;
}

struct str
clock_format_fixed(int64_t t, char out[CLOCK_TEXT_MAX])
{
	return str_make(out, clock_write(t, out) + 1);
}

struct str
clock_format(int64_t t, char out[CLOCK_TEXT_MAX])
{
	size_t n = clock_write(t, out);

	while (out[n - 1] == '0')
		n--;
	/* Seconds end in a digit that is kept: the dot stops the loop. */
	if (out[n - 1] == '.')
		n--;
	out[n++] = 'Z';
	out[n] = '\0';
	return str_make(out, n);
}

/* Exactly n digits. */
static unsigned
clock_digits(struct cursor *c, size_t n)
{
	struct cursor digits = cur_block(c, n);
	uint64_t v = cur_decimal(&digits, 9999);

	cur_done(&digits);
	if (!cur_ok(&digits))
		cur_bad(c);
	return (unsigned)v;
}

static void
clock_one_of(struct cursor *c, struct str set)
{
	char b = (char)cur_u8(c);

	if (str_find_char(set, b) == set.n)
		cur_bad(c);
}

/* ".123", if it is there, as nanoseconds. */
static int64_t
clock_fraction(struct cursor *c)
{
	static const struct cur_set digit = { .in = { ['0' ... '9'] = 1 } };
	int64_t ns = 0;
	struct str s;

	if (cur_peek_u8(c) != '.')
		return 0;
	(void)cur_skip(c, 1);
	s = cur_token(c, &digit, SIZE_MAX);
	if (s.n == 0)
		cur_bad(c);
	for (size_t i = 0; i < 9; i++)
		ns = ns * 10 + (i < s.n ? s.p[i] - '0' : 0);
	return ns;
}

/* "Z" or "+02:00": seconds to take away. */
static int64_t
clock_offset(struct cursor *c)
{
	uint8_t sign = cur_u8(c);
	unsigned h, m;

	if (sign == 'Z' || sign == 'z')
		return 0;
	h = clock_digits(c, 2);
	(void)cur_expect(c, STR(":"));
	m = clock_digits(c, 2);
	if ((sign != '+' && sign != '-') || h > 23 || m > 59)
		cur_bad(c);
	return (sign == '-' ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
}

/* Seconds and nanoseconds in one number, if it can hold them. */
static int
clock_join(int64_t sec, int64_t ns, int64_t *ret_t)
{
	int64_t t;

	/* Towards zero, so that the lowest second can be multiplied. */
	if (sec < 0 && ns > 0) {
		sec++;
		ns -= CLOCK_SEC;
	}
	if (__builtin_mul_overflow(sec, CLOCK_SEC, &t) ||
	    __builtin_add_overflow(t, ns, &t))
		return ERR_LIMIT;
	*ret_t = t;
	return 0;
}

int
clock_parse(struct str s, int64_t *ret_t)
{
	struct cursor c = cur_from_str(s, false);
	struct clock_date d;
	unsigned hour, min, sec;
	int64_t ns, total;

	d.year = clock_digits(&c, 4);
	(void)cur_expect(&c, STR("-"));
	d.month = clock_digits(&c, 2);
	(void)cur_expect(&c, STR("-"));
	d.day = clock_digits(&c, 2);
	clock_one_of(&c, STR("Tt "));
	hour = clock_digits(&c, 2);
	(void)cur_expect(&c, STR(":"));
	min = clock_digits(&c, 2);
	(void)cur_expect(&c, STR(":"));
	sec = clock_digits(&c, 2);
	ns = clock_fraction(&c);
	total = -clock_offset(&c);
	cur_done(&c);
	if (!cur_ok(&c) || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > clock_month_days((uint64_t)d.year, d.month) || hour > 23 ||
	    min > 59 || sec > 60)
		return ERR_SYNTAX;
	total += clock_days_of(d) * CLOCK_DAY;
	total += (int64_t)(hour * 3600 + min * 60 + sec);
	return clock_join(total, ns, ret_t);
}
