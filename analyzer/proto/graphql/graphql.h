/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graphql: GraphQL over HTTP (GraphQL over HTTP, working draft of 2023), an
 * overlay.
 *
 * An exchange is GraphQL when its request proves it: a JSON body whose "query"
 * is a document, or that names a persisted query; a body of the type
 * application/graphql that is a document; the same in the parameters of the
 * target. Or when its response is of the type
 * application/graphql-response+json. A word "query" in some JSON is no proof.
 *
 * Summary and status are those of HTTP, as the compatible API has them; an
 * exchange also failed when its response has "errors".
 */
#ifndef GRAPHQL_H
#define GRAPHQL_H

#include "analyzer/proto/overlay.h"

/* What a body is, by its media type. */
enum graphql_type {
	GRAPHQL_TYPE_OTHER,
	GRAPHQL_TYPE_JSON,
	GRAPHQL_TYPE_DOCUMENT, /* application/graphql */
	GRAPHQL_TYPE_RESPONSE, /* application/graphql-response+json */
	GRAPHQL_TYPE_UPLOAD,   /* multipart/form-data */
};

/* Of the value of a Content-Type field. */
enum graphql_type graphql_type_of(struct str content_type);

#endif /* GRAPHQL_H */
