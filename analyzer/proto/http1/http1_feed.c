/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_feed.h"

#include <assert.h>

#include "analyzer/proto/http1/http1.h"
#include "analyzer/proto/http1/http1_head.h"
#include "analyzer/proto/http1/http1_line.h"
#include "analyzer/proto/http_url.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/upgrade.h"

/* Chunk sizes and trailer fields: longer lines are no HTTP. */
#define FEED_LINE_MAX 16384u

/* Memory for the few targets that are not plain; see http_url_plain(). */
#define FEED_URL_MEMORY (512u * 1024u)

/* One call of feed(), with what every step needs. */
struct feeding {
	struct dissect *d;
	struct http1_state *s;
	struct http1_dir *h; /* of s, for dir */
	struct cursor *in;
	enum dir dir;
	enum feed ret; /* the answer, once a step says to stop */
};

static uint64_t
feed_offset(const struct feeding *f)
{
	return dissect_offset(f->d, f->in);
}

/* Every step ends with go() on, or with stop() and what to tell the engine. */
static bool
feed_go(struct feeding *f, enum http1_phase next)
{
	f->h->phase = next;
	return true;
}

static bool
feed_stop(struct feeding *f, enum feed ret)
{
	f->ret = ret;
	return false;
}

static bool
feed_more(struct feeding *f)
{
	f->in->need = 1;
	return feed_stop(f, FEED_MORE);
}

/* --- messages ----------------------------------------------------------- */

/* Show an overlay body bytes; none for its end. */
static void
feed_overlay(struct feeding *f, struct str bytes)
{
	if (f->h->overlay && !message_body(f->h->m, cur_from_str(bytes, false)))
		f->h->overlay = false;
}

/* A final response ended, by whatever means: it was somebody's turn. */
static void
feed_answered(struct feeding *f)
{
	struct http1_state *s = f->s;

	if (s->pending != 0)
		s->pending--;
	if (s->waiting && (s->ahead == 0 || --s->ahead == 0)) {
		s->waiting = false;
		s->yield = s->held;
	}
}

/* The message under way is over, one way or the other. */
static void
feed_forget(struct feeding *f)
{
	struct http1_dir *h = f->h;

	if (h->open && f->dir == TO_CLIENT)
		feed_answered(f);
	h->m = NULL;
	h->open = false;
	h->lined = false;
	h->overlay = false;
	h->skipping = false;
	h->scanned = 0;
	h->left = 0;
}

static bool
feed_close(struct feeding *f)
{
	feed_overlay(f, STR_NONE);
	message_close(f->h->m, feed_offset(f));
	feed_forget(f);
	return feed_go(f, HTTP1_PHASE_START);
}

/* From the cursor's place on, look for a start line. */
static bool
feed_seek(struct feeding *f)
{
	f->h->lined = false;
	f->h->scanned = 0;
	f->h->searched = 0;
	f->h->midline = false;
	return feed_go(f, HTTP1_PHASE_SEARCH);
}

/* ... which begins the next message. */
static bool
feed_search(struct feeding *f)
{
	feed_forget(f);
	return feed_seek(f);
}

/* The message cannot be followed any further. */
static bool
feed_broken(struct feeding *f, const char *why)
{
	dissect_note(f->d, f->dir, feed_offset(f), why);
	message_cut(f->h->m, feed_offset(f));
	return feed_search(f);
}

/* There is no start line where one should be. */
static bool
feed_garbage(struct feeding *f)
{
	struct http1_dir *h = f->h;

	if (!h->lost && (h->seen || !dissect_late_join(f->d)))
		dissect_note(f->d, f->dir, feed_offset(f),
		             "bytes that belong to no HTTP message");
	message_cut(h->m, feed_offset(f));
	return feed_search(f);
}

static void
feed_summarize_target(struct feeding *f, const struct http1_line *line,
                      struct message_summary *sum)
{
	struct arena a;
	struct http_url u;

	if (http_url_plain(line->target, &sum->target)) {
		message_summary(f->h->m, sum);
		return;
	}
	arena_init(&a, FEED_URL_MEMORY, 0);
	u = http_url_parse(line->target, str_eq(line->method, STR("CONNECT")),
	                   &a);
	sum->target = u.path;
	sum->host = u.host;
	f->h->has_host = u.host.n != 0;
	message_summary(f->h->m, sum);
	arena_release(&a);
}

/* A message begins at off. */
static void
feed_open(struct feeding *f, const struct http1_line *line, uint64_t off)
{
	const struct protocol *proto = line->minor == 0 ? &http1_v10
	                                                : &http1_v11;
	struct message_summary sum = { .status = line->status,
		                       .failed = line->status >= 400 };
	struct http1_dir *h = f->h;
	struct str awaited;

	h->open = true;
	h->seen = true;
	h->lost = false;
	if (!line->response) {
		h->m = message_open(f->d, f->dir, MESSAGE_REQUEST, 0, off);
		h->has_host = false;
		f->s->pending++;
		sum.proto = proto;
		sum.method = line->method;
		feed_summarize_target(f, line, &sum);
	} else {
		awaited = dissect_awaited(f->d);
		h->bodiless = str_eq(awaited, STR("HEAD"));
		h->tunnel = str_eq(awaited, STR("CONNECT"));
		/* The request has named the protocol, if there was one. */
		sum.proto = awaited.n != 0 ? NULL : proto;
		h->m = message_open(f->d, f->dir, MESSAGE_RESPONSE, 0, off);
		message_summary(h->m, &sum);
	}
	if (h->found)
		message_flag(h->m, ENTRY_RESYNCED);
	h->found = false;
}

/*
 * Bytes of an interim response were missing. What follows is the response to
 * the same request, if no other could have been answered meanwhile.
 */
static void
feed_restart(struct feeding *f)
{
	message_restart(f->h->m, feed_offset(f));
	if (f->s->pending > 1)
		message_flag(f->h->m, ENTRY_PAIR_DOUBT);
	f->h->found = false;
	f->h->lost = false;
}

/* A start line was read; behind an interim response it begins nothing new. */
static void
feed_lined(struct feeding *f, const struct http1_line *line)
{
	struct message_summary sum = { .status = line->status,
		                       .failed = line->status >= 400 };

	if (!f->h->open) {
		feed_open(f, line, feed_offset(f));
	} else if (!f->h->lined) {
		if (f->h->found)
			feed_restart(f);
		message_summary(f->h->m, &sum);
	}
	f->h->lined = true;
	f->h->interim = line->status / 100 == 1 && line->status != 101;
}

/* --- heads -------------------------------------------------------------- */

static void
feed_tell_faults(struct feeding *f, uint64_t off,
                 const struct http1_framing *fr)
{
	static const struct {
		enum http1_fault fault;
		const char *text;
	} table[] = {
		{ HTTP1_FAULT_LENGTH_BAD, "Content-Length is not a number" },
		{ HTTP1_FAULT_LENGTH_CONFLICT,
		  "two Content-Length fields that differ; the first was used" },
		{ HTTP1_FAULT_LENGTH_CODED,
		  "Content-Length beside Transfer-Encoding, which was used" },
		{ HTTP1_FAULT_CODING,
		  "chunked is not the last transfer coding" },
	};

	for (size_t i = 0; fr->faults != 0 && i < ARRAY_LEN(table); i++)
		if (fr->faults & table[i].fault)
			dissect_note(f->d, f->dir, off, table[i].text);
	if (fr->fields > dissect_limits(f->d)->headers)
		dissect_limit(f->d, f->dir, "headers");
}

static struct str
feed_field(const struct http_head *h, struct str name)
{
	const struct str *head = h->impl;

	return http1_head_find(*head, name);
}

/* Let overlays look at a complete head. */
static void
feed_offer(struct feeding *f, const struct http1_line *line,
           const struct http1_framing *fr, const struct str *head)
{
	struct http_head h = {
		.side = line->response ? SIDE_RESPONSE : SIDE_REQUEST,
		.method = line->method,
		.target = line->target,
		.status = line->status,
		.content_type = fr->content_type,
		.version = 10 + line->minor,
		.field = feed_field,
		.impl = head,
	};

	f->h->overlay = message_http(f->h->m, &h);
}

/* This request is to be HTTP/2's first: its head is at hand only now. */
static void
feed_hand_on_request(struct feeding *f, struct str head)
{
	struct upgrade u = { .request = head, .off = feed_offset(f) - head.n };
	struct arena a;

	arena_init(&a, 2 * (size_t)dissect_limits(f->d)->kept_bytes, 0);
	dissect_hand_on(f->d, upgrade_write(&u, &a));
	arena_release(&a);
}

/* What the next dissector cannot know: it comes after this exchange. */
static void
feed_hand_on(struct feeding *f, struct str head)
{
	struct message_summary asked = dissect_awaited_summary(f->d);
	struct upgrade u, before;
	struct arena a;

	if (!upgrade_read(dissect_handed(f->d), &before))
		before.request = STR_NONE;
	u = (struct upgrade){
		.target = asked.target,
		.host = asked.host,
		.extensions = http1_head_find(head,
		                              STR("sec-websocket-extensions")),
		.protocol = http1_head_find(head,
		                            STR("sec-websocket-protocol")),
		.request = before.request,
		.off = before.off,
	};
	arena_init(&a, 2 * (size_t)dissect_limits(f->d)->kept_bytes, 0);
	dissect_hand_on(f->d, upgrade_write(&u, &a));
	arena_release(&a);
}

/* 101, or 2xx for CONNECT: from here on both sides speak something else. */
static bool
feed_switch(struct feeding *f, enum http1_upgrade to, struct str head)
{
	static const struct {
		const char *name;
		const char *why;
	} table[] = {
		[HTTP1_UPGRADE_NONE] = { NULL, "tunnel after CONNECT" },
		[HTTP1_UPGRADE_WEBSOCKET] = { "websocket",
		                              "upgraded to WebSocket" },
		[HTTP1_UPGRADE_H2C] = { "http2", "upgraded to HTTP/2" },
		[HTTP1_UPGRADE_OTHER] = { NULL,
		                          "upgraded to another protocol" },
	};

	feed_hand_on(f, head);
	(void)feed_close(f);
	f->s->waiting = false;
	dissect_handover(f->d, table[to].name, table[to].why);
	return feed_stop(f, FEED_HANDOVER);
}

/* The body that follows (RFC 9112, section 6.3); in front of it: the cursor. */
static bool
feed_framed(struct feeding *f, const struct http1_framing *fr, bool response)
{
	struct http1_dir *h = f->h;

	if (fr->chunked)
		return feed_go(f, HTTP1_PHASE_CHUNK);
	if (!fr->coded && (fr->sized || !response)) {
		h->left = fr->sized ? fr->length : 0;
		return h->left != 0 ? feed_go(f, HTTP1_PHASE_BODY)
		                    : feed_close(f);
	}
	return feed_go(f, HTTP1_PHASE_TO_END);
}

static bool
feed_request(struct feeding *f, const struct http1_line *line,
             const struct str *head)
{
	struct http1_framing fr;
	struct message_summary sum = { .status = 0 };
	bool asks;

	http1_head_framing(*head, &fr);
	feed_tell_faults(f, feed_offset(f), &fr);
	if (!f->h->has_host && fr.host.n != 0) {
		sum.host = fr.host;
		message_summary(f->h->m, &sum);
	}
	feed_offer(f, line, &fr, head);
	asks = fr.upgrade != HTTP1_UPGRADE_NONE ||
	       str_eq(line->method, STR("CONNECT"));
	if (fr.upgrade == HTTP1_UPGRADE_H2C)
		feed_hand_on_request(f, *head);
	if (asks && !f->s->waiting) {
		f->s->waiting = true;
		f->s->ahead = f->s->pending;
	}
	return feed_framed(f, &fr, false);
}

static bool
feed_response(struct feeding *f, const struct http1_line *line,
              const struct str *head)
{
	struct http1_framing fr;

	http1_head_framing(*head, &fr);
	if (line->status == 101)
		return feed_switch(f,
		                   fr.upgrade != HTTP1_UPGRADE_NONE
		                       ? fr.upgrade
		                       : HTTP1_UPGRADE_OTHER,
		                   *head);
	if (line->status < 200)
		return feed_go(f, HTTP1_PHASE_START);
	if (f->h->tunnel && line->status < 300)
		return feed_switch(f, HTTP1_UPGRADE_NONE, *head);
	feed_tell_faults(f, feed_offset(f), &fr);
	feed_offer(f, line, &fr, head);
	if (f->h->bodiless || line->status == 204 || line->status == 304)
		return feed_close(f);
	return feed_framed(f, &fr, true);
}

/* More than any server would take: the start line is all we keep of it. */
static bool
feed_too_long(struct feeding *f)
{
	dissect_limit(f->d, f->dir, "head-bytes");
	(void)cur_line_lf(f->in, HTTP1_LINE_MAX);
	message_cut(f->h->m, feed_offset(f));
	return feed_search(f);
}

/*
 * The head is not whole yet. Its message is opened as soon as the start line is
 * there, so that a head which never gets whole is seen all the same.
 */
static bool
feed_partial_head(struct feeding *f)
{
	bool response = f->dir == TO_CLIENT;
	struct cursor c = *f->in;
	struct http1_line line;
	struct str text;

	if (!f->h->lined) {
		text = cur_line_lf(&c, HTTP1_LINE_MAX);
		if (c.state == CUR_MORE) {
			text = str_make(c.p, cur_left(&c));
			return http1_line_begins(text, response) != VERDICT_NO
			           ? feed_more(f)
			           : feed_garbage(f);
		}
		if (!cur_ok(&c) || !http1_line_parse(text, response, &line))
			return feed_garbage(f);
		feed_lined(f, &line);
	}
	if (cur_left(f->in) >= dissect_limits(f->d)->head_bytes)
		return feed_too_long(f);
	return feed_more(f);
}

static bool
feed_head(struct feeding *f)
{
	size_t n = http1_head_end(f->in, &f->h->scanned);
	struct http1_line line;
	struct cursor fields;
	struct str head, text;

	if (n == 0)
		return feed_partial_head(f);
	head = cur_peek(f->in, n);
	text = http1_head_line(head, &fields);
	if (text.n > HTTP1_LINE_MAX ||
	    !http1_line_parse(text, f->dir == TO_CLIENT, &line))
		return feed_garbage(f);
	feed_lined(f, &line);
	if (n > dissect_limits(f->d)->head_bytes)
		return feed_too_long(f);
	(void)cur_skip(f->in, n);
	f->h->scanned = 0;
	f->h->lined = false;
	return line.response ? feed_response(f, &line, &head)
	                     : feed_request(f, &line, &head);
}

/*
 * In front of a message: does the other side come first? The client's bytes
 * wait while it is not known what they are. When they were requests after all,
 * they are read before the responses to them.
 */
static bool
feed_must_wait(struct feeding *f)
{
	struct http1_state *s = f->s;
	bool *flag = f->dir == TO_SERVER ? &s->waiting : &s->yield;

	if (f->h->lined || f->h->open)
		return false;
	if (dissect_ended(f->d, dir_other(f->dir)))
		*flag = false;
	return *flag;
}

static bool
feed_start(struct feeding *f)
{
	struct cursor *in = f->in;

	/* Empty lines before a message are to be ignored (section 2.2). */
	while (!f->h->lined && !cur_at_end(in) &&
	       (cur_peek_u8(in) == '\r' || cur_peek_u8(in) == '\n')) {
		(void)cur_skip(in, 1);
		f->h->scanned = 0;
	}
	if (cur_at_end(in))
		return feed_stop(f, FEED_OK);
	if (feed_must_wait(f)) {
		f->s->held |= f->dir == TO_SERVER;
		return feed_stop(f, FEED_WAIT);
	}
	return feed_head(f);
}

/* --- bodies ------------------------------------------------------------- */

/* A body of known length, or a chunk. */
static bool
feed_body(struct feeding *f)
{
	struct http1_dir *h = f->h;
	size_t n = cur_left(f->in);

	if (h->skipping)
		h->left = 0;
	h->skipping = false;
	n = h->left < n ? (size_t)h->left : n;
	if (n != 0)
		feed_overlay(f, cur_take(f->in, n));
	h->left -= n;
	if (h->left == 0)
		return h->phase == HTTP1_PHASE_BODY
		           ? feed_close(f)
		           : feed_go(f, HTTP1_PHASE_CHUNK_END);
	if (h->overlay)
		return feed_stop(f, FEED_OK);
	h->skipping = true;
	dissect_skip(f->d, h->left);
	return feed_stop(f, FEED_SKIP);
}

/*
 * A whole line of a chunked body's framing. Without one the answer is false,
 * and *ret_go is what the step has to return.
 */
static bool
feed_line(struct feeding *f, struct str *ret_line, bool *ret_go)
{
	struct cursor c = *f->in;

	if (cur_at_end(&c)) {
		*ret_go = feed_stop(f, FEED_OK);
		return false;
	}
	*ret_line = cur_line_lf(&c, FEED_LINE_MAX);
	if (!cur_ok(&c)) {
		*ret_go = c.state == CUR_MORE
		              ? feed_more(f)
		              : feed_broken(f, "chunked body with a line that "
		                               "does not end");
		return false;
	}
	*f->in = c;
	return true;
}

/* A chunk's size, in hexadecimal; extensions behind ';' mean nothing to us. */
static bool
feed_chunk(struct feeding *f)
{
	struct cursor before = *f->in;
	struct cursor c;
	struct str line = STR_NONE, rest;
	bool go = false;
	uint64_t size;

	if (!feed_line(f, &line, &go))
		return go;
	c = cur_from_str(str_trim(line), false);
	size = cur_hex(&c, INT64_MAX);
	rest = str_trim(cur_rest(&c));
	if (!cur_ok(&c) || (rest.n != 0 && !str_starts(rest, STR(";")))) {
		*f->in = before;
		return feed_broken(f, "chunk without a size");
	}
	f->h->left = size;
	return feed_go(f, size != 0 ? HTTP1_PHASE_CHUNK_DATA
	                            : HTTP1_PHASE_TRAILER);
}

static bool
feed_chunk_end(struct feeding *f)
{
	struct cursor c = *f->in;
	uint8_t b;

	if (cur_at_end(&c))
		return feed_stop(f, FEED_OK);
	b = cur_u8(&c);
	if (b == '\r')
		b = cur_u8(&c);
	if (!cur_ok(&c))
		return feed_more(f);
	if (b != '\n')
		return feed_broken(f, "chunk that is longer than its size");
	*f->in = c;
	return feed_go(f, HTTP1_PHASE_CHUNK);
}

static bool
feed_trailer(struct feeding *f)
{
	struct str line = STR_NONE;
	bool go = false;

	if (!feed_line(f, &line, &go))
		return go;
	return line.n != 0 ? feed_go(f, HTTP1_PHASE_TRAILER) : feed_close(f);
}

/*
 * A body that ends with the connection. The engine knows whether that was a
 * proper end, if it was the engine who passed over the last of it.
 */
static bool
feed_to_end(struct feeding *f)
{
	struct http1_dir *h = f->h;

	if (h->skipping)
		return feed_close(f);
	if (h->overlay && !cur_at_end(f->in))
		feed_overlay(f, cur_rest(f->in));
	if (h->overlay && !dissect_ended(f->d, f->dir))
		return feed_stop(f, FEED_OK);
	h->skipping = true;
	dissect_skip(f->d, DISSECT_TO_END);
	return feed_stop(f, FEED_SKIP);
}

/* --- searching ---------------------------------------------------------- */

/* Pass over n bytes in which nothing begins. */
static bool
feed_pass(struct feeding *f, size_t n, bool midline)
{
	struct http1_dir *h = f->h;

	(void)cur_skip(f->in, n);
	h->midline = midline;
	h->searched += n;
	if (h->searched <= dissect_limits(f->d)->resync_bytes)
		return feed_go(f, HTTP1_PHASE_SEARCH);
	dissect_limit(f->d, f->dir, "resync-bytes");
	return feed_go(f, HTTP1_PHASE_DEAD);
}

static bool
feed_found(struct feeding *f, size_t at)
{
	(void)cur_skip(f->in, at);
	f->h->found = true;
	return feed_go(f, HTTP1_PHASE_START);
}

/* What is there of a line without its end. */
static bool
feed_searching_on(struct feeding *f, bool too_long)
{
	struct str text = str_make(f->in->p, cur_left(f->in));
	bool response = f->dir == TO_CLIENT;
	const uint8_t *lf;
	size_t at;

	if (too_long) {
		lf = cur_scan(f->in, '\n', text.n);
		at = lf != NULL ? (size_t)(lf - f->in->p) + 1 : text.n;
		return feed_pass(f, at, lf == NULL);
	}
	if (!f->h->midline && http1_line_begins(text, response) != VERDICT_NO)
		return feed_more(f);
	at = http1_line_hope(text, response);
	return at == 0 ? feed_more(f) : feed_pass(f, at, true);
}

static bool
feed_searching(struct feeding *f)
{
	bool response = f->dir == TO_CLIENT;
	struct cursor c = *f->in;
	struct http1_line line;
	struct str text;
	size_t at;

	if (cur_at_end(&c))
		return feed_stop(f, FEED_OK);
	text = cur_line_lf(&c, HTTP1_LINE_MAX);
	if (!cur_ok(&c))
		return feed_searching_on(f, c.state != CUR_MORE);
	at = http1_line_find(text, response);
	if (at < text.n)
		return feed_found(f, at);
	if (!f->h->midline && http1_line_parse(text, response, &line))
		return feed_found(f, 0);
	return feed_pass(f, cur_left(f->in) - cur_left(&c), false);
}

static bool
feed_dead(struct feeding *f)
{
	enum dir other = dir_other(f->dir);

	(void)cur_rest(f->in);
	return feed_stop(f, f->s->dir[other].phase == HTTP1_PHASE_DEAD
	                        ? FEED_DONE
	                        : FEED_OK);
}

/* --- the members of struct dissector ------------------------------------ */

enum feed
http1_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	static bool (*const step[])(struct feeding *) = {
		[HTTP1_PHASE_START] = feed_start,
		[HTTP1_PHASE_BODY] = feed_body,
		[HTTP1_PHASE_CHUNK] = feed_chunk,
		[HTTP1_PHASE_CHUNK_DATA] = feed_body,
		[HTTP1_PHASE_CHUNK_END] = feed_chunk_end,
		[HTTP1_PHASE_TRAILER] = feed_trailer,
		[HTTP1_PHASE_TO_END] = feed_to_end,
		[HTTP1_PHASE_SEARCH] = feed_searching,
		[HTTP1_PHASE_DEAD] = feed_dead,
	};
	struct http1_state *s = state;
	struct feeding f = {
		.d = d, .s = s, .h = &s->dir[dir], .in = in, .dir = dir
	};

	if (dir == TO_SERVER)
		s->held = s->yield = false;
	while (step[f.h->phase](&f))
		;
	return f.ret;
}

enum feed
http1_feed_gap(struct dissect *d, void *state, enum dir dir,
               const struct gap *g)
{
	struct http1_state *s = state;
	struct http1_dir *h = &s->dir[dir];
	struct feeding f = { .d = d, .s = s, .h = h, .dir = dir };
	uint64_t len = g != NULL ? g->len : UINT64_MAX;

	h->lost = true;
	/* An overlay that was shown the first half has no use for the rest. */
	h->overlay = false;
	switch (h->phase) {
	case HTTP1_PHASE_BODY:
	case HTTP1_PHASE_CHUNK_DATA:
		if (len > h->left)
			break;
		h->left -= len;
		return FEED_OK;
	case HTTP1_PHASE_SEARCH:
		h->midline = false;
		return FEED_OK;
	case HTTP1_PHASE_TO_END:
	case HTTP1_PHASE_DEAD:
		return FEED_OK;
	default:
		break;
	}
	if (g != NULL && h->lined && h->interim) {
		(void)feed_seek(&f);
		return FEED_OK;
	}
	message_cut(h->m, g != NULL ? g->off : UINT64_MAX);
	(void)feed_search(&f);
	return FEED_OK;
}
