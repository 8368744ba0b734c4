/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graphql_multipart: GraphQL in several parts.
 *
 * - Files are sent with a request as multipart/form-data, of which the first
 *   part, "operations", is the request (GraphQL multipart request
 *   specification). It is found in pieces, while indexing, and in a whole body.
 * - Results come one after the other, as multipart/mixed (@defer and @stream,
 *   GraphQL's incremental delivery) or as text/event-stream (subscriptions,
 *   GraphQL over Server-Sent Events).
 */
#ifndef GRAPHQL_MULTIPART_H
#define GRAPHQL_MULTIPART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Bytes in front of the JSON of an upload: a line and a part's fields. */
enum { GRAPHQL_MULTIPART_HEAD = 2048 };

/* All zero is a new one. */
struct graphql_upload {
	/* private */
	uint16_t n;    /* bytes so far */
	uint8_t name;  /* of the part's name that match */
	uint8_t blank; /* of the blank line */
	bool named;
	bool inside; /* the JSON */
};

/*
 * The next bytes of a body; *ret_json is what of them belongs to the request or
 * follows it. False: the first part is not the request.
 */
bool graphql_upload_feed(struct graphql_upload *u, struct str bytes,
                         struct str *ret_json);

enum graphql_delivery {
	GRAPHQL_AT_ONCE,
	GRAPHQL_MIXED,  /* multipart/mixed */
	GRAPHQL_EVENTS, /* text/event-stream */
};

/* What a response's Content-Type says. */
enum graphql_delivery graphql_multipart_delivery(struct str content_type);

/* Take the next result off *io_rest, a body at first. False at the end. */
bool graphql_multipart_next(enum graphql_delivery delivery, struct str *io_rest,
                            struct str *ret_json);

#endif /* GRAPHQL_MULTIPART_H */
