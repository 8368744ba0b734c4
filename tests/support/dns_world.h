/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_world: a conversation in DNS, dissected and rendered at once, for tests
 * and fuzz targets.
 *
 * Each call is a packet (over UDP a datagram), given to the engine in an
 * exact-size copy on the heap. The text has a line for each entry:
 *
 *	dns/0 "Query" a.b 0 21/67 failed
 *
 * and, on demand, a line for each side with its JSON or its sections. Nothing
 * in it depends on packet boundaries of a TCP stream.
 */
#ifndef TESTS_SUPPORT_DNS_WORLD_H
#define TESTS_SUPPORT_DNS_WORLD_H

#include <stdbool.h>

#include "analyzer/proto/engine.h"
#include "base/arena.h"
#include "base/buf.h"

enum dns_world_show {
	DNS_WORLD_LINE = 1,
	DNS_WORLD_JSON = 2,
	DNS_WORLD_SECTIONS = 4,
	DNS_WORLD_DIAGS = 8,
};

struct dns_world {
	/* may be changed between init and open */
	struct proto_limits limits;
	uint8_t l4;       /* 17 */
	uint16_t port[2]; /* 40000, 53 */
	int opener;       /* 0 for TCP */

	struct engine *engine;
	struct engine_stream *stream;
	struct engine_budget budget;
	struct buf side[2];  /* the evidence; gaps are zeros in it */
	struct buf known[2]; /* 1 for each byte of it that is there */
	struct buf text;
	struct arena scratch;
	unsigned show;
	uint64_t record;
	unsigned entries;
	int failed; /* first code of a render function */
};

void dns_world_init(struct dns_world *w, unsigned show);
void dns_world_open(struct dns_world *w);
void dns_world_send(struct dns_world *w, int side, struct str bytes);
void dns_world_lose(struct dns_world *w, int side, size_t n);
/* Ends the stream; the text of all entries, valid until release. */
const char *dns_world_finish(struct dns_world *w, enum why why);
void dns_world_release(struct dns_world *w);

/* --- putting a message together ------------------------------------------- */

void dns_put_header(struct buf *b, unsigned id, unsigned bits,
                    const unsigned count[4]);
/* "a.b" as labels; "" is the root. */
void dns_put_name(struct buf *b, const char *name);
void dns_put_question(struct buf *b, const char *name, unsigned type,
                      unsigned rclass);
/* A record of class IN with a TTL of 30 seconds. */
void dns_put_record(struct buf *b, const char *name, unsigned type,
                    struct str data);

#endif /* TESTS_SUPPORT_DNS_WORLD_H */
