/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_view: an HTTP message of any version made ready to be shown.
 *
 * http_render writes it as JSON, http_represent as sections, overlays look at
 * it; all ask this module for the parts, and each part is computed when it is
 * asked for, so that a question about a status does not inflate a body. Values
 * follow the compatible API: header names and targets as Go would write them,
 * repeated values joined, bodies without their framing and decoded.
 *
 * How the message is read back from the evidence is the business of its
 * dissector, which has a table for it: the carrier.
 */
#ifndef HTTP_VIEW_H
#define HTTP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/http_form.h"
#include "analyzer/proto/http_url.h"
#include "analyzer/proto/proto.h"
#include "base/buf.h"
#include "base/compiler.h"

struct http_view;

/* An HTTP dissector's way to read its messages; dissector.http. */
struct http_carrier {
	size_t size; /* zeroed bytes for view->message */
	/*
	 * Read the head: fill in what struct http_view says. ERR_MALFORMED when
	 * there is none, or what the reader or the arena say.
	 */
	int (*open)(struct http_view *v);
	/*
	 * Append the fields of the head, or those behind the body, in their
	 * order: names as on the wire, values on one line. At most
	 * limits.headers of them.
	 */
	int (*fields)(struct http_view *v, bool trailers,
	              struct http_list *io_list);
	/*
	 * Append the fields of the n-th 1xx head in front of a response, from
	 * 0, in the same way; its status, or 0 when there is none.
	 */
	int32_t (*interim)(struct http_view *v, size_t n,
	                   struct http_list *io_list);
	/* Content codings in the order of application, as coding.h has them. */
	struct str (*codings)(struct http_view *v);
	/*
	 * Stream the body without its framing. Codes of the reader and of
	 * `out`; ERR_UNSUPPORTED, ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT as in
	 * http_flow.h. What could be had before has been delivered.
	 */
	int (*body)(struct http_view *v, bool decoded, struct body_range range,
	            const struct body_out *out);
};

/* No size is known before the body was read. */
#define HTTP_VIEW_UNSIZED UINT64_MAX

struct http_view {
	const struct exchange *x;
	const struct http_carrier *carrier;
	void *message; /* the carrier's, in the scratch arena */
	enum side side;

	/* set by the carrier's open() */
	struct str version; /* "HTTP/1.1" */
	struct str method;  /* requests */
	int32_t status;     /* responses */
	struct http_url url;
	int64_t body_size;       /* as declared; -1: chunked */
	uint64_t wire_size;      /* of a body that has no coding */
	bool has_body;           /* one follows the head */
	bool trailers_count;     /* they are among the headers, too */
	struct str reset;        /* why the stream was reset; empty if not */
	uint64_t stalls;         /* times that flow control stopped it */
	struct str rejected;     /* by GOAWAY, and why; empty if not */
	uint64_t unknown_fields; /* that the capture does not have */

	/* after http_view_body() */
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
	struct str text;         /* what the form does not say: `body`, or "" */
	struct http_list params; /* of the form */

	/* private */
	struct http_list head; /* as the carrier gave it */
	bool head_read;
};

/*
 * `carrier` is x->http for an overlay. What the carrier's open() returns; close
 * it in every case.
 */
int http_view_open(struct http_view *v, const struct http_carrier *carrier,
                   const struct exchange *x, enum side side) WARN_UNUSED;
void http_view_close(struct http_view *v);

/*
 * The first value of a field, name compared without case; the empty str when
 * there is none, or no memory (arena_error() tells).
 */
struct str http_view_field(struct http_view *v, struct str name);

/* Fields sorted by name, one for each name; the same of the trailer. */
int http_view_headers(struct http_view *v,
                      struct http_list *ret_list) WARN_UNUSED;
int http_view_trailers(struct http_view *v,
                       struct http_list *ret_list) WARN_UNUSED;

/* 1xx heads of a response that are shown: servers send one or two. */
enum { HTTP_VIEW_INTERIMS = 16 };
/* The same of the n-th of them, with *ret_status; 0: there is none. */
int http_view_interim(struct http_view *v, size_t n, int32_t *ret_status,
                      struct http_list *ret_list) WARN_UNUSED;

/* By name, one for each name. */
int http_view_cookies(struct http_view *v,
                      struct http_list *ret_list) WARN_UNUSED;
/* Sorted; a repeated name is there several times. */
int http_view_query(struct http_view *v,
                    struct http_list *ret_list) WARN_UNUSED;

/*
 * Take the next segment off *rest, which is the path at first; false when there
 * is none. What is before the first slash is not a segment.
 */
bool http_view_segment(struct str *rest, struct str *ret_segment);

/* Location of a 3xx response, else empty; and Content-Type. */
struct str http_view_redirect(struct http_view *v);
struct str http_view_content_type(struct http_view *v);

/*
 * Read the body, the first time. Codes are those of the reader, ERR_NOMEM and
 * ERR_BUDGET; what is wrong with the body itself is in `trouble`.
 */
int http_view_body(struct http_view *v) WARN_UNUSED;

#endif /* HTTP_VIEW_H */
