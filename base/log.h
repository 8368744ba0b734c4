/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: what a program has to say while it runs, one line each.
 *
 * Only programs log (main, commands, the agent's loops); libraries return
 * errors, and facts about the evidence are rows in the index. The log is a
 * value that the program hands to whom it likes; there is no global one.
 *
 *	ts=2023-01-29T10:00:00.123Z level=warn mod=ring msg="disk full" free=0
 *	{"ts":"...","level":"warn","mod":"ring","msg":"disk full","free":"0"}
 *	2023-01-29T10:00:00Z WRN ring > disk full free=0
 *
 * The third, for people, has whole seconds and levels of three letters.
 *
 * Each line is one write. What is not plain text is escaped (utf8_is_plain()),
 * so that a hostile name cannot forge a line or drive a terminal. A line that
 * would be too long is written without its fields, and with "..." at the end
 * of its message.
 *
 * A message (module and format, whatever the arguments) may appear LOG_BURST
 * times in LOG_WINDOW; further ones are counted, and the next that gets through
 * says so with suppressed=N. Errors are never suppressed. Thread-safe.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/str.h"

#define LOG_BURST  10u
#define LOG_WINDOW (10 * CLOCK_SEC)

/* Messages that are told apart by the rate limit at any one time. */
#define LOG_SLOTS 64u

/* Longest line. */
#define LOG_LINE_MAX 2048u

enum log_level { LOG_FATAL, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_LOGFMT, LOG_JSON, LOG_CONSOLE };

struct log_field {
	const char *key; /* [a-z0-9_]+ */
	struct str value;
};

struct log_slot {
	uint64_t id; /* of module and message; 0 is unused */
	int64_t start;
	uint64_t count;
	uint64_t suppressed;
};

struct log {
	int fd;
	enum log_level level; /* the chattiest one that is written */
	enum log_format format;
	int64_t (*now)(void); /* clock_wall(), unless a test sets it */

	/* private */
	pthread_mutex_t lock;
	struct log_slot slot[LOG_SLOTS];
};

/* Writes to fd, which stays the caller's. Cannot fail. */
void log_init(struct log *l, int fd, enum log_level level,
              enum log_format format);
void log_release(struct log *l);

/* l may be NULL: then nothing is logged. */
void log_msg(struct log *l, enum log_level level, const char *mod,
             const char *fmt, ...) PRINTF_LIKE(4, 5);

/* A constant message with n fields; the message is the rate limit's key. */
void log_event(struct log *l, enum log_level level, const char *mod,
               const char *msg, const struct log_field *field, size_t n);

/* "fatal", "error", "warn", "info", "debug". 0 or ERR_USAGE. */
int log_level_parse(struct str s, enum log_level *ret_level) WARN_UNUSED;

#endif /* BASE_LOG_H */
