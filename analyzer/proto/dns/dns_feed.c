/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_feed.h"

#include <string.h>

#include "analyzer/proto/dns/dns.h"
#include "analyzer/proto/dns/dns_text.h"
#include "analyzer/proto/dns/dns_wire.h"

/* Where FNV-1a begins. */
#define KEY_SEED UINT64_C(0xcbf29ce484222325)

/* Kept with a response that is truncated. */
#define FEED_TRUNCATED "TC"

/* Addresses of one message that names are learnt of. */
#define LEARN_MAX 64u

/* One message, and where it is. */
struct taking {
	struct dissect *d;
	struct dns_state *s;
	const struct protocol *proto;
	enum dir dir;
	struct str msg;
	uint64_t off;  /* of its first byte, a length in front included */
	uint64_t body; /* of its header */
	bool cut;      /* more of it is missing behind msg */
	struct dns_digest g;
	enum cur_state state; /* of its records */
};

/* --- pairing -------------------------------------------------------------- */

/* Never 0, which would be pairing by order. */
static uint64_t
key_of(const struct dns_digest *g)
{
	uint64_t key = KEY_SEED ^ g->h.id;

	if (g->asks) {
		key ^= (uint64_t)g->question.type << 16;
		key ^= (uint64_t)(g->question.rclass & 0x7fff) << 32;
		key = dns_name_hash(&g->question.name, key);
	}
	return key != 0 ? key : 1;
}

static void
remember(struct dns_state *s, uint16_t id, uint64_t key)
{
	for (unsigned i = 0; i < DNS_RECENT; i++) {
		struct dns_recent *r = &s->recent[i];

		if (r->waiting != 0 && r->key == key && r->id == id) {
			if (r->waiting != UINT16_MAX)
				r->waiting++;
			return;
		}
	}
	s->recent[s->next] = (struct dns_recent){ key, id, 1 };
	s->next = (s->next + 1) % DNS_RECENT;
}

/*
 * The key of the question that this response answers. *ret_known: that was
 * asked lately, so that nothing needs to be said of it again.
 */
static uint64_t
answered_key(struct dns_state *s, const struct dns_digest *g, bool *ret_known)
{
	uint64_t key = key_of(g);

	*ret_known = false;
	for (unsigned i = 1; i <= DNS_RECENT; i++) {
		struct dns_recent *r =
		    &s->recent[(s->next + DNS_RECENT - i) % DNS_RECENT];

		if (r->waiting == 0 || r->id != g->h.id ||
		    (g->asks && r->key != key))
			continue;
		r->waiting--;
		*ret_known = true;
		return r->key;
	}
	return key;
}

/* --- zone transfers ------------------------------------------------------- */

static bool
is_transfer(const struct taking *t)
{
	const struct dns_digest *g = &t->g;

	return t->proto == &dns_tcp && g->asks &&
	       (g->question.type == DNS_TYPE_AXFR ||
	        g->question.type == DNS_TYPE_IXFR);
}

/*
 * A transfer ends with the SOA it began with (RFC 5936, section 2.2), or at
 * once: refused, or nothing new.
 */
static bool
transfer_ends(const struct taking *t, bool begins)
{
	const struct dns_digest *g = &t->g;

	if (t->state != CUR_OK || t->cut || g->h.rcode != 0 || g->answers == 0)
		return true;
	return g->answer.type == DNS_TYPE_SOA &&
	       (!begins || g->answers > 1 || g->question.type == DNS_TYPE_IXFR);
}

/* --- messages ------------------------------------------------------------- */

static void
summarize(struct taking *t, struct message *m, bool known)
{
	const struct dns_digest *g = &t->g;
	const struct dns_record *about = g->asks    ? &g->question
	                                 : g->tells ? &g->record
	                                            : NULL;
	struct message_summary sum = { .proto = t->proto };
	char text[DNS_NAME_TEXT];

	if (!known) {
		sum.method = dns_text_opcode(g->h.opcode);
		if (about != NULL)
			sum.target = dns_name_text(&about->name, text);
	}
	if ((g->h.flags & DNS_QR) != 0) {
		sum.status = (int32_t)g->rcode;
		sum.failed = g->rcode != 0;
		if ((g->h.flags & DNS_TC) != 0)
			message_keep_shared(m, STR(FEED_TRUNCATED));
	}
	message_summary(m, &sum);
}

static void
add_span(struct taking *t, struct message *m)
{
	message_span(m, (struct span){ .off = t->body, .len = t->msg.n });
}

static void
end_message(struct taking *t, struct message *m)
{
	uint64_t end = t->body + t->msg.n;

	if (t->state == CUR_BAD)
		dissect_note(t->d, t->dir, t->off,
		             "records of a DNS message are malformed");
	else if (t->g.trailing != 0)
		dissect_note(t->d, t->dir, end - t->g.trailing,
		             "bytes behind the end of a DNS message");
	if (t->cut || t->state != CUR_OK)
		message_cut(m, end);
	else
		message_close(m, end);
}

static void
take_request(struct taking *t)
{
	const struct dns_digest *g = &t->g;
	bool alone = t->proto == &dns_llmnr ||
	             (t->proto == &dns_mdns && g->h.id == 0);
	uint64_t key = key_of(g);
	struct message *m;

	m = message_open(t->d, t->dir,
	                 alone ? MESSAGE_ONE_WAY : MESSAGE_REQUEST, key,
	                 t->off);
	summarize(t, m, false);
	add_span(t, m);
	if (!alone)
		remember(t->s, g->h.id, key);
	end_message(t, m);
}

/* Nobody is reached under such an address, or everybody. */
static bool
is_nobody(const struct addr *ip)
{
	static const struct addr none;
	bool v4 = addr_is_v4(ip);

	if (v4)
		return ip->b[12] == 0 || ip->b[12] == 127 || ip->b[12] >= 224;
	return ip->b[0] == 0xff || memcmp(ip->b, none.b, 15) == 0;
}

static bool
address_of(struct str msg, const struct dns_record *r, struct addr *ret_ip)
{
	struct cursor c = cur_from_str(str_head(str_tail(msg, r->off), r->len),
	                               false);
	uint8_t b[16];

	if (r->type != DNS_TYPE_A && r->type != DNS_TYPE_AAAA)
		return false;
	(void)cur_copy(&c, b, r->type == DNS_TYPE_A ? 4 : 16);
	cur_done(&c);
	if (!cur_ok(&c))
		return false;
	*ret_ip = r->type == DNS_TYPE_A ? addr_v4(b) : addr_v6(b);
	return !is_nobody(ret_ip);
}

/* The address that the owner of a PTR record stands for. */
static bool
reverse_of(struct str msg, const struct dns_record *r,
           struct dns_name *ret_name, struct addr *ret_ip)
{
	size_t len;

	return r->type == DNS_TYPE_PTR && dns_text_reverse(&r->name, ret_ip) &&
	       !is_nobody(ret_ip) &&
	       dns_name_read(str_head(msg, r->off + r->len), r->off, ret_name,
	                     &len) == CUR_OK;
}

/*
 * Whoever asked for an address will call it by the name that it asked for,
 * whatever other names (CNAME) lie between. The name that an address has
 * according to PTR is another matter: nobody needs to call it so.
 */
static void
learn(const struct taking *t)
{
	const struct dns_digest *g = &t->g;
	bool asked = g->asks && (g->question.type == DNS_TYPE_A ||
	                         g->question.type == DNS_TYPE_AAAA);
	char text[DNS_NAME_TEXT];
	struct dns_name name;
	struct dns_record r;
	struct dns_walk w;
	struct addr ip;
	unsigned n = 0;

	if (g->rcode != 0 || g->answers == 0 || !dns_walk_begin(&w, t->msg))
		return;
	while (n < LEARN_MAX && dns_walk_next(&w, &r) &&
	       r.section <= DNS_ANSWER) {
		bool reverse = false;

		if (r.section != DNS_ANSWER)
			continue;
		if (address_of(t->msg, &r, &ip))
			name = asked ? g->question.name : r.name;
		else if (reverse_of(t->msg, &r, &name, &ip))
			reverse = true;
		else
			continue;
		dissect_learnt(t->d, t->dir, t->off,
		               &(struct learnt_address){ ip, reverse },
		               dns_name_text(&name, text));
		n++;
	}
}

static void
take_response(struct taking *t)
{
	struct dns_transfer *x = &t->s->transfer;
	bool known;
	struct message *m;
	uint64_t key;

	learn(t);
	if (x->open && x->id == t->g.h.id && x->dir == t->dir) {
		add_span(t, x->m);
		if (transfer_ends(t, false)) {
			x->open = false;
			end_message(t, x->m);
		}
		return;
	}
	key = answered_key(t->s, &t->g, &known);
	m = message_open(t->d, t->dir, MESSAGE_RESPONSE, key, t->off);
	summarize(t, m, known);
	add_span(t, m);
	if (is_transfer(t) && !x->open && !transfer_ends(t, true)) {
		*x = (struct dns_transfer){ m, t->dir, t->g.h.id, true };
		return;
	}
	end_message(t, m);
}

bool
dns_feed_truncated(const struct entry *e)
{
	return str_eq(e->response.kept, STR(FEED_TRUNCATED));
}

/* False when it is no message: header or question cannot be read. */
static bool
take(struct taking *t)
{
	t->state = dns_wire_digest(t->msg, &t->g);
	if (!t->g.readable)
		return false;
	if ((t->g.h.flags & DNS_QR) != 0)
		take_response(t);
	else
		take_request(t);
	return true;
}

/* --- datagrams ------------------------------------------------------------ */

static enum feed
feed_datagram(struct dissect *d, void *state, const struct protocol *proto,
              enum dir dir, struct cursor *in)
{
	struct taking t = {
		.d = d,
		.s = state,
		.proto = proto,
		.dir = dir,
		.off = dissect_offset(d, in),
		.body = dissect_offset(d, in),
		.msg = cur_peek(in, cur_left(in)),
	};

	if (t.msg.n == 0)
		return FEED_OK;
	if (!take(&t))
		return FEED_BAD;
	(void)cur_rest(in);
	return FEED_OK;
}

enum feed
dns_feed_udp(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	return feed_datagram(d, state, &dns_udp, dir, in);
}

enum feed
dns_feed_mdns(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	return feed_datagram(d, state, &dns_mdns, dir, in);
}

enum feed
dns_feed_llmnr(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	return feed_datagram(d, state, &dns_llmnr, dir, in);
}

/* --- streams -------------------------------------------------------------- */

/* While searching only a message without any fault will do. */
static bool
is_certain(struct str msg)
{
	struct dns_digest g;

	return dns_wire_digest(msg, &g) == CUR_OK && g.trailing == 0 &&
	       (g.h.flags & DNS_Z) == 0 && (g.asks || g.tells);
}

/* What is at the cursor is no message: the answer, or FEED_OK to go on. */
static enum feed
feed_garbage(struct taking *t, struct cursor *in)
{
	struct dns_side *side = &t->s->side[t->dir];

	if (!side->searching)
		return FEED_BAD;
	(void)cur_skip(in, 1);
	if (++side->searched <= dissect_limits(t->d)->resync_bytes)
		return FEED_OK;
	dissect_limit(t->d, t->dir, "resync-bytes");
	return FEED_DONE;
}

/* The direction ended inside a message, or what looked like one. */
static enum feed
feed_tail(struct taking *t, struct cursor *in)
{
	if (t->s->side[t->dir].searching)
		return feed_garbage(t, in);
	t->cut = true;
	(void)take(t);
	(void)cur_rest(in);
	return FEED_OK;
}

/* The message at the cursor, or what to do instead. */
static enum feed
feed_one(struct taking *t, struct cursor *in)
{
	struct dns_side *side = &t->s->side[t->dir];
	struct cursor c = *in;
	size_t n = cur_be16(&c);
	size_t have = cur_left(&c) < n ? cur_left(&c) : n;

	t->off = dissect_offset(t->d, in);
	t->body = t->off + 2;
	t->cut = false;
	t->msg = cur_peek(&c, have);
	if (cur_ok(&c) && !dns_wire_begins(t->msg, n, side->searching))
		return feed_garbage(t, in);
	(void)cur_skip(&c, n);
	if (!cur_ok(&c)) {
		if (dissect_ended(t->d, t->dir))
			return feed_tail(t, in);
		in->need = c.need;
		return FEED_MORE;
	}
	if (side->searching && !is_certain(t->msg)) {
		/* Looking took as long as that. */
		side->searched += n;
		return feed_garbage(t, in);
	}
	side->searching = false;
	side->searched = 0;
	(void)take(t);
	*in = c;
	return FEED_OK;
}

enum feed
dns_feed_tcp(struct dissect *d, void *state, enum dir dir, struct cursor *in)
{
	struct taking t = {
		.d = d,
		.s = state,
		.proto = &dns_tcp,
		.dir = dir,
	};
	enum feed answer = FEED_OK;

	while (answer == FEED_OK && !cur_at_end(in))
		answer = feed_one(&t, in);
	return answer;
}

enum feed
dns_feed_gap(struct dissect *d, void *state, enum dir dir, const struct gap *g)
{
	struct dns_state *s = state;
	struct dns_transfer *x = &s->transfer;

	(void)d;
	if (x->open && x->dir == dir) {
		message_cut(x->m, g != NULL ? g->off : UINT64_MAX);
		x->open = false;
	}
	s->side[dir].searching = true;
	return FEED_OK;
}
