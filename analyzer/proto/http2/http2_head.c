/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_head.h"

#include "base/err.h"

/* Where hpack's memory comes from. */
struct lender {
	struct dissect *d;
	enum dir dir;
};

static void *
head_lend(void *ctx, enum hpack_slot slot, size_t n)
{
	const struct lender *l = ctx;

	return dissect_memory(
	    l->d,
	    HTTP2_SLOT_HPACK + (unsigned)l->dir * HPACK_SLOTS + (unsigned)slot,
	    n);
}

bool
http2_head_room(struct dissect *d, enum dir dir, struct http2_bytes *b,
                enum http2_slot slot, size_t n)
{
	size_t cap = b->cap != 0 ? b->cap : 512;
	void *p;

	while (cap - b->n < n)
		cap *= 2;
	if (cap == b->cap)
		return true;
	p = dissect_memory(d, slot, cap);
	if (p == NULL) {
		dissect_limit(d, dir, "message-bytes");
		return false;
	}
	b->mem = p;
	b->cap = cap;
	return true;
}

/* --- fields that are asked for -------------------------------------------- */

static const struct str known_names[HTTP2_KNOWN] = {
	[HTTP2_KNOWN_AUTHORITY] = STR_INIT(":authority"),
	[HTTP2_KNOWN_METHOD] = STR_INIT(":method"),
	[HTTP2_KNOWN_PATH] = STR_INIT(":path"),
	[HTTP2_KNOWN_STATUS] = STR_INIT(":status"),
	[HTTP2_KNOWN_HOST] = STR_INIT("host"),
	[HTTP2_KNOWN_TYPE] = STR_INIT("content-type"),
	[HTTP2_KNOWN_ENCODING] = STR_INIT("content-encoding"),
	[HTTP2_KNOWN_GRPC_STATUS] = STR_INIT("grpc-status"),
};

/* HTTP2_KNOWN: none of them. Names are lower case in HTTP/2. */
static enum http2_known
known_of(struct str name)
{
	unsigned k = 0;

	while (k < HTTP2_KNOWN && !str_eq(known_names[k], name))
		k++;
	return (enum http2_known)k;
}

/* The field was added to the end of what is kept. */
static void
known_add(struct http2_head *h, const struct hpack_field *f)
{
	enum http2_known k = known_of(f->name);

	if (k == HTTP2_KNOWN || f->value_unknown || (h->seen & 1u << k) != 0)
		return;
	h->seen |= 1u << k;
	h->known[k] = f->value;
	/* Values of the static table stay where they are. */
	h->at[k] = f->static_pair != 0 ? 0 : h->kept.n - f->value.n;
}

/* No more fields are added. */
static void
known_settle(struct http2_head *h)
{
	for (unsigned k = 0; k < HTTP2_KNOWN; k++) {
		if ((h->seen & 1u << k) == 0)
			h->known[k] = STR_NONE;
		else if (h->at[k] != 0)
			h->known[k].p = h->kept.mem + h->at[k];
	}
	h->method = h->known[HTTP2_KNOWN_METHOD];
	h->path = h->known[HTTP2_KNOWN_PATH];
	h->authority = h->known[HTTP2_KNOWN_AUTHORITY];
	if (h->authority.n == 0)
		h->authority = h->known[HTTP2_KNOWN_HOST];
	h->status = http2_kept_status(h->known[HTTP2_KNOWN_STATUS]);
}

/* --- heads ---------------------------------------------------------------- */

static void
head_add(struct dissect *d, enum dir dir, const struct hpack_field *f,
         struct http2_head *h)
{
	const struct proto_limits *l = dissect_limits(d);
	struct http2_bytes *b = &h->kept;
	size_t n = f->name.n + f->value.n + HTTP2_KEPT_OVERHEAD;

	if (b->n + n > l->kept_bytes) {
		dissect_limit(d, dir, "kept-bytes");
		return;
	}
	if (!http2_head_room(d, dir, b, HTTP2_SLOT_HEAD, n))
		return;
	b->n += http2_kept_field(b->mem + b->n, f);
	if (!f->name_unknown)
		known_add(h, f);
}

static void
head_clear(struct http2_head *h)
{
	h->kept.n = 0;
	h->fields = 0;
	h->seen = 0;
	h->unknown = false;
	h->broken = false;
}

void
http2_head_read(struct dissect *d, enum dir dir, struct hpack *hpack,
                struct cursor block, struct http2_head *h)
{
	struct lender lender = { d, dir };
	struct hpack_memory memory = { head_lend, &lender };
	uint64_t max = dissect_limits(d)->headers;
	struct hpack_field f;
	int rc;

	head_clear(h);
	while ((rc = hpack_next(hpack, &memory, &block, &f)) == 1) {
		h->unknown |= f.name_unknown || f.value_unknown;
		if (f.cut)
			dissect_limit(d, dir, "hpack-table");
		if (h->fields++ < max)
			head_add(d, dir, &f, h);
	}
	if (h->fields > max)
		dissect_limit(d, dir, "headers");
	if (hpack_is_over(hpack))
		dissect_limit(d, dir, "hpack-table");
	h->broken = rc != 0;
	if (rc == ERR_NOMEM)
		dissect_limit(d, dir, "message-bytes");
	known_settle(h);
}

void
http2_head_none(struct http2_head *h)
{
	head_clear(h);
	h->unknown = true;
	known_settle(h);
}

void
http2_head_keep(const struct http2_head *h, struct message *m,
                enum http2_mark section, uint64_t number, bool first)
{
	char mark[HTTP2_KEPT_OVERHEAD];
	struct str s = str_make(mark, http2_kept_mark(mark, section, number));

	if (h->kept.n == 0)
		return;
	if (!first)
		message_keep(m, s);
	message_keep(m, str_make(h->kept.mem, h->kept.n));
}

/* Of others than those that are known, it takes some more. */
static struct str
head_field(const struct http_head *offered, struct str name)
{
	const struct http2_head *h = offered->impl;
	char lower[64];
	enum http2_known k;

	if (name.n > sizeof(lower))
		return STR_NONE;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = str_lower(*str_tail(name, i).p);
	name = str_make(lower, name.n);
	k = known_of(name);
	if (k != HTTP2_KNOWN)
		return h->known[k];
	return http2_kept_find(str_make(h->kept.mem, h->kept.n), name);
}

bool
http2_head_offer(const struct http2_head *h, struct message *m, enum side side,
                 bool trailers)
{
	struct http_head offered = {
		.side = side,
		.method = h->method,
		.target = h->path,
		.status = h->status,
		.content_type = h->known[HTTP2_KNOWN_TYPE],
		.version = 20,
		.trailers = trailers,
		.unknown = h->unknown || h->broken,
		.field = head_field,
		.impl = h,
	};

	return message_http(m, &offered);
}
