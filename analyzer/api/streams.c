/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/streams: every conversation, understood or not. */
#include "analyzer/index/streams.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/api/page.h"
#include "analyzer/api/scope.h"
#include "analyzer/query/ids.h"
#include "base/clock.h"

enum { ROWS = 100, FULL = 1 };

/* A place in the list: key_id_snapshot. */
struct place {
	int64_t key, id;
	unsigned snapshot;
	unsigned source; /* its index in the scope */
};

struct list {
	struct call *c;
	struct scope *s;
	struct streams_ask ask;
	uint64_t limit, skip;
	int64_t until; /* when to stop counting, by clock_mono() */
	struct str find;
	bool back, begins;
	struct place at;
	struct buf places; /* of each snapshot those the page may need */
	uint64_t scanned;
	uint64_t all;  /* as many as there are, */
	bool is_whole; /* if nothing ended early */

	/* The snapshot at hand. */
	struct opened *opened;
	unsigned source, number, shown;
	struct json_out *json; /* where its streams go */
	uint64_t need;         /* of its places */
	bool fits;
};

/* ---- one stream ---- */

struct ends {
	struct str ip[2]; /* client, server */
	struct resolved who[2];
	char text[2][ADDR_TEXT];
};

static void
find_ends(struct opened *o, const struct stream *s, struct ends *e)
{
	for (unsigned i = 0; i < 2; i++) {
		unsigned side = i ^ s->client;

		e->ip[i] = str_from_c(addr_format(&s->addr[side], e->text[i]));
		e->who[i] = opened_resolve(o, s->point, &s->addr[side],
		                           i == 1 ? s->port[side] : 0,
		                           s->first_ts);
	}
}

static void
put_flags(struct json_out *j, const struct stream_side *s)
{
	jout_put(j, "flags");
	jout_begin_array(j);
	if (s->syn)
		jout_str(j, STR("SYN"));
	if (s->fin)
		jout_str(j, STR("FIN"));
	if (s->rst)
		jout_str(j, STR("RST"));
	jout_end_array(j);
}

static void
put_end(struct json_out *j, const struct stream *s, const struct ends *e,
        unsigned i)
{
	const struct stream_side *side = &s->side[i ^ s->client];

	jout_begin_object(j);
	jout_put_str(j, "ip", e->ip[i]);
	jout_put_uint(j, "port", s->port[i ^ s->client]);
	jout_put_str(j, "name", e->who[i].name);
	jout_put_str(j, "namespace", e->who[i].ns);
	jout_put_uint(j, "packets", side->packets);
	jout_put_uint(j, "bytes", side->bytes);
	jout_put_uint(j, "payload", side->payload);
	jout_put_uint(j, "retransmissions", side->retransmissions);
	jout_put_uint(j, "outOfOrder", side->out_of_order);
	jout_put_uint(j, "duplicateAcks", side->duplicate_acks);
	jout_put_uint(j, "zeroWindows", side->zero_windows);
	jout_put_uint(j, "gaps", side->gaps);
	jout_put_uint(j, "gapBytes", side->gap_bytes);
	put_flags(j, side);
	jout_end_object(j);
}

static void
put_stream(struct list *l, struct json_out *j, const struct stream *s,
           const struct ends *e)
{
	const struct index_point *p = opened_point(l->opened, s->point);
	char id[IDS_TEXT], number[16];

	(void)snprintf(number, sizeof(number), "%u", l->number);
	jout_begin_object(j);
	jout_put_str(j, "id", ids_eid(s->id, l->shown, id));
	jout_put_str(j, "snapshot", str_from_c(number));
	jout_put_str(j, "l4", s->l4 == 17 ? STR("udp") : STR("tcp"));
	jout_put_str(j, "state", str_from_c(stream_state_name(s->state)));
	jout_put_str(j, "node", p != NULL ? p->node : STR_NONE);
	jout_put_str(j, "protocol", str_from_c(s->protocol));
	jout_put_str(j, "reason", str_from_c(s->reason));
	jout_put_uint(j, "entries", s->entries);
	jout_put_bool(j, "tls", s->tls);
	jout_put_bool(j, "undecrypted", s->tls_wire);
	jout_put_bool(j, "lateJoin", s->late_join);
	jout_put_bool(j, "roleGuessed", s->role_guessed);
	page_put_time(j, "first", s->first_ts);
	page_put_time(j, "last", s->last_ts);
	jout_put(j, "handshakeMs");
	if (s->handshake_rtt >= 0)
		jout_double(j, (double)s->handshake_rtt / (double)CLOCK_MSEC);
	else
		jout_null(j);
	jout_put(j, "client");
	put_end(j, s, e, 0);
	jout_put(j, "server");
	put_end(j, s, e, 1);
	jout_end_object(j);
}

/* ---- looking for a text ---- */

static bool
fits(const struct list *l, const struct stream *s, const struct ends *e)
{
	struct str what = l->find;
	char port[8];

	if (what.n == 0 || str_has_nocase(str_from_c(s->protocol), what) ||
	    str_has_nocase(str_from_c(s->reason), what))
		return true;
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(port, sizeof(port), "%u",
		               (unsigned)s->port[i ^ s->client]);
		if (str_has_nocase(e->ip[i], what) ||
		    str_has_nocase(e->who[i].name, what) ||
		    str_starts(str_from_c(port), what))
			return true;
	}
	return false;
}

/* ---- places ---- */

static int
judge_stream(void *ctx, const struct stream *s)
{
	struct list *l = ctx;
	struct ends e = { 0 };

	find_ends(l->opened, s, &e);
	l->fits = fits(l, s, &e);
	return 0;
}

/* Behind the page there is nothing to do but counting, while time lasts. */
static bool
is_enough(struct list *l)
{
	if (l->need > 0)
		return false;
	if (l->begins && clock_mono() < l->until)
		return false;
	l->is_whole = false;
	return true;
}

static int
take_place(struct list *l, int64_t key, int64_t id)
{
	struct place p = {
		.key = key, .id = id, .snapshot = l->number, .source = l->source
	};

	l->all++;
	if (l->s->n == 1 && l->skip > 0)
		l->skip--;
	else if (l->need > 0) {
		l->need--;
		return buf_append(&l->places, &p, sizeof(p));
	}
	return 0;
}

static int
take_id(void *ctx, int64_t key, int64_t id)
{
	struct list *l = ctx;
	int rc = 0;

	if (atomic_load(&l->c->cancel))
		return ERR_CANCELLED;
	if (is_enough(l))
		return FULL;
	l->scanned++;
	l->fits = true;
	if (l->find.n > 0)
		rc = index_stream(opened_index(l->opened), id, judge_stream, l,
		                  &l->c->err);
	return rc == 0 && l->fits ? take_place(l, key, id) : rc;
}

static void
set_source(struct list *l, unsigned i)
{
	l->source = i;
	l->opened = l->s->sources[i].opened;
	l->number = l->s->numbers[i];
	l->shown = l->s->sources[i].names.snapshot;
}

/* Equal keys of other snapshots are all in front of the place or behind it. */
static int
read_snapshot(struct list *l, unsigned i)
{
	struct streams_ask ask = l->ask;
	int rc;

	set_source(l, i);
	/* One more tells that there are more. */
	l->need = l->limit + 1 + (l->s->n > 1 ? l->skip : 0);
	if (!l->begins && l->number != l->at.snapshot)
		ask.id = l->number > l->at.snapshot ? INT64_MIN : INT64_MAX;
	rc = index_stream_ids(opened_index(l->opened), &ask, take_id, l,
	                      &l->c->err);
	return rc == FULL ? 0 : rc;
}

static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->snapshot != y->snapshot)
		return x->snapshot < y->snapshot ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int
compare_desc(const void *a, const void *b)
{
	return compare(b, a);
}

/* ---- the request ---- */

static bool
read_place(struct list *l)
{
	struct str after = call_param(l->c, "after");
	struct str rest = call_param(l->c, "before"), key, id;
	uint64_t n;

	l->back = rest.n > 0;
	if (!l->back)
		rest = after;
	l->begins = rest.n == 0 || (l->back && str_eq(rest, STR("end")));
	if (l->begins)
		return true;
	if (str_split1(rest, '_', &key, &rest) &&
	    str_split1(rest, '_', &id, &rest) &&
	    str_i64(key, &l->at.key) == 0 && str_i64(id, &l->at.id) == 0 &&
	    str_u64(rest, &n) == 0 && n <= UINT32_MAX) {
		l->at.snapshot = (unsigned)n;
		l->ask.after = true;
		l->ask.key = l->at.key;
		l->ask.id = l->at.id;
		return true;
	}
	(void)call_error(l->c, CALL_BAD_PARAMETER,
	                 "%s: no cursor that a reply has given",
	                 l->back ? "before" : "after");
	return false;
}

/* The number of a word in a list; -1 when it is not given. False: error. */
static bool
read_word(struct call *c, const char *param, struct str word,
          const char *const *words, size_t n, int *ret_at)
{
	struct str known = STR_NONE;

	*ret_at = -1;
	if (word.n == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(word, str_from_c(words[i]))) {
			*ret_at = (int)i;
			return true;
		}
		known = arena_printf(&c->arena, STR_FMT "%s%s", STR_ARG(known),
		                     i > 0 ? ", " : "", words[i]);
	}
	(void)call_error(c, CALL_BAD_PARAMETER, "%s: one of " STR_FMT, param,
	                 STR_ARG(known));
	return false;
}

static bool
read_order(struct list *l)
{
	static const char *const orders[] = { "time",     "bytes",
		                              "packets",  "retransmissions",
		                              "gapBytes", "entries" };
	static const char *const only[] = { "undissected", "unhealthy", "gaps",
		                            "undecrypted" };
	struct str sort = call_param(l->c, "sort");
	int at;

	if (sort.n > 0 && sort.p[0] == '-') {
		l->ask.desc = true;
		sort = str_tail(sort, 1);
	}
	if (!read_word(l->c, "sort", sort, orders, ARRAY_LEN(orders), &at))
		return false;
	l->ask.order = at >= 0 ? (enum streams_order)at : STREAMS_BY_TIME;
	if (!read_word(l->c, "only", call_param(l->c, "only"), only,
	               ARRAY_LEN(only), &at))
		return false;
	l->ask.only = (enum streams_only)(at + 1);
	if (l->back)
		l->ask.desc = !l->ask.desc;
	return true;
}

static bool
read_list(struct list *l)
{
	const struct run_query *q = &l->s->query;
	struct call_range skip = { 0, UINT32_MAX, 0 };

	l->find = call_param(l->c, "find");
	l->ask.protocol = call_param(l->c, "protocol");
	l->ask.ranged = q->ranged;
	l->ask.from = q->from;
	/* Nothing overlaps an empty range. */
	l->ask.to = q->from < q->to ? q->to : INT64_MIN;
	return page_limit(l->c, ROWS, &l->limit) &&
	       page_wait(l->c, &l->until) &&
	       call_number(l->c, "skip", skip, &l->skip) && read_place(l) &&
	       read_order(l);
}

/* ---- the reply ---- */

static struct str
cursor_of(struct list *l, const struct place *p)
{
	return arena_printf(&l->c->arena, "%" PRId64 "_%" PRId64 "_%u", p->key,
	                    p->id, p->snapshot);
}

static int
take_stream(void *ctx, const struct stream *s)
{
	struct list *l = ctx;
	struct ends e = { 0 };

	find_ends(l->opened, s, &e);
	put_stream(l, l->json, s, &e);
	l->fits = true;
	return 0;
}

static int
put_streams(struct list *l, const struct place *p, size_t n)
{
	int rc = 0;

	jout_put(l->json, "streams");
	jout_begin_array(l->json);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct place *at = &p[l->back ? n - 1 - i : i];

		set_source(l, at->source);
		rc = index_stream(opened_index(l->opened), at->id, take_stream,
		                  l, &l->c->err);
	}
	jout_end_array(l->json);
	return rc;
}

/* `found` places are in order, those to pass over in front. */
static int
put_list(struct list *l, const struct place *p, size_t found)
{
	size_t skip = found < l->skip ? found : (size_t)l->skip;
	size_t n = found - skip;
	bool more = n > l->limit;
	bool from_edge = l->begins && call_param(l->c, "skip").n == 0;
	struct page_counts counts = { .scanned = l->scanned,
		                      .complete = !more && l->s->whole };
	struct json_out *j = call_json(l->c);
	struct str onward = STR_NONE, behind = STR_NONE;
	int rc;

	n = more ? (size_t)l->limit : n;
	p += skip;
	if (more && n > 0)
		onward = cursor_of(l, &p[n - 1]);
	if (!from_edge && n > 0)
		behind = cursor_of(l, &p[0]);
	counts.matched = n;
	counts.next = l->back ? behind : onward;
	counts.prev = l->back ? onward : behind;
	l->json = j;
	jout_begin_object(j);
	rc = put_streams(l, p, n);
	jout_put(j, "all");
	if (l->begins && l->is_whole)
		jout_uint(j, l->all);
	else
		jout_null(j);
	page_put(j, &counts);
	jout_end_object(j);
	return rc;
}

static void
release(void *ctx)
{
	buf_release(&((struct list *)ctx)->places);
}

int
api_streams(struct call *c)
{
	struct scope_options opt = { .mode = ASK_STRICT };
	struct list *l = arena_zalloc(&c->arena, sizeof(*l));
	struct place *p;
	size_t n;
	int rc;

	if (l == NULL)
		return ERR_NOMEM;
	l->c = c;
	rc = scope_read(c, &opt, &l->s);
	if (rc != 1)
		return rc;
	if (!read_list(l))
		return 0;
	buf_init(&l->places, (size_t)call_limits(c)->reply_bytes);
	call_defer(c, release, l);
	l->is_whole = true;
	rc = 0;
	for (unsigned i = 0; i < l->s->n && rc == 0; i++)
		rc = read_snapshot(l, i);
	if (rc != 0)
		return rc;
	p = (struct place *)(void *)l->places.p;
	n = l->places.n / sizeof(*p);
	if (l->s->n > 1 && n > 1)
		qsort(p, n, sizeof(*p), l->ask.desc ? compare_desc : compare);
	rc = put_list(l, p, n);
	return rc != 0 ? rc : arena_error(&c->arena);
}

int
api_stream(struct call *c)
{
	struct list *l = arena_zalloc(&c->arena, sizeof(*l));
	int64_t id;
	int rc;

	if (l == NULL)
		return ERR_NOMEM;
	l->c = c;
	rc = scope_id(c, c->part[0], &l->number, &id);
	if (rc != 1)
		return rc;
	l->shown = scope_shown(c, l->number);
	rc = call_borrow(c, l->number, &l->opened);
	if (rc != 0)
		return rc;
	l->json = call_json(c);
	rc = index_stream(opened_index(l->opened), id, take_stream, l, &c->err);
	if (rc != 0)
		return rc;
	if (!l->fits)
		return call_error(c, CALL_NOT_FOUND, "there is no such stream");
	return 0;
}
