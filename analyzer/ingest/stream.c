/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/stream.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"

enum { L4_TCP = 6, L4_UDP = 17 };

/* The first error of a callback; stream_packet() and the others return it. */
static void
note_error(struct stream_env *env, int rc)
{
	if (rc != 0 && env->error == 0)
		env->error = rc;
}

/* ---- rows for the index ---- */

/*
 * Where the next row goes. One packet can release a window full of messages:
 * what is full goes to the writer at once, not when the packet is done with.
 */
static struct out *
room(struct stream_env *env)
{
	if (out_full(env->out))
		env->out = store_swap(env->store, env->out);
	return env->out;
}

static void
put_diag(struct stream_env *env, const struct diag *d)
{
	note_error(env, out_diag(room(env), d));
	env->diags++;
}

static void
changed_add(struct live_stream *s)
{
	struct stream_env *env = s->env;

	if (s->is_changed)
		return;
	s->is_changed = true;
	s->prev_changed = NULL;
	s->next_changed = env->changed;
	if (env->changed != NULL)
		env->changed->prev_changed = s;
	env->changed = s;
}

static void
changed_remove(struct live_stream *s)
{
	if (!s->is_changed)
		return;
	s->is_changed = false;
	if (s->prev_changed != NULL)
		s->prev_changed->next_changed = s->next_changed;
	else
		s->env->changed = s->next_changed;
	if (s->next_changed != NULL)
		s->next_changed->prev_changed = s->prev_changed;
}

static enum stream_state
tcp_state(const struct tcp_conn *c)
{
	bool fin0 = tcp_conn_saw_fin(c, 0);
	bool fin1 = tcp_conn_saw_fin(c, 1);

	if (tcp_conn_reset(c))
		return STREAM_RESET;
	if (fin0 && fin1)
		return STREAM_CLOSED;
	if (fin0 || fin1)
		return STREAM_CLOSING;
	if (tcp_conn_saw_syn(c, 0) != tcp_conn_saw_syn(c, 1) &&
	    tcp_conn_handshake(c) < 0 && tcp_conn_stats(c, 0)->payload == 0 &&
	    tcp_conn_stats(c, 1)->payload == 0)
		return STREAM_HALF_OPEN;
	return STREAM_OPEN;
}

static void
row_side_from_tcp(struct stream_side *row, const struct tcp_conn *c, int side)
{
	const struct tcp_side_stats *t = tcp_conn_stats(c, side);

	row->payload = t->payload;
	row->retransmissions = t->retransmissions;
	row->out_of_order = t->out_of_order;
	row->duplicate_acks = t->duplicate_acks;
	row->zero_windows = t->zero_windows;
	row->gaps = t->gaps;
	row->gap_bytes = t->gap_bytes;
	row->syn = tcp_conn_saw_syn(c, side);
	row->fin = tcp_conn_saw_fin(c, side);
	row->rst = tcp_conn_saw_rst(c, side);
}

static void
row_from_engine(struct live_stream *s)
{
	struct engine_state st;

	if (s->engine == NULL)
		return;
	engine_state(s->engine, &st);
	s->row.client = (uint8_t)st.client;
	s->row.role_guessed = st.role_guessed;
	s->row.tls_wire = st.tls_wire;
	s->row.entries = st.entries;
	s->row.protocol = st.protocol;
	s->row.reason = st.reason;
}

/* Bring the row up to date with what reassembly and dissection know. */
static void
row_refresh(struct live_stream *s)
{
	row_from_engine(s);
	if (s->tcp == NULL)
		return;
	row_side_from_tcp(&s->row.side[0], s->tcp, 0);
	row_side_from_tcp(&s->row.side[1], s->tcp, 1);
	s->row.late_join = !tcp_conn_saw_syn(s->tcp, 0) &&
	                   !tcp_conn_saw_syn(s->tcp, 1);
	s->row.handshake_rtt = tcp_conn_handshake(s->tcp);
	if (s->row.state != STREAM_EVICTED && s->row.state != STREAM_REUSED)
		s->row.state = tcp_state(s->tcp);
}

int
stream_announce(struct stream_env *env)
{
	while (env->changed != NULL) {
		struct live_stream *s = env->changed;
		int rc;

		row_refresh(s);
		s->row.unfinished = true;
		rc = out_stream(room(env), &s->row);
		s->row.unfinished = false;
		if (rc != 0)
			return rc;
		changed_remove(s);
	}
	return 0;
}

/* ---- what the engine finds ---- */

void
stream_on_entry(void *ctx, const struct entry *e)
{
	struct stream_env *env = ctx;
	struct live_stream *s = engine_owner(env->engine);
	struct engine_state st;
	struct index_entry row = { .e = *e };
	int client, server;

	engine_state(s->engine, &st);
	client = st.client;
	server = !client;
	row.point = s->row.point;
	row.tls = s->row.tls;
	row.client = s->row.addr[client];
	row.server = s->row.addr[server];
	row.client_port = s->row.port[client];
	row.server_port = s->row.port[server];
	note_error(env, out_entry(room(env), &row));
	env->entries++;
	changed_add(s);
}

void
stream_on_diag(void *ctx, const struct diag *d)
{
	struct stream_env *env = ctx;

	put_diag(env, d);
}

void
stream_on_learnt(void *ctx, const struct learnt_address *a, struct str name,
                 int64_t ts)
{
	struct stream_env *env = ctx;
	const struct live_stream *s = engine_owner(env->engine);
	struct diag d = {
		.kind = DIAG_LIMIT,
		.at = s->last,
		.stream = s->row.id,
		.side = -1,
		.ts = ts,
		.name = STR("learnt-names"),
		.text = STR("more names in DNS answers than are remembered; "
		            "addresses may be shown without theirs"),
	};
	int rc = learnt_add(&env->learnt, s->flow.shard, a, name, ts);

	if (rc == ERR_LIMIT)
		put_diag(env, &d);
	else
		note_error(env, rc);
}

int
stream_parked_read(void *ctx, uint64_t off, void *p, size_t n)
{
	struct stream_env *env = ctx;
	int rc = scratch_read(&env->scratch, off, p, n);

	note_error(env, rc);
	return rc;
}

int
stream_parked_write(void *ctx, uint64_t off, const void *p, size_t n)
{
	struct stream_env *env = ctx;
	int rc = scratch_write(&env->scratch, off, p, n);

	note_error(env, rc);
	return rc;
}

/* ---- what reassembly delivers ---- */

static void
refuse_engine(struct live_stream *s)
{
	struct diag d = {
		.kind = DIAG_LIMIT,
		.at = s->last,
		.stream = s->row.id,
		.side = -1,
		.ts = s->last_ts,
		.name = STR("memory"),
		.text = STR("no memory within the budget to dissect it"),
	};

	s->no_engine = true;
	s->row.reason = "no memory within the budget to dissect it";
	put_diag(s->env, &d);
}

static bool
want_engine(struct live_stream *s)
{
	struct stream_env *env = s->env;
	struct engine_open o = {
		.stream = s->row.id,
		.l4 = s->row.l4,
		.port = { s->row.port[0], s->row.port[1] },
		.opener = s->tcp != NULL ? tcp_conn_opener(s->tcp) : -1,
		.budget = &env->engine_budget[s->flow.shard],
		.owner = s,
	};

	if (s->engine != NULL)
		return true;
	if (s->no_engine)
		return false;
	s->engine = engine_open(env->engine, &o);
	if (s->engine == NULL)
		refuse_engine(s);
	return s->engine != NULL;
}

static void
on_data(void *ctx, int side, uint64_t off, const struct piece *p)
{
	struct live_stream *s = ctx;
	struct part_run run = {
		.off = off,
		.len = p->n,
		.packet = p->packet,
		.skip = p->skip,
		.at = p->at,
		.file_off = p->file_off + p->skip,
	};
	struct engine_from from = { .at = p->at, .ts = p->ts };

	note_error(s->env, part_add_run(&s->parts, side, &run));
	if (want_engine(s))
		engine_data(s->engine, side, off, p->p, p->n, from);
}

/* A row about bytes that are missing or differ, as long as they are few. */
static void
put_loss(struct live_stream *s, const struct diag *d)
{
	if (s->losses++ < s->env->job->opt->net.stream_gaps)
		put_diag(s->env, d);
}

/* How many there were beyond those. */
static void
tell_losses(struct live_stream *s)
{
	uint64_t max = s->env->job->opt->net.stream_gaps;
	struct diag d = {
		.kind = DIAG_GAPS_MORE,
		.at = s->last,
		.stream = s->row.id,
		.side = -1,
		.len = s->losses > max ? s->losses - max : 0,
		.ts = s->last_ts,
		.name = STR("stream-gaps"),
		.text = STR("further gaps or conflicts of this stream are not "
		            "listed one by one; its counts have them all. More "
		            "are listed with --limit stream-gaps=N"),
	};

	if (d.len > 0)
		put_diag(s->env, &d);
}

static void
gap_diag(struct live_stream *s, int side, const struct gap *g)
{
	struct diag d = {
		.kind = DIAG_GAP,
		.at = s->last,
		.stream = s->row.id,
		.side = side,
		.off = g->off,
		.len = g->len,
		.ts = s->last_ts,
		.name = str_from_c(gap_name(g->cause)),
		.text = STR("bytes of the stream are missing"),
	};

	put_loss(s, &d);
}

static void
on_gap(void *ctx, int side, const struct gap *g)
{
	struct live_stream *s = ctx;
	struct part_run run = {
		.gap = true, .cause = g->cause, .off = g->off, .len = g->len
	};

	note_error(s->env, part_add_run(&s->parts, side, &run));
	gap_diag(s, side, g);
	if (want_engine(s))
		engine_gap(s->engine, side, g);
}

static void
on_end(void *ctx, int side, enum tcp_ending how)
{
	struct live_stream *s = ctx;
	static const enum why why[] = {
		[TCP_END_FIN] = WHY_FIN,
		[TCP_END_RST] = WHY_RST,
		[TCP_END_CUT] = WHY_SNAPSHOT_END,
	};

	if (s->engine != NULL)
		engine_end(s->engine, side, why[how]);
}

static void
on_conflict(void *ctx, int side, uint64_t off, uint32_t len,
            const struct piece *p)
{
	struct live_stream *s = ctx;
	struct diag d = {
		.kind = DIAG_OVERLAP_CONFLICT,
		.at = p->at,
		.stream = s->row.id,
		.side = side,
		.off = off,
		.len = len,
		.ts = p->ts,
		.text = STR("a retransmission carries other bytes than the "
		            "first packet; the first were kept"),
	};

	put_loss(s, &d);
}

static const struct tcp_events tcp_events = {
	.data = on_data, .gap = on_gap, .end = on_end, .conflict = on_conflict
};

/* ---- life ---- */

int
stream_begin(struct live_stream *s, struct stream_env *env,
             const struct work *w)
{
	int src = w->swapped;

	s->env = env;
	s->flow.swapped = w->swapped;
	part_writer_init(&s->parts);
	s->row = (struct stream){
		.id = position_id(w->at, 0),
		.first = w->at,
		.point = w->key.point,
		.l4 = w->udp ? L4_UDP : L4_TCP,
		.state = w->udp ? STREAM_IDLE : STREAM_OPEN,
		.addr = { w->key.addr[src], w->key.addr[!src] },
		.port = { w->key.port[src], w->key.port[!src] },
		.tls = w->tls,
		.role_guessed = true,
		.first_ts = w->ts,
		.last_ts = w->ts,
		.handshake_rtt = -1,
		.protocol = "",
		.reason = "no payload",
	};
	/* The lower port is the server until something better is known. */
	s->row.client = s->row.port[0] < s->row.port[1];
	if (w->datagram != NULL) {
		s->row.first = w->datagram->records[0].at;
		s->row.id = position_id(s->row.first, 0);
	}
	env->streams++;
	changed_add(s);
	if (w->udp)
		return 0;
	s->tcp = tcp_conn_new(&env->job->opt->net, &env->tcp[s->flow.shard],
	                      &tcp_events, s);
	return s->tcp == NULL ? ERR_NOMEM : 0;
}

/* A SYN tells who the client is; the engine should know before any data. */
static void
tell_opener(struct live_stream *s, const struct work *w, int side)
{
	if ((w->tcp.flags & TCP_SYN) == 0)
		return;
	if (w->tcp.flags & TCP_ACK)
		side = !side;
	if (s->engine != NULL)
		engine_opener(s->engine, side);
	else if (!s->no_engine) {
		s->row.client = (uint8_t)side;
		s->row.role_guessed = false;
	}
}

static int
list_packet(struct live_stream *s, struct position at, uint64_t off, int side,
            enum disposition d)
{
	struct part_packet pp = {
		.at = at, .off = off, .side = (uint8_t)side, .disposition = d
	};
	uint32_t ordinal;

	return part_add_packet(&s->parts, &pp, &ordinal);
}

/* Put the packet, or all that a datagram was made of, into the list. */
static int
list_work(struct live_stream *s, const struct work *w, int side,
          enum disposition d)
{
	size_t n = w->datagram != NULL ? w->datagram->nrecords : 0;
	int rc = 0;

	job_packet(s->env->job, &s->env->counts, w->at.source, d, 1);
	for (size_t i = 0; i + 1 < n && rc == 0; i++) {
		const struct frag_record *r = &w->datagram->records[i];

		rc = list_packet(s, r->at, r->file_off, side,
		                 DISPOSITION_FRAGMENT);
		s->row.side[side].bytes += r->origlen;
		s->row.side[side].packets++;
	}
	if (rc == 0)
		rc = list_packet(s, w->at, w->file_off, side, d);
	s->row.side[side].bytes += w->origlen;
	s->row.side[side].packets++;
	if (w->ts > s->row.last_ts)
		s->row.last_ts = w->ts;
	return rc;
}

/* The pieces of the payload, with the ordinals their packets will get. */
static size_t
pieces_of(const struct live_stream *s, const struct work *w, struct piece *one,
          const struct piece **ret_pieces)
{
	uint32_t base = (uint32_t)s->parts.npackets;

	if (w->datagram == NULL) {
		*one = (struct piece){
			.p = w->payload,
			.n = w->caplen,
			.skip = w->skip,
			.packet = base,
			.at = w->at,
			.file_off = w->file_off,
			.ts = w->ts,
		};
		*ret_pieces = one;
		return w->caplen > 0;
	}
	work_datagram_rebase(w->datagram, base);
	*ret_pieces = w->datagram->pieces;
	return w->datagram->npieces;
}

static int
take_segment(struct live_stream *s, const struct work *w, int side)
{
	struct piece one;
	struct tcp_segment seg = {
		.side = side,
		.h = w->tcp,
		.ip_id = w->ip_id,
		.ts = w->ts,
		.len = w->len,
	};
	enum disposition d;
	bool reused = false;

	seg.npieces = pieces_of(s, w, &one, &seg.pieces);
	d = tcp_conn_segment(s->tcp, &seg, &reused);
	if (reused)
		return 1;
	return list_work(s, w, side, d);
}

static int
take_datagram(struct live_stream *s, const struct work *w, int side)
{
	const struct piece *pieces;
	struct piece one;
	size_t n = pieces_of(s, w, &one, &pieces);
	uint64_t off = s->next[side];
	struct engine_from from = { .at = w->at, .ts = w->ts };
	const uint8_t *data = w->payload;

	for (size_t i = 0; i < n; i++) {
		struct part_run run = {
			.off = off,
			.len = pieces[i].n,
			.packet = pieces[i].packet,
			.skip = pieces[i].skip,
			.at = pieces[i].at,
			.file_off = pieces[i].file_off + pieces[i].skip,
		};

		note_error(s->env, part_add_run(&s->parts, side, &run));
		off += pieces[i].n;
	}
	s->row.side[side].payload += w->caplen;
	if (want_engine(s))
		engine_datagram(s->engine, side, s->next[side], data, w->caplen,
		                from);
	if (w->caplen < w->len) {
		struct gap g = { .off = off,
			         .len = w->len - w->caplen,
			         .cause = GAP_SNAPLEN };

		s->row.side[side].gaps++;
		s->row.side[side].gap_bytes += g.len;
		on_gap(s, side, &g);
	}
	s->next[side] += w->len;
	return list_work(s, w, side,
	                 w->caplen < w->len ? DISPOSITION_DATAGRAM_CUT
	                                    : DISPOSITION_DATAGRAM);
}

/* Move a part of the lists out; parts of a stream come in order. */
static int
send_part(struct live_stream *s)
{
	struct index_part p;
	int rc;

	part_view(&s->parts, &p);
	p.stream = s->row.id;
	rc = out_part(room(s->env), &p);
	if (rc == 0)
		part_next(&s->parts);
	return rc;
}

int
stream_packet(struct live_stream *s, const struct work *w)
{
	int side = w->swapped != s->flow.swapped;
	int rc;

	s->last = w->at;
	s->last_ts = w->ts;
	if (w->udp) {
		rc = take_datagram(s, w, side);
	} else {
		tell_opener(s, w, side);
		rc = take_segment(s, w, side);
	}
	if (rc != 0)
		return rc;
	if (part_full(&s->parts))
		rc = send_part(s);
	return rc != 0 ? rc : s->env->error;
}

void
stream_end(struct live_stream *s, enum stream_state state, enum why why)
{
	if (s->ended)
		return;
	s->ended = true;
	if (state == STREAM_EVICTED || state == STREAM_REUSED)
		s->row.state = state;
	if (s->tcp != NULL) {
		tcp_conn_finish(s->tcp,
		                why == WHY_BUDGET ? GAP_EVICTED : GAP_UNSEEN);
	} else if (s->engine != NULL) {
		engine_end(s->engine, 0, why);
		engine_end(s->engine, 1, why);
	}
	engine_finish(s->engine, why);
	row_refresh(s);
	engine_close(s->engine, why);
	s->engine = NULL;
	s->no_engine = true;
	changed_add(s);
}

int
stream_finish(struct live_stream *s)
{
	int rc = 0;

	changed_remove(s);
	row_refresh(s);
	tell_losses(s);
	if (!part_empty(&s->parts))
		rc = send_part(s);
	if (rc == 0)
		rc = out_stream(room(s->env), &s->row);
	return rc != 0 ? rc : s->env->error;
}

void
stream_release(struct live_stream *s)
{
	/* Closing may emit entries, which mark the stream as changed. */
	if (s->engine != NULL)
		engine_close(s->engine, WHY_BUDGET);
	s->engine = NULL;
	changed_remove(s);
	tcp_conn_free(s->tcp);
	s->tcp = NULL;
	part_writer_release(&s->parts);
}
