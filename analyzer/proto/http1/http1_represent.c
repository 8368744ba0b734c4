/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_represent.h"

#include <stdio.h>

#include "analyzer/proto/http1/http1_render.h"
#include "analyzer/proto/http1/http1_status.h"
#include "analyzer/proto/http1/http1_view.h"
#include "base/base64.h"
#include "base/err.h"
#include "base/json_out.h"

/* The JSON text of one table; a body cannot be longer than render_bytes, and
 * as a form it is escaped twice. */
#define REPRESENT_MAX ((size_t)256 << 20)

/* A table being written: its rows are JSON text, which is then a string. */
struct table {
	struct sink *out;
	struct json_out rows;
	bool any;
};

static int
table_write(void *ctx, const char *p, size_t n)
{
	struct table *t = ctx;

	sink_text(t->out, str_make(p, n));
	return t->out->error;
}

static void
table_begin(struct table *t, struct str title, struct sink *out)
{
	t->out = out;
	t->any = false;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("table"));
	sink_member_string(out, "title", title);
	sink_key(out, STR("data"));
	sink_text_begin(out);
	jout_init(&t->rows, table_write, t);
}

/* The row's object is left open. */
static void
table_row(struct table *t, struct str name)
{
	if (!t->any)
		jout_begin_array(&t->rows);
	t->any = true;
	jout_begin_object(&t->rows);
	jout_put_str(&t->rows, "name", name);
	jout_put(&t->rows, "value");
}

static void
table_end(struct table *t)
{
	int rc;

	if (t->any)
		jout_end_array(&t->rows);
	else
		jout_null(&t->rows);
	rc = jout_finish(&t->rows);
	sink_text_end(t->out);
	if (rc != 0)
		sink_fail(t->out, rc);
	sink_end_object(t->out);
}

static void
table_text(struct table *t, const char *name, struct str value,
           const char *selector)
{
	table_row(t, str_from_c(name));
	jout_str(&t->rows, value);
	jout_put_str(&t->rows, "selector", str_from_c(selector));
	jout_end_object(&t->rows);
}

static void
table_number(struct table *t, const char *name, int64_t value,
             const char *selector)
{
	table_row(t, str_from_c(name));
	jout_int(&t->rows, value);
	jout_put_str(&t->rows, "selector", str_from_c(selector));
	jout_end_object(&t->rows);
}

/* A string that is put together from parts. */
static void
table_parts(struct table *t, const struct str *parts, size_t n)
{
	jout_str_begin(&t->rows);
	for (size_t i = 0; i < n; i++)
		jout_str_part(&t->rows, parts[i]);
	jout_str_end(&t->rows);
}

/* A row whose selector is base["name"]. */
static void
table_pair(struct table *t, struct str base, const struct http1_pair *p)
{
	struct str selector[] = { base, STR("[\""), p->name, STR("\"]") };

	table_row(t, p->name);
	jout_str(&t->rows, p->value);
	jout_put(&t->rows, "selector");
	table_parts(t, selector, ARRAY_LEN(selector));
	jout_end_object(&t->rows);
}

static void
represent_list(struct str title, struct str base, const struct http1_list *l,
               struct sink *out)
{
	struct table t;

	table_begin(&t, title, out);
	for (size_t i = 0; i < l->n; i++)
		table_pair(&t, base, &l->v[i]);
	table_end(&t);
}

/* --- parts of both sides ------------------------------------------------ */

static int
represent_fields(struct http1_view *v, struct sink *out)
{
	bool request = v->side == SIDE_REQUEST;
	struct http1_list headers = { .n = 0 };
	struct http1_list cookies = { .n = 0 };
	int rc = http1_view_headers(v, &headers);

	if (rc == 0)
		rc = http1_view_cookies(v, &cookies);
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
represent_trailers(struct http1_view *v, struct sink *out)
{
	struct http1_list l = { .n = 0 };
	int rc = http1_view_trailers(v, &l);

	if (rc == 0 && l.n != 0)
		represent_list(STR("Trailers"),
		               v->side == SIDE_REQUEST
		                   ? STR("request.trailers")
		                   : STR("response.trailers"),
		               &l, out);
	return rc;
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
represent_segments(struct http1_view *v, struct sink *out)
{
	struct str rest = v->url.path, segment;
	char buf[REPRESENT_DIGITS];
	struct table t;
	size_t n = 0;

	while (http1_view_segment(&rest, &segment))
		n++;
	if (n < 2)
		return;
	table_begin(&t, STR("Path Segments"), out);
	rest = v->url.path;
	for (size_t i = 0; http1_view_segment(&rest, &segment); i++) {
		struct str number = represent_index(buf, i);
		struct str selector[] = { STR("request.pathSegments["), number,
			                  STR("]") };

		table_row(&t, number);
		jout_str(&t.rows, segment);
		jout_put(&t.rows, "selector");
		table_parts(&t, selector, ARRAY_LEN(selector));
		jout_end_object(&t.rows);
	}
	table_end(&t);
}

/* One of several values of a parameter: "k [0]", request.queryString.k[0]. */
static void
represent_repeated(struct table *t, const struct http1_pair *p, size_t i)
{
	char buf[REPRESENT_DIGITS];
	struct str number = represent_index(buf, i);
	struct str name[] = { p->name, STR(" ["), number, STR("]") };
	struct str selector[] = { STR("request.queryString."), p->name,
		                  STR("["), number, STR("]") };

	if (!t->any)
		jout_begin_array(&t->rows);
	t->any = true;
	jout_begin_object(&t->rows);
	jout_put(&t->rows, "name");
	table_parts(t, name, ARRAY_LEN(name));
	jout_put_str(&t->rows, "value", p->value);
	jout_put(&t->rows, "selector");
	table_parts(t, selector, ARRAY_LEN(selector));
	jout_end_object(&t->rows);
}

static int
represent_query(struct http1_view *v, struct sink *out)
{
	struct http1_list l = { .n = 0 };
	struct table t;
	size_t next;
	int rc = http1_view_query(v, &l);

	if (rc != 0)
		return rc;
	table_begin(&t, STR("Query String"), out);
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
	table_end(&t);
	return 0;
}

/* The only row of an upload: its parameters, as JSON within the JSON. */
static int
represent_files(struct http1_view *v, struct sink *out)
{
	struct sink_json inner;
	struct json_out j;
	struct table t;
	struct buf b;
	int rc;

	buf_init(&b, REPRESENT_MAX);
	jout_init_buf(&j, &b);
	sink_json_init(&inner, &j);
	http1_render_params(&v->params, &inner.sink);
	rc = jout_finish(&j);
	if (rc == 0) {
		table_begin(&t, STR("POST Data (multipart/form-data)"), out);
		table_row(&t, STR("Files"));
		jout_str(&t.rows, buf_str(&b));
		jout_end_object(&t.rows);
		table_end(&t);
	}
	buf_release(&b);
	return rc;
}

static int
represent_post_data(struct http1_view *v, struct sink *out)
{
	int rc = http1_view_body(v);

	if (rc != 0 || !v->has_body)
		return rc;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("body"));
	sink_member_string(out, "title", STR("POST Data (text/plain)"));
	sink_key(out, STR("data"));
	if (v->is_text)
		sink_string(out, v->text);
	else
		http1_render_base64(v->text, out);
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
represent_request(struct http1_view *v, struct sink *out)
{
	struct table t;
	int rc;

	table_begin(&t, STR("Details"), out);
	table_text(&t, "Method", v->m.line.method, "request.method");
	table_text(&t, "Target URI", v->url.uri, "request.targetUri");
	table_text(&t, "Path", v->url.path, "request.path");
	table_number(&t, "Body Size (bytes)", v->body_size, "request.bodySize");
	table_end(&t);
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
represent_content(struct http1_view *v, struct sink *out)
{
	int rc = http1_view_body(v);
	struct str type;

	if (rc != 0 || v->body.n == 0)
		return rc;
	type = http1_view_content_type(v);
	sink_begin_object(out);
	sink_member_string(out, "type", STR("body"));
	sink_member_string(out, "title", STR("Body"));
	sink_key(out, STR("data"));
	http1_render_base64(buf_str(&v->body), out);
	sink_member_string(out, "encoding", STR("base64"));
	if (type.n != 0)
		sink_member_string(out, "mimeType", type);
	sink_member_string(out, "selector", STR("response.content.text"));
	sink_end_object(out);
	return 0;
}

static int
represent_response(struct http1_view *v, struct sink *out)
{
	struct table t;
	int rc;

	table_begin(&t, STR("Details"), out);
	table_number(&t, "Status", v->m.line.status, "response.status");
	table_text(&t, "Status Text", http1_status_text(v->m.line.status),
	           "response.statusText");
	table_number(&t, "Body Size (bytes)", v->body_size,
	             "response.bodySize");
	table_end(&t);
	rc = represent_fields(v, out);
	if (rc == 0)
		rc = represent_content(v, out);
	return rc == 0 ? represent_trailers(v, out) : rc;
}

int
http1_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct http1_view v;
	int rc = http1_view_open(&v, x, side);

	sink_begin_array(out);
	if (rc == 0)
		rc = side == SIDE_REQUEST ? represent_request(&v, out)
		                          : represent_response(&v, out);
	sink_end_array(out);
	http1_view_close(&v);
	/* Without its start line there is nothing to show of a message. */
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}
