/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair: exchanges under way, from their first byte until they are entries.
 * Private to the engine.
 *
 * Messages are paired when they begin: a response belongs to the oldest request
 * of the same key that has none yet. Without keys that is pairing by order, and
 * a gap can put it out of step. What is known then:
 *
 *  - A client that never pipelined sends a request only after it has the
 *    response to the one before. So when a response may have been lost and a
 *    new request begins, the requests before it are given up; the pairing is
 *    in step again, without doubt.
 *  - Otherwise pairings are flagged ENTRY_PAIR_DOUBT until a request begins
 *    with nothing outstanding, after at least one pairing since the gap.
 *
 * Past the limit `pending`, or without room in memory, requests that are paired
 * by order are parked (park.h): the oldest stays here, and when its response
 * comes, the next one comes back. What cannot be parked has the oldest request
 * given up. Its response, when it comes, is an entry without a request, and the
 * others keep their pairs; in the middle of a connection of which the other
 * side is yet to be seen, there is doubt instead.
 *
 * A pair is given away as an entry when both sides are closed. A pair of which
 * a message is open is never freed under the dissector that holds it.
 */
#ifndef PROTO_PAIR_H
#define PROTO_PAIR_H

#include "analyzer/proto/dissect.h"
#include "base/arena.h"

/* Charged for undoing gzip or deflate: the window, and what is around it. */
enum { PAIR_CODING_COST = 65536 };

enum message_state { MESSAGE_NONE, MESSAGE_OPENED, MESSAGE_CLOSED };

struct message {
	struct pair *pair;
	uint64_t off;
	uint64_t end;
	uint64_t missing; /* bytes of gaps in between */
	int64_t first;    /* times of packets */
	int64_t last;
	struct span *spans; /* NULL while it has at most `one` */
	struct span one;
	uint32_t nspans;
	uint32_t cap;
	uint32_t flags;
	char *kept;
	size_t nkept;
	size_t nshared;        /* of them, in front */
	struct coding *coding; /* undone for the overlay; NULL: none */
	uint64_t shown; /* bytes of the body that the overlay was given */
	bool wanted;    /* the overlay is shown the body */
	enum message_state state;
	enum dir dir;
	enum side use;
};

struct pair {
	struct pair *next;
	struct pair *prev;
	struct pair *chain_next; /* pair_keys.h */
	struct pair *chain_prev;
	struct dissect *d;
	uint64_t key;
	uint64_t ordinal;
	int64_t id;
	const struct protocol *proto;
	struct str method;
	struct str target;
	struct str host;
	int32_t status;
	uint32_t flags;
	struct arena mem; /* strings, overlay state */
	const struct overlay *overlay;
	void *overlay_state;
	bool unasked;         /* a response that was owed to a request that was
	                       * given up */
	bool overlay_claimed; /* proto is its word */
	size_t charged;
	struct message side[2]; /* by enum side */
};

/* NULL: a limit (told) or no memory. */
struct message *pair_open(struct dissect *d, enum dir dir,
                          enum message_kind kind, uint64_t key, uint64_t off);

/* It begins at off, not where it was opened. */
void pair_restart(struct message *m, uint64_t off);

/*
 * The message ends in front of `end`, or where the direction does if that is
 * earlier. The pair may be gone afterwards.
 */
void pair_close(struct message *m, uint64_t end);

/*
 * Make an entry of the oldest request that waits for its response, to have room
 * for others. False when there is none.
 */
bool pair_give_up(struct dissect *d);

/*
 * Bytes are missing: the messages that are open in dir say so; `inside` of what
 * is skipped only those whose last span has them, if they have spans.
 */
void pair_missing(struct dissect *d, enum dir dir, const struct gap *g,
                  bool inside);

/* The waiting request of that key becomes an entry. */
void pair_abandon(struct dissect *d, uint64_t key, uint32_t flags);

/* Messages of dir may have been lost entirely. */
void pair_lost(struct dissect *d, enum dir dir);

/*
 * Cut what is open and make entries of all. What came but was not consumed
 * belongs to the messages that are open when `all` is set.
 */
void pair_flush(struct dissect *d, bool all);

/* Charge the pair's growth to the budget. */
void pair_account(struct pair *p);

#endif /* PROTO_PAIR_H */
