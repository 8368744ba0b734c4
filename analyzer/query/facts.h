/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: the few things about many entries that statistics are made of.
 *
 * Walks over the entries of one snapshot that a query asks for, in no order
 * that matters: first narrow rows of those that match for certain, then by a
 * run those that have to be evaluated. The walk can be ended by its caller
 * between two entries and goes on there later.
 */
#ifndef QUERY_FACTS_H
#define QUERY_FACTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/outcome.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/opened.h"
#include "base/addr.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"

enum { FACTS_PROTOCOLS = 64 };

struct fact {
	int64_t ts;
	const struct protocol *protocol; /* its key is there in any case */
	enum outcome outcome;
	bool complete;
	int64_t micros; /* end of request to end of response; -1: no such */
	uint64_t req_size, res_size;
	/* Who asked and who was asked, whatever the directions were. */
	struct addr src, dst;
	uint16_t src_port, dst_port;
	uint32_t point;
	/* Ids of the addresses, when they are known at once; else 0. */
	uint32_t src_id, dst_id;
};

/* Where to go on. */
struct facts_place {
	bool begun;
	bool doubtful; /* the certain ones are done */
	int64_t ts, id;
};

struct facts_ask {
	const struct ask *ask;
	bool ranged; /* only entries of [from, to), ns */
	int64_t from, to;
	bool addresses; /* are src and dst wanted? */
	const atomic_bool *cancel;
	/* Is it time to stop? Asked now and then; NULL: never. */
	bool (*late)(void *ctx);
	void *late_ctx;
};

struct facts_counts {
	uint64_t scanned, matched, undecided;
	struct err first; /* why the first of those is */
	bool complete;    /* nothing is left */
};

/* A walk so far; zeroed at first. */
struct facts_state {
	struct facts_place place;
	struct facts_counts counts;
};

/*
 * From io_state->place on, which is then where to go on. Adds to the counts,
 * of which `complete` is written. Non-zero from f is a failure. ERR_CANCELLED,
 * the codes of the index, ERR_NOMEM.
 */
int facts_walk(struct opened *o, const struct facts_ask *ask,
               int (*f)(void *ctx, const struct fact *fact), void *ctx,
               struct facts_state *io_state, struct err *e) WARN_UNUSED;

/* Protocol ids of an index, looked up once. */
struct facts_names {
	const struct protocol *variant[FACTS_PROTOCOLS]; /* id - 1, or NULL */
};
int facts_names_read(struct opened *o, struct facts_names *ret_names,
                     struct err *e) WARN_UNUSED;

#endif /* QUERY_FACTS_H */
