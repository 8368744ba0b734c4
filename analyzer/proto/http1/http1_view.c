/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_view.h"

#include "base/err.h"
#include "base/utf8.h"

/* RFC 9112, section 6.3. */
static bool
view_response_has_body(int32_t status, struct str method)
{
	if (status < 200 || status == 204 || status == 304)
		return false;
	return !str_eq(method, STR("HEAD")) &&
	       (status > 299 || !str_eq(method, STR("CONNECT")));
}

int
http1_view_open(struct http1_view *v, const struct exchange *x, enum side side)
{
	static const struct str versions[] = {
		STR_INIT("HTTP/1.0"), STR_INIT("HTTP/1.1"),
		STR_INIT("HTTP/1.2"), STR_INIT("HTTP/1.3"),
		STR_INIT("HTTP/1.4"), STR_INIT("HTTP/1.5"),
		STR_INIT("HTTP/1.6"), STR_INIT("HTTP/1.7"),
		STR_INIT("HTTP/1.8"), STR_INIT("HTTP/1.9"),
	};
	const struct http1_framing *fr = &v->m.framing;
	const struct http1_line *line = &v->m.line;
	bool sized;
	int rc;

	*v = (struct http1_view){ .side = side };
	buf_init(&v->body, (size_t)x->limits->render_bytes);
	rc = http1_body_open(x, side, &v->m);
	if (rc != 0)
		return rc;
	v->version = versions[line->minor];
	sized = fr->sized && fr->length != 0;
	if (side == SIDE_REQUEST) {
		v->url = http1_url_parse(line->target,
		                         str_eq(line->method, STR("CONNECT")),
		                         x->scratch);
		v->has_body = fr->chunked || sized;
		v->body_size = fr->chunked ? -1 : 0;
	} else {
		v->has_body = view_response_has_body(line->status,
		                                     x->entry->method);
		sized = sized && v->has_body;
	}
	/* Of a head that was cut nobody knows what it would have said. */
	v->has_body = v->has_body && v->m.whole;
	if (sized && !fr->coded)
		v->body_size = fr->length < INT64_MAX ? (int64_t)fr->length
		                                      : INT64_MAX;
	return arena_error(x->scratch);
}

void
http1_view_close(struct http1_view *v)
{
	buf_release(&v->body);
}

/* --- fields ------------------------------------------------------------- */

/* "content-type" is "Content-Type"; what is no token stays as it is. */
static struct str
view_canonical(struct str name, struct arena *a)
{
	bool up = true;
	char *out;

	if (!http1_line_token(name))
		return name;
	out = arena_alloc(a, name.n);
	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < name.n; i++) {
		char c = str_lower(*str_tail(name, i).p);

		out[i] = up && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		up = c == '-';
	}
	return str_make(out, name.n);
}

/* A folded value on one line (RFC 9112, section 5.2). */
static struct str
view_unfold(struct str s, struct arena *a)
{
	struct str line;
	size_t n = 0;
	char *out;

	if (str_find_char(s, '\n') == s.n)
		return s;
	out = arena_alloc(a, s.n);
	if (out == NULL)
		return STR_NONE;
	while (s.n != 0) {
		(void)str_split1(s, '\n', &line, &s);
		if (str_ends(line, STR("\r")))
			line = str_head(line, line.n - 1);
		line = str_trim(line);
		if (n != 0)
			out[n++] = ' ';
		if (line.n != 0)
			memcpy(out + n, line.p, line.n);
		n += line.n;
	}
	return str_make(out, n);
}

/* The fields behind the cursor; without Host when the target names it. */
static void
view_fields(struct http1_view *v, struct cursor fields, struct http1_list *l)
{
	struct arena *a = v->m.x->scratch;
	uint64_t max = v->m.x->limits->headers;
	struct http1_field f;

	while (l->n < max && http1_head_next(&fields, &f)) {
		struct http1_pair p = { .name = view_canonical(f.name, a),
			                .value = view_unfold(f.value, a) };

		if (v->url.host.n == 0 || !str_eq(p.name, STR("Host")))
			(void)http1_form_add(l, &p, a);
	}
}

static int
view_finish(struct http1_view *v, struct http1_list *l,
            struct http1_list *ret_list)
{
	struct arena *a = v->m.x->scratch;

	http1_form_merge(l, a);
	if (arena_error(a) != 0)
		return arena_error(a);
	*ret_list = *l;
	return 0;
}

int
http1_view_headers(struct http1_view *v, struct http1_list *ret_list)
{
	struct arena *a = v->m.x->scratch;
	struct http1_pair host = { .name = STR("Host"), .value = v->url.host };
	struct http1_list l = { .n = 0 };
	struct cursor fields;

	(void)http1_head_line(v->m.head, &fields);
	view_fields(v, fields, &l);
	/* A request always has one, if only an empty one. */
	if (v->side == SIDE_REQUEST &&
	    (v->url.host.n != 0 || !v->m.framing.has_host))
		(void)http1_form_add(&l, &host, a);
	http1_form_sort(&l);
	return view_finish(v, &l, ret_list);
}

int
http1_view_trailers(struct http1_view *v, struct http1_list *ret_list)
{
	struct http1_list l = { .n = 0 };
	int rc = v->m.framing.chunked ? http1_view_body(v) : 0;

	if (rc != 0)
		return rc;
	view_fields(v, cur_from_str(v->m.trailer, false), &l);
	http1_form_sort(&l);
	return view_finish(v, &l, ret_list);
}

int
http1_view_cookies(struct http1_view *v, struct http1_list *ret_list)
{
	struct arena *a = v->m.x->scratch;
	struct http1_list l = { .n = 0 };
	struct http1_field f;
	struct cursor fields;

	(void)http1_head_line(v->m.head, &fields);
	while (http1_head_next(&fields, &f)) {
		if (v->side == SIDE_REQUEST &&
		    str_eq_nocase(f.name, STR("cookie")))
			http1_form_cookie(&l, view_unfold(f.value, a), a);
		if (v->side == SIDE_RESPONSE &&
		    str_eq_nocase(f.name, STR("set-cookie")))
			http1_form_set_cookie(&l, view_unfold(f.value, a), a);
	}
	http1_form_group(&l);
	return view_finish(v, &l, ret_list);
}

int
http1_view_query(struct http1_view *v, struct http1_list *ret_list)
{
	struct arena *a = v->m.x->scratch;
	struct http1_list l = { .n = 0 };

	(void)http1_form_query(&l, v->url.query, a);
	http1_form_sort(&l);
	if (arena_error(a) != 0)
		return arena_error(a);
	*ret_list = l;
	return 0;
}

bool
http1_view_segment(struct str *rest, struct str *ret_segment)
{
	size_t at = str_find_char(*rest, '/');

	if (at == rest->n)
		return false;
	*rest = str_tail(*rest, at + 1);
	*ret_segment = str_head(*rest, str_find_char(*rest, '/'));
	return true;
}

struct str
http1_view_redirect(const struct http1_view *v)
{
	int32_t status = v->m.line.status;

	if (status < 300 || status > 399)
		return STR("");
	return view_unfold(http1_head_find(v->m.head, STR("location")),
	                   v->m.x->scratch);
}

struct str
http1_view_content_type(const struct http1_view *v)
{
	return view_unfold(http1_head_find(v->m.head, STR("content-type")),
	                   v->m.x->scratch);
}

/* --- bodies ------------------------------------------------------------- */

static int
view_take(void *ctx, const uint8_t *p, size_t n)
{
	struct http1_view *v = ctx;
	size_t room = (size_t)v->m.x->limits->render_bytes - v->body.n;
	int rc = buf_append(&v->body, p, n < room ? n : room);

	if (rc != 0 || n <= room)
		return rc;
	v->truncated = true;
	return ERR_LIMIT;
}

static int
view_hole(void *ctx, uint64_t n)
{
	struct http1_view *v = ctx;

	(void)n;
	v->truncated = true;
	return 0;
}

/* Is it the body that is wrong, and not we who failed? */
static bool
view_is_trouble(int rc)
{
	return rc == ERR_MALFORMED || rc == ERR_UNSUPPORTED ||
	       rc == ERR_TRUNCATED || rc == ERR_LIMIT;
}

static int
view_load(struct http1_view *v, bool decoded)
{
	static const struct body_range all = { .off = 0, .len = UINT64_MAX };
	struct body_out out = { .bytes = view_take,
		                .hole = view_hole,
		                .ctx = v };

	return http1_body_stream(&v->m, decoded, all, &out);
}

/* Bytes as they came, for want of something better. */
static int
view_load_raw(struct http1_view *v)
{
	int rc = view_load(v, false);

	v->truncated |= rc == ERR_TRUNCATED || rc == ERR_MALFORMED;
	return view_is_trouble(rc) ? 0 : rc;
}

/* The front of a cut text may end in the middle of a character. */
static void
view_mend(struct http1_view *v)
{
	struct str body = buf_str(&v->body);
	struct str tail = str_tail(body, utf8_valid_prefix(body));

	if (tail.n != 0 && tail.n < UTF8_MAX && utf8_is_partial(tail))
		buf_truncate(&v->body, v->body.n - tail.n);
}

/* Form or text? The media type says. */
static void
view_classify(struct http1_view *v)
{
	struct arena *a = v->m.x->scratch;
	struct str type = http1_view_content_type(v);
	struct str body;
	bool good = true;

	if (v->truncated)
		view_mend(v);
	body = buf_str(&v->body);

	v->mime = http1_form_media_type(type, a);
	v->is_text = utf8_valid(body);
	v->text = body;
	if (str_eq(v->mime, STR("multipart/form-data"))) {
		v->is_form = v->is_multipart = true;
		good = http1_form_multipart(
		    &v->params, body,
		    http1_form_param(type, STR("boundary"), a), a);
	} else if (str_eq(v->mime, STR("application/x-www-form-urlencoded"))) {
		v->is_form = true;
		good = http1_form_query(&v->params, body, a);
	}
	http1_form_sort(&v->params);
	/* A form is its parameters; a broken one is shown as text as well. */
	if (v->is_form && good)
		v->text = STR("");
	if (v->text.n == 0)
		v->is_text = true;
}

int
http1_view_body(struct http1_view *v)
{
	struct arena *a = v->m.x->scratch;
	struct str codings;
	int rc;

	if (v->body_loaded || !v->has_body)
		return 0;
	v->body_loaded = true;
	codings = http1_body_codings(&v->m);
	rc = view_load(v, true);
	v->truncated |= rc == ERR_LIMIT || rc == ERR_TRUNCATED ||
	                (rc == ERR_MALFORMED && v->body.n != 0);
	if (codings.n != 0 && view_is_trouble(rc) && rc != ERR_TRUNCATED)
		v->trouble = arena_printf(a, STR_FMT ": %s", STR_ARG(codings),
		                          err_text(rc));
	if ((rc == ERR_MALFORMED || rc == ERR_UNSUPPORTED) && v->body.n == 0 &&
	    codings.n != 0)
		rc = view_load_raw(v);
	if (rc != 0 && !view_is_trouble(rc))
		return rc;
	v->size = v->body.n;
	if (codings.n == 0 && !v->m.framing.chunked)
		v->size = http1_body_wire_length(&v->m);
	if (v->side == SIDE_REQUEST)
		view_classify(v);
	return arena_error(a);
}
