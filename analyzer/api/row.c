/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/row.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/entry/outcome.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/kfl/literal.h"
#include "analyzer/query/full.h"
#include "analyzer/query/ids.h"
#include "base/clock.h"

static void
put_eid(struct json_out *j, const char *key, int64_t id, unsigned snapshot)
{
	char text[IDS_TEXT];

	jout_put_str(j, key, ids_eid(id, snapshot, text));
}

static void
put_ids(struct json_out *j, const struct row *r)
{
	const struct entry *e = &r->entry->e;
	char number[16];

	(void)snprintf(number, sizeof(number), "%u", r->number);
	put_eid(j, "id", e->id, r->snapshot);
	jout_put_str(j, "snapshot", str_from_c(number));
	put_eid(j, "stream", e->stream, r->snapshot);
	jout_put_uint(j, "ordinal", e->ordinal);
}

/* A protocol that this program does not have is shown by its key. */
static void
put_protocol(struct json_out *j, const struct entry *e)
{
	const struct protocol *p = full_protocol(e);

	jout_put_str(j, "protocol",
	             str_from_c(p != NULL ? p->macro : e->proto->key));
	jout_put_str(j, "abbr",
	             str_from_c(p != NULL ? p->abbr : e->proto->key));
}

static struct str
text_of(bool hidden, struct str text)
{
	return hidden ? STR(VEIL_TEXT) : text;
}

static void
put_elapsed(struct json_out *j, const struct row *r)
{
	const struct entry *e = &r->entry->e;
	int64_t ns = e->response.last - e->request.last;

	jout_put(j, "elapsedMs");
	if (!e->request.present || !e->response.present || r->veil.elapsed)
		jout_null(j);
	else
		jout_double(j, ns > 0 ? (double)ns / (double)CLOCK_MSEC : 0);
}

static void
put_numbers(struct json_out *j, const struct row *r)
{
	const struct entry *e = &r->entry->e;
	const struct veil *v = &r->veil;
	int32_t status = v->status ? 0 : e->status;
	enum outcome o = outcome_of(e->flags, status);
	char time[CLOCK_TEXT_MAX];

	jout_put_str(j, "method", text_of(v->method, e->method));
	jout_put_str(j, "summary", text_of(v->target, e->target));
	jout_put_int(j, "status", status);
	jout_put_str(j, "class", str_from_c(outcome_name(o)));
	jout_put_str(j, "time",
	             text_of(v->time, clock_format(entry_time(e), time)));
	put_elapsed(j, r);
	jout_put_uint(j, "requestSize", e->request.size);
	jout_put_uint(j, "responseSize", e->response.size);
}

static void
put_end(struct json_out *j, const char *key, const struct addr *ip,
        uint16_t port, const struct resolved *who)
{
	char text[ADDR_TEXT];

	jout_put(j, key);
	jout_begin_object(j);
	jout_put_str(j, "ip", str_from_c(addr_format(ip, text)));
	jout_put_uint(j, "port", port);
	jout_put_str(j, "name", who->name);
	jout_put_str(j, "namespace", who->ns);
	jout_end_object(j);
}

static void
put_hidden_end(struct json_out *j, const char *key)
{
	jout_put(j, key);
	jout_begin_object(j);
	jout_put_str(j, "ip", STR(VEIL_TEXT));
	jout_put_uint(j, "port", 0);
	jout_put_str(j, "name", STR(VEIL_TEXT));
	jout_put_str(j, "namespace", STR(VEIL_TEXT));
	jout_end_object(j);
}

/* As in query/full.c: of a client the address alone says who it is. */
static void
put_ends(struct json_out *j, const struct row *r)
{
	const struct index_entry *e = r->entry;
	bool back = (e->e.flags & ENTRY_REVERSED) != 0;
	const struct addr *src = back ? &e->server : &e->client;
	const struct addr *dst = back ? &e->client : &e->server;
	uint16_t sport = back ? e->server_port : e->client_port;
	uint16_t dport = back ? e->client_port : e->server_port;
	int64_t ts = entry_time(&e->e);
	struct resolved from = opened_resolve(r->opened, e->point, src, 0, ts);
	struct resolved to = opened_resolve(r->opened, e->point, dst, dport,
	                                    ts);

	if (r->veil.src)
		put_hidden_end(j, "src");
	else
		put_end(j, "src", src, sport, &from);
	if (r->veil.dst)
		put_hidden_end(j, "dst");
	else
		put_end(j, "dst", dst, dport, &to);
}

/* "path == value", for whoever wants more of the same. */
static void
put_query(struct json_out *j, const struct row *r, const char *key,
          const char *column, struct str value)
{
	const char *path = full_path(r->entry, column);
	char text[4096];
	int n;

	if (path == NULL || value.n == 0)
		return;
	n = snprintf(text, sizeof(text), "%s == " STR_FMT, path,
	             STR_ARG(value));
	/* Cut off it would select something else. */
	if (n > 0 && (size_t)n < sizeof(text))
		jout_put_str(j, key, str_make(text, (size_t)n));
}

static void
put_queries(struct json_out *j, const struct row *r, struct arena *scratch)
{
	const struct entry *e = &r->entry->e;
	char status[16];

	jout_put(j, "queries");
	jout_begin_object(j);
	if (e->request.present && e->method.n > 0 && !r->veil.method)
		put_query(j, r, "method", "method",
		          kfl_literal_quote(e->method, scratch));
	if (e->request.present && e->target.n > 0 && !r->veil.target)
		put_query(j, r, "summary", "target",
		          kfl_literal_quote(e->target, scratch));
	(void)snprintf(status, sizeof(status), "%" PRId32, e->status);
	if (e->response.present && !r->veil.status)
		put_query(j, r, "status", "status", str_from_c(status));
	jout_end_object(j);
}

void
row_put(struct json_out *j, const struct row *r, struct arena *scratch)
{
	const struct index_point *p = opened_point(r->opened, r->entry->point);
	uint32_t flags = r->entry->e.flags;
	struct arena_mark mark = arena_mark(scratch);

	jout_begin_object(j);
	put_ids(j, r);
	put_protocol(j, &r->entry->e);
	put_numbers(j, r);
	put_ends(j, r);
	jout_put_str(j, "node", p != NULL ? p->node : STR_NONE);
	jout_put_bool(j, "tls", r->entry->tls);
	jout_put_bool(j, "complete", entry_complete(flags));
	jout_put_str(j, "reason", str_from_c(entry_reason(flags)));
	put_queries(j, r, scratch);
	jout_end_object(j);
	arena_reset(scratch, mark);
}
