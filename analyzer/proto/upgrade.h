/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upgrade: what HTTP/1 hands on to the protocol that a connection changes to
 * (RFC 9110, section 7.8): the bytes of dissect_hand_on() and dissect_handed().
 */
#ifndef PROTO_UPGRADE_H
#define PROTO_UPGRADE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

/* Each may be empty. */
struct upgrade {
	struct str target;     /* of the request, as in the index */
	struct str host;       /* of the request */
	struct str extensions; /* Sec-WebSocket-Extensions of the response */
	struct str protocol;   /* Sec-WebSocket-Protocol of the response */
	struct str request;    /* head of one that goes on as HTTP/2 */
	uint64_t off;          /* ... and its place */
};

/* The bytes, in the arena; none when it fails (arena_error() tells). */
struct str upgrade_write(const struct upgrade *u, struct arena *a);

/* The parts point into `handed`. False, and all of them empty, when it is not
 * what upgrade_write() wrote. */
bool upgrade_read(struct str handed, struct upgrade *ret_upgrade) WARN_UNUSED;

#endif /* PROTO_UPGRADE_H */
