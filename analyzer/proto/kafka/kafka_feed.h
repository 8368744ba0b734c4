/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_feed: one pass over a Kafka connection while it is indexed.
 *
 * - Messages say how long they are, so framing survives whatever is inside.
 *   The fields are walked for what lists show: the topics, groups or keys that
 *   a request is about, and the first error code of a response. Records are
 *   passed over unseen, however many there are.
 * - Responses are paired by correlation id. Which API and version a response
 *   has is known from its request alone; it is kept with the request.
 * - Produce with acks=0 expects no response. One that comes all the same is an
 *   entry by itself, of which the API and version are learnt and kept.
 * - After SaslHandshake version 0, tokens without a head come and go until the
 *   client sends a request again: exchanges called SaslToken.
 * - Behind a gap inside a message the rest of it is passed over. Behind one
 *   that hid a head, and where a capture begins in the middle, the next head is
 *   searched: a request by a known API key, version and client id, a response
 *   by the id of one of the last requests, and both by fields that fit.
 */
#ifndef KAFKA_FEED_H
#define KAFKA_FEED_H

#include "analyzer/proto/kafka/kafka_topics.h"
#include "analyzer/proto/kafka/kafka_walk.h"
#include "analyzer/proto/proto.h"

/* Requests remembered for the search of a response, and the bytes of targets
 * that the index has: the longest name fits. */
enum { KAFKA_RECENT = 16, KAFKA_TARGETS = 1024 };

/* Names of several topics have this in between. */
#define KAFKA_BETWEEN ", "

struct kafka_recent {
	int32_t correlation;
	int16_t key, version;
};

struct kafka_dir {
	struct message *m; /* also NULL when the engine had no room for it */
	struct kafka_walk walk;
	uint64_t end;      /* offset behind the message */
	uint64_t searched; /* bytes since the search began */
	uint64_t seen;     /* targets */
	size_t ntarget;
	bool open;
	bool walking;
	bool searching;
	bool failed;
	bool kept; /* the form, with a response */
	bool dead; /* searched too far */
	char target[KAFKA_TARGETS];
	uint64_t nth;  /* of the direction's messages, from 1 */
	size_t nnamed; /* bytes of the name that the next id has */
	char named[KAFKA_TOPIC_NAME];
};

/* State of one stream; all zero is a new one. */
struct kafka_state {
	struct kafka_dir dir[2];
	struct kafka_recent recent[KAFKA_RECENT]; /* a ring */
	struct kafka_topics topics;
	uint64_t requests;
	uint32_t tokens; /* SASL tokens without an answer */
	bool sasl;       /* tokens may come */
	bool begun;
};

/* The members of struct dissector. */
enum feed kafka_feed(struct dissect *d, void *state, enum dir dir,
                     struct cursor *in);
enum feed kafka_feed_gap(struct dissect *d, void *state, enum dir dir,
                         const struct gap *g);

/*
 * Do the bytes behind the head, as far as they are here, have the form of a
 * message with `left` bytes? *ret_whole: all of it is here, and fits.
 */
bool kafka_feed_fits(struct cursor body, const struct kafka_form *form,
                     bool request, uint64_t left, bool *ret_whole);

/* What is kept: key and version, and then names of topics. */
enum { KAFKA_KEPT_FORM = 4 };
/* The form that was kept with a request; false when nothing was. */
bool kafka_feed_kept(struct str kept, struct kafka_form *ret_form);

#endif /* KAFKA_FEED_H */
