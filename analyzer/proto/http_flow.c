/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_flow.h"

#include "base/err.h"

/* Which part of the next n bytes lies in the range: *ret_skip, then the rest.
 */
static uint64_t
flow_clip(struct http_flow *f, uint64_t n, uint64_t *ret_skip)
{
	uint64_t skip = f->range.off > f->at ? f->range.off - f->at : 0;
	uint64_t done, room;

	skip = skip < n ? skip : n;
	done = f->at + skip - f->range.off;
	room = done < f->range.len ? f->range.len - done : 0;
	if (skip == n)
		room = 0;
	*ret_skip = skip;
	f->at += n;
	return n - skip < room ? n - skip : room;
}

int
http_flow_status(const struct http_flow *f)
{
	return f->at >= f->range.off && f->at - f->range.off >= f->range.len
	           ? HTTP_FLOW_ENOUGH
	           : 0;
}

/* Decoded bytes: to the caller, as far as the range wants them. */
static int
flow_out(void *ctx, const uint8_t *p, size_t n)
{
	struct http_flow *f = ctx;
	uint64_t skip, take;
	int rc = 0;

	take = flow_clip(f, n, &skip);
	if (take != 0)
		rc = f->out->bytes(f->out->ctx, p + skip, (size_t)take);
	return rc != 0 ? rc : http_flow_status(f);
}

int
http_flow_init(struct http_flow *f, const struct proto_limits *limits,
               struct str codings, struct body_range range,
               const struct body_out *out)
{
	struct str unknown = STR_NONE;

	*f = (struct http_flow){ .out = out, .range = range };
	f->mid = (struct body_out){ .bytes = flow_out, .ctx = f };
	if (codings.n == 0)
		return 0;
	return coding_new(codings, limits->render_bytes, limits->render_ratio,
	                  &f->mid, &unknown, &f->coding);
}

void
http_flow_release(struct http_flow *f)
{
	coding_free(f->coding);
	f->coding = NULL;
}

int
http_flow_bytes(struct http_flow *f, struct str bytes)
{
	if (bytes.n == 0)
		return 0;
	if (f->coding != NULL)
		return coding_write(f->coding, (const uint8_t *)bytes.p,
		                    bytes.n);
	return flow_out(f, (const uint8_t *)bytes.p, bytes.n);
}

int
http_flow_hole(struct http_flow *f, uint64_t n)
{
	uint64_t skip, take;
	int rc = 0;

	if (f->coding != NULL) {
		rc = f->out->hole(f->out->ctx, n);
		return rc != 0 ? rc : ERR_TRUNCATED;
	}
	take = flow_clip(f, n, &skip);
	if (take != 0)
		rc = f->out->hole(f->out->ctx, take);
	return rc != 0 ? rc : http_flow_status(f);
}

int
http_flow_end(struct http_flow *f)
{
	return f->coding != NULL ? coding_end(f->coding) : 0;
}

struct str
http_flow_codings(struct str list, unsigned *io_n, struct str value,
                  struct arena *a)
{
	struct str one;

	while (value.n != 0 && *io_n <= CODING_CHAIN) {
		(void)str_split1(value, ',', &one, &value);
		one = str_trim(one);
		if (one.n == 0 || str_eq_nocase(one, STR("chunked")) ||
		    str_eq_nocase(one, STR("identity")))
			continue;
		if ((*io_n)++ == 0)
			list = one;
		else
			list = arena_printf(a, STR_FMT "," STR_FMT,
			                    STR_ARG(list), STR_ARG(one));
	}
	return list;
}
