/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_render.h"

#include "analyzer/proto/http_render.h"
#include "analyzer/proto/section.h"
#include "analyzer/proto/source.h"
#include "analyzer/proto/websocket/websocket_view.h"

/* --- JSON --------------------------------------------------------------- */

static struct str
sender(const struct websocket_view *v)
{
	return source_dir(v->x, v->side) == TO_SERVER ? STR("client")
	                                              : STR("server");
}

static bool
wants(struct sink *out, const char *key)
{
	return sink_ok(out) &&
	       (out->ops->want == NULL || out->ops->want(out, str_from_c(key)));
}

/* Does an answer need more than the heads of the frames? */
static bool
wants_body(struct sink *out)
{
	static const char *const keys[] = { "text",        "encoding",
		                            "size",        "closeCode",
		                            "closeReason", "decodeError",
		                            "truncated" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (wants(out, keys[i]))
			return true;
	return false;
}

static void
put_some(struct sink *out, const char *key, struct str value)
{
	if (value.n != 0)
		sink_member_string(out, key, value);
}

static void
put_count(struct sink *out, const char *key, uint64_t n)
{
	sink_member_integer(out, key, n < INT64_MAX ? (int64_t)n : INT64_MAX);
}

static void
put_text(const struct websocket_view *v, struct sink *out)
{
	struct str body = v->has_code ? v->reason : buf_str(&v->body);

	if (!v->is_text)
		sink_member_string(out, "encoding", STR("base64"));
	if (!sink_want(out, STR("text")))
		return;
	if (v->is_text)
		sink_string(out, body);
	else
		http_render_base64(body, out);
}

static void
put_body(const struct websocket_view *v, struct sink *out)
{
	if (v->has_code) {
		sink_member_integer(out, "closeCode", v->code);
		put_some(out, "closeReason", v->reason);
	}
	if (v->trouble == NULL && !v->truncated)
		put_count(out, "size", v->body.n);
	else if (v->trouble != NULL)
		sink_member_string(out, "decodeError", str_from_c(v->trouble));
	if (v->truncated)
		sink_member_boolean(out, "truncated", true);
	put_text(v, out);
}

static int
render(struct websocket_view *v, struct sink *out)
{
	int rc = wants_body(out) ? websocket_view_load(v) : 0;

	sink_member_string(out, "opcode",
	                   websocket_opcode_name(v->first.opcode));
	sink_member_string(out, "path", v->x->entry->target);
	put_some(out, "host", v->x->entry->host);
	sink_member_string(out, "from", sender(v));
	put_some(out, "protocol", v->kept.protocol);
	put_count(out, "frames", v->frames);
	sink_member_boolean(out, "masked", v->first.masked);
	sink_member_boolean(out, "compressed", v->first.rsv1);
	put_count(out, "payloadSize", v->payload);
	put_body(v, out);
	return rc;
}

int
websocket_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct websocket_view v;
	int rc = websocket_view_open(&v, x, side);

	sink_begin_object(out);
	if (rc == 0 && v.known)
		rc = render(&v, out);
	sink_end_object(out);
	websocket_view_close(&v);
	return rc != 0 ? rc : out->error;
}

/* --- sections ----------------------------------------------------------- */

static void
row_if(struct section *t, const char *name, struct str value,
       const char *selector)
{
	if (value.n != 0)
		section_text(t, name, value, selector);
}

static void
represent_details(const struct websocket_view *v, struct sink *out)
{
	struct section t;

	section_begin(&t, STR("Details"), out);
	section_text(&t, "Opcode", websocket_opcode_name(v->first.opcode),
	             "request.opcode");
	section_text(&t, "From", sender(v), "request.from");
	row_if(&t, "Path", v->x->entry->target, "request.path");
	row_if(&t, "Host", v->x->entry->host, "request.host");
	row_if(&t, "Subprotocol", v->kept.protocol, "request.protocol");
	section_number(&t, "Frames", (int64_t)v->frames, "request.frames");
	section_number(&t, "Payload Size (bytes)", (int64_t)v->payload,
	               "request.payloadSize");
	section_text(&t, "Compressed", v->first.rsv1 ? STR("yes") : STR("no"),
	             "request.compressed");
	if (v->has_code)
		section_number(&t, "Close Code", v->code, "request.closeCode");
	row_if(&t, "Close Reason", v->reason, "request.closeReason");
	if (v->trouble != NULL)
		section_text(&t, "Decode Error", str_from_c(v->trouble),
		             "request.decodeError");
	section_end(&t);
}

static void
represent_body(const struct websocket_view *v, struct sink *out)
{
	if (v->body.n == 0 || v->has_code)
		return;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("body"));
	sink_member_string(out, "title", STR("Message"));
	sink_key(out, STR("data"));
	if (v->is_text)
		sink_string(out, buf_str(&v->body));
	else
		http_render_base64(buf_str(&v->body), out);
	if (!v->is_text)
		sink_member_string(out, "encoding", STR("base64"));
	sink_member_string(out, "mimeType",
	                   v->is_text ? STR("text/plain")
	                              : STR("application/octet-stream"));
	sink_member_string(out, "selector", STR("request.text"));
	sink_end_object(out);
}

int
websocket_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct websocket_view v;
	int rc = websocket_view_open(&v, x, side);

	sink_begin_array(out);
	if (rc == 0)
		rc = websocket_view_load(&v);
	if (rc == 0 && v.known) {
		represent_details(&v, out);
		represent_body(&v, out);
	}
	sink_end_array(out);
	websocket_view_close(&v);
	return rc != 0 ? rc : out->error;
}
