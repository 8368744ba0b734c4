/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: packets on their way from the reader to one worker.
 *
 * A batch belongs to one block of input and holds a reference to it, because
 * the packets' payloads lie there; what was put together from IP fragments is
 * carried along in memory of its own. Batches are recycled through a pool, so
 * their number, and with it the reader's lead, is bounded.
 */
#ifndef INGEST_BATCH_H
#define INGEST_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/net/flow.h"
#include "analyzer/net/frag.h"
#include "base/compiler.h"
#include "base/queue.h"
#include "snapshot/block.h"

enum { BATCH_PACKETS = 2048 };

enum work_kind {
	WORK_PACKET,
	WORK_END_POINT, /* no more packets of capture point `key.point` */
};

/* What was put together from IP fragments, in one allocation. */
struct work_datagram {
	size_t nrecords;
	struct frag_record *records; /* in order of capture */
	size_t npieces;
	struct piece *pieces; /* of the L4 payload, in order */
	uint8_t *payload;
	uint32_t base; /* see work_datagram_rebase() */
};

struct work {
	struct flow_key key;
	enum work_kind kind;
	bool swapped;
	uint8_t shard;
	bool tls; /* the file's name says so */
	bool udp;
	struct packet_tcp tcp;
	uint16_t ip_id;
	uint32_t origlen;
	uint32_t len;    /* L4 payload on the wire */
	uint32_t caplen; /* of it present */
	uint32_t skip;   /* bytes of the record in front of the payload */
	const uint8_t *payload;
	struct position at;
	uint64_t file_off; /* of the record's bytes */
	int64_t ts;
	struct work_datagram *datagram; /* NULL: a plain packet */
};

struct batch {
	struct block *block; /* one reference, or NULL */
	size_t n;
	struct work work[BATCH_PACKETS];
};

struct batch_pool {
	struct queue free;
	size_t n; /* batches there are, free or not */
};

int batch_pool_init(struct batch_pool *p, size_t n) WARN_UNUSED;
/* All batches must be back. */
void batch_pool_release(struct batch_pool *p);
/* Waits until one is free. */
struct batch *batch_get(struct batch_pool *p);
/* Drops the block and the datagrams and gives it back to the pool. */
void batch_put(struct batch_pool *p, struct batch *b);

/*
 * Copy a datagram's L4 payload, which begins `header` bytes in and is `len`
 * long, out of the fragment table. NULL when memory is out.
 */
struct work_datagram *work_datagram_new(const struct frag_datagram *d,
                                        uint32_t header, uint32_t len);
/*
 * The pieces' packets are numbered from `base` now, the first record's number
 * in its stream; before the first call from 0.
 */
void work_datagram_rebase(struct work_datagram *d, uint32_t base);

#endif /* INGEST_BATCH_H */
