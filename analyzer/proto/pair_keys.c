/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/pair_keys.h"

#include <string.h>

#include "analyzer/proto/pair.h"
#include "base/mem.h"
#include "base/siphash.h"

enum {
	KEYS_FEW = 8, /* are searched in the list */
	KEYS_FIRST = 32,
};

static struct pair_chain *
keys_chain(const struct pair_keys *t, uint64_t key)
{
	uint8_t secret[SIPHASH_KEY_SIZE] = { 0 };
	uintptr_t place = (uintptr_t)t;

	memcpy(secret, &place, sizeof(place));
	return &t->v[siphash13(secret, &key, sizeof(key)) & (t->n - 1)];
}

static void
keys_put(const struct pair_keys *t, struct pair *p)
{
	struct pair_chain *c = keys_chain(t, p->key);

	p->chain_next = NULL;
	p->chain_prev = c->last;
	if (c->last != NULL)
		c->last->chain_next = p;
	else
		c->first = p;
	c->last = p;
}

/* A table for n chains, with all pairs; without memory the old one stays. */
static bool
keys_grow(struct dissect *d, uint32_t n)
{
	size_t size = n * sizeof(struct pair_chain);
	struct pair_chain *v;

	if (!dissect_room(d, size))
		return false;
	v = mem_zalloc(size);
	if (v == NULL)
		return false;
	pair_keys_release(d);
	dissect_charge(d, size);
	d->keys = (struct pair_keys){ .v = v, .n = n };
	for (struct pair *p = d->pairs; p != NULL; p = p->next) {
		if (p->key != 0)
			keys_put(&d->keys, p);
	}
	return true;
}

void
pair_keys_add(struct dissect *d, struct pair *p)
{
	bool table = d->keys.v != NULL;

	if (p->key == 0)
		return;
	if (d->npairs > (table ? d->keys.n : KEYS_FEW) &&
	    keys_grow(d, table ? d->keys.n * 4 : KEYS_FIRST))
		return;
	if (table)
		keys_put(&d->keys, p);
}

void
pair_keys_remove(struct dissect *d, struct pair *p)
{
	struct pair_chain *c;

	if (d->keys.v == NULL || p->key == 0)
		return;
	c = keys_chain(&d->keys, p->key);
	if (p->chain_prev != NULL)
		p->chain_prev->chain_next = p->chain_next;
	else
		c->first = p->chain_next;
	if (p->chain_next != NULL)
		p->chain_next->chain_prev = p->chain_prev;
	else
		c->last = p->chain_prev;
}

void
pair_keys_release(struct dissect *d)
{
	if (d->keys.v != NULL)
		dissect_discharge(d, d->keys.n * sizeof(struct pair_chain));
	mem_free(d->keys.v);
	d->keys = (struct pair_keys){ .v = NULL };
}

struct pair *
pair_keys_first(const struct dissect *d, uint64_t key)
{
	if (d->keys.v == NULL || key == 0)
		return d->pairs;
	return keys_chain(&d->keys, key)->first;
}

struct pair *
pair_keys_next(const struct dissect *d, uint64_t key, const struct pair *p)
{
	return d->keys.v == NULL || key == 0 ? p->next : p->chain_next;
}
