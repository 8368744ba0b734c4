/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/pair.h"

#include <assert.h>

#include "analyzer/proto/coding.h"
#include "base/mem.h"

enum {
	PAIR_ARENA_FIRST = 256, /* holds the strings of a usual exchange */
	PAIR_BEGUN_FIRST = 4,
	PAIR_BEGUN_MAX = 1024, /* packets that filled holes of one another */
	/* Requests that wait in a stream before parking them saves memory. */
	PAIR_PARK_LEAST = 64,
};

/* --- ids ------------------------------------------------------------------ */

static int
compare_positions(struct position a, struct position b)
{
	if (a.source != b.source)
		return a.source < b.source ? -1 : 1;
	return (a.record > b.record) - (a.record < b.record);
}

static bool
push_begun(struct dissect_side *s, struct position at)
{
	if (s->nbegun == s->begun_cap) {
		uint32_t cap = s->begun_cap != 0 ? s->begun_cap * 2u
		                                 : PAIR_BEGUN_FIRST;
		void *p;

		if (cap > PAIR_BEGUN_MAX)
			return false;
		p = mem_regrow(s->begun, cap, sizeof(*s->begun));
		if (p == NULL)
			return false;
		s->begun = p;
		s->begun_cap = (uint16_t)cap;
	}
	s->begun[s->nbegun++] = (struct dissect_begun){ .at = at };
	return true;
}

/*
 * The id of a message that begins in the packet at `at`: its position and how
 * many messages began in that packet before.
 *
 * A packet's bytes need not be contiguous in the stream: packets that came
 * earlier may have filled the middle. But once bytes of a packet have been
 * delivered, no byte of an older packet from before it can follow. So the
 * packets that may still come back form a stack, the oldest on top.
 */
static bool
new_id(struct dissect_side *s, struct position at, int64_t *ret_id)
{
	struct dissect_begun *top;

	while (s->nbegun != 0 &&
	       compare_positions(s->begun[s->nbegun - 1].at, at) < 0)
		s->nbegun--;
	top = s->nbegun != 0 ? &s->begun[s->nbegun - 1] : NULL;
	if (top != NULL && compare_positions(top->at, at) == 0) {
		if (top->seq == POSITION_SEQ_MAX)
			return false;
		top->seq++;
	} else {
		if (!push_begun(s, at))
			return false;
		top = &s->begun[s->nbegun - 1];
	}
	*ret_id = position_id(at, top->seq);
	return true;
}

/* --- the list of pairs ---------------------------------------------------- */

void
pair_account(struct pair *p)
{
	size_t cost = sizeof(*p) + p->mem.used;

	for (int i = 0; i < 2; i++) {
		cost += p->side[i].cap * sizeof(struct span) + p->side[i].nkept;
		cost += p->side[i].coding != NULL ? PAIR_CODING_COST : 0;
	}
	if (cost > p->charged)
		dissect_charge(p->d, cost - p->charged);
	else
		dissect_discharge(p->d, p->charged - cost);
	p->charged = cost;
}

static void
pair_remove(struct pair *p)
{
	struct dissect *d = p->d;

	pair_keys_remove(d, p);
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		d->pairs = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	else
		d->last_pair = p->prev;
	d->npairs--;
	for (int i = 0; i < 2; i++) {
		mem_free(p->side[i].spans);
		mem_free(p->side[i].kept);
		coding_free(p->side[i].coding);
	}
	dissect_discharge(d, p->charged);
	arena_release(&p->mem);
	slab_put(&d->host->pairs, p);
}

/* One side as the entry shows it; `whole` is room for its only span. */
static struct entry_side
side_of(const struct message *m, struct span *whole)
{
	struct entry_side s = { .present = m->state != MESSAGE_NONE };
	uint64_t size = 0;

	if (!s.present)
		return s;
	*whole = m->one;
	s.spans = m->spans != NULL ? m->spans : whole;
	s.nspans = m->nspans;
	if (m->nspans == 0) {
		*whole = (struct span){ .off = m->off, .len = m->end - m->off };
		s.nspans = 1;
	}
	for (size_t i = 0; i < s.nspans; i++)
		size += s.spans[i].len;
	s.size = size > m->missing ? size - m->missing : 0;
	s.first = m->first;
	s.last = m->last;
	s.kept = str_make(m->kept, m->nkept);
	s.nshared = m->nshared;
	return s;
}

static uint32_t
flags_of(const struct pair *p)
{
	const struct message *req = &p->side[SIDE_REQUEST];
	const struct message *res = &p->side[SIDE_RESPONSE];
	uint32_t flags = p->flags | req->flags | res->flags;

	if (req->state == MESSAGE_NONE)
		flags |= ENTRY_NO_REQUEST;
	if (res->state == MESSAGE_NONE && (flags & ENTRY_ONE_WAY) == 0)
		flags |= ENTRY_NO_RESPONSE;
	if ((flags & ENTRY_PUSHED) == 0 &&
	    (req->state != MESSAGE_NONE ? req->dir == TO_CLIENT
	                                : res->dir == TO_SERVER))
		flags |= ENTRY_REVERSED;
	if (p->d->late)
		flags |= ENTRY_LATE_JOIN;
	if (p->d->role_guessed)
		flags |= ENTRY_ROLE_GUESSED;
	return flags;
}

/* The pair becomes an entry and is gone. */
static void
emit(struct pair *p)
{
	struct dissect *d = p->d;
	struct span whole[2];
	struct entry e = {
		.id = p->id,
		.stream = d->stream,
		.ordinal = p->ordinal,
		.proto = p->proto,
		.flags = flags_of(p),
		.status = p->status,
		.method = p->method,
		.target = p->target,
		.host = p->host,
		.request = side_of(&p->side[SIDE_REQUEST], &whole[0]),
		.response = side_of(&p->side[SIDE_RESPONSE], &whole[1]),
	};

	if ((e.flags & ENTRY_NO_RESPONSE) != 0)
		d->waiting_requests--;
	if (p->unasked)
		d->unasked--;
	d->entries++;
	d->host->out.entry(d->host->out.ctx, &e);
	pair_remove(p);
}

/* A request is closed and nothing of its response has come. */
static bool
is_waiting(const struct pair *p)
{
	return p->side[SIDE_REQUEST].state == MESSAGE_CLOSED &&
	       p->side[SIDE_RESPONSE].state == MESSAGE_NONE;
}

/* Will a response come for a request that is given up? */
static bool
will_answer(const struct pair *p)
{
	const struct dissect *d = p->d;
	enum dir back = dir_other(p->side[SIDE_REQUEST].dir);

	return d->side[dissect_side_of(d, back)].started || !d->midway;
}

/* --- requests that are parked (park.h) ------------------------------------ */

static bool
is_parkable(const struct pair *p)
{
	const struct message *m = &p->side[SIDE_REQUEST];

	return p->key == 0 && p->overlay == NULL && m->nspans == 0 &&
	       m->nkept == 0;
}

static bool
park_one(struct pair *p)
{
	struct dissect *d = p->d;
	const struct message *m = &p->side[SIDE_REQUEST];
	const struct parked r = {
		.id = p->id,
		.ordinal = p->ordinal,
		.off = m->off,
		.end = m->end,
		.missing = m->missing,
		.first = m->first,
		.last = m->last,
		.proto = p->proto,
		.flags = p->flags,
		.request_flags = m->flags,
		.status = p->status,
		.dir = m->dir,
		.method = p->method,
		.target = p->target,
		.host = p->host,
	};

	if (!is_parkable(p)) {
		d->park_shut = true;
		return false;
	}
	if (!park_put(d->park, &r)) {
		dissect_limit(d, m->dir, "parked-bytes");
		d->park_shut = true;
		return false;
	}
	pair_remove(p);
	return true;
}

/* Of a stream in which much waits, all but the oldest: false if that is not
 * the case. */
static bool
park_all(struct dissect *d)
{
	const struct engine_out *out = &d->host->out;
	struct pair *p = d->pairs;
	struct pair *next;

	if (d->park != NULL || d->npairs < PAIR_PARK_LEAST ||
	    out->parked_read == NULL || out->parked_write == NULL)
		return false;
	while (p != NULL && !is_waiting(p))
		p = p->next;
	if (p == NULL || !is_parkable(p) || !will_answer(p))
		return false;
	d->park = park_new(&d->host->parked, d->budget);
	if (d->park == NULL)
		return false;
	dissect_charge(d, PARK_COST);
	for (p = p->next; p != NULL; p = next) {
		next = p->next;
		if (is_waiting(p) && !park_one(p))
			break;
	}
	return true;
}

static struct pair *pair_new(struct dissect *d, uint64_t key, uint64_t ordinal);

static void
unpark(struct dissect *d, const struct parked *r)
{
	struct pair *p = pair_new(d, 0, r->ordinal);
	struct message *m;
	struct message_summary sum = {
		.method = r->method,
		.target = r->target,
		.host = r->host,
		.status = r->status,
	};

	if (p == NULL) { /* told; its response belongs to nobody */
		d->waiting_requests--;
		d->owed++;
		return;
	}
	p->id = r->id;
	p->proto = r->proto;
	p->flags = r->flags;
	m = &p->side[SIDE_REQUEST];
	m->off = r->off;
	m->end = r->end;
	m->missing = r->missing;
	m->first = r->first;
	m->last = r->last;
	m->flags = r->request_flags;
	m->dir = r->dir;
	m->state = MESSAGE_CLOSED;
	message_summary(m, &sum);
}

/* The oldest that waits has its response, or will have none: who is next? */
static void
unpark_next(struct dissect *d)
{
	struct parked r;

	if (d->park == NULL)
		return;
	if (park_take(d->park, &r))
		unpark(d, &r);
	if (park_count(d->park) != 0)
		return;
	park_free(d->park);
	d->park = NULL;
	d->park_shut = false;
	dissect_discharge(d, PARK_COST);
}

static void
emit_if_done(struct pair *p)
{
	enum message_state req = p->side[SIDE_REQUEST].state;
	enum message_state res = p->side[SIDE_RESPONSE].state;

	if (req == MESSAGE_OPENED || res == MESSAGE_OPENED)
		return;
	if (res != MESSAGE_NONE || (p->flags & ENTRY_ONE_WAY) != 0)
		emit(p);
	else if (p->d->park != NULL && !p->d->park_shut)
		(void)park_one(p);
}

/*
 * Makes an entry of the oldest request that waits for its response. When
 * responses come by order, one will come for it, which is nobody else's.
 */
bool
pair_give_up(struct dissect *d)
{
	struct pair *p = d->pairs;
	bool in_order;

	while (p != NULL && !is_waiting(p))
		p = p->next;
	if (p == NULL)
		return false;
	in_order = p->key == 0;
	if (in_order) {
		if (will_answer(p)) {
			d->owed++;
		} else {
			d->doubt = true;
			d->paired_since = false;
		}
	}
	emit(p);
	if (in_order)
		unpark_next(d);
	return true;
}

/* Room for one more pair, at the cost of the oldest if need be. */
static bool
make_room(struct dissect *d, enum dir dir)
{
	const struct dissect_side *answers =
	    &d->side[dissect_side_of(d, dir_other(dir))];
	const char *limit = NULL;

	while (d->npairs >= d->host->limits.pending ||
	       !dissect_room(d, sizeof(struct pair) + PAIR_ARENA_FIRST)) {
		/* What does not wait in memory any more is little. */
		if (d->park != NULL && !d->park_shut &&
		    d->npairs < PAIR_PARK_LEAST)
			return true;
		if (park_all(d))
			continue;
		limit = d->npairs >= d->host->limits.pending ? "pending"
		                                             : "message-bytes";
		if (!pair_give_up(d)) {
			dissect_limit(d, dir, limit);
			return false;
		}
	}
	/* With one direction captured, nothing is lost by not waiting. */
	if (limit != NULL && answers->started)
		dissect_limit(d, dir, limit);
	return true;
}

/* It comes to be where its ordinal belongs: at the end, but for what was
 * parked. */
static void
pair_insert(struct dissect *d, struct pair *p)
{
	struct pair *before = d->last_pair;

	while (before != NULL && before->ordinal > p->ordinal)
		before = before->prev;
	p->prev = before;
	p->next = before != NULL ? before->next : d->pairs;
	if (p->prev != NULL)
		p->prev->next = p;
	else
		d->pairs = p;
	if (p->next != NULL)
		p->next->prev = p;
	else
		d->last_pair = p;
	d->npairs++;
}

static struct pair *
pair_new(struct dissect *d, uint64_t key, uint64_t ordinal)
{
	struct pair *p = slab_get(&d->host->pairs);

	if (p == NULL) {
		dissect_limit(d, d->call_dir, "message-bytes");
		return NULL;
	}
	p->d = d;
	p->key = key;
	p->ordinal = ordinal;
	arena_init(&p->mem, d->host->limits.state_bytes, PAIR_ARENA_FIRST);
	for (int i = 0; i < 2; i++) {
		p->side[i].pair = p;
		p->side[i].use = i == 0 ? SIDE_REQUEST : SIDE_RESPONSE;
	}
	pair_insert(d, p);
	pair_keys_add(d, p);
	pair_account(p);
	return p;
}

/* --- who belongs to whom -------------------------------------------------- */

/* A request without a key is about to begin: see pair.h. */
static void
before_request(struct dissect *d)
{
	struct pair *p;
	struct pair *next;

	if (d->waiting_requests == 0 && d->owed == 0) {
		if (d->paired_since)
			d->doubt = false;
		d->response_lost = false;
		return;
	}
	if (!d->response_lost || d->pipelined) {
		d->pipelined = true;
		return;
	}
	d->response_lost = false;
	for (p = d->pairs; p != NULL; p = next) {
		next = p->next;
		if (!is_waiting(p))
			continue;
		p->flags |= ENTRY_RES_GAP;
		emit(p);
	}
}

/* The pair that a response belongs to, NULL when its request was not seen. */
static struct pair *
pair_for_response(struct dissect *d, uint64_t key)
{
	struct pair *p = pair_keys_first(d, key);

	while (p != NULL && (p->key != key || (p->flags & ENTRY_ONE_WAY) != 0 ||
	                     p->side[SIDE_REQUEST].state == MESSAGE_NONE ||
	                     p->side[SIDE_RESPONSE].state != MESSAGE_NONE))
		p = pair_keys_next(d, key, p);
	if (p == NULL)
		return NULL;
	d->waiting_requests--;
	if (key == 0) {
		if (d->doubt)
			p->flags |= ENTRY_PAIR_DOUBT;
		d->paired_since = true;
		unpark_next(d);
	}
	return p;
}

/* The search for a boundary is over: a message begins at off. */
static void
found_boundary(struct dissect *d, int side, uint64_t off, struct message *m)
{
	struct dissect_side *s = &d->side[side];
	struct dissect_row row = {
		.kind = DIAG_RESYNC,
		.side = side,
		.off = off,
		.len = off > s->lost_off ? off - s->lost_off : 0,
	};

	if (!s->searching)
		return;
	s->searching = false;
	m->flags |= ENTRY_RESYNCED;
	dissect_diag(d, &row);
}

struct message *
pair_open(struct dissect *d, enum dir dir, enum message_kind kind, uint64_t key,
          uint64_t off)
{
	int side = dissect_side_of(d, dir);
	const struct window_mark *mark = window_find(&d->side[side].w, off);
	bool owed = kind == MESSAGE_RESPONSE && key == 0 && d->owed != 0;
	struct pair *p = NULL;
	struct message *m;
	int64_t id;

	if (mark == NULL)
		return NULL;
	if (!new_id(&d->side[side], mark->at, &id)) {
		dissect_limit(d, dir, "position-seq");
		return NULL;
	}
	if (kind == MESSAGE_REQUEST && key == 0)
		before_request(d);
	/* What nobody waits for takes nobody's place: it is the only one. */
	if (owed)
		d->owed--;
	else if (kind == MESSAGE_RESPONSE)
		p = pair_for_response(d, key);
	if (p == NULL) {
		if (!owed && !make_room(d, dir))
			return NULL;
		p = pair_new(d, key, d->ordinal);
		if (p == NULL)
			return NULL;
		d->ordinal++;
		p->id = id;
		p->unasked = owed;
		d->unasked += owed ? 1 : 0;
	}
	if (kind == MESSAGE_REQUEST)
		d->waiting_requests++;
	if (kind == MESSAGE_ONE_WAY)
		p->flags |= ENTRY_ONE_WAY;
	m = &p->side[kind == MESSAGE_RESPONSE ? SIDE_RESPONSE : SIDE_REQUEST];
	m->state = MESSAGE_OPENED;
	m->dir = dir;
	m->off = off;
	m->first = mark->ts;
	found_boundary(d, side, off, m);
	return m;
}

void
pair_restart(struct message *m, uint64_t off)
{
	struct dissect *d = m->pair->d;
	int side = dissect_side_of(d, m->dir);
	const struct window_mark *mark = window_find(&d->side[side].w, off);

	assert(m->state == MESSAGE_OPENED && m->nspans == 0);
	m->off = off;
	m->missing = 0;
	if (mark != NULL)
		m->first = mark->ts;
	found_boundary(d, side, off, m);
}

static struct span *
last_span(struct message *m)
{
	if (m->nspans == 0)
		return NULL;
	return m->spans != NULL ? &m->spans[m->nspans - 1] : &m->one;
}

/* A span may have been told before its bytes came, and they did not all. */
static void
clip_last_span(struct message *m)
{
	struct span *s = last_span(m);

	if (s == NULL || s->layer != 0 || s->off + s->len <= m->end)
		return;
	s->len = m->end > s->off ? m->end - s->off : 0;
	if (s->len == 0 && m->nspans > 1)
		m->nspans--;
}

/* Where and when the message ends. */
static void
set_end(struct message *m, uint64_t end)
{
	const struct dissect *d = m->pair->d;
	const struct window *w = &d->side[dissect_side_of(d, m->dir)].w;

	assert(m->state == MESSAGE_OPENED);
	if (end > w->end)
		end = w->end;
	m->end = end > m->off ? end : m->off;
	clip_last_span(m);
	m->last = window_find(w, m->off) != NULL
	              ? window_latest(w, m->off, m->end)
	              : m->first;
	m->state = MESSAGE_CLOSED;
}

void
pair_close(struct message *m, uint64_t end)
{
	set_end(m, end);
	emit_if_done(m->pair);
}

/* --- what is lost --------------------------------------------------------- */

/*
 * n bytes at off are missing. What is inside the span of one message is of no
 * concern to the others; what is outside of all may have been of any.
 */
static void
miss(struct message *m, enum dir dir, uint64_t off, uint64_t n, bool inside)
{
	const struct span *s = last_span(m);
	bool within = s == NULL || (off >= s->off && off - s->off < s->len);

	if (m->state != MESSAGE_OPENED || m->dir != dir || (inside && !within))
		return;
	m->flags |= m->use == SIDE_REQUEST ? ENTRY_REQ_GAP : ENTRY_RES_GAP;
	if (within)
		m->missing += n;
}

void
pair_missing(struct dissect *d, enum dir dir, const struct gap *g, bool inside)
{
	for (struct pair *p = d->pairs; p != NULL; p = p->next) {
		for (int i = 0; i < 2; i++)
			miss(&p->side[i], dir, g->off, g->len, inside);
	}
}

void
pair_abandon(struct dissect *d, uint64_t key, uint32_t flags)
{
	struct pair *last = NULL;

	for (struct pair *p = pair_keys_first(d, key); p != NULL;
	     p = pair_keys_next(d, key, p)) {
		if (p->key == key && is_waiting(p))
			last = p;
	}
	if (last == NULL)
		return;
	last->flags |= flags;
	emit(last);
}

void
pair_lost(struct dissect *d, enum dir dir)
{
	if (dir == TO_CLIENT && d->waiting_requests == 0 && d->owed == 0)
		return;
	if (dir == TO_CLIENT && !d->pipelined) {
		d->response_lost = true;
		return;
	}
	d->doubt = true;
	d->paired_since = false;
	d->owed = 0;
}

void
pair_flush(struct dissect *d, bool all)
{
	while (d->pairs != NULL || d->park != NULL) {
		struct pair *p = d->pairs;

		if (p == NULL) {
			unpark_next(d);
			continue;
		}
		for (int i = 0; i < 2; i++) {
			struct message *m = &p->side[i];
			int side = dissect_side_of(d, m->dir);

			if (m->state != MESSAGE_OPENED)
				continue;
			m->flags |= m->use == SIDE_REQUEST ? ENTRY_REQ_CUT
			                                   : ENTRY_RES_CUT;
			set_end(m, all ? UINT64_MAX : d->side[side].w.off);
		}
		emit(p);
	}
	pair_keys_release(d);
}
