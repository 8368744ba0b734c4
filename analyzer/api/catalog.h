/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog: the snapshots that a server has, on their way to being ready.
 *
 * Two parties meet here. The program that makes or finds the indexes says what
 * became of each snapshot; requests borrow them opened, one request one opened
 * snapshot at a time. Opened snapshots are kept for the next borrower. While
 * an index grows they are refreshed now and then.
 *
 * An index is moved when it is finished, so nobody may read it at that moment:
 * catalog_withdraw() waits until all are given back, hurrying those who take
 * long, and borrowers wait until catalog_ready().
 *
 * Snapshots are numbered from 1 in the order of their addition, which has to
 * end before anybody borrows. All functions may be called from any thread.
 */
#ifndef API_CATALOG_H
#define API_CATALOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/query/opened.h"
#include "analyzer/query/overview.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"

enum catalog_state {
	CATALOG_WAITING, /* its turn has not come yet */
	CATALOG_INDEXING,
	CATALOG_SEALING,
	CATALOG_READY,
	CATALOG_FAILED,
};

/* "waiting", "indexing", "sealing", "ready", "failed". */
const char *catalog_state_name(enum catalog_state s);

/* How far the making of an index is. */
struct catalog_counts {
	uint64_t taken; /* bytes of the input, as stored */
	uint64_t total; /* the same in all, 0 unknown */
	uint64_t packets;
	uint64_t entries;
	uint64_t streams;
	bool sealing;
};

/* One snapshot at a moment. */
struct catalog_view {
	enum catalog_state state;
	const char *name;   /* last part of the path; lives with the catalog */
	struct err problem; /* of CATALOG_FAILED */
	struct catalog_counts counts;
	int64_t elapsed;             /* ns of indexing so far or in all */
	char digest[SHA256_HEX_MAX]; /* of CATALOG_READY, else "" */
};

struct catalog;

/* Limits are copied. NULL: no memory. */
struct catalog *catalog_new(const struct proto_limits *limits) WARN_UNUSED;
/*
 * Before anything is added: bytes that may be taken to have finished indexes
 * answer more quickly (index/narrow.h), for each snapshot; 0 at first.
 */
void catalog_set_memory(struct catalog *c, uint64_t bytes);
/* Before anything is added; borrowed, NULL for none (see opened.h). */
void catalog_set_schema(struct catalog *c, const struct protobuf_set *set);
/* Everything must have been given back. */
void catalog_free(struct catalog *c);
/* `input` is a path or "-". */
int catalog_add(struct catalog *c, const char *input) WARN_UNUSED;

/* ---- what becomes of them ---- */

/*
 * Its index is being made at these places, which are copied; without memory
 * for that nobody sees it grow, no more. `look` tells the progress: it is
 * called from any thread until the snapshot is ready or failed.
 */
void catalog_began(struct catalog *c, unsigned n, const char *workspace,
                   const char *index,
                   void (*look)(void *ctx, struct catalog_counts *ret),
                   void *ctx);
void catalog_withdraw(struct catalog *c, unsigned n);
int catalog_ready(struct catalog *c, unsigned n, const char *workspace,
                  const char *index) WARN_UNUSED;
void catalog_failed(struct catalog *c, unsigned n, const struct err *why);

/* ---- looking ---- */

unsigned catalog_count(const struct catalog *c);
/* false: there is no such snapshot. */
bool catalog_look(struct catalog *c, unsigned n, struct catalog_view *ret_view);
/* Is every index finished, or will never be? */
bool catalog_settled(struct catalog *c);

/* A number that grows when something changes; counts do not count. */
uint64_t catalog_version(struct catalog *c);

/*
 * Hex digest over what all finished indexes hold, and of this catalog: what
 * depends on them, on the names of their files and on the options they are
 * read with (limits, types of messages) changes with it. ERR_AGAIN while an
 * index is not finished.
 */
int catalog_digest(struct catalog *c, char ret_hex[SHA256_HEX_MAX]) WARN_UNUSED;

/* ---- borrowing ---- */

/*
 * To be given back, or ERR_NOTFOUND (no such snapshot), ERR_AGAIN (not there
 * yet), the error that made it fail, or those of opened_new(). `cancel` is set
 * for a borrower who is in the way.
 */
int catalog_borrow(struct catalog *c, unsigned n, atomic_bool *cancel,
                   struct err *e, struct opened **ret_opened) WARN_UNUSED;
void catalog_give_back(struct catalog *c, unsigned n, struct opened *o);

/*
 * What is in a finished snapshot, read once with the help of `o`, which was
 * borrowed from it. Lives with the catalog.
 */
int catalog_overview(struct catalog *c, unsigned n, struct opened *o,
                     struct err *e,
                     const struct overview **ret_overview) WARN_UNUSED;
/* Read it before somebody asks, and what else answers more quickly then. */
void catalog_warm(struct catalog *c, unsigned n);

/* End the statements of borrowers whose flag is set. */
void catalog_interrupt(struct catalog *c);

#endif /* API_CATALOG_H */
