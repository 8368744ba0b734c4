/* SPDX-License-Identifier: Apache-2.0 */
/*
 * human: numbers, sizes and times as people like to read them.
 *
 * Each writes a C string to out[HUMAN_TEXT] and returns it.
 */
#ifndef CONSOLE_HUMAN_H
#define CONSOLE_HUMAN_H

#include <stdint.h>

enum { HUMAN_TEXT = 32 };

/* "1,234,567" */
const char *human_count(uint64_t n, char out[HUMAN_TEXT]);
/* "812 B", "12.3 kB", "1.2 GB": decimal units. */
const char *human_bytes(uint64_t n, char out[HUMAN_TEXT]);
/* "850 us", "12.3 ms", "4.56 s", "3 min 12 s"; "-" when negative. */
const char *human_duration(int64_t ns, char out[HUMAN_TEXT]);
/* "2023-01-29" and "10:00:00.123", in UTC. */
const char *human_day(int64_t ts, char out[HUMAN_TEXT]);
const char *human_clock(int64_t ts, char out[HUMAN_TEXT]);

#endif /* CONSOLE_HUMAN_H */
