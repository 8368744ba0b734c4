/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis: the Redis serialization protocol, RESP2 and RESP3, and inline
 * commands.
 *
 * The table that the registry knows as proto_redis (declared in proto.h), and
 * the one variant it gives to entries. The work is done elsewhere:
 *
 *   redis_resp     elements of the protocol
 *   redis_command  names, keys, inline commands
 *   redis_front    what a message is, from its beginning
 *   redis_feed     indexing
 *   redis_view     a message read back from the evidence
 *   redis_render   its JSON, its sections, its body
 *
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
#ifndef REDIS_H
#define REDIS_H

#include "analyzer/proto/proto.h"

extern const struct protocol redis_variant;

#endif /* REDIS_H */
