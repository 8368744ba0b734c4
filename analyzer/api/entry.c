/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/entries/{id}: one entry, whole. */
#include <inttypes.h>

#include "analyzer/api/cut.h"
#include "analyzer/api/glean.h"
#include "analyzer/api/page.h"
#include "analyzer/api/pick.h"
#include "analyzer/api/row.h"
#include "analyzer/api/scope.h"
#include "analyzer/api/stalls.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/query/body.h"
#include "analyzer/query/full.h"
#include "analyzer/query/ids.h"

enum {
	TEXT_MAX = 65536,       /* unless told */
	TEXT_MOST = 64 << 20,   /* when told */
	MEASURE_MAX = 16 << 20, /* bytes of a body that are counted */
};

/* ---- bodies ---- */

struct measure {
	uint64_t n;
	bool holes;
	const atomic_bool *cancel;
};

static int
count_bytes(void *ctx, const uint8_t *p, size_t n)
{
	struct measure *m = ctx;

	(void)p;
	m->n += n;
	if (atomic_load(m->cancel))
		return ERR_CANCELLED;
	return m->n > MEASURE_MAX ? 1 : 0;
}

static int
count_hole(void *ctx, uint64_t n)
{
	struct measure *m = ctx;

	m->holes = true;
	m->n += n;
	return m->n > MEASURE_MAX ? 1 : 0;
}

/* How long it is, null when that would take long to find out. */
static int
measure(struct call *c, const struct picked *p, enum side side, bool decoded,
        struct measure *ret)
{
	struct body_ask ask = { .entry = &p->row,
		                .side = side,
		                .decoded = decoded,
		                .range = { 0, UINT64_MAX } };
	struct body_out out = { count_bytes, count_hole, ret };
	struct err e = ERR_INIT;

	*ret = (struct measure){ .cancel = &c->cancel };
	return body_read(p->opened, &ask, &out, &e);
}

static void
put_size(struct json_out *j, const char *key, int rc, uint64_t n)
{
	if (rc == 0)
		jout_put_uint(j, key, n);
	else
		jout_put_null(j, key);
}

static void
put_body(struct call *c, struct json_out *j, const struct picked *p,
         enum side side)
{
	struct measure whole = { 0 }, raw = { 0 };
	struct str mime, coding;
	int rc = measure(c, p, side, true, &whole);
	int raw_rc = measure(c, p, side, false, &raw);

	jout_put(j, side == SIDE_REQUEST ? "request" : "response");
	if (whole.n == 0 && raw.n == 0) {
		jout_null(j);
		return;
	}
	pick_mime(c, p, side, &mime, &coding);
	jout_begin_object(j);
	jout_put_str(j, "mime", mime);
	put_size(j, "size", rc, whole.n);
	put_size(j, "rawSize", raw_rc, raw.n);
	jout_put_str(j, "encoding", coding);
	jout_put_bool(j, "complete", rc >= 0 && !whole.holes);
	jout_end_object(j);
}

static void
put_bodies(struct call *c, struct json_out *j, const struct picked *p)
{
	jout_put(j, "bodies");
	jout_begin_object(j);
	put_body(c, j, p, SIDE_REQUEST);
	put_body(c, j, p, SIDE_RESPONSE);
	jout_end_object(j);
}

/* ---- neighbours ---- */

static int
put_neighbour(struct call *c, struct json_out *j, const struct picked *p,
              const char *key, bool back)
{
	struct index_reader *r = opened_index(p->opened);
	uint64_t ordinal = p->row.e.ordinal;
	struct index_cursor *cursor;
	struct index_entry row;
	char text[IDS_TEXT];
	bool sure;
	int rc = 0;

	if (back && ordinal == 0) {
		jout_put_null(j, key);
		return 0;
	}
	rc = index_entry_by_ordinal(r, p->row.e.stream,
	                            back ? ordinal - 1 : ordinal + 1, &c->err,
	                            &cursor);
	if (rc != 0)
		return rc;
	rc = index_next(cursor, &row, &sure, &c->err);
	if (rc == 1)
		jout_put_str(j, key, ids_eid(row.e.id, p->shown, text));
	else
		jout_put_null(j, key);
	index_cursor_free(cursor);
	return rc < 0 ? rc : 0;
}

/* ---- the whole ---- */

static int
put_entry(struct call *c, struct json_out *j, const struct picked *p,
          size_t max, uint64_t *io_cut)
{
	struct full_names names = { .snapshot = p->shown };
	struct cut cut;
	int rc;

	jout_put(j, "entry");
	cut_init(&cut, j, max, false);
	if (p->merge != NULL)
		rc = merge_entry(p->merge, &cut.json.sink, &c->err);
	else
		rc = full_entry(p->opened, &p->row, &names, NULL,
		                &cut.json.sink, &c->err);
	*io_cut += cut.n;
	if (rc != 0)
		return rc;
	jout_put(j, "representation");
	/* Sections are rendered from the evidence, which shows everything. */
	if (p->redacted) {
		jout_begin_object(j);
		jout_put(j, "request");
		jout_begin_array(j);
		jout_end_array(j);
		jout_put(j, "response");
		jout_begin_array(j);
		jout_end_array(j);
		jout_end_object(j);
		return 0;
	}
	cut_init(&cut, j, max, true);
	rc = full_represent(p->opened, &p->row, &cut.json.sink, &c->err);
	*io_cut += cut.n;
	return rc;
}

static void
put_row(struct call *c, struct json_out *j, const struct picked *p)
{
	struct row r = { .opened = p->opened,
		         .entry = &p->row,
		         .snapshot = p->shown,
		         .number = p->number,
		         .veil = p->veil };

	jout_put(j, "row");
	row_put(j, &r, &c->arena);
}

static void
put_protocol(struct json_out *j, const struct picked *p)
{
	const struct protocol *proto = full_protocol(&p->row.e);
	struct sink_json sink;

	jout_put(j, "protocol");
	sink_json_init(&sink, j);
	protocol_render(proto != NULL ? proto : &pick_unknown, &sink.sink);
}

int
api_entry(struct call *c)
{
	struct call_range range = { 1, TEXT_MOST, TEXT_MAX };
	struct picked *p;
	struct json_out *j;
	uint64_t max, cut = 0;
	int rc = pick_entry(c, c->part[0], &p);

	if (rc != 1)
		return rc;
	if (!call_number(c, "max", range, &max))
		return 0;
	j = call_json(c);
	jout_begin_object(j);
	put_row(c, j, p);
	rc = put_entry(c, j, p, (size_t)max, &cut);
	if (rc != 0)
		return rc;
	put_bodies(c, j, p);
	rc = stalls_put(c, j, p);
	if (rc != 0)
		return rc;
	put_protocol(j, p);
	jout_put_uint(j, "cut", cut);
	rc = put_neighbour(c, j, p, "previous", true);
	if (rc == 0)
		rc = put_neighbour(c, j, p, "following", false);
	jout_end_object(j);
	return rc;
}
