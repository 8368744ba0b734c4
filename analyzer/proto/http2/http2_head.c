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
	if (http2_head_room(d, dir, b, HTTP2_SLOT_HEAD, n))
		b->n += http2_kept_field(b->mem + b->n, f);
}

/* The first value of a field by its name in lower case, or the empty str. */
static struct str
head_find(const struct http2_head *h, struct str name)
{
	return http2_kept_find(str_make(h->kept.mem, h->kept.n), name);
}

/* The fields that the index wants to know. */
static void
head_summarize(struct http2_head *h)
{
	h->method = head_find(h, STR(":method"));
	h->path = head_find(h, STR(":path"));
	h->authority = head_find(h, STR(":authority"));
	if (h->authority.n == 0)
		h->authority = head_find(h, STR("host"));
	h->status = http2_kept_status(head_find(h, STR(":status")));
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

	h->kept.n = 0;
	h->fields = 0;
	h->unknown = false;
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
	head_summarize(h);
}

void
http2_head_none(struct http2_head *h)
{
	h->kept.n = 0;
	h->fields = 0;
	h->unknown = true;
	h->broken = false;
	head_summarize(h);
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

static struct str
head_field(const struct http_head *h, struct str name)
{
	char lower[64];

	if (name.n > sizeof(lower))
		return STR_NONE;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = str_lower(*str_tail(name, i).p);
	return head_find(h->impl, str_make(lower, name.n));
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
		.version = 20,
		.trailers = trailers,
		.unknown = h->unknown || h->broken,
		.field = head_field,
		.impl = h,
	};

	return message_http(m, &offered);
}
