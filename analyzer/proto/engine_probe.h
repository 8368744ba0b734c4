/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_probe: which dissector, and who is the client. Private to the engine.
 *
 * Asks each dissector of the right transport, in registry order, about the
 * first bytes of both directions, in both orientations. YES decides, and says
 * who is the client: connections may be opened by those who serve. One that
 * said NO in an orientation is not asked there again. At the end the first
 * MAYBE with a matching port gets the stream, the opener being the client.
 */
#ifndef PROTO_ENGINE_PROBE_H
#define PROTO_ENGINE_PROBE_H

#include "analyzer/proto/proto.h"

/* Candidates are bits of a word; more dissectors than that need another. */
enum { ENGINE_PROBE_MAX = 64 };

struct engine_probe {
	const struct dissector *const *registry;
	const struct dissector *only; /* NULL: all */
	const struct proto_limits *limits;
	uint16_t port[2];
	uint8_t l4;
	int opener; /* side, -1 unknown */
	bool midway;
	uint64_t alive[2]; /* candidates, by the side that would be client */
};

enum engine_probe_answer {
	ENGINE_PROBE_MORE, /* show more */
	ENGINE_PROBE_FOUND,
	ENGINE_PROBE_TLS,
	ENGINE_PROBE_NONE,
};

struct engine_probe_found {
	const struct dissector *dis;
	int client;
	bool guessed; /* the client is */
};

/* All but `alive` is set: begin anew with every candidate. */
void engine_probe_reset(struct engine_probe *p);

/*
 * What is known of both sides so far, by side. `final`: there will be no more.
 */
enum engine_probe_answer engine_probe_ask(struct engine_probe *p,
                                          const struct str view[2], bool final,
                                          struct engine_probe_found *ret_found);

/* The side that is likely the client, by the ports alone. */
int engine_probe_guess(const struct engine_probe *p);

#endif /* PROTO_ENGINE_PROBE_H */
