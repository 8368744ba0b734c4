/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_feed: the first life: where messages are and who answers whom.
 *
 * A message is taken when its header and its first question can be read. When
 * its records cannot, because the capture cut the packet or because they are
 * malformed, it is an entry that is cut, and a row says where.
 */
#ifndef DNS_FEED_H
#define DNS_FEED_H

#include "analyzer/proto/proto.h"

/* Requests remembered for responses that do not repeat the question. */
enum { DNS_RECENT = 16 };

struct dns_recent {
	uint64_t key;
	uint16_t id;
	uint16_t waiting; /* for responses; 0: a free place */
};

struct dns_side {
	uint64_t searched; /* bytes, for a boundary */
	bool searching;
};

/* A zone transfer under way (RFC 5936); only one at a time is followed. */
struct dns_transfer {
	struct message *m; /* its response; NULL after a limit */
	enum dir dir;
	uint16_t id;
	bool open;
};

struct dns_state {
	struct dns_recent recent[DNS_RECENT];
	unsigned next; /* of recent, to be replaced */
	struct dns_side side[2];
	struct dns_transfer transfer;
};

enum feed dns_feed_udp(struct dissect *d, void *state, enum dir dir,
                       struct cursor *in);
enum feed dns_feed_mdns(struct dissect *d, void *state, enum dir dir,
                        struct cursor *in);
enum feed dns_feed_llmnr(struct dissect *d, void *state, enum dir dir,
                         struct cursor *in);
enum feed dns_feed_tcp(struct dissect *d, void *state, enum dir dir,
                       struct cursor *in);
enum feed dns_feed_gap(struct dissect *d, void *state, enum dir dir,
                       const struct gap *g);

/* Did the answer say that it is not all? */
bool dns_feed_truncated(const struct entry *e);

#endif /* DNS_FEED_H */
