/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packets: picked packets, read from the evidence in order of time.
 *
 * Within a capture file they stay in the file's order, whatever their times
 * are; files are merged by the time of what comes next in each. Only packets
 * that were picked are read, with what lies between them when that is cheaper
 * than another call. (A pcapng file is first walked to the last of them,
 * because its interfaces may be told anywhere.) Files are opened when their
 * turn comes, and memory for reading ahead is bounded by the limits.
 */
#ifndef EXPORT_PACKETS_H
#define EXPORT_PACKETS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/export/limits.h"
#include "analyzer/export/pick.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"
#include "snapshot/capture.h"

struct packets;

/* A capture file with picked packets. */
struct packets_source {
	uint32_t id;
	bool tls;
	bool micro; /* its times have microseconds and no more */
};

struct packet {
	const struct packets_source *source;
	struct record record;
	/* Which interface of its file; valid until the next call. */
	const struct capture_iface *iface;
};

/* Everything given is borrowed. `cancel` may be NULL. */
struct packets_setup {
	struct opened *o;
	const struct pick *pick;
	const struct export_limits *limits;
	const atomic_bool *cancel;
	/* Is this file wanted? NULL: every one is. */
	bool (*filter)(void *ctx, const struct packets_source *s);
	void *ctx;
};

int packets_open(const struct packets_setup *setup, struct err *e,
                 struct packets **ret_packets) WARN_UNUSED;
void packets_free(struct packets *p);

/* The files that were let through, in order of their first packets. */
size_t packets_sources(const struct packets *p);
const struct packets_source *packets_source(const struct packets *p, size_t i);

/*
 * 1 and *ret_packet, borrowed until the next call; 0 at the end; ERR_CANCELLED,
 * ERR_NOMEM, ERR_CORRUPT (there is no packet where the index says) or the
 * codes of evidence_read().
 */
int packets_next(struct packets *p, struct packet *ret_packet,
                 struct err *e) WARN_UNUSED;

#endif /* EXPORT_PACKETS_H */
