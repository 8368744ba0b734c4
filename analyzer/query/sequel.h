/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequel: an answer that was not all, and the exchange that has the rest.
 *
 * A truncated answer of DNS over UDP makes the client ask again over TCP. That
 * is another stream, so nothing but the index joins the two: same client and
 * server, same name, one behind the other within SEQUEL_WAIT. Of several, the
 * nearest belong together, and each has one partner at most.
 *
 * Besides, a dissector may know another entry of the same stream that one is
 * about.
 */
#ifndef QUERY_SEQUEL_H
#define QUERY_SEQUEL_H

#include "analyzer/index/row.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/clock.h"
#include "base/compiler.h"

/* Clients ask again at once, unless the network keeps them from it. */
#define SEQUEL_WAIT (10 * CLOCK_SEC)

/* Ids of entries; 0: none. */
struct sequel {
	int64_t repeated_by;  /* where all of this one's answer is */
	int64_t repeats;      /* whose answer is here as a whole */
	int64_t related;      /* what the dissector says it is about, */
	const char *relation; /* and how that is called */
};

/* `owner` is the dissector of the entry's variant; NULL has no sequels. */
int sequel_find(struct opened *o, const struct index_entry *e,
                const struct dissector *owner, struct err *err,
                struct sequel *ret) WARN_UNUSED;

#endif /* QUERY_SEQUEL_H */
