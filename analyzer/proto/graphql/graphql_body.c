/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/graphql/graphql_body.h"

#include <string.h>

enum top {
	TOP_OTHER,
	TOP_QUERY,
	TOP_NAME,
	TOP_VARIABLES,
	TOP_EXTENSIONS,
	TOP_ERRORS
};

void
graphql_body_init(struct graphql_body *b)
{
	*b = (struct graphql_body){ .on = NULL };
	json_scan_init(&b->json, JSON_SCAN_DEPTH);
}

static void
body_tell(struct graphql_body *b, enum graphql_found what, struct str text)
{
	if (b->on != NULL)
		b->on(b->ctx, b, what, text);
}

/* --- keys --------------------------------------------------------------- */

static void
body_key_part(struct graphql_body *b, struct str text)
{
	text = str_head(text, sizeof(b->key) - b->nkey);
	if (text.n != 0)
		memcpy(b->key + b->nkey, text.p, text.n);
	b->nkey += text.n;
}

static enum top
body_top(struct str key)
{
	static const struct {
		struct str name;
		enum top top;
	} table[] = {
		{ STR_INIT("query"), TOP_QUERY },
		{ STR_INIT("operationName"), TOP_NAME },
		{ STR_INIT("variables"), TOP_VARIABLES },
		{ STR_INIT("extensions"), TOP_EXTENSIONS },
		{ STR_INIT("errors"), TOP_ERRORS },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_eq(key, table[i].name))
			return table[i].top;
	return TOP_OTHER;
}

static void
body_key(struct graphql_body *b, unsigned level)
{
	struct str key = str_make(b->key, b->nkey);

	b->nkey = 0;
	if (level == 1) {
		b->top = (int)body_top(key);
		b->persisted = b->hash = false;
	} else if (level == 2 && b->top == TOP_EXTENSIONS) {
		b->persisted = str_eq(key, STR("persistedQuery"));
		b->hash = false;
	} else if (level == 3 && b->persisted) {
		b->hash = str_eq(key, STR("sha256Hash"));
	}
}

/* --- values ------------------------------------------------------------- */

static void
body_text(struct graphql_body *b, unsigned level, struct str text)
{
	if (level == 1 && b->top == TOP_QUERY) {
		(void)graphql_doc_feed(&b->doc, text);
		body_tell(b, GRAPHQL_QUERY_PART, text);
	} else if (level == 1 && b->top == TOP_NAME) {
		body_tell(b, GRAPHQL_NAME_PART, text);
	} else if (level == 3 && b->hash) {
		b->asks = true;
		body_tell(b, GRAPHQL_HASH_PART, text);
	}
}

static void
body_text_end(struct graphql_body *b, unsigned level)
{
	if (level != 1 || b->top != TOP_QUERY)
		return;
	b->asks |= graphql_doc_end(&b->doc);
	b->doc = (struct graphql_doc){ .on = NULL };
}

/* A container of this kind that is the value of a key of the first level. */
static void
body_open(struct graphql_body *b, unsigned level, bool object)
{
	if (level == 1) {
		b->top = TOP_OTHER;
		if (object)
			body_tell(b, GRAPHQL_ITEM, STR_NONE);
	} else if (level == 2) {
		b->from = b->json.off - 1;
		b->list = !object;
	} else if (level == 3 && b->list && b->top == TOP_ERRORS) {
		b->failed = true;
	}
}

static void
body_close(struct graphql_body *b, unsigned level, bool object)
{
	if (level != 2)
		return;
	b->to = b->json.off;
	if (b->top == TOP_VARIABLES && object)
		body_tell(b, GRAPHQL_VARIABLES, STR_NONE);
	else if (b->top == TOP_ERRORS && !object)
		body_tell(b, GRAPHQL_ERRORS, STR_NONE);
}

static void
body_on(struct json_scan *s, void *ctx, enum json_event ev, struct str text)
{
	struct graphql_body *b = ctx;
	unsigned level;

	if (ev == JSON_ARRAY && s->depth == 1)
		b->base = 1;
	if (s->depth <= b->base)
		return;
	level = s->depth - b->base;
	switch (ev) {
	case JSON_KEY_PART:
		body_key_part(b, text);
		break;
	case JSON_KEY:
		body_key(b, level);
		break;
	case JSON_STRING_PART:
		body_text(b, level, text);
		break;
	case JSON_STRING:
		body_text_end(b, level);
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		body_open(b, level, ev == JSON_OBJECT);
		break;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		body_close(b, level, ev == JSON_OBJECT_END);
		break;
	default:
		break;
	}
}

bool
graphql_body_feed(struct graphql_body *b, struct str piece)
{
	return json_scan_feed(&b->json, piece, body_on, b);
}
