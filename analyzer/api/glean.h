/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glean: a few values out of an entry, as a sink that wants nothing else.
 *
 * Paths are dotted names of members ("response.content.mimeType"); through
 * arrays, the first that has the member counts. Texts and whole numbers are
 * kept, as text.
 */
#ifndef API_GLEAN_H
#define API_GLEAN_H

#include <stddef.h>

#include "analyzer/entry/sink.h"
#include "base/arena.h"
#include "base/str.h"

enum { GLEAN_MAX = 8, GLEAN_PATH = 256, GLEAN_DEPTH = 64 };

struct glean {
	struct sink sink;
	struct str value[GLEAN_MAX]; /* p is NULL: there was none */

	/* private */
	const char *path[GLEAN_MAX];
	size_t n;
	struct arena *arena; /* what the values are kept in */
	char at[GLEAN_PATH];
	size_t at_n;
	size_t base[GLEAN_DEPTH]; /* lengths of `at` outside of a level */
	size_t depth;
};

void glean_init(struct glean *g, const char *const *paths, size_t n,
                struct arena *a);

#endif /* API_GLEAN_H */
