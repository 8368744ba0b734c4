/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str: bytes that belong to somebody else, as a pointer and a length.
 *
 * Passed by value and never owning: the bytes live as long as what they were
 * cut from, be it a literal, an arena or a packet. Nothing here expects or
 * writes a terminating NUL. To keep a str beyond its source, copy it with
 * arena_dup() or buf_append(). The bytes need not be text; "no case" and
 * "white space" mean the ASCII ones.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

struct str {
	const char *p; /* NULL is allowed only when n is 0 */
	size_t n;
};

/* A str of a string literal, usable where an expression is. */
#define STR(lit) ((struct str){ "" lit "", sizeof(lit) - 1 })

/* The same for the initialiser of a static object. */
#define STR_INIT(lit)                      \
	{                                  \
		"" lit "", sizeof(lit) - 1 \
	}

/* For printf: printf(STR_FMT "\n", STR_ARG(s)). Cuts at INT_MAX bytes. */
#define STR_FMT "%.*s"
#define STR_ARG(s) \
	(int)((s).n < INT_MAX ? (s).n : INT_MAX), ((s).n ? (s).p : "")

#define STR_NONE ((struct str){ NULL, 0 })

static inline struct str
str_make(const void *p, size_t n)
{
	return (struct str){ (const char *)p, n };
}

/* The bytes of a C string, without its NUL; NULL gives the empty str. */
static inline struct str
str_from_c(const char *s)
{
	return s != NULL ? str_make(s, strlen(s)) : STR_NONE;
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_make(s.p, prefix.n), prefix);
}

static inline bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 ||
	        memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

/* The first n bytes, or all of them when there are fewer. */
static inline struct str
str_head(struct str s, size_t n)
{
	return n < s.n ? str_make(s.p, n) : s;
}

/* What is left after the first n bytes; empty when there are fewer. */
static inline struct str
str_tail(struct str s, size_t n)
{
	return n < s.n ? str_make(s.p + n, s.n - n) : STR_NONE;
}

/* ASCII letters only; any other byte is returned as it is. */
static inline char
str_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b);
bool str_starts_nocase(struct str s, struct str prefix);

/* By unsigned bytes, the shorter first: <0, 0 or >0. */
int str_cmp(struct str a, struct str b);

/* Without the spaces and tabs at both ends: OWS of RFC 9110, section 5.6.3. */
struct str str_trim(struct str s);

/* The index of the first c, or s.n. */
size_t str_find_char(struct str s, char c);

/* The index of the first occurrence of `what`, or s.n; empty is found at 0. */
size_t str_find(struct str s, struct str what);

/* Does `what` occur in it, in any case of ASCII letters? */
bool str_has_nocase(struct str s, struct str what);

/*
 * Cuts s at the first c: *ret_head is before it, *ret_tail after it, and the
 * answer is true. Without c, the head is all of s, the tail is empty, and the
 * answer is false. Either output may be s itself.
 */
bool str_split1(struct str s, char c, struct str *ret_head,
                struct str *ret_tail);

/*
 * An unsigned decimal number and nothing else: no sign, no spaces; leading
 * zeros are fine. 0, ERR_SYNTAX (also for empty), or ERR_LIMIT on overflow.
 */
int str_u64(struct str s, uint64_t *ret) WARN_UNUSED;

/* The same with an optional minus sign, for an int64_t. */
int str_i64(struct str s, int64_t *ret) WARN_UNUSED;

/*
 * Copies s and a NUL into out[size]; size is at least 1. True when all of s
 * fitted and it holds no NUL; out is a C string in every case.
 */
bool str_to_c(struct str s, char *out, size_t size);

#endif /* BASE_STR_H */
