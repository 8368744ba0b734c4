/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graphql_view: what a GraphQL message says, ready to be shown.
 *
 * Made from an http_view: from the parameters of its target or from its body.
 * Everything lies in the body or in the exchange's arena.
 */
#ifndef GRAPHQL_VIEW_H
#define GRAPHQL_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/proto/http_view.h"
#include "base/compiler.h"
#include "base/str.h"

enum {
	GRAPHQL_VIEW_ITEMS = 1024, /* of a batch, that are shown */
	GRAPHQL_VIEW_FIELDS = 64,  /* of one operation */
};

/* An operation of a request, or the outcome of one; what is empty was not
 * there. */
struct graphql_item {
	struct str name; /* of the operation */
	struct str type;
	struct str *fields;
	size_t nfields;
	struct str query;
	struct str variables; /* JSON text */
	struct str hash;      /* of a persisted query */
	struct str errors;    /* JSON text, of an array */
};

struct graphql_view {
	struct graphql_item *items;
	size_t n;
	bool batch;
	struct str delivery; /* media type of a response in parts; or empty */
	size_t parts;        /* of those; the item has the first errors */
};

/*
 * Of the side that v is of. Codes are those of http_view_body(); what is no
 * GraphQL has no items.
 */
int graphql_view(struct http_view *v, struct graphql_view *ret) WARN_UNUSED;

/* Is the document, or its hash, a parameter of this target? For indexing. */
bool graphql_view_url_asks(struct str target);

#endif /* GRAPHQL_VIEW_H */
