/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis_front: the beginning of a message, as far as it decides what it is.
 *
 * Whether bytes can be this protocol at all, whether a command will have a
 * reply, and whether an array is a reply or was pushed has to be known before
 * the message is opened. Cursors tell by their state when more bytes are needed
 * for that; never more than a few dozen, or one short value.
 */
#ifndef REDIS_FRONT_H
#define REDIS_FRONT_H

#include "analyzer/proto/proto.h"
#include "analyzer/proto/redis/redis_command.h"
#include "analyzer/proto/redis/redis_resp.h"

/* Words that decide whether there is a reply; empty where there are others. */
struct redis_front {
	struct str name;    /* of the command; empty when too long for one */
	struct str word[2]; /* of CLIENT REPLY, what follows the name */
};

/* Of a command that is an array, behind the array's own line. */
void redis_front_read(struct cursor *c, uint64_t argc,
                      struct redis_front *ret_front);

/* Is this a command, or the kind of a push, about subscriptions? */
bool redis_front_subscribes(struct str name);

/*
 * Looks behind the line of an array or push. What kind it is when it is one
 * that servers send for subscriptions ("message"), or any push; else empty.
 */
struct str redis_front_push_kind(struct cursor *c, const struct redis_item *it);

/*
 * Do these bytes begin a message? YES: as far as can be told; MAYBE: more are
 * needed (also for none); NO is final. Commands have to be arrays here: a line
 * of text may be anything.
 */
enum verdict redis_front_begins(struct cursor c, enum dir dir);

#endif /* REDIS_FRONT_H */
