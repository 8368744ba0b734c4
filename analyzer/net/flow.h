/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow: which stream a packet belongs to.
 *
 * A key is (capture point, protocol, two endpoints in canonical order). Its
 * fixed hash chooses one of NET_SHARDS virtual shards; a table owns some of
 * the shards and is used by one thread. Each shard has its own budget and its
 * own lists in order of use, so evictions are the same for any number of
 * tables. Inside, look-ups use a randomly keyed hash against hostile ports.
 */
#ifndef NET_FLOW_H
#define NET_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/net/limits.h"
#include "analyzer/net/packet.h"
#include "base/compiler.h"

struct flow_key {
	struct addr addr[2]; /* addr[0]:port[0] <= addr[1]:port[1] */
	uint16_t port[2];
	uint32_t point;
	uint8_t l4;
	uint8_t zero[3];
};

/* The key of a packet; *ret_swapped: its source is endpoint 1 of the key. */
struct flow_key flow_key_of(const struct packet *pkt, uint32_t point,
                            bool *ret_swapped);

/* 0 .. NET_SHARDS - 1; the same on every machine, forever. */
unsigned flow_shard(const struct flow_key *key);

/* Embedded as the first member of what the table's user keeps per stream. */
struct flow {
	struct flow_key key;
	struct flow *prev, *next;   /* the shard's list it is on */
	struct flow *older, *newer; /* all of the shard, by creation */
	uint8_t shard;
	bool lingers;
	bool swapped; /* side 0 of the stream is endpoint 1 of the key */
};

struct flow_table;

/* `size` bytes for each flow, zeroed at creation, struct flow first. */
struct flow_table *flow_table_new(const struct net_limits *limits, size_t size);
void flow_table_free(struct flow_table *t);

/* The flow of a key, or NULL. A hit makes it the most recently used. */
struct flow *flow_find(struct flow_table *t, const struct flow_key *key);

/*
 * Make the flow of a key that has none. NULL when its shard is full: then
 * flow_oldest() must be ended and removed first; or when memory is out.
 */
struct flow *flow_add(struct flow_table *t, const struct flow_key *key);
bool flow_shard_full(const struct flow_table *t, unsigned shard);

/* The least recently used flow of a shard that lives, or NULL. */
struct flow *flow_oldest(struct flow_table *t, unsigned shard);

/*
 * It is over, but late packets may come: moves it to the shard's lingering
 * list. Returns the flow that has lingered longest when the list is too long
 * (the caller ends and removes it), else NULL.
 */
struct flow *flow_linger(struct flow_table *t, struct flow *f);

/* Take it out and free its memory. */
void flow_remove(struct flow_table *t, struct flow *f);

/* Walk one shard's flows in order of creation; f NULL begins. */
struct flow *flow_next(struct flow_table *t, unsigned shard, struct flow *f);

#endif /* NET_FLOW_H */
