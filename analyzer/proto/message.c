/* SPDX-License-Identifier: Apache-2.0 */
/* The services about messages that proto.h and overlay.h promise. */
#include "analyzer/proto/pair.h"

#include <string.h>

#include "analyzer/proto/coding.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"

struct message *
message_open(struct dissect *d, enum dir dir, enum message_kind kind,
             uint64_t key, uint64_t off)
{
	return pair_open(d, dir, kind, key, off);
}

/* --- the summary ---------------------------------------------------------- */

/* The front of s that the index keeps; no character is cut in two. */
static struct str
shorten(struct str s, uint64_t max)
{
	struct str head = str_head(s, (size_t)max);
	size_t valid;

	if (head.n == s.n)
		return s;
	valid = utf8_valid_prefix(head);
	if (valid < head.n && utf8_is_partial(str_tail(head, valid)))
		head = str_head(head, valid);
	return head;
}

/* Copies v to *io unless it is unset, or what is there already. */
static void
set_text(struct message *m, struct str *io, struct str v)
{
	struct pair *p = m->pair;
	struct str head, copy = STR_NONE;

	if (v.n == 0)
		return;
	head = shorten(v, p->d->host->limits.summary_bytes);
	if (head.n < v.n)
		p->flags |= ENTRY_SUMMARY_CUT;
	if (head.n == 0 || str_eq(*io, head))
		return;
	if (dissect_room(p->d, head.n))
		copy = arena_dup(&p->mem, head);
	if (copy.n != 0) {
		*io = copy;
	} else {
		p->flags |= ENTRY_SUMMARY_CUT;
		dissect_limit(p->d, m->dir, "message-bytes");
	}
}

static void
apply(struct message *m, const struct message_summary *s)
{
	struct pair *p = m->pair;

	set_text(m, &p->method, s->method);
	set_text(m, &p->target, s->target);
	set_text(m, &p->host, s->host);
	if (s->status != 0)
		p->status = s->status;
	if (s->failed)
		p->flags |= ENTRY_FAILED;
	pair_account(p);
}

void
message_summary(struct message *m, const struct message_summary *s)
{
	if (m == NULL)
		return;
	/* The request's word counts, and that of an overlay more. */
	if (s->proto != NULL && !m->pair->overlay_claimed &&
	    (m->pair->proto == NULL || m->use == SIDE_REQUEST))
		m->pair->proto = s->proto;
	apply(m, s);
}

/* --- spans, kept bytes, flags --------------------------------------------- */

static bool
grow_spans(struct message *m)
{
	uint32_t cap = m->cap != 0 ? m->cap * 2 : 8;
	struct span *p;

	if (!dissect_room(m->pair->d, cap * sizeof(*p)))
		return false;
	p = mem_regrow(m->spans, cap, sizeof(*p));
	if (p == NULL)
		return false;
	if (m->spans == NULL)
		p[0] = m->one;
	m->spans = p;
	m->cap = cap;
	pair_account(m->pair);
	return true;
}

void
message_span(struct message *m, struct span s)
{
	uint64_t max;
	struct span *last;

	if (m == NULL)
		return;
	last = m->spans != NULL ? &m->spans[m->nspans - 1] : &m->one;
	if (m->nspans != 0 && last->layer == s.layer &&
	    last->off + last->len == s.off) {
		last->len += s.len;
		return;
	}
	max = m->pair->d->host->limits.message_spans;
	if (max > SPAN_MAX)
		max = SPAN_MAX;
	if (m->nspans == 0) {
		m->one = s;
		m->nspans = 1;
		return;
	}
	if (m->nspans >= max ||
	    ((m->spans == NULL || m->nspans == m->cap) && !grow_spans(m))) {
		m->flags |= ENTRY_SPANS_CUT;
		return;
	}
	m->spans[m->nspans++] = s;
}

/* Room for n more bytes behind those that are kept; false: told. */
static bool
grow_kept(struct message *m, size_t n)
{
	struct dissect *d = m->pair->d;
	char *p;

	if (n > d->host->limits.kept_bytes - m->nkept) {
		dissect_limit(d, m->dir, "kept-bytes");
		return false;
	}
	if (!dissect_room(d, n)) {
		dissect_limit(d, m->dir, "message-bytes");
		return false;
	}
	p = mem_realloc(m->kept, m->nkept + n);
	if (p == NULL)
		return false;
	m->kept = p;
	return true;
}

/* The bytes come to be at `at` of what is kept. */
static bool
keep_at(struct message *m, size_t at, struct str bytes)
{
	if (bytes.n == 0 || !grow_kept(m, bytes.n))
		return false;
	memmove(m->kept + at + bytes.n, m->kept + at, m->nkept - at);
	memcpy(m->kept + at, bytes.p, bytes.n);
	m->nkept += bytes.n;
	pair_account(m->pair);
	return true;
}

void
message_keep_shared(struct message *m, struct str bytes)
{
	if (m != NULL && keep_at(m, m->nshared, bytes))
		m->nshared += bytes.n;
}

void
message_keep(struct message *m, struct str bytes)
{
	if (m != NULL)
		(void)keep_at(m, m->nkept, bytes);
}

struct str
message_asked(const struct message *m)
{
	const struct message *q;

	if (m == NULL || m->use != SIDE_RESPONSE)
		return STR_NONE;
	q = &m->pair->side[SIDE_REQUEST];
	return str_make(q->kept, q->nkept);
}

void
message_flag(struct message *m, uint32_t entry_flags)
{
	if (m != NULL)
		m->flags |= entry_flags;
}

uint64_t
message_ordinal(const struct message *m)
{
	return m != NULL ? m->pair->ordinal : 0;
}

void
message_restart(struct message *m, uint64_t off)
{
	if (m != NULL)
		pair_restart(m, off);
}

/* --- the end -------------------------------------------------------------- */

/* It was passed over to the end of a direction that did not end properly. */
static bool
broke_off(const struct message *m, uint64_t end)
{
	const struct dissect *d = m->pair->d;
	const struct dissect_side *s = &d->side[dissect_side_of(d, m->dir)];

	return s->to_end && s->ended && s->why != WHY_FIN && end >= s->w.end;
}

void
message_close(struct message *m, uint64_t end)
{
	if (m == NULL)
		return;
	if (broke_off(m, end))
		message_cut(m, end);
	else
		pair_close(m, end);
}

void
message_cut(struct message *m, uint64_t end)
{
	if (m == NULL)
		return;
	m->flags |= m->use == SIDE_REQUEST ? ENTRY_REQ_CUT : ENTRY_RES_CUT;
	pair_close(m, end);
}

/* --- overlays ------------------------------------------------------------- */

/* What an overlay may look at and change; only changes are applied. */
static struct message_summary
summary_of(const struct pair *p)
{
	return (struct message_summary){
		.proto = p->proto,
		.method = p->method,
		.target = p->target,
		.host = p->host,
		.status = p->status,
		.failed = (p->flags & ENTRY_FAILED) != 0,
	};
}

static void
apply_overlay(struct message *m, const struct message_summary *io)
{
	struct pair *p = m->pair;

	if (io->proto != NULL && io->proto != p->proto) {
		p->proto = io->proto;
		p->overlay_claimed = true;
	}
	apply(m, io);
}

/*
 * The first overlay that does not say no gets the exchange, with its state. One
 * that was not sure keeps it when nobody wants the response.
 */
static void
offer(struct pair *p, const struct http_head *h)
{
	const struct overlay *const *o = p->d->host->overlays;
	enum overlay_claim claim = OVERLAY_NO;
	size_t size;

	for (; *o != NULL; o++) {
		claim = (*o)->claims(h);
		if (claim != OVERLAY_NO)
			break;
	}
	if (claim == OVERLAY_NO)
		return;
	if (p->overlay != *o) {
		size = (*o)->state_size != 0 ? (*o)->state_size : 1;
		if (!dissect_room(p->d, size))
			return;
		p->overlay_state = arena_zalloc(&p->mem, size);
		pair_account(p);
		p->overlay = p->overlay_state != NULL ? *o : NULL;
	}
	p->overlay_claimed = claim == OVERLAY_YES && p->overlay != NULL;
}

/* --- the bodies that an overlay is shown ---------------------------------- */

static void
hide(struct message *m)
{
	m->wanted = false;
	coding_free(m->coding);
	m->coding = NULL;
	pair_account(m->pair);
}

/* The body is longer than overlays may look at. */
static void
tell_long(struct message *m)
{
	/* What nobody claimed is not the less known for it. */
	if (m->pair->overlay_claimed)
		dissect_limit(m->pair->d, m->dir, "overlay-bytes");
}

/* A run of the body, none for its end, after what coding it had. */
static bool
show(struct message *m, struct str bytes)
{
	struct pair *p = m->pair;
	struct message_summary io = summary_of(p);
	uint64_t max = p->d->host->limits.overlay_bytes;

	if (bytes.n > max - m->shown) {
		tell_long(m);
		return false;
	}
	m->shown += bytes.n;
	m->wanted = p->overlay->body(p->overlay_state, m->use,
	                             cur_from_str(bytes, false), &io);
	apply_overlay(m, &io);
	return m->wanted;
}

/* An answer of a callback that is no error: nobody wants the rest. */
#define SHOW_ENOUGH 1

static int
show_decoded(void *ctx, const uint8_t *p, size_t n)
{
	return show(ctx, str_make(p, n)) ? 0 : SHOW_ENOUGH;
}

static bool
is_inflatable(struct str coding)
{
	return str_eq_nocase(coding, STR("gzip")) ||
	       str_eq_nocase(coding, STR("x-gzip")) ||
	       str_eq_nocase(coding, STR("deflate"));
}

/* The overlay wants the body of h, which may have to be decoded for it. */
static bool
prepare(struct message *m, const struct http_head *h)
{
	const struct proto_limits *l = &m->pair->d->host->limits;
	struct str list = str_trim(h->field(h, STR("content-encoding")));
	struct body_out out = { .bytes = show_decoded, .ctx = m };
	struct str unknown;

	if (!m->pair->overlay->decoded || list.n == 0 ||
	    str_eq_nocase(list, STR("identity")))
		return true;
	if (!is_inflatable(list) ||
	    !dissect_room(m->pair->d, PAIR_CODING_COST) ||
	    coding_new(list, l->overlay_bytes, l->render_ratio, &out, &unknown,
	               &m->coding) != 0)
		return false;
	pair_account(m->pair);
	return true;
}

/* What annotate() says of a head: is the body wanted? */
static bool
annotate(struct message *m, const struct http_head *h)
{
	struct pair *p = m->pair;
	struct message_summary io;
	bool wanted;

	if (p->overlay->annotate == NULL)
		return p->overlay->body != NULL;
	io = summary_of(p);
	wanted = p->overlay->annotate(p->overlay_state, h, &io);
	apply_overlay(m, &io);
	return wanted && p->overlay->body != NULL;
}

bool
message_http(struct message *m, const struct http_head *h)
{
	struct pair *p;

	if (m == NULL)
		return false;
	p = m->pair;
	if (!p->overlay_claimed)
		offer(p, h);
	if (p->overlay == NULL)
		return false;
	m->wanted = annotate(m, h) && !h->trailers && prepare(m, h);
	return m->wanted;
}

bool
message_body(struct message *m, struct cursor bytes)
{
	struct str s = cur_rest(&bytes);
	bool end = s.n == 0;
	bool on = true;
	int rc;

	if (m == NULL || !m->wanted)
		return false;
	if (m->coding != NULL && !end) {
		rc = coding_write(m->coding, (const uint8_t *)s.p, s.n);
		on = rc == 0;
		if (rc == ERR_LIMIT)
			tell_long(m);
	} else if (m->coding == NULL || coding_end(m->coding) == 0) {
		on = show(m, s);
	}
	if (!on || end)
		hide(m);
	return m->wanted;
}
