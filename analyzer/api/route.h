/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: which function answers which path.
 *
 * The table is routes.def. A pattern is a path in which {name} stands for one
 * part that is not empty. Where several patterns fit, the first one counts.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct call;

enum {
	ROUTE_PARTS = 4,  /* {name}s of one pattern */
	ROUTE_ALLOW = 64, /* room for all methods */
};

enum route_method {
	ROUTE_GET,
	ROUTE_POST,
	ROUTE_PUT,
	ROUTE_DELETE,
	ROUTE_METHODS,
};

enum route_flag {
	ROUTE_PLAIN = 0,
	ROUTE_HUB = 1 << 0,   /* of the hub's face: on both ports, with CORS */
	ROUTE_TAG = 1 << 1,   /* depends on the indexes alone: has an ETag */
	ROUTE_QUERY = 1 << 2, /* reads snapshots: takes turns, has a time */
	ROUTE_OPEN = 1 << 3,  /* tells nothing: answers without a token */
};

struct route {
	enum route_method method;
	const char *pattern;
	const char *name;
	unsigned flags;
	int (*handle)(struct call *c);
	const char *params;  /* names of the query, parted by blanks */
	const char *summary; /* a sentence without its full stop */
};

/* Ends with a row whose pattern is NULL. */
extern const struct route route_table[];

/* The handlers. */
#define ROUTE(method, pattern, name, flags, params, summary) \
	int api_##name(struct call *c);
#include "analyzer/api/routes.def"

/* "get", as OpenAPI has it. */
struct str route_method_name(enum route_method m);
/* Of a request: "HEAD" is GET. False: none of these, and *ret_method is GET. */
bool route_method_of(struct str text, enum route_method *ret_method);

/*
 * The row for a path, with the parts in the order of the pattern. NULL: none;
 * *ret_known is then whether another method would do.
 */
const struct route *route_find(enum route_method method, struct str path,
                               struct str ret_part[ROUTE_PARTS],
                               bool *ret_known);

/* The field Allow of a path: "OPTIONS, GET, HEAD". */
void route_allow(struct str path, char ret_text[ROUTE_ALLOW]);

#endif /* API_ROUTE_H */
