/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing: entries as lines of a table for people.
 *
 *	    ID TIME          PROTO METHOD TARGET  STATUS SOURCE -> DESTINATION
 *MS
 *
 * A line with the day comes before the first entry of each day. Widths fit the
 * terminal; elsewhere nothing is cut.
 */
#ifndef CMD_LISTING_H
#define CMD_LISTING_H

#include <stdint.h>

#include "analyzer/index/row.h"
#include "analyzer/query/opened.h"
#include "analyzer/query/veil.h"
#include "console/human.h"
#include "console/term.h"

enum {
	LISTING_EID = 32,  /* bytes of "N:ID" */
	LISTING_PEER = 320 /* bytes of a peer's text */
};

struct listing {
	struct term *term;
	int id, target, peers; /* widths */
	uint64_t rows;
	char day[HUMAN_TEXT];
};

/* `many`: ids come with the number of their snapshot. */
void listing_init(struct listing *l, struct term *t, bool many);
/* `snapshot` is that number, 0 for none; `veil` (may be NULL) what to hide. */
void listing_row(struct listing *l, struct opened *o,
                 const struct index_entry *e, unsigned snapshot,
                 const struct veil *veil);

/* The id as people write it. */
const char *listing_eid(int64_t id, unsigned snapshot, char out[LISTING_EID]);
/* "HTTP", or the key of a protocol that this program does not know. */
const char *listing_protocol(const struct index_entry *e);

/* One end of a conversation at an instant. */
struct listing_end {
	uint32_t point; /* where it was seen */
	struct addr ip;
	uint16_t port;
	bool server; /* its port says who it is, a client's does not */
	bool hidden; /* it is not to be told */
	int64_t ts;
};

/*
 * A column with both ends: "SOURCE -> DESTINATION", each "name:port" (without
 * the port for a client) or "ip:port". `width` as for term_cell().
 */
void listing_ends(struct term *t, int width, struct opened *o,
                  const struct listing_end *src, const struct listing_end *dst);

#endif /* CMD_LISTING_H */
