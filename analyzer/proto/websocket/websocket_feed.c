/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_feed.h"

#include "analyzer/proto/upgrade.h"
#include "analyzer/proto/websocket/websocket_frame.h"

/* One call of feed(), with what every step needs. */
struct feeding {
	struct dissect *d;
	struct websocket_dir *w;
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
feed_go(struct feeding *f, enum websocket_phase next)
{
	f->w->phase = next;
	return true;
}

static bool
feed_stop(struct feeding *f, enum feed ret)
{
	f->ret = ret;
	return false;
}

struct str
websocket_opcode_name(unsigned opcode)
{
	switch (opcode) {
	case WEBSOCKET_TEXT:
		return STR("text");
	case WEBSOCKET_BINARY:
		return STR("binary");
	case WEBSOCKET_CLOSE:
		return STR("close");
	case WEBSOCKET_PING:
		return STR("ping");
	case WEBSOCKET_PONG:
		return STR("pong");
	default:
		return STR("continuation");
	}
}

/* --- what is kept ------------------------------------------------------- */

/* A byte of flags, the start as a varint, the protocol. */
enum { KEPT_RESET = 1, KEPT_HEAD = 1 + CUR_VARINT_MAX };

bool
websocket_kept_read(struct str kept, struct websocket_kept *ret)
{
	struct cursor c = cur_from_str(kept, false);
	uint8_t flags = cur_u8(&c);
	struct websocket_kept k = { .reset = (flags & KEPT_RESET) != 0 };

	k.start = cur_varint(&c);
	k.protocol = cur_rest(&c);
	if (!cur_ok(&c)) {
		*ret = (struct websocket_kept){ .start = 0 };
		return false;
	}
	*ret = k;
	return true;
}

/* Is this parameter among those of permessage-deflate? */
static bool
has_parameter(struct str extension, struct str name)
{
	struct str one, rest = extension;

	while (rest.n != 0) {
		(void)str_split1(rest, ';', &one, &rest);
		if (str_eq_nocase(str_trim(one), name))
			return true;
	}
	return false;
}

/* The element of the list of extensions that is permessage-deflate. */
static struct str
find_deflate(struct str extensions)
{
	struct str one, rest = extensions;

	while (rest.n != 0) {
		struct str name, parameters;

		(void)str_split1(rest, ',', &one, &rest);
		(void)str_split1(one, ';', &name, &parameters);
		if (str_eq_nocase(str_trim(name), STR("permessage-deflate")))
			return str_trim(one);
	}
	return STR_NONE;
}

/* Keep what rendering cannot find out: see struct websocket_kept. */
static void
feed_keep(struct feeding *f, struct message *m, const struct upgrade *u,
          bool compressed)
{
	struct str deflate = find_deflate(u->extensions);
	bool reset = has_parameter(
	    deflate, f->dir == TO_SERVER ? STR("client_no_context_takeover")
					 : STR("server_no_context_takeover"));
	uint64_t start = compressed && !reset ? f->w->start : 0;
	char head[KEPT_HEAD];
	size_t n = 0;

	if (!compressed && u->protocol.n == 0)
		return;
	head[n++] = reset ? KEPT_RESET : 0;
	for (; start > 0x7f; start >>= 7)
		head[n++] = (char)((start & 0x7f) | 0x80);
	head[n++] = (char)start;
	message_keep(m, str_make(head, n));
	message_keep(m, u->protocol);
}

/* --- messages ----------------------------------------------------------- */

static struct message *
feed_open(struct feeding *f, const struct websocket_frame *fr, uint64_t off,
          const struct message_summary *close)
{
	struct message *m = message_open(f->d, f->dir, MESSAGE_ONE_WAY, 0, off);
	struct upgrade u;
	struct message_summary sum = *close;

	if (!upgrade_read(dissect_handed(f->d), &u))
		u = (struct upgrade){ .target = STR_NONE };
	sum.proto = &websocket_v13;
	sum.method = websocket_opcode_name(fr->opcode);
	sum.target = u.target;
	sum.host = u.host;
	message_summary(m, &sum);
	if (f->w->found)
		message_flag(m, ENTRY_RESYNCED);
	f->w->found = false;
	feed_keep(f, m, &u, fr->rsv1);
	return m;
}

static void
feed_span(struct feeding *f, uint64_t end)
{
	message_span(f->w->m, (struct span){ .off = f->w->from,
	                                     .len = end - f->w->from });
}

static void
feed_forget(struct websocket_dir *w)
{
	w->m = NULL;
	w->open = w->last = w->scattered = false;
}

/* The data message is whole. */
static void
feed_close(struct feeding *f)
{
	uint64_t end = feed_offset(f);

	if (f->w->scattered)
		feed_span(f, end);
	message_close(f->w->m, end);
	feed_forget(f->w);
}

/* What a close frame says (section 5.5.1); only then something is set. */
static struct message_summary
feed_close_code(const struct websocket_frame *fr, struct str payload)
{
	struct message_summary sum = { .status = 0 };
	struct cursor c = cur_from_str(payload, false);
	uint8_t code[2];

	if (fr->opcode != WEBSOCKET_CLOSE || payload.n < sizeof(code))
		return sum;
	(void)cur_copy(&c, code, sizeof(code));
	websocket_frame_unmask(fr, 0, code, sizeof(code));
	sum.status = code[0] << 8 | code[1];
	/* 1000: done; 1001: going away, as a browser does with its page. */
	sum.failed = sum.status != 1000 && sum.status != 1001;
	return sum;
}

/* The whole of a control frame is there. */
static void
feed_control(struct feeding *f, const struct websocket_frame *fr, uint64_t off)
{
	struct websocket_dir *w = f->w;
	struct str payload = cur_take(f->in, (size_t)fr->length);
	struct message_summary close = feed_close_code(fr, payload);
	uint64_t end = feed_offset(f);

	message_close(feed_open(f, fr, off, &close), end);
	if (!w->open)
		return;
	/* It stands between the frames of a message. */
	if (off > w->from)
		message_span(w->m, (struct span){ .off = w->from,
		                                  .len = off - w->from });
	w->scattered = true;
	w->from = end;
}

static void
feed_data(struct feeding *f, const struct websocket_frame *fr, uint64_t off)
{
	static const struct message_summary none = { .status = 0 };
	struct websocket_dir *w = f->w;

	if (!w->open) {
		w->m = feed_open(f, fr, off, &none);
		w->from = off;
	}
	w->open = true;
	w->last = fr->fin;
}

/* --- steps -------------------------------------------------------------- */

/* Why a frame cannot be where it is, or NULL. */
static const char *
feed_fault(const struct feeding *f, const struct websocket_frame *fr)
{
	struct upgrade u;
	bool known = upgrade_read(dissect_handed(f->d), &u);

	if (!websocket_frame_is_control(fr) &&
	    f->w->open != (fr->opcode == WEBSOCKET_CONTINUATION))
		return f->w->open ? "a WebSocket message within another one"
		                  : "a WebSocket fragment without its first";
	if (fr->reserved && (!known || u.extensions.n == 0))
		return "a WebSocket frame with reserved bits";
	return NULL;
}

/* From here on, a run of frames has to be found. */
static bool
feed_lost(struct feeding *f, const char *why)
{
	dissect_note(f->d, f->dir, feed_offset(f), why);
	if (f->w->open)
		message_cut(f->w->m, feed_offset(f));
	feed_forget(f->w);
	f->w->searched = 0;
	f->w->found = true;
	return feed_go(f, WEBSOCKET_SEARCH);
}

static bool
feed_frame(struct feeding *f)
{
	struct cursor c = *f->in;
	struct websocket_frame fr;
	uint64_t off = feed_offset(f);
	const char *fault;

	if (cur_at_end(&c))
		return feed_stop(f, FEED_OK);
	websocket_frame_read(&c, &fr);
	if (cur_ok(&c) && websocket_frame_is_control(&fr)) {
		struct cursor all = c;

		(void)cur_peek(&all, (size_t)fr.length);
		c.state = all.state;
		c.need = all.need;
	}
	if (c.state == CUR_MORE) {
		f->in->need = c.need;
		return feed_stop(f, FEED_MORE);
	}
	fault = cur_ok(&c) ? feed_fault(f, &fr) : "no WebSocket frame";
	if (fault != NULL)
		return feed_lost(f, fault);
	*f->in = c;
	if (websocket_frame_is_control(&fr)) {
		feed_control(f, &fr, off);
		return true;
	}
	feed_data(f, &fr, off);
	f->w->phase = WEBSOCKET_PAYLOAD;
	dissect_skip(f->d, fr.length);
	return feed_stop(f, FEED_SKIP);
}

/* The payload was passed over. */
static bool
feed_payload(struct feeding *f)
{
	if (f->w->last)
		feed_close(f);
	return feed_go(f, WEBSOCKET_FRAME);
}

static bool
feed_search(struct feeding *f)
{
	uint64_t max = dissect_limits(f->d)->resync_bytes;
	struct websocket_dir *w = f->w;

	while (!cur_at_end(f->in)) {
		enum verdict v = websocket_frame_sniff(*f->in,
		                                       f->dir == TO_SERVER);

		if (v == VERDICT_YES) {
			w->start = feed_offset(f);
			return feed_go(f, WEBSOCKET_FRAME);
		}
		if (v == VERDICT_MAYBE && !dissect_ended(f->d, f->dir)) {
			f->in->need = 1;
			return feed_stop(f, FEED_MORE);
		}
		(void)cur_skip(f->in, 1);
		if (++w->searched > max) {
			dissect_limit(f->d, f->dir, "resync-bytes");
			return feed_go(f, WEBSOCKET_DEAD);
		}
	}
	return feed_stop(f, FEED_OK);
}

static bool
feed_start(struct feeding *f)
{
	struct upgrade u;
	bool upgraded = upgrade_read(dissect_handed(f->d), &u);

	f->w->start = feed_offset(f);
	return feed_go(f, upgraded ? WEBSOCKET_FRAME : WEBSOCKET_SEARCH);
}

static bool
feed_dead(struct feeding *f)
{
	(void)cur_rest(f->in);
	return feed_stop(f, FEED_OK);
}

/* --- the members of struct dissector ------------------------------------ */

enum feed
websocket_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	static bool (*const step[])(struct feeding *) = {
		[WEBSOCKET_START] = feed_start,
		[WEBSOCKET_SEARCH] = feed_search,
		[WEBSOCKET_FRAME] = feed_frame,
		[WEBSOCKET_PAYLOAD] = feed_payload,
		[WEBSOCKET_DEAD] = feed_dead,
	};
	struct websocket_state *s = state;
	struct feeding f = { .d = d, .w = &s->dir[dir], .in = in, .dir = dir };

	while (step[f.w->phase](&f))
		;
	return f.ret;
}

enum feed
websocket_feed_gap(struct dissect *d, void *state, enum dir dir,
                   const struct gap *g)
{
	struct websocket_state *s = state;
	struct websocket_dir *w = &s->dir[dir];

	(void)d;
	if (w->open)
		message_cut(w->m, g != NULL ? g->off : UINT64_MAX);
	feed_forget(w);
	w->searched = 0;
	if (w->phase != WEBSOCKET_DEAD)
		w->phase = WEBSOCKET_SEARCH;
	return FEED_OK;
}
