/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict: ids for repeated strings and addresses while an index is written.
 *
 * A bounded memory of what has an id already. When it is full it starts anew,
 * and a value may then get a second id: readers compare values, not ids. Most
 * rows name what the rows just before them named (methods, hosts, addresses),
 * so those are found by comparing bytes, before any keyed hash is computed.
 */
#ifndef INDEX_DICT_H
#define INDEX_DICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/map.h"
#include "base/str.h"

enum {
	DICT_RECENT_BITS = 10,
	DICT_RECENT = 1 << DICT_RECENT_BITS, /* values */
};

struct dict_value {
	const char
	    *text; /* where the value is kept; NULL: an address, or not */
	int64_t id;
};

/* A value that came lately; id 0: none. */
struct dict_recent {
	struct dict_value value;
	struct addr addr; /* an address itself, */
	uint64_t mark;    /* or of a text what tells it from most others, */
	size_t n;         /* and its length */
};

struct dict {
	struct map map;
	struct dict_recent recent[DICT_RECENT];
	int64_t next;         /* id of the next new value */
	struct arena strings; /* that the map points to */
	bool fixed;           /* addresses instead of strings */
};

int dict_init_text(struct dict *d) WARN_UNUSED;
int dict_init_addr(struct dict *d) WARN_UNUSED;
void dict_release(struct dict *d);

/* The value's id; *ret_new: it has just been given, write the row. */
int dict_text(struct dict *d, struct str s, int64_t *ret_id,
              bool *ret_new) WARN_UNUSED;
int dict_addr(struct dict *d, const struct addr *a, int64_t *ret_id,
              bool *ret_new) WARN_UNUSED;

#endif /* INDEX_DICT_H */
