/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_feed: one pass over an AMQP 0-9-1 connection while it is indexed.
 *
 * A message is a method frame and, for those that carry one, the frames of its
 * content, which those of other channels may come between: a span each. Bodies
 * are passed over unseen.
 *
 * - Methods that ask are paired with their answers by channel and method. When
 *   the server closes the channel instead, that is the answer, and the close an
 *   entry of its own besides.
 * - Publishes are answered by basic.ack and basic.nack of the server on
 *   channels with publisher confirms, deliveries by the client's, by
 *   basic.reject too. One that acknowledges several is the answer to each.
 *   Acknowledgements of what was not seen are entries by themselves.
 * - When the capture begins in the middle, who expects confirms shows with the
 *   first one; publishes are numbered from there, which is flagged as doubtful.
 * - Behind a gap the next method or heartbeat is searched.
 */
#ifndef AMQP_FEED_H
#define AMQP_FEED_H

#include "analyzer/proto/amqp/amqp_channel.h"
#include "analyzer/proto/amqp/amqp_frame.h"
#include "analyzer/proto/proto.h"

enum amqp_phase {
	AMQP_PHASE_START,  /* the protocol header, or a frame */
	AMQP_PHASE_FRAME,  /* a frame */
	AMQP_PHASE_TAIL,   /* the last octet of one that was passed over */
	AMQP_PHASE_SEARCH, /* a frame to begin with */
	AMQP_PHASE_DEAD,   /* given up */
};

struct amqp_dir {
	enum amqp_phase phase;
	struct amqp_frame frame; /* TAIL: the one passed over, */
	bool ours;               /* which belongs to a content */
	uint64_t searched;       /* bytes since the search began */
};

/* State of one stream; all zero is a new one. */
struct amqp_state {
	struct amqp_dir dir[2];
	struct amqp_version asked; /* of the client's protocol header */
	uint64_t asked_off;        /* which is there, and is waited with */
	bool has_asked;
	bool answered; /* the server has begun */
	struct amqp_channels channels;
};

/* The members of struct dissector. */
enum feed amqp_feed(struct dissect *d, void *state, enum dir dir,
                    struct cursor *in);
enum feed amqp_feed_gap(struct dissect *d, void *state, enum dir dir,
                        const struct gap *g);

#endif /* AMQP_FEED_H */
