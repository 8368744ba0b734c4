/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis_feed: one pass over a Redis connection while it is indexed.
 *
 * A message is one command or one reply, however many values it holds. Its
 * elements are taken one by one and contents passed over unseen, so that the
 * largest thing held is the front of one argument; a reply of a million values
 * costs no more than OK.
 *
 * - Replies answer commands in order. What the server sends unasked (messages
 *   of channels, invalidations, the lines of MONITOR, a confirmation for each
 *   further channel of a subscription) is an entry by itself.
 * - Commands without a reply (CLIENT REPLY OFF and SKIP) expect none.
 * - Behind the reply to SYNC or PSYNC another protocol begins.
 * - Behind a gap and where a capture begins in the middle, the next element
 *   that can begin a message is searched at the front of lines.
 */
#ifndef REDIS_FEED_H
#define REDIS_FEED_H

#include "analyzer/proto/proto.h"
#include "analyzer/proto/redis/redis_command.h"
#include "analyzer/proto/redis/redis_resp.h"

/* Subscriptions whose number of channels is remembered until they are
 * confirmed. */
#define REDIS_SUBSCRIPTIONS 16u

/* What comes next in one direction. */
enum redis_phase {
	REDIS_PHASE_START,   /* a message */
	REDIS_PHASE_ELEMENT, /* an element of one */
	REDIS_PHASE_END,     /* the line end behind a content */
	REDIS_PHASE_LINE,    /* the rest of a long line */
	REDIS_PHASE_SEARCH,  /* something that can begin a message */
	REDIS_PHASE_DEAD,    /* given up */
};

struct redis_dir {
	struct message *m; /* also NULL when the engine had no room for it */
	enum redis_phase phase;
	bool open;
	bool chunks;  /* of a string of unknown length */
	bool midline; /* SEARCH: inside a line that begins nothing */
	bool key;     /* the target is still to come */
	bool named;   /* the method has been told */
	bool handover;
	uint8_t depth;
	uint32_t left[REDIS_DEPTH]; /* values to come; REDIS_ENDLESS */
	uint64_t argument;          /* index of the next one */
	uint64_t searched;          /* bytes since the search began */
};

enum redis_replies { REDIS_REPLIES, REDIS_REPLIES_SKIP, REDIS_REPLIES_OFF };

/* State of one stream; all zero is a new one. */
struct redis_state {
	struct redis_dir dir[2];
	struct redis_keys keys;                 /* of the command under way */
	uint64_t channels[REDIS_SUBSCRIPTIONS]; /* a ring, oldest at `oldest` */
	uint32_t oldest, subscriptions;
	uint64_t confirmations; /* still to come for an answered subscription */
	enum redis_replies replies;
	bool begun;
	bool monitor;
};

/* The members of struct dissector. */
enum feed redis_feed(struct dissect *d, void *state, enum dir dir,
                     struct cursor *in);
enum feed redis_feed_gap(struct dissect *d, void *state, enum dir dir,
                         const struct gap *g);

#endif /* REDIS_FEED_H */
