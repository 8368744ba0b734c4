/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dissect: one dissector at work on one stream. Private to the engine.
 *
 * Holds what proto.h's services need: the window of each side, what is being
 * skipped or waited for, and the exchanges under way (pair.h). It calls feed(),
 * gap() and finish(), judges their answers, and never trusts them to make
 * progress. Which dissector that is, and what happens when it hands over, is
 * the business of engine.c.
 *
 * Sides are told by number (0 sent the first packet); directions as seen from
 * `client`. All memory that grows is charged to the stream's budget.
 */
#ifndef PROTO_DISSECT_H
#define PROTO_DISSECT_H

#include "analyzer/proto/engine.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/pair_keys.h"
#include "analyzer/proto/park.h"
#include "analyzer/proto/proto.h"
#include "analyzer/proto/window.h"
#include "base/slab.h"

/* Bytes of a packet that are added to held ones at once. */
enum { DISSECT_SLICE = 65536 };

/* What all streams of an engine share. */
struct dissect_host {
	struct proto_limits limits;
	struct engine_out out;
	const struct overlay *const *overlays;
	struct slab pairs;
	struct park_file parked;
	void *owner; /* of the stream at work */
};

enum dissect_status {
	DISSECT_IDLE, /* no dissector bound */
	DISSECT_ACTIVE,
	DISSECT_HANDOVER, /* another one is to be bound: hand_name, hand_why */
	DISSECT_OVER,     /* nobody looks at the rest: reason */
};

/* Messages that began in a packet so far; see pair.c. */
struct dissect_begun {
	struct position at;
	uint32_t seq;
};

struct dissect_side {
	struct window w;
	uint64_t skip;     /* bytes still to pass over */
	uint64_t due;      /* not fed again before w.end has come to this */
	uint64_t bad_off;  /* where gap(NULL) was called last */
	uint64_t lost_off; /* where the search for a boundary began */
	struct dissect_begun *begun; /* a stack */
	uint16_t nbegun;
	uint16_t begun_cap;
	size_t charged; /* of the budget, for the window */
	enum why why;   /* when ended */
	bool started;   /* w.off is known */
	bool to_end;    /* the last skip was DISSECT_TO_END */
	bool at_end;    /* ... and has come to it */
	bool ended;
	bool poke;      /* feed, even if there is nothing */
	bool waiting;   /* for the other side to move */
	bool moved;     /* since the other side was tried last */
	bool given_up;  /* the other side need not wait for it any more */
	bool unfed;     /* bytes came that were not shown (due) */
	bool searching; /* for a boundary; cleared by message_open() */
};

struct dissect {
	struct dissect_host *host;
	const struct dissector *dis;
	void *state;
	struct {
		void *p;
		size_t n;
	} slot[DISSECT_SLOTS];        /* dissect_memory() */
	struct engine_budget *budget; /* NULL: none */
	void *owner;
	const char *reason; /* DISSECT_OVER */
	int64_t stream;
	enum dissect_status status;
	uint8_t l4;
	uint8_t client; /* side */
	bool late;      /* no SYN was seen */
	bool midway;    /* late, or the first bytes are missing */
	bool role_guessed;

	/* the call being made */
	const uint8_t *call_p;
	uint64_t call_off;
	uint64_t skip_n;
	const char *hand_name;
	const char *hand_why;
	char *handed; /* by the dissector before, or for the next one */
	size_t nhanded;
	enum dir call_dir;

	/* rows about what is malformed; limits already told, one bit each */
	uint32_t notes;
	uint32_t limits_told;
	uint32_t bad_datagrams; /* in a row */

	/* exchanges, pair.c */
	struct pair *pairs; /* oldest first */
	struct pair *last_pair;
	struct pair_keys keys;
	uint32_t npairs;
	struct park
	    *park; /* requests that wait behind the oldest; NULL: none */
	uint32_t waiting_requests; /* requests of which no response began */
	uint64_t owed;    /* responses to come of requests that were given up */
	uint32_t unasked; /* of these, under way */
	uint64_t ordinal;
	uint64_t entries;
	bool pipelined;     /* requests did not wait for responses */
	bool response_lost; /* a gap may have swallowed one */
	bool doubt;         /* pairing by order may be out of step */
	bool paired_since;  /* the doubt arose */
	bool park_shut;     /* what waits in memory came after what is parked */

	struct dissect_side side[2];
};

static inline int
dissect_side_of(const struct dissect *d, enum dir dir)
{
	return (int)dir ^ d->client;
}

static inline enum dir
dissect_dir_of(const struct dissect *d, int side)
{
	return side == d->client ? TO_SERVER : TO_CLIENT;
}

/* d is zeroed; the rest of its members are the caller's to set. */
void dissect_init(struct dissect *d, struct dissect_host *host);

/*
 * Begin with this dissector; bytes that are held are its first. ERR_NOMEM,
 * ERR_BUDGET, ERR_LIMIT leave it idle.
 */
int dissect_bind(struct dissect *d, const struct dissector *dis) WARN_UNUSED;
/* Feed what is held, after dissect_bind() on a stream that went on before. */
void dissect_resume(struct dissect *d);

/* Show bytes that a hint put off: before anything else is done. */
void dissect_catch_up(struct dissect *d, int side);
/*
 * Only while active; look at the status afterwards. At most DISSECT_SLICE
 * bytes at once.
 */
void dissect_data(struct dissect *d, int side, uint64_t off, struct str bytes,
                  struct engine_from from);
void dissect_datagram(struct dissect *d, int side, uint64_t off,
                      struct str bytes, struct engine_from from);
/* After a hand-over, what is left of *io is for the next one. */
void dissect_gap(struct dissect *d, int side, struct gap *io);
void dissect_end(struct dissect *d, int side, enum why why);

/* finish(), and everything under way becomes entries; the state is freed. */
void dissect_finish(struct dissect *d, enum why why);
/* The same without finish(): for opaque streams and hand-overs. */
void dissect_stop(struct dissect *d, const char *reason);
/* Idle again; what is held is dropped. Another one may be bound. */
void dissect_unbind(struct dissect *d);
/* Frees what is held. */
void dissect_release(struct dissect *d);

/* Are n more bytes within the budget? */
bool dissect_room(const struct dissect *d, size_t n);
void dissect_charge(struct dissect *d, size_t n);
void dissect_discharge(struct dissect *d, size_t n);

/* A row about side at off (the packet of that byte). */
struct dissect_row {
	enum diag_kind kind;
	int side;
	uint64_t off;
	uint64_t len;
	struct str name;
	struct str text;
};
void dissect_diag(struct dissect *d, const struct dissect_row *r);

#endif /* PROTO_DISSECT_H */
