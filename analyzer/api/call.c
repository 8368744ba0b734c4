/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/call.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdarg.h>

#include "analyzer/api/server_impl.h"
#include "base/clock.h"

/* ---- the request ---- */

static struct str
lookup(const struct call *c, enum MHD_ValueKind kind, const char *name)
{
	const char *p = NULL;
	size_t n = 0;

	if (MHD_lookup_connection_value_n(c->conn, kind, name, strlen(name), &p,
	                                  &n) != MHD_YES)
		return STR_NONE;
	return p != NULL ? str_make(p, n) : STR("");
}

struct str
call_param(const struct call *c, const char *name)
{
	return lookup(c, MHD_GET_ARGUMENT_KIND, name);
}

bool
call_has(const struct call *c, const char *name)
{
	return call_param(c, name).n > 0;
}

struct str
call_field(const struct call *c, const char *name)
{
	return lookup(c, MHD_HEADER_KIND, name);
}

bool
call_number(struct call *c, const char *name, struct call_range range,
            uint64_t *ret_v)
{
	struct str text = call_param(c, name);
	uint64_t v = range.otherwise;

	if (text.n == 0 ||
	    (str_u64(text, &v) == 0 && v >= range.min && v <= range.max)) {
		*ret_v = v;
		return true;
	}
	(void)call_error(c, CALL_BAD_PARAMETER,
	                 "%s: a whole number from %" PRIu64 " to %" PRIu64
	                 " is wanted",
	                 name, range.min, range.max);
	return false;
}

bool
call_time(struct call *c, const char *name, int64_t otherwise, int64_t *ret_t)
{
	struct str text = call_param(c, name);
	int64_t t = otherwise;

	if (text.n > 0 && clock_parse(text, &t) != 0) {
		(void)call_error(c, CALL_BAD_PARAMETER,
		                 "%s: a time such as 2026-01-29T10:00:00.5Z "
		                 "is wanted",
		                 name);
		return false;
	}
	*ret_t = t;
	return true;
}

/* ---- snapshots ---- */

struct catalog *
call_catalog(const struct call *c)
{
	return c->server->catalog;
}

const struct api_limits *
call_limits(const struct call *c)
{
	return &c->server->opt.limits;
}

int
call_borrow(struct call *c, unsigned n, struct opened **ret_opened)
{
	struct opened *o;
	int rc;

	for (size_t i = 0; i < c->nlent; i++) {
		if (c->lent[i].n == n) {
			*ret_opened = c->lent[i].opened;
			return 0;
		}
	}
	if (c->nlent == CALL_SNAPSHOTS)
		return err_set(&c->err, ERR_LIMIT,
		               "more than %d snapshots at once",
		               CALL_SNAPSHOTS);
	rc = catalog_borrow(c->server->catalog, n, &c->cancel, &c->err, &o);
	if (rc != 0)
		return rc;
	c->lent[c->nlent++] = (struct call_lent){ n, o };
	*ret_opened = o;
	return 0;
}

void
call_defer(struct call *c, void (*f)(void *ctx), void *ctx)
{
	ENSURE(c->ndeferred < CALL_DEFERRED);
	c->deferred[c->ndeferred++] = (struct call_deferred){ f, ctx };
}

void
call_give_back(struct call *c)
{
	while (c->ndeferred > 0) {
		struct call_deferred *d = &c->deferred[--c->ndeferred];

		d->f(d->ctx);
	}
	while (c->nlent > 0) {
		struct call_lent *l = &c->lent[--c->nlent];

		catalog_give_back(call_catalog(c), l->n, l->opened);
	}
}

/* ---- the reply ---- */

static void
reply(struct call *c, enum call_kind kind, const char *type)
{
	c->kind = kind;
	c->type = type;
	c->is_json = false;
	buf_clear(&c->out);
	if (c->status == 0)
		c->status = MHD_HTTP_OK;
}

struct json_out *
call_json(struct call *c)
{
	reply(c, CALL_WHOLE, "application/json; charset=utf-8");
	c->is_json = true;
	jout_init_buf(&c->json, &c->out);
	return &c->json;
}

void
call_bytes(struct call *c, const char *type, struct str bytes)
{
	reply(c, CALL_WHOLE, type);
	if (buf_append_str(&c->out, bytes) != 0)
		(void)call_error(c, CALL_INTERNAL, "out of memory");
}

void
call_static(struct call *c, const char *type, struct str bytes)
{
	reply(c, CALL_STATIC, type);
	c->fixed = bytes;
}

int
call_stream(struct call *c, const char *type, stream_produce *f, void *ctx)
{
	reply(c, CALL_STREAM, type);
	c->produce = f;
	c->produce_ctx = ctx;
	return 0;
}

void
call_status(struct call *c, unsigned status)
{
	c->status = status;
}

/* A line break would begin a field of its own. */
static void
make_safe(char *p)
{
	for (; *p != '\0'; p++) {
		unsigned char b = (unsigned char)*p;

		if (b < 0x20 || b == 0x7f)
			*p = ' ';
	}
}

void
call_header(struct call *c, const char *name, const char *fmt, ...)
{
	char text[1024];
	struct str value;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_safe(text);
	value = arena_dup(&c->arena, str_from_c(text));
	if (value.p == NULL || c->nheaders == CALL_HEADERS)
		return;
	c->headers[c->nheaders++] = (struct call_header){ name, value };
}

/* ---- errors ---- */

static const struct {
	unsigned status;
	const char *code;
} errors[] = {
#define E(name, status, code) { status, code },
#include "analyzer/api/errors.def"
#undef E
};

enum call_code
call_code_of(int rc)
{
	switch (rc) {
	case ERR_USAGE:
	case ERR_SYNTAX:
	case ERR_INVAL:
		return CALL_BAD_REQUEST;
	case ERR_NOTFOUND:
		return CALL_NOT_FOUND;
	case ERR_CANCELLED:
		return CALL_TIMEOUT;
	case ERR_AGAIN:
		return CALL_NOT_READY;
	case ERR_BUDGET:
	case ERR_LIMIT:
		return CALL_TOO_LARGE;
	case ERR_NOENT:
	case ERR_IO:
	case ERR_ACCESS:
	case ERR_CHANGED:
	case ERR_CORRUPT:
	case ERR_UNREADABLE:
	case ERR_MALFORMED:
	case ERR_TRUNCATED:
	case ERR_UNSUPPORTED:
	case ERR_REFUSED:
		return CALL_UNREADABLE;
	default:
		return CALL_INTERNAL;
	}
}

void
call_put_error(struct json_out *j, enum call_code code, struct str message,
               const struct call_position *at, struct str suggestion)
{
	jout_begin_object(j);
	jout_put_str(j, "code", str_from_c(errors[code].code));
	jout_put_str(j, "message", message);
	jout_put(j, "position");
	if (at != NULL) {
		jout_begin_object(j);
		jout_put_uint(j, "line", at->line);
		jout_put_uint(j, "column", at->column);
		jout_put_uint(j, "start", at->start);
		jout_put_uint(j, "end", at->end);
		jout_end_object(j);
	} else {
		jout_null(j);
	}
	if (suggestion.n > 0)
		jout_put_str(j, "suggestion", suggestion);
	jout_end_object(j);
}

int
call_error_at(struct call *c, enum call_code code, struct str message,
              const struct call_position *at, struct str suggestion)
{
	struct json_out *j;

	c->status = errors[code].status;
	c->nheaders = 0;
	if (code == CALL_BUSY || code == CALL_NOT_READY)
		call_header(c, "Retry-After", "1");
	if (code == CALL_UNAUTHORIZED)
		call_header(c, "WWW-Authenticate", "Bearer");
	j = call_json(c);
	jout_begin_object(j);
	if (c->route != NULL && (c->route->flags & ROUTE_HUB) != 0) {
		jout_put_str(j, "msg", message);
	} else {
		jout_put(j, "error");
		call_put_error(j, code, message, at, suggestion);
	}
	jout_end_object(j);
	return 0;
}

int
call_error(struct call *c, enum call_code code, const char *fmt, ...)
{
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	(void)err_vset(&e, 0, fmt, ap);
	va_end(ap);
	return call_error_at(c, code, str_from_c(e.text), NULL, STR_NONE);
}

int
call_failed(struct call *c, int rc)
{
	const char *text = c->err.text[0] != '\0' ? c->err.text : err_text(rc);
	bool late = atomic_load(&c->watched.reason) != WATCH_NONE;

	/* Nobody but the catalog cancels without a reason. */
	if (rc == ERR_CANCELLED && !late)
		return call_error(c, CALL_NOT_READY,
		                  "the index is being finished; try again");
	if (rc == ERR_CANCELLED)
		text = "this took too long, or the server is being stopped";
	return call_error(c, call_code_of(rc), "%s", text);
}
