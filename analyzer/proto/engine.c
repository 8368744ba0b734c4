/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/engine.h"

#include <assert.h>

#include "analyzer/proto/engine_probe.h"
#include "analyzer/proto/pair.h"
#include "base/err.h"
#include "base/mem.h"

enum {
	ENGINE_HANDOVERS = 8, /* of one stream: no real one has three */
	ENGINE_DATAGRAMS = 8, /* a UDP stream is probed on so many */
	ENGINE_HEAD_MAX = 1 << 30,
};

#define NO_PAYLOAD  "no payload"
#define UNKNOWN     "no dissector recognised it"
#define TLS_WIRE    "TLS, not decrypted"
#define OVER_BUDGET "memory budget used up"
#define NO_MESSAGE  "no message is whole enough to be shown"

enum phase {
	PHASE_PROBE, /* collecting first bytes */
	PHASE_SLIDE, /* joined late: trying at the start of each packet */
	PHASE_BOUND,
	PHASE_OPAQUE,
};

struct engine {
	struct dissect_host host;
	const struct dissector *const *registry;
	const struct dissector *only;
	struct slab streams;
};

/* A run of bytes that waits for the decision. */
struct collected {
	struct engine_from from;
	uint64_t off;
	uint32_t n;
	int side;
};

struct collect {
	struct buf held[2];
	struct collected *log; /* in the order of arrival */
	uint32_t nlog;
	uint32_t cap;
};

struct engine_stream {
	struct dissect d;
	struct engine *g;
	struct engine_probe *probe; /* while not bound */
	struct collect *collect;    /* PHASE_PROBE, when there are bytes */
	const char *why;            /* the reason when nobody wants it */
	uint64_t slid;
	enum phase phase;
	uint32_t datagrams;
	uint16_t port[2];
	int8_t opener;
	uint8_t handovers;
	bool payload; /* some came */
	bool tls_wire;
	bool finished;
};

/* --- the engine ----------------------------------------------------------- */

struct engine *
engine_new(const struct proto_limits *limits, const struct engine_out *out)
{
	struct engine *g = mem_zalloc(sizeof(*g));

	if (g == NULL)
		return NULL;
	g->host.limits = *limits;
	if (g->host.limits.head_bytes > ENGINE_HEAD_MAX)
		g->host.limits.head_bytes = ENGINE_HEAD_MAX;
	if (g->host.limits.probe_max > ENGINE_HEAD_MAX)
		g->host.limits.probe_max = ENGINE_HEAD_MAX;
	g->host.out = *out;
	g->host.parked.out = &g->host.out;
	g->host.overlays = overlay_registry;
	g->registry = proto_registry;
	slab_init(&g->host.pairs, sizeof(struct pair), UINT32_MAX);
	slab_init(&g->streams, sizeof(struct engine_stream), UINT32_MAX);
	return g;
}

void
engine_free(struct engine *g)
{
	if (g == NULL)
		return;
	slab_release(&g->host.pairs);
	park_file_release(&g->host.parked);
	slab_release(&g->streams);
	mem_free(g);
}

void
engine_tables(struct engine *g, const struct dissector *const *dissectors,
              const struct overlay *const *overlays)
{
	g->registry = dissectors;
	g->host.overlays = overlays;
}

static const struct dissector *
find(const struct engine *g, struct str name)
{
	for (size_t i = 0; g->registry[i] != NULL; i++) {
		if (str_eq(str_from_c(g->registry[i]->name), name))
			return g->registry[i];
	}
	return NULL;
}

int
engine_only(struct engine *g, struct str name)
{
	const struct dissector *d = find(g, name);

	if (d == NULL)
		return ERR_NOTFOUND;
	g->only = d;
	return 0;
}

void *
engine_owner(const struct engine *g)
{
	return g->host.owner;
}

/* --- collecting ----------------------------------------------------------- */

static void
free_collect(struct engine_stream *s)
{
	struct collect *c = s->collect;

	if (c == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		dissect_discharge(&s->d, c->held[i].n);
		buf_release(&c->held[i]);
	}
	mem_free(c->log);
	mem_free(c);
	s->collect = NULL;
}

static void
free_probe(struct engine_stream *s)
{
	if (s->probe != NULL)
		dissect_discharge(&s->d, sizeof(*s->probe));
	mem_free(s->probe);
	s->probe = NULL;
}

static void
go_opaque(struct engine_stream *s, const char *reason)
{
	if (s->d.status != DISSECT_OVER)
		dissect_stop(&s->d, reason);
	free_collect(s);
	free_probe(s);
	s->phase = PHASE_OPAQUE;
}

/* Memory or budget is out: what follows is not dissected, and a row says so. */
static void
give_up(struct engine_stream *s)
{
	dissect_limit(&s->d, TO_SERVER, "message-bytes");
	go_opaque(s, OVER_BUDGET);
}

static bool
new_probe(struct engine_stream *s, int opener)
{
	struct engine_probe *p;

	if (!dissect_room(&s->d, sizeof(*p)))
		return false;
	p = mem_zalloc(sizeof(*p));
	if (p == NULL)
		return false;
	dissect_charge(&s->d, sizeof(*p));
	*p = (struct engine_probe){
		.registry = s->g->registry,
		.only = s->g->only,
		.limits = &s->g->host.limits,
		.port = { s->port[0], s->port[1] },
		.l4 = s->d.l4,
		.opener = opener,
		.midway = s->d.midway,
	};
	engine_probe_reset(p);
	s->probe = p;
	return true;
}

static struct collect *
collect_of(struct engine_stream *s)
{
	size_t max = (size_t)s->g->host.limits.probe_max;

	if (s->collect != NULL)
		return s->collect;
	s->collect = mem_zalloc(sizeof(*s->collect));
	if (s->collect == NULL)
		return NULL;
	/* What is left by a dissector that handed over may be more. */
	max += (size_t)s->g->host.limits.head_bytes + DISSECT_SLICE;
	buf_init(&s->collect->held[0], max);
	buf_init(&s->collect->held[1], max);
	return s->collect;
}

/* Keeps bytes until it is decided what they are. */
static bool
keep(struct engine_stream *s, int side, uint64_t off, struct str bytes,
     struct engine_from from)
{
	struct collect *c = collect_of(s);

	if (c == NULL || !dissect_room(&s->d, bytes.n))
		return false;
	if (c->nlog == c->cap) {
		uint32_t cap = c->cap != 0 ? c->cap * 2 : 4;
		void *p = mem_regrow(c->log, cap, sizeof(*c->log));

		if (p == NULL)
			return false;
		c->log = p;
		c->cap = cap;
	}
	if (buf_append_str(&c->held[side], bytes) != 0)
		return false;
	dissect_charge(&s->d, bytes.n);
	c->log[c->nlog++] = (struct collected){
		.from = from,
		.off = off,
		.n = (uint32_t)bytes.n,
		.side = side,
	};
	return true;
}

/* --- binding -------------------------------------------------------------- */

static void deliver(struct engine_stream *s, int side, uint64_t off,
                    struct str bytes, struct engine_from from);
static void reprobe(struct engine_stream *s, const char *why);

/* What a call into the dissector has led to. */
static void
look_after(struct engine_stream *s)
{
	struct dissect *d = &s->d;

	while (s->phase == PHASE_BOUND && d->status == DISSECT_HANDOVER) {
		const char *name = d->hand_name;
		const char *why = d->hand_why != NULL ? d->hand_why : UNKNOWN;
		const struct dissector *next;

		d->hand_name = d->hand_why = NULL;
		if (++s->handovers > ENGINE_HANDOVERS) {
			go_opaque(s, "handed over too often");
			return;
		}
		if (name == NULL) {
			reprobe(s, why);
			return;
		}
		next = find(s->g, str_from_c(name));
		if (next == NULL || next->l4 != d->l4) {
			go_opaque(s, why);
			return;
		}
		if (dissect_bind(d, next) != 0) {
			give_up(s);
			return;
		}
		dissect_resume(d);
	}
	if (s->phase == PHASE_BOUND && d->status == DISSECT_OVER)
		go_opaque(s, d->reason);
}

static void
end_bound(struct engine_stream *s, int side, enum why why)
{
	dissect_catch_up(&s->d, side ^ 1);
	look_after(s);
	if (s->phase == PHASE_BOUND) {
		dissect_end(&s->d, side, why);
		look_after(s);
	}
}

/* Gives the dissector what was collected, in the order it came. */
static void
replay(struct engine_stream *s, struct collect *c)
{
	size_t at[2] = { 0, 0 };
	bool ended[2];

	/* To the dissector these ends come after the bytes. */
	for (int i = 0; i < 2; i++) {
		ended[i] = s->d.side[i].ended;
		s->d.side[i].ended = s->d.side[i].poke = false;
	}
	for (uint32_t i = 0; c != NULL && i < c->nlog; i++) {
		const struct collected *r = &c->log[i];
		struct str all = buf_str(&c->held[r->side]);
		struct str part = str_head(str_tail(all, at[r->side]), r->n);

		at[r->side] += r->n;
		deliver(s, r->side, r->off, part, r->from);
	}
	for (int i = 0; i < 2; i++) {
		if (!ended[i])
			continue;
		if (s->phase == PHASE_BOUND)
			end_bound(s, i, s->d.side[i].why);
		else
			s->d.side[i].ended = true;
	}
}

static void
adopt(struct engine_stream *s, const struct engine_probe_found *f)
{
	struct collect *c = s->collect;

	s->collect = NULL;
	s->d.client = (uint8_t)f->client;
	s->d.role_guessed = f->guessed;
	if (dissect_bind(&s->d, f->dis) != 0) {
		s->collect = c;
		give_up(s);
		return;
	}
	free_probe(s);
	s->phase = PHASE_BOUND;
	replay(s, c);
	if (c != NULL) {
		/* deliver() may have begun to collect anew. */
		struct collect *newer = s->collect;

		s->collect = c;
		free_collect(s);
		s->collect = newer;
	}
}

/* --- not bound ------------------------------------------------------------ */

/* Why nobody dissects it. */
static const char *
reason_of_none(const struct engine_stream *s)
{
	if (!s->payload)
		return NO_PAYLOAD;
	return s->why != NULL ? s->why : UNKNOWN;
}

/* The probe's answer about bytes from the start. */
static void
decide(struct engine_stream *s, enum engine_probe_answer a,
       const struct engine_probe_found *f)
{
	switch (a) {
	case ENGINE_PROBE_MORE:
		return;
	case ENGINE_PROBE_FOUND:
		adopt(s, f);
		return;
	case ENGINE_PROBE_TLS:
		s->tls_wire = true;
		go_opaque(s, TLS_WIRE);
		return;
	case ENGINE_PROBE_NONE:
		break;
	}
	if (!s->d.midway || s->handovers != 0) {
		go_opaque(s, reason_of_none(s));
		return;
	}
	free_collect(s);
	s->phase = PHASE_SLIDE;
}

/* Decide about what was collected, now or never. */
static void
decide_final(struct engine_stream *s)
{
	struct engine_probe_found f;
	struct str view[2] = { STR_NONE, STR_NONE };
	enum engine_probe_answer a;

	for (int i = 0; i < 2 && s->collect != NULL; i++)
		view[i] = buf_str(&s->collect->held[i]);
	a = engine_probe_ask(s->probe, view, true, &f);
	decide(s, a, &f);
}

static void
probe_data(struct engine_stream *s, int side, uint64_t off, struct str bytes,
           struct engine_from from)
{
	size_t max = (size_t)s->g->host.limits.probe_max;
	struct engine_probe_found f;
	struct str view[2] = { STR_NONE, STR_NONE };
	struct str rest = bytes;
	enum engine_probe_answer a;
	bool direct;

	for (int i = 0; i < 2 && s->collect != NULL; i++)
		view[i] = buf_str(&s->collect->held[i]);
	direct = view[side].n == 0;
	if (direct) {
		view[side] = bytes;
	} else {
		struct str part = STR_NONE;

		if (view[side].n < max)
			part = str_head(bytes, max - view[side].n);
		if (!keep(s, side, off, part, from)) {
			give_up(s);
			return;
		}
		rest = str_tail(bytes, part.n);
		view[side] = buf_str(&s->collect->held[side]);
	}
	a = engine_probe_ask(s->probe, view, view[side].n >= max, &f);
	if (a == ENGINE_PROBE_MORE && direct &&
	    !keep(s, side, off, bytes, from)) {
		give_up(s);
		return;
	}
	decide(s, a, &f);
	if (a == ENGINE_PROBE_FOUND)
		deliver(s, side, off + (bytes.n - rest.n), rest, from);
}

static void
slide_data(struct engine_stream *s, int side, uint64_t off, struct str bytes,
           struct engine_from from)
{
	struct engine_probe_found f;
	struct str view[2] = { STR_NONE, STR_NONE };
	enum engine_probe_answer a;

	view[side] = bytes;
	engine_probe_reset(s->probe);
	a = engine_probe_ask(s->probe, view, false, &f);
	if (a == ENGINE_PROBE_FOUND) {
		adopt(s, &f);
		s->d.side[0].searching = s->d.side[1].searching = true;
		deliver(s, side, off, bytes, from);
		return;
	}
	if (a == ENGINE_PROBE_TLS) {
		s->tls_wire = true;
		go_opaque(s, TLS_WIRE);
		return;
	}
	s->slid += bytes.n;
	if (s->slid > s->g->host.limits.resync_bytes)
		go_opaque(s, reason_of_none(s));
}

/* Look for another dissector for what the last one left. */
static void
reprobe(struct engine_stream *s, const char *why)
{
	struct dissect *d = &s->d;
	struct engine_probe_found f;
	struct str view[2] = { STR_NONE, STR_NONE };
	enum engine_probe_answer a;
	bool ok = new_probe(s, d->client);

	s->why = why;
	for (int i = 0; i < 2; i++) {
		struct window *w = &d->side[i].w;
		struct str held = window_held(w);
		uint64_t off = w->off;

		while (held.n != 0 && ok) {
			const struct window_mark *m = window_find(w, off);
			uint64_t next = window_next(w, off);
			struct str part = str_head(held, next - off);
			struct engine_from from = { m->at, m->ts };

			ok = keep(s, i, off, part, from);
			held = str_tail(held, part.n);
			off += part.n;
		}
	}
	if (!ok) {
		give_up(s);
		return;
	}
	dissect_unbind(d);
	s->phase = PHASE_PROBE;
	if (s->collect == NULL)
		return;
	for (int i = 0; i < 2; i++)
		view[i] = buf_str(&s->collect->held[i]);
	a = engine_probe_ask(s->probe, view, false, &f);
	decide(s, a, &f);
}

/* --- data ----------------------------------------------------------------- */

static void
bound_data(struct engine_stream *s, int side, uint64_t off, struct str bytes,
           struct engine_from from)
{
	dissect_catch_up(&s->d, side ^ 1);
	if (s->d.status != DISSECT_ACTIVE) {
		look_after(s);
		deliver(s, side, off, bytes, from);
		return;
	}
	dissect_data(&s->d, side, off, bytes, from);
	look_after(s);
}

static void
deliver(struct engine_stream *s, int side, uint64_t off, struct str bytes,
        struct engine_from from)
{
	while (bytes.n != 0) {
		struct str part = str_head(bytes, DISSECT_SLICE);

		switch (s->phase) {
		case PHASE_PROBE:
			probe_data(s, side, off, part, from);
			break;
		case PHASE_SLIDE:
			slide_data(s, side, off, part, from);
			break;
		case PHASE_BOUND:
			bound_data(s, side, off, part, from);
			break;
		case PHASE_OPAQUE:
			return;
		}
		off += part.n;
		bytes = str_tail(bytes, part.n);
	}
}

void
engine_data(struct engine_stream *s, int side, uint64_t off, const uint8_t *p,
            size_t n, struct engine_from from)
{
	if (s == NULL || n == 0)
		return;
	s->payload = true;
	s->g->host.owner = s->d.owner;
	deliver(s, side, off, str_make(p, n), from);
}

/* A datagram of a stream that is not bound yet. */
static void
probe_datagram(struct engine_stream *s, int side, struct str bytes)
{
	struct engine_probe_found f;
	struct str view[2] = { STR_NONE, STR_NONE };

	view[side] = bytes;
	engine_probe_reset(s->probe);
	if (engine_probe_ask(s->probe, view, true, &f) == ENGINE_PROBE_FOUND)
		adopt(s, &f);
	else if (++s->datagrams == ENGINE_DATAGRAMS)
		go_opaque(s, reason_of_none(s));
}

void
engine_datagram(struct engine_stream *s, int side, uint64_t off,
                const uint8_t *p, size_t n, struct engine_from from)
{
	struct str bytes = str_make(p, n);

	if (s == NULL || n == 0)
		return;
	s->payload = true;
	s->g->host.owner = s->d.owner;
	if (s->phase == PHASE_PROBE)
		probe_datagram(s, side, bytes);
	if (s->phase == PHASE_BOUND) {
		dissect_datagram(&s->d, side, off, bytes, from);
		look_after(s);
	}
}

/* --- gaps and ends -------------------------------------------------------- */

/* What comes after a hole does not come from the start. */
static void
gap_while_probing(struct engine_stream *s)
{
	struct engine_probe_found f;
	struct str view[2] = { STR_NONE, STR_NONE };
	enum engine_probe_answer a = ENGINE_PROBE_NONE;

	for (int i = 0; i < 2 && s->collect != NULL; i++)
		view[i] = buf_str(&s->collect->held[i]);
	if (s->collect != NULL)
		a = engine_probe_ask(s->probe, view, true, &f);
	if (a == ENGINE_PROBE_FOUND || a == ENGINE_PROBE_TLS) {
		decide(s, a, &f);
		return;
	}
	free_collect(s);
	s->d.midway = s->probe->midway = true;
	engine_probe_reset(s->probe);
}

void
engine_gap(struct engine_stream *s, int side, const struct gap *g)
{
	struct gap left = *g;

	if (s == NULL)
		return;
	s->g->host.owner = s->d.owner;
	if (s->phase == PHASE_PROBE)
		gap_while_probing(s);
	while (s->phase == PHASE_BOUND && left.len != 0) {
		dissect_catch_up(&s->d, 0);
		dissect_catch_up(&s->d, 1);
		if (s->d.status == DISSECT_ACTIVE)
			dissect_gap(&s->d, side, &left);
		look_after(s);
	}
}

void
engine_end(struct engine_stream *s, int side, enum why why)
{
	if (s == NULL || s->d.side[side].ended || s->finished)
		return;
	s->g->host.owner = s->d.owner;
	if (s->phase == PHASE_BOUND) {
		end_bound(s, side, why);
		return;
	}
	s->d.side[side].ended = true;
	s->d.side[side].why = why;
	if (!s->d.side[side ^ 1].ended)
		return;
	if (s->phase == PHASE_PROBE && s->collect != NULL)
		decide_final(s);
	if (s->phase == PHASE_PROBE || s->phase == PHASE_SLIDE)
		go_opaque(s, reason_of_none(s));
}

/* --- the life of a stream ------------------------------------------------- */

struct engine_stream *
engine_open(struct engine *g, const struct engine_open *o)
{
	struct engine_stream *s = slab_get(&g->streams);

	if (s == NULL)
		return NULL;
	s->g = g;
	s->port[0] = o->port[0];
	s->port[1] = o->port[1];
	dissect_init(&s->d, &g->host);
	s->d.stream = o->stream;
	s->d.l4 = o->l4;
	s->d.owner = o->owner;
	s->d.budget = o->budget;
	s->d.late = s->d.midway = o->opener < 0 && o->l4 == 6;
	s->d.role_guessed = o->opener < 0;
	if (!dissect_room(&s->d, sizeof(*s)) || !new_probe(s, o->opener)) {
		slab_put(&g->streams, s);
		return NULL;
	}
	dissect_charge(&s->d, sizeof(*s));
	s->d.client = (uint8_t)engine_probe_guess(s->probe);
	return s;
}

void
engine_opener(struct engine_stream *s, int side)
{
	if (s == NULL)
		return;
	s->d.late = false;
	if (s->d.dis != NULL) {
		if (s->d.client == side)
			s->d.role_guessed = false;
		return;
	}
	s->d.client = (uint8_t)side;
	s->d.role_guessed = false;
	if (!s->payload)
		s->d.midway = false;
	if (s->probe != NULL) {
		s->probe->opener = side;
		s->probe->midway = s->d.midway;
	}
}

/* Both sides have ended, whatever was seen of that. */
static void
finish_bound(struct engine_stream *s, enum why why)
{
	for (int i = 0; i < 2 && s->phase == PHASE_BOUND; i++) {
		int side = dissect_side_of(&s->d, (enum dir)i);

		if (!s->d.side[side].ended)
			end_bound(s, side, why);
	}
	if (s->phase == PHASE_BOUND) {
		dissect_catch_up(&s->d, 0);
		dissect_catch_up(&s->d, 1);
		look_after(s);
	}
	if (s->phase == PHASE_BOUND) {
		dissect_finish(&s->d, why);
		look_after(s);
	}
}

void
engine_finish(struct engine_stream *s, enum why why)
{
	if (s == NULL || s->finished)
		return;
	s->g->host.owner = s->d.owner;
	/* A dissector that hands over at the very end makes this a loop. */
	while (s->phase == PHASE_BOUND ||
	       (s->phase == PHASE_PROBE && s->collect != NULL)) {
		if (s->phase == PHASE_PROBE)
			decide_final(s);
		else
			finish_bound(s, why);
	}
	if (s->phase != PHASE_OPAQUE)
		go_opaque(s, reason_of_none(s));
	/* Bound, and with nothing to show for it: say why. */
	if (s->d.dis != NULL && s->d.entries == 0 &&
	    (s->d.reason == NULL || s->d.reason[0] == '\0'))
		s->d.reason = NO_MESSAGE;
	s->finished = true;
}

void
engine_close(struct engine_stream *s, enum why why)
{
	if (s == NULL)
		return;
	engine_finish(s, why);
	dissect_release(&s->d);
	dissect_discharge(&s->d, sizeof(*s));
	slab_put(&s->g->streams, s);
}

void
engine_state(const struct engine_stream *s, struct engine_state *ret)
{
	if (s == NULL) {
		*ret = (struct engine_state){
			.protocol = "",
			.reason = OVER_BUDGET,
			.role_guessed = true,
		};
		return;
	}
	*ret = (struct engine_state){
		.protocol = s->d.dis != NULL ? s->d.dis->name : "",
		.reason = s->d.reason != NULL ? s->d.reason : "",
		.client = s->d.client,
		.role_guessed = s->d.role_guessed,
		.tls_wire = s->tls_wire,
		.entries = s->d.entries,
	};
}
