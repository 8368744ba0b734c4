/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/json_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/utf8.h"

enum state {
	SCAN_VALUE,
	SCAN_FIRST_VALUE, /* of an array, or its end */
	SCAN_FIRST_KEY,   /* of an object, or its end */
	SCAN_KEY,
	SCAN_COLON,
	SCAN_AFTER, /* a value: a comma, or an end */
	SCAN_STRING,
	SCAN_ESCAPE,
	SCAN_HEX,
	SCAN_LITERAL,
	SCAN_NUMBER,
	SCAN_STOPPED,
};

/* One call, with what every step needs. */
struct scanning {
	struct json_scan *s;
	struct cursor in;
	uint64_t from; /* s->off of the piece's first byte */
	json_scan_on *on;
	void *ctx;
};

void
json_scan_init(struct json_scan *s, uint64_t max_depth)
{
	*s = (struct json_scan){
		.max_depth = max_depth < JSON_SCAN_DEPTH ? (unsigned)max_depth
		                                         : JSON_SCAN_DEPTH,
		.state = SCAN_VALUE,
	};
}

void
json_scan_stop(struct json_scan *s)
{
	s->state = SCAN_STOPPED;
}

static bool
scan_fail(struct scanning *g)
{
	json_scan_stop(g->s);
	return false;
}

static bool
scan_go(struct scanning *g, enum state next)
{
	g->s->state = (int)next;
	return true;
}

static void
scan_tell(struct scanning *g, enum json_event ev, struct str text)
{
	if (g->s->state != SCAN_STOPPED)
		g->on(g->s, g->ctx, ev, text);
}

/* An event after which this state follows, unless it was to be the last. */
static bool
scan_told(struct scanning *g, enum json_event ev, struct str text,
          enum state next)
{
	g->s->state = (int)next;
	g->s->off = g->from - cur_left(&g->in);
	scan_tell(g, ev, text);
	return g->s->state != SCAN_STOPPED;
}

/* --- containers --------------------------------------------------------- */

static bool
is_object(const struct json_scan *s)
{
	unsigned at = s->depth - 1;

	return s->depth != 0 && (s->objects[at / 8] >> at % 8 & 1) != 0;
}

static bool
scan_open(struct scanning *g, bool object)
{
	struct json_scan *s = g->s;
	unsigned at = s->depth;

	if (at == s->max_depth)
		return scan_fail(g);
	s->depth++;
	s->objects[at / 8] &= (uint8_t) ~(1u << at % 8);
	if (object)
		s->objects[at / 8] |= (uint8_t)(1u << at % 8);
	return scan_told(g, object ? JSON_OBJECT : JSON_ARRAY, STR_NONE,
	                 object ? SCAN_FIRST_KEY : SCAN_FIRST_VALUE);
}

static bool
scan_close(struct scanning *g)
{
	struct json_scan *s = g->s;
	bool object = is_object(s);

	if (!scan_told(g, object ? JSON_OBJECT_END : JSON_ARRAY_END, STR_NONE,
	               SCAN_AFTER))
		return false;
	s->depth--;
	return true;
}

/* --- strings ------------------------------------------------------------ */

static bool
scan_open_string(struct scanning *g, bool key)
{
	g->s->key = key;
	g->s->high = 0;
	return scan_go(g, SCAN_STRING);
}

static bool
scan_part(struct scanning *g, struct str text)
{
	scan_tell(g, g->s->key ? JSON_KEY_PART : JSON_STRING_PART, text);
	return g->s->state != SCAN_STOPPED;
}

static bool
scan_char(struct scanning *g, uint32_t cp)
{
	char text[UTF8_MAX];

	return scan_part(g, str_make(text, utf8_encode(cp, text)));
}

/* A first half whose second one did not come. */
static bool
scan_half(struct scanning *g)
{
	bool half = g->s->high != 0;

	g->s->high = 0;
	return !half || scan_char(g, UTF8_REPLACEMENT);
}

static bool
is_plain(uint8_t b)
{
	return b >= 0x20 && b != '"' && b != '\\';
}

static bool
scan_string(struct scanning *g)
{
	struct str all = str_make(g->in.p, cur_left(&g->in));
	struct cursor c = g->in;
	uint8_t b;

	while (!cur_at_end(&c) && is_plain(cur_peek_u8(&c)))
		(void)cur_skip(&c, 1);
	all.n -= cur_left(&c);
	(void)cur_skip(&g->in, all.n);
	if (all.n != 0)
		return scan_half(g) && scan_part(g, all);
	b = cur_u8(&g->in);
	if (b == '\\')
		return scan_go(g, SCAN_ESCAPE);
	if (b != '"' || !scan_half(g))
		return scan_fail(g);
	return g->s->key ? scan_told(g, JSON_KEY, STR_NONE, SCAN_COLON)
	                 : scan_told(g, JSON_STRING, STR_NONE, SCAN_AFTER);
}

static bool
scan_escape(struct scanning *g)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	char b = (char)cur_u8(&g->in);
	const char *at = memchr(names, b, sizeof(names) - 1);

	if (b == 'u') {
		g->s->code = 0;
		g->s->digits = 0;
		return scan_go(g, SCAN_HEX);
	}
	if (at == NULL)
		return scan_fail(g);
	g->s->state = SCAN_STRING;
	return scan_half(g) && scan_part(g, str_make(values + (at - names), 1));
}

/* A code unit of UTF-16, which may be half of a pair. */
static bool
scan_unit(struct scanning *g, uint32_t unit)
{
	struct json_scan *s = g->s;
	uint32_t high = s->high;

	s->state = SCAN_STRING;
	if (unit >= 0xdc00 && unit <= 0xdfff) {
		s->high = 0;
		if (high == 0)
			return scan_char(g, UTF8_REPLACEMENT);
		return scan_char(g, 0x10000 + ((high - 0xd800) << 10) +
		                        (unit - 0xdc00));
	}
	if (!scan_half(g))
		return false;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		s->high = unit;
		return true;
	}
	return scan_char(g, unit);
}

static bool
scan_hex(struct scanning *g)
{
	unsigned d = cur_digit(cur_u8(&g->in));

	if (d > 15)
		return scan_fail(g);
	g->s->code = g->s->code << 4 | d;
	return ++g->s->digits < 4 || scan_unit(g, g->s->code);
}

/* --- other values ------------------------------------------------------- */

static bool
scan_literal(struct scanning *g)
{
	struct json_scan *s = g->s;

	if ((char)cur_u8(&g->in) != *s->rest.p)
		return scan_fail(g);
	s->rest = str_tail(s->rest, 1);
	if (s->rest.n != 0)
		return true;
	return scan_told(g, s->literal, STR_NONE, SCAN_AFTER);
}

static bool
scan_open_literal(struct scanning *g, struct str rest, enum json_event ev)
{
	g->s->rest = rest;
	g->s->literal = ev;
	return scan_go(g, SCAN_LITERAL);
}

static bool
scan_number(struct scanning *g)
{
	static const char set[] = "+-.0123456789Ee";
	struct json_scan *s = g->s;
	char b = (char)cur_peek_u8(&g->in);

	if (memchr(set, b, sizeof(set) - 1) == NULL)
		return scan_told(g, JSON_NUMBER,
		                 str_make(s->number, s->nnumber), SCAN_AFTER);
	if (s->nnumber == JSON_SCAN_NUMBER)
		return scan_fail(g);
	s->number[s->nnumber++] = b;
	return cur_skip(&g->in, 1);
}

static bool
scan_value(struct scanning *g)
{
	struct cursor c = g->in;
	uint8_t b = cur_u8(&c);

	if (b == '-' || (b >= '0' && b <= '9')) {
		g->s->nnumber = 0;
		return scan_go(g, SCAN_NUMBER);
	}
	g->in = c;
	switch (b) {
	case '{':
	case '[':
		return scan_open(g, b == '{');
	case '"':
		return scan_open_string(g, false);
	case 't':
		return scan_open_literal(g, STR("rue"), JSON_TRUE);
	case 'f':
		return scan_open_literal(g, STR("alse"), JSON_FALSE);
	case 'n':
		return scan_open_literal(g, STR("ull"), JSON_NULL);
	default:
		return scan_fail(g);
	}
}

/* --- steps -------------------------------------------------------------- */

static bool
is_blank(uint8_t b)
{
	return b == ' ' || b == '\t' || b == '\n' || b == '\r';
}

/* Between values: one byte that has a meaning there. */
static bool
scan_mark(struct scanning *g)
{
	struct json_scan *s = g->s;
	uint8_t b = cur_u8(&g->in);

	switch ((enum state)s->state) {
	case SCAN_FIRST_KEY:
		if (b == '}')
			return scan_close(g);
		return b == '"' ? scan_open_string(g, true) : scan_fail(g);
	case SCAN_KEY:
		return b == '"' ? scan_open_string(g, true) : scan_fail(g);
	case SCAN_COLON:
		return b == ':' ? scan_go(g, SCAN_VALUE) : scan_fail(g);
	default:
		break;
	}
	if (s->depth == 0)
		return scan_fail(g);
	if (b == ',')
		return scan_go(g, is_object(s) ? SCAN_KEY : SCAN_VALUE);
	return b == (is_object(s) ? '}' : ']') ? scan_close(g) : scan_fail(g);
}

static bool
scan_step(struct scanning *g)
{
	enum state state = (enum state)g->s->state;

	switch (state) {
	case SCAN_STRING:
		return scan_string(g);
	case SCAN_ESCAPE:
		return scan_escape(g);
	case SCAN_HEX:
		return scan_hex(g);
	case SCAN_LITERAL:
		return scan_literal(g);
	case SCAN_NUMBER:
		return scan_number(g);
	case SCAN_STOPPED:
		return false;
	default:
		break;
	}
	if (is_blank(cur_peek_u8(&g->in)))
		return cur_skip(&g->in, 1);
	if (state == SCAN_VALUE ||
	    (state == SCAN_FIRST_VALUE && cur_peek_u8(&g->in) != ']'))
		return scan_value(g);
	return scan_mark(g);
}

bool
json_scan_feed(struct json_scan *s, struct str piece, json_scan_on *on,
               void *ctx)
{
	struct scanning g = { .s = s,
		              .in = cur_from_str(piece, false),
		              .from = s->off + piece.n,
		              .on = on,
		              .ctx = ctx };
	bool good = s->state != SCAN_STOPPED;

	while (good && !cur_at_end(&g.in)) {
		good = scan_step(&g);
	}
	s->off = g.from - cur_left(&g.in);
	return good;
}

bool
json_scan_end(struct json_scan *s, json_scan_on *on, void *ctx)
{
	struct scanning g = { .s = s,
		              .in = cur_from_str(STR_NONE, false),
		              .from = s->off,
		              .on = on,
		              .ctx = ctx };

	if (s->state == SCAN_NUMBER && s->depth == 0)
		(void)scan_told(&g, JSON_NUMBER,
		                str_make(s->number, s->nnumber), SCAN_AFTER);
	return s->state == SCAN_AFTER && s->depth == 0;
}

/* --- as a value --------------------------------------------------------- */

/* Where events become calls of a sink. */
struct rendering {
	struct sink *out;
	struct buf key;
	bool in_text;
	unsigned skip; /* the depth of an unwanted container, + 1 */
	bool unwanted; /* the value that comes is not wanted */
};

enum { KEY_MAX = 1 << 20 };

static void
render_number(struct str text, struct sink *out)
{
	char buf[JSON_SCAN_NUMBER + 1];
	int64_t whole;
	double v;

	if (str_i64(text, &whole) == 0) {
		sink_integer(out, whole);
		return;
	}
	v = str_to_c(text, buf, sizeof(buf)) ? strtod(buf, NULL) : NAN;
	if (isfinite(v))
		sink_number(out, v);
	else
		sink_string(out, text);
}

static void
render_text(struct rendering *r, struct str part)
{
	if (!r->in_text)
		sink_text_begin(r->out);
	r->in_text = true;
	sink_text(r->out, part);
}

static void
render_scalar(struct rendering *r, enum json_event ev, struct str text)
{
	switch (ev) {
	case JSON_STRING:
		render_text(r, STR_NONE);
		sink_text_end(r->out);
		r->in_text = false;
		break;
	case JSON_NUMBER:
		render_number(text, r->out);
		break;
	case JSON_NULL:
		sink_null(r->out);
		break;
	default:
		sink_boolean(r->out, ev == JSON_TRUE);
		break;
	}
}

static void
render_key(struct rendering *r, enum json_event ev, struct str text)
{
	int rc;

	if (ev == JSON_KEY_PART) {
		rc = buf_append_str(&r->key, text);
		if (rc != 0)
			sink_fail(r->out, rc);
		return;
	}
	r->unwanted = !sink_want(r->out, buf_str(&r->key));
	buf_clear(&r->key);
}

/* What is below a key that nobody wants is passed over. */
static bool
render_skips(struct rendering *r, const struct json_scan *s, enum json_event ev)
{
	bool end = ev == JSON_OBJECT_END || ev == JSON_ARRAY_END;

	if (r->skip != 0) {
		if (end && s->depth == r->skip)
			r->skip = 0;
		return true;
	}
	if (!r->unwanted || ev == JSON_KEY_PART || ev == JSON_KEY)
		return false;
	if (ev == JSON_OBJECT || ev == JSON_ARRAY)
		r->skip = s->depth;
	r->unwanted = ev == JSON_STRING_PART;
	return true;
}

static void
render_on(struct json_scan *s, void *ctx, enum json_event ev, struct str text)
{
	struct rendering *r = ctx;

	if (render_skips(r, s, ev))
		return;
	switch (ev) {
	case JSON_OBJECT:
		sink_begin_object(r->out);
		break;
	case JSON_OBJECT_END:
		sink_end_object(r->out);
		break;
	case JSON_ARRAY:
		sink_begin_array(r->out);
		break;
	case JSON_ARRAY_END:
		sink_end_array(r->out);
		break;
	case JSON_KEY_PART:
	case JSON_KEY:
		render_key(r, ev, text);
		break;
	case JSON_STRING_PART:
		render_text(r, text);
		break;
	default:
		render_scalar(r, ev, text);
		break;
	}
}

static void
ignore(struct json_scan *s, void *ctx, enum json_event ev, struct str text)
{
	(void)s, (void)ctx, (void)ev, (void)text;
}

void
json_scan_render(struct str text, uint64_t max_depth, struct sink *out)
{
	struct rendering r = { .out = out };
	struct json_scan s;

	json_scan_init(&s, max_depth);
	if (!json_scan_feed(&s, text, ignore, NULL) ||
	    !json_scan_end(&s, ignore, NULL)) {
		sink_null(out);
		return;
	}
	buf_init(&r.key, KEY_MAX);
	json_scan_init(&s, max_depth);
	(void)json_scan_feed(&s, text, render_on, &r);
	(void)json_scan_end(&s, render_on, &r);
	buf_release(&r.key);
}
