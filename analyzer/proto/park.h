/* SPDX-License-Identifier: Apache-2.0 */
/*
 * park: requests that wait for their responses, more than memory has room for.
 * Private to the engine.
 *
 * A queue for one stream: what came first leaves first. Its ends are in memory,
 * what is between them in blocks of a file that all streams of an engine share
 * (the parked_read and parked_write of struct engine_out). Blocks are used
 * again; how many a shard may have is in its budget, and so is every queue's
 * memory, PARK_COST.
 */
#ifndef PROTO_PARK_H
#define PROTO_PARK_H

#include "analyzer/proto/engine.h"

enum { PARK_BLOCK = 16384, PARK_COST = 2 * PARK_BLOCK + 256 };

/* A request that is whole, and has no spans of its own and nothing kept. */
struct parked {
	int64_t id;
	uint64_t ordinal;
	uint64_t off;
	uint64_t end;
	uint64_t missing;
	int64_t first;
	int64_t last;
	const struct protocol *proto;
	uint32_t flags;         /* of the exchange */
	uint32_t request_flags; /* of the message */
	int32_t status;
	enum dir dir;
	struct str method;
	struct str target;
	struct str host;
};

/* The file's blocks. All zero is an empty one. */
struct park_file {
	const struct engine_out *out;
	uint32_t *free; /* blocks that nobody uses */
	size_t nfree, cap;
	uint32_t blocks;
};

struct park;

void park_file_release(struct park_file *f);

/* An empty queue, or NULL; the budget may be NULL. */
struct park *park_new(struct park_file *f, struct engine_budget *b);
void park_free(struct park *q);
uint64_t park_count(const struct park *q);
/* False when there is no room for it: the queue is as it was. */
bool park_put(struct park *q, const struct parked *r) WARN_UNUSED;
/*
 * The oldest, its strings valid until the next call. False when the queue is
 * empty, or when the file cannot be read, which is not told here: whoever
 * provides the file knows it.
 */
bool park_take(struct park *q, struct parked *ret) WARN_UNUSED;

#endif /* PROTO_PARK_H */
