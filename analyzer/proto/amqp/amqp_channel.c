/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_channel.h"

#include "base/cursor.h"

struct amqp_channel *
amqp_channel_slot(struct amqp_channels *all, uint16_t number, uint64_t limit)
{
	uint64_t n = limit < AMQP_CHANNELS ? limit : AMQP_CHANNELS;

	return &all->slot[n != 0 ? number % n : 0];
}

void
amqp_channel_begin(struct amqp_channel *ch, uint16_t number)
{
	*ch = (struct amqp_channel){
		.number = number,
		.generation = (uint8_t)(ch->generation + 1),
		.used = true,
	};
}

/*
 *   62      60  59     58      43 42         36 35     0
 *  +----------+-------+----------+-------------+--------+
 *  | question | asker | channel  | generation  | tag    |
 *  +----------+-------+----------+-------------+--------+
 */
uint64_t
amqp_channel_key(const struct amqp_channel *ch, enum amqp_question q,
                 enum dir asker, uint64_t tag)
{
	return (uint64_t)q << 60 | (uint64_t)asker << 59 |
	       (uint64_t)ch->number << 43 |
	       (uint64_t)(ch->generation & 0x7f) << 36 |
	       (tag < AMQP_TAG_MAX ? tag : AMQP_TAG_MAX);
}

/* FNV-1a. */
static uint32_t
hash_on(uint32_t h, struct str s)
{
	struct cursor c = cur_from_str(s, false);

	while (!cur_at_end(&c))
		h = (h ^ cur_u8(&c)) * UINT32_C(0x01000193);
	return h;
}

static uint32_t
hash_of(uint16_t number, struct str tag)
{
	return hash_on(UINT32_C(0x811c9dc5) ^ number, tag);
}

uint32_t
amqp_channel_hash(struct str exchange, struct str routing_key)
{
	return hash_on(hash_on(hash_of(0, exchange), STR("\n")), routing_key);
}

void
amqp_channel_consumer(struct amqp_channels *all, uint16_t number,
                      struct str tag, bool no_ack)
{
	uint32_t hash = hash_of(number, tag);
	struct amqp_consumer *to = &all->consumer[all->next];

	for (unsigned i = 0; i < AMQP_CONSUMERS; i++) {
		if (all->consumer[i].used && all->consumer[i].hash == hash)
			to = &all->consumer[i];
	}
	if (to == &all->consumer[all->next])
		all->next = (all->next + 1) % AMQP_CONSUMERS;
	*to = (struct amqp_consumer){ hash, true, no_ack };
}

enum amqp_acks
amqp_channel_acks(const struct amqp_channels *all, uint16_t number,
                  struct str tag)
{
	uint32_t hash = hash_of(number, tag);

	for (unsigned i = 0; i < AMQP_CONSUMERS; i++) {
		const struct amqp_consumer *c = &all->consumer[i];

		if (c->used && c->hash == hash)
			return c->no_ack ? AMQP_ACKS_NONE : AMQP_ACKS_EACH;
	}
	return AMQP_ACKS_UNKNOWN;
}

/* --- mandatory publishes -------------------------------------------------- */

void
amqp_channel_mandatory(struct amqp_channels *all, const struct amqp_channel *ch,
                       uint32_t hash, uint64_t ordinal)
{
	all->mandatory[all->next_mandatory] = (struct amqp_mandatory){
		.ordinal = ordinal,
		.number = ch->published,
		.hash = hash,
		.channel = ch->number,
		.generation = ch->generation,
		.used = true,
	};
	all->next_mandatory = (all->next_mandatory + 1) % AMQP_MANDATORY;
}

/* The i-th of the channel's, oldest first, or NULL. */
static struct amqp_mandatory *
mandatory_at(struct amqp_channels *all, const struct amqp_channel *ch,
             unsigned i)
{
	struct amqp_mandatory *p =
	    &all->mandatory[(all->next_mandatory + i) % AMQP_MANDATORY];

	if (!p->used || p->channel != ch->number ||
	    p->generation != ch->generation)
		return NULL;
	return p;
}

struct amqp_mandatory *
amqp_channel_returned(struct amqp_channels *all, const struct amqp_channel *ch,
                      uint32_t hash)
{
	for (unsigned i = 0; i < AMQP_MANDATORY; i++) {
		struct amqp_mandatory *p = mandatory_at(all, ch, i);

		if (p != NULL && p->hash == hash && !p->returned)
			return p;
	}
	return NULL;
}

bool
amqp_channel_settled(struct amqp_channels *all, const struct amqp_channel *ch,
                     uint64_t number, struct amqp_mandatory *ret)
{
	for (unsigned i = 0; i < AMQP_MANDATORY; i++) {
		struct amqp_mandatory *p = mandatory_at(all, ch, i);

		if (p == NULL || p->number != number)
			continue;
		p->used = false;
		*ret = *p;
		return p->returned;
	}
	return false;
}

void
amqp_channel_answered(struct amqp_channels *all, const struct amqp_channel *ch)
{
	for (unsigned i = 0; i < AMQP_MANDATORY; i++) {
		struct amqp_mandatory *p = mandatory_at(all, ch, i);

		/* With confirms they are settled one by one. */
		if (p != NULL && p->number <= ch->asked && !ch->confirms)
			p->used = false;
	}
}
