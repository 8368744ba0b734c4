/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tap: a test is a program that prints TAP, and this is all it needs.
 *
 *	ok(n == 3, "three packets");
 *	is_int(n, 3, "three packets");       shows both numbers when it fails
 *	is_str(text, "GET", "the method");   C strings
 *	is_bytes(p, n, "GET", 3, "...");     anything
 *	tap_skip("no corpora here");         counts as a passed test
 *	return tap_done();                   at the end of main()
 */
#ifndef TESTS_TAP_TAP_H
#define TESTS_TAP_TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_run;
static int tap_failed;

static inline bool
tap_ok(bool pass, const char *what, const char *where)
{
	tap_run++;
	printf("%sok %d - %s\n", pass ? "" : "not ", tap_run, what);
	if (!pass) {
		tap_failed++;
		printf("# failed at %s\n", where);
	}
	fflush(stdout);
	return pass;
}

static inline bool
tap_int(intmax_t got, intmax_t want, const char *what, const char *where)
{
	if (tap_ok(got == want, what, where))
		return true;
	printf("# got %" PRIdMAX ", want %" PRIdMAX "\n", got, want);
	return false;
}

/* Shows bytes so that they cannot be mistaken for TAP. */
static inline void
tap_show(const char *label, const void *p, size_t n)
{
	const unsigned char *b = (const unsigned char *)p;

	printf("# %s (%zu bytes): ", label, n);
	for (size_t i = 0; i < n && i < 400; i++) {
		if (b[i] >= 0x20 && b[i] < 0x7f && b[i] != '\\')
			putchar(b[i]);
		else
			printf("\\x%02x", b[i]);
	}
	putchar('\n');
}

static inline bool
tap_bytes(const void *got, size_t n, const void *want, size_t m,
          const char *what, const char *where)
{
	bool same = n == m && (n == 0 || memcmp(got, want, n) == 0);

	if (tap_ok(same, what, where))
		return true;
	tap_show("got ", got, n);
	tap_show("want", want, m);
	return false;
}

static inline bool
tap_str(const char *got, const char *want, const char *what, const char *where)
{
	bool same = got == want;

	if (got != NULL && want != NULL)
		same = strcmp(got, want) == 0;
	if (tap_ok(same, what, where))
		return true;
	tap_show("got ", got ? got : "(null)", got ? strlen(got) : 6);
	tap_show("want", want ? want : "(null)", want ? strlen(want) : 6);
	return false;
}

static inline void
tap_skip(const char *why)
{
	printf("ok %d # SKIP %s\n", ++tap_run, why);
}

/* A line of explanation; `text` holds no newline. */
static inline void
tap_note(const char *text)
{
	printf("# %s\n", text);
}

/* The value for main() to return: 0 when all passed and there was a test. */
static inline int
tap_done(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed != 0 || tap_run == 0;
}

/* The reference data beside the repository; check that it is there. */
static inline const char *
tap_shared(void)
{
	const char *dir = getenv("SHARED");

	return dir != NULL && dir[0] != '\0' ? dir : "../shared";
}

/* "tests/unit/x_test.c:12" */
#define TAP_TEXT(x)    #x
#define TAP_LINE(x)    TAP_TEXT(x)
#define TAP_HERE       __FILE__ ":" TAP_LINE(__LINE__)

#define ok(cond, what) tap_ok((cond), (what), TAP_HERE)
#define is_int(got, want, what) \
	tap_int((intmax_t)(got), (intmax_t)(want), (what), TAP_HERE)
#define is_str(got, want, what) tap_str((got), (want), (what), TAP_HERE)
#define is_bytes(got, n, want, m, what) \
	tap_bytes((got), (n), (want), (m), (what), TAP_HERE)

#endif /* TESTS_TAP_TAP_H */
