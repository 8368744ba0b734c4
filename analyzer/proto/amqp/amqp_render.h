/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_render: a message as the "request" or "response" object of an entry's
 * JSON, in the shape of the compatible API, members in alphabetical order; and
 * its body.
 *
 * The body is base64 text. Bytes that are missing are NULs in it and counted by
 * `missing`; `truncated` says that there is more than limits.render_bytes, or
 * less than was announced.
 */
#ifndef AMQP_RENDER_H
#define AMQP_RENDER_H

#include "analyzer/proto/amqp/amqp_view.h"
#include "base/compiler.h"

/* The members of struct dissector. */
int amqp_render(const struct exchange *x, enum side side,
                struct sink *out) WARN_UNUSED;
/* The body as it was sent; decoded is the same. */
int amqp_render_body(const struct exchange *x, enum side side, bool decoded,
                     struct body_range range,
                     const struct body_out *out) WARN_UNUSED;
/* The query that finds entries with the summary of this one. */
bool amqp_render_query(const struct entry *e, struct buf *out);

/* How deep tables are followed. */
unsigned amqp_render_depth(const struct amqp_view *v);

/* What came of writing a body. */
struct amqp_body {
	uint64_t missing;
	bool truncated;
};

/* Write it as a string of base64 text; out may be NULL, to learn the rest. */
int amqp_render_base64(const struct amqp_view *v, struct sink *out,
                       struct amqp_body *ret_body) WARN_UNUSED;

#endif /* AMQP_RENDER_H */
