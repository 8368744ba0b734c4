/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/entries/{id}/body/{side}: the bytes of a body. */
#include "analyzer/query/body.h"

#include <inttypes.h>

#include "analyzer/api/pick.h"

/* Its bytes, on their way. */
struct sending {
	struct call *c;
	struct picked *p;
	struct body_ask ask;
	struct stream *out;
};

static int
send_bytes(void *ctx, const uint8_t *p, size_t n)
{
	struct sending *s = ctx;

	return stream_write(s->out, p, n);
}

/* What is missing is left out; the head of the reply says that. */
static int
send_hole(void *ctx, uint64_t n)
{
	struct sending *s = ctx;

	(void)n;
	return atomic_load(&s->c->cancel) ? ERR_CANCELLED : 0;
}

static int
produce(void *ctx, struct stream *out, struct err *e)
{
	struct sending *s = ctx;
	struct body_out to = { send_bytes, send_hole, s };
	int rc;

	s->out = out;
	rc = body_read(s->p->opened, &s->ask, &to, e);
	/* What could be decoded has been sent; the head says it broke off. */
	return rc == ERR_CANCELLED || rc == ERR_NOMEM ? rc : 0;
}

/* ---- its length, for the head ---- */

struct length {
	struct call *c;
	uint64_t n;
	bool holes;
};

static int
add_bytes(void *ctx, const uint8_t *p, size_t n)
{
	struct length *l = ctx;

	(void)p;
	l->n += n;
	return atomic_load(&l->c->cancel) ? ERR_CANCELLED : 0;
}

static int
add_hole(void *ctx, uint64_t n)
{
	struct length *l = ctx;

	(void)n;
	l->holes = true;
	return 0;
}

static int
put_head(struct call *c, struct sending *s)
{
	struct length l = { .c = c };
	struct body_out out = { add_bytes, add_hole, &l };
	struct body_ask ask = s->ask;
	struct err e = ERR_INIT;
	struct str mime, coding;
	int rc;

	ask.range.off = 0;
	ask.range.len = UINT64_MAX;
	rc = body_read(s->p->opened, &ask, &out, &e);
	if (rc == ERR_CANCELLED || rc == ERR_NOMEM)
		return rc;
	pick_mime(c, s->p, s->ask.side, &mime, &coding);
	call_header(c, "X-Body-Size", "%" PRIu64, l.n);
	call_header(c, "X-Body-Mime", STR_FMT, STR_ARG(str_head(mime, 200)));
	call_header(c, "X-Body-Complete", "%s",
	            rc == 0 && !l.holes ? "true" : "false");
	call_header(c, "Content-Disposition",
	            "attachment; filename=\"body-%" PRId64 "-%s.bin\"",
	            s->p->row.e.id,
	            s->ask.side == SIDE_REQUEST ? "request" : "response");
	return 0;
}

static bool
read_form(struct call *c, struct sending *s)
{
	struct call_range any = { 0, UINT64_MAX, 0 };
	struct call_range all = { 0, UINT64_MAX, UINT64_MAX };
	struct str form = call_param(c, "form");

	s->ask.decoded = !str_eq(form, STR("raw"));
	if (form.n > 0 && s->ask.decoded && !str_eq(form, STR("decoded"))) {
		(void)call_error(c, CALL_BAD_PARAMETER, "form: decoded or raw");
		return false;
	}
	return call_number(c, "offset", any, &s->ask.range.off) &&
	       call_number(c, "length", all, &s->ask.range.len);
}

static bool
read_side(struct call *c, struct sending *s)
{
	s->ask.side = str_eq(c->part[1], STR("request")) ? SIDE_REQUEST
	                                                 : SIDE_RESPONSE;
	if (s->ask.side == SIDE_REQUEST || str_eq(c->part[1], STR("response")))
		return true;
	(void)call_error(c, CALL_NOT_FOUND, "a body is of request or response");
	return false;
}

int
api_body(struct call *c)
{
	struct sending *s = arena_zalloc(&c->arena, sizeof(*s));
	int rc;

	if (s == NULL)
		return ERR_NOMEM;
	s->c = c;
	if (!read_side(c, s) || !read_form(c, s))
		return 0;
	rc = pick_entry(c, c->part[0], &s->p);
	if (rc != 1)
		return rc;
	s->ask.entry = &s->p->row;
	rc = put_head(c, s);
	if (rc != 0)
		return rc;
	return call_stream(c, "application/octet-stream", produce, s);
}
