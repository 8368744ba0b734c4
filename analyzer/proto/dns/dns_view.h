/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_view: a side of an exchange read back from the evidence.
 *
 * A side is one message, or the many of a zone transfer, a span each. One of
 * them is in memory at a time, in the exchange's scratch arena. Where bytes are
 * missing the message ends.
 */
#ifndef DNS_VIEW_H
#define DNS_VIEW_H

#include "analyzer/proto/dns/dns_wire.h"
#include "analyzer/proto/proto.h"
#include "base/buf.h"
#include "base/compiler.h"

struct dns_view {
	const struct exchange *x;
	enum side side;
	struct dns_digest g; /* of the first message */
	bool readable;       /* there is at least its header */
	bool malformed;      /* some record is missing or malformed */
	bool multicast;
	struct buf text; /* scratch of whoever renders */

	/* private */
	char *mem;
	size_t part; /* the message in memory, if `loaded` */
	struct str msg;
	bool loaded;
};

/* 0 or why the evidence cannot be read. Release it in either case. */
int dns_view_open(struct dns_view *v, const struct exchange *x,
                  enum side side) WARN_UNUSED;
void dns_view_release(struct dns_view *v);

/* A record, and the message that it is in. */
struct dns_item {
	struct str msg;
	const struct dns_record *r;
	size_t index; /* in its section, over all messages */
};

/* Called for each record of a section; non-zero ends it with that code. */
typedef int dns_view_fn(void *ctx, const struct dns_item *item);
int dns_view_each(struct dns_view *v, enum dns_section section, dns_view_fn *fn,
                  void *ctx) WARN_UNUSED;

#endif /* DNS_VIEW_H */
