/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_body: a message read back from the evidence, and its body.
 *
 * A message is [1xx heads] head body, in one run of stream bytes. Opening it
 * reads the heads; the body is then streamed in constant memory, however long
 * it is: chunk framing is taken off (RFC 9112, section 7), content codings are
 * undone under limits when asked for, and holes are told.
 */
#ifndef HTTP1_BODY_H
#define HTTP1_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/http1/http1_head.h"
#include "analyzer/proto/http1/http1_line.h"
#include "analyzer/proto/proto.h"
#include "base/compiler.h"

struct http1_message {
	const struct exchange *x;
	enum side side;
	struct str head;        /* of the final head, in the scratch arena */
	struct str interims;    /* 1xx heads in front of it */
	struct http1_line line; /* points into head */
	struct http1_framing framing;
	uint64_t body;  /* offset of the body within the message */
	uint64_t total; /* bytes of the message in all */
	bool whole;     /* the head ends with its blank line */
	/* Fields behind a chunked body, once it was streamed to its end. */
	struct str trailer;
};

/*
 * Read and parse the heads of a side. The side must be present. 0 when there
 * is at least a start line; ERR_MALFORMED when there is none, ERR_BUDGET or
 * ERR_NOMEM when the arena fails, or what the reader returned.
 */
int http1_body_open(const struct exchange *x, enum side side,
                    struct http1_message *ret_message) WARN_UNUSED;

/*
 * Content-Encoding, and Transfer-Encoding but for "chunked", as one list in the
 * order of application (in the arena); the empty str when there is none.
 * Content-Encoding does not count for 206: part of a gzip file is no gzip file.
 */
struct str http1_body_codings(const struct http1_message *m);

/* Bytes of the body as captured: on the wire, holes included. */
static inline uint64_t
http1_body_wire_length(const struct http1_message *m)
{
	return m->whole && m->total > m->body ? m->total - m->body : 0;
}

/*
 * Stream the body. Raw: without chunk framing, but still coded. 0, or a code:
 * of the reader, of `out`, ERR_UNSUPPORTED (a coding), ERR_MALFORMED (a coding
 * or the chunk framing), ERR_TRUNCATED (it ends early, or a hole makes the rest
 * of a coded or chunked body unreadable), ERR_LIMIT (a bomb). What could be
 * had before has been delivered in every case.
 */
int http1_body_stream(struct http1_message *m, bool decoded,
                      struct body_range range,
                      const struct body_out *out) WARN_UNUSED;

/* The member of struct dissector. */
int http1_body(const struct exchange *x, enum side side, bool decoded,
               struct body_range range, const struct body_out *out) WARN_UNUSED;

#endif /* HTTP1_BODY_H */
