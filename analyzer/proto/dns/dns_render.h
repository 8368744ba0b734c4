/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_render: a message as the "request" or "response" object of an entry's
 * JSON, in the shape of the compatible API, members in alphabetical order.
 *
 * Members of our own: id, the header's bits, rcode, edns, and `data` of every
 * record. A request has the sections answers, authorities and additionals only
 * when they are not empty; a response has opCode and questions only when its
 * request was not seen. `malformed` is there when it is true. In multicast DNS
 * the top bit of a class is shown as cacheFlush and unicastResponse.
 */
#ifndef DNS_RENDER_H
#define DNS_RENDER_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The members of struct dissector. */
int dns_render(const struct exchange *x, enum side side,
               struct sink *out) WARN_UNUSED;
/* There are no bodies: nothing is given. */
int dns_render_body(const struct exchange *x, enum side side, bool decoded,
                    struct body_range range,
                    const struct body_out *out) WARN_UNUSED;

#endif /* DNS_RENDER_H */
