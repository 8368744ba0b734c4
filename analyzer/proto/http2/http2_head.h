/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_head: header blocks while a stream is indexed: decoded, ready to be
 * kept, and summarised.
 *
 * One head is at work at a time. Its fields are held in the form in which they
 * will be kept (http2_kept.h), in memory that the engine lends.
 */
#ifndef HTTP2_HEAD_H
#define HTTP2_HEAD_H

#include "analyzer/proto/http2/hpack.h"
#include "analyzer/proto/http2/http2_kept.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"

/* What is shown for a path that the capture does not have. */
#define HTTP2_UNKNOWN STR("(unknown)")

/* Slots of dissect_memory(). */
enum http2_slot {
	HTTP2_SLOT_HPACK = 0, /* HPACK_SLOTS for each direction */
	HTTP2_SLOT_STREAMS = 2 * HPACK_SLOTS,
	HTTP2_SLOT_HEAD,
	HTTP2_SLOT_BLOCK,
};

/* Bytes in such a slot. */
struct http2_bytes {
	char *mem;
	size_t n;
	size_t cap;
};

/* Fields that are asked for by name while indexing. */
enum http2_known {
	HTTP2_KNOWN_AUTHORITY,
	HTTP2_KNOWN_METHOD,
	HTTP2_KNOWN_PATH,
	HTTP2_KNOWN_STATUS,
	HTTP2_KNOWN_HOST,
	HTTP2_KNOWN_TYPE,
	HTTP2_KNOWN_ENCODING,
	HTTP2_KNOWN_GRPC_STATUS,
	HTTP2_KNOWN
};

struct http2_head {
	struct http2_bytes kept;
	struct str known[HTTP2_KNOWN]; /* values of the first of each */
	size_t at[HTTP2_KNOWN];        /* in `kept`; 0: not there */
	unsigned seen;                 /* a bit for each that there is */
	uint64_t fields;
	bool unknown; /* some of its fields are not known */
	bool broken;  /* the block could not be read to its end */
	struct str method;
	struct str path;
	struct str authority;
	int32_t status; /* 0: none */
};

/* Room for n more bytes in a slot; false: none, and that is told. */
bool http2_head_room(struct dissect *d, enum dir dir, struct http2_bytes *b,
                     enum http2_slot slot, size_t n);

/* Decode a block (a closed cursor) into *h, whose memory is used again. */
void http2_head_read(struct dissect *d, enum dir dir, struct hpack *hpack,
                     struct cursor block, struct http2_head *h);

/* A head of which nothing is known. */
void http2_head_none(struct http2_head *h);

/*
 * Keep the fields with the message, as those of a section. `first`: nothing was
 * kept before, and the section is HTTP2_MARK_HEAD.
 */
void http2_head_keep(const struct http2_head *h, struct message *m,
                     enum http2_mark section, uint64_t number, bool first);

/* Let overlays look at it; true: they want the body. */
bool http2_head_offer(const struct http2_head *h, struct message *m,
                      enum side side, bool trailers);

#endif /* HTTP2_HEAD_H */
