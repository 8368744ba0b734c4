/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire: conversations become packets in a capture file, the same ones for the
 * same seed on every machine.
 *
 * A conversation is two ends that say things in turn. What is said is cut into
 * segments that are acknowledged, and on some links lost, repeated or swapped,
 * with times that one conversation's own clock gives. The caller merges the
 * conversations by wire_when() and writes one packet at a time, so that a file
 * of any size costs the memory of the exchanges under way.
 *
 * For generators only: the program ends when there is no memory or no space.
 */
#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/compiler.h"

/* --- random numbers (splitmix64) ----------------------------------------- */

struct wire_rng {
	uint64_t state;
};

uint64_t wire_random(struct wire_rng *r);
/* Evenly from 0 to n - 1; n > 0. */
unsigned wire_below(struct wire_rng *r, unsigned n);
/* True in `permille` of 1000 cases. */
bool wire_chance(struct wire_rng *r, unsigned permille);

/* --- bytes --------------------------------------------------------------- */

void wire_put(struct buf *b, const void *p, size_t n);
void wire_text(struct buf *b, const char *s);
void wire_8(struct buf *b, unsigned v);
void wire_16(struct buf *b, unsigned v); /* big-endian, as all of these */
void wire_32(struct buf *b, uint32_t v);
void wire_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --- capture files ------------------------------------------------------- */

/* A classic little-endian Ethernet pcap with microseconds. */
struct wire_file {
	FILE *f;
	uint64_t packets;
	uint64_t bytes; /* of the packets, without any header of the format */
};

void wire_file_open(struct wire_file *w, const char *path);
void wire_file_close(struct wire_file *w);

/* --- conversations ------------------------------------------------------- */

enum wire_side { WIRE_CLIENT, WIRE_SERVER };

struct wire_end {
	uint8_t ip[4];
	uint16_t port;
	uint32_t seq; /* of the next byte */
};

struct wire_segment {
	int64_t when; /* microseconds since 1970 */
	size_t off;   /* of its bytes in struct wire.said */
	uint32_t n;
	uint32_t seq, ack;
	uint8_t flags;
	uint8_t side; /* enum wire_side, who sends it */
};

struct wire {
	struct wire_end end[2];
	struct wire_rng *rng;
	int64_t now;    /* microseconds; the caller may let time pass */
	unsigned mss;   /* bytes of a segment, or of what the kernel hands on */
	unsigned trip;  /* microseconds from one end to the other */
	unsigned loss;  /* permille of segments that get lost or swapped */
	unsigned blind; /* permille of segments that the capture misses */
	bool udp;

	/* Append here what is said next, then call wire_say(). */
	struct buf said;

	/* private */
	struct wire_segment *segment;
	size_t segments, room, next;
	size_t spoken; /* bytes of `said` that are in segments */
};

/* Empty; the caller fills in ends, rng, now and the link's properties. */
void wire_init(struct wire *w);
void wire_release(struct wire *w);

/* The three packets that open a TCP connection. */
void wire_open(struct wire *w);
/* `side` says everything appended since the last call. */
void wire_say(struct wire *w, enum wire_side side);
/* `side` closes and the other agrees; `reset`: it breaks off. */
void wire_close(struct wire *w, enum wire_side side, bool reset);

/* Is a packet waiting, and when? */
bool wire_pending(const struct wire *w);
int64_t wire_when(const struct wire *w);
/* Writes the next packet; after the last one, said and segments are empty. */
void wire_emit(struct wire *w, struct wire_file *file);

#endif /* TESTS_SUPPORT_WIRE_H */
