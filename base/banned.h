/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banned: functions that have a better one here. The build includes this file
 * before every C source (-include base/banned.h), so that a call to one of them
 * does not compile; the name in the message says which it was.
 *
 * - Unbounded or silently truncating strings: use base/str.h, base/buf.h,
 *   snprintf.
 * - Numbers without error reporting: use str_u64() or a cursor.
 * - Calendar functions with shared state or a time zone: use base/clock.h.
 * - Races and shells: use openat with O_EXCL; nothing here starts a shell.
 * - Memory: base/mem.c alone calls the C library, so that every allocation can
 *   be made to fail. It defines BASE_IMPL and includes this file once more.
 *
 * The system headers that declare these names come first, because their
 * declarations would not survive the macros.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <alloca.h>
#endif

#define BANNED(f) sorry_##f##_is_banned_see_base_banned_h

#undef strcpy
#define strcpy(d, s) BANNED(strcpy)
#undef strcat
#define strcat(d, s) BANNED(strcat)
#undef strncpy
#define strncpy(d, s, n) BANNED(strncpy)
#undef strncat
#define strncat(d, s, n) BANNED(strncat)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef strtok
#define strtok(s, d) BANNED(strtok)
#undef strtok_r
#define strtok_r(s, d, p) BANNED(strtok_r)
#undef gets
#define gets(s) BANNED(gets)
#undef atoi
#define atoi(s) BANNED(atoi)
#undef atol
#define atol(s) BANNED(atol)
#undef atoll
#define atoll(s) BANNED(atoll)
#undef atof
#define atof(s) BANNED(atof)
#undef sscanf
#define sscanf(...) BANNED(sscanf)
#undef gmtime
#define gmtime(t) BANNED(gmtime)
#undef localtime
#define localtime(t) BANNED(localtime)
#undef ctime
#define ctime(t) BANNED(ctime)
#undef ctime_r
#define ctime_r(t, b) BANNED(ctime_r)
#undef asctime
#define asctime(t) BANNED(asctime)
#undef asctime_r
#define asctime_r(t, b) BANNED(asctime_r)
#undef mktemp
#define mktemp(t) BANNED(mktemp)
#undef tmpnam
#define tmpnam(s) BANNED(tmpnam)
#undef tempnam
#define tempnam(d, p) BANNED(tempnam)
#undef system
#define system(c) BANNED(system)
#undef popen
#define popen(c, m) BANNED(popen)
#undef alloca
#define alloca(n) BANNED(alloca)

#endif /* BASE_BANNED_H */

#undef malloc
#undef calloc
#undef realloc
#undef reallocarray
#undef free
#undef posix_memalign
#undef aligned_alloc
#undef strdup
#undef strndup
#undef asprintf
#undef vasprintf
#ifndef BASE_IMPL
#define malloc(n)               BANNED(malloc)
#define calloc(n, s)            BANNED(calloc)
#define realloc(p, n)           BANNED(realloc)
#define reallocarray(p, n, s)   BANNED(reallocarray)
#define free(p)                 BANNED(free)
#define posix_memalign(r, a, n) BANNED(posix_memalign)
#define aligned_alloc(a, n)     BANNED(aligned_alloc)
#define strdup(s)               BANNED(strdup)
#define strndup(s, n)           BANNED(strndup)
#define asprintf(...)           BANNED(asprintf)
#define vasprintf(...)          BANNED(vasprintf)
#endif
