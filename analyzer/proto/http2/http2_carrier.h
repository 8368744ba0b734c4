/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_carrier: HTTP/2 messages read back, for those who show them; see
 * http_view.h. Fields come from what the index keeps (http2_kept.h), bodies
 * from the frames in the evidence.
 */
#ifndef HTTP2_CARRIER_H
#define HTTP2_CARRIER_H

#include "analyzer/proto/http_view.h"

extern const struct http_carrier http2_carrier;

/* The member of struct dissector. */
int http2_carrier_body(const struct exchange *x, enum side side, bool decoded,
                       struct body_range range,
                       const struct body_out *out) WARN_UNUSED;

#endif /* HTTP2_CARRIER_H */
