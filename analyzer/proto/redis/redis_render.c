/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis_render.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/proto/redis/redis_view.h"
#include "analyzer/proto/section.h"
#include "base/err.h"

/* Bytes of a body fetched at a time. */
#define RENDER_PIECE 16384u

/* Longest double that is turned into a number; longer ones are shown as text.
 */
#define RENDER_DOUBLE_MAX 64u

/* --- strings -------------------------------------------------------------- */

/* What a string element says: without the three letters of its format. */
static struct str
render_plain(const struct redis_item *it, struct str content)
{
	return it->type == REDIS_VERBATIM ? str_tail(content, 4) : content;
}

/* Calls `piece` for each run of a string's content. */
static void
render_content(struct cursor *c, const struct redis_item *it, struct sink *out)
{
	struct redis_item chunk = *it;

	if (it->shape == REDIS_CONTENT) {
		sink_text(out,
		          render_plain(it, redis_resp_content(c, it->size)));
		return;
	}
	do {
		redis_resp_item(c, &chunk);
		if (chunk.type != REDIS_CHUNK)
			cur_bad(c);
		if (chunk.size != 0)
			sink_text(out, redis_resp_content(c, chunk.size));
	} while (cur_ok(c) && chunk.size != 0);
}

static bool
render_is_aggregate(const struct redis_item *it)
{
	return it->shape == REDIS_ELEMENTS || it->shape == REDIS_UNTIL_END;
}

/*
 * The next value of an aggregate of which n were to come; false at its end, or
 * where it is cut.
 */
static bool
render_more(struct cursor *c, const struct redis_item *it, uint64_t *io_n)
{
	struct redis_item end;

	if (!cur_ok(c) || cur_at_end(c))
		return false;
	if (it->shape == REDIS_ELEMENTS)
		return (*io_n)-- != 0;
	if (cur_peek_u8(c) != REDIS_END)
		return true;
	redis_resp_item(c, &end);
	return false;
}

/* --- values as text ------------------------------------------------------- */

static void render_text(struct cursor *c, unsigned depth, struct sink *out);

static void
render_text_list(struct cursor *c, const struct redis_item *it, unsigned depth,
                 struct sink *out)
{
	bool map = it->type == REDIS_MAP;
	uint64_t n = it->count;

	sink_text(out, map ? STR("{") : STR("["));
	for (uint64_t i = 0; render_more(c, it, &n); i++) {
		if (i != 0)
			sink_text(out,
			          map && i % 2 != 0 ? STR(": ") : STR(", "));
		render_text(c, depth - 1, out);
	}
	sink_text(out, map ? STR("}") : STR("]"));
}

static struct str
render_scalar(const struct redis_item *it)
{
	if (it->null)
		return STR("(nil)");
	if (it->type != REDIS_BOOLEAN)
		return it->text;
	return str_eq(it->text, STR("t")) ? STR("true") : STR("false");
}

static void
render_text(struct cursor *c, unsigned depth, struct sink *out)
{
	struct redis_item it = { .size = 0 };

	redis_resp_item(c, &it);
	if (!cur_ok(c) || depth == 0) {
		cur_bad(c);
		return;
	}
	if (it.type == REDIS_ATTRIBUTE) {
		for (uint64_t n = it.count; n != 0; n--)
			if (!redis_view_skip(c, depth))
				return;
		render_text(c, depth - 1, out);
	} else if (render_is_aggregate(&it)) {
		render_text_list(c, &it, depth, out);
	} else if (it.shape == REDIS_LINE) {
		sink_text(out, render_scalar(&it));
	} else {
		render_content(c, &it, out);
	}
}

/* --- values as JSON ------------------------------------------------------- */

static void render_json(struct cursor *c, unsigned depth, struct sink *out);

/* A map's key; what is not a string or a number is named by its type. */
static struct str
render_map_key(struct cursor *c)
{
	struct redis_item it = { .size = 0 };
	struct cursor begin = *c;

	redis_resp_item(c, &it);
	if (it.shape == REDIS_CONTENT)
		return render_plain(&it, redis_resp_content(c, it.size));
	if (it.shape == REDIS_LINE)
		return render_scalar(&it);
	*c = begin;
	(void)redis_view_skip(c, REDIS_DEPTH);
	return redis_resp_name(it.type);
}

static void
render_json_map(struct cursor *c, const struct redis_item *it, unsigned depth,
                struct sink *out)
{
	uint64_t n = it->count;

	sink_begin_object(out);
	while (render_more(c, it, &n)) {
		struct str key = render_map_key(c);

		if (!cur_ok(c) || !render_more(c, it, &n))
			break;
		if (sink_want(out, key))
			render_json(c, depth - 1, out);
		else
			(void)redis_view_skip(c, depth);
	}
	sink_end_object(out);
}

static void
render_json_list(struct cursor *c, const struct redis_item *it, unsigned depth,
                 struct sink *out)
{
	uint64_t n = it->count;

	sink_begin_array(out);
	while (render_more(c, it, &n))
		render_json(c, depth - 1, out);
	sink_end_array(out);
}

static void
render_json_double(struct str text, struct sink *out)
{
	char buf[RENDER_DOUBLE_MAX];
	double v = str_to_c(text, buf, sizeof(buf)) ? strtod(buf, NULL) : NAN;

	if (isfinite(v))
		sink_number(out, v);
	else
		sink_string(out, text);
}

static void
render_json_line(const struct redis_item *it, struct sink *out)
{
	struct str digits = str_starts(it->text, STR("+"))
	                        ? str_tail(it->text, 1)
	                        : it->text;
	int64_t v;

	if (it->null)
		sink_null(out);
	else if (it->type == REDIS_BOOLEAN)
		sink_boolean(out, str_eq(it->text, STR("t")));
	else if (it->type == REDIS_INTEGER && str_i64(digits, &v) == 0)
		sink_integer(out, v);
	else if (it->type == REDIS_DOUBLE)
		render_json_double(it->text, out);
	else
		sink_string(out, it->text);
}

static void
render_json_scalar(struct cursor *c, const struct redis_item *it,
                   struct sink *out)
{
	bool error = it->type == REDIS_ERROR || it->type == REDIS_BULK_ERROR;

	if (error) {
		sink_begin_object(out);
		sink_key(out, STR("error"));
	}
	if (it->shape == REDIS_LINE) {
		render_json_line(it, out);
	} else {
		sink_text_begin(out);
		render_content(c, it, out);
		sink_text_end(out);
	}
	if (error)
		sink_end_object(out);
}

static void
render_json(struct cursor *c, unsigned depth, struct sink *out)
{
	struct redis_item it = { .size = 0 };

	redis_resp_item(c, &it);
	if (!cur_ok(c) || depth == 0) {
		cur_bad(c);
		sink_null(out);
		return;
	}
	if (it.type == REDIS_ATTRIBUTE) {
		for (uint64_t n = it.count; n != 0; n--)
			if (!redis_view_skip(c, depth))
				break;
		render_json(c, depth - 1, out);
	} else if (it.type == REDIS_MAP) {
		render_json_map(c, &it, depth, out);
	} else if (render_is_aggregate(&it)) {
		render_json_list(c, &it, depth, out);
	} else {
		render_json_scalar(c, &it, out);
	}
}

/* --- the value of a message ----------------------------------------------- */

static unsigned
render_depth(const struct redis_view *v)
{
	uint64_t max = v->x->limits->value_depth;

	return max < REDIS_DEPTH ? (unsigned)max : REDIS_DEPTH;
}

static void
render_element_text(const struct redis_view *v, struct redis_element *e,
                    struct sink *out)
{
	if (e->plain)
		sink_text(out, e->text);
	else
		render_text(&e->at, render_depth(v), out);
}

/* All but the name and the key: "", "a" or "[a, b]". */
static void
render_rest(const struct redis_view *v, struct sink *out)
{
	uint64_t n = redis_view_rest(v);
	struct redis_element e;
	struct redis_walk w;
	bool any = false;

	if (n > 1)
		sink_text(out, STR("["));
	redis_view_walk(&w, v);
	while (redis_view_next(&w, &e)) {
		if (e.index == 0 || e.index == v->key_at)
			continue;
		if (any)
			sink_text(out, STR(", "));
		any = true;
		render_element_text(v, &e, out);
	}
	if (n > 1)
		sink_text(out, STR("]"));
}

/* "MSG host: h port: p slot: s", as the compatible API has a redirection. */
static void
render_redirection(struct str text, struct sink *out)
{
	struct str rest, word, slot, host, port = STR_NONE;
	size_t colon = 0;

	(void)str_split1(text, ' ', &word, &rest);
	(void)str_split1(rest, ' ', &slot, &host);
	for (size_t at;
	     (at = str_find_char(str_tail(host, colon), ':')) < host.n - colon;)
		colon += at + 1;
	if (colon != 0) {
		port = str_tail(host, colon);
		host = str_head(host, colon - 1);
	}
	sink_text(out, text);
	sink_text(out, STR(" host: "));
	sink_text(out, host);
	sink_text(out, STR(" port: "));
	sink_text(out, port);
	sink_text(out, STR(" slot: "));
	sink_text(out, slot);
}

static void
render_error(struct str text, struct sink *out)
{
	static const struct {
		struct str begin, name;
	} errors[] = {
		{ STR_INIT("MOVED "), STR_INIT("MovedDataError: ") },
		{ STR_INIT("ASK "), STR_INIT("AskDataError: ") },
		{ STR_INIT("CLUSTERDOWN "), STR_INIT("ClusterError: ") },
		{ STR_INIT("BUSY "), STR_INIT("BusyError: ") },
		{ STR_INIT("NOSCRIPT "), STR_INIT("NoScriptError: ") },
	};

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		if (!str_starts(text, errors[i].begin))
			continue;
		sink_text(out, errors[i].name);
		if (i < 2)
			render_redirection(text, out);
		else
			sink_text(out, text);
		return;
	}
	sink_text(out, STR("DataError: "));
	sink_text(out, text);
}

static bool
render_is_error(const struct redis_view *v)
{
	return v->known && (v->item.type == REDIS_ERROR ||
	                    v->item.type == REDIS_BULK_ERROR);
}

/* The word of a simple string that is a keyword; else empty. */
static struct str
render_keyword(const struct redis_view *v, char buf[REDIS_NAME_MAX])
{
	struct str word;

	if (!v->known || v->item.type != REDIS_SIMPLE || v->request)
		return STR_NONE;
	word = redis_command_upper(v->item.text, buf);
	return word.n == v->item.text.n && redis_command_keyword(word)
	           ? word
	           : STR_NONE;
}

static void
render_value(const struct redis_view *v, struct sink *out)
{
	char buf[REDIS_NAME_MAX];
	struct cursor c = v->inside;
	const struct redis_item *it = &v->item;

	if (!v->known || (it->null && !v->listed) ||
	    render_keyword(v, buf).n != 0)
		return;
	if (v->listed)
		render_rest(v, out);
	else if (it->type == REDIS_BULK_ERROR)
		render_error(redis_resp_content(&c, it->size), out);
	else if (render_is_error(v))
		render_error(it->text, out);
	else if (it->shape == REDIS_LINE)
		sink_text(out, render_scalar(it));
	else if (!render_is_aggregate(it))
		render_content(&c, it, out);
	else if (it->count != 0 || it->shape == REDIS_UNTIL_END)
		render_text_list(&c, it, render_depth(v), out);
}

/* --- the object ----------------------------------------------------------- */

static void
render_arguments(const struct redis_view *v, struct sink *out)
{
	struct redis_element e;
	struct redis_walk w;

	if (!v->request || !v->listed || redis_view_rest(v) < 2 ||
	    !sink_want(out, STR("arguments")))
		return;
	sink_begin_array(out);
	redis_view_walk(&w, v);
	while (redis_view_next(&w, &e)) {
		if (e.index == 0)
			continue;
		if (e.plain)
			sink_string(out, e.text);
		else
			render_json(&e.at, render_depth(v), out);
	}
	sink_end_array(out);
}

static void
render_attributes(const struct redis_view *v, struct sink *out)
{
	struct cursor c = cur_from_str(v->attributes, true);
	struct redis_item it = { .size = 0 };

	if (v->attributes.n == 0 || !sink_want(out, STR("attributes")))
		return;
	redis_resp_item(&c, &it);
	render_json_map(&c, &it, render_depth(v), out);
}

static void
render_keys(const struct redis_view *v, struct sink *out)
{
	struct redis_element e;
	struct redis_keys keys;
	struct redis_walk w;
	struct str text;
	uint64_t size;

	if (v->keys < 2 || !sink_want(out, STR("keys")))
		return;
	sink_begin_array(out);
	redis_view_walk(&w, v);
	redis_keys_begin(&keys, v->name, v->count);
	while (redis_view_next(&w, &e) && redis_view_text(&e, &text, &size))
		if (e.index != 0 && redis_keys_next(&keys, text))
			sink_string(out, text);
	sink_end_array(out);
}

static void
render_reply(const struct redis_view *v, struct sink *out)
{
	struct cursor c = v->inside;
	const struct redis_item *it = &v->item;

	if (v->request || !render_is_aggregate(it) ||
	    (it->shape == REDIS_ELEMENTS && it->count == 0) ||
	    !sink_want(out, STR("reply")))
		return;
	if (it->type == REDIS_MAP)
		render_json_map(&c, it, render_depth(v), out);
	else
		render_json_list(&c, it, render_depth(v), out);
}

static struct str
render_type(const struct redis_view *v)
{
	if (v->line)
		return STR("Inline");
	return v->known ? redis_resp_name(v->item.type) : STR_NONE;
}

static void
render_members(const struct redis_view *v, struct sink *out)
{
	char buf[REDIS_NAME_MAX];

	render_arguments(v, out);
	render_attributes(v, out);
	sink_member_string(out, "command", v->name);
	sink_member_string(out, "key", v->key);
	render_keys(v, out);
	sink_member_string(out, "keyword", render_keyword(v, buf));
	if (v->missing != 0)
		sink_member_integer(out, "missing", (int64_t)v->missing);
	render_reply(v, out);
	if (v->cut)
		sink_member_boolean(out, "truncated", true);
	sink_member_string(out, "type", render_type(v));
	if (!sink_want(out, STR("value")))
		return;
	sink_text_begin(out);
	render_value(v, out);
	sink_text_end(out);
}

/* Would the sink take this member? Nothing is written. */
static bool
render_wants(struct sink *out, const char *key)
{
	return sink_ok(out) &&
	       (out->ops->want == NULL || out->ops->want(out, str_from_c(key)));
}

/*
 * How much of a message has to be read: its front, unless something is wanted
 * that is longer. The keys of a command are nearly always in its front.
 */
static int
render_open(struct redis_view *v, const struct exchange *x, enum side side,
            struct sink *out)
{
	static const char *const whole[] = { "value",      "arguments",
		                             "attributes", "keys",
		                             "missing",    "reply",
		                             "truncated" };
	uint64_t max = REDIS_VIEW_FRONT;
	int rc;

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (render_wants(out, whole[i]))
			max = x->limits->render_bytes;
	rc = redis_view_open(v, x, side, max);
	if (rc == 0 && v->cut && v->listed && v->keys == 0 &&
	    max < x->limits->render_bytes)
		rc = redis_view_open(v, x, side, x->limits->render_bytes);
	return rc;
}

int
redis_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct redis_view v;
	int rc;

	sink_begin_object(out);
	rc = render_open(&v, x, side, out);
	if (rc == 0)
		render_members(&v, out);
	sink_end_object(out);
	return rc != 0 ? rc : out->error;
}

/* --- sections ------------------------------------------------------------- */

static void
represent_details(const struct redis_view *v, struct sink *out)
{
	char buf[REDIS_NAME_MAX];
	bool q = v->request;
	struct section t;

	section_begin(&t, STR("Details"), out);
	section_text(&t, "Type", render_type(v),
	             q ? "request.type" : "response.type");
	section_text(&t, "Command", v->name,
	             q ? "request.command" : "response.command");
	section_text(&t, "Key", v->key, q ? "request.key" : "response.key");
	section_text(&t, "Keyword", render_keyword(v, buf),
	             q ? "request.keyword" : "response.keyword");
	section_end(&t);
}

int
redis_render_sections(const struct exchange *x, enum side side,
                      struct sink *out)
{
	struct redis_view v;
	int rc = redis_view_open(&v, x, side, x->limits->render_bytes);

	sink_begin_array(out);
	if (rc == 0) {
		represent_details(&v, out);
		sink_begin_object(out);
		sink_member_string(out, "type", STR("body"));
		sink_member_string(out, "title", STR("Value"));
		sink_key(out, STR("data"));
		sink_text_begin(out);
		render_value(&v, out);
		sink_text_end(out);
		sink_member_string(out, "selector",
		                   v.request ? STR("request.value")
		                             : STR("response.value"));
		sink_end_object(out);
	}
	sink_end_array(out);
	return rc != 0 ? rc : out->error;
}

/* --- bodies --------------------------------------------------------------- */

/* Bytes of the message, from `off` within it on. */
struct run {
	uint64_t off;
	uint64_t len;
};

/* Where a string element's content is. */
static bool
body_of_string(const struct redis_view *v, struct cursor c, struct run *ret)
{
	struct redis_item it = { .size = 0 };

	redis_resp_item(&c, &it);
	if (!cur_ok(&c) || it.shape != REDIS_CONTENT)
		return false;
	*ret = (struct run){ v->bytes.n - cur_left(&c), it.size };
	return true;
}

/* Where the value is, when it is one string. */
static bool
body_find(const struct redis_view *v, struct run *ret)
{
	struct redis_element e;
	struct redis_walk w;

	if (!v->known || v->line)
		return false;
	if (!v->listed) {
		bool verbatim = v->item.type == REDIS_VERBATIM;
		uint64_t at = v->bytes.n - cur_left(&v->inside);

		*ret = (struct run){ at + (verbatim ? 4 : 0),
			             v->item.size - (verbatim ? 4 : 0) };
		return v->item.shape == REDIS_CONTENT;
	}
	if (redis_view_rest(v) != 1)
		return false;
	redis_view_walk(&w, v);
	while (redis_view_next(&w, &e)) {
		if (e.index != 0 && e.index != v->key_at)
			return body_of_string(v, e.at, ret);
	}
	return false;
}

/* One piece of evidence, or a hole; *io_run shrinks. */
static int
body_piece(const struct redis_view *v, struct run *io_run,
           const struct body_out *out)
{
	const struct layer_reader *r = v->x->reader;
	const struct span *sp = v->side->spans;
	uint8_t piece[RENDER_PIECE];
	size_t want = io_run->len < sizeof(piece) ? (size_t)io_run->len
	                                          : sizeof(piece);
	struct layer_at at = { sp->layer, v->dir, sp->off + io_run->off };
	uint64_t hole = 0;
	size_t n = 0;
	int rc = r->read(r->ctx, at, piece, want, &n, &hole);

	if (rc != 0)
		return rc;
	if (n == 0 && (hole == 0 || hole > io_run->len))
		hole = io_run->len;
	rc = n != 0 ? out->bytes(out->ctx, piece, n)
	            : out->hole(out->ctx, hole);
	if (n != 0)
		hole = 0;
	io_run->off += n + hole;
	io_run->len -= n + hole;
	return rc;
}

int
redis_render_body(const struct exchange *x, enum side side, bool decoded,
                  struct body_range range, const struct body_out *out)
{
	struct redis_view v;
	struct run run;
	uint64_t total, cut;
	int rc = redis_view_open(&v, x, side, REDIS_VIEW_FRONT);

	if (rc != 0 || v.side->nspans == 0)
		return rc;
	total = v.side->spans[0].len;
	if (!decoded || !body_find(&v, &run))
		run = (struct run){ 0, total };
	/* A content that was cut ends where its message does. */
	if (run.off > total)
		run.off = total;
	cut = run.len > total - run.off ? total - run.off : run.len;
	rc = cut < run.len ? ERR_TRUNCATED : 0;
	run.len = cut;
	if (range.off > run.len)
		range.off = run.len;
	run.off += range.off;
	run.len -= range.off;
	if (range.len < run.len) {
		run.len = range.len;
		rc = 0;
	}
	while (run.len != 0) {
		int err = body_piece(&v, &run, out);

		if (err != 0)
			return err;
	}
	return rc;
}
