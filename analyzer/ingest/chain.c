/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/chain.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	CHAINS_MAX = 1 << 19,   /* folders are no more than sources, and
	                         * interfaces are limited */
	CHAIN_KEY = 1 << 20,    /* bytes of a folder and an interface's name */
	CHAIN_MEMORY = 1 << 28, /* of all of them */
};

struct chain_table {
	struct map map; /* the key -> struct chain * */
	struct arena memory;
	struct buf key; /* the one at hand */
};

struct chain_table *
chain_table_new(void)
{
	struct chain_table *t = mem_zalloc(sizeof(*t));
	uint8_t key[SIPHASH_KEY_SIZE];

	if (t == NULL || map_random_key(key) != 0) {
		mem_free(t);
		return NULL;
	}
	map_init(&t->map, MAP_STR, sizeof(struct chain *), CHAINS_MAX, key);
	arena_init(&t->memory, CHAIN_MEMORY, 0);
	buf_init(&t->key, CHAIN_KEY);
	return t;
}

void
chain_table_free(struct chain_table *t)
{
	if (t == NULL)
		return;
	map_release(&t->map);
	arena_release(&t->memory);
	buf_release(&t->key);
	mem_free(t);
}

/*
 * The length of the folder in front keeps "a/b", "c" and "a", "b/c" apart, and
 * nothing is cut.
 */
static int
write_key(struct buf *b, struct str folder, struct str iface, uint32_t no)
{
	int rc;

	buf_clear(b);
	rc = buf_printf(b, "%zu/", folder.n);
	if (rc == 0)
		rc = buf_append_str(b, folder);
	if (rc == 0 && iface.n > 0)
		rc = buf_append_str(b, STR("/"));
	if (rc == 0 && iface.n > 0)
		rc = buf_append_str(b, iface);
	if (rc == 0 && iface.n == 0)
		rc = buf_printf(b, "#%" PRIu32, no);
	return rc;
}

static int
add(struct chain_table *t, struct chain **ret_chain)
{
	struct str key = arena_dup(&t->memory, buf_str(&t->key));
	struct chain *c = arena_zalloc(&t->memory, sizeof(*c));
	void *slot;
	int rc;

	if (arena_error(&t->memory) != 0)
		return arena_error(&t->memory);
	rc = map_insert_str(&t->map, key, &slot);
	if (rc < 0)
		return rc;
	*(struct chain **)slot = c;
	*ret_chain = c;
	return 0;
}

int
chain_get(struct chain_table *t, struct str folder, struct str iface,
          uint32_t no, struct chain **ret_chain)
{
	int rc = write_key(&t->key, folder, iface, no);
	struct chain **found;

	if (rc != 0)
		return rc;
	found = map_find_str(&t->map, buf_str(&t->key));
	if (found == NULL)
		return add(t, ret_chain);
	*ret_chain = *found;
	return 0;
}

struct str
chain_label(struct str folder, struct str iface, uint32_t no,
            char out[CHAIN_LABEL])
{
	/* The longest that one character may become, and the NUL. */
	enum { STEP = 4 };
	int n = snprintf(out, CHAIN_LABEL, STR_FMT "/", STR_ARG(folder));
	size_t at = n >= CHAIN_LABEL ? CHAIN_LABEL - 1 : (size_t)n;

	if (iface.n == 0 && no > 0 && at + 16 < CHAIN_LABEL)
		at += (size_t)snprintf(out + at, 16, "#%" PRIu32, no);
	for (size_t i = 0; i < iface.n && at + STEP < CHAIN_LABEL; i++) {
		char c = iface.p[i];

		if (c == '/' || c == '%' || (i == 0 && c == '#'))
			at += (size_t)snprintf(out + at, STEP, "%%%02X",
			                       (unsigned)c);
		else
			out[at++] = c;
	}
	return str_make(out, at);
}
