/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_render: a message as the "request" object of an entry's JSON, and
 * as the sections that a front-end shows. The members are those of the field
 * table in websocket.c; what does not apply is left out.
 */
#ifndef WEBSOCKET_RENDER_H
#define WEBSOCKET_RENDER_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The members of struct dissector. */
int websocket_render(const struct exchange *x, enum side side,
                     struct sink *out) WARN_UNUSED;
int websocket_represent(const struct exchange *x, enum side side,
                        struct sink *out) WARN_UNUSED;

#endif /* WEBSOCKET_RENDER_H */
