/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graphql_body: the JSON of a GraphQL request or response, in pieces.
 *
 * A request is an object with a "query" that is a document, or with a persisted
 * query among its "extensions"; or an array of such objects, a batch (GraphQL
 * over HTTP, working draft of 2023, section 5; Apollo's protocol for persisted
 * queries). A response has "errors", or an array of responses has. Serves
 * indexing, which only wants to know whether, and rendering, which is told what
 * is found and where.
 */
#ifndef GRAPHQL_BODY_H
#define GRAPHQL_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/proto/graphql/graphql_doc.h"
#include "analyzer/proto/json_scan.h"
#include "base/str.h"

enum { GRAPHQL_BODY_KEY = 16 }; /* no key that counts is longer */

enum graphql_found {
	GRAPHQL_ITEM,       /* a request or response begins */
	GRAPHQL_QUERY_PART, /* text of the document */
	GRAPHQL_NAME_PART,  /* text of "operationName" */
	GRAPHQL_HASH_PART,  /* text of a persisted query's hash */
	GRAPHQL_VARIABLES,  /* JSON text at [from, to) */
	GRAPHQL_ERRORS,     /* JSON text at [from, to) */
};

struct graphql_body {
	/* Told what is found; NULL: nobody is. */
	void (*on)(void *ctx, struct graphql_body *b, enum graphql_found what,
	           struct str text);
	void *ctx;
	uint64_t from, to; /* offsets in the body */

	bool asks;   /* there is a document, or a persisted query */
	bool failed; /* there is an error among "errors" */

	/* private */
	struct json_scan json;
	struct graphql_doc doc;
	unsigned base;  /* depth of what holds the items: 1 in a batch */
	int top;        /* key at the first level of an item */
	bool persisted; /* below extensions.persistedQuery */
	bool hash;      /* the value of its sha256Hash */
	bool list;      /* the value of `top` is an array */
	size_t nkey;
	char key[GRAPHQL_BODY_KEY + 1];
};

/* Sets all but on and ctx, which come afterwards. */
void graphql_body_init(struct graphql_body *b);
/* False: it is no JSON, and nothing more will be found. */
bool graphql_body_feed(struct graphql_body *b, struct str piece);

#endif /* GRAPHQL_BODY_H */
