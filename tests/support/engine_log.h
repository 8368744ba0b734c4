/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_log: a stream fed to the engine by hand; what comes out, as text.
 *
 * Every call of engine_log_data() is a packet: record 1, 2, ... of source 0, at
 * 10 ns a record. An entry is a line
 *
 *	Q name 200 req 0+10 res 0+5 flags=no_response,late
 *
 * and, with `positions`, also " id=RECORD.SEQ ord=N t=FIRST-LAST/FIRST-LAST".
 * A variant is told when its key begins with '+'. A diag row is a line
 * "! kind name SIDE@OFF+LEN text" when `diags` is set.
 */
#ifndef TESTS_SUPPORT_ENGINE_LOG_H
#define TESTS_SUPPORT_ENGINE_LOG_H

#include "analyzer/proto/engine.h"
#include "analyzer/proto/overlay.h"
#include "base/buf.h"
#include "tests/support/parked.h"

struct engine_log {
	/* set these before engine_log_open() */
	const struct dissector *const *dissectors;
	const struct overlay *const *overlays; /* NULL: none */
	struct proto_limits limits;
	uint16_t port[2];
	int opener;
	uint8_t l4;
	bool positions;
	bool diags;
	bool parks; /* there is a file for requests that wait */

	struct engine *g;
	struct engine_stream *s;
	struct engine_budget budget;
	struct engine_state state; /* after engine_log_finish() */
	struct parked_bytes parked;
	struct buf text;
	uint64_t record;
	uint64_t off[2];
	unsigned entries;
	struct entry last; /* strings and spans are not valid any more */
};

/* Defaults: TCP, ports 40000 to 7007, side 0 opened it, 1 GiB of budget. */
void engine_log_init(struct engine_log *l,
                     const struct dissector *const *dissectors);
/* False when there is no memory. */
bool engine_log_open(struct engine_log *l);
void engine_log_data(struct engine_log *l, int side, struct str bytes);
void engine_log_text(struct engine_log *l, int side, const char *bytes);
void engine_log_datagram(struct engine_log *l, int side, const char *bytes);
void engine_log_gap(struct engine_log *l, int side, uint64_t len);
void engine_log_end(struct engine_log *l, int side, enum why why);
/* Closes the stream; returns the text, valid until engine_log_release(). */
const char *engine_log_finish(struct engine_log *l, enum why why);
void engine_log_release(struct engine_log *l);

#endif /* TESTS_SUPPORT_ENGINE_LOG_H */
