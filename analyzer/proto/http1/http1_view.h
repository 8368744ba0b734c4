/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_view: a message made ready to be shown.
 *
 * http1_render writes it as JSON, http1_represent as sections; both ask this
 * module for the parts, and each part is computed when it is asked for, so that
 * a question about a status does not inflate a body. Values follow the
 * compatible API: header names and targets as Go would write them, repeated
 * values joined, bodies de-chunked and decoded.
 */
#ifndef HTTP1_VIEW_H
#define HTTP1_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/http1/http1_body.h"
#include "analyzer/proto/http1/http1_form.h"
#include "analyzer/proto/http1/http1_url.h"
#include "analyzer/proto/proto.h"
#include "base/buf.h"
#include "base/compiler.h"

struct http1_view {
	struct http1_message m;
	enum side side;
	struct str version;   /* "HTTP/1.1" */
	struct http1_url url; /* requests */
	bool has_body;        /* the framing says that one follows */
	int64_t body_size;    /* as declared; see http1_view.c */

	/* after http1_view_body() */
	bool body_loaded;
	struct buf body;    /* decoded, at most limits.render_bytes */
	uint64_t size;      /* of the whole body */
	bool truncated;     /* `body` lacks something */
	struct str trouble; /* why it was not decoded to its end, or empty */
	/* requests: */
	struct str mime; /* media type, without parameters */
	bool is_text;    /* valid UTF-8 */
	bool is_form;    /* of either kind */
	bool is_multipart;
	struct str text; /* what the form does not say: `body`, or "" */
	struct http1_list params; /* of the form */
};

/* What http1_body_open() returns; close it in every case. */
int http1_view_open(struct http1_view *v, const struct exchange *x,
                    enum side side) WARN_UNUSED;
void http1_view_close(struct http1_view *v);

/* Fields sorted by name, one for each name; the same of the trailer. */
int http1_view_headers(struct http1_view *v,
                       struct http1_list *ret_list) WARN_UNUSED;
int http1_view_trailers(struct http1_view *v,
                        struct http1_list *ret_list) WARN_UNUSED;
/* By name, one for each name. */
int http1_view_cookies(struct http1_view *v,
                       struct http1_list *ret_list) WARN_UNUSED;
/* Sorted; a repeated name is there several times. */
int http1_view_query(struct http1_view *v,
                     struct http1_list *ret_list) WARN_UNUSED;

/*
 * Take the next segment off *rest, which is the path at first; false when there
 * is none. What is before the first slash is not a segment.
 */
bool http1_view_segment(struct str *rest, struct str *ret_segment);

/* Location of a 3xx response, else empty; and Content-Type. */
struct str http1_view_redirect(const struct http1_view *v);
struct str http1_view_content_type(const struct http1_view *v);

/*
 * Read the body, the first time. Codes are those of the reader, ERR_NOMEM and
 * ERR_BUDGET; what is wrong with the body itself is in `trouble`.
 */
int http1_view_body(struct http1_view *v) WARN_UNUSED;

#endif /* HTTP1_VIEW_H */
