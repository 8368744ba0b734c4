/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learnt: the names that addresses were given in DNS answers.
 *
 * A name holds from the first answer that had it; the same in later answers
 * says nothing new. What an address is called when somebody asked for its name
 * (PTR) is told only of addresses of which no name is known that led to them.
 * Since answers come in the order of files, which is any, nothing is told
 * before all of them have come. A worker's table is kept by virtual shard, each
 * with its own limit, so that what is learnt does not depend on threads; in the
 * end all tables become one.
 */
#ifndef INGEST_LEARNT_H
#define INGEST_LEARNT_H

#include "analyzer/index/row.h"
#include "analyzer/net/limits.h"
#include "analyzer/proto/proto.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/map.h"
#include "base/str.h"

struct learnt_name;

struct learnt {
	struct map known; /* (table, address, name) -> struct learnt_name * */
	struct arena mem;
	struct learnt_name *first, *last; /* in the order they came */
	uint32_t n[NET_SHARDS];
	uint32_t max; /* of one shard */
};

/* At most `names` in all shards together. ERR_IO: no random bytes. */
int learnt_init(struct learnt *l, uint64_t names) WARN_UNUSED;
void learnt_release(struct learnt *l);

/*
 * ERR_LIMIT when this is the first name too many of the shard; later ones are
 * passed over in silence. ERR_NOMEM.
 */
int learnt_add(struct learnt *l, unsigned shard, const struct learnt_address *a,
               struct str name, int64_t ts) WARN_UNUSED;

/* Every name of another table, in one shard without a limit. ERR_NOMEM. */
int learnt_merge(struct learnt *l, const struct learnt *from) WARN_UNUSED;

/* Calls f for each; a code ends it. The row's strings are borrowed from l. */
int learnt_each(const struct learnt *l,
                int (*f)(void *ctx, const struct index_identity *row),
                void *ctx) WARN_UNUSED;

#endif /* INGEST_LEARNT_H */
