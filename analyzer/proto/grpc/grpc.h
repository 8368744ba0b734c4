/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc: gRPC over HTTP/2, and gRPC-Web over any HTTP.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and
 * PROTOCOL-WEB.md.
 *
 * An overlay: a request with the media type application/grpc, or a response
 * with it or with a grpc-status, is a call. Bodies are not looked at while
 * indexing; messages are counted and decoded when somebody asks.
 *
 *   grpc_frames  the messages of a body
 *   grpc_status  codes, texts and details of the outcome
 *   grpc_render  what is shown
 */
#ifndef GRPC_H
#define GRPC_H

#include "analyzer/proto/overlay.h"

#endif /* GRPC_H */
