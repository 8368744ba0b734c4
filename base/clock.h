/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: points in time, and their text.
 *
 * A point in time is an int64_t: nanoseconds since 1970-01-01T00:00:00Z, leap
 * seconds not counted. That covers 1677-09-21 to 2262-04-11; every value can be
 * formatted. Text is RFC 3339 in UTC. No other module asks the system what time
 * it is, and none but programs asks this one.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

#define CLOCK_USEC INT64_C(1000)
#define CLOCK_MSEC INT64_C(1000000)
#define CLOCK_SEC  INT64_C(1000000000)

/* Room for any text made here, its NUL included. */
#define CLOCK_TEXT_MAX 32u

/* Now, as the calendar has it; may jump. */
int64_t clock_wall(void);

/* Nanoseconds since an unspecified start; never goes back. For durations. */
int64_t clock_mono(void);

/*
 * Writes t to out[CLOCK_TEXT_MAX] and returns that text.
 *	clock_format()        2023-01-29T10:00:00.123Z   no trailing zeros, and
 *	                      2023-01-29T10:00:00Z       no fraction when it is
 *0 clock_format_fixed()  2023-01-29T10:00:00.123000000Z
 */
struct str clock_format(int64_t t, char out[CLOCK_TEXT_MAX]);
struct str clock_format_fixed(int64_t t, char out[CLOCK_TEXT_MAX]);

/*
 * Reads an RFC 3339 date-time, with "Z" or an offset, and nothing else. "t",
 * "z" and a space for the "T" are accepted as the RFC allows; digits beyond
 * nanoseconds are dropped; a leap second (:60) is the second after :59.
 * 0, ERR_SYNTAX, or ERR_LIMIT for a time that an int64_t cannot hold.
 */
int clock_parse(struct str s, int64_t *ret_t) WARN_UNUSED;

#endif /* BASE_CLOCK_H */
