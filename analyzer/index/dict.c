/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/dict.h"

#include <string.h>

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
	         sizeof(struct dict_value), DICT_VALUES, key);
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
	memset(d->recent, 0, sizeof(d->recent));
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

/* ---- what came lately ---- */

/*
 * Of length, beginning and end. Anybody can make values collide here; they are
 * then found in the map, as all others are.
 */
static uint64_t
recent_mark(const void *p, size_t n)
{
	uint64_t head = 0, tail = 0;
	size_t part = n < sizeof(head) ? n : sizeof(head);

	memcpy(&head, p, part);
	memcpy(&tail, (const uint8_t *)p + n - part, part);
	/* Of a product, the upper bits depend on all bits. */
	tail = tail << 7 | tail >> 57;
	return (head ^ tail ^ n) * UINT64_C(0x9e3779b97f4a7c15);
}

static struct dict_recent *
recent_slot(struct dict *d, uint64_t mark)
{
	return &d->recent[mark >> 32 >> (32 - DICT_RECENT_BITS)];
}

/* ---- texts ---- */

static int
insert_text(struct dict *d, struct str s, uint64_t hash,
            struct dict_value *ret_value)
{
	struct str copy;
	void *slot;
	int rc;

	*ret_value = (struct dict_value){ .id = d->next++ };
	make_room(d);
	copy = keep(d, s);
	if (copy.n != s.n)
		return 0; /* longer than all the memory: told each time */
	rc = map_insert_hashed(&d->map, &copy, hash, &slot);
	if (rc < 0)
		return rc;
	ret_value->text = copy.p;
	*(struct dict_value *)slot = *ret_value;
	return 0;
}

int
dict_text(struct dict *d, struct str s, int64_t *ret_id, bool *ret_new)
{
	const struct dict_value *known;
	struct dict_value value;
	struct dict_recent *r;
	uint64_t mark, hash;
	int rc = 0;

	*ret_new = false;
	*ret_id = 0;
	if (s.n == 0)
		return 0;
	mark = recent_mark(s.p, s.n);
	r = recent_slot(d, mark);
	/* The text itself is far off: only when it can be the same. */
	if (r->mark == mark && r->n == s.n && r->value.id != 0 &&
	    memcmp(r->value.text, s.p, s.n) == 0) {
		*ret_id = r->value.id;
		return 0;
	}
	hash = map_hash(&d->map, &s);
	known = map_find_hashed(&d->map, &s, hash);
	if (known != NULL)
		value = *known;
	else
		rc = insert_text(d, s, hash, &value);
	if (rc != 0)
		return rc;
	if (value.text != NULL)
		*r = (struct dict_recent){ .value = value,
			                   .mark = mark,
			                   .n = s.n };
	*ret_new = known == NULL;
	*ret_id = value.id;
	return 0;
}

/* ---- addresses ---- */

int
dict_addr(struct dict *d, const struct addr *a, int64_t *ret_id, bool *ret_new)
{
	struct dict_recent *r = recent_slot(d, recent_mark(a->b, sizeof(a->b)));
	const struct dict_value *known;
	struct dict_value value;

	*ret_new = false;
	if (r->value.id != 0 && memcmp(r->addr.b, a->b, sizeof(a->b)) == 0) {
		*ret_id = r->value.id;
		return 0;
	}
	known = map_find(&d->map, a->b);
	if (known != NULL) {
		value = *known;
	} else {
		void *slot;
		int rc;

		make_room(d);
		rc = map_insert(&d->map, a->b, &slot);
		if (rc < 0)
			return rc;
		value = (struct dict_value){ .id = d->next++ };
		*(struct dict_value *)slot = value;
		*ret_new = true;
	}
	*r = (struct dict_recent){ .value = value, .addr = *a };
	*ret_id = value.id;
	return 0;
}
