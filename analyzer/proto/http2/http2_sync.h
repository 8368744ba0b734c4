/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_sync: do frames begin here? For streams that are joined in the middle,
 * and after gaps.
 *
 * Frames have no magic, but most of them have little freedom: each that fits
 * counts for as much as it could have been wrong, and when enough of them
 * follow one another it is believed. The answer is a function of the bytes
 * alone, however they arrive.
 */
#ifndef HTTP2_SYNC_H
#define HTTP2_SYNC_H

#include "analyzer/proto/proto.h"

/* Whose header fields were seen among the frames. */
enum http2_sender { HTTP2_ANYBODY, HTTP2_CLIENT, HTTP2_SERVER };

/*
 * YES: frames begin at the front of these bytes; NO: they do not; MAYBE: more
 * bytes, which may follow when the cursor is open, will tell. With `cut` a
 * block of header fields is judged by its front, and as many frames are looked
 * at as it takes to know who sent them.
 */
enum verdict http2_sync_judge(struct cursor c, bool cut,
                              enum http2_sender *ret_sender);

/* How many bytes from the front on do not begin a frame, for certain. */
size_t http2_sync_find(const struct cursor *c, enum verdict *ret_there);

#endif /* HTTP2_SYNC_H */
