/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_exchange: what frames mean for the messages of their streams, while a
 * connection is indexed. http2_feed finds the frames, this module opens, fills
 * and closes messages (RFC 9113, sections 5.1 and 8.1).
 */
#ifndef HTTP2_EXCHANGE_H
#define HTTP2_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/http2/http2_feed.h"

/* A frame came in this direction. */
struct http2_exchange {
	struct dissect *d;
	struct http2_state *s;
	enum dir dir;
};

/* The first call for a connection: is there an upgraded request? */
void http2_exchange_upgraded(struct dissect *d, struct http2_state *s);

/*
 * A block of header fields, which is in s->head: a request, a response, an
 * interim response, trailers. `end`: END_STREAM.
 */
void http2_exchange_head(const struct http2_exchange *x, uint32_t id,
                         struct span span, bool end);

/* The same of a PUSH_PROMISE for stream id. */
void http2_exchange_promise(const struct http2_exchange *x, uint32_t id,
                            struct span span);

/* A DATA frame with n bytes of a body; false: of a stream that is not open. */
bool http2_exchange_data(const struct http2_exchange *x, uint32_t id,
                         struct span span, uint64_t n);

/*
 * Flow control: n bytes of a DATA frame, after which this side goes on or not;
 * WINDOW_UPDATE from this side, of the connection when id is 0; its SETTINGS
 * of the window that streams begin with.
 */
void http2_exchange_sent(const struct http2_exchange *x, uint32_t id,
                         uint32_t n, bool end);
void http2_exchange_granted(const struct http2_exchange *x, uint32_t id,
                            uint32_t n);
void http2_exchange_window(const struct http2_exchange *x, uint32_t n);

/* This side of the stream ends in front of `end`. */
void http2_exchange_end(const struct http2_exchange *x, uint32_t id,
                        uint64_t end);

/* RST_STREAM: both sides end. */
void http2_exchange_reset(const struct http2_exchange *x, uint32_t id,
                          struct span span, uint32_t code);

/*
 * GOAWAY: what the other side opened above stream `last` is not processed. It
 * ends in front of span's end, or will when it is asked for.
 */
void http2_exchange_goaway(const struct http2_exchange *x, uint32_t last,
                           struct span span, uint32_t code);

/* The connection is over: what is open says how much there was of it. */
void http2_exchange_finish(const struct http2_exchange *x);

#endif /* HTTP2_EXCHANGE_H */
