/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2: HTTP/2 over TCP (RFC 9113), begun with the preface or by an upgrade
 * from HTTP/1.1 (RFC 7540, section 3.2), or joined in the middle.
 *
 * The table that the registry knows as proto_http2 (declared in proto.h), and
 * the variant that it gives to entries. The work is done elsewhere:
 *
 *   http2_frame    frames; http2_sync finds where they begin
 *   hpack          header blocks
 *   http2_streams  the streams that are open
 *   http2_feed     indexing; http2_head the heads of messages in it
 *   http2_kept     what the index keeps of a message
 *   http2_carrier  messages read back
 */
#ifndef HTTP2_H
#define HTTP2_H

#include "analyzer/proto/proto.h"

extern const struct protocol http2_v20;

#endif /* HTTP2_H */
