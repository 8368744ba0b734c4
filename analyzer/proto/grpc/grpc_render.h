/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc_render: a side of a gRPC call: what HTTP shows of it, and an object
 * `grpc` with
 *
 *	request   service, method, encoding, timeoutMs, and of the schema, if it
 *	          knows the method, kind ("unary", "client streaming", "server
 *	          streaming", "bidirectional streaming")
 *	response  status, statusName, message, details, encoding, and kind, as
 *	          far as it follows from the number of messages
 *	both      messageCount, messageBytes, messages: length, compressed,
 *	          data (protobuf.h), and truncated or decodeError when there is
 *	          reason
 */
#ifndef GRPC_RENDER_H
#define GRPC_RENDER_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The members of struct overlay. */
int grpc_render(const struct exchange *x, enum side side,
                struct sink *out) WARN_UNUSED;
int grpc_represent(const struct exchange *x, enum side side,
                   struct sink *out) WARN_UNUSED;

#endif /* GRPC_RENDER_H */
