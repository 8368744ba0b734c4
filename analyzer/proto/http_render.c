/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_render.h"

#include "analyzer/proto/http_status.h"
#include "analyzer/proto/http_view.h"
#include "base/base64.h"
#include "base/err.h"

/* Bytes that become base64 text at a time; a multiple of three. */
#define RENDER_PIECE 12288u

/*
 * Would the sink take the value under this key? Unlike sink_want() this writes
 * nothing: the answer decides whether a body has to be read.
 */
static bool
render_wants(struct sink *out, struct str key)
{
	return sink_ok(out) &&
	       (out->ops->want == NULL || out->ops->want(out, key));
}

void
http_render_base64(struct str bytes, struct sink *out)
{
	char text[RENDER_PIECE / 3 * 4 + 4];
	struct base64_enc e;

	base64_enc_init(&e);
	sink_text_begin(out);
	while (bytes.n != 0 && sink_ok(out)) {
		struct str part = str_head(bytes, RENDER_PIECE);

		sink_text(out, str_make(text, base64_enc_part(&e, part, text)));
		bytes = str_tail(bytes, part.n);
	}
	sink_text(out, str_make(text, base64_enc_end(&e, text)));
	sink_text_end(out);
}

/* --- lists -------------------------------------------------------------- */

static void
render_members(const struct http_list *l, struct sink *out)
{
	sink_begin_object(out);
	for (size_t i = 0; i < l->n; i++)
		if (sink_want(out, l->v[i].name))
			sink_string(out, l->v[i].value);
	sink_end_object(out);
}

/* A part of the view that is an object of names and values. */
static int
render_list(struct http_view *v, const char *key,
            int (*get)(struct http_view *, struct http_list *),
            struct sink *out)
{
	struct http_list l = { .n = 0 };
	int rc;

	if (!render_wants(out, str_from_c(key)))
		return 0;
	rc = get(v, &l);
	if (rc == 0 && sink_want(out, str_from_c(key)))
		render_members(&l, out);
	return rc;
}

static int
render_trailers(struct http_view *v, struct sink *out)
{
	struct http_list l = { .n = 0 };
	int rc;

	if (!render_wants(out, STR("trailers")))
		return 0;
	rc = http_view_trailers(v, &l);
	if (rc == 0 && l.n != 0 && sink_want(out, STR("trailers")))
		render_members(&l, out);
	return rc;
}

/* What came in front of the response: 100 Continue, 103 Early Hints. */
static int
render_interims(struct http_view *v, struct sink *out)
{
	struct http_list l;
	int32_t status;
	int rc;

	if (!render_wants(out, STR("interim")))
		return 0;
	rc = http_view_interim(v, 0, &status, &l);
	if (rc != 0 || status == 0 || !sink_want(out, STR("interim")))
		return rc;
	sink_begin_array(out);
	for (size_t n = 1; rc == 0 && status != 0; n++) {
		sink_begin_object(out);
		if (sink_want(out, STR("headers")))
			render_members(&l, out);
		sink_member_integer(out, "status", status);
		sink_member_string(out, "statusText", http_status_text(status));
		sink_end_object(out);
		rc = http_view_interim(v, n, &status, &l);
	}
	sink_end_array(out);
	return rc;
}

/* A string, or a sorted array of them where the name is repeated. */
static int
render_query(struct http_view *v, struct sink *out)
{
	struct http_list l = { .n = 0 };
	size_t next;
	int rc;

	if (!sink_want(out, STR("queryString")))
		return 0;
	rc = http_view_query(v, &l);
	sink_begin_object(out);
	for (size_t i = 0; rc == 0 && i < l.n; i = next) {
		for (next = i + 1; next < l.n; next++)
			if (!str_eq(l.v[next].name, l.v[i].name))
				break;
		if (!sink_want(out, l.v[i].name))
			continue;
		if (next == i + 1) {
			sink_string(out, l.v[i].value);
			continue;
		}
		sink_begin_array(out);
		for (size_t k = i; k < next; k++)
			sink_string(out, l.v[k].value);
		sink_end_array(out);
	}
	sink_end_object(out);
	return rc;
}

void
http_render_params(const struct http_list *l, struct sink *out)
{
	sink_begin_array(out);
	for (size_t i = 0; i < l->n; i++) {
		const struct http_pair *p = &l->v[i];

		sink_begin_object(out);
		if (p->type.n != 0)
			sink_member_string(out, "contentType", p->type);
		if (p->file.n != 0)
			sink_member_string(out, "fileName", p->file);
		sink_member_string(out, "name", p->name);
		sink_member_string(out, "value", p->value);
		sink_end_object(out);
	}
	sink_end_array(out);
}

/* --- request ------------------------------------------------------------ */

static void
render_segments(struct http_view *v, struct sink *out)
{
	struct str rest = v->url.path;
	struct str segment;

	if (!sink_want(out, STR("pathSegments")))
		return;
	sink_begin_array(out);
	while (http_view_segment(&rest, &segment))
		sink_string(out, segment);
	sink_end_array(out);
}

static int
render_post_data(struct http_view *v, struct sink *out)
{
	int rc;

	if (!v->has_body || !sink_want(out, STR("postData")))
		return 0;
	rc = http_view_body(v);
	sink_begin_object(out);
	if (v->trouble.n != 0)
		sink_member_string(out, "decodeError", v->trouble);
	if (!v->is_text)
		sink_member_string(out, "encoding", STR("base64"));
	sink_member_string(out, "mimeType", v->mime);
	if (sink_want(out, STR("params")))
		http_render_params(&v->params, out);
	if (sink_want(out, STR("text"))) {
		if (v->is_text)
			sink_string(out, v->text);
		else
			http_render_base64(v->text, out);
	}
	if (v->truncated)
		sink_member_boolean(out, "truncated", true);
	sink_end_object(out);
	return rc;
}

static int
render_request(struct http_view *v, struct sink *out)
{
	int rc;

	sink_member_integer(out, "bodySize", v->body_size);
	rc = render_list(v, "cookies", http_view_cookies, out);
	if (rc == 0)
		rc = render_list(v, "headers", http_view_headers, out);
	sink_member_integer(out, "headersSize", -1);
	sink_member_string(out, "httpVersion", v->version);
	sink_member_string(out, "method", v->method);
	sink_member_string(out, "path", v->url.path);
	render_segments(v, out);
	if (rc == 0)
		rc = render_post_data(v, out);
	if (rc == 0)
		rc = render_query(v, out);
	sink_member_string(out, "targetUri", v->url.uri);
	if (rc == 0)
		rc = render_trailers(v, out);
	sink_member_string(out, "url", v->url.uri);
	return rc;
}

/* --- response ----------------------------------------------------------- */

static int
render_content(struct http_view *v, struct sink *out)
{
	int rc = 0;

	if (!sink_want(out, STR("content")))
		return 0;
	/* What is wanted is asked inside of the object. */
	sink_begin_object(out);
	if (render_wants(out, STR("size")) || render_wants(out, STR("text")) ||
	    render_wants(out, STR("truncated")) ||
	    render_wants(out, STR("decodeError")))
		rc = http_view_body(v);
	if (v->trouble.n != 0)
		sink_member_string(out, "decodeError", v->trouble);
	sink_member_string(out, "encoding", STR("base64"));
	sink_member_string(out, "mimeType", http_view_content_type(v));
	sink_member_integer(out, "size", (int64_t)v->size);
	if (v->body.n != 0 && sink_want(out, STR("text")))
		http_render_base64(buf_str(&v->body), out);
	if (v->truncated)
		sink_member_boolean(out, "truncated", true);
	sink_end_object(out);
	return rc;
}

static int
render_response(struct http_view *v, struct sink *out)
{
	int rc;

	sink_member_integer(out, "bodySize", v->body_size);
	rc = render_content(v, out);
	if (rc == 0)
		rc = render_list(v, "cookies", http_view_cookies, out);
	if (rc == 0)
		rc = render_list(v, "headers", http_view_headers, out);
	sink_member_integer(out, "headersSize", -1);
	sink_member_string(out, "httpVersion", v->version);
	if (rc == 0)
		rc = render_interims(v, out);
	sink_member_string(out, "redirectURL", http_view_redirect(v));
	sink_member_integer(out, "status", v->status);
	sink_member_string(out, "statusText", http_status_text(v->status));
	if (rc == 0)
		rc = render_trailers(v, out);
	return rc;
}

int
http_render_members(struct http_view *v, struct sink *out)
{
	int rc = v->side == SIDE_REQUEST ? render_request(v, out)
	                                 : render_response(v, out);

	if (v->rejected.n != 0)
		sink_member_string(out, "rejected", v->rejected);
	if (v->reset.n != 0)
		sink_member_string(out, "reset", v->reset);
	if (v->stalls != 0)
		sink_member_integer(out, "stalls", (int64_t)v->stalls);
	if (v->unknown_fields != 0)
		sink_member_integer(out, "unknownFields",
		                    (int64_t)v->unknown_fields);
	return rc;
}

int
http_render(const struct http_carrier *carrier, const struct exchange *x,
            enum side side, struct sink *out)
{
	struct http_view v;
	int rc = http_view_open(&v, carrier, x, side);

	sink_begin_object(out);
	if (rc == 0)
		rc = http_render_members(&v, out);
	sink_end_object(out);
	http_view_close(&v);
	/* Without its start line there is nothing to show of a message. */
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}
