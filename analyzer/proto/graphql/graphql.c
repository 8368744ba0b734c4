/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/graphql/graphql.h"

#include "analyzer/proto/graphql/graphql_body.h"
#include "analyzer/proto/graphql/graphql_multipart.h"
#include "analyzer/proto/graphql/graphql_render.h"
#include "analyzer/proto/graphql/graphql_view.h"

static const uint16_t graphql_ports_v11[] = { 80, 443, 8080, 0 };
static const uint16_t graphql_ports_v20[] = { 80, 443, 8080, 50051, 0 };

static const struct protocol graphql_v11 = {
	.key = "gql/1.1",
	.name = "http",
	.version = "1.1",
	.abbr = "GQL",
	.long_name = "Hypertext Transfer Protocol -- HTTP/1.1 "
		     "[ GraphQL over HTTP/1.1 ]",
	.macro = "gql",
	.background = "#e10098",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://graphql.org/learn/serving-over-http/",
	.layer4 = "tcp",
	.priority = 0,
	.ports = graphql_ports_v11,
	.over = "http1",
};

static const struct protocol graphql_v20 = {
	.key = "gql/2.0",
	.name = "http",
	.version = "2.0",
	.abbr = "GQL",
	.long_name = "Hypertext Transfer Protocol Version 2 (HTTP/2) "
		     "[ GraphQL over HTTP/2 ]",
	.macro = "gql",
	.background = "#e10098",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://graphql.org/learn/serving-over-http/",
	.layer4 = "tcp",
	.priority = 0,
	.ports = graphql_ports_v20,
	.over = "http2",
};

static const struct protocol *const graphql_protocols[] = {
	&graphql_v11,
	&graphql_v20,
	NULL,
};

static const struct field graphql_fields[] = {
	{ "request.graphql", FIELD_OBJECT, false, NULL,
	  "the GraphQL operation that is asked for" },
	{ "request.graphql.operationName", FIELD_STRING, false, NULL,
	  "its name" },
	{ "request.graphql.operationType", FIELD_STRING, false, NULL,
	  "\"query\", \"mutation\" or \"subscription\"" },
	{ "request.graphql.fields", FIELD_ARRAY, true, NULL,
	  "the fields it selects at its first level" },
	{ "request.graphql.variables", FIELD_OBJECT, true, NULL,
	  "its variables, as in request.graphql.variables.id" },
	{ "request.graphql.query", FIELD_STRING, false, NULL, "the document" },
	{ "request.graphql.persistedQuery", FIELD_STRING, false, NULL,
	  "SHA-256 of a document that the server knows" },
	{ "request.graphql.batch", FIELD_ARRAY, true, NULL,
	  "all operations of a batch; the members above are of the first" },
	{ "response.graphql", FIELD_OBJECT, false, NULL,
	  "what GraphQL says of the outcome" },
	{ "response.graphql.delivery", FIELD_STRING, false, NULL,
	  "\"multipart/mixed\" or \"text/event-stream\", for results in "
	  "parts" },
	{ "response.graphql.parts", FIELD_NUMBER, false, NULL,
	  "how many results came then" },
	{ "response.graphql.errors", FIELD_ARRAY, true, NULL,
	  "errors, as in response.graphql.errors[0].message" },
	{ .path = NULL },
};

/* State of one exchange; both bodies may pass at the same time. */
struct graphql_state {
	const struct protocol *proto;
	enum graphql_type type; /* of the request's body */
	bool ours;
	struct graphql_upload upload;
	struct graphql_doc doc;   /* a request that is a document */
	struct graphql_body body; /* or JSON */
	struct graphql_body answer;
};

/* --- heads -------------------------------------------------------------- */

enum graphql_type
graphql_type_of(struct str content_type)
{
	struct str type, rest;

	(void)str_split1(content_type, ';', &type, &rest);
	type = str_trim(type);
	if (str_eq_nocase(type, STR("application/json")))
		return GRAPHQL_TYPE_JSON;
	if (str_eq_nocase(type, STR("application/graphql-response+json")))
		return GRAPHQL_TYPE_RESPONSE;
	if (str_eq_nocase(type, STR("application/graphql")))
		return GRAPHQL_TYPE_DOCUMENT;
	if (str_eq_nocase(type, STR("multipart/form-data")))
		return GRAPHQL_TYPE_UPLOAD;
	return type.n > 5 &&
	               str_eq_nocase(str_tail(type, type.n - 5), STR("+json"))
	           ? GRAPHQL_TYPE_JSON
	           : GRAPHQL_TYPE_OTHER;
}

static enum graphql_type
head_type(const struct http_head *h)
{
	return graphql_type_of(h->content_type);
}

static enum overlay_claim
graphql_claims(const struct http_head *h)
{
	enum graphql_type type = head_type(h);

	if (h->side == SIDE_RESPONSE)
		return type == GRAPHQL_TYPE_RESPONSE ? OVERLAY_YES : OVERLAY_NO;
	if (graphql_view_url_asks(h->target))
		return OVERLAY_YES;
	return type == GRAPHQL_TYPE_JSON || type == GRAPHQL_TYPE_DOCUMENT ||
	               type == GRAPHQL_TYPE_UPLOAD
	           ? OVERLAY_MAYBE_BODY
	           : OVERLAY_NO;
}

static bool
annotate_request(struct graphql_state *s, const struct http_head *h,
                 struct message_summary *io)
{
	s->ours = graphql_view_url_asks(h->target);
	if (s->ours)
		io->proto = s->proto;
	s->type = head_type(h);
	graphql_body_init(&s->body);
	return !s->ours;
}

static bool
graphql_annotate(void *state, const struct http_head *h,
                 struct message_summary *io)
{
	struct graphql_state *s = state;
	enum graphql_type type = head_type(h);

	s->proto = h->version < 20 ? &graphql_v11 : &graphql_v20;
	if (h->trailers)
		return false;
	if (h->side == SIDE_REQUEST)
		return annotate_request(s, h, io);
	s->ours |= type == GRAPHQL_TYPE_RESPONSE;
	if (!s->ours)
		return false;
	io->proto = s->proto;
	graphql_body_init(&s->answer);
	return type == GRAPHQL_TYPE_RESPONSE || type == GRAPHQL_TYPE_JSON;
}

/* --- bodies ------------------------------------------------------------- */

/* Of an upload, no more than the request and what is in front of it. */
static bool
look_at_upload(struct graphql_state *s, struct str bytes)
{
	struct str json;

	if (bytes.n == 0 || !graphql_upload_feed(&s->upload, bytes, &json))
		return false;
	return json.n == 0 || graphql_body_feed(&s->body, json);
}

/* A request's body; true: it may still be GraphQL. */
static bool
look_at_request(struct graphql_state *s, struct str bytes)
{
	if (s->type == GRAPHQL_TYPE_UPLOAD)
		return look_at_upload(s, bytes);
	if (s->type == GRAPHQL_TYPE_JSON)
		return graphql_body_feed(&s->body, bytes) && bytes.n != 0;
	if (bytes.n != 0)
		return graphql_doc_feed(&s->doc, bytes);
	s->body.asks = graphql_doc_end(&s->doc);
	return false;
}

static bool
graphql_look(void *state, enum side side, struct cursor bytes,
             struct message_summary *io)
{
	struct graphql_state *s = state;
	struct str text = cur_rest(&bytes);
	bool more;

	if (side == SIDE_RESPONSE) {
		more = graphql_body_feed(&s->answer, text) && text.n != 0;
		io->failed |= s->answer.failed;
		return more && !s->answer.failed;
	}
	more = look_at_request(s, text);
	if (!s->body.asks)
		return more;
	s->ours = true;
	io->proto = s->proto;
	return false;
}

const struct overlay overlay_graphql = {
	.abi = OVERLAY_ABI,
	.name = "graphql",
	.protocols = graphql_protocols,
	.fields = graphql_fields,
	.state_size = sizeof(struct graphql_state),
	.decoded = true,
	.claims = graphql_claims,
	.annotate = graphql_annotate,
	.body = graphql_look,
	.render = graphql_render,
	.represent = graphql_represent,
};
