/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/graphql/graphql_render.h"

#include <stdio.h>

#include "analyzer/proto/graphql/graphql_view.h"
#include "analyzer/proto/http_render.h"
#include "analyzer/proto/http_represent.h"
#include "analyzer/proto/json_scan.h"
#include "analyzer/proto/section.h"
#include "base/err.h"

/* --- JSON --------------------------------------------------------------- */

static void
render_text(const char *key, struct str text, struct sink *out)
{
	if (text.n != 0)
		sink_member_string(out, key, text);
}

static void
render_fields(const struct graphql_item *it, struct sink *out)
{
	if (it->nfields == 0 || !sink_want(out, STR("fields")))
		return;
	sink_begin_array(out);
	for (size_t i = 0; i < it->nfields; i++)
		sink_string(out, it->fields[i]);
	sink_end_array(out);
}

static void
render_json(const char *key, struct str text, uint64_t depth, struct sink *out)
{
	if (text.n != 0 && sink_want(out, str_from_c(key)))
		json_scan_render(text, depth, out);
}

static void
render_item(const struct graphql_item *it, enum side side, uint64_t depth,
            struct sink *out)
{
	if (side == SIDE_RESPONSE) {
		render_json("errors", it->errors, depth, out);
		return;
	}
	render_text("operationName", it->name, out);
	render_text("operationType", it->type, out);
	render_fields(it, out);
	render_json("variables", it->variables, depth, out);
	render_text("query", it->query, out);
	render_text("persistedQuery", it->hash, out);
}

static void
render_batch(const struct graphql_view *g, enum side side, uint64_t depth,
             struct sink *out)
{
	if (!g->batch || !sink_want(out, STR("batch")))
		return;
	sink_begin_array(out);
	for (size_t i = 0; i < g->n; i++) {
		sink_begin_object(out);
		render_item(&g->items[i], side, depth, out);
		sink_end_object(out);
	}
	sink_end_array(out);
}

/* Is there something to say? */
static bool
has_members(const struct graphql_view *g, enum side side)
{
	for (size_t i = 0; i < g->n; i++)
		if (side == SIDE_REQUEST || g->items[i].errors.n != 0)
			return true;
	return g->delivery.n != 0;
}

static int
render_graphql(struct http_view *v, struct sink *out)
{
	uint64_t depth = v->x->limits->json_depth;
	struct graphql_view g = { .n = 0 };
	int rc;

	/* The body is not read for nothing. */
	if (out->ops->want != NULL && !out->ops->want(out, STR("graphql")))
		return 0;
	rc = graphql_view(v, &g);
	if (rc != 0 || !has_members(&g, v->side) ||
	    !sink_want(out, STR("graphql")))
		return rc;
	sink_begin_object(out);
	render_text("delivery", g.delivery, out);
	if (g.delivery.n != 0)
		sink_member_integer(out, "parts", (int64_t)g.parts);
	if (g.n != 0)
		render_item(&g.items[0], v->side, depth, out);
	render_batch(&g, v->side, depth, out);
	sink_end_object(out);
	return 0;
}

int
graphql_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct http_view v;
	int rc = http_view_open(&v, x->http, x, side);

	sink_begin_object(out);
	if (rc == 0)
		rc = http_render_members(&v, out);
	if (rc == 0)
		rc = render_graphql(&v, out);
	sink_end_object(out);
	http_view_close(&v);
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}

/* --- sections ----------------------------------------------------------- */

/* Room for request.graphql.batch[N]. */
enum { PLACE_MAX = 64, NUMBER_MAX = 32 };

/* What selectors begin with, and titles end with, for the i-th item. */
struct place {
	char path[PLACE_MAX];
	char number[NUMBER_MAX];
};

static void
place_of(const struct graphql_view *g, enum side side, size_t i,
         struct place *ret)
{
	const char *object = side == SIDE_REQUEST ? "request.graphql"
	                                          : "response.graphql";

	ret->number[0] = '\0';
	if (g->batch) {
		(void)snprintf(ret->path, PLACE_MAX, "%s.batch[%zu]", object,
		               i);
		(void)snprintf(ret->number, NUMBER_MAX, " [%zu]", i);
	} else {
		(void)snprintf(ret->path, PLACE_MAX, "%s", object);
	}
}

static void
represent_row(struct section *t, const struct place *at, const char *name,
              const char *member, struct str value)
{
	struct str selector[] = { str_from_c(at->path), str_from_c(member) };

	if (value.n == 0)
		return;
	section_row_begin(t, str_from_c(name));
	jout_str(&t->rows, value);
	section_row_end_parts(t, selector, ARRAY_LEN(selector));
}

static void
represent_field(struct section *t, const struct place *at, size_t i,
                struct str name)
{
	char number[PLACE_MAX], member[PLACE_MAX];
	struct str selector[] = { str_from_c(at->path), STR_NONE };

	(void)snprintf(number, sizeof(number), "Field [%zu]", i);
	(void)snprintf(member, sizeof(member), ".fields[%zu]", i);
	selector[1] = str_from_c(member);
	section_row_begin(t, str_from_c(number));
	jout_str(&t->rows, name);
	section_row_end_parts(t, selector, ARRAY_LEN(selector));
}

static void
represent_body(const char *title, const char *mime, const char *member,
               const struct place *at, struct str text, struct sink *out)
{
	if (text.n == 0)
		return;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("body"));
	if (sink_want(out, STR("title"))) {
		sink_text_begin(out);
		sink_text(out, str_from_c(title));
		sink_text(out, str_from_c(at->number));
		sink_text_end(out);
	}
	sink_member_string(out, "data", text);
	sink_member_string(out, "mimeType", str_from_c(mime));
	if (sink_want(out, STR("selector"))) {
		sink_text_begin(out);
		sink_text(out, str_from_c(at->path));
		sink_text(out, str_from_c(member));
		sink_text_end(out);
	}
	sink_end_object(out);
}

static void
represent_item(const struct graphql_item *it, const struct place *at,
               struct sink *out)
{
	char title[PLACE_MAX];
	struct section t;

	(void)snprintf(title, sizeof(title), "GraphQL%s", at->number);
	section_begin(&t, str_from_c(title), out);
	represent_row(&t, at, "Operation", ".operationName", it->name);
	represent_row(&t, at, "Type", ".operationType", it->type);
	for (size_t i = 0; i < it->nfields; i++)
		represent_field(&t, at, i, it->fields[i]);
	represent_row(&t, at, "Persisted Query", ".persistedQuery", it->hash);
	section_end(&t);
	represent_body("Query", "application/graphql", ".query", at, it->query,
	               out);
	represent_body("Variables", "application/json", ".variables", at,
	               it->variables, out);
}

/* The messages of an array of errors. */
struct messages {
	struct section *t;
	const struct place *at;
	struct buf key, text;
	bool wanted; /* the key is "message" */
	size_t n;
	int rc;
};

/* Keys and texts beyond this are no messages. */
enum { MESSAGE_MAX = 1 << 20 };

static void
message_row(struct messages *m)
{
	char name[PLACE_MAX], member[PLACE_MAX];

	(void)snprintf(name, sizeof(name), "Message [%zu]", m->n);
	(void)snprintf(member, sizeof(member), ".errors[%zu].message", m->n);
	represent_row(m->t, m->at, name, member, buf_str(&m->text));
	buf_clear(&m->text);
	m->n++;
}

static void
message_on(struct json_scan *s, void *ctx, enum json_event ev, struct str text)
{
	struct messages *m = ctx;
	int rc = 0;

	if (s->depth != 2)
		return;
	switch (ev) {
	case JSON_KEY_PART:
		rc = buf_append_str(&m->key, text);
		break;
	case JSON_KEY:
		m->wanted = str_eq(buf_str(&m->key), STR("message"));
		buf_clear(&m->key);
		break;
	case JSON_STRING_PART:
		if (m->wanted)
			rc = buf_append_str(&m->text, text);
		break;
	case JSON_OBJECT_END:
		message_row(m);
		break;
	default:
		break;
	}
	if (rc != 0) {
		m->rc = rc;
		json_scan_stop(s);
	}
}

static int
represent_errors(const struct graphql_item *it, const struct place *at,
                 struct sink *out)
{
	char title[PLACE_MAX];
	struct section t;
	struct messages m = { .t = &t, .at = at };
	struct json_scan s;

	if (it->errors.n == 0)
		return 0;
	buf_init(&m.key, MESSAGE_MAX);
	buf_init(&m.text, MESSAGE_MAX);
	(void)snprintf(title, sizeof(title), "GraphQL Errors%s", at->number);
	section_begin(&t, str_from_c(title), out);
	json_scan_init(&s, JSON_SCAN_DEPTH);
	(void)json_scan_feed(&s, it->errors, message_on, &m);
	section_end(&t);
	buf_release(&m.key);
	buf_release(&m.text);
	return m.rc == ERR_BUDGET ? 0 : m.rc;
}

/* How the results came, if not at once. */
static void
represent_delivery(const struct graphql_view *g, struct sink *out)
{
	struct section t;

	if (g->delivery.n == 0)
		return;
	section_begin(&t, STR("GraphQL"), out);
	section_text(&t, "Delivery", g->delivery, "response.graphql.delivery");
	section_number(&t, "Parts", (int64_t)g->parts,
	               "response.graphql.parts");
	section_end(&t);
}

static int
represent_graphql(struct http_view *v, struct sink *out)
{
	struct graphql_view g = { .n = 0 };
	struct place at;
	int rc = graphql_view(v, &g);

	if (rc == 0)
		represent_delivery(&g, out);
	for (size_t i = 0; rc == 0 && i < g.n; i++) {
		place_of(&g, v->side, i, &at);
		if (v->side == SIDE_REQUEST)
			represent_item(&g.items[i], &at, out);
		else
			rc = represent_errors(&g.items[i], &at, out);
	}
	return rc;
}

int
graphql_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct http_view v;
	int rc = http_view_open(&v, x->http, x, side);

	sink_begin_array(out);
	if (rc == 0)
		rc = http_represent_sections(&v, out);
	if (rc == 0)
		rc = represent_graphql(&v, out);
	sink_end_array(out);
	http_view_close(&v);
	if (rc == ERR_MALFORMED)
		rc = 0;
	return rc != 0 ? rc : out->error;
}
