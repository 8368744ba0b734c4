/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/entries/{id}/packets: the packets that carried a message. */
#include "analyzer/export/packets.h"

#include <inttypes.h>

#include "analyzer/api/page.h"
#include "analyzer/api/pick.h"
#include "analyzer/export/pick.h"
#include "analyzer/query/anatomy.h"
#include "analyzer/query/carriers.h"
#include "base/sha256.h"

enum { ROWS = 20, HEX_MAX = 65536 };

struct listing {
	struct call *c;
	struct picked *entry;
	struct carriers carriers;
	struct pick *pick;
	struct packets *packets;
	size_t first, n;  /* of the page, in carriers */
	struct str *text; /* n: what a packet looks like */
};

static void
release(void *ctx)
{
	struct listing *l = ctx;

	carriers_release(&l->carriers);
	packets_free(l->packets);
	pick_free(l->pick);
}

/* ---- one packet ---- */

static void
put_hex(struct json_out *j, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	jout_put(j, "hex");
	jout_str_begin(j);
	for (size_t i = 0; i < n && i < HEX_MAX; i++) {
		const char two[] = { digits[p[i] >> 4], digits[p[i] & 15] };

		jout_str_part(j, str_make(two, sizeof(two)));
	}
	jout_str_end(j);
}

static void
put_layers(struct json_out *j, const struct anatomy *a)
{
	jout_put(j, "layers");
	jout_begin_array(j);
	for (size_t i = 0; i < a->n; i++) {
		const struct anatomy_layer *l = &a->layer[i];

		jout_begin_object(j);
		jout_put_str(j, "name", str_from_c(l->name));
		jout_put_uint(j, "offset", l->off);
		jout_put_uint(j, "length", l->len);
		jout_put(j, "fields");
		jout_begin_array(j);
		for (size_t k = 0; k < l->nfields; k++) {
			jout_begin_object(j);
			jout_put_str(j, "name", str_from_c(l->field[k].name));
			jout_put_str(j, "value", l->field[k].value);
			jout_end_object(j);
		}
		jout_end_array(j);
		jout_end_object(j);
	}
	jout_end_array(j);
	jout_put(j, "payload");
	jout_begin_object(j);
	jout_put_uint(j, "offset", a->payload);
	jout_put_uint(j, "length", a->payload_len);
	jout_end_object(j);
}

static void
put_place(struct listing *l, struct json_out *j, const struct carrier *at,
          const struct packet *p)
{
	jout_put_str(j, "side",
	             at->side == SIDE_REQUEST ? STR("request")
	                                      : STR("response"));
	jout_put_str(j, "source",
	             opened_source(l->entry->opened, at->at.source));
	jout_put_uint(j, "record", at->at.record);
	jout_put_uint(j, "offset", at->off);
	page_put_time(j, "time", p->record.ts);
	jout_put_uint(j, "length", p->record.origlen);
	jout_put_uint(j, "captured", p->record.caplen);
	jout_put_str(j, "disposition",
	             str_from_c(disposition_name(at->disposition)));
}

static int
write_packet(struct listing *l, struct buf *out, const struct carrier *at,
             const struct packet *p)
{
	struct anatomy *a = arena_alloc(&l->c->arena, sizeof(*a));
	struct str bytes = str_make(p->record.data, p->record.caplen);
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_MAX];
	struct json_out j;
	int rc = a == NULL ? ERR_NOMEM : sha256_of(bytes, digest);

	if (rc == 0)
		rc = anatomy_read(bytes, p->record.linktype, p->record.origlen,
		                  &l->c->arena, a);
	if (rc != 0)
		return rc;
	jout_init_buf(&j, out);
	jout_begin_object(&j);
	put_place(l, &j, at, p);
	jout_put_str(&j, "from", a->from);
	jout_put_str(&j, "to", a->to);
	put_layers(&j, a);
	put_hex(&j, p->record.data, p->record.caplen);
	jout_put_str(&j, "sha256", sha256_hex(digest, hex));
	jout_end_object(&j);
	return jout_finish(&j);
}

/* ---- the page ---- */

/* Where the packet stands in the page; it may have carried both sides. */
static int
take_packet(struct listing *l, const struct packet *p)
{
	int rc = 0;

	for (size_t i = 0; i < l->n && rc == 0; i++) {
		const struct carrier *at = &l->carriers.v[l->first + i];
		struct buf out;

		if (at->off != p->record.off || at->at.source != p->source->id)
			continue;
		buf_init(&out, (size_t)call_limits(l->c)->reply_bytes);
		rc = write_packet(l, &out, at, p);
		if (rc == 0)
			l->text[i] = arena_dup(&l->c->arena, buf_str(&out));
		buf_release(&out);
	}
	return rc == 0 ? arena_error(&l->c->arena) : rc;
}

static int
read_page(struct listing *l, const struct export_limits *limits)
{
	struct packets_setup setup = { .o = l->entry->opened,
		                       .limits = limits,
		                       .cancel = &l->c->cancel };
	struct packet p;
	int rc = pick_new(l->entry->opened, limits, &l->c->cancel, &l->pick);

	for (size_t i = 0; i < l->n && rc == 0; i++) {
		const struct carrier *at = &l->carriers.v[l->first + i];

		rc = pick_packet(l->pick, at->at.source, at->off, &l->c->err);
	}
	if (rc == 0)
		rc = pick_finish(l->pick, &l->c->err);
	setup.pick = l->pick;
	if (rc == 0)
		rc = packets_open(&setup, &l->c->err, &l->packets);
	while (rc == 0) {
		rc = packets_next(l->packets, &p, &l->c->err);
		if (rc != 1)
			return rc;
		rc = take_packet(l, &p);
	}
	return rc;
}

static int
put_digest(struct listing *l, struct json_out *j, const char *key,
           enum side side)
{
	char hex[SHA256_HEX_MAX];
	int rc = carriers_digest(l->entry->opened, &l->entry->row, side,
	                         &l->c->cancel, &l->c->err, hex);

	if (rc == 1)
		jout_put_str(j, key, str_from_c(hex));
	else
		jout_put_null(j, key);
	return rc < 0 ? rc : 0;
}

static int
put_page(struct listing *l)
{
	bool more = l->first + l->n < l->carriers.n;
	struct page_counts counts = { .scanned = l->n,
		                      .matched = l->n,
		                      .complete = !more };
	struct json_out *j = call_json(l->c);
	int rc;

	jout_begin_object(j);
	jout_put(j, "packets");
	jout_begin_array(j);
	for (size_t i = 0; i < l->n; i++)
		if (l->text[i].n > 0)
			jout_raw(j, l->text[i]);
	jout_end_array(j);
	jout_put(j, "digest");
	jout_begin_object(j);
	rc = put_digest(l, j, "request", SIDE_REQUEST);
	if (rc == 0)
		rc = put_digest(l, j, "response", SIDE_RESPONSE);
	jout_end_object(j);
	if (more)
		counts.next = arena_printf(&l->c->arena, "%zu",
		                           l->first + l->n);
	page_put(j, &counts);
	jout_end_object(j);
	return rc;
}

/* ---- the request ---- */

static bool
read_side(struct call *c, bool *ret_request, bool *ret_response)
{
	struct str side = call_param(c, "side");

	*ret_request = side.n == 0 || str_eq(side, STR("request"));
	*ret_response = side.n == 0 || str_eq(side, STR("response"));
	if (*ret_request || *ret_response)
		return true;
	(void)call_error(c, CALL_BAD_PARAMETER, "side: request or response");
	return false;
}

static int
collect(struct listing *l, bool request, bool response)
{
	int rc = 0;

	if (request)
		rc = carriers_add(&l->carriers, l->entry->opened,
		                  &l->entry->row, SIDE_REQUEST, &l->c->err);
	if (rc == 0 && response)
		rc = carriers_add(&l->carriers, l->entry->opened,
		                  &l->entry->row, SIDE_RESPONSE, &l->c->err);
	return rc;
}

int
api_packets(struct call *c)
{
	struct listing *l = arena_zalloc(&c->arena, sizeof(*l));
	struct call_range after = { 0, CARRIERS_MAX, 0 };
	struct export_limits limits;
	bool request, response;
	uint64_t first, limit;
	int rc;

	if (l == NULL)
		return ERR_NOMEM;
	l->c = c;
	if (!read_side(c, &request, &response) ||
	    !page_limit(c, ROWS, &limit) ||
	    !call_number(c, "after", after, &first))
		return 0;
	rc = pick_entry(c, c->part[0], &l->entry);
	if (rc != 1)
		return rc;
	call_defer(c, release, l);
	rc = collect(l, request, response);
	if (rc != 0)
		return rc;
	l->first = first < l->carriers.n ? (size_t)first : l->carriers.n;
	l->n = l->carriers.n - l->first;
	if (l->n > limit)
		l->n = (size_t)limit;
	l->text = arena_array(&c->arena, l->n + 1, sizeof(*l->text));
	if (l->text == NULL)
		return ERR_NOMEM;
	export_limits_init(&limits);
	rc = read_page(l, &limits);
	return rc == 0 ? put_page(l) : rc;
}
