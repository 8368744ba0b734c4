/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard: bytes that end at the end of the world.
 *
 * A copy of the input whose last byte is the last one of a page, with a page
 * behind it that must not be touched: reading one byte too many ends the test
 * with a signal, in every build. What is in front of the copy is filled with
 * 0xa5, to make reading backwards visible as well.
 */
#ifndef TESTS_TAP_GUARD_H
#define TESTS_TAP_GUARD_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
	char *p; /* the copy */
	size_t n;
	void *map;
	size_t size;
};

static inline struct guard
guard_make(const void *bytes, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (n / page + 1) * page;
	struct guard g = { .n = n, .size = room + page };

	g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.map == MAP_FAILED ||
	    mprotect((char *)g.map + room, page, PROT_NONE) != 0) {
		perror("guard_make");
		abort();
	}
	memset(g.map, 0xa5, room);
	g.p = (char *)g.map + (room - n);
	if (n != 0)
		memcpy(g.p, bytes, n);
	return g;
}

static inline void
guard_free(struct guard *g)
{
	(void)munmap(g->map, g->size);
	*g = (struct guard){ .p = NULL };
}

#endif /* TESTS_TAP_GUARD_H */
