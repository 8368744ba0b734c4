/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_render: a message as the "request" or "response" object of an entry's
 * JSON, in the shape of the compatible API, members in alphabetical order.
 *
 * Members of our own appear only when there is something to say:
 *	trailers                fields behind a chunked body
 *	postData.truncated      the text is not the whole body: a limit, a hole,
 *	content.truncated       or the capture ended
 *	postData.decodeError    the content coding that could not be undone, and
 *	content.decodeError     why; the text is then what could be decoded, or
 *	                        the bytes as they came when nothing could
 */
#ifndef HTTP1_RENDER_H
#define HTTP1_RENDER_H

#include "analyzer/proto/http1/http1_form.h"
#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The member of struct dissector. */
int http1_render(const struct exchange *x, enum side side,
                 struct sink *out) WARN_UNUSED;

/* The base64 text of some bytes as one string. */
void http1_render_base64(struct str bytes, struct sink *out);

/* The parameters of a form as an array of objects. */
void http1_render_params(const struct http1_list *l, struct sink *out);

#endif /* HTTP1_RENDER_H */
