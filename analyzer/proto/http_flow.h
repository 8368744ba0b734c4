/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_flow: the last part of a body's way from the evidence to whoever wants
 * it: content codings are undone under limits (coding.h), and a range is cut
 * out of the result.
 *
 * The framing of the body (chunks, frames, a length) is off already. Holes go
 * through when there is no coding; none can go on behind one.
 */
#ifndef HTTP_FLOW_H
#define HTTP_FLOW_H

#include "analyzer/proto/coding.h"
#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* An answer that is no error: nobody wants the rest. */
#define HTTP_FLOW_ENOUGH 1

struct http_flow {
	const struct body_out *out;
	struct coding *coding; /* NULL: none */
	struct body_range range;
	uint64_t at; /* bytes that came to the range */
	struct body_out mid;
};

/*
 * A flow to `out`, which is borrowed; a flow does not move. `codings` is a list
 * in the order of application, empty for none. ERR_UNSUPPORTED names a coding
 * that is not known. Release it in every case.
 */
int http_flow_init(struct http_flow *f, const struct proto_limits *limits,
                   struct str codings, struct body_range range,
                   const struct body_out *out) WARN_UNUSED;
void http_flow_release(struct http_flow *f);

/* HTTP_FLOW_ENOUGH or 0: is anything wanted at all? */
int http_flow_status(const struct http_flow *f) WARN_UNUSED;

/*
 * The next bytes, or a hole of n bytes. 0; HTTP_FLOW_ENOUGH; ERR_MALFORMED (the
 * coding), ERR_TRUNCATED (a hole in what is coded), ERR_LIMIT (a bomb), or what
 * `out` returned. What could be had before has been delivered.
 */
int http_flow_bytes(struct http_flow *f, struct str bytes) WARN_UNUSED;
int http_flow_hole(struct http_flow *f, uint64_t n) WARN_UNUSED;

/* That was all: ERR_TRUNCATED when the coding had not ended. */
int http_flow_end(struct http_flow *f) WARN_UNUSED;

/* Any value that one of the above returned, as the code of the whole. */
static inline int
http_flow_code(int rc)
{
	return rc == HTTP_FLOW_ENOUGH ? 0 : rc;
}

/*
 * For making such a list: add the codings that are named in one field's value,
 * but for "chunked" and "identity". *io_n counts them, 0 at first; one more
 * than can be undone is enough to know that the whole list cannot.
 */
struct str http_flow_codings(struct str list, unsigned *io_n, struct str value,
                             struct arena *a);

#endif /* HTTP_FLOW_H */
