/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/flow.h"

#include <assert.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/slab.h"

/* By order of use, of the end of life, or of creation: oldest first. */
struct flow_list {
	struct flow *first, *last;
	uint64_t n;
};

struct flow_group {
	struct flow_list live;
	struct flow_list lingering;
	struct flow *oldest, *newest;
};

struct flow_table {
	struct map map; /* struct flow_key -> struct flow * */
	struct slab slab;
	uint64_t max_live, max_lingering; /* of one shard */
	struct flow_group shard[NET_SHARDS];
};

/* --- keys ----------------------------------------------------------------- */

struct flow_key
flow_key_of(const struct packet *pkt, uint32_t point, bool *ret_swapped)
{
	int order = memcmp(pkt->src.b, pkt->dst.b, sizeof(pkt->src.b));
	bool swapped = order > 0 || (order == 0 && pkt->sport > pkt->dport);

	*ret_swapped = swapped;
	return (struct flow_key){
		.addr = { swapped ? pkt->dst : pkt->src,
		          swapped ? pkt->src : pkt->dst },
		.port = { swapped ? pkt->dport : pkt->sport,
		          swapped ? pkt->sport : pkt->dport },
		.point = point,
		.l4 = pkt->l4,
	};
}

static uint64_t
load_be64(const uint8_t *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static uint64_t
mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/*
 * h = 0; for each word: h = (h ^ word) * 0x9e3779b97f4a7c15, h ^= h >> 32; the
 * shard is h mod 64. The words are the four halves of the addresses, read as
 * big-endian numbers; port[0] << 48 | port[1] << 32; the protocol. Not the
 * point: its number follows the order of files in an archive. This is a format:
 * what is evicted depends on it.
 */
unsigned
flow_shard(const struct flow_key *key)
{
	uint64_t h = 0;

	h = mix(h, load_be64(key->addr[0].b));
	h = mix(h, load_be64(key->addr[0].b + 8));
	h = mix(h, load_be64(key->addr[1].b));
	h = mix(h, load_be64(key->addr[1].b + 8));
	h = mix(h, (uint64_t)key->port[0] << 48 | (uint64_t)key->port[1] << 32);
	h = mix(h, key->l4);
	return (unsigned)(h % NET_SHARDS);
}

/* --- lists ---------------------------------------------------------------- */

static void
list_push(struct flow_list *list, struct flow *f)
{
	f->prev = list->last;
	f->next = NULL;
	if (list->last != NULL)
		list->last->next = f;
	else
		list->first = f;
	list->last = f;
	list->n++;
}

static void
list_take(struct flow_list *list, struct flow *f)
{
	assert(list->n != 0);
	if (f->prev != NULL)
		f->prev->next = f->next;
	else
		list->first = f->next;
	if (f->next != NULL)
		f->next->prev = f->prev;
	else
		list->last = f->prev;
	f->prev = f->next = NULL;
	list->n--;
}

static void
age_push(struct flow_group *g, struct flow *f)
{
	f->older = g->newest;
	f->newer = NULL;
	if (g->newest != NULL)
		g->newest->newer = f;
	else
		g->oldest = f;
	g->newest = f;
}

static void
age_take(struct flow_group *g, struct flow *f)
{
	if (f->older != NULL)
		f->older->newer = f->newer;
	else
		g->oldest = f->newer;
	if (f->newer != NULL)
		f->newer->older = f->older;
	else
		g->newest = f->older;
}

/* --- table ---------------------------------------------------------------- */

static uint64_t
share(uint64_t all)
{
	return all < NET_SHARDS ? 1 : all / NET_SHARDS;
}

struct flow_table *
flow_table_new(const struct net_limits *limits, size_t size)
{
	uint64_t live = share(limits->flows);
	uint64_t lingering = limits->linger == 0 ? 0 : share(limits->linger);
	uint8_t key[SIPHASH_KEY_SIZE];
	struct flow_table *t;
	uint64_t max;

	ENSURE(size >= sizeof(struct flow));
	if (live > MAP_MAX / NET_SHARDS / 2)
		live = MAP_MAX / NET_SHARDS / 2;
	if (lingering > MAP_MAX / NET_SHARDS / 2 - 1)
		lingering = MAP_MAX / NET_SHARDS / 2 - 1;
	if (map_random_key(key) != 0)
		return NULL;
	t = mem_zalloc(sizeof(*t));
	if (t == NULL)
		return NULL;
	t->max_live = live;
	t->max_lingering = lingering;
	/* One more may linger until its owner has put the oldest away. */
	max = (live + lingering + 1) * NET_SHARDS;
	map_init(&t->map, sizeof(struct flow_key), sizeof(struct flow *),
	         (size_t)max, key);
	slab_init(&t->slab, size, (size_t)max);
	return t;
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	map_release(&t->map);
	slab_release(&t->slab);
	mem_free(t);
}

struct flow *
flow_find(struct flow_table *t, const struct flow_key *key)
{
	struct flow **slot = map_find(&t->map, key);
	struct flow_list *live;
	struct flow *f;

	if (slot == NULL)
		return NULL;
	f = *slot;
	live = &t->shard[f->shard].live;
	if (!f->lingers && live->last != f) {
		list_take(live, f);
		list_push(live, f);
	}
	return f;
}

bool
flow_shard_full(const struct flow_table *t, unsigned shard)
{
	ENSURE(shard < NET_SHARDS);
	return t->shard[shard].live.n >= t->max_live;
}

struct flow *
flow_add(struct flow_table *t, const struct flow_key *key)
{
	unsigned shard = flow_shard(key);
	struct flow *f;
	void *slot;

	if (flow_shard_full(t, shard))
		return NULL;
	f = slab_get(&t->slab);
	if (f == NULL)
		return NULL;
	if (map_insert(&t->map, key, &slot) < 0) {
		slab_put(&t->slab, f);
		return NULL;
	}
	*(struct flow **)slot = f;
	f->key = *key;
	f->shard = (uint8_t)shard;
	list_push(&t->shard[shard].live, f);
	age_push(&t->shard[shard], f);
	return f;
}

struct flow *
flow_oldest(struct flow_table *t, unsigned shard)
{
	ENSURE(shard < NET_SHARDS);
	return t->shard[shard].live.first;
}

struct flow *
flow_linger(struct flow_table *t, struct flow *f)
{
	struct flow_group *g = &t->shard[f->shard];

	assert(!f->lingers);
	list_take(&g->live, f);
	list_push(&g->lingering, f);
	f->lingers = true;
	return g->lingering.n > t->max_lingering ? g->lingering.first : NULL;
}

void
flow_remove(struct flow_table *t, struct flow *f)
{
	struct flow_group *g = &t->shard[f->shard];
	bool found;

	list_take(f->lingers ? &g->lingering : &g->live, f);
	age_take(g, f);
	found = map_remove(&t->map, &f->key);
	ENSURE(found);
	slab_put(&t->slab, f);
}

struct flow *
flow_next(struct flow_table *t, unsigned shard, struct flow *f)
{
	ENSURE(shard < NET_SHARDS);
	return f == NULL ? t->shard[shard].oldest : f->newer;
}
