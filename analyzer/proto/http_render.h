/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_render: a message as the "request" or "response" object of an entry's
 * JSON, in the shape of the compatible API, members in alphabetical order.
 *
 * Members of our own appear only when there is something to say:
 *	trailers                fields behind the body
 *	reset                   the code of HTTP/2 that a stream was ended with
 *	unknownFields           how many fields of the head are not known
 *	postData.truncated      the text is not the whole body: a limit, a hole,
 *	content.truncated       or the capture ended
 *	postData.decodeError    the content coding that could not be undone, and
 *	content.decodeError     why; the text is then what could be decoded, or
 *	                        the bytes as they came when nothing could
 */
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H

#include "analyzer/proto/http_view.h"
#include "base/compiler.h"

/* What render() of an HTTP dissector is. */
int http_render(const struct http_carrier *carrier, const struct exchange *x,
                enum side side, struct sink *out) WARN_UNUSED;

/*
 * The members of that object, for overlays that add their own. 0, or a code of
 * http_view.h; the sink's own error is not looked at.
 */
int http_render_members(struct http_view *v, struct sink *out) WARN_UNUSED;

/* The base64 text of some bytes as one string. */
void http_render_base64(struct str bytes, struct sink *out);

/* The parameters of a form as an array of objects. */
void http_render_params(const struct http_list *l, struct sink *out);

#endif /* HTTP_RENDER_H */
