/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1: HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112).
 *
 * The table that the registry knows as proto_http1 (declared in proto.h), and
 * the two variants it gives to entries. The work is done elsewhere:
 *
 *   http1_line    start lines
 *   http1_head    heads: fields and framing
 *   http1_feed    indexing
 *   http1_body    messages read back from the evidence, and their bodies
 *   http1_carrier the same for what all versions of HTTP share (http_view.h)
 */
#ifndef HTTP1_H
#define HTTP1_H

#include "analyzer/proto/proto.h"

extern const struct protocol http1_v10;
extern const struct protocol http1_v11;

#endif /* HTTP1_H */
