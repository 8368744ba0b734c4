/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/learnt.h"

#include <string.h>

#include "base/err.h"

enum {
	LEARNT_BYTES = 256 << 20, /* of names, whatever their limit */
	LEARNT_NAME = 1024,       /* bytes of a name's text at most */
	LEARNT_KEY = 1 + sizeof(struct addr),
	/* In front of the names that led to addresses comes the shard, in front
	 * of the others this and the shard. */
	LEARNT_REVERSE = 0x80,
};

static_assert((int)NET_SHARDS <= (int)LEARNT_REVERSE,
              "a shard and the mark fit a byte");

struct learnt_name {
	struct learnt_name *next;
	struct str key; /* table, address, name */
	struct learnt_address a;
	int64_t from;
};

int
learnt_init(struct learnt *l, uint64_t names)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);
	uint64_t max = names / NET_SHARDS;

	*l = (struct learnt){ .first = NULL };
	l->max = max < MAP_MAX / NET_SHARDS ? (uint32_t)max
	                                    : MAP_MAX / NET_SHARDS;
	arena_init(&l->mem, LEARNT_BYTES, 0);
	map_init(&l->known, MAP_STR, sizeof(struct learnt_name *), MAP_MAX,
	         key);
	return rc;
}

void
learnt_release(struct learnt *l)
{
	map_release(&l->known);
	arena_release(&l->mem);
}

static int
add_new(struct learnt *l, struct str key, const struct learnt_address *a,
        int64_t ts)
{
	struct learnt_name *n = arena_zalloc(&l->mem, sizeof(*n));
	struct str copy = arena_dup(&l->mem, key);
	void *slot = NULL;
	int rc = arena_error(&l->mem);

	if (rc == 0)
		rc = map_insert_str(&l->known, copy, &slot);
	if (rc < 0 || slot == NULL)
		return rc;
	*(struct learnt_name **)slot = n;
	*n = (struct learnt_name){ .key = copy, .a = *a, .from = ts };
	if (l->last != NULL)
		l->last->next = n;
	else
		l->first = n;
	l->last = n;
	return 0;
}

int
learnt_add(struct learnt *l, unsigned shard, const struct learnt_address *a,
           struct str name, int64_t ts)
{
	char text[LEARNT_KEY + LEARNT_NAME];
	struct str key = { text, LEARNT_KEY + name.n };
	struct learnt_name **known;

	if (name.n == 0 || name.n > LEARNT_NAME)
		return 0;
	text[0] = (char)(shard | (a->reverse ? LEARNT_REVERSE : 0));
	memcpy(text + 1, a->ip.b, sizeof(a->ip.b));
	for (size_t i = 0; i < name.n; i++)
		text[LEARNT_KEY + i] = str_lower(name.p[i]);
	known = map_find_str(&l->known, key);
	if (known != NULL) {
		if (ts < (*known)->from)
			(*known)->from = ts;
		return 0;
	}
	if (l->n[shard] >= l->max)
		return l->n[shard]++ == l->max ? ERR_LIMIT : 0;
	l->n[shard]++;
	return add_new(l, key, a, ts);
}

int
learnt_merge(struct learnt *l, const struct learnt *from)
{
	int rc = 0;

	l->max = UINT32_MAX;
	for (const struct learnt_name *n = from->first; n != NULL && rc == 0;
	     n = n->next)
		rc = learnt_add(l, 0, &n->a, str_tail(n->key, LEARNT_KEY),
		                n->from);
	return rc;
}

/* "cart.shop.svc.cluster.local" is a service of the namespace "shop". */
static struct str
namespace_of(struct str name)
{
	struct str ns, rest, word;

	(void)str_split1(name, '.', &word, &rest);
	(void)str_split1(rest, '.', &ns, &rest);
	(void)str_split1(rest, '.', &word, &rest);
	return str_eq(word, STR("svc")) && rest.n != 0 ? ns : STR_NONE;
}

/* Notes the addresses that some name led to. */
static int
note_led(const struct learnt *l, struct map *led)
{
	void *slot;
	int rc = 0;

	for (const struct learnt_name *n = l->first; n != NULL && rc >= 0;
	     n = n->next) {
		if (!n->a.reverse)
			rc = map_insert(led, &n->a.ip, &slot);
	}
	return rc < 0 ? rc : 0;
}

static int
tell(const struct learnt_name *n,
     int (*f)(void *ctx, const struct index_identity *row), void *ctx)
{
	struct str name = str_tail(n->key, LEARNT_KEY);
	const struct index_identity row = {
		.ip = n->a.ip,
		.from = n->from,
		.to = INT64_MAX,
		.name = name,
		.ns = namespace_of(name),
		.origin = INDEX_FROM_DNS,
	};

	return f(ctx, &row);
}

int
learnt_each(const struct learnt *l,
            int (*f)(void *ctx, const struct index_identity *row), void *ctx)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	struct map led;
	int rc = map_random_key(key);

	if (rc != 0)
		return rc;
	map_init(&led, sizeof(struct addr), 1, MAP_MAX, key);
	rc = note_led(l, &led);
	for (const struct learnt_name *n = l->first; n != NULL && rc == 0;
	     n = n->next) {
		if (!n->a.reverse || map_find(&led, &n->a.ip) == NULL)
			rc = tell(n, f, ctx);
	}
	map_release(&led);
	return rc;
}
