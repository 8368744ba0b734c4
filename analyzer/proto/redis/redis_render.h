/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis_render: a message as the "request" or "response" object of an entry's
 * JSON, as sections, and as a body.
 *
 * The compatible members are command, key, keyword, type and value. A command's
 * value is its only argument besides the key, or "[a, b]"; that of an array is
 * written the same way, a map as "{a: b}", null inside them as "(nil)". Members
 * of our own appear only when there is something to say:
 *	arguments   of a command or push, when they are more than value can tell
 *	keys        when a command has several
 *	reply       an array, map, set or push as JSON
 *	attributes  what came in front of a reply, as JSON
 *	missing     bytes of contents that are not in the evidence, NUL here
 *	truncated   the message was cut, or is longer than render-bytes
 *
 * The body of a message is its value when that is one string, decoded; else,
 * and raw, its bytes as they were sent.
 */
#ifndef REDIS_RENDER_H
#define REDIS_RENDER_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The members of struct dissector. */
int redis_render(const struct exchange *x, enum side side,
                 struct sink *out) WARN_UNUSED;
int redis_render_sections(const struct exchange *x, enum side side,
                          struct sink *out) WARN_UNUSED;
int redis_render_body(const struct exchange *x, enum side side, bool decoded,
                      struct body_range range,
                      const struct body_out *out) WARN_UNUSED;

#endif /* REDIS_RENDER_H */
