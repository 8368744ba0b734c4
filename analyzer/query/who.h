/* SPDX-License-Identifier: Apache-2.0 */
/*
 * who: who had an address when.
 *
 * The identity intervals of an index in memory, sorted, to be asked for every
 * row of a list. Intervals are added in any order, then who_sort() is called
 * once, then questions are asked. Texts are copied, equal ones once.
 *
 * An interval says: from `from` until just before `to` the address (or only
 * its port, when that is not 0) had this name, as seen on `node` (or on all,
 * when that is empty). Intervals of one address, port and node should not
 * overlap; where they do, the one that begins last is believed.
 */
#ifndef QUERY_WHO_H
#define QUERY_WHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "base/addr.h"
#include "base/compiler.h"
#include "base/str.h"

struct who;

/* A question. */
struct who_ask {
	struct str node; /* of the capture point that saw the packet */
	struct addr ip;
	uint16_t port; /* 0: the address alone */
	int64_t ts;
};

/* NULL when there is no memory. */
struct who *who_new(void) WARN_UNUSED;
void who_free(struct who *w);

/* ERR_NOMEM, or ERR_BUDGET past the limits in who.c. */
int who_add(struct who *w, const struct index_identity *i) WARN_UNUSED;
/* ERR_NOMEM. */
int who_sort(struct who *w) WARN_UNUSED;

/*
 * The interval that answers, or NULL. What is known of the port comes before
 * what is known of the address, and what the node itself knew before what all
 * know; what was learnt from DNS comes last. Borrowed from w.
 */
const struct index_identity *who_find(const struct who *w,
                                      const struct who_ask *ask);

/*
 * The longest time around ts, [from, to), in which no interval of this address
 * begins or ends: as long as it lasts, every answer about it stays the same.
 */
void who_span(const struct who *w, const struct addr *ip, int64_t ts,
              int64_t *ret_from, int64_t *ret_to);

#endif /* QUERY_WHO_H */
