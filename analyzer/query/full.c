/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/full.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/entry/outcome.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/query/ids.h"
#include "analyzer/query/sequel.h"
#include "base/arena.h"
#include "base/clock.h"

enum {
	SCRATCH_HEADS = 16 << 20, /* heads, and what is made of them */
	SCRATCH_BODY = 1 << 30,   /* a body, whatever its limit was set to */
	QUERY_MAX = 1 << 20,      /* the query for a summary */
};

/* One end of an entry. */
struct end {
	struct addr ip;
	uint16_t port;
	struct resolved who;
};

/* An entry being written. */
struct full {
	struct opened *o;
	const struct index_entry *row;
	struct entry entry; /* the row's, with the whole variant */
	struct protocol unknown;
	const struct dissector *owner; /* of the variant; both may be NULL */
	const struct overlay *overlay;
	unsigned snapshot;
	bool named; /* src and dst are known */
	struct end src, dst;
	struct layer *layer;
	bool own_layer;
	struct sink *out;
	struct err *err;
};

/* ---- preparing ---- */

/*
 * The index knows the variant's key only. One that this program does not have
 * is shown by that key, and not rendered.
 */
static void
find_variant(struct full *f)
{
	static const uint16_t no_ports[] = { 0 };
	const char *key = f->row->e.proto->key;
	const struct protocol *p = proto_variant(str_from_c(key), &f->owner);

	if (p != NULL) {
		f->entry.proto = p;
		f->overlay = overlay_of(p);
		return;
	}
	f->unknown = (struct protocol){ .key = key,
		                        .name = key,
		                        .abbr = key,
		                        .long_name = key,
		                        .ports = no_ports };
	f->entry.proto = &f->unknown;
}

/* Looked up when the first of them is wanted. */
static void
find_names(struct full *f)
{
	const struct index_entry *row = f->row;
	bool reversed = (row->e.flags & ENTRY_REVERSED) != 0;
	struct end client = { .ip = row->client, .port = row->client_port };
	struct end server = { .ip = row->server, .port = row->server_port };
	struct index_ends ends = { .point = row->point,
		                   .client = row->client,
		                   .server = row->server,
		                   .client_port = row->client_port,
		                   .server_port = row->server_port,
		                   .flags = row->e.flags,
		                   .ts = entry_time(&row->e) };

	if (f->named)
		return;
	f->named = true;
	f->src = reversed ? server : client;
	f->dst = reversed ? client : server;
	f->src.who = opened_source_of(f->o, &ends);
	f->dst.who = opened_destination_of(f->o, &ends);
}

static void
full_init(struct full *f, struct opened *o, const struct index_entry *e,
          struct sink *out)
{
	*f = (struct full){ .o = o, .row = e, .entry = e->e, .out = out };
	find_variant(f);
}

static void
full_release(struct full *f)
{
	if (f->own_layer)
		layer_free(f->layer);
}

/* ---- what both shapes have ---- */

static void
put_text(struct full *f, const char *key, const char *text)
{
	sink_member_string(f->out, key, str_from_c(text));
}

static struct str
worker_of(const struct full *f, char out[IDS_TEXT])
{
	char ip[IDS_TEXT];

	return ids_worker(
	    ids_node_ip(opened_point(f->o, f->row->point), f->entry.stream, ip),
	    f->snapshot, out);
}

static struct str
stream_of(const struct full *f, char out[IDS_TEXT])
{
	const char *l4 = f->entry.proto->layer4;
	bool udp = str_eq(str_from_c(l4), STR("udp"));

	return ids_stream(f->entry.stream,
	                  ids_kind_of(f->row->tls, udp, f->row->client_port,
	                              f->row->server_port),
	                  out);
}

static void
put_id(struct full *f)
{
	char worker[IDS_TEXT], stream[IDS_TEXT], ordinal[24];
	int n;

	if (!sink_want(f->out, STR("id")))
		return;
	n = snprintf(ordinal, sizeof(ordinal), "-%llu",
	             (unsigned long long)f->entry.ordinal);
	sink_text_begin(f->out);
	sink_text(f->out, worker_of(f, worker));
	sink_text(f->out, STR("/"));
	sink_text(f->out, stream_of(f, stream));
	sink_text(f->out, str_make(ordinal, (size_t)n));
	sink_text_end(f->out);
}

static void
put_stream(struct full *f)
{
	char text[IDS_TEXT];

	if (sink_want(f->out, STR("stream")))
		sink_string(f->out, stream_of(f, text));
}

static void
put_worker(struct full *f)
{
	char text[IDS_TEXT];

	if (sink_want(f->out, STR("worker")))
		sink_string(f->out, worker_of(f, text));
}

static void
put_eid(struct full *f, const char *key, int64_t id)
{
	char text[IDS_TEXT];

	if (sink_want(f->out, str_from_c(key)))
		sink_string(f->out, ids_eid(id, f->snapshot, text));
}

static void
put_protocol(struct full *f, struct str key)
{
	if (sink_want(f->out, key))
		protocol_render(f->entry.proto, f->out);
}

static void
put_end(struct full *f, struct str key, const struct end *end)
{
	char ip[ADDR_TEXT], port[8];

	if (!sink_want(f->out, key))
		return;
	find_names(f);
	snprintf(port, sizeof(port), "%u", (unsigned)end->port);
	sink_begin_object(f->out);
	put_text(f, "ip", addr_format(&end->ip, ip));
	put_text(f, "port", port);
	sink_member_string(f->out, "name", end->who.name);
	sink_end_object(f->out);
}

static int64_t
timestamp_of(const struct full *f)
{
	int64_t t = entry_time(&f->entry);
	int64_t ms = t / CLOCK_MSEC;

	return ms - (t % CLOCK_MSEC < 0);
}

/* ---- BaseEntry ---- */

/*
 * The path that the field table of the protocol, or of the one that carries it,
 * has for a column, or NULL.
 */
static const char *
path_in(const struct dissector *owner, const char *column)
{
	const struct field *field = owner != NULL ? owner->fields : NULL;

	for (; field != NULL && field->path != NULL; field++) {
		if (field->column != NULL && strcmp(field->column, column) == 0)
			return field->path;
	}
	return NULL;
}

static const char *
path_of(const struct full *f, const char *column)
{
	return path_in(f->owner, column);
}

const struct protocol *
full_protocol(const struct entry *e)
{
	const struct dissector *owner;

	return proto_variant(str_from_c(e->proto->key), &owner);
}

const char *
full_path(const struct index_entry *e, const char *column)
{
	const struct dissector *owner = NULL;

	(void)proto_variant(str_from_c(e->e.proto->key), &owner);
	return path_in(owner, column);
}

/* path == "value", as the original writes it: nothing is escaped. */
static void
put_query(struct full *f, const char *key, const char *column, struct str value)
{
	const char *path = path_of(f, column);

	if (path == NULL || !sink_want(f->out, str_from_c(key)))
		return;
	sink_text_begin(f->out);
	sink_text(f->out, str_from_c(path));
	sink_text(f->out, STR(" == \""));
	sink_text(f->out, value);
	sink_text(f->out, STR("\""));
	sink_text_end(f->out);
}

/* The query for the summary, which a dissector may know better. */
static void
put_summary_query(struct full *f)
{
	struct buf text;

	if (f->owner == NULL || f->owner->summary_query == NULL) {
		put_query(f, "summaryQuery", "target", f->entry.target);
		return;
	}
	buf_init(&text, QUERY_MAX);
	if (f->owner->summary_query(&f->entry, &text))
		sink_member_string(f->out, "summaryQuery", buf_str(&text));
	buf_release(&text);
}

static void
put_status(struct full *f)
{
	const char *path = path_of(f, "status");
	char text[64] = "";

	sink_member_integer(f->out, "status", f->entry.status);
	if (path != NULL && f->entry.response.present)
		snprintf(text, sizeof(text), "%s == %d", path,
		         (int)f->entry.status);
	put_text(f, "statusQuery", text);
}

static void
put_summary(struct full *f)
{
	const struct entry *e = &f->entry;

	if (e->target.n > 0)
		sink_member_string(f->out, "summary", e->target);
	if (e->request.present)
		put_summary_query(f);
	put_status(f);
	if (e->method.n == 0)
		return;
	sink_member_string(f->out, "method", e->method);
	put_query(f, "methodQuery", "method", e->method);
}

int
full_base(struct opened *o, const struct index_entry *e,
          const struct full_names *names, struct sink *out)
{
	struct full f;

	full_init(&f, o, e, out);
	f.snapshot = names->snapshot;
	sink_begin_object(out);
	put_id(&f);
	put_stream(&f);
	put_worker(&f);
	put_protocol(&f, STR("proto"));
	sink_member_boolean(out, "tls", e->tls);
	put_summary(&f);
	if (timestamp_of(&f) != 0)
		sink_member_integer(out, "timestamp", timestamp_of(&f));
	put_end(&f, STR("src"), &f.src);
	put_end(&f, STR("dst"), &f.dst);
	sink_member_boolean(out, "outgoing", false);
	sink_member_integer(out, "latency", entry_elapsed_ms(&f.entry));
	put_eid(&f, "eid", e->e.id);
	sink_end_object(out);
	return out->error;
}

/* ---- rendering sides ---- */

static int
need_layer(struct full *f)
{
	int rc;

	if (f->layer != NULL)
		return 0;
	rc = layer_open(f->o, f->entry.stream, f->err, &f->layer);
	f->own_layer = rc == 0;
	return rc;
}

static const struct entry_side *
side_of(const struct full *f, enum side side)
{
	return side == SIDE_REQUEST ? &f->entry.request : &f->entry.response;
}

/* What a dissector and an overlay have in common. */
typedef int (*render_fn)(const struct exchange *x, enum side side,
                         struct sink *out);

/* The sink's error or a reader's, with the best text there is. */
static int
render_error(struct full *f, int rc)
{
	const struct err *e = layer_error(f->layer);

	if (rc == 0 && f->out->error == 0)
		return 0;
	if (rc == 0)
		rc = f->out->error;
	if (e->code == rc) {
		if (f->err != NULL)
			*f->err = *e;
		return rc;
	}
	return err_set(f->err, rc, "entry %lld cannot be rendered: %s",
	               (long long)f->entry.id, err_text(rc));
}

static int
render(struct full *f, enum side side, render_fn fn)
{
	const struct proto_limits *limits = opened_limits(f->o);
	struct layer_reader reader;
	struct arena scratch;
	struct exchange x = { .entry = &f->entry,
		              .reader = &reader,
		              .limits = limits,
		              .scratch = &scratch,
		              .schema = opened_schema(f->o),
		              .http = f->owner != NULL ? f->owner->http
		                                       : NULL };
	uint64_t body = limits->render_bytes;
	int rc = need_layer(f);

	if (rc != 0)
		return rc;
	if (body > SCRATCH_BODY)
		body = SCRATCH_BODY;
	reader = layer_reader_of(f->layer);
	arena_init(&scratch, SCRATCH_HEADS + 2 * (size_t)body, 0);
	rc = fn(&x, side, f->out);
	arena_release(&scratch);
	return render_error(f, rc);
}

/* "request" or "response" of the entry. */
static int
put_side(struct full *f, const char *key, enum side side)
{
	render_fn fn = f->overlay != NULL ? f->overlay->render
	               : f->owner != NULL ? f->owner->render
	                                  : NULL;

	if (!sink_want(f->out, str_from_c(key)))
		return 0;
	if (fn != NULL && side_of(f, side)->present)
		return render(f, side, fn);
	sink_begin_object(f->out);
	sink_end_object(f->out);
	return 0;
}

/* The same, as sections. */
static int
put_sections(struct full *f, const char *key, enum side side)
{
	render_fn fn = f->overlay != NULL ? f->overlay->represent
	               : f->owner != NULL ? f->owner->represent
	                                  : NULL;

	if (!sink_want(f->out, str_from_c(key)))
		return 0;
	if (fn != NULL && side_of(f, side)->present)
		return render(f, side, fn);
	sink_begin_array(f->out);
	sink_end_array(f->out);
	return 0;
}

/* ---- our own members ---- */

static void
put_time(struct full *f, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	if (sink_want(f->out, str_from_c(key)))
		sink_string(f->out, clock_format(t, text));
}

static void
put_ms(struct full *f, const char *key, int64_t from, int64_t to)
{
	int64_t ns = (int64_t)((uint64_t)to - (uint64_t)from);

	if (sink_want(f->out, str_from_c(key)))
		sink_number(f->out, (double)ns / (double)CLOCK_MSEC);
}

static void
put_timing(struct full *f)
{
	const struct entry_side *req = &f->entry.request;
	const struct entry_side *res = &f->entry.response;

	if (!sink_want(f->out, STR("timing")))
		return;
	sink_begin_object(f->out);
	if (req->present) {
		put_time(f, "requestStart", req->first);
		put_time(f, "requestEnd", req->last);
	}
	if (res->present) {
		put_time(f, "responseStart", res->first);
		put_time(f, "responseEnd", res->last);
	}
	if (req->present)
		put_ms(f, "requestMs", req->first, req->last);
	if (req->present && res->present)
		put_ms(f, "waitMs", req->last, res->first);
	if (res->present)
		put_ms(f, "responseMs", res->first, res->last);
	sink_end_object(f->out);
}

static void
put_name_marks(struct full *f, struct str key, const struct resolved *r)
{
	if (!sink_want(f->out, key))
		return;
	sink_begin_object(f->out);
	sink_member_boolean(f->out, "early", r->early);
	sink_member_boolean(f->out, "bare", r->bare);
	sink_member_boolean(f->out, "learnt", r->learnt);
	sink_end_object(f->out);
}

/* Where the first byte of a side is. */
static int
locate_side(struct full *f, enum side side, struct position *ret_at)
{
	const struct entry_side *s = side_of(f, side);
	enum dir dir = entry_dir(f->entry.flags, side == SIDE_RESPONSE);
	int rc;

	ret_at->record = 0;
	if (s->nspans == 0)
		return 0;
	rc = need_layer(f);
	if (rc != 0)
		return rc;
	rc = layer_locate(f->layer, dir, s->spans[0].off, ret_at);
	return rc == ERR_NOTFOUND ? 0 : render_error(f, rc);
}

static int
put_side_evidence(struct full *f, const char *key, enum side side)
{
	const struct entry_side *s = side_of(f, side);
	bool request = side == SIDE_REQUEST;
	uint32_t gap = request ? ENTRY_REQ_GAP : ENTRY_RES_GAP;
	uint32_t cut = request ? ENTRY_REQ_CUT : ENTRY_RES_CUT;
	struct position at;
	int rc;

	if (!s->present || !sink_want(f->out, str_from_c(key)))
		return 0;
	rc = locate_side(f, side, &at);
	if (rc != 0)
		return rc;
	sink_begin_object(f->out);
	if (at.record > 0) {
		sink_member_string(f->out, "source",
		                   opened_source(f->o, at.source));
		sink_member_integer(f->out, "record", (int64_t)at.record);
	}
	sink_member_integer(f->out, "bytes", (int64_t)s->size);
	sink_member_boolean(f->out, "gap", (f->entry.flags & gap) != 0);
	sink_member_boolean(f->out, "cut", (f->entry.flags & cut) != 0);
	sink_end_object(f->out);
	return 0;
}

/* Other entries that belong to this one; told only when there are such. */
static int
put_related(struct full *f)
{
	struct sequel s;
	int rc = sequel_find(f->o, f->row, f->owner, f->err, &s);

	if (rc == 0 && s.related != 0)
		put_eid(f, s.relation, s.related);
	if (rc == 0 && s.repeated_by != 0)
		put_eid(f, "repeatedBy", s.repeated_by);
	if (rc == 0 && s.repeats != 0)
		put_eid(f, "repeats", s.repeats);
	return rc;
}

static int
put_evidence(struct full *f)
{
	const struct entry *e = &f->entry;
	int rc;

	if (!sink_want(f->out, STR("evidence")))
		return 0;
	sink_begin_object(f->out);
	sink_member_boolean(f->out, "complete", entry_complete(e->flags));
	put_text(f, "reason", entry_reason(e->flags));
	put_text(f, "outcome", outcome_name(outcome_of(e->flags, e->status)));
	put_eid(f, "eid", e->id);
	put_eid(f, "stream", e->stream);
	sink_member_boolean(f->out, "lateJoin",
	                    (e->flags & ENTRY_LATE_JOIN) != 0);
	sink_member_boolean(f->out, "roleGuessed",
	                    (e->flags & ENTRY_ROLE_GUESSED) != 0);
	sink_member_boolean(f->out, "resynced",
	                    (e->flags & ENTRY_RESYNCED) != 0);
	if (sink_want(f->out, STR("names"))) {
		find_names(f);
		sink_begin_object(f->out);
		put_name_marks(f, STR("src"), &f->src.who);
		put_name_marks(f, STR("dst"), &f->dst.who);
		sink_end_object(f->out);
	}
	rc = put_related(f);
	if (rc == 0)
		rc = put_side_evidence(f, "request", SIDE_REQUEST);
	if (rc == 0)
		rc = put_side_evidence(f, "response", SIDE_RESPONSE);
	/* After an error a member may have no value yet. */
	if (rc == 0)
		sink_end_object(f->out);
	return rc;
}

static int
put_tcp(struct full *f)
{
	const struct stream *s;
	const struct stream_side *a, *b;
	int rc;

	if (str_eq(str_from_c(f->entry.proto->layer4), STR("udp")) ||
	    !sink_want(f->out, STR("tcp")))
		return 0;
	rc = need_layer(f);
	if (rc != 0)
		return rc;
	s = layer_stream(f->layer);
	a = &s->side[0];
	b = &s->side[1];
	sink_begin_object(f->out);
	if (s->handshake_rtt >= 0)
		put_ms(f, "handshakeRttMs", 0, s->handshake_rtt);
	sink_member_integer(f->out, "retransmissions",
	                    (int64_t)(a->retransmissions + b->retransmissions));
	sink_member_integer(f->out, "outOfOrder",
	                    (int64_t)(a->out_of_order + b->out_of_order));
	sink_member_integer(f->out, "duplicateAcks",
	                    (int64_t)(a->duplicate_acks + b->duplicate_acks));
	sink_member_integer(f->out, "zeroWindows",
	                    (int64_t)(a->zero_windows + b->zero_windows));
	sink_member_integer(f->out, "gaps", (int64_t)(a->gaps + b->gaps));
	sink_member_integer(f->out, "gapBytes",
	                    (int64_t)(a->gap_bytes + b->gap_bytes));
	sink_end_object(f->out);
	return 0;
}

/* ---- the whole entry ---- */

static void
put_node(struct full *f)
{
	const struct index_point *p = opened_point(f->o, f->row->point);
	char ip[IDS_TEXT];

	if (!sink_want(f->out, STR("node")))
		return;
	sink_begin_object(f->out);
	sink_member_string(f->out, "ip", ids_node_ip(p, f->entry.stream, ip));
	sink_member_string(f->out, "name", p != NULL ? p->node : STR_NONE);
	sink_end_object(f->out);
}

static void
put_namespace(struct full *f)
{
	if (!sink_want(f->out, STR("namespace")))
		return;
	find_names(f);
	sink_string(f->out,
	            f->dst.who.ns.n > 0 ? f->dst.who.ns : f->src.who.ns);
}

/* Everything in front of the sides. */
static void
put_head(struct full *f)
{
	struct sink *out = f->out;

	put_id(f);
	sink_member_integer(out, "index", (int64_t)f->entry.ordinal);
	put_stream(f);
	put_worker(f);
	put_node(f);
	put_protocol(f, STR("protocol"));
	sink_member_boolean(out, "tls", f->row->tls);
	put_end(f, STR("src"), &f->src);
	put_end(f, STR("dst"), &f->dst);
	put_namespace(f);
	sink_member_boolean(out, "outgoing", false);
	sink_member_integer(out, "timestamp", timestamp_of(f));
	put_time(f, "startTime", entry_time(&f->entry));
}

static void
put_sizes(struct full *f)
{
	sink_member_integer(f->out, "requestSize",
	                    (int64_t)f->entry.request.size);
	sink_member_integer(f->out, "responseSize",
	                    (int64_t)f->entry.response.size);
	sink_member_integer(f->out, "elapsedTime", entry_elapsed_ms(&f->entry));
}

static int
put_entry(struct full *f)
{
	int rc;

	sink_begin_object(f->out);
	put_head(f);
	rc = put_side(f, "request", SIDE_REQUEST);
	if (rc == 0)
		rc = put_side(f, "response", SIDE_RESPONSE);
	if (rc != 0)
		return rc;
	put_sizes(f);
	rc = put_evidence(f);
	if (rc != 0)
		return rc;
	put_timing(f);
	rc = put_tcp(f);
	if (rc != 0)
		return rc;
	sink_end_object(f->out);
	return f->out->error == 0
	           ? 0
	           : err_set(f->err, f->out->error, "writing an entry: %s",
	                     err_text(f->out->error));
}

int
full_entry(struct opened *o, const struct index_entry *e,
           const struct full_names *names, struct layer *layer,
           struct sink *out, struct err *err)
{
	struct full f;
	int rc;

	full_init(&f, o, e, out);
	f.snapshot = names->snapshot;
	f.layer = layer;
	f.err = err;
	rc = put_entry(&f);
	full_release(&f);
	return rc;
}

int
full_represent(struct opened *o, const struct index_entry *e, struct sink *out,
               struct err *err)
{
	struct full f;
	int rc;

	full_init(&f, o, e, out);
	f.err = err;
	sink_begin_object(out);
	rc = put_sections(&f, "request", SIDE_REQUEST);
	if (rc == 0)
		rc = put_sections(&f, "response", SIDE_RESPONSE);
	if (rc == 0)
		sink_end_object(out);
	full_release(&f);
	if (rc == 0 && out->error != 0)
		rc = err_set(err, out->error, "writing sections: %s",
		             err_text(out->error));
	return rc;
}
