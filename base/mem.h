/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem: the one door to the heap.
 *
 * Every allocation of the program comes through here, so that a test can make
 * the n-th one fail and prove that the caller survives. What these functions
 * return is ordinary heap memory: mem_free() may also be given a pointer that a
 * library allocated with malloc() and handed over.
 *
 * All return NULL when there is no memory, when a size computation would
 * overflow, or when a test asked for it; errno is not touched. A request for
 * zero bytes gives a valid pointer that may not be read. Thread-safe.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* n bytes, not initialised; the zeroed kind is mem_zalloc(). */
void *mem_alloc(size_t n) WARN_UNUSED;
void *mem_zalloc(size_t n) WARN_UNUSED;

/* n elements of `size` bytes, zeroed. */
void *mem_array(size_t n, size_t size) WARN_UNUSED;

/*
 * Changes the size of p (NULL allocates). On failure p is still valid and
 * unchanged. mem_regrow() is the same for n elements of `size` bytes.
 */
void *mem_realloc(void *p, size_t n) WARN_UNUSED;
void *mem_regrow(void *p, size_t n, size_t size) WARN_UNUSED;

/* A copy of n bytes; p may be NULL when n is 0. */
void *mem_dup(const void *p, size_t n) WARN_UNUSED;

/* A NUL-terminated copy of n bytes. Bytes that are NUL are copied as well. */
char *mem_dup_text(const char *p, size_t n) WARN_UNUSED;

/* p may be NULL. */
void mem_free(void *p);

/*
 * For a program's start, before it has threads: let them share few heaps. The C
 * library gives each thread one, which costs memory that lies idle and, as they
 * grow by single pages, time. Does nothing where there is no such choice.
 */
void mem_share_heaps(void);

/*
 * Fault injection, for tests. Counting starts anew at each call:
 *   nth > 0   the nth allocation from now fails; with `forever`, every later
 *             one as well
 *   nth == 0  nothing fails, allocations are only counted
 *   nth < 0   off, as at program start
 * mem_alloc_count() is the number of allocations asked for since then; 0 when
 * off. Outside tests this costs one relaxed atomic load per allocation.
 */
void mem_fail_at(int64_t nth, bool forever);
int64_t mem_alloc_count(void);

#endif /* BASE_MEM_H */
