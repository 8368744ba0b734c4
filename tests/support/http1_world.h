/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_world: a conversation in memory, dissected and then rendered, for tests
 * and fuzz targets.
 *
 * Bytes are given to an engine that knows one dissector only (HTTP/1 unless
 * another is set), each call as a packet of
 * its own, in an exact-size copy on the heap so that a read past them is seen.
 * What was given stays readable at its stream offset, as the evidence would,
 * and every entry is rendered through that at once. The text of all entries is
 * what a test compares: nothing in it depends on packet boundaries.
 */
#ifndef TESTS_SUPPORT_HTTP1_WORLD_H
#define TESTS_SUPPORT_HTTP1_WORLD_H

#include <stdbool.h>

#include "analyzer/proto/engine.h"
#include "analyzer/proto/overlay.h"
#include "base/arena.h"
#include "base/buf.h"

/* What the text shows of each entry. */
enum world_show {
	WORLD_LINE = 1,     /* method, target, status, sizes, flags */
	WORLD_JSON = 2,     /* request and response */
	WORLD_SECTIONS = 4, /* representation */
	WORLD_BODIES = 8,   /* bodies, decoded */
	WORLD_DIAGS = 16,   /* rows about limits and what is malformed */
};

struct world {
	struct proto_limits limits;
	const struct overlay *const *overlays; /* NULL: none */
	const struct dissector *table[3];  /* the dissector, perhaps one that it
	                                    * hands over to, and NULL */
	bool all;                          /* all there are, instead */
	uint16_t port;                     /* of the server */
	const struct protobuf_set *schema; /* NULL: none */
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
	/* of the present entry; `over` is its overlay, or NULL */
	const struct dissector *owner;
	const struct overlay *over;
	bool sides_agree; /* rendered summaries equal the indexed ones */
};

/* limits, table and port may be changed between these two. */
void http1_world_init(struct world *w, unsigned show);
bool http1_world_open(struct world *w, int opener);

void http1_world_send(struct world *w, int side, const char *p, size_t n);
void http1_world_say(struct world *w, int side, const char *text);
void http1_world_lose(struct world *w, int side, uint64_t n);
void http1_world_end(struct world *w, int side, enum why why);

/* Ends the stream; the text of all entries, valid until release. */
const char *http1_world_finish(struct world *w, enum why why);
void http1_world_release(struct world *w);

/*
 * A copy of such a text without the values of "captureTime", which depend on
 * the number of packets; the caller's to free().
 */
char *http1_world_timeless(const char *text);

#endif /* TESTS_SUPPORT_HTTP1_WORLD_H */
