/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_render: a message as the "request" or "response" object of an entry's
 * JSON, and as a body.
 *
 * The object has the members of the compatible API: apiKey, apiKeyName,
 * apiVersion, captureTime, clientID, correlationID, payload, size; a response
 * captureTime, correlationID, payload, size. The payload has the fields of the
 * schema (kafka_show.h) and is {} for what is known by its header only.
 * Members of our own, where there is something to say:
 *	apiKeyName, apiVersion   of a response without its request
 *	missing     bytes that are not in the evidence, NUL here
 *	truncated   the message was cut, or is longer than render-bytes
 *	malformed   some bytes do not have the form of this version
 *	undecoded   bytes behind the last field, or of an unknown form
 *
 * The body of a message is the values of its records, decoded, with a line feed
 * between; else, and raw, its bytes as they were sent.
 */
#ifndef KAFKA_RENDER_H
#define KAFKA_RENDER_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The members of struct dissector. */
int kafka_render(const struct exchange *x, enum side side,
                 struct sink *out) WARN_UNUSED;
int kafka_render_body(const struct exchange *x, enum side side, bool decoded,
                      struct body_range range,
                      const struct body_out *out) WARN_UNUSED;
/* request.payload.topics[0].name == "t1" and request.payload.topics[1]... */
bool kafka_render_query(const struct entry *e, struct buf *out);

#endif /* KAFKA_RENDER_H */
