/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* This is the module the ban exists for: lift it here. */
#define BASE_IMPL
#include "base/banned.h"
#include "base/fault.h"

/* State of the tests' making; all zeros, it does nothing. */
static struct fault mem_fault;

/* No object is larger: the difference of two pointers has to fit. */
static bool
mem_refuse(size_t n)
{
	return fault_hit(&mem_fault) || n > PTRDIFF_MAX;
}

void *
mem_alloc(size_t n)
{
	if (mem_refuse(n))
		return NULL;
	return malloc(n != 0 ? n : 1);
}

void *
mem_zalloc(size_t n)
{
	if (mem_refuse(n))
		return NULL;
	return calloc(n != 0 ? n : 1, 1);
}

void *
mem_array(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return mem_zalloc(bytes);
}

void *
mem_realloc(void *p, size_t n)
{
	if (mem_refuse(n))
		return NULL;
	return realloc(p, n != 0 ? n : 1);
}

void *
mem_regrow(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return mem_realloc(p, bytes);
}

void *
mem_dup(const void *p, size_t n)
{
	void *copy = mem_alloc(n);

	if (copy != NULL && n != 0)
		memcpy(copy, p, n);
	return copy;
}

char *
mem_dup_text(const char *p, size_t n)
{
	char *copy = n < SIZE_MAX ? mem_alloc(n + 1) : NULL;

	if (copy == NULL)
		return NULL;
	if (n != 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_share_heaps(void)
{
#ifdef __GLIBC__
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet. */
	(void)mallopt(M_ARENA_MAX, 2);
#endif
}

void
mem_fail_at(int64_t nth, bool forever)
{
	fault_arm(&mem_fault, nth, forever);
}

int64_t
mem_alloc_count(void)
{
	return fault_count(&mem_fault);
}
