/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/dict.h"

enum {
	DICT_VALUES = 200000,      /* in memory at once */
	DICT_BYTES = 24 * 1048576, /* of strings */
	DICT_CHUNK = 65536,
};

static int
init(struct dict *d, bool fixed)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	*d = (struct dict){ .next = 1, .fixed = fixed };
	arena_init(&d->strings, DICT_BYTES, DICT_CHUNK);
	map_init(&d->map, fixed ? sizeof(struct addr) : MAP_STR,
	         sizeof(int64_t), DICT_VALUES, key);
	return rc;
}

int
dict_init_text(struct dict *d)
{
	return init(d, false);
}

int
dict_init_addr(struct dict *d)
{
	return init(d, true);
}

void
dict_release(struct dict *d)
{
	map_release(&d->map);
	arena_release(&d->strings);
}

/* Forget everything when another value would not fit. */
static void
make_room(struct dict *d)
{
	if (d->map.n < DICT_VALUES && arena_error(&d->strings) == 0)
		return;
	map_clear(&d->map);
	arena_clear(&d->strings);
}

/* A copy that lives as long as the map's entry; empty when there is no room. */
static struct str
keep(struct dict *d, struct str s)
{
	struct str copy = arena_dup(&d->strings, s);

	if (arena_error(&d->strings) == 0)
		return copy;
	make_room(d);
	return arena_dup(&d->strings, s);
}

static int
insert_text(struct dict *d, struct str s, int64_t *ret_id, bool *ret_new)
{
	struct str copy;
	void *slot;
	int rc;

	*ret_id = d->next++;
	*ret_new = true;
	make_room(d);
	copy = keep(d, s);
	if (copy.n != s.n)
		return 0; /* longer than all the memory: told each time */
	rc = map_insert_str(&d->map, copy, &slot);
	if (rc < 0)
		return rc;
	*(int64_t *)slot = *ret_id;
	return 0;
}

int
dict_text(struct dict *d, struct str s, int64_t *ret_id, bool *ret_new)
{
	const int64_t *id;

	*ret_new = false;
	*ret_id = 0;
	if (s.n == 0)
		return 0;
	id = map_find_str(&d->map, s);
	if (id == NULL)
		return insert_text(d, s, ret_id, ret_new);
	*ret_id = *id;
	return 0;
}

int
dict_addr(struct dict *d, const struct addr *a, int64_t *ret_id, bool *ret_new)
{
	const int64_t *id = map_find(&d->map, a->b);
	void *slot;
	int rc;

	*ret_new = id == NULL;
	if (id != NULL) {
		*ret_id = *id;
		return 0;
	}
	make_room(d);
	rc = map_insert(&d->map, a->b, &slot);
	if (rc < 0)
		return rc;
	*ret_id = *(int64_t *)slot = d->next++;
	return 0;
}
