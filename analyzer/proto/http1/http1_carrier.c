/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_carrier.h"

#include "analyzer/proto/http1/http1_body.h"
#include "analyzer/proto/http_field.h"

/* RFC 9112, section 6.3. */
static bool
carrier_response_has_body(int32_t status, struct str method)
{
	if (status < 200 || status == 204 || status == 304)
		return false;
	return !str_eq(method, STR("HEAD")) &&
	       (status > 299 || !str_eq(method, STR("CONNECT")));
}

static int
carrier_open(struct http_view *v)
{
	static const struct str versions[] = {
		STR_INIT("HTTP/1.0"), STR_INIT("HTTP/1.1"),
		STR_INIT("HTTP/1.2"), STR_INIT("HTTP/1.3"),
		STR_INIT("HTTP/1.4"), STR_INIT("HTTP/1.5"),
		STR_INIT("HTTP/1.6"), STR_INIT("HTTP/1.7"),
		STR_INIT("HTTP/1.8"), STR_INIT("HTTP/1.9"),
	};
	struct http1_message *m = v->message;
	const struct http1_framing *fr = &m->framing;
	const struct http1_line *line = &m->line;
	bool sized;
	int rc = http1_body_open(v->x, v->side, m);

	if (rc != 0)
		return rc;
	v->version = versions[line->minor];
	v->method = line->method;
	v->status = line->status;
	sized = fr->sized && fr->length != 0;
	if (v->side == SIDE_REQUEST) {
		v->url = http_url_parse(line->target,
		                        str_eq(line->method, STR("CONNECT")),
		                        v->x->scratch);
		v->has_body = fr->chunked || sized;
		v->body_size = fr->chunked ? -1 : 0;
	} else {
		v->has_body = carrier_response_has_body(line->status,
		                                        v->x->entry->method);
		sized = sized && v->has_body;
	}
	/* Of a head that was cut nobody knows what it would have said. */
	v->has_body = v->has_body && m->whole;
	if (sized && !fr->coded)
		v->body_size = fr->length < INT64_MAX ? (int64_t)fr->length
		                                      : INT64_MAX;
	if (!fr->chunked)
		v->wire_size = http1_body_wire_length(m);
	return 0;
}

/* The fields behind the cursor; without Host when the target names it. */
static void
carrier_add(struct http_view *v, struct cursor fields, struct http_list *l)
{
	struct arena *a = v->x->scratch;
	uint64_t max = v->x->limits->headers;
	struct http_field f;

	while (l->n < max && http_field_next(&fields, &f)) {
		struct http_pair p = { .name = f.name,
			               .value = http_field_unfold(f.value, a) };

		if (v->url.host.n == 0 || !str_eq_nocase(p.name, STR("host")))
			(void)http_form_add(l, &p, a);
	}
}

static int
carrier_fields(struct http_view *v, bool trailers, struct http_list *io_list)
{
	const struct http1_message *m = v->message;
	struct http_pair host = { .name = STR("Host"), .value = v->url.host };
	struct cursor fields;
	int rc;

	if (trailers) {
		rc = m->framing.chunked ? http_view_body(v) : 0;
		carrier_add(v, cur_from_str(m->trailer, false), io_list);
		return rc;
	}
	(void)http1_head_line(m->head, &fields);
	carrier_add(v, fields, io_list);
	/* A request always has one, if only an empty one. */
	if (v->side == SIDE_REQUEST &&
	    (v->url.host.n != 0 || !m->framing.has_host))
		(void)http_form_add(io_list, &host, v->x->scratch);
	return 0;
}

static int32_t
carrier_interim(struct http_view *v, size_t n, struct http_list *io_list)
{
	const struct http1_message *m = v->message;
	struct cursor rest = cur_from_str(m->interims, false);
	struct http1_line line;
	struct cursor fields;
	struct str head;
	size_t end;

	do {
		size_t scanned = 0;

		end = http1_head_end(&rest, &scanned);
		head = cur_take(&rest, end);
	} while (end != 0 && n-- != 0);
	if (end == 0 ||
	    !http1_line_parse(http1_head_line(head, &fields), true, &line))
		return 0;
	carrier_add(v, fields, io_list);
	return line.status;
}

static struct str
carrier_codings(struct http_view *v)
{
	return http1_body_codings(v->message);
}

static int
carrier_body(struct http_view *v, bool decoded, struct body_range range,
             const struct body_out *out)
{
	return http1_body_stream(v->message, decoded, range, out);
}

const struct http_carrier http1_carrier = {
	.size = sizeof(struct http1_message),
	.open = carrier_open,
	.fields = carrier_fields,
	.interim = carrier_interim,
	.codings = carrier_codings,
	.body = carrier_body,
};
