/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dissector to copy. Its protocol does not exist; it has one of everything
 * that most protocols have: a line that begins a message, a body of known
 * length, requests and responses in the same order.
 *
 *	request    Q <name> <length> LF <length bytes>
 *	response   A <status> <length> LF <length bytes>
 *
 * docs/dissectors.md explains the parts in the order of this file.
 */
#include "analyzer/proto/proto.h"

enum { TEMPLATE_LINE = 256, TEMPLATE_STATUS = 999 };

/* --- variants: how it is called, coloured and found ----------------------- */

static const uint16_t ports[] = { 7007, 0 };

static const struct protocol variant = {
	.key = "template/1",
	.name = "template",
	.version = "1",
	.abbr = "TMPL",
	.long_name = "Template Protocol",
	.macro = "template",
	.background = "#808080",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = "https://example.com/template",
	.layer4 = "tcp",
	.priority = 9,
	.ports = ports,
};

static const struct protocol *const variants[] = { &variant, NULL };

static const struct field fields[] = {
	{ "request.name", FIELD_STRING, false, "target", "what is asked for" },
	{ "request.size", FIELD_NUMBER, false, NULL, "bytes of the body" },
	{ "response.status", FIELD_NUMBER, false, "status", "the outcome" },
	{ "response.size", FIELD_NUMBER, false, NULL, "bytes of the body" },
	{ NULL, FIELD_STRING, false, NULL, NULL },
};

/* --- one head, for both lives --------------------------------------------- */

struct head {
	struct str name; /* requests */
	int32_t status;  /* responses */
	uint64_t length;
};

static const struct cur_set name_set = {
	.in = { ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['.'] = 1 },
};

/* The cursor's state tells: OK, more bytes needed, or not of this protocol. */
static void
parse_head(struct cursor *c, enum side side, struct head *ret)
{
	struct head h = { .status = 0 };

	(void)cur_expect(c, side == SIDE_REQUEST ? STR("Q ") : STR("A "));
	if (side == SIDE_REQUEST)
		h.name = cur_token(c, &name_set, TEMPLATE_LINE);
	else
		h.status = (int32_t)cur_decimal(c, TEMPLATE_STATUS);
	(void)cur_expect(c, STR(" "));
	h.length = cur_decimal(c, INT64_MAX);
	(void)cur_expect(c, STR("\n"));
	if (cur_ok(c))
		*ret = h;
}

/* --- recognising it ------------------------------------------------------- */

static enum verdict
judge(struct cursor c, enum side side)
{
	struct head h;

	if (cur_left(&c) == 0)
		return VERDICT_MAYBE;
	parse_head(&c, side, &h);
	if (cur_ok(&c))
		return VERDICT_YES;
	return c.state == CUR_MORE ? VERDICT_MAYBE : VERDICT_NO;
}

static enum verdict
template_probe(const struct probe *p)
{
	enum verdict q = judge(p->to_server, SIDE_REQUEST);
	enum verdict a = judge(p->to_client, SIDE_RESPONSE);

	if (q == VERDICT_NO || a == VERDICT_NO)
		return VERDICT_NO;
	return q > a ? q : a;
}

/* --- first life: indexing ------------------------------------------------- */

struct direction {
	struct message *m; /* the one whose body is passed over; may be NULL */
	bool in_body;
	bool searching; /* for a head, after a gap */
};

struct template
{
	struct direction dir[2];
};

/* A head was read; it began at off. */
static enum feed
begin_message(struct dissect *d, struct direction *t, enum dir dir,
              const struct head *h, uint64_t off)
{
	bool request = dir == TO_SERVER;
	struct message_summary sum = {
		.proto = &variant,
		.method = request ? STR("Q") : STR_NONE,
		.target = h->name,
		.status = h->status,
		.failed = h->status >= 500,
	};

	t->m = message_open(
	    d, dir, request ? MESSAGE_REQUEST : MESSAGE_RESPONSE, 0, off);
	message_summary(t->m, &sum);
	t->in_body = true;
	t->searching = false;
	dissect_skip(d, h->length);
	return FEED_SKIP;
}

static enum feed
template_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct template *s = state;
	struct direction *t = &s->dir[dir];

	if (t->in_body) {
		message_close(t->m, dissect_offset(d, in));
		t->m = NULL;
		t->in_body = false;
	}
	while (!cur_at_end(in)) {
		struct cursor c = *in;
		struct head h;
		uint64_t off = dissect_offset(d, in);

		parse_head(&c, dir == TO_SERVER ? SIDE_REQUEST : SIDE_RESPONSE,
		           &h);
		if (cur_ok(&c)) {
			*in = c;
			return begin_message(d, t, dir, &h, off);
		}
		if (c.state == CUR_MORE) {
			in->need = c.need;
			return FEED_MORE;
		}
		if (!t->searching)
			return FEED_BAD;
		(void)cur_skip(in, 1);
	}
	return FEED_OK;
}

static enum feed
template_gap(struct dissect *d, void *state, enum dir dir, const struct gap *g)
{
	struct template *s = state;
	struct direction *t = &s->dir[dir];

	(void)d;
	if (t->in_body)
		message_cut(t->m, g != NULL ? g->off : UINT64_MAX);
	t->m = NULL;
	t->in_body = false;
	t->searching = true;
	return FEED_OK;
}

/* --- second life: showing it ---------------------------------------------- */

/* A message of this protocol is one span; its bytes from `at` on. */
static int
read_at(const struct exchange *x, enum side side, uint64_t at, struct str *io)
{
	const struct entry_side *e = side == SIDE_REQUEST ? &x->entry->request
	                                                  : &x->entry->response;
	uint64_t left = at < e->spans[0].len ? e->spans[0].len - at : 0;
	size_t want = io->n < left ? io->n : (size_t)left;
	void *p = arena_alloc(x->scratch, want != 0 ? want : 1);
	uint64_t hole = 0;
	size_t got = 0;
	int err;

	if (p == NULL)
		return arena_error(x->scratch);
	if (want != 0) {
		struct layer_at from = {
			.layer = e->spans[0].layer,
			.dir = side == SIDE_REQUEST ? TO_SERVER : TO_CLIENT,
			.off = e->spans[0].off + at,
		};

		err = x->reader->read(x->reader->ctx, from, p, want, &got,
		                      &hole);
		if (err != 0)
			return err;
	}
	*io = str_make(p, got);
	return 0;
}

/* The head again, and where the body begins. */
static int
read_head(const struct exchange *x, enum side side, struct head *ret,
          uint64_t *ret_body)
{
	struct str bytes = { .n = TEMPLATE_LINE + 64 };
	struct cursor c;
	int err = read_at(x, side, 0, &bytes);

	*ret = (struct head){ .status = 0 };
	*ret_body = 0;
	if (err != 0)
		return err;
	c = cur_from_str(bytes, false);
	parse_head(&c, side, ret);
	*ret_body = bytes.n - cur_left(&c);
	return 0;
}

static int
template_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct head h;
	uint64_t body;
	int err = read_head(x, side, &h, &body);

	if (err != 0)
		return err;
	sink_begin_object(out);
	if (side == SIDE_REQUEST)
		sink_member_string(out, "name", h.name);
	else
		sink_member_integer(out, "status", h.status);
	sink_member_integer(out, "size", (int64_t)h.length);
	sink_end_object(out);
	return out->error;
}

static int
template_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct head h;
	uint64_t body;
	int err = read_head(x, side, &h, &body);

	if (err != 0)
		return err;
	sink_begin_array(out);
	sink_begin_object(out);
	sink_member_string(out, "type", STR("table"));
	sink_member_string(out, "title", STR("Details"));
	/* The rows are JSON in a string: see contract of the compatible API. */
	sink_member_string(
	    out, "data",
	    side == SIDE_REQUEST
		? arena_printf(x->scratch,
	                       "[{\"name\":\"Name\",\"value\":\"" STR_FMT
	                       "\",\"selector\":\"request.name\"}]",
	                       STR_ARG(h.name))
		: arena_printf(x->scratch,
	                       "[{\"name\":\"Status\",\"value\":%d,"
	                       "\"selector\":\"response.status\"}]",
	                       h.status));
	sink_end_object(out);
	sink_end_array(out);
	return out->error;
}

static int
template_body(const struct exchange *x, enum side side, bool decoded,
              struct body_range range, const struct body_out *out)
{
	struct head h;
	uint64_t at;
	int err = read_head(x, side, &h, &at);

	(void)decoded; /* there are no codings */
	while (err == 0 && range.len != 0 && range.off < h.length) {
		uint64_t left = h.length - range.off;
		struct str part = { .n = 4096 };

		if (part.n > left)
			part.n = (size_t)left;
		if (part.n > range.len)
			part.n = (size_t)range.len;
		err = read_at(x, side, at + range.off, &part);
		if (err != 0 || part.n == 0)
			break;
		err = out->bytes(out->ctx, (const uint8_t *)part.p, part.n);
		range.off += part.n;
		range.len -= range.len != UINT64_MAX ? part.n : 0;
	}
	return err;
}

const struct dissector proto_template = {
	.abi = PROTO_ABI,
	.name = "template",
	.summary = "a protocol that does not exist, to copy",
	.l4 = 6,
	.ports = ports,
	.protocols = variants,
	.fields = fields,
	.state_size = sizeof(struct template),
	.probe = template_probe,
	.feed = template_feed,
	.gap = template_gap,
	.render = template_render,
	.represent = template_represent,
	.body = template_body,
};
