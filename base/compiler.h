/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compiler: what the language should have had, and how to stop.
 *
 * BUG() and ENSURE() are for states that only a mistake in this program can
 * bring about. They stay on in release builds and end the process with the
 * file and the line. Nothing that an input can cause may reach them: input
 * errors are return codes (base/err.h).
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

#define WARN_UNUSED       __attribute__((warn_unused_result))
#define NORETURN          __attribute__((noreturn))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

#define likely(x)         __builtin_expect(!!(x), 1)
#define unlikely(x)       __builtin_expect(!!(x), 0)

/* Elements of an array; meaningless, and wrong, for a pointer. */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The struct `type` that holds `ptr` as its member `member`. */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Stop: this place cannot be reached. Takes a printf format. */
#define BUG(...) compiler_bug(__FILE__, __LINE__, __VA_ARGS__)

/* Stop unless `cond` holds; the check is there in release builds too. */
#define ENSURE(cond)                                    \
	do {                                            \
		if (unlikely(!(cond)))                  \
			BUG("%s does not hold", #cond); \
	} while (0)

/* Prints "bug: FILE:LINE: ..." to stderr and aborts. Use BUG(). */
NORETURN void compiler_bug(const char *file, int line, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif /* BASE_COMPILER_H */
