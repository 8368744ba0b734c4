/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/csv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "analyzer/entry/outcome.h"
#include "analyzer/query/ids.h"
#include "base/clock.h"
#include "base/utf8.h"

enum { NUMBER = 48 };

/* ---- cells ---- */

static bool
is_formula(char c)
{
	return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' ||
	       c == '\r';
}

static void
put_character(struct outlet *o, uint32_t cp)
{
	char out[UTF8_MAX];

	if (cp < ' ' || cp == 0x7f)
		cp = ' ';
	if (cp == '"')
		outlet_put_str(o, STR("\""));
	outlet_put(o, out, utf8_encode(cp, out));
}

void
csv_put_text(struct outlet *o, struct str s)
{
	outlet_put_str(o, STR("\""));
	if (s.n > 0 && is_formula(s.p[0]))
		outlet_put_str(o, STR("'"));
	while (s.n > 0) {
		uint32_t cp;
		size_t n = utf8_decode(s, &cp);

		put_character(o, cp);
		s = str_tail(s, n > 0 ? n : 1);
	}
	outlet_put_str(o, STR("\""));
}

static void put_number(struct outlet *o, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static void
put_number(struct outlet *o, const char *fmt, ...)
{
	char text[NUMBER];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	outlet_put(o, text, n > 0 ? (size_t)n : 0);
}

static void
comma(struct outlet *o)
{
	outlet_put_str(o, STR(","));
}

static void
next_text(struct outlet *o, struct str s)
{
	comma(o);
	csv_put_text(o, s);
}

/* ---- rows ---- */

static const char header[] =
    "id,time,protocol,method,target,status,outcome,elapsed_ms,"
    "src_ip,src_port,src_name,src_namespace,"
    "dst_ip,dst_port,dst_name,dst_namespace,"
    "request_bytes,response_bytes,complete,reason,host,node,tls,stream\r\n";

static void
put_end(struct export *x, struct opened *o, const struct index_entry *row,
        bool server)
{
	bool reversed = (row->e.flags & ENTRY_REVERSED) != 0;
	const struct addr *ip = server != reversed ? &row->server
	                                           : &row->client;
	uint16_t port = server != reversed ? row->server_port
	                                   : row->client_port;
	struct resolved who = opened_resolve(
	    o, row->point, ip, server ? port : 0, entry_time(&row->e));
	char text[ADDR_TEXT];

	next_text(x->out, str_from_c(addr_format(ip, text)));
	put_number(x->out, ",%u", (unsigned)port);
	next_text(x->out, who.name);
	next_text(x->out, who.ns);
}

static void
put_elapsed(struct outlet *o, const struct entry *e)
{
	int64_t ns;

	comma(o);
	if (!e->request.present || !e->response.present)
		return;
	ns = (int64_t)((uint64_t)e->response.last - (uint64_t)e->request.last);
	put_number(o, "%.6f", (double)ns / (double)CLOCK_MSEC);
}

static void
put_row(struct export *x, const struct merge_source *s,
        const struct index_entry *row)
{
	const struct index_point *point = opened_point(s->opened, row->point);
	const struct entry *e = &row->e;
	struct outlet *o = x->out;
	char text[CLOCK_TEXT_MAX], id[IDS_TEXT];

	outlet_put_str(o, ids_eid(e->id, s->names.snapshot, id));
	next_text(o, clock_format(entry_time(e), text));
	next_text(o, str_from_c(e->proto->key));
	next_text(o, e->method);
	next_text(o, e->target);
	comma(o);
	if (e->status != 0)
		put_number(o, "%" PRId32, e->status);
	next_text(o, str_from_c(outcome_name(outcome_of(e->flags, e->status))));
	put_elapsed(o, e);
	put_end(x, s->opened, row, false);
	put_end(x, s->opened, row, true);
	put_number(o, ",%" PRIu64 ",%" PRIu64 ",%d", e->request.size,
	           e->response.size, entry_complete(e->flags));
	next_text(o, str_from_c(entry_reason(e->flags)));
	next_text(o, e->host);
	next_text(o, point != NULL ? point->node : STR_NONE);
	put_number(o, ",%d,", row->tls);
	outlet_put_str(o, ids_eid(e->stream, s->names.snapshot, id));
	outlet_put_str(o, STR("\r\n"));
}

int
csv_write(struct export *x, struct merge *m)
{
	struct merge_row row;
	int rc;

	outlet_put_str(x->out, str_from_c(header));
	while ((rc = merge_next(m, &row, x->e)) == 1) {
		put_row(x, &x->job->part[row.source].source, row.entry);
		rc = export_error(x);
		if (rc != 0)
			break;
	}
	return rc;
}
