/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/dispatch.h"

#include <stdio.h>

#include "analyzer/api/assets.h"
#include "analyzer/api/call.h"
#include "analyzer/api/header.h"
#include "analyzer/api/repeat.h"
#include "analyzer/api/reply.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/api/socket.h"
#include "analyzer/api/visit.h"
#include "base/clock.h"
#include "base/mem.h"

/* Bytes of parameters, header values and what handlers keep. */
#define CALL_ARENA ((size_t)64 << 20)

/* ---- beginning and end ---- */

static struct call *
call_new(struct server_port *port, struct MHD_Connection *conn)
{
	struct call *c = mem_zalloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->server = port->server;
	c->hub_port = port->hub;
	c->conn = conn;
	atomic_init(&c->cancel, false);
	arena_init(&c->arena, CALL_ARENA, 0);
	buf_init(&c->upload, (size_t)port->server->opt.limits.body_bytes);
	buf_init(&c->out, (size_t)port->server->opt.limits.reply_bytes);
	return c;
}

static void
unwatch(struct call *c)
{
	if (c->is_watched)
		watch_remove(c->server->watch, &c->watched);
	c->is_watched = false;
}

static void
call_free(struct call *c)
{
	stream_free(c->stream);
	socket_forget(c->socket);
	unwatch(c);
	call_give_back(c);
	buf_release(&c->upload);
	buf_release(&c->out);
	arena_release(&c->arena);
	mem_free(c);
}

void
dispatch_completed(void *cls, struct MHD_Connection *conn, void **con_cls,
                   enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)why;
	if (*con_cls == NULL)
		return;
	/* A WebSocket's connection has no further requests. */
	if (((struct call *)*con_cls)->kind != CALL_SOCKET)
		visit_await(conn);
	call_free(*con_cls);
	*con_cls = NULL;
}

/* ---- the head ---- */

/* Has it been decided already what the reply is? */
static bool
decided(const struct call *c)
{
	return c->kind != CALL_NOTHING;
}

static void
check_guard(struct call *c)
{
	const struct guard *g = &c->server->guard;
	bool open = c->route != NULL && (c->route->flags & ROUTE_OPEN) != 0;
	struct guard_ask ask = {
		.host = call_field(c, "Host"),
		.origin = call_field(c, "Origin"),
		.authorization = call_field(c, "Authorization"),
		.cookie = call_field(c, "Cookie"),
		.token = call_param(c, "token"),
	};

	switch (guard_check(g, &ask)) {
	case GUARD_OK:
		return;
	case GUARD_BAD_HOST:
		(void)call_error(c, CALL_FORBIDDEN,
		                 "the Host of this request is not ours; open "
		                 "the address that the program printed");
		return;
	case GUARD_BAD_ORIGIN:
		(void)call_error(c, CALL_FORBIDDEN,
		                 "requests by pages of other sites are not "
		                 "answered");
		return;
	case GUARD_NO_TOKEN:
		if (!open)
			(void)call_error(c, CALL_UNAUTHORIZED,
			                 "a token is needed; the program "
			                 "printed it when it started");
		return;
	case GUARD_TOKEN_NOW:
		call_header(c, "Set-Cookie",
		            "analyzer_token=%s; Path=/; HttpOnly; "
		            "SameSite=Strict%s",
		            g->token, c->server->tls ? "; Secure" : "");
		/* Away from the address line and the history. */
		if (!str_eq(c->path, STR("/")))
			return;
		call_header(c, "Location", "/");
		call_status(c, MHD_HTTP_SEE_OTHER);
		call_bytes(c, "text/plain; charset=utf-8", STR(""));
		return;
	}
}

static bool
is_api(struct str path)
{
	return str_starts(path, STR("/api/")) || str_eq(path, STR("/api"));
}

/* The original's words for a path it does not know. */
static void
not_found(struct call *c)
{
	if (!c->hub_port && is_api(c->path)) {
		(void)call_error(c, CALL_NOT_FOUND, "there is no " STR_FMT,
		                 STR_ARG(c->path));
		return;
	}
	call_status(c, MHD_HTTP_NOT_FOUND);
	call_bytes(c, "text/plain; charset=utf-8", STR("404 page not found"));
}

/* Told to those who used another method. */
static void
put_allow(struct call *c)
{
	char text[ROUTE_ALLOW];

	route_allow(c->path, text);
	call_header(c, "Allow", "%s", text);
}

static void
find_route(struct call *c, struct str method)
{
	enum route_method m;
	bool get = route_method_of(method, &m) && m == ROUTE_GET;
	bool known;

	c->route = route_find(m, c->path, c->part, &known);
	if (c->hub_port && c->route != NULL &&
	    (c->route->flags & (ROUTE_HUB | ROUTE_OPEN)) == 0) {
		c->route = NULL;
		known = false;
	}
	if (str_eq(method, STR("OPTIONS")) && known) {
		call_status(c, MHD_HTTP_NO_CONTENT);
		call_bytes(c, NULL, STR(""));
		put_allow(c);
	} else if (c->route == NULL && known) {
		(void)call_error(c, CALL_METHOD,
		                 STR_FMT " is not answered here",
		                 STR_ARG(method));
		put_allow(c);
	} else if (c->route == NULL &&
	           (c->hub_port || !get || is_api(c->path))) {
		not_found(c);
	} else if (m == ROUTE_GET && !get) {
		c->route = NULL;
		(void)call_error(c, CALL_METHOD, "this method is not known");
		put_allow(c);
	}
}

/* ---- parameters ---- */

static enum MHD_Result
check_param(void *cls, enum MHD_ValueKind kind, const char *key,
            const char *value)
{
	struct call *c = cls;
	struct str known = str_from_c(c->route->params), name;
	bool more = true;

	(void)kind;
	(void)value;
	while (more) {
		more = str_split1(known, ' ', &name, &known);
		if (str_eq(name, str_from_c(key)))
			return MHD_YES;
	}
	if (strcmp(key, "token") == 0)
		return MHD_YES;
	(void)call_error(c, CALL_BAD_PARAMETER,
	                 "there is no parameter %s here; there are: %s", key,
	                 c->route->params);
	return MHD_NO;
}

static void
check_params(struct call *c)
{
	/* The original does not mind any. */
	if (c->route == NULL || (c->route->flags & ROUTE_HUB) != 0)
		return;
	(void)MHD_get_connection_values(c->conn, MHD_GET_ARGUMENT_KIND,
	                                check_param, c);
}

static void
refuse_body(struct call *c)
{
	(void)call_error(c, CALL_TOO_LARGE,
	                 "the body of a request may have %llu bytes",
	                 (unsigned long long)c->server->opt.limits.body_bytes);
}

static void
read_head(struct call *c, const char *url, const char *method)
{
	uint64_t length = 0;

	c->path = arena_dup(&c->arena, str_from_c(url));
	find_route(c, str_from_c(method));
	check_guard(c);
	if (!decided(c))
		check_params(c);
	if (str_u64(call_field(c, "Content-Length"), &length) == 0 &&
	    length > c->server->opt.limits.body_bytes)
		refuse_body(c);
}

/* ---- tags ---- */

/* Sets the ETag; true when the client has it already. */
static bool
is_unchanged(struct call *c)
{
	char digest[SHA256_HEX_MAX];
	char tag[40];

	if (catalog_digest(c->server->catalog, digest) != 0)
		return false;
	(void)snprintf(tag, sizeof(tag), "\"%.32s\"", digest);
	call_header(c, "ETag", "W/%s", tag);
	call_header(c, "Cache-Control", "private, no-cache");
	return header_matches(call_field(c, "If-None-Match"), str_from_c(tag));
}

/* ---- answering ---- */

static void
set_timeout(struct call *c, uint64_t seconds)
{
	(void)MHD_set_connection_option(c->conn, MHD_CONNECTION_OPTION_TIMEOUT,
	                                (unsigned)seconds);
}

/* Anew, with another deadline. */
static void
watch_call(struct call *c, int64_t deadline)
{
	unwatch(c);
	c->watched = (struct watched){ .fd = visit_fd(c->conn),
		                       .deadline = deadline,
		                       .cancel = &c->cancel };
	watch_add(c->server->watch, &c->watched);
	c->is_watched = true;
}

/* When the time for a request that begins now is over. */
static int64_t
deadline_of(const struct call *c)
{
	uint64_t seconds = c->server->opt.limits.query_seconds;

	if (seconds > INT32_MAX)
		seconds = INT32_MAX;
	return clock_mono() + (int64_t)seconds * CLOCK_SEC;
}

/* Begins the stream; a failure before its first byte is still told. */
static int
begin_stream(struct call *c)
{
	int rc;

	/* From here on the client's pace counts, as long as it is there. */
	watch_call(c, 0);
	rc = stream_new(c->produce, c->produce_ctx, &c->cancel, &c->stream);
	if (rc == 0)
		rc = stream_wait(c->stream, &c->err);
	if (rc != 0) {
		stream_free(c->stream);
		c->stream = NULL;
	}
	return rc;
}

static int
handle(struct call *c)
{
	int rc = c->route->handle(c);

	if (rc == 0 && c->kind == CALL_STREAM)
		rc = begin_stream(c);
	if (rc == 0 && c->is_json)
		rc = jout_finish(&c->json);
	if (rc == 0 && c->kind == CALL_NOTHING)
		BUG("no reply to " STR_FMT, STR_ARG(c->path));
	return rc;
}

static int
handle_watched(struct call *c)
{
	watch_call(c, deadline_of(c));
	return handle(c);
}

/* Waits for its turn, where that is needed. */
static void
handle_in_turn(struct call *c)
{
	struct server *s = c->server;
	bool turns = (c->route->flags & ROUTE_QUERY) != 0;
	int64_t wait = (int64_t)(s->opt.limits.wait_seconds % 3600) * CLOCK_SEC;
	int rc = turns ? gate_enter(&s->queries, wait, &c->cancel) : 0;

	if (rc == ERR_AGAIN) {
		(void)call_error(c, CALL_BUSY,
		                 "%llu requests are being worked at",
		                 (unsigned long long)s->opt.limits.queries);
		return;
	}
	if (rc == 0) {
		rc = repeat_run(c, handle_watched);
		if (turns)
			gate_leave(&s->queries);
	}
	if (rc != 0)
		(void)call_failed(c, rc);
}

static void
answer(struct call *c)
{
	if (c->route == NULL) {
		assets_serve(c);
		if (!decided(c))
			not_found(c);
		return;
	}
	if ((c->route->flags & ROUTE_TAG) != 0 && is_unchanged(c)) {
		call_status(c, MHD_HTTP_NOT_MODIFIED);
		call_bytes(c, NULL, STR(""));
		return;
	}
	c->body = buf_str(&c->upload);
	set_timeout(c, 0);
	watch_call(c, deadline_of(c));
	handle_in_turn(c);
	if (c->kind != CALL_STREAM) {
		unwatch(c);
		call_give_back(c);
	}
	set_timeout(c, c->server->opt.limits.idle_seconds);
}

static enum MHD_Result
send_reply(struct call *c)
{
	return reply_send(c) == MHD_YES ? MHD_YES : MHD_NO;
}

/* NOLINTBEGIN(readability-function-size): as many as the library gives */
/* NOLINTNEXTLINE(parameters): libmicrohttpd's type */
enum MHD_Result
dispatch_request(void *cls, struct MHD_Connection *conn, const char *url,
                 const char *method, const char *version, const char *upload,
                 size_t *upload_size, void **con_cls)
{
	struct call *c = *con_cls;

	(void)version;
	if (c == NULL) {
		c = call_new(cls, conn);
		if (c == NULL)
			return MHD_NO;
		*con_cls = c;
		read_head(c, url, method);
		return decided(c) ? send_reply(c) : MHD_YES;
	}
	if (*upload_size > 0) {
		size_t n = *upload_size;

		*upload_size = 0;
		/* The rest of one that is too long is passed over. */
		if (c->overflowed || buf_append(&c->upload, upload, n) != 0)
			c->overflowed = true;
		return MHD_YES;
	}
	visit_arrived(conn);
	if (c->overflowed)
		refuse_body(c);
	else
		answer(c);
	return send_reply(c);
}
/* NOLINTEND(readability-function-size) */
