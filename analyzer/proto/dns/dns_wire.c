/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_wire.h"

#include <string.h>

#include "analyzer/proto/dns/dns_text.h"

bool
dns_walk_begin(struct dns_walk *w, struct str msg)
{
	struct cursor c = cur_from_str(msg, true);

	memset(w, 0, sizeof(*w));
	w->msg = msg;
	w->h.id = cur_be16(&c);
	w->h.flags = cur_be16(&c);
	w->h.opcode = w->h.flags >> 11 & 15;
	w->h.rcode = w->h.flags & 15;
	for (int i = 0; i < DNS_SECTIONS; i++)
		w->h.count[i] = cur_be16(&c);
	w->state = c.state;
	w->at = DNS_HEADER;
	w->left = w->h.count[DNS_QUESTION];
	return cur_ok(&c);
}

static bool
read_fixed(struct dns_walk *w, struct dns_record *r)
{
	struct cursor c = cur_from_str(str_tail(w->msg, w->at), true);
	size_t all = cur_left(&c);

	r->type = cur_be16(&c);
	r->rclass = cur_be16(&c);
	r->section = w->section;
	r->ttl = 0;
	r->len = 0;
	if (w->section != DNS_QUESTION) {
		r->ttl = cur_be32(&c);
		r->len = cur_be16(&c);
	}
	r->off = w->at + (all - cur_left(&c));
	(void)cur_skip(&c, r->len);
	w->at += all - cur_left(&c);
	w->state = c.state;
	return cur_ok(&c);
}

bool
dns_walk_next(struct dns_walk *w, struct dns_record *ret)
{
	size_t len;

	while (w->left == 0 && w->section != DNS_ADDITIONAL) {
		w->section++;
		w->left = w->h.count[w->section];
	}
	if (w->state != CUR_OK || w->left == 0)
		return false;
	w->left--;
	w->state = dns_name_read(w->msg, w->at, &ret->name, &len);
	if (w->state != CUR_OK)
		return false;
	w->at += len;
	return read_fixed(w, ret);
}

static const struct cur_set netbios_set = { .in = { ['A' ... 'P'] = 1 } };

/*
 * The first label of a NetBIOS name is 32 letters from A to P (RFC 1001,
 * section 14.1); that protocol has the same message format.
 */
static bool
is_netbios(const struct dns_record *r)
{
	struct cursor c = cur_make(r->name.wire, r->name.n, false);
	struct str label = cur_take(&c, cur_u8(&c));

	if (label.n != 32 || (r->type != DNS_TYPE_NIMLOC /* also NB */ &&
	                      r->type != DNS_TYPE_SRV /* also NBSTAT */))
		return false;
	c = cur_from_str(label, false);
	return cur_token(&c, &netbios_set, label.n).n == label.n;
}

static void
digest_record(struct dns_digest *g, const struct dns_record *r)
{
	if (r->section == DNS_QUESTION) {
		if (!g->asks)
			g->question = *r;
		g->asks = true;
		return;
	}
	if (!g->tells)
		g->record = *r;
	g->tells = true;
	if (r->section == DNS_ANSWER) {
		g->answer = *r;
		g->answers++;
	}
	if (r->section == DNS_ADDITIONAL && r->type == DNS_TYPE_OPT &&
	    !g->edns) {
		g->edns = true;
		g->opt = *r;
		/* RFC 6891, section 6.1.3: the upper eight of twelve bits. */
		g->rcode |= r->ttl >> 24 << 4;
	}
}

enum cur_state
dns_wire_digest(struct str msg, struct dns_digest *ret)
{
	struct dns_walk w;
	struct dns_record r;

	memset(ret, 0, sizeof(*ret));
	if (!dns_walk_begin(&w, msg))
		return w.state;
	ret->h = w.h;
	ret->rcode = w.h.rcode;
	while (dns_walk_next(&w, &r)) {
		if (!ret->asks && !ret->tells)
			ret->netbios = is_netbios(&r);
		digest_record(ret, &r);
	}
	ret->readable = ret->asks || w.state == CUR_OK ||
	                w.section != DNS_QUESTION;
	if (w.state == CUR_OK && w.at < msg.n)
		ret->trailing = msg.n - w.at;
	return w.state;
}

/* Is there room for what the header announces, and is that something? */
static bool
is_usual(const struct dns_header *h, size_t n)
{
	size_t records = (size_t)h->count[DNS_ANSWER] +
	                 h->count[DNS_AUTHORITY] + h->count[DNS_ADDITIONAL];
	size_t questions = h->count[DNS_QUESTION];

	return questions <= 1 && questions + records != 0 &&
	       h->opcode <= DNS_OPCODE_LAST && (h->flags & DNS_Z) == 0 &&
	       DNS_HEADER + questions * DNS_QUESTION_MIN +
	               records * DNS_RECORD_MIN <=
	           n;
}

bool
dns_wire_begins(struct str part, size_t n, bool strict)
{
	struct dns_walk w;
	struct dns_record r;

	if (n < DNS_HEADER)
		return false;
	if (!dns_walk_begin(&w, part))
		return part.n < n;
	if (strict && !is_usual(&w.h, n))
		return false;
	while (w.section == DNS_QUESTION && w.left != 0 &&
	       dns_walk_next(&w, &r))
		;
	return w.state == CUR_OK || (w.state == CUR_MORE && part.n < n);
}
