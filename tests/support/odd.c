/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/odd.h"

#include "analyzer/proto/overlay.h"

static const uint16_t ports[] = { 7, 0 };

const struct protocol odd_variant = { .key = "odd", .ports = ports };

static const struct protocol *const variants[] = { &odd_variant, NULL };

struct odd_dir {
	struct message *m;
	uint64_t moved;   /* steps taken */
	uint64_t waiting; /* the other side's steps when the wait began, + 1 */
	bool searching;
	bool to_end;
	bool waits; /* by W */
};

struct odd {
	struct odd_dir dir[2];
	bool keyed;
};

static enum verdict
odd_probe(const struct probe *p)
{
	struct cursor c = p->to_server;
	uint8_t first = cur_u8(&c);

	if (first == '!' || first == ':' || p->l4 == 17)
		return VERDICT_YES;
	return VERDICT_NO;
}

static struct str
odd_field(const struct http_head *h, struct str name)
{
	(void)h, (void)name;
	return STR("value");
}

static void
odd_open(struct dissect *d, struct odd *s, enum dir dir, struct cursor *in,
         uint8_t b)
{
	static const char *const kinds[] = { "rR", "pP", "o" };
	struct message_summary sum = { .proto = &odd_variant };
	enum message_kind kind = MESSAGE_REQUEST;
	uint64_t off = dissect_offset(d, in) - 1;
	uint64_t key = 0;
	struct message *m;
	char name[2] = { 'a', 0 };

	while (kind < MESSAGE_ONE_WAY &&
	       str_find_char(str_from_c(kinds[kind]), (char)b) == 2)
		kind++;
	if (s->keyed)
		key = cur_u8(in);
	m = message_open(d, dir, kind, key, off);
	name[0] = (char)('a' + off % 26);
	sum.method = kind == MESSAGE_RESPONSE ? STR_NONE : STR("M");
	sum.target = kind == MESSAGE_RESPONSE ? STR_NONE : str_from_c(name);
	sum.status = kind == MESSAGE_RESPONSE ? 200 : 0;
	message_summary(m, &sum);
	if (b == 'R' || b == 'P')
		s->dir[dir].m = m;
	else
		message_close(m, dissect_offset(d, in));
}

/* Steps about the message that is open. */
static void
odd_message(struct dissect *d, struct odd_dir *t, struct cursor *in, uint8_t b)
{
	static const char body[] = "T";
	struct http_head head = { .method = STR("M"), .field = odd_field };
	uint64_t off = dissect_offset(d, in);

	switch (b) {
	case 'C':
		message_close(t->m, off);
		t->m = NULL;
		break;
	case 'X':
		message_cut(t->m, off);
		t->m = NULL;
		break;
	case 'S':
		message_span(t->m, (struct span){ .off = off - 1, .len = 1 });
		break;
	case 'K':
		message_keep(t->m, STR("k"));
		break;
	case 'F':
		message_flag(t->m, ENTRY_FAILED);
		break;
	case 'H':
		(void)message_http(t->m, &head);
		break;
	case 'T':
		(void)message_body(t->m, cur_make(body, 1, false));
		break;
	default:
		break;
	}
}

/* Steps that end the call; false when b is none of them. */
static bool
odd_answer(struct dissect *d, struct odd *s, enum dir dir, struct cursor *in,
           enum feed *ret)
{
	struct odd_dir *t = &s->dir[dir];
	struct odd_dir *other = &s->dir[dir_other(dir)];
	struct cursor c = *in;
	uint8_t b = cur_u8(&c);

	*ret = FEED_OK;
	switch (b) {
	case 'w':
		if (t->waiting == 0)
			t->waiting = other->moved + 1;
		if (other->moved + 1 > t->waiting ||
		    dissect_ended(d, dir_other(dir))) {
			t->waiting = 0;
			return false;
		}
		*ret = FEED_WAIT;
		return true;
	case 'b':
		if (t->searching)
			return false;
		*ret = FEED_BAD;
		return true;
	case 'B':
		*ret = FEED_BAD;
		return true;
	case 'm':
		*ret = FEED_MORE;
		return true;
	case '/':
		if (cur_left(in) >= 5) {
			(void)cur_skip(in, 4);
			return false;
		}
		in->need = 5 - cur_left(in);
		*ret = FEED_MORE;
		return true;
	case 's':
	case 'l':
		dissect_skip(d, b == 's' ? 0 : DISSECT_TO_END);
		*ret = FEED_SKIP;
		return true;
	case 'a':
		in->end = in->p;
		return true;
	default:
		return false;
	}
}

/* Steps that consume their letter and end the call. */
static bool
odd_stop(struct dissect *d, struct odd_dir *t, uint8_t b, enum feed *ret)
{
	switch (b) {
	case 'h':
		dissect_handover(d, "template", "was template");
		*ret = FEED_HANDOVER;
		return true;
	case 'x':
		dissect_handover(d, "nobody", "gone to nobody");
		*ret = FEED_HANDOVER;
		return true;
	case 'n':
		dissect_handover(d, NULL, "a tunnel");
		*ret = FEED_HANDOVER;
		return true;
	case 'd':
		*ret = FEED_DONE;
		return true;
	case 'E':
		t->to_end = true;
		dissect_skip(d, DISSECT_TO_END);
		*ret = FEED_SKIP;
		return true;
	default:
		if (b < '0' || b > '9')
			return false;
		dissect_skip(d, (uint64_t)b - '0');
		*ret = FEED_SKIP;
		return true;
	}
}

static enum feed
odd_feed(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct odd *s = state;
	struct odd_dir *t = &s->dir[dir];
	struct odd_dir *other = &s->dir[dir_other(dir)];
	enum feed ret = FEED_OK;

	if (t->to_end && dissect_ended(d, dir)) {
		t->to_end = false;
		message_close(t->m, dissect_offset(d, in));
		t->m = NULL;
	}
	if (t->waits && other->moved < t->waiting &&
	    !dissect_ended(d, dir_other(dir)))
		return FEED_WAIT;
	if (t->waits)
		t->waiting = 0;
	t->waits = false;
	while (!cur_at_end(in) && !odd_answer(d, s, dir, in, &ret)) {
		uint8_t b = cur_u8(in);

		t->moved++;
		if (b == ':')
			s->keyed = true;
		if (b == 'E')
			odd_open(d, s, dir, in, 'P');
		else if (str_find_char(STR("rpoRP"), (char)b) < 5)
			odd_open(d, s, dir, in, b);
		else
			odd_message(d, t, in, b);
		if (b == 'W') {
			t->waits = true;
			t->waiting = other->moved + 1;
			return FEED_WAIT;
		}
		if (odd_stop(d, t, b, &ret))
			break;
	}
	return ret;
}

static enum feed
odd_gap(struct dissect *d, void *state, enum dir dir, const struct gap *g)
{
	struct odd *s = state;

	(void)d;
	s->dir[dir].searching = true;
	/* A gap of 13 bytes is unlucky. */
	return g != NULL && g->len == 13 ? FEED_DONE : FEED_OK;
}

const struct dissector odd_dissector = {
	.abi = PROTO_ABI,
	.name = "odd",
	.l4 = 6,
	.ports = ports,
	.protocols = variants,
	.state_size = sizeof(struct odd),
	.probe = odd_probe,
	.feed = odd_feed,
	.gap = odd_gap,
};

/* The same for datagrams. */
const struct dissector odd_datagrams = {
	.abi = PROTO_ABI,
	.name = "odd-datagrams",
	.l4 = 17,
	.ports = ports,
	.protocols = variants,
	.state_size = sizeof(struct odd),
	.probe = odd_probe,
	.feed = odd_feed,
	.gap = odd_gap,
};
