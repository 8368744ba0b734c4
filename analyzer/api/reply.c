/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/reply.h"

#include <microhttpd.h>
#include <zlib.h>

#include "analyzer/api/header.h"
#include "analyzer/api/server_impl.h"

enum {
	REPLY_GZIP_MIN = 512,   /* bytes; less is not worth it */
	REPLY_GZIP_LEVEL = 1,   /* of loopback the time counts */
	REPLY_BLOCK = 64 << 10, /* of a stream */
};

/* ---- fields ---- */

static void
field(struct MHD_Response *r, const char *name, const char *value)
{
	(void)MHD_add_response_header(r, name, value);
}

/* A page must not do more than the page we wrote. */
#define CSP_PAGE                                                         \
	"default-src 'none'; script-src 'self'; style-src 'self'; "      \
	"img-src 'self' data: blob:; font-src 'self'; "                  \
	"connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'none'"
/* And nothing else is a page. */
#define CSP_DATA "default-src 'none'; frame-ancestors 'none'; sandbox"

static void
safety(struct MHD_Response *r, const struct call *c)
{
	field(r, "X-Content-Type-Options", "nosniff");
	field(r, "X-Frame-Options", "DENY");
	field(r, "Referrer-Policy", "no-referrer");
	field(r, "Content-Security-Policy", c->is_page ? CSP_PAGE : CSP_DATA);
	if (c->is_page)
		field(r, "Cross-Origin-Opener-Policy", "same-origin");
}

/* Whoever gets here has a good Origin: api/guard.h. */
static void
cors(struct MHD_Response *r)
{
	field(r, "Access-Control-Allow-Origin", "*");
	field(r, "Access-Control-Allow-Credentials", "true");
	field(r, "Access-Control-Allow-Headers",
	      "Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, "
	      "Authorization, accept, origin, Cache-Control, "
	      "X-Requested-With, x-session-token");
	field(r, "Access-Control-Allow-Methods",
	      "POST, OPTIONS, GET, PUT, DELETE");
	field(r, "Access-Control-Expose-Headers", "Content-Disposition");
}

static void
fields(struct MHD_Response *r, const struct call *c)
{
	unsigned flags = c->route != NULL ? c->route->flags : 0;
	bool cached = false;

	for (size_t i = 0; i < c->nheaders; i++) {
		field(r, c->headers[i].name, c->headers[i].value.p);
		cached |= str_eq_nocase(str_from_c(c->headers[i].name),
		                        STR("Cache-Control"));
	}
	if (c->type != NULL)
		field(r, MHD_HTTP_HEADER_CONTENT_TYPE, c->type);
	if (!cached)
		field(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	safety(r, c);
	if ((flags & ROUTE_HUB) != 0 && (flags & ROUTE_OPEN) == 0)
		cors(r);
}

/* ---- gzip ---- */

/* Replaces c->out when that makes it smaller. */
static bool
compress_out(struct call *c)
{
	z_stream z = { .next_in = (Bytef *)c->out.p,
		       .avail_in = (uInt)c->out.n };
	struct buf packed;
	bool good = false;

	if (c->out.n < REPLY_GZIP_MIN || c->out.n > UINT32_MAX ||
	    !header_accepts(call_field(c, "Accept-Encoding"), STR("gzip")))
		return false;
	if (deflateInit2(&z, REPLY_GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
	                 Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	buf_init(&packed, c->out.n);
	if (buf_reserve(&packed, c->out.n) == 0) {
		z.next_out = (Bytef *)buf_tail(&packed);
		z.avail_out = (uInt)c->out.n;
		good = deflate(&z, Z_FINISH) == Z_STREAM_END;
	}
	(void)deflateEnd(&z);
	if (good) {
		buf_added(&packed, c->out.n - z.avail_out);
		buf_release(&c->out);
		c->out = packed;
	} else {
		buf_release(&packed);
	}
	return good;
}

/* ---- streams ---- */

static ssize_t
read_stream(void *cls, uint64_t pos, char *p, size_t max)
{
	struct call *c = cls;
	size_t n;
	int rc;

	(void)pos;
	/* Waiting for a slow producer is not idling. */
	(void)MHD_set_connection_option(c->conn, MHD_CONNECTION_OPTION_TIMEOUT,
	                                0u);
	rc = stream_read(c->stream, p, max, &n);
	(void)MHD_set_connection_option(
	    c->conn, MHD_CONNECTION_OPTION_TIMEOUT,
	    (unsigned)c->server->opt.limits.idle_seconds);
	if (rc != 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

/* ---- the whole ---- */

static struct MHD_Response *
response_of(struct call *c)
{
	if (c->kind == CALL_SOCKET)
		return c->response;
	if (c->kind == CALL_STREAM)
		return MHD_create_response_from_callback(
		    MHD_SIZE_UNKNOWN, REPLY_BLOCK, read_stream, c, NULL);
	if (c->kind == CALL_STATIC)
		return MHD_create_response_from_buffer(
		    /* It is only read.
		       NOLINTNEXTLINE(performance-no-int-to-ptr) */
		    c->fixed.n, (void *)(uintptr_t)c->fixed.p,
		    MHD_RESPMEM_PERSISTENT);
	return MHD_create_response_from_buffer(c->out.n, c->out.p,
	                                       MHD_RESPMEM_PERSISTENT);
}

int
reply_send(struct call *c)
{
	bool text = c->kind == CALL_WHOLE && c->is_json;
	struct MHD_Response *r;
	bool packed;
	int done;

	if (text)
		(void)jout_flush(&c->json);
	packed = text && compress_out(c);
	r = response_of(c);
	if (r == NULL)
		return MHD_NO;
	fields(r, c);
	if (text)
		field(r, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
	if (packed)
		field(r, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	done = (int)MHD_queue_response(c->conn, c->status, r);
	MHD_destroy_response(r);
	return done;
}
