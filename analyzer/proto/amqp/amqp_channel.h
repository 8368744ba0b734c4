/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_channel: what is remembered of the channels of a connection while it is
 * indexed, and the keys by which their messages are paired.
 *
 * A channel has the slot of its number modulo the limit amqp-channels, and
 * loses it to another one that needs the same: clients number theirs from 1.
 */
#ifndef AMQP_CHANNEL_H
#define AMQP_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/span.h"
#include "base/str.h"

/* As many channels of a connection are followed at most (amqp-channels). */
#define AMQP_CHANNELS 128u

/* Consumers remembered, to know whether deliveries are acknowledged. */
#define AMQP_CONSUMERS 64u

/* Mandatory publishes of a connection remembered, in case they are returned. */
#define AMQP_MANDATORY 64u

struct message;

/* The content that a method announced, in one direction of a channel. */
struct amqp_content {
	struct message *m; /* also NULL when the engine had no room for it */
	uint64_t left;     /* of the body */
	bool open;
	bool body; /* its header has come */
};

struct amqp_channel {
	struct amqp_content content[2]; /* by enum dir */
	uint64_t published;             /* the number of the last publish */
	uint64_t asked; /* that number when the last question was asked */
	uint16_t number;
	uint8_t generation; /* how often the slot changed hands, about */
	bool used;
	bool confirms; /* publishes are confirmed */
	bool doubtful; /* ... and `published` is a guess */
	bool acks;     /* the client acknowledged a delivery */
	bool no_ack;   /* of the consumer that is about to be named */
};

struct amqp_consumer {
	uint32_t hash; /* of channel and tag */
	bool used;
	bool no_ack;
};

/* A publish that the server returns when no queue takes it. */
struct amqp_mandatory {
	uint64_t ordinal; /* of its entry */
	uint64_t about;   /* that of the return, */
	bool returned;    /* if there was one */
	uint64_t number;  /* as its channel counts */
	uint32_t hash;    /* of exchange and routing key */
	uint16_t channel;
	uint16_t code; /* of the return */
	uint8_t generation;
	bool used;
};

struct amqp_channels {
	struct amqp_channel slot[AMQP_CHANNELS];
	struct amqp_mandatory mandatory[AMQP_MANDATORY]; /* a ring */
	unsigned next_mandatory;
	struct amqp_consumer consumer[AMQP_CONSUMERS]; /* a ring */
	unsigned next;
};

/* The slot for this number, whoever has it. */
struct amqp_channel *amqp_channel_slot(struct amqp_channels *all,
                                       uint16_t number, uint64_t limit);
/* It belongs to that channel from now on, as good as new. */
void amqp_channel_begin(struct amqp_channel *ch, uint16_t number);

enum amqp_question {
	AMQP_ASKS_METHOD = 1, /* tag: class and method */
	AMQP_ASKS_CONFIRM,    /* tag: the number of a publish */
	AMQP_ASKS_ACK,        /* tag: the number of a delivery */
	AMQP_ASKS_HEADER,     /* the protocol header */
};

/* The largest tag; those of a channel and question are in a row up to it. */
#define AMQP_TAG_MAX ((UINT64_C(1) << 36) - 1)

/* A key for pairing, never 0; `asker` is the way that the question goes. */
uint64_t amqp_channel_key(const struct amqp_channel *ch, enum amqp_question q,
                          enum dir asker, uint64_t tag);

enum amqp_acks { AMQP_ACKS_UNKNOWN, AMQP_ACKS_NONE, AMQP_ACKS_EACH };

void amqp_channel_consumer(struct amqp_channels *all, uint16_t number,
                           struct str tag, bool no_ack);
enum amqp_acks amqp_channel_acks(const struct amqp_channels *all,
                                 uint16_t number, struct str tag);

/* The channel's last publish is mandatory; so is its entry's ordinal. */
void amqp_channel_mandatory(struct amqp_channels *all,
                            const struct amqp_channel *ch, uint32_t hash,
                            uint64_t ordinal);
/*
 * The oldest publish to which a return fits: servers return in the order in
 * which they were published. NULL when none is known.
 */
struct amqp_mandatory *amqp_channel_returned(struct amqp_channels *all,
                                             const struct amqp_channel *ch,
                                             uint32_t hash);
/* The publish of this number is acknowledged; it is forgotten. False when it
 * is not known that it was returned. */
bool amqp_channel_settled(struct amqp_channels *all,
                          const struct amqp_channel *ch, uint64_t number,
                          struct amqp_mandatory *ret);
/* A question was answered: what was published before it is not returned any
 * more. */
void amqp_channel_answered(struct amqp_channels *all,
                           const struct amqp_channel *ch);
/* What a publish and its return have in common. */
uint32_t amqp_channel_hash(struct str exchange, struct str routing_key);

#endif /* AMQP_CHANNEL_H */
