/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_view.h"

#include "analyzer/proto/http_field.h"
#include "base/err.h"
#include "base/utf8.h"

int
http_view_open(struct http_view *v, const struct http_carrier *carrier,
               const struct exchange *x, enum side side)
{
	int rc;

	*v = (struct http_view){ .x = x, .carrier = carrier, .side = side };
	v->wire_size = HTTP_VIEW_UNSIZED;
	buf_init(&v->body, (size_t)x->limits->render_bytes);
	v->message = arena_zalloc(x->scratch, carrier->size);
	if (v->message == NULL)
		return arena_error(x->scratch);
	rc = carrier->open(v);
	return rc != 0 ? rc : arena_error(x->scratch);
}

void
http_view_close(struct http_view *v)
{
	buf_release(&v->body);
}

/* --- fields ------------------------------------------------------------- */

/* The fields of the head; they are read once. */
static const struct http_list *
view_head(struct http_view *v)
{
	if (!v->head_read)
		(void)v->carrier->fields(v, false, &v->head);
	v->head_read = true;
	return &v->head;
}

struct str
http_view_field(struct http_view *v, struct str name)
{
	const struct http_list *l = view_head(v);

	for (size_t i = 0; i < l->n; i++)
		if (str_eq_nocase(str_trim(l->v[i].name), name))
			return l->v[i].value;
	return STR_NONE;
}

static int
view_finish(struct http_view *v, struct http_list *l,
            struct http_list *ret_list)
{
	struct arena *a = v->x->scratch;

	http_form_merge(l, a);
	if (arena_error(a) != 0)
		return arena_error(a);
	*ret_list = *l;
	return 0;
}

/* Add fields under the names that they are shown by. */
static void
view_add(struct http_view *v, const struct http_list *from, struct http_list *l)
{
	struct arena *a = v->x->scratch;

	for (size_t i = 0; i < from->n; i++) {
		struct http_pair p = from->v[i];

		p.name = http_field_canonical(p.name, a);
		(void)http_form_add(l, &p, a);
	}
}

int
http_view_headers(struct http_view *v, struct http_list *ret_list)
{
	struct http_list l = { .n = 0 }, trailers = { .n = 0 };
	int rc = 0;

	view_add(v, view_head(v), &l);
	if (v->trailers_count)
		rc = v->carrier->fields(v, true, &trailers);
	if (rc != 0)
		return rc;
	view_add(v, &trailers, &l);
	http_form_sort(&l);
	return view_finish(v, &l, ret_list);
}

int
http_view_trailers(struct http_view *v, struct http_list *ret_list)
{
	struct http_list l = { .n = 0 }, trailers = { .n = 0 };
	int rc = v->carrier->fields(v, true, &trailers);

	if (rc != 0)
		return rc;
	view_add(v, &trailers, &l);
	http_form_sort(&l);
	return view_finish(v, &l, ret_list);
}

int
http_view_interim(struct http_view *v, size_t n, int32_t *ret_status,
                  struct http_list *ret_list)
{
	struct http_list l = { .n = 0 }, fields = { .n = 0 };

	*ret_status = 0;
	if (v->side == SIDE_RESPONSE && n < HTTP_VIEW_INTERIMS)
		*ret_status = v->carrier->interim(v, n, &fields);
	view_add(v, &fields, &l);
	http_form_sort(&l);
	return view_finish(v, &l, ret_list);
}

int
http_view_cookies(struct http_view *v, struct http_list *ret_list)
{
	const struct http_list *head = view_head(v);
	struct arena *a = v->x->scratch;
	struct http_list l = { .n = 0 };

	for (size_t i = 0; i < head->n; i++) {
		const struct http_pair *f = &head->v[i];

		if (v->side == SIDE_REQUEST &&
		    str_eq_nocase(f->name, STR("cookie")))
			http_form_cookie(&l, f->value, a);
		if (v->side == SIDE_RESPONSE &&
		    str_eq_nocase(f->name, STR("set-cookie")))
			http_form_set_cookie(&l, f->value, a);
	}
	http_form_group(&l);
	return view_finish(v, &l, ret_list);
}

int
http_view_query(struct http_view *v, struct http_list *ret_list)
{
	struct arena *a = v->x->scratch;
	struct http_list l = { .n = 0 };

	(void)http_form_query(&l, v->url.query, a);
	http_form_sort(&l);
	if (arena_error(a) != 0)
		return arena_error(a);
	*ret_list = l;
	return 0;
}

bool
http_view_segment(struct str *rest, struct str *ret_segment)
{
	size_t at = str_find_char(*rest, '/');

	if (at == rest->n)
		return false;
	*rest = str_tail(*rest, at + 1);
	*ret_segment = str_head(*rest, str_find_char(*rest, '/'));
	return true;
}

struct str
http_view_redirect(struct http_view *v)
{
	if (v->status < 300 || v->status > 399)
		return STR("");
	return http_view_field(v, STR("location"));
}

struct str
http_view_content_type(struct http_view *v)
{
	return http_view_field(v, STR("content-type"));
}

/* --- bodies ------------------------------------------------------------- */

static int
view_take(void *ctx, const uint8_t *p, size_t n)
{
	struct http_view *v = ctx;
	size_t room = (size_t)v->x->limits->render_bytes - v->body.n;
	int rc = buf_append(&v->body, p, n < room ? n : room);

	if (rc != 0 || n <= room)
		return rc;
	v->truncated = true;
	return ERR_LIMIT;
}

static int
view_hole(void *ctx, uint64_t n)
{
	struct http_view *v = ctx;

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
view_load(struct http_view *v, bool decoded)
{
	static const struct body_range all = { .off = 0, .len = UINT64_MAX };
	struct body_out out = { .bytes = view_take,
		                .hole = view_hole,
		                .ctx = v };

	return v->carrier->body(v, decoded, all, &out);
}

/* Bytes as they came, for want of something better. */
static int
view_load_raw(struct http_view *v)
{
	int rc = view_load(v, false);

	v->truncated |= rc == ERR_TRUNCATED || rc == ERR_MALFORMED;
	return view_is_trouble(rc) ? 0 : rc;
}

/* The front of a cut text may end in the middle of a character. */
static void
view_mend(struct http_view *v)
{
	struct str body = buf_str(&v->body);
	struct str tail = str_tail(body, utf8_valid_prefix(body));

	if (tail.n != 0 && tail.n < UTF8_MAX && utf8_is_partial(tail))
		buf_truncate(&v->body, v->body.n - tail.n);
}

/* Form or text? The media type says. */
static void
view_classify(struct http_view *v)
{
	struct arena *a = v->x->scratch;
	struct str type = http_view_content_type(v);
	struct str body;
	bool good = true;

	if (v->truncated)
		view_mend(v);
	body = buf_str(&v->body);

	v->mime = http_form_media_type(type, a);
	v->is_text = utf8_valid(body);
	v->text = body;
	if (str_eq(v->mime, STR("multipart/form-data"))) {
		v->is_form = v->is_multipart = true;
		good = http_form_multipart(
		    &v->params, body, http_form_param(type, STR("boundary"), a),
		    a);
	} else if (str_eq(v->mime, STR("application/x-www-form-urlencoded"))) {
		v->is_form = true;
		good = http_form_query(&v->params, body, a);
	}
	http_form_sort(&v->params);
	/* A form is its parameters; a broken one is shown as text as well. */
	if (v->is_form && good)
		v->text = STR("");
	if (v->text.n == 0)
		v->is_text = true;
}

int
http_view_body(struct http_view *v)
{
	struct arena *a = v->x->scratch;
	struct str codings;
	int rc;

	if (v->body_loaded || !v->has_body)
		return 0;
	v->body_loaded = true;
	codings = v->carrier->codings(v);
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
	if (codings.n == 0 && v->wire_size != HTTP_VIEW_UNSIZED)
		v->size = v->wire_size;
	if (v->side == SIDE_REQUEST)
		view_classify(v);
	return arena_error(a);
}
