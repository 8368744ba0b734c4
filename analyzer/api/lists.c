/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /api/v1/identities, diag: tables of the index, row by row. A cursor is
 * the snapshot and how many of its rows were looked at.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/api/page.h"
#include "analyzer/api/scope.h"
#include "analyzer/query/ids.h"
#include "base/clock.h"

enum { ROWS = 100, FULL = 1 };

struct list {
	struct call *c;
	struct scope *s;
	struct json_out *j;
	uint64_t limit, rows;
	uint64_t scanned;
	size_t at;      /* the snapshot at hand */
	uint64_t after; /* rows of it that were looked at before */
	uint64_t row;   /* the one at hand, from 1 */
	bool full;

	/* identities */
	bool has_ip, has_at;
	struct addr ip;
	int64_t instant;
	struct str find;

	/* diag */
	struct str severity, kind;
	bool has_stream;
	unsigned stream_snapshot;
	int64_t stream;
	bool counting;
	uint64_t kinds[DIAG_COUNT];
};

static struct opened *
opened_of(const struct list *l)
{
	return l->s->sources[l->at].opened;
}

/* ---- pages ---- */

/* 1: go on; 0: the reply is an error; or a code. */
static int
list_read(struct call *c, struct list **ret_list)
{
	struct scope_options opt = { .mode = ASK_STRICT };
	struct list *l = arena_zalloc(&c->arena, sizeof(*l));
	struct str rest = call_param(c, "after"), at;
	uint64_t n;
	int rc;

	if (l == NULL)
		return ERR_NOMEM;
	*ret_list = l;
	l->c = c;
	rc = scope_read(c, &opt, &l->s);
	if (rc != 1)
		return rc;
	if (!page_limit(c, ROWS, &l->limit))
		return 0;
	if (rest.n == 0)
		return 1;
	if (!str_split1(rest, '_', &at, &rest) || str_u64(at, &n) != 0 ||
	    n > l->s->n || str_u64(rest, &l->after) != 0)
		return call_error(c, CALL_BAD_PARAMETER,
		                  "after: no cursor that a reply has given");
	l->at = (size_t)n;
	return 1;
}

/*
 * Is this row one of the page? FULL when the page is full already and there is
 * one more.
 */
static int
admit(struct list *l, bool fits, bool *ret_put)
{
	*ret_put = false;
	if (l->row++ < l->after)
		return 0;
	if (fits && l->rows == l->limit) {
		l->row--;
		l->full = true;
		return FULL;
	}
	l->scanned++;
	l->rows += fits;
	*ret_put = fits;
	return 0;
}

/* Walk over the rows of all snapshots from the cursor on. */
static int
list_walk(struct list *l, int (*f)(struct list *l))
{
	int rc = 0;

	while (rc == 0 && l->at < l->s->n) {
		l->row = 0;
		rc = f(l);
		if (rc == 0) {
			l->at++;
			l->after = 0;
		}
	}
	return rc == FULL ? 0 : rc;
}

static void
list_end(struct list *l)
{
	struct page_counts n = { .scanned = l->scanned,
		                 .matched = l->rows,
		                 .complete = !l->full && l->s->whole };

	if (l->full)
		n.next = arena_printf(&l->c->arena, "%zu_%" PRIu64, l->at,
		                      l->row);
	page_put(l->j, &n);
	jout_end_object(l->j);
}

/* ---- identities ---- */

/* The ends of time are none. */
static void
put_bound(struct json_out *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	if (t == INT64_MIN || t == INT64_MAX)
		jout_put_null(j, key);
	else
		jout_put_str(j, key, clock_format(t, text));
}

static void
put_identity(struct json_out *j, const struct index_identity *i)
{
	char text[ADDR_TEXT];

	jout_begin_object(j);
	jout_put_str(j, "ip", str_from_c(addr_format(&i->ip, text)));
	if (i->port > 0)
		jout_put_uint(j, "port", i->port);
	else
		jout_put_null(j, "port");
	jout_put_str(j, "node", i->node);
	jout_put_str(j, "name", i->name);
	jout_put_str(j, "namespace", i->ns);
	put_bound(j, "from", i->from);
	put_bound(j, "to", i->to);
	jout_put_bool(j, "early", i->early);
	jout_end_object(j);
}

static int
take_identity(void *ctx, const struct index_identity *i)
{
	struct list *l = ctx;
	char text[ADDR_TEXT];
	bool put, fits = true;
	int rc;

	if (l->has_ip)
		fits = addr_eq(&i->ip, &l->ip);
	if (l->has_at)
		fits = fits && i->from <= l->instant && l->instant < i->to;
	if (fits && l->find.n > 0)
		fits = str_has_nocase(i->name, l->find) ||
		       str_has_nocase(i->ns, l->find) ||
		       str_has_nocase(i->node, l->find) ||
		       str_has_nocase(str_from_c(addr_format(&i->ip, text)),
		                      l->find);
	rc = admit(l, fits, &put);
	if (put)
		put_identity(l->j, i);
	return rc;
}

static int
walk_identities(struct list *l)
{
	return index_identities(opened_index(opened_of(l)), take_identity, l,
	                        &l->c->err);
}

int
api_identities(struct call *c)
{
	struct str ip = call_param(c, "ip");
	struct list *l;
	int rc = list_read(c, &l);

	if (rc != 1)
		return rc;
	l->find = call_param(c, "find");
	l->has_at = call_has(c, "at");
	if (!call_time(c, "at", 0, &l->instant))
		return 0;
	l->has_ip = ip.n > 0;
	if (l->has_ip && addr_parse(ip, &l->ip) != 0)
		return call_error(c, CALL_BAD_PARAMETER,
		                  "ip: an address is wanted");
	l->j = call_json(c);
	jout_begin_object(l->j);
	jout_put(l->j, "identities");
	jout_begin_array(l->j);
	rc = list_walk(l, walk_identities);
	jout_end_array(l->j);
	list_end(l);
	return rc;
}

/* ---- diag ---- */

static const char *
severity_of(enum diag_kind k)
{
	static const char *const names[] = {
		[DIAG_SEV_INFO] = "information",
		[DIAG_SEV_LOSS] = "loss",
		[DIAG_SEV_REFUSED] = "refused",
	};

	return names[diag_severity(k)];
}

/* The stream or file offset, and the bytes or the count, if it is about such.
 */
static void
put_extent(struct json_out *j, const struct diag *d)
{
	if (d->side >= 0)
		jout_put_int(j, "side", d->side);
	else
		jout_put_null(j, "side");
	if (d->len > 0 || d->off > 0) {
		jout_put_uint(j, "offset", d->off);
		jout_put_uint(j, "length", d->len);
	} else {
		jout_put_null(j, "offset");
		jout_put_null(j, "length");
	}
}

static void
put_diag(struct list *l, const struct diag *d)
{
	struct json_out *j = l->j;
	char id[IDS_TEXT];

	jout_begin_object(j);
	jout_put_str(j, "kind", str_from_c(diag_name(d->kind)));
	jout_put_str(j, "severity", str_from_c(severity_of(d->kind)));
	if (d->at.source != DIAG_NO_SOURCE)
		jout_put_str(j, "source",
		             opened_source(opened_of(l), d->at.source));
	else
		jout_put_null(j, "source");
	if (d->at.record > 0)
		jout_put_uint(j, "record", d->at.record);
	else
		jout_put_null(j, "record");
	if (d->stream != 0)
		jout_put_str(j, "stream",
		             ids_eid(d->stream,
		                     l->s->sources[l->at].names.snapshot, id));
	else
		jout_put_null(j, "stream");
	put_extent(j, d);
	page_put_time(j, "time", d->ts);
	jout_put_str(j, "name", d->name);
	jout_put_str(j, "text", d->text);
	jout_end_object(j);
}

static int
take_diag(void *ctx, const struct diag *d)
{
	struct list *l = ctx;
	bool put, fits = true;
	int rc;

	if (l->counting) {
		l->kinds[d->kind]++;
		return 0;
	}
	if (l->severity.n > 0)
		fits = str_eq(l->severity, str_from_c(severity_of(d->kind)));
	if (l->kind.n > 0)
		fits = fits && str_eq(l->kind, str_from_c(diag_name(d->kind)));
	if (l->has_stream)
		fits = fits && d->stream == l->stream &&
		       l->s->numbers[l->at] == l->stream_snapshot;
	rc = admit(l, fits, &put);
	if (put)
		put_diag(l, d);
	return rc;
}

static int
walk_diag(struct list *l)
{
	return index_diags(opened_index(opened_of(l)), take_diag, l,
	                   &l->c->err);
}

/* Of all rows, whatever is asked for. */
static int
count_kinds(struct list *l)
{
	size_t at = l->at;
	int rc = 0;

	l->counting = true;
	for (l->at = 0; l->at < l->s->n && rc == 0; l->at++)
		rc = walk_diag(l);
	l->counting = false;
	l->at = at;
	return rc;
}

static void
put_kinds(struct list *l)
{
	jout_put(l->j, "kinds");
	jout_begin_array(l->j);
	for (unsigned k = 0; k < DIAG_COUNT; k++) {
		enum diag_kind kind = (enum diag_kind)k;

		if (l->kinds[k] == 0)
			continue;
		jout_begin_object(l->j);
		jout_put_str(l->j, "kind", str_from_c(diag_name(kind)));
		jout_put_str(l->j, "severity", str_from_c(severity_of(kind)));
		jout_put_uint(l->j, "count", l->kinds[k]);
		jout_put_str(l->j, "text", str_from_c(diag_what(kind)));
		jout_end_object(l->j);
	}
	jout_end_array(l->j);
}

/* A misspelt word must not look like "there is none". */
static bool
is_known(const struct list *l)
{
	bool severity = l->severity.n == 0, kind = l->kind.n == 0;

	for (unsigned k = 0; k < DIAG_COUNT; k++) {
		enum diag_kind d = (enum diag_kind)k;

		severity |= str_eq(l->severity, str_from_c(severity_of(d)));
		kind |= str_eq(l->kind, str_from_c(diag_name(d)));
	}
	if (severity && kind)
		return true;
	(void)call_error(l->c, CALL_BAD_PARAMETER,
	                 severity ? "kind: there is no such kind"
	                          : "severity: one of information, loss, "
	                            "refused");
	return false;
}

int
api_diag(struct call *c)
{
	struct str stream = call_param(c, "stream");
	struct list *l;
	int rc = list_read(c, &l);

	if (rc != 1)
		return rc;
	l->severity = call_param(c, "severity");
	l->kind = call_param(c, "kind");
	l->has_stream = stream.n > 0;
	if (l->has_stream)
		rc = scope_id(c, stream, &l->stream_snapshot, &l->stream);
	if (rc != 1 || !is_known(l))
		return rc < 0 ? rc : 0;
	rc = count_kinds(l);
	l->j = call_json(c);
	jout_begin_object(l->j);
	jout_put(l->j, "diag");
	jout_begin_array(l->j);
	if (rc == 0)
		rc = list_walk(l, walk_diag);
	jout_end_array(l->j);
	put_kinds(l);
	list_end(l);
	return rc;
}
