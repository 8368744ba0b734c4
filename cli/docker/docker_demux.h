/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_demux: the two output streams of a container, out of the one that the
 * engine sends.
 *
 * Docker Engine API, ContainerAttach, "Stream format": frames of eight bytes
 * (the stream: 0 stdin, 1 stdout, 2 stderr; three zeros; the length, big
 * endian) and that many bytes. Frames and lines need not begin together: what
 * is passed on are lines. One of more than DOCKER_LINE_MAX bytes is passed on
 * in pieces of that size.
 */
#ifndef CLI_DOCKER_DEMUX_H
#define CLI_DOCKER_DEMUX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

enum {
	DOCKER_LINE_MAX = 65536, /* an analyzer's longest is a few KiB */
	DOCKER_FRAME_HEAD = 8,
};

struct docker_demux {
	/* Without the newline, and without a carriage return before it. */
	void (*line)(void *ctx, bool is_stderr, struct str line);
	void *ctx;

	/* private */
	uint8_t head[DOCKER_FRAME_HEAD];
	unsigned nhead;
	uint32_t left;     /* bytes of the frame that are still to come */
	struct buf out[2]; /* begun lines of stdout, stderr */
};

void docker_demux_init(struct docker_demux *d,
                       void (*line)(void *ctx, bool is_stderr, struct str line),
                       void *ctx);
void docker_demux_release(struct docker_demux *d);

/* 0, ERR_MALFORMED for a frame of no stream, ERR_NOMEM. */
int docker_demux_feed(struct docker_demux *d, struct str bytes) WARN_UNUSED;

/* No more will come: passes on lines that have no newline. ERR_TRUNCATED when
 * it ends within a frame. */
int docker_demux_end(struct docker_demux *d);

#endif /* CLI_DOCKER_DEMUX_H */
