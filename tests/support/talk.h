/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk: what the services of a made-up cluster say to each other.
 *
 * A talk is one connection. talk_begin() opens it, every talk_exchange() adds
 * a question and its answer to its wire, and talk_end() closes it. HTTP/1.1,
 * Redis and DNS are said in full grammar; HTTP/2, gRPC and AMQP in valid frames
 * of the plainest kind (no Huffman codes, no dynamic table); the rest is binary
 * without a name. What was said is counted in struct talk_truth, which is what
 * a reader of the capture has to find again.
 */
#ifndef TESTS_SUPPORT_TALK_H
#define TESTS_SUPPORT_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/support/wire.h"

enum talk_kind {
	TALK_HTTP1,
	TALK_REDIS,
	TALK_HTTP2,
	TALK_GRPC,
	TALK_DNS,
	TALK_AMQP,
	TALK_OPAQUE,
	TALK_KINDS
};

const char *talk_name(enum talk_kind k);
/* The server's port; 0 stands for none in particular. */
uint16_t talk_port(enum talk_kind k);

struct talk_truth {
	uint64_t connections[TALK_KINDS];
	uint64_t calls[TALK_KINDS]; /* questions, each with one answer */
	uint64_t http1_status[6];   /* by hundreds */
	uint64_t http1_500;         /* exactly 500 */
};

enum { TALK_PACKED = 48 };

/* What all talks share. */
struct talk_world {
	struct wire_rng rng;
	struct talk_truth truth;
	struct buf body;                /* scratch */
	struct buf packed[TALK_PACKED]; /* bodies as gzip made them */
};

void talk_world_init(struct talk_world *w, uint64_t seed);
void talk_world_release(struct talk_world *w);

struct talk {
	struct wire wire; /* set up by the caller but for rng */
	enum talk_kind kind;
	unsigned left;  /* exchanges until it closes */
	unsigned agent; /* which client, which server: their headers */
	unsigned server;
	uint64_t token;  /* of this client */
	uint32_t stream; /* next HTTP/2 stream, AMQP delivery */
	bool pipelines;
};

/* `silent`: the capture began after the handshake. */
void talk_begin(struct talk *t, struct talk_world *w, bool silent);
void talk_exchange(struct talk *t, struct talk_world *w);
void talk_end(struct talk *t, struct talk_world *w);

#endif /* TESTS_SUPPORT_TALK_H */
