/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: one request and its reply, as handlers see them.
 *
 * A handler (a line of routes.def and a function of that name) looks at the
 * parameters, borrows the snapshots it needs, and does one of these:
 *
 *   struct json_out *j = call_json(c);    write one value, return 0
 *   call_bytes(c, type, bytes)            return 0
 *   return call_stream(c, type, f, ctx);  f writes in a thread of its own
 *   return call_error(c, CALL_..., ...);  say what is wrong
 *   return rc;                            a negative code, its text in c->err
 *
 * A reply is sent after the handler has returned, so a handler that fails in
 * the middle of its JSON still gives an error. What was borrowed is given back
 * then, or after the end of the stream. Everything else that has to live as
 * long as the reply comes from c->arena.
 *
 * Long work looks at c->cancel: it is set when the client has gone, the time is
 * over or the server stops.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/api/catalog.h"
#include "analyzer/api/limits.h"
#include "analyzer/api/route.h"
#include "analyzer/api/stream.h"
#include "analyzer/api/watch.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/str.h"

struct MHD_Connection;
struct MHD_Response;
struct server;
struct socket;

enum call_code {
#define E(name, status, code) CALL_##name,
#include "analyzer/api/errors.def"
#undef E
};

enum { CALL_HEADERS = 16, CALL_SNAPSHOTS = 256, CALL_DEFERRED = 8 };

/* Where in a query something is wrong: offsets and columns in UTF-16 units. */
struct call_position {
	uint32_t line, column; /* from 1 */
	uint64_t start, end;
};

struct call_header {
	const char *name;
	struct str value; /* NUL-terminated */
};

struct call_lent {
	unsigned n;
	struct opened *opened;
};

/* What a number may be, and what it is when it is not given. */
struct call_range {
	uint64_t min, max, otherwise;
};

/* Something to be released. */
struct call_deferred {
	void (*f)(void *ctx);
	void *ctx;
};

enum call_kind {
	CALL_NOTHING,
	CALL_WHOLE,
	CALL_STATIC,
	CALL_STREAM,
	CALL_SOCKET,
};

struct call {
	struct server *server;
	const struct route *route; /* NULL: a file of the web interface */
	struct str path;
	struct str part[ROUTE_PARTS]; /* of the pattern's {names} */
	struct str body;              /* of a POST */
	struct arena arena;
	struct err err;
	atomic_bool cancel;

	/* private */
	struct MHD_Connection *conn;
	bool hub_port; /* it came in there */
	struct buf upload;
	enum call_kind kind;
	unsigned status;
	const char *type;
	struct buf out;
	bool is_json;
	bool is_page; /* ours: may run our scripts */
	struct json_out json;
	struct str fixed; /* of CALL_STATIC */
	struct stream *stream;
	struct MHD_Response *response; /* of CALL_SOCKET */
	struct socket *socket;         /* while it is not one yet */
	stream_produce *produce;
	void *produce_ctx;
	struct call_header headers[CALL_HEADERS];
	size_t nheaders;
	struct call_lent lent[CALL_SNAPSHOTS];
	size_t nlent;
	struct call_deferred deferred[CALL_DEFERRED];
	size_t ndeferred;
	struct watched watched;
	bool is_watched;
	bool overflowed; /* the body was longer than it may be */
};

/* ---- the request ---- */

/* A parameter of the query, decoded, NUL-terminated; p is NULL without it. */
struct str call_param(const struct call *c, const char *name);
bool call_has(const struct call *c, const char *name);
/* A field of the head; p is NULL without it. */
struct str call_field(const struct call *c, const char *name);

/*
 * A whole number in [min, max], or `otherwise` when it is not given. False:
 * the error has been made, return 0.
 */
bool call_number(struct call *c, const char *name, struct call_range range,
                 uint64_t *ret_v);

/* A time (RFC 3339) as ns; `otherwise` when it is not given. As above. */
bool call_time(struct call *c, const char *name, int64_t otherwise,
               int64_t *ret_t);

/* ---- snapshots ---- */

struct catalog *call_catalog(const struct call *c);
const struct api_limits *call_limits(const struct call *c);

/* Snapshot n, from 1, until the reply is done. Codes of catalog_borrow(). */
int call_borrow(struct call *c, unsigned n,
                struct opened **ret_opened) WARN_UNUSED;

/*
 * f(ctx) is called when the reply is done with what was borrowed, the last one
 * first. `ctx` lives until then: in c->arena, or in a function that f's owner
 * outlives. At most CALL_DEFERRED times.
 */
void call_defer(struct call *c, void (*f)(void *ctx), void *ctx);

/* What was deferred is done, and what was borrowed given back, now. */
void call_give_back(struct call *c);

/* ---- the reply ---- */

/* Begins a reply of JSON. The writer takes one value. */
struct json_out *call_json(struct call *c);
/* The reply is a copy of these bytes; `type` is a literal. */
void call_bytes(struct call *c, const char *type, struct str bytes);
/* The reply is these bytes, which outlive the server. */
void call_static(struct call *c, const char *type, struct str bytes);
/* `ctx` lives until the end of the reply. Always 0. */
int call_stream(struct call *c, const char *type, stream_produce *f, void *ctx);

void call_status(struct call *c, unsigned status);
/* `name` is a literal. What could split the head is left out of the value. */
void call_header(struct call *c, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The reply is an error in place of what was there. Always 0. */
int call_error(struct call *c, enum call_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* The same, with a place in the query, and a better word or STR_NONE. */
int call_error_at(struct call *c, enum call_code code, struct str message,
                  const struct call_position *at, struct str suggestion);
/* The same of a failure: `rc` and the text in c->err. */
int call_failed(struct call *c, int rc);

/* Members of an error object, for replies that hold one. */
void call_put_error(struct json_out *j, enum call_code code, struct str message,
                    const struct call_position *at, struct str suggestion);
/* What a failure is called. */
enum call_code call_code_of(int rc);

#endif /* API_CALL_H */
