/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: a hash table for keys an attacker may have chosen.
 *
 * Open addressing, linear probing, SipHash-1-3 with a secret key. Keys are
 * either all of one size and copied into the table, or strings that the table
 * only points to. Values are `val_size` bytes in the table: a pointer, an index
 * or a small struct, at the caller's choice.
 *
 *	map_init(&m, sizeof(struct flow_key), sizeof(struct flow *), max, key);
 *	struct flow **f = map_find(&m, &k);
 *	err = map_insert(&m, &k, &slot);    then  *(struct flow **)slot = ...
 *
 * Fixed-size keys are compared as bytes: zero the padding. The bytes of string
 * keys must outlive their entry.
 *
 * Pointers to values and keys are valid until the next insertion or removal.
 * The order of iteration is unspecified and differs from run to run: nothing
 * that is shown, stored or digested may depend on it. One map belongs to one
 * thread at a time.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/siphash.h"
#include "base/str.h"

/* More entries than this cannot be asked for. */
#define MAP_MAX ((size_t)1 << 30)

/* For key_size: the keys are struct str. */
#define MAP_STR 0u

struct map {
	uint32_t *tag;  /* per slot: part of the hash, or 0 when empty */
	uint8_t *entry; /* per slot: key, then value */
	size_t slots;   /* a power of two, or 0 */
	size_t n;       /* entries */
	size_t max;
	size_t key_size;
	size_t val_size;
	size_t val_off; /* of the value in an entry */
	size_t stride;  /* of an entry */
	uint8_t key[SIPHASH_KEY_SIZE];
};

/* 16 bytes from the system's random source. 0 or ERR_IO. */
int map_random_key(uint8_t ret_key[SIPHASH_KEY_SIZE]) WARN_UNUSED;

/* An empty map of at most `max` entries. Allocates nothing, cannot fail. */
void map_init(struct map *m, size_t key_size, size_t val_size, size_t max,
              const uint8_t key[SIPHASH_KEY_SIZE]);
void map_release(struct map *m);

/* Removes all entries and keeps the memory. */
void map_clear(struct map *m);

/* The value of `key` (key_size bytes), or NULL. */
void *map_find(const struct map *m, const void *key);

/*
 * The value of `key`, new or old, in *ret_val. Returns 1 when the entry is new;
 * its value is zeroed. 0 when it was there already. ERR_BUDGET when there are
 * `max` entries, ERR_NOMEM; the map is then unchanged.
 */
int map_insert(struct map *m, const void *key, void **ret_val) WARN_UNUSED;

/*
 * The first two for who hashes a key once and uses it twice. The hash is of
 * this map and of use as long as the map is.
 */
uint64_t map_hash(const struct map *m, const void *key);
void *map_find_hashed(const struct map *m, const void *key, uint64_t hash);
int map_insert_hashed(struct map *m, const void *key, uint64_t hash,
                      void **ret_val) WARN_UNUSED;

/* True when there was such an entry. */
bool map_remove(struct map *m, const void *key);

/* The same three for a map of MAP_STR keys. */
void *map_find_str(const struct map *m, struct str key);
int map_insert_str(struct map *m, struct str key, void **ret_val) WARN_UNUSED;
bool map_remove_str(struct map *m, struct str key);

/*
 * Goes over all entries in unspecified order:
 *	for (size_t i = 0; map_next(&m, &i, &k, &v);) ...
 * *ret_key points to the key (to a struct str with MAP_STR). The map must not
 * change meanwhile. Either output may be NULL.
 */
bool map_next(const struct map *m, size_t *pos, const void **ret_key,
              void **ret_val);

#endif /* BASE_MAP_H */
