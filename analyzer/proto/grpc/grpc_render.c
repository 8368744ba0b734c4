/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/grpc/grpc_render.h"

#include "analyzer/proto/grpc/grpc_frames.h"
#include "analyzer/proto/grpc/grpc_status.h"
#include "analyzer/proto/http_field.h"
#include "analyzer/proto/http_render.h"
#include "analyzer/proto/http_represent.h"
#include "analyzer/proto/protobuf.h"
#include "analyzer/proto/section.h"
#include "base/base64.h"
#include "base/err.h"
#include "base/json_out.h"

/* Fields of all messages of one side that are shown. */
enum { RENDER_FIELDS = 100000 };

/* Bytes of a grpc-status-details-bin that are decoded. */
enum { RENDER_DETAILS = 65536 };

/* The JSON text of one side's messages. */
#define RENDER_TEXT ((size_t)256 << 20)

/* A side of a call, ready to be shown. */
struct call {
	struct http_view *v;
	struct str service;
	struct str method;
	const struct protobuf_method *schema; /* NULL: not known */
	struct grpc_frames frames;
	bool read;
};

/* --- what is known of a call ---------------------------------------------- */

/*
 * "/pkg.Service/Method"; what is before the last slash is the service. A path
 * that the capture does not have names neither.
 */
static void
split_path(struct str path, struct str *ret_service, struct str *ret_method)
{
	struct str rest;
	size_t at;

	*ret_service = *ret_method = STR_NONE;
	(void)str_split1(path, '?', &path, &rest);
	if (!str_starts(path, STR("/")))
		return;
	path = str_tail(path, 1);
	for (at = path.n; at != 0; at--)
		if (str_starts(str_tail(path, at - 1), STR("/")))
			break;
	*ret_service = str_head(path, at != 0 ? at - 1 : 0);
	*ret_method = str_tail(path, at);
}

static void
call_init(struct call *c, struct http_view *v)
{
	struct str path = v->x->entry->target;

	*c = (struct call){ .v = v };
	if (v->side == SIDE_REQUEST)
		path = v->url.path;
	split_path(path, &c->service, &c->method);
	c->schema = protobuf_set_method(v->x->schema, path);
}

static int
call_read(struct call *c)
{
	if (c->read)
		return 0;
	c->read = true;
	return grpc_frames_read(c->v,
	                        http_view_field(c->v, STR("grpc-encoding")),
	                        true, &c->frames);
}

/* A field of the head, the trailers, or gRPC-Web's own trailers. */
static struct str
call_field(struct call *c, struct str name)
{
	struct str value = http_view_field(c->v, name);
	struct http_list l = { .n = 0 };
	struct cursor lines;
	struct http_field f;

	if (value.n != 0)
		return value;
	(void)c->v->carrier->fields(c->v, true, &l);
	for (size_t i = 0; i < l.n; i++)
		if (str_eq_nocase(l.v[i].name, name))
			return l.v[i].value;
	lines = cur_from_str(c->frames.trailers, false);
	while (http_field_next(&lines, &f))
		if (str_eq_nocase(f.name, name))
			return f.value;
	return STR_NONE;
}

static struct str
kind_of(bool client, bool server)
{
	if (client && server)
		return STR("bidirectional streaming");
	if (client)
		return STR("client streaming");
	return server ? STR("server streaming") : STR("unary");
}

/*
 * Without a schema the messages have to tell, when both sides are known: more
 * than one is a stream.
 */
static int
call_kind(struct call *c, struct str *ret_kind)
{
	const struct exchange *x = c->v->x;
	struct grpc_frames asked;
	struct http_view other;
	int rc;

	*ret_kind = STR_NONE;
	if (c->schema != NULL) {
		*ret_kind = kind_of(c->schema->client_streams,
		                    c->schema->server_streams);
		return 0;
	}
	if (c->v->side == SIDE_REQUEST || !x->entry->request.present)
		return 0;
	rc = http_view_open(&other, x->http, x, SIDE_REQUEST);
	if (rc == 0)
		rc = grpc_frames_read(&other, STR_NONE, false, &asked);
	http_view_close(&other);
	if (rc == 0)
		*ret_kind = kind_of(asked.count > 1, c->frames.count > 1);
	return rc == ERR_MALFORMED ? 0 : rc;
}

/* --- messages ------------------------------------------------------------- */

static void
show_init(const struct call *c, struct protobuf_show *s)
{
	const struct exchange *x = c->v->x;

	*s = (struct protobuf_show){ .scratch = x->scratch,
		                     .set = x->schema,
		                     .depth = x->limits->value_depth,
		                     .fields = RENDER_FIELDS };
}

static const struct protobuf_type *
message_type(const struct call *c)
{
	if (c->schema == NULL)
		return NULL;
	return c->v->side == SIDE_REQUEST ? c->schema->input
	                                  : c->schema->output;
}

static bool
is_protobuf(struct call *c)
{
	struct str type = http_view_content_type(c->v);

	return str_find(type, STR("+")) == type.n ||
	       str_find(type, STR("+proto")) != type.n;
}

static void
render_data(struct call *c, struct protobuf_show *s, const struct grpc_frame *f,
            struct sink *out)
{
	bool coded = f->compressed && f->trouble.n != 0;

	if (!coded && is_protobuf(c) &&
	    (message_type(c) != NULL || protobuf_is_message(f->data))) {
		protobuf_render(s, f->data, message_type(c), out);
		return;
	}
	sink_begin_object(out);
	if (sink_want(out, STR("base64")))
		http_render_base64(f->data, out);
	sink_end_object(out);
}

static void
render_messages(struct call *c, struct sink *out)
{
	struct protobuf_show s;

	show_init(c, &s);
	sink_begin_array(out);
	for (size_t i = 0; i < c->frames.n && sink_ok(out); i++) {
		const struct grpc_frame *f = &c->frames.v[i];

		sink_begin_object(out);
		sink_member_boolean(out, "compressed", f->compressed);
		if (sink_want(out, STR("data")))
			render_data(c, &s, f, out);
		if (f->trouble.n != 0)
			sink_member_string(out, "decodeError", f->trouble);
		sink_member_integer(out, "length", (int64_t)f->length);
		if (!f->whole && f->trouble.n == 0)
			sink_member_boolean(out, "truncated", true);
		sink_end_object(out);
	}
	sink_end_array(out);
}

/* --- the outcome ---------------------------------------------------------- */

/*
 * The bytes of a field whose name ends in -bin: base64, of which senders leave
 * the padding out or use the other alphabet, or the bytes themselves behind a
 * zero, when the other side allowed that (gRPC's G1, true binary metadata).
 */
static void
decode_binary(struct buf *b, struct str text)
{
	if (str_starts(text, STR("\0"))) {
		if (buf_append_str(b, str_tail(text, 1)) != 0)
			buf_clear(b);
		return;
	}
	if (base64_decode(b, text, BASE64_STD) != 0) {
		buf_clear(b);
		if (base64_decode(b, text, BASE64_URL) != 0)
			buf_clear(b);
	}
}

/* google.rpc.Status: code 1, message 2, details 3 (Any: type_url 1, value 2).
 */
static void
render_details(struct call *c, struct str text, struct sink *out)
{
	struct protobuf_show s;
	struct buf b;

	buf_init(&b, RENDER_DETAILS);
	show_init(c, &s);
	decode_binary(&b, text);
	protobuf_render(&s, arena_dup(s.scratch, buf_str(&b)),
	                protobuf_set_type(s.set, STR(".google.rpc.Status")),
	                out);
	buf_release(&b);
}

static void
render_outcome(struct call *c, struct sink *out)
{
	struct str status = call_field(c, STR("grpc-status"));
	struct str message = call_field(c, STR("grpc-message"));
	struct str details = call_field(c, STR("grpc-status-details-bin"));
	uint64_t code;

	if (details.n != 0 && sink_want(out, STR("details")))
		render_details(c, details, out);
	if (message.n != 0)
		sink_member_string(
		    out, "message",
		    grpc_status_message(message, c->v->x->scratch));
	if (str_u64(status, &code) != 0 || code > INT32_MAX)
		return;
	sink_member_integer(out, "status", (int64_t)code);
	if (grpc_status_name(code).n != 0)
		sink_member_string(out, "statusName", grpc_status_name(code));
}

static void
render_request(struct call *c, struct sink *out)
{
	struct str timeout = http_view_field(c->v, STR("grpc-timeout"));
	uint64_t ns;

	if (c->method.n != 0) {
		sink_member_string(out, "method", c->method);
		sink_member_string(out, "service", c->service);
	}
	if (grpc_status_timeout(timeout, &ns) &&
	    sink_want(out, STR("timeoutMs")))
		sink_number(out, (double)ns / 1e6);
}

static int
render_grpc(struct call *c, struct sink *out)
{
	struct str encoding = http_view_field(c->v, STR("grpc-encoding"));
	struct str kind;
	int rc;

	/* Bodies are not read for nothing. */
	if (out->ops->want != NULL && !out->ops->want(out, STR("grpc")))
		return 0;
	rc = call_read(c);
	if (rc == 0)
		rc = call_kind(c, &kind);
	if (rc != 0 || !sink_want(out, STR("grpc")))
		return rc;
	sink_begin_object(out);
	if (encoding.n != 0)
		sink_member_string(out, "encoding", encoding);
	if (kind.n != 0)
		sink_member_string(out, "kind", kind);
	sink_member_integer(out, "messageBytes", (int64_t)c->frames.bytes);
	sink_member_integer(out, "messageCount", (int64_t)c->frames.count);
	if (sink_want(out, STR("messages")))
		render_messages(c, out);
	if (c->v->side == SIDE_REQUEST)
		render_request(c, out);
	else
		render_outcome(c, out);
	if (c->frames.cut)
		sink_member_boolean(out, "truncated", true);
	sink_end_object(out);
	return 0;
}

int
grpc_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct http_view v;
	struct call c;
	int rc = http_view_open(&v, x->http, x, side);

	sink_begin_object(out);
	if (rc == 0)
		rc = http_render_members(&v, out);
	if (rc == 0) {
		call_init(&c, &v);
		rc = render_grpc(&c, out);
	}
	sink_end_object(out);
	http_view_close(&v);
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}

/* --- sections ------------------------------------------------------------- */

static void
represent_text(struct section *t, const char *name, struct str value,
               const char *selector)
{
	if (value.n != 0)
		section_text(t, name, value, selector);
}

static void
represent_outcome(struct call *c, struct section *t)
{
	struct str status = call_field(c, STR("grpc-status"));
	struct str message = call_field(c, STR("grpc-message"));
	uint64_t code;

	if (str_u64(status, &code) == 0 && code <= INT32_MAX) {
		section_number(t, "Status", (int64_t)code,
		               "response.grpc.status");
		represent_text(t, "Status Name", grpc_status_name(code),
		               "response.grpc.statusName");
	}
	represent_text(t, "Message",
	               grpc_status_message(message, c->v->x->scratch),
	               "response.grpc.message");
}

static void
represent_table(struct call *c, struct str kind, struct sink *out)
{
	bool request = c->v->side == SIDE_REQUEST;
	struct section t;

	section_begin(&t, STR("gRPC"), out);
	if (request) {
		represent_text(&t, "Service", c->service,
		               "request.grpc.service");
		represent_text(&t, "Method", c->method, "request.grpc.method");
	} else {
		represent_outcome(c, &t);
	}
	represent_text(&t, "Kind", kind,
	               request ? "request.grpc.kind" : "response.grpc.kind");
	section_number(&t, "Messages", (int64_t)c->frames.count,
	               request ? "request.grpc.messageCount"
	                       : "response.grpc.messageCount");
	section_number(&t, "Message Bytes", (int64_t)c->frames.bytes,
	               request ? "request.grpc.messageBytes"
	                       : "response.grpc.messageBytes");
	section_end(&t);
}

/* The messages as JSON within a body. */
static int
represent_messages(struct call *c, struct sink *out)
{
	struct sink_json inner;
	struct json_out j;
	struct buf b;
	int rc;

	if (c->frames.n == 0)
		return 0;
	buf_init(&b, RENDER_TEXT);
	jout_init_buf(&j, &b);
	sink_json_init(&inner, &j);
	render_messages(c, &inner.sink);
	rc = jout_finish(&j);
	if (rc == 0) {
		sink_begin_object(out);
		sink_member_string(out, "type", STR("body"));
		sink_member_string(out, "title", STR("gRPC Messages"));
		sink_member_string(out, "data", buf_str(&b));
		sink_member_string(out, "mimeType", STR("application/json"));
		sink_member_string(out, "selector",
		                   c->v->side == SIDE_REQUEST
		                       ? STR("request.grpc.messages")
		                       : STR("response.grpc.messages"));
		sink_end_object(out);
	}
	buf_release(&b);
	return rc;
}

static int
represent_grpc(struct call *c, struct sink *out)
{
	struct str kind;
	int rc = call_read(c);

	if (rc == 0)
		rc = call_kind(c, &kind);
	if (rc != 0)
		return rc;
	represent_table(c, kind, out);
	return represent_messages(c, out);
}

int
grpc_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct http_view v;
	struct call c;
	int rc = http_view_open(&v, x->http, x, side);

	sink_begin_array(out);
	if (rc == 0)
		rc = http_represent_sections(&v, out);
	if (rc == 0) {
		call_init(&c, &v);
		rc = represent_grpc(&c, out);
	}
	sink_end_array(out);
	http_view_close(&v);
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}
