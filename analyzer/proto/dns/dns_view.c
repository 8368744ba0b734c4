/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_view.h"

#include "analyzer/proto/dns/dns.h"
#include "analyzer/proto/dns/dns_rdata.h"

static const struct entry_side *
side_of(const struct dns_view *v)
{
	return v->side == SIDE_REQUEST ? &v->x->entry->request
	                               : &v->x->entry->response;
}

/* Bytes of a span up to its end, a hole, or what there is. */
static int
read_span(struct dns_view *v, const struct span *s, size_t *ret_n)
{
	bool reversed = (v->x->entry->flags & ENTRY_REVERSED) != 0;
	size_t want = s->len < DNS_MESSAGE_MAX ? (size_t)s->len
	                                       : DNS_MESSAGE_MAX;
	struct layer_at at = {
		.layer = s->layer,
		.dir = (v->side == SIDE_REQUEST) != reversed ? TO_SERVER
		                                             : TO_CLIENT,
		.off = s->off,
	};
	uint64_t hole = 0;
	size_t got;

	*ret_n = 0;
	while (*ret_n < want) {
		int err = v->x->reader->read(v->x->reader->ctx, at,
		                             v->mem + *ret_n, want - *ret_n,
		                             &got, &hole);

		if (err != 0)
			return err;
		if (got == 0)
			break;
		*ret_n += got;
		at.off += got;
	}
	return 0;
}

static int
load(struct dns_view *v, size_t part)
{
	size_t n;
	int err;

	if (v->loaded && v->part == part)
		return 0;
	if (v->mem == NULL)
		v->mem = arena_alloc(v->x->scratch, DNS_MESSAGE_MAX);
	if (v->mem == NULL)
		return arena_error(v->x->scratch);
	v->loaded = false;
	err = read_span(v, &side_of(v)->spans[part], &n);
	if (err != 0)
		return err;
	v->msg = str_make(v->mem, n);
	v->part = part;
	v->loaded = true;
	return 0;
}

/* The index knows a variant by its key alone. */
static bool
is_multicast(const struct protocol *p)
{
	return p != NULL && p->key != NULL &&
	       str_eq(str_from_c(p->key), str_from_c(dns_mdns.key));
}

int
dns_view_open(struct dns_view *v, const struct exchange *x, enum side side)
{
	struct dns_digest g;
	int err = 0;

	*v = (struct dns_view){ .x = x, .side = side };
	buf_init(&v->text, DNS_RDATA_TEXT);
	v->multicast = is_multicast(x->entry->proto);
	for (size_t i = 0; err == 0 && i < side_of(v)->nspans; i++) {
		err = load(v, i);
		if (err != 0)
			break;
		v->malformed |= dns_wire_digest(v->msg, &g) != CUR_OK;
		if (i != 0)
			continue;
		v->g = g;
		v->readable = v->msg.n >= DNS_HEADER;
	}
	return err;
}

void
dns_view_release(struct dns_view *v)
{
	buf_release(&v->text);
}

int
dns_view_each(struct dns_view *v, enum dns_section section, dns_view_fn *fn,
              void *ctx)
{
	struct dns_item item = { .index = 0 };
	struct dns_record r;
	struct dns_walk w;
	int err = 0;

	for (size_t i = 0; err == 0 && i < side_of(v)->nspans; i++) {
		err = load(v, i);
		if (err != 0 || !dns_walk_begin(&w, v->msg))
			continue;
		item.msg = v->msg;
		item.r = &r;
		while (err == 0 && dns_walk_next(&w, &r) &&
		       r.section <= section) {
			if (r.section != section)
				continue;
			err = fn(ctx, &item);
			item.index++;
		}
	}
	return err;
}
