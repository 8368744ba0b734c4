/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_pull: what the engine says while it pulls an image.
 *
 * A stream of JSON objects, one a line (Docker Engine API, ImageCreate): id (of
 * a layer), status, progressDetail {current, total}, and when it fails, which
 * the HTTP status does not tell, error or errorDetail {message}.
 */
#ifndef CLI_DOCKER_PULL_H
#define CLI_DOCKER_PULL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/docker/docker.h"

enum {
	DOCKER_PULL_LINE = 65536, /* real ones are below one KiB */
};

struct docker_pulling {
	void (*progress)(void *ctx, const struct docker_progress *p);
	void *ctx;
	struct err failure; /* the engine's words; code 0: none so far */

	/* private */
	struct buf line;
};

/* `progress` may be NULL. */
void docker_pulling_init(struct docker_pulling *p,
                         void (*progress)(void *ctx,
                                          const struct docker_progress *p),
                         void *ctx);
void docker_pulling_release(struct docker_pulling *p);

/* 0, ERR_MALFORMED for what is no JSON object, ERR_BUDGET for a line that is
 * too long, ERR_NOMEM. A failure to pull is no failure to read about it. */
int docker_pulling_feed(struct docker_pulling *p, struct str bytes) WARN_UNUSED;
/* No more will come: the last line may lack its newline. */
int docker_pulling_end(struct docker_pulling *p) WARN_UNUSED;

#endif /* CLI_DOCKER_PULL_H */
