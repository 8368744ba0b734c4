/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ends: what became of the ends of calls that were met last.
 *
 * A few workloads make most of the entries, and to find out who had an address
 * at an instant takes longer than all else that statistics do with an entry. So
 * a number is remembered for an end, for as long as no name of its address
 * begins or ends (opened_span()).
 */
#ifndef QUERY_ENDS_H
#define QUERY_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/query/facts.h"
#include "analyzer/query/opened.h"

enum { ENDS_SLOTS = 1 << 12 };

/* One end in [from, to). */
struct end_slot {
	uint32_t id; /* of the address, 0: nothing is here */
	uint32_t point;
	uint16_t port; /* of a server; clients' say nothing */
	uint32_t number;
	int64_t from, to;
};

/* Zeroed, it knows nothing. For one snapshot. */
struct ends {
	struct end_slot slot[ENDS_SLOTS];
};

/* Who it is, by name; `server`: the one that was asked. */
struct resolved ends_resolve(const struct opened *o, const struct fact *f,
                             bool server);
/* The number that it was given, if that is remembered. */
bool ends_find(const struct ends *e, const struct fact *f, bool server,
               uint32_t *ret_number);
void ends_keep(struct ends *e, const struct opened *o, const struct fact *f,
               bool server, uint32_t number);

#endif /* QUERY_ENDS_H */
