/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_source: what lies behind an input, for input.c alone.
 *
 * A source finds things and reads them; whether a thing may be a member, how
 * much of it, and what the user is told, is input.c's business. So a new kind
 * of packing is one table of functions and knows no limit of the house.
 */
#ifndef SNAPSHOT_INPUT_SOURCE_H
#define SNAPSHOT_INPUT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define INPUT_SIZE_UNKNOWN UINT64_MAX

/* One thing as it was found, nothing about it judged. */
struct input_entry {
	struct str name;  /* as it stands there; empty when that is unknown */
	const char *path; /* to read in place, or NULL */
	uint64_t size;    /* or INPUT_SIZE_UNKNOWN */
	int64_t mtime;    /* nanoseconds since the epoch, 0 if unknown */
	uint64_t inode;   /* with a path */
	bool folder;      /* nothing to read in it */
	int code;         /* not 0: cannot be a member, for the reason ... */
	const char *why;  /* ... which follows its name: "is a link"; NULL
	                   * when it is the name itself */
};

struct input_ops {
	/*
	 * Pass over the rest of the present entry and find the next. 1, 0 at
	 * the end, or a negative code for ever after.
	 */
	int (*next)(void *src, struct input_entry *ret_entry);
	/*
	 * At most n bytes; 0 at the end of the entry. A negative code ends the
	 * entry, too.
	 */
	int (*read)(void *src, void *buf, size_t n, size_t *ret_n);
	/*
	 * Why the last call failed; after the end of everything, what else is
	 * to be said. NULL when nothing.
	 */
	const char *(*reason)(const void *src);
	uint64_t (*taken)(const void *src); /* packed bytes used up */
	uint64_t (*total)(const void *src); /* packed bytes, 0 if unknown */
	void (*release)(void *src);
};

#endif /* SNAPSHOT_INPUT_SOURCE_H */
