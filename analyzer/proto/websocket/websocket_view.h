/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_view: a WebSocket message read back from the evidence: its frames
 * put together, unmasked, and inflated.
 */
#ifndef WEBSOCKET_VIEW_H
#define WEBSOCKET_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"
#include "analyzer/proto/websocket/websocket_feed.h"
#include "analyzer/proto/websocket/websocket_frame.h"
#include "base/buf.h"
#include "base/compiler.h"

struct websocket_view {
	const struct exchange *x;
	enum side side;
	bool known; /* there is a first frame */
	struct websocket_frame first;
	uint64_t frames;  /* that begin in the capture */
	uint64_t payload; /* bytes in all of them, as they announce it */
	struct websocket_kept kept;

	/* after websocket_view_load() */
	bool loaded;
	struct buf body;     /* decoded, at most limits.render_bytes */
	bool truncated;      /* it lacks something */
	const char *trouble; /* why it could not be inflated, or NULL */
	bool is_text;        /* valid UTF-8 */
	bool has_code;       /* a close frame: */
	int32_t code;
	struct str reason;
};

/* Reads the heads of the frames; close it in every case. Codes of the reader.
 */
int websocket_view_open(struct websocket_view *v, const struct exchange *x,
                        enum side side) WARN_UNUSED;
void websocket_view_close(struct websocket_view *v);

/* Read the body, the first time. Codes of the reader, ERR_NOMEM, ERR_BUDGET. */
int websocket_view_load(struct websocket_view *v) WARN_UNUSED;

/* The body() of struct dissector; raw is unmasked, but not inflated. */
int websocket_view_body(const struct exchange *x, enum side side, bool decoded,
                        struct body_range range,
                        const struct body_out *out) WARN_UNUSED;

#endif /* WEBSOCKET_VIEW_H */
