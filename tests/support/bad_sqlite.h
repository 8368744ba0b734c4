/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_sqlite: failures inside SQLite, which makes its own allocations and
 * system calls: the n-th allocation, or the n-th read, write, sync or
 * truncation of a file fails, once.
 *
 * One thread, and before anything else uses SQLite.
 */
#ifndef TESTS_SUPPORT_BAD_SQLITE_H
#define TESTS_SUPPORT_BAD_SQLITE_H

#include <stdbool.h>
#include <stdint.h>

enum bad_sqlite { BAD_SQLITE_MEMORY, BAD_SQLITE_IO, BAD_SQLITE_KINDS };

/* False when SQLite cannot be had that way. */
bool bad_sqlite_begin(void);
/* Fail the nth from now; 0: none, counting begins anew. */
void bad_sqlite_fail_at(enum bad_sqlite what, int64_t nth);
/* How many there have been since then. */
int64_t bad_sqlite_count(enum bad_sqlite what);

#endif /* TESTS_SUPPORT_BAD_SQLITE_H */
