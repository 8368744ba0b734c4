/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/graphql/graphql_view.h"

#include "analyzer/proto/graphql/graphql.h"
#include "analyzer/proto/graphql/graphql_body.h"
#include "analyzer/proto/graphql/graphql_doc.h"
#include "analyzer/proto/graphql/graphql_multipart.h"
#include "base/buf.h"
#include "base/cursor.h"

/* --- documents ---------------------------------------------------------- */

/* One operation of a document. */
struct operation {
	struct str type;
	struct str name;
	struct str *fields;
	size_t n;
};

struct reading {
	struct arena *a;
	struct str wanted;      /* name of the operation to run, or empty */
	struct operation first; /* if that is not the one */
	struct operation now;
	unsigned begun;
	bool done;
};

static bool
read_wanted(const struct reading *r)
{
	return r->wanted.n == 0 || str_eq(r->now.name, r->wanted);
}

static void
read_operation(struct reading *r, struct str type)
{
	if (r->begun != 0 && read_wanted(r)) {
		r->done = true;
		return;
	}
	if (r->begun++ == 1)
		r->first = r->now;
	r->now = (struct operation){ .type = type };
}

static void
read_field(struct reading *r, struct str name)
{
	struct operation *o = &r->now;

	if (o->fields == NULL)
		o->fields = arena_array(r->a, GRAPHQL_VIEW_FIELDS,
		                        sizeof(*o->fields));
	if (o->fields != NULL && o->n < GRAPHQL_VIEW_FIELDS)
		o->fields[o->n++] = arena_dup(r->a, name);
}

static void
read_part(void *ctx, enum graphql_part part, struct str name)
{
	struct reading *r = ctx;

	if (r->done)
		return;
	if (part == GRAPHQL_OPERATION)
		read_operation(r, name);
	else if (part == GRAPHQL_NAME)
		r->now.name = arena_dup(r->a, name);
	else
		read_field(r, name);
}

/* What the item's document asks; the item may name one of its operations. */
static void
read_document(struct graphql_item *it, struct arena *a)
{
	struct reading r = { .a = a, .wanted = it->name };
	struct graphql_doc d = { .on = read_part, .ctx = &r };
	const struct operation *o = &r.now;

	if (graphql_doc_feed(&d, it->query))
		(void)graphql_doc_end(&d);
	if (r.begun > 1 && !r.done && !read_wanted(&r))
		o = &r.first;
	it->type = o->type;
	it->fields = o->fields;
	it->nfields = o->n;
	if (it->name.n == 0)
		it->name = o->name;
}

/* --- bodies ------------------------------------------------------------- */

/* A body being gone through; texts are gathered until their item ends. */
struct gathering {
	struct graphql_view *view;
	struct arena *a;
	struct str body;
	struct buf query, name, hash;
	int rc;
};

static void
gather_part(struct gathering *g, struct buf *b, struct str text)
{
	int rc = buf_append_str(b, text);

	if (rc != 0 && g->rc == 0)
		g->rc = rc;
}

static void
gather_end(struct gathering *g)
{
	struct graphql_view *view = g->view;
	struct graphql_item *it;

	if (view->n == 0)
		return;
	it = &view->items[view->n - 1];
	it->query = arena_dup(g->a, buf_str(&g->query));
	it->name = arena_dup(g->a, buf_str(&g->name));
	it->hash = arena_dup(g->a, buf_str(&g->hash));
	buf_clear(&g->query);
	buf_clear(&g->name);
	buf_clear(&g->hash);
	read_document(it, g->a);
}

static void
gather_item(struct gathering *g, struct graphql_body *b)
{
	struct graphql_view *view = g->view;

	gather_end(g);
	if (view->items == NULL) {
		view->batch = b->json.depth > 1;
		view->items = arena_array(g->a,
		                          view->batch ? GRAPHQL_VIEW_ITEMS : 1,
		                          sizeof(*view->items));
	}
	if (view->items == NULL || view->n == GRAPHQL_VIEW_ITEMS) {
		json_scan_stop(&b->json);
		return;
	}
	view->n++;
}

static void
gather(void *ctx, struct graphql_body *b, enum graphql_found what,
       struct str text)
{
	struct gathering *g = ctx;
	struct str json = str_head(str_tail(g->body, (size_t)b->from),
	                           (size_t)(b->to - b->from));

	switch (what) {
	case GRAPHQL_ITEM:
		gather_item(g, b);
		break;
	case GRAPHQL_QUERY_PART:
		gather_part(g, &g->query, text);
		break;
	case GRAPHQL_NAME_PART:
		gather_part(g, &g->name, text);
		break;
	case GRAPHQL_HASH_PART:
		gather_part(g, &g->hash, text);
		break;
	case GRAPHQL_VARIABLES:
		g->view->items[g->view->n - 1].variables = json;
		break;
	case GRAPHQL_ERRORS:
		g->view->items[g->view->n - 1].errors = json;
		break;
	}
}

static int
view_json(struct graphql_view *view, struct str body, struct arena *a)
{
	struct gathering g = { .view = view, .a = a, .body = body };
	struct graphql_body b;

	buf_init(&g.query, body.n);
	buf_init(&g.name, body.n);
	buf_init(&g.hash, body.n);
	graphql_body_init(&b);
	b.on = gather;
	b.ctx = &g;
	(void)graphql_body_feed(&b, body);
	gather_end(&g);
	buf_release(&g.query);
	buf_release(&g.name);
	buf_release(&g.hash);
	return g.rc != 0 ? g.rc : arena_error(a);
}

/* The request of an upload. */
static int
view_upload(struct graphql_view *view, struct str body, struct arena *a)
{
	struct graphql_upload u = { .n = 0 };
	struct str json = STR_NONE;

	if (!graphql_upload_feed(&u, body, &json) || json.n == 0)
		return 0;
	return view_json(view, json, a);
}

/* The results of a response that come one after the other. */
static int
view_parts(struct graphql_view *view, enum graphql_delivery delivery,
           struct str body, struct arena *a)
{
	struct str json, errors = STR_NONE;
	int rc = 0;

	while (rc == 0 && graphql_multipart_next(delivery, &body, &json)) {
		struct graphql_view part = { .n = 0 };

		view->parts++;
		/* One with errors is enough. */
		if (errors.n != 0)
			continue;
		rc = view_json(&part, json, a);
		if (rc == 0 && part.n != 0)
			errors = part.items[0].errors;
	}
	view->delivery = delivery == GRAPHQL_MIXED ? STR("multipart/mixed")
	                                           : STR("text/event-stream");
	view->items = arena_array(a, 1, sizeof(*view->items));
	if (rc != 0 || view->items == NULL)
		return rc != 0 ? rc : arena_error(a);
	view->items[0].errors = errors;
	view->n = 1;
	return 0;
}

static int
view_document(struct graphql_view *view, struct str text, struct arena *a)
{
	view->items = arena_array(a, 1, sizeof(*view->items));
	if (view->items != NULL) {
		view->n = 1;
		view->items[0].query = text;
		read_document(view->items, a);
	}
	return arena_error(a);
}

/* --- targets ------------------------------------------------------------ */

/* {"extensions": TEXT}, in which a persisted query is looked for. */
static void
wrap_extensions(struct graphql_body *b, struct str text)
{
	if (graphql_body_feed(b, STR("{\"extensions\":")) &&
	    graphql_body_feed(b, text))
		(void)graphql_body_feed(b, STR("}"));
}

static void
take_hash(void *ctx, struct graphql_body *b, enum graphql_found what,
          struct str text)
{
	struct buf *hash = ctx;

	/* It is shorter than the text that it is in, so there is room. */
	if (what == GRAPHQL_HASH_PART && buf_append_str(hash, text) != 0)
		json_scan_stop(&b->json);
}

static struct str
hash_in(struct str extensions, struct arena *a)
{
	struct graphql_body b;
	struct str text;
	struct buf hash;

	buf_init(&hash, extensions.n);
	graphql_body_init(&b);
	b.on = take_hash;
	b.ctx = &hash;
	wrap_extensions(&b, extensions);
	text = arena_dup(a, buf_str(&hash));
	buf_release(&hash);
	return text;
}

static int
view_target(struct http_view *v, struct graphql_view *view)
{
	struct arena *a = v->x->scratch;
	struct graphql_item it = { .name = STR_NONE };
	struct http_list l = { .n = 0 };
	int rc = http_view_query(v, &l);

	for (size_t i = 0; i < l.n; i++) {
		const struct http_pair *p = &l.v[i];

		if (str_eq(p->name, STR("query")))
			it.query = p->value;
		else if (str_eq(p->name, STR("operationName")))
			it.name = p->value;
		else if (str_eq(p->name, STR("variables")))
			it.variables = p->value;
		else if (str_eq(p->name, STR("extensions")))
			it.hash = hash_in(p->value, a);
	}
	if (rc != 0 || (it.query.n == 0 && it.hash.n == 0))
		return rc;
	view->items = arena_array(a, 1, sizeof(*view->items));
	if (view->items == NULL)
		return arena_error(a);
	read_document(&it, a);
	view->items[0] = it;
	view->n = 1;
	return arena_error(a);
}

/* The body was read. */
static int
view_body(struct http_view *v, enum graphql_type type,
          enum graphql_delivery delivery, struct graphql_view *view)
{
	struct str body = buf_str(&v->body);
	struct arena *a = v->x->scratch;

	if (delivery != GRAPHQL_AT_ONCE)
		return view_parts(view, delivery, body, a);
	if (type == GRAPHQL_TYPE_DOCUMENT)
		return view_document(view, body, a);
	if (type == GRAPHQL_TYPE_UPLOAD)
		return view_upload(view, body, a);
	return view_json(view, body, a);
}

int
graphql_view(struct http_view *v, struct graphql_view *ret)
{
	struct graphql_view view = { .n = 0 };
	struct str media = http_view_content_type(v);
	enum graphql_type type = graphql_type_of(media);
	enum graphql_delivery delivery = GRAPHQL_AT_ONCE;
	int rc = 0;

	if (v->side == SIDE_REQUEST)
		rc = view_target(v, &view);
	else
		delivery = graphql_multipart_delivery(media);
	if (rc == 0 && view.n == 0 &&
	    (type != GRAPHQL_TYPE_OTHER || delivery != GRAPHQL_AT_ONCE)) {
		rc = http_view_body(v);
		if (rc == 0)
			rc = view_body(v, type, delivery, &view);
	}
	if (rc == 0)
		*ret = view;
	return rc;
}

/* --- targets, while indexing -------------------------------------------- */

/* Bytes decoded at a time. */
enum { URL_PIECE = 64 };

/* What takes the decoded value of a parameter; false: enough. */
typedef bool url_take(void *ctx, struct str piece);

/* False when an escape is broken, or the taker had enough. */
static bool
url_decode(struct str s, url_take *take, void *ctx)
{
	struct cursor c = cur_from_str(s, false);
	char piece[URL_PIECE];
	size_t n = 0;

	while (!cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (b == '%') {
			unsigned high = cur_digit(cur_u8(&c));
			unsigned low = cur_digit(cur_u8(&c));

			if (!cur_ok(&c) || high > 15 || low > 15)
				return false;
			b = (uint8_t)(high << 4 | low);
		} else if (b == '+') {
			b = ' ';
		}
		piece[n++] = (char)b;
		if (n == URL_PIECE) {
			if (!take(ctx, str_make(piece, n)))
				return false;
			n = 0;
		}
	}
	return take(ctx, str_make(piece, n));
}

static bool
take_document(void *ctx, struct str piece)
{
	return graphql_doc_feed(ctx, piece);
}

static bool
take_extensions(void *ctx, struct str piece)
{
	return graphql_body_feed(ctx, piece);
}

static bool
is_document(struct str value)
{
	struct graphql_doc d = { .on = NULL };

	return url_decode(value, take_document, &d) && graphql_doc_end(&d);
}

static bool
is_persisted(struct str value)
{
	struct graphql_body b;

	graphql_body_init(&b);
	return graphql_body_feed(&b, STR("{\"extensions\":")) &&
	       url_decode(value, take_extensions, &b) && b.asks;
}

bool
graphql_view_url_asks(struct str target)
{
	struct str path, rest, one, name, value;

	if (!str_split1(target, '?', &path, &rest))
		return false;
	rest = str_head(rest, str_find_char(rest, '#'));
	while (rest.n != 0) {
		(void)str_split1(rest, '&', &one, &rest);
		(void)str_split1(one, '=', &name, &value);
		if (str_eq(name, STR("query")) && is_document(value))
			return true;
		if (str_eq(name, STR("extensions")) && is_persisted(value))
			return true;
	}
	return false;
}
