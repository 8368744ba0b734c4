/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: who had an address when, from name_resolution_history.json.
 *
 * The file maps seconds (milliseconds are told apart by magnitude) to complete
 * maps of "ip" or "ip:port" to a name. It becomes intervals: a name holds from
 * the instant of the first map that has it until the first later map that does
 * not, or has another. Before the first map of all, its names hold too but are
 * marked `early`, because nothing was observed then.
 * Source: docs/formats/snapshot.md, "Name history".
 */
#ifndef SNAPSHOT_HISTORY_H
#define SNAPSHOT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "snapshot/limits.h"

/* Half-open interval [from, to) in nanoseconds since the epoch. */
struct identity {
	uint8_t ip[16];  /* IPv4 is mapped (::ffff:a.b.c.d) */
	uint16_t port;   /* 0: any port of the address */
	bool early;      /* from is before the first observation */
	int64_t from;    /* INT64_MIN: open */
	int64_t to;      /* INT64_MAX: open */
	struct str name; /* "service.namespace"; borrowed from history */
	struct str ns;   /* namespace, may be empty */
};

struct history;

/*
 * Read one file's text; nothing of it is borrowed. ERR_SYNTAX (with line and
 * column in e), ERR_LIMIT (json_bytes, json_depth, history_maps, identities, or
 * too many different names), ERR_NOMEM, ERR_IO (no random bytes). Keys that are
 * neither addresses nor address:port (names, which the original writes too) and
 * values without a name are passed over and counted. A name of the first map
 * gives two intervals: an early one up to it, and one from it on. Memory is
 * that of the intervals, whatever the size of the text.
 */
int history_parse(struct str text, const struct snapshot_limits *limits,
                  struct err *e, struct history **ret_history) WARN_UNUSED;
void history_free(struct history *h);

size_t history_count(const struct history *h);
const struct identity *history_at(const struct history *h, size_t i);
size_t history_passed_over(const struct history *h);

/* Sorted by (ip, port, from); no two intervals of one (ip, port) overlap. */

#endif /* SNAPSHOT_HISTORY_H */
