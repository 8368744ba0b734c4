/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_carrier.h"

#include "analyzer/proto/http2/http2_frame.h"
#include "analyzer/proto/http2/http2_head.h"
#include "analyzer/proto/http2/http2_kept.h"
#include "analyzer/proto/http_field.h"
#include "analyzer/proto/http_flow.h"
#include "analyzer/proto/source.h"
#include "base/err.h"

/* view->message */
struct carried {
	struct str kept;
	struct str upgraded; /* the head of a request of HTTP/1.1 */
	bool data_known;
	bool pathless;
	uint64_t data; /* bytes of the body */
};

/* --- heads ---------------------------------------------------------------- */

static const struct entry_side *
carrier_side(const struct http_view *v)
{
	return v->side == SIDE_REQUEST ? &v->x->entry->request
	                               : &v->x->entry->response;
}

/* The name of a code, or its number. */
static struct str
carrier_code(struct http_view *v, uint64_t code)
{
	struct str name = http2_frame_error(code);

	return name.n != 0 ? name
	                   : arena_printf(v->x->scratch, "0x%llx",
	                                  (unsigned long long)code);
}

static void
carrier_mark(struct http_view *v, struct carried *m,
             const struct http2_item *it)
{
	switch (it->mark) {
	case HTTP2_MARK_DATA:
		m->data_known = true;
		m->data = it->number;
		break;
	case HTTP2_MARK_RESET:
		v->reset = carrier_code(v, it->number);
		break;
	case HTTP2_MARK_STALLS:
		v->stalls = it->number;
		break;
	case HTTP2_MARK_REJECTED:
		v->rejected = carrier_code(v, it->number);
		break;
	case HTTP2_MARK_PATHLESS:
		m->pathless = true;
		break;
	case HTTP2_MARK_UPGRADED:
		m->upgraded = it->text;
		break;
	case HTTP2_MARK_HEAD:
	case HTTP2_MARK_TRAILERS:
	case HTTP2_MARK_INTERIM:
		break;
	}
}

static struct str
carrier_find(const struct carried *m, struct str name)
{
	return http2_kept_find(m->kept, name);
}

/* Everything that is kept, once. */
static void
carrier_scan(struct http_view *v, struct carried *m)
{
	struct cursor c = cur_from_str(m->kept, false);
	struct http2_item it;

	while (http2_kept_next(&c, &it)) {
		if (it.is_mark)
			carrier_mark(v, m, &it);
		else if (it.name_unknown)
			v->unknown_fields++;
	}
	v->method = carrier_find(m, STR(":method"));
	v->url.uri = carrier_find(m, STR(":path"));
	v->status = http2_kept_status(carrier_find(m, STR(":status")));
}

/* What the upgraded request says; its target is that of HTTP/1.1. */
static void
carrier_upgraded(struct http_view *v, const struct carried *m)
{
	struct cursor c = cur_from_str(m->upgraded, false);
	struct str line = cur_line_lf(&c, SIZE_MAX);
	struct str rest, target, version;

	(void)str_split1(line, ' ', &v->method, &rest);
	(void)str_split1(rest, ' ', &target, &version);
	v->version = version;
	v->url = http_url_parse(target, false, v->x->scratch);
}

static int
carrier_open(struct http_view *v)
{
	const struct entry_side *s = carrier_side(v);
	struct carried *m = v->message;
	struct str path;
	uint32_t cut = v->side == SIDE_REQUEST ? ENTRY_REQ_CUT : ENTRY_RES_CUT;

	m->kept = s->kept;
	v->version = STR("HTTP/2.0");
	v->trailers_count = true;
	carrier_scan(v, m);
	if (m->pathless && v->url.uri.n == 0)
		v->url.uri = HTTP2_UNKNOWN;
	v->url.path = v->url.uri;
	(void)str_split1(v->url.uri, '?', &path, &v->url.query);
	if (m->upgraded.n != 0)
		carrier_upgraded(v, m);
	v->has_body = m->data != 0 || (v->x->entry->flags & cut) != 0;
	v->body_size = m->data < INT64_MAX ? (int64_t)m->data : INT64_MAX;
	if (m->data_known)
		v->wire_size = m->data;
	return 0;
}

/* --- fields --------------------------------------------------------------- */

static void
carrier_upgraded_fields(struct http_view *v, struct http_list *io_list)
{
	const struct carried *m = v->message;
	struct cursor c = cur_from_str(m->upgraded, false);
	struct arena *a = v->x->scratch;
	struct http_field f;

	(void)cur_line_lf(&c, SIZE_MAX);
	while (http_field_next(&c, &f)) {
		struct http_pair p = { .name = f.name,
			               .value = http_field_unfold(f.value, a) };

		(void)http_form_add(io_list, &p, a);
	}
}

static int
carrier_fields(struct http_view *v, bool trailers, struct http_list *io_list)
{
	enum http2_mark wanted = trailers ? HTTP2_MARK_TRAILERS
	                                  : HTTP2_MARK_HEAD;
	const struct carried *m = v->message;
	struct cursor c = cur_from_str(m->kept, false);
	enum http2_mark section = HTTP2_MARK_HEAD;
	struct http2_item it;

	if (m->upgraded.n != 0 && !trailers)
		carrier_upgraded_fields(v, io_list);
	while (http2_kept_next(&c, &it)) {
		struct http_pair p = { .name = it.name, .value = it.value };

		if (it.is_mark && it.mark <= HTTP2_MARK_INTERIM)
			section = it.mark;
		if (it.is_mark || it.value_unknown || section != wanted)
			continue;
		if (it.name_unknown)
			p.name = HTTP2_UNKNOWN;
		(void)http_form_add(io_list, &p, v->x->scratch);
	}
	return 0;
}

static int32_t
carrier_interim(struct http_view *v, size_t n, struct http_list *io_list)
{
	const struct carried *m = v->message;
	struct cursor c = cur_from_str(m->kept, false);
	bool inside = false;
	int32_t status = 0;
	struct http2_item it;

	while (http2_kept_next(&c, &it)) {
		struct http_pair p = { .name = it.name, .value = it.value };

		if (it.is_mark && it.mark <= HTTP2_MARK_INTERIM)
			inside = it.mark == HTTP2_MARK_INTERIM &&
			         it.number == n;
		if (it.is_mark || it.value_unknown || !inside)
			continue;
		if (it.name_unknown)
			p.name = HTTP2_UNKNOWN;
		if (str_eq(p.name, STR(":status")))
			status = http2_kept_status(p.value);
		else
			(void)http_form_add(io_list, &p, v->x->scratch);
	}
	return status;
}

static struct str
carrier_codings(struct http_view *v)
{
	unsigned n = 0;

	/* Part of a coded body cannot be decoded (RFC 9110, section 14.4). */
	if (v->status == 206)
		return STR_NONE;
	return http_flow_codings(STR_NONE, &n,
	                         http_view_field(v, STR("content-encoding")),
	                         v->x->scratch);
}

/* --- bodies --------------------------------------------------------------- */

/* The frames of a message, one after the other. */
struct walk {
	struct source s;
	struct http_flow to;
};

/* n bytes that are not part of the body, into `out`; *ret_n of them. */
static int
walk_read(struct walk *w, uint8_t *out, size_t n, size_t *ret_n)
{
	size_t span = w->s.span;
	struct str bytes;
	uint64_t hole = 0;
	size_t have = 0;
	int rc = 0;

	while (rc == 0 && have < n && hole == 0 && w->s.span == span) {
		rc = source_next(&w->s, n - have, &bytes, &hole);
		if (rc == 0 && bytes.n != 0)
			memcpy(out + have, bytes.p, bytes.n);
		have += bytes.n;
		if (bytes.n == 0 && hole == 0)
			break;
	}
	*ret_n = have;
	return rc;
}

/* n bytes of the body. */
static int
walk_data(struct walk *w, uint64_t n)
{
	int rc = 0;

	while (n != 0 && rc == 0) {
		struct str bytes;
		uint64_t hole;

		rc = source_next(&w->s, n, &bytes, &hole);
		if (rc != 0 || (bytes.n == 0 && hole == 0))
			break;
		n -= bytes.n + hole;
		rc = bytes.n != 0 ? http_flow_bytes(&w->to, bytes)
		                  : http_flow_hole(&w->to, hole);
	}
	return rc;
}

/* One frame, of which `left` bytes are in the span. */
static int
walk_frame(struct walk *w, const struct http2_frame *f, uint64_t left)
{
	uint64_t n = f->length < left ? f->length : left;
	uint8_t padding = 0;
	size_t got = 0;
	int rc = 0;

	if (n == 0)
		return 0;
	if (f->type != HTTP2_DATA) {
		source_skip(&w->s, n);
		return 0;
	}
	if ((f->flags & HTTP2_PADDED) != 0) {
		rc = walk_read(w, &padding, 1, &got);
		n--;
	}
	if (padding > n)
		padding = (uint8_t)n;
	if (rc == 0)
		rc = walk_data(w, n - padding);
	if (rc == 0)
		source_skip(&w->s, padding);
	return rc;
}

static int
walk_frames(struct walk *w)
{
	int rc = http_flow_status(&w->to);

	while (rc == 0) {
		uint64_t left = source_left(&w->s);
		uint8_t head[HTTP2_FRAME_HEADER];
		struct http2_frame f;
		struct cursor c;
		size_t n;

		if (left == 0)
			return http_flow_end(&w->to);
		rc = walk_read(w, head, sizeof(head), &n);
		if (rc != 0)
			break;
		if (n < sizeof(head)) {
			/* In a hole: nobody knows what the rest is. */
			source_skip(&w->s, source_left(&w->s));
			rc = http_flow_hole(&w->to, left);
			continue;
		}
		c = cur_make(head, n, false);
		f = http2_frame_read(&c);
		rc = walk_frame(w, &f, left - n);
	}
	return rc;
}

static int
carrier_body(struct http_view *v, bool decoded, struct body_range range,
             const struct body_out *out)
{
	const struct carried *m = v->message;
	uint32_t cut = v->side == SIDE_REQUEST ? ENTRY_REQ_CUT : ENTRY_RES_CUT;
	struct walk w;
	int rc;

	if (m->upgraded.n != 0)
		return 0;
	rc = http_flow_init(&w.to, v->x->limits,
	                    decoded ? carrier_codings(v) : STR_NONE, range,
	                    out);
	source_begin(&w.s, v->x, v->side, 0);
	if (rc == 0)
		rc = walk_frames(&w);
	http_flow_release(&w.to);
	if (rc == 0 && (v->x->entry->flags & (cut | ENTRY_SPANS_CUT)) != 0)
		rc = ERR_TRUNCATED;
	return http_flow_code(rc);
}

int
http2_carrier_body(const struct exchange *x, enum side side, bool decoded,
                   struct body_range range, const struct body_out *out)
{
	struct http_view v;
	int rc = http_view_open(&v, &http2_carrier, x, side);

	if (rc == 0)
		rc = carrier_body(&v, decoded, range, out);
	http_view_close(&v);
	return rc;
}

const struct http_carrier http2_carrier = {
	.size = sizeof(struct carried),
	.open = carrier_open,
	.fields = carrier_fields,
	.interim = carrier_interim,
	.codings = carrier_codings,
	.body = carrier_body,
};
