/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/facts.h"

#include <string.h>

#include "analyzer/index/brief.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/run.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
	STOP = 1,             /* of a walk that is to go on later */
	LATE_EVERY = 1024,    /* narrow rows between two looks at the clock */
	READ_LATE_EVERY = 64, /* matches that a run finds */
	ADDRESSES_MAX = 1 << 24,
	DOUBTFUL_BYTES = 8 << 20, /* of a condition */
	/* Ranges of at least 1/WIDE of a snapshot are read row by row. */
	WIDE = 8,
};

/* One that this program does not have. */
static const uint16_t no_ports[] = { 0 };
static const struct protocol unknown = { .key = "",
	                                 .name = "",
	                                 .version = "",
	                                 .abbr = "?",
	                                 .long_name = "",
	                                 .macro = "unknown",
	                                 .ports = no_ports };

struct walk {
	struct opened *o;
	const struct facts_ask *ask;
	int (*f)(void *ctx, const struct fact *fact);
	void *ctx;
	struct facts_place *place;
	struct facts_counts *counts;
	struct facts_names names;
	const struct ask *doubtful; /* what a run has to find */
	struct addr *addrs;         /* by id */
	size_t naddrs, cap;
	uint64_t rows; /* in this call */
	bool doubt;    /* rows were seen that have to be evaluated */
};

/* ---- what ids stand for ---- */

static int
take_protocol(void *ctx, int64_t id, struct str key)
{
	struct facts_names *n = ctx;
	const struct dissector *owner;

	if (id >= 1 && id <= FACTS_PROTOCOLS)
		n->variant[id - 1] = proto_variant(key, &owner);
	return 0;
}

int
facts_names_read(struct opened *o, struct facts_names *ret_names, struct err *e)
{
	int rc;

	memset(ret_names, 0, sizeof(*ret_names));
	rc = index_protocol_ids(opened_index(o), take_protocol, ret_names, e);
	for (size_t i = 0; i < FACTS_PROTOCOLS; i++)
		if (ret_names->variant[i] == NULL)
			ret_names->variant[i] = &unknown;
	return rc;
}

/* Ids count from 1, without holes. */
static int
take_address(void *ctx, int64_t id, const struct addr *a)
{
	struct walk *w = ctx;

	if (id < 0 || id > ADDRESSES_MAX)
		return ERR_CORRUPT;
	if ((size_t)id >= w->cap) {
		size_t cap = w->cap > 0 ? w->cap * 2 : 1024;
		struct addr *grown;

		while (cap <= (size_t)id)
			cap *= 2;
		grown = mem_regrow(w->addrs, cap, sizeof(*grown));
		if (grown == NULL)
			return ERR_NOMEM;
		memset(grown + w->cap, 0, (cap - w->cap) * sizeof(*grown));
		w->addrs = grown;
		w->cap = cap;
	}
	w->addrs[id] = *a;
	if ((size_t)id >= w->naddrs)
		w->naddrs = (size_t)id + 1;
	return 0;
}

static bool
is_late(const struct walk *w)
{
	return w->ask->late != NULL && w->ask->late(w->ask->late_ctx);
}

/* ---- narrow rows ---- */

static int64_t
micros_of(uint32_t flags, int64_t res_last)
{
	uint32_t missing = ENTRY_NO_REQUEST | ENTRY_NO_RESPONSE | ENTRY_ONE_WAY;

	if ((flags & missing) != 0)
		return -1;
	return res_last > 0 ? res_last / CLOCK_USEC : 0;
}

/* The ends of the request, which may have gone to the client. */
static void
orient(struct fact *f, uint32_t flags)
{
	struct fact swapped = *f;

	if ((flags & ENTRY_REVERSED) == 0)
		return;
	f->src = swapped.dst;
	f->src_port = swapped.dst_port;
	f->dst = swapped.src;
	f->dst_port = swapped.src_port;
	f->src_id = swapped.dst_id;
	f->dst_id = swapped.src_id;
}

static int
take_brief(void *ctx, const struct index_brief *b)
{
	struct walk *w = ctx;
	struct fact f = { .ts = b->ts,
		          .protocol = &unknown,
		          .outcome = outcome_of(b->flags, b->status),
		          .complete = entry_complete(b->flags),
		          .micros = micros_of(b->flags, b->res_last),
		          .req_size = b->req_size,
		          .res_size = b->res_size,
		          .src_port = b->client_port,
		          .dst_port = b->server_port,
		          .point = b->point };

	if (w->rows++ % LATE_EVERY == LATE_EVERY - 1 && is_late(w))
		return STOP;
	w->place->begun = true;
	w->place->id = b->id;
	if (!b->sure) {
		w->doubt = true;
		return 0;
	}
	if (b->proto >= 1 && b->proto <= FACTS_PROTOCOLS)
		f.protocol = w->names.variant[b->proto - 1];
	if (b->client >= 0 && (uint64_t)b->client < w->naddrs) {
		f.src = w->addrs[b->client];
		f.src_id = (uint32_t)b->client;
	}
	if (b->server >= 0 && (uint64_t)b->server < w->naddrs) {
		f.dst = w->addrs[b->server];
		f.dst_id = (uint32_t)b->server;
	}
	orient(&f, b->flags);
	w->counts->scanned++;
	w->counts->matched++;
	return w->f(w->ctx, &f);
}

/* Does the range have a good part of the snapshot? */
static bool
is_wide(const struct walk *w)
{
	struct index_reader *r = opened_index(w->o);
	uint64_t from, to;
	double all, part;

	if (str_u64(index_meta(r, "from"), &from) != 0 ||
	    str_u64(index_meta(r, "to"), &to) != 0)
		return false;
	all = (double)to - (double)from;
	part = (double)w->ask->to - (double)w->ask->from;
	return part * WIDE >= all;
}

/* Candidates; those that are certain are facts. `under` NULL: all are. */
static int
walk_briefs(struct walk *w, const struct index_where *under, struct err *e)
{
	struct index_reader *r = opened_index(w->o);
	struct index_brief_ask ask = { .over = w->ask->ask->over,
		                       .under = under,
		                       .ends = w->ask->addresses,
		                       .after = w->place->id };
	int rc = facts_names_read(w->o, &w->names, e);

	ask.over.ranged = w->ask->ranged;
	ask.over.from = w->ask->from;
	ask.over.to = w->ask->to;
	ask.over.wide = is_wide(w);
	if (!w->place->begun)
		ask.after = 0;
	if (rc == 0 && w->ask->addresses)
		rc = index_addresses(r, take_address, w, e);
	index_watch(r, w->ask->cancel);
	if (rc == 0)
		rc = index_briefs(r, &ask, take_brief, w, e);
	index_watch(r, NULL);
	mem_free(w->addrs);
	return rc;
}

/* ---- entries that a run finds ---- */

static void
fact_of(const struct index_entry *row, struct fact *ret_fact)
{
	const struct entry *e = &row->e;
	const struct dissector *owner;
	const struct protocol *p = proto_variant(str_from_c(e->proto->key),
	                                         &owner);
	struct chart_point c = chart_point_of(e, 0);

	*ret_fact = (struct fact){ .ts = c.ts,
		                   .protocol = p != NULL ? p : &unknown,
		                   .outcome = c.outcome,
		                   .complete = c.complete,
		                   .micros = c.micros,
		                   .req_size = e->request.size,
		                   .res_size = e->response.size,
		                   .src = row->client,
		                   .dst = row->server,
		                   .src_port = row->client_port,
		                   .dst_port = row->server_port,
		                   .point = row->point };
	orient(ret_fact, e->flags);
}

static int
run_matches(struct walk *w, struct run *r, struct err *e)
{
	struct index_entry row;
	struct fact f;
	int rc = 0;

	/* However little time there is, every call gets on. */
	while ((rc = run_next(r, &row, e)) == 1) {
		w->place->begun = true;
		w->place->ts = entry_time(&row.e);
		w->place->id = row.e.id;
		fact_of(&row, &f);
		rc = w->f(w->ctx, &f);
		if (rc != 0)
			return rc;
		if (++w->rows % READ_LATE_EVERY == 0 && is_late(w))
			return 0;
	}
	return rc;
}

static int
walk_run(struct walk *w, struct err *e)
{
	struct facts_counts *n = w->counts;
	struct run_query q = { .ask = w->doubtful,
		               .ranged = w->ask->ranged,
		               .from = w->ask->from,
		               .to = w->ask->to,
		               .after = w->place->begun,
		               .key = { .value = w->place->ts,
		                        .id = w->place->id },
		               .earlier = n->matched,
		               .read_max = w->ask->late != NULL ? 1000 : 0,
		               .cancel = w->ask->cancel };
	const struct run_counts *c;
	struct run *r;
	int rc = run_open(w->o, &q, e, &r);

	if (rc != 0)
		return rc;
	rc = run_matches(w, r, e);
	c = run_counts(r);
	n->scanned += c->scanned;
	n->matched += c->matched;
	if (c->undecided > 0 && n->undecided == 0)
		n->first = c->first;
	n->undecided += c->undecided;
	n->complete = rc == 0 && c->complete;
	/* Candidates that did not match need not be looked at again. */
	if (rc == 0 && !c->complete && c->scanned > 0) {
		w->place->begun = true;
		w->place->ts = c->next.value;
		w->place->id = c->next.id;
	}
	run_free(r);
	return rc;
}

static int
run_all(struct walk *w, struct err *e)
{
	int rc;

	do {
		rc = walk_run(w, e);
	} while (rc == 0 && !w->counts->complete && !is_late(w));
	return rc;
}

/* ---- certain and doubtful ---- */

/* Candidates that may match and need not: `over` without `under`. */
static int
doubtful_of(const struct ask *a, struct arena *arena, struct index_where *ret)
{
	struct index_bind *binds = arena_array(
	    arena, a->over.nbinds + a->under.nbinds + 1, sizeof(*binds));
	struct str sql = arena_printf(arena, "(%s) AND NOT (%s)", a->over.sql,
	                              a->under.sql);

	if (arena_error(arena) != 0)
		return arena_error(arena);
	for (size_t i = 0; i < a->over.nbinds; i++)
		binds[i] = a->over.binds[i];
	for (size_t i = 0; i < a->under.nbinds; i++)
		binds[a->over.nbinds + i] = a->under.binds[i];
	*ret = (struct index_where){ .sql = sql.p,
		                     .nbinds = a->over.nbinds + a->under.nbinds,
		                     .binds = binds };
	return 0;
}

static int
walk_both(struct walk *w, struct err *e)
{
	const struct ask *a = w->ask->ask;
	struct ask rest = *a;
	struct arena arena;
	/* What an earlier call saw is not known here. */
	bool more = w->place->begun || w->place->doubtful;
	int rc;

	arena_init(&arena, DOUBTFUL_BYTES, 0);
	rc = doubtful_of(a, &arena, &rest.over);
	if (rc != 0)
		(void)err_set(e, rc, "the query: %s", err_text(rc));
	rest.under = (struct index_where){ .sql = NULL };
	w->doubtful = &rest;
	if (rc == 0 && !w->place->doubtful) {
		rc = walk_briefs(w, &a->under, e);
		more = more || w->doubt;
		w->counts->complete = rc == 0 && !more;
		if (rc == 0)
			*w->place = (struct facts_place){ .doubtful = true };
	}
	if (rc == 0 && more)
		rc = run_all(w, e);
	arena_release(&arena);
	w->doubtful = NULL;
	return rc;
}

int
facts_walk(struct opened *o, const struct facts_ask *ask,
           int (*f)(void *ctx, const struct fact *fact), void *ctx,
           struct facts_state *io_state, struct err *e)
{
	const struct ask *a = ask->ask;
	struct walk w = { .o = o,
		          .ask = ask,
		          .f = f,
		          .ctx = ctx,
		          .place = &io_state->place,
		          .counts = &io_state->counts,
		          .doubtful = a };
	int rc;

	io_state->counts.complete = false;
	/* limit(n) wants entries in their order. */
	if (a->limit > 0 || (a->kfl != NULL && a->kfl->redacts))
		return run_all(&w, e);
	if (!a->exact && a->under.sql != NULL && a->over.sql != NULL) {
		rc = walk_both(&w, e);
	} else if (a->exact) {
		rc = walk_briefs(&w, NULL, e);
		io_state->counts.complete = rc == 0;
	} else {
		rc = run_all(&w, e);
	}
	return rc == STOP ? 0 : rc;
}
