/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_represent.h"

#include <stdio.h>

#include "analyzer/proto/http_render.h"
#include "analyzer/proto/http_status.h"
#include "analyzer/proto/section.h"
#include "base/err.h"

/* The JSON text of one table; a body cannot be longer than render_bytes, and
 * as a form it is escaped twice. */
#define REPRESENT_MAX ((size_t)256 << 20)

/* A row whose selector is base["name"]. */
static void
table_pair(struct section *t, struct str base, const struct http_pair *p)
{
	struct str selector[] = { base, STR("[\""), p->name, STR("\"]") };

	section_row_begin(t, p->name);
	jout_str(&t->rows, p->value);
	section_row_end_parts(t, selector, ARRAY_LEN(selector));
}

static void
represent_list(struct str title, struct str base, const struct http_list *l,
               struct sink *out)
{
	struct section t;

	section_begin(&t, title, out);
	for (size_t i = 0; i < l->n; i++)
		table_pair(&t, base, &l->v[i]);
	section_end(&t);
}

/* --- parts of both sides ------------------------------------------------ */

static int
represent_fields(struct http_view *v, struct sink *out)
{
	bool request = v->side == SIDE_REQUEST;
	struct http_list headers = { .n = 0 };
	struct http_list cookies = { .n = 0 };
	int rc = http_view_headers(v, &headers);

	if (rc == 0)
		rc = http_view_cookies(v, &cookies);
	if (rc != 0)
		return rc;
	represent_list(STR("Headers"),
	               request ? STR("request.headers")
	                       : STR("response.headers"),
	               &headers, out);
	represent_list(STR("Cookies"),
	               request ? STR("request.cookies")
	                       : STR("response.cookies"),
	               &cookies, out);
	return 0;
}

static int
represent_trailers(struct http_view *v, struct sink *out)
{
	struct http_list l = { .n = 0 };
	int rc = v->trailers_count ? 0 : http_view_trailers(v, &l);

	if (rc == 0 && l.n != 0)
		represent_list(STR("Trailers"),
		               v->side == SIDE_REQUEST
		                   ? STR("request.trailers")
		                   : STR("response.trailers"),
		               &l, out);
	return rc;
}

/* Each 1xx head as a table: its status and its fields. */
static int
represent_interims(struct http_view *v, struct sink *out)
{
	int rc = 0;

	for (size_t n = 0; rc == 0; n++) {
		struct arena *a = v->x->scratch;
		struct http_list l;
		struct section t;
		int32_t status;
		struct str base;

		rc = http_view_interim(v, n, &status, &l);
		if (rc != 0 || status == 0)
			break;
		base = arena_printf(a, "response.interim[%zu]", n);
		section_begin(&t, STR("Interim Response"), out);
		section_row_begin(&t, STR("Status"));
		jout_int(&t.rows, status);
		section_row_end_parts(
		    &t, (struct str[]){ base, STR(".status") }, 2);
		section_row_begin(&t, STR("Status Text"));
		jout_str(&t.rows, http_status_text(status));
		section_row_end_parts(
		    &t, (struct str[]){ base, STR(".statusText") }, 2);
		base = arena_printf(a, STR_FMT ".headers", STR_ARG(base));
		for (size_t i = 0; i < l.n; i++)
			table_pair(&t, base, &l.v[i]);
		section_end(&t);
		rc = arena_error(a);
	}
	return rc;
}

/* Rows of our own, when there is something to say. */
static void
represent_oddities(const struct http_view *v, struct section *t)
{
	bool request = v->side == SIDE_REQUEST;

	if (v->rejected.n != 0)
		section_text(t, "Rejected", v->rejected,
		             request ? "request.rejected"
		                     : "response.rejected");
	if (v->reset.n != 0)
		section_text(t, "Reset", v->reset,
		             request ? "request.reset" : "response.reset");
	if (v->stalls != 0)
		section_number(t, "Flow Control Stalls", (int64_t)v->stalls,
		               request ? "request.stalls" : "response.stalls");
	if (v->unknown_fields != 0)
		section_number(t, "Unknown Fields", (int64_t)v->unknown_fields,
		               request ? "request.unknownFields"
		                       : "response.unknownFields");
}

/* --- request ------------------------------------------------------------ */

/* Room for the digits of any index. */
#define REPRESENT_DIGITS 24u

static struct str
represent_index(char buf[REPRESENT_DIGITS], size_t n)
{
	int len = snprintf(buf, REPRESENT_DIGITS, "%zu", n);

	return str_make(buf, len > 0 ? (size_t)len : 0);
}

static void
represent_segments(struct http_view *v, struct sink *out)
{
	struct str rest = v->url.path, segment;
	char buf[REPRESENT_DIGITS];
	struct section t;
	size_t n = 0;

	while (http_view_segment(&rest, &segment))
		n++;
	if (n < 2)
		return;
	section_begin(&t, STR("Path Segments"), out);
	rest = v->url.path;
	for (size_t i = 0; http_view_segment(&rest, &segment); i++) {
		struct str number = represent_index(buf, i);
		struct str selector[] = { STR("request.pathSegments["), number,
			                  STR("]") };

		section_row_begin(&t, number);
		jout_str(&t.rows, segment);
		section_row_end_parts(&t, selector, ARRAY_LEN(selector));
	}
	section_end(&t);
}

/* One of several values of a parameter: "k [0]", request.queryString.k[0]. */
static void
represent_repeated(struct section *t, const struct http_pair *p, size_t i)
{
	char buf[REPRESENT_DIGITS];
	struct str number = represent_index(buf, i);
	struct str name[] = { p->name, STR(" ["), number, STR("]") };
	struct str selector[] = { STR("request.queryString."), p->name,
		                  STR("["), number, STR("]") };

	section_row_begin_parts(t, name, ARRAY_LEN(name));
	jout_str(&t->rows, p->value);
	section_row_end_parts(t, selector, ARRAY_LEN(selector));
}

static int
represent_query(struct http_view *v, struct sink *out)
{
	struct http_list l = { .n = 0 };
	struct section t;
	size_t next;
	int rc = http_view_query(v, &l);

	if (rc != 0)
		return rc;
	section_begin(&t, STR("Query String"), out);
	for (size_t i = 0; i < l.n; i = next) {
		for (next = i + 1; next < l.n; next++)
			if (!str_eq(l.v[next].name, l.v[i].name))
				break;
		if (next == i + 1)
			table_pair(&t, STR("request.queryString"), &l.v[i]);
		else
			for (size_t k = i; k < next; k++)
				represent_repeated(&t, &l.v[k], k - i);
	}
	section_end(&t);
	return 0;
}

/* The only row of an upload: its parameters, as JSON within the JSON. */
static int
represent_files(struct http_view *v, struct sink *out)
{
	struct sink_json inner;
	struct json_out j;
	struct section t;
	struct buf b;
	int rc;

	buf_init(&b, REPRESENT_MAX);
	jout_init_buf(&j, &b);
	sink_json_init(&inner, &j);
	http_render_params(&v->params, &inner.sink);
	rc = jout_finish(&j);
	if (rc == 0) {
		section_begin(&t, STR("POST Data (multipart/form-data)"), out);
		section_row_begin(&t, STR("Files"));
		jout_str(&t.rows, buf_str(&b));
		section_row_end_bare(&t);
		section_end(&t);
	}
	buf_release(&b);
	return rc;
}

static int
represent_post_data(struct http_view *v, struct sink *out)
{
	int rc = http_view_body(v);

	if (rc != 0 || !v->has_body)
		return rc;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("body"));
	sink_member_string(out, "title", STR("POST Data (text/plain)"));
	sink_key(out, STR("data"));
	if (v->is_text)
		sink_string(out, v->text);
	else
		http_render_base64(v->text, out);
	if (v->mime.n != 0)
		sink_member_string(out, "mimeType", v->mime);
	sink_member_string(out, "selector", STR("request.postData.text"));
	sink_end_object(out);
	if (v->is_multipart)
		return represent_files(v, out);
	represent_list(STR("POST Data (application/x-www-form-urlencoded)"),
	               STR("request.postData.params"), &v->params, out);
	return 0;
}

static int
represent_request(struct http_view *v, struct sink *out)
{
	struct section t;
	int rc;

	section_begin(&t, STR("Details"), out);
	section_text(&t, "Method", v->method, "request.method");
	section_text(&t, "Target URI", v->url.uri, "request.targetUri");
	section_text(&t, "Path", v->url.path, "request.path");
	section_number(&t, "Body Size (bytes)", v->body_size,
	               "request.bodySize");
	represent_oddities(v, &t);
	section_end(&t);
	represent_segments(v, out);
	rc = represent_fields(v, out);
	if (rc == 0)
		rc = represent_query(v, out);
	if (rc == 0)
		rc = represent_post_data(v, out);
	return rc == 0 ? represent_trailers(v, out) : rc;
}

/* --- response ----------------------------------------------------------- */

static int
represent_content(struct http_view *v, struct sink *out)
{
	int rc = http_view_body(v);
	struct str type;

	if (rc != 0 || v->body.n == 0)
		return rc;
	type = http_view_content_type(v);
	sink_begin_object(out);
	sink_member_string(out, "type", STR("body"));
	sink_member_string(out, "title", STR("Body"));
	sink_key(out, STR("data"));
	http_render_base64(buf_str(&v->body), out);
	sink_member_string(out, "encoding", STR("base64"));
	if (type.n != 0)
		sink_member_string(out, "mimeType", type);
	sink_member_string(out, "selector", STR("response.content.text"));
	sink_end_object(out);
	return 0;
}

static int
represent_response(struct http_view *v, struct sink *out)
{
	struct section t;
	int rc;

	section_begin(&t, STR("Details"), out);
	section_number(&t, "Status", v->status, "response.status");
	section_text(&t, "Status Text", http_status_text(v->status),
	             "response.statusText");
	section_number(&t, "Body Size (bytes)", v->body_size,
	               "response.bodySize");
	represent_oddities(v, &t);
	section_end(&t);
	rc = represent_interims(v, out);
	if (rc == 0)
		rc = represent_fields(v, out);
	if (rc == 0)
		rc = represent_content(v, out);
	return rc == 0 ? represent_trailers(v, out) : rc;
}

int
http_represent_sections(struct http_view *v, struct sink *out)
{
	return v->side == SIDE_REQUEST ? represent_request(v, out)
	                               : represent_response(v, out);
}

int
http_represent(const struct http_carrier *carrier, const struct exchange *x,
               enum side side, struct sink *out)
{
	struct http_view v;
	int rc = http_view_open(&v, carrier, x, side);

	sink_begin_array(out);
	if (rc == 0)
		rc = http_represent_sections(&v, out);
	sink_end_array(out);
	http_view_close(&v);
	/* Without its start line there is nothing to show of a message. */
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}
