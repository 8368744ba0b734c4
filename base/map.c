/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linear probing with backward-shift deletion, so there are no tombstones and a
 * table never degrades. The tags keep 31 bits of each hash apart from the
 * entries: probing reads a dense array, looks at an entry only when those bits
 * agree, and growing needs no key to be hashed again.
 */
#include "base/map.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

/* Set in every tag, so that 0 means an empty slot. */
#define MAP_TAKEN       0x80000000u

#define MAP_SLOTS_FIRST 16u

/* Values and string keys are aligned for pointers and 64-bit numbers. */
#define MAP_ALIGN 8u

/* A key while it is being looked for. */
struct map_probe {
	const void *key;
	uint32_t tag;
};

int
map_random_key(uint8_t ret_key[SIPHASH_KEY_SIZE])
{
	return getentropy(ret_key, SIPHASH_KEY_SIZE) == 0 ? 0 : ERR_IO;
}

static size_t
map_align(size_t n)
{
	return (n + MAP_ALIGN - 1) & ~(size_t)(MAP_ALIGN - 1);
}

void
map_init(struct map *m, size_t key_size, size_t val_size, size_t max,
         const uint8_t key[SIPHASH_KEY_SIZE])
{
	size_t stored = key_size != MAP_STR ? key_size : sizeof(struct str);

	ENSURE(max <= MAP_MAX && key_size <= UINT16_MAX &&
	       val_size <= UINT16_MAX);
	*m = (struct map){
		.max = max,
		.key_size = key_size,
		.val_size = val_size,
		.val_off = map_align(stored),
		.stride = map_align(stored) + map_align(val_size),
	};
	memcpy(m->key, key, SIPHASH_KEY_SIZE);
}

void
map_release(struct map *m)
{
	mem_free(m->tag);
	mem_free(m->entry);
	m->tag = NULL;
	m->entry = NULL;
	m->slots = 0;
	m->n = 0;
}

void
map_clear(struct map *m)
{
	if (m->n != 0)
		memset(m->tag, 0, m->slots * sizeof(*m->tag));
	m->n = 0;
}

uint64_t
map_hash(const struct map *m, const void *key)
{
	if (m->key_size == MAP_STR) {
		const struct str *s = key;

		return siphash13(m->key, s->p, s->n);
	}
	return siphash13(m->key, key, m->key_size);
}

static struct map_probe
map_probe(const void *key, uint64_t hash)
{
	return (struct map_probe){ key, (uint32_t)hash | MAP_TAKEN };
}

static uint8_t *
map_entry(const struct map *m, size_t slot)
{
	return m->entry + slot * m->stride;
}

static bool
map_key_is(const struct map *m, size_t slot, const void *key)
{
	const void *have = map_entry(m, slot);

	if (m->key_size != MAP_STR)
		return memcmp(have, key, m->key_size) == 0;
	return str_eq(*(const struct str *)have, *(const struct str *)key);
}

/*
 * Finds the slot of a key, or the empty one where it belongs. There always is
 * an empty slot, and slots is not 0.
 */
static bool
map_seek(const struct map *m, struct map_probe k, size_t *ret_slot)
{
	size_t mask = m->slots - 1;
	size_t i;

	for (i = k.tag & mask; m->tag[i] != 0; i = (i + 1) & mask) {
		if (m->tag[i] == k.tag && map_key_is(m, i, k.key)) {
			*ret_slot = i;
			return true;
		}
	}
	*ret_slot = i;
	return false;
}

void *
map_find_hashed(const struct map *m, const void *key, uint64_t hash)
{
	size_t slot;

	if (m->n == 0 || !map_seek(m, map_probe(key, hash), &slot))
		return NULL;
	return map_entry(m, slot) + m->val_off;
}

void *
map_find(const struct map *m, const void *key)
{
	return m->n == 0 ? NULL : map_find_hashed(m, key, map_hash(m, key));
}

/* Moves everything into tables of twice the size. */
static int
map_grow(struct map *m)
{
	struct map big = *m;
	size_t mask;

	big.slots = m->slots != 0 ? m->slots * 2 : MAP_SLOTS_FIRST;
	mask = big.slots - 1;
	big.tag = mem_array(big.slots, sizeof(*big.tag));
	big.entry = mem_regrow(NULL, big.slots, m->stride);
	if (big.tag == NULL || big.entry == NULL) {
		mem_free(big.tag);
		mem_free(big.entry);
		return ERR_NOMEM;
	}
	for (size_t from = 0; from < m->slots; from++) {
		size_t to = m->tag[from] & mask;

		if (m->tag[from] == 0)
			continue;
		while (big.tag[to] != 0)
			to = (to + 1) & mask;
		big.tag[to] = m->tag[from];
		memcpy(map_entry(&big, to), map_entry(m, from), m->stride);
	}
	mem_free(m->tag);
	mem_free(m->entry);
	*m = big;
	return 0;
}

int
map_insert(struct map *m, const void *key, void **ret_val)
{
	return map_insert_hashed(m, key, map_hash(m, key), ret_val);
}

int
map_insert_hashed(struct map *m, const void *key, uint64_t hash, void **ret_val)
{
	struct map_probe k = map_probe(key, hash);
	size_t slot = 0;
	uint8_t *e;

	if (m->slots != 0 && map_seek(m, k, &slot)) {
		*ret_val = map_entry(m, slot) + m->val_off;
		return 0;
	}
	if (m->n >= m->max)
		return ERR_BUDGET;
	/* At most three quarters full: then probes stay short. */
	if (m->n >= m->slots / 4 * 3) {
		int rc = map_grow(m);

		if (rc != 0)
			return rc;
		(void)map_seek(m, k, &slot);
	}
	m->tag[slot] = k.tag;
	m->n++;
	e = map_entry(m, slot);
	memset(e, 0, m->stride);
	memcpy(e, key,
	       m->key_size != MAP_STR ? m->key_size : sizeof(struct str));
	*ret_val = e + m->val_off;
	return 1;
}

bool
map_remove(struct map *m, const void *key)
{
	size_t mask = m->slots - 1;
	size_t hole, i;

	if (m->n == 0 || !map_seek(m, map_probe(key, map_hash(m, key)), &hole))
		return false;
	/*
	 * Close the hole: an entry further on moves into it when the hole lies
	 * between the slot it would like best and the one that it is in.
	 */
	for (i = (hole + 1) & mask; m->tag[i] != 0; i = (i + 1) & mask) {
		size_t best = m->tag[i] & mask;

		if (((i - best) & mask) < ((i - hole) & mask))
			continue;
		m->tag[hole] = m->tag[i];
		memcpy(map_entry(m, hole), map_entry(m, i), m->stride);
		hole = i;
	}
	m->tag[hole] = 0;
	m->n--;
	return true;
}

void *
map_find_str(const struct map *m, struct str key)
{
	ENSURE(m->key_size == MAP_STR);
	return map_find(m, &key);
}

int
map_insert_str(struct map *m, struct str key, void **ret_val)
{
	ENSURE(m->key_size == MAP_STR);
	return map_insert(m, &key, ret_val);
}

bool
map_remove_str(struct map *m, struct str key)
{
	ENSURE(m->key_size == MAP_STR);
	return map_remove(m, &key);
}

bool
map_next(const struct map *m, size_t *pos, const void **ret_key, void **ret_val)
{
	size_t i = *pos;

	while (i < m->slots && m->tag[i] == 0)
		i++;
	if (i >= m->slots)
		return false;
	if (ret_key != NULL)
		*ret_key = map_entry(m, i);
	if (ret_val != NULL)
		*ret_val = map_entry(m, i) + m->val_off;
	*pos = i + 1;
	return true;
}
