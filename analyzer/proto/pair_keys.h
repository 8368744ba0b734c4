/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair_keys: the exchanges under way of a stream, by their keys. Private to
 * pair.c.
 *
 * Few of them are looked for one by one; from the ninth on there is a table, so
 * that an answer finds its request at once among thousands. Those of one key
 * are in the order in which they began. Those of key 0, which are paired by
 * order, are not in it: the first that waits is near the front of the list.
 * Keys come from the other side of the network: where they lie in the table
 * cannot be foretold.
 */
#ifndef PROTO_PAIR_KEYS_H
#define PROTO_PAIR_KEYS_H

#include <stdint.h>

struct dissect;
struct pair;

struct pair_chain {
	struct pair *first;
	struct pair *last;
};

struct pair_keys {
	struct pair_chain *v; /* NULL: there is no table */
	uint32_t n;           /* a power of two */
};

/* p is in d's list of pairs; it leaves before it is freed. */
void pair_keys_add(struct dissect *d, struct pair *p);
void pair_keys_remove(struct dissect *d, struct pair *p);
/* There are no pairs any more. */
void pair_keys_release(struct dissect *d);

/*
 * Those that may have the key, oldest first, and others among them; NULL at the
 * end.
 */
struct pair *pair_keys_first(const struct dissect *d, uint64_t key);
struct pair *pair_keys_next(const struct dissect *d, uint64_t key,
                            const struct pair *p);

#endif /* PROTO_PAIR_KEYS_H */
