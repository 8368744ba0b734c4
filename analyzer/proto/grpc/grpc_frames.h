/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc_frames: the messages of a gRPC body, each behind five bytes that say
 * how long it is and whether it is compressed.
 *
 * The body is streamed: messages are counted however many there are; the bytes
 * of the first ones are held, up to limits. A hole inside a message leaves the
 * others readable; one in a prefix ends the counting.
 */
#ifndef GRPC_FRAMES_H
#define GRPC_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/http_view.h"
#include "base/compiler.h"

/* Messages that are shown of one side. */
enum { GRPC_FRAMES_SHOWN = 1000 };

struct grpc_frame {
	uint64_t length; /* as announced */
	struct str data; /* in the scratch arena; decompressed */
	bool compressed;
	bool whole;         /* data is all of it */
	struct str trouble; /* why it could not be decompressed, or empty */
};

struct grpc_frames {
	struct grpc_frame *v;
	size_t n;            /* in v: at most GRPC_FRAMES_SHOWN */
	uint64_t count;      /* of all */
	uint64_t bytes;      /* their announced lengths together */
	bool cut;            /* the body ends or is lost within a message */
	struct str trailers; /* of gRPC-Web: lines of fields */
};

/*
 * Read the body of a view. `data`: hold the messages' bytes, which are
 * decompressed with `coding`. Codes of the reader, ERR_NOMEM, ERR_BUDGET; what
 * is wrong with the body itself is in *ret.
 */
int grpc_frames_read(struct http_view *v, struct str coding, bool data,
                     struct grpc_frames *ret) WARN_UNUSED;

#endif /* GRPC_FRAMES_H */
