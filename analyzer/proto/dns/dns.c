/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns.h"

#include "analyzer/proto/dns/dns_feed.h"
#include "analyzer/proto/dns/dns_render.h"
#include "analyzer/proto/dns/dns_represent.h"
#include "analyzer/proto/dns/dns_text.h"
#include "analyzer/proto/dns/dns_wire.h"

/* A probe that is shown less than this is shown all of a datagram. */
#define DNS_VIEW_WHOLE 512u
/* This much of a message, all of it right, is enough; a length is in front. */
#define DNS_VIEW_MUCH (DNS_VIEW_WHOLE - 2u)

#define DNS_LINK                                           \
	"https://www.iana.org/assignments/dns-parameters/" \
	"dns-parameters.xhtml"

static const uint16_t dns_ports[] = { 53, 0 };
static const uint16_t mdns_ports[] = { 5353, 0 };
static const uint16_t llmnr_ports[] = { 5355, 0 };
/* The compatible API has no ports for DNS. */
static const uint16_t no_ports[] = { 0 };

const struct protocol dns_udp = {
	.key = "dns/0",
	.name = "dns",
	.version = "0",
	.abbr = "DNS",
	.long_name = "Domain Name System",
	.macro = "dns",
	.background = "#606060",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = DNS_LINK,
	.layer4 = "udp",
	.priority = 4,
	.ports = no_ports,
};

const struct protocol dns_tcp = {
	.key = "dns/0/tcp",
	.name = "dns",
	.version = "0",
	.abbr = "DNS",
	.long_name = "Domain Name System",
	.macro = "dns",
	.background = "#606060",
	.foreground = "#ffffff",
	.font_size = 12,
	.link = DNS_LINK,
	.layer4 = "tcp",
	.priority = 4,
	.ports = no_ports,
};

const struct protocol dns_mdns = {
	.key = "mdns/0",
	.name = "mdns",
	.version = "0",
	.abbr = "mDNS",
	.long_name = "Multicast DNS",
	.macro = "mdns",
	.background = "#606060",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://datatracker.ietf.org/doc/html/rfc6762",
	.layer4 = "udp",
	.priority = 4,
	.ports = mdns_ports,
};

const struct protocol dns_llmnr = {
	.key = "llmnr/0",
	.name = "llmnr",
	.version = "0",
	.abbr = "LLMNR",
	.long_name = "Link-Local Multicast Name Resolution",
	.macro = "llmnr",
	.background = "#606060",
	.foreground = "#ffffff",
	.font_size = 11,
	.link = "https://datatracker.ietf.org/doc/html/rfc4795",
	.layer4 = "udp",
	.priority = 4,
	.ports = llmnr_ports,
};

static const struct protocol *const dns_protocols[] = { &dns_udp, NULL };
static const struct protocol *const tcp_protocols[] = { &dns_tcp, NULL };
static const struct protocol *const mdns_protocols[] = { &dns_mdns, NULL };
static const struct protocol *const llmnr_protocols[] = { &dns_llmnr, NULL };

static const struct field dns_fields[] = {
	{ "request.opCode", FIELD_STRING, false, "method",
	  "operation: \"Query\", \"Notify\", \"Update\"" },
	{ "request.questions[0].name", FIELD_STRING, false, "target",
	  "the first name asked for" },
	{ "request.questions", FIELD_ARRAY, true, NULL,
	  "what is asked: name, type, class" },
	{ "request.id", FIELD_NUMBER, false, NULL, "transaction id" },
	{ "request.recursionDesired", FIELD_BOOL, false, NULL, "RD bit" },
	{ "request.checkingDisabled", FIELD_BOOL, false, NULL, "CD bit" },
	{ "request.authenticData", FIELD_BOOL, false, NULL, "AD bit" },
	{ "request.truncated", FIELD_BOOL, false, NULL, "TC bit" },
	{ "request.edns", FIELD_OBJECT, true, NULL,
	  "EDNS: udpSize, version, dnssecOk, options" },
	{ "request.answers", FIELD_ARRAY, true, NULL,
	  "records of that section, as in response.answers" },
	{ "request.authorities", FIELD_ARRAY, true, NULL,
	  "records of that section, as in response.answers" },
	{ "request.additionals", FIELD_ARRAY, true, NULL,
	  "records of that section, as in response.answers" },
	{ "request.malformed", FIELD_BOOL, false, NULL,
	  "true when records are missing or malformed" },
	{ "response.rcode", FIELD_NUMBER, false, "status",
	  "response code, extended by EDNS; 0 is success" },
	{ "response.code", FIELD_STRING, false, NULL,
	  "the response code in words" },
	{ "response.answers", FIELD_ARRAY, true, NULL,
	  "records: name, type, class, ttl, data, and ip, cname, ns, ..." },
	{ "response.authorities", FIELD_ARRAY, true, NULL,
	  "records, as in response.answers" },
	{ "response.additionals", FIELD_ARRAY, true, NULL,
	  "records, as in response.answers" },
	{ "response.questions", FIELD_ARRAY, true, NULL,
	  "the questions of a response whose request was not seen" },
	{ "response.id", FIELD_NUMBER, false, NULL, "transaction id" },
	{ "response.opCode", FIELD_STRING, false, NULL,
	  "operation of a response whose request was not seen" },
	{ "response.authoritative", FIELD_BOOL, false, NULL, "AA bit" },
	{ "response.truncated", FIELD_BOOL, false, NULL,
	  "TC bit: the client is told to ask again over TCP" },
	{ "response.recursionDesired", FIELD_BOOL, false, NULL, "RD bit" },
	{ "response.recursionAvailable", FIELD_BOOL, false, NULL, "RA bit" },
	{ "response.authenticData", FIELD_BOOL, false, NULL, "AD bit" },
	{ "response.checkingDisabled", FIELD_BOOL, false, NULL, "CD bit" },
	{ "response.edns", FIELD_OBJECT, true, NULL,
	  "EDNS: udpSize, version, dnssecOk, options" },
	{ "response.malformed", FIELD_BOOL, false, NULL,
	  "true when records are missing or malformed" },
	{ .path = NULL },
};

/* --- recognising ---------------------------------------------------------- */

static bool
is_class(uint16_t rclass)
{
	return rclass == 1 || rclass == 3 || rclass == 4 || rclass == 254 ||
	       rclass == 255;
}

/* Do the header and the first question look as in no other protocol? */
static bool
is_likely(const struct dns_digest *g, bool multicast)
{
	uint16_t mask = multicast ? 0x7fff : 0xffff;

	if (g->netbios || g->h.opcode == 3 || g->h.opcode > DNS_OPCODE_LAST ||
	    (g->h.flags & DNS_Z) != 0)
		return false;
	return !g->asks ||
	       (is_class(g->question.rclass & mask) && g->question.type != 0);
}

/* Is there in it what such a message has, no less and no more? */
static bool
is_regular(const struct dns_digest *g)
{
	const uint16_t *count = g->h.count;

	if ((g->h.flags & DNS_QR) != 0)
		return count[DNS_QUESTION] == 1;
	return g->h.rcode == 0 && (g->h.flags & DNS_RA) == 0 &&
	       count[DNS_QUESTION] == 1 &&
	       (g->h.opcode != 0 || count[DNS_ANSWER] == 0);
}

/* Whole: nothing of the message is missing behind msg. */
static enum verdict
judge(struct str msg, bool whole, bool response, bool multicast)
{
	struct dns_digest g;
	enum cur_state state = dns_wire_digest(msg, &g);

	if (!g.readable)
		return state == CUR_MORE && !whole ? VERDICT_MAYBE : VERDICT_NO;
	if (!is_likely(&g, multicast) ||
	    (!multicast && response != ((g.h.flags & DNS_QR) != 0)))
		return VERDICT_NO;
	/* Nothing in it: that says too little, and is no query at all. */
	if (!g.asks && !g.tells)
		return response || (state == CUR_MORE && !whole) ? VERDICT_MAYBE
		                                                 : VERDICT_NO;
	/* A port has to speak for what is odd or damaged. */
	if (!multicast && !is_regular(&g))
		return VERDICT_MAYBE;
	if (!whole)
		return msg.n >= DNS_VIEW_MUCH && state != CUR_BAD
		           ? VERDICT_YES
		           : VERDICT_MAYBE;
	return state == CUR_OK && g.trailing == 0 ? VERDICT_YES : VERDICT_MAYBE;
}

static enum verdict
both(enum verdict a, enum verdict b)
{
	if (a == VERDICT_NO || b == VERDICT_NO)
		return VERDICT_NO;
	return a > b ? a : b;
}

static enum verdict
judge_datagram(const struct cursor *c, bool response, bool multicast)
{
	struct cursor view = *c;
	struct str msg = cur_rest(&view);

	if (msg.n == 0)
		return VERDICT_MAYBE;
	return judge(msg, msg.n < DNS_VIEW_WHOLE, response, multicast);
}

static enum verdict
dns_probe(const struct probe *p)
{
	return both(judge_datagram(&p->to_server, false, false),
	            judge_datagram(&p->to_client, true, false));
}

/* Either way there may be questions and answers, so the port has to tell. */
static enum verdict
probe_multicast(const struct probe *p, uint16_t port)
{
	if (p->server_port != port)
		return VERDICT_NO;
	return both(judge_datagram(&p->to_server, false, true),
	            judge_datagram(&p->to_client, true, true));
}

static enum verdict
mdns_probe(const struct probe *p)
{
	return probe_multicast(p, mdns_ports[0]);
}

static enum verdict
llmnr_probe(const struct probe *p)
{
	return probe_multicast(p, llmnr_ports[0]);
}

static enum verdict
judge_stream(struct cursor c, bool response, bool hope)
{
	enum verdict v;
	struct str msg;
	size_t n;

	if (cur_at_end(&c))
		return VERDICT_MAYBE;
	n = cur_be16(&c);
	if (!cur_ok(&c))
		return VERDICT_MAYBE;
	msg = cur_peek(&c, cur_left(&c) < n ? cur_left(&c) : n);
	v = n < DNS_HEADER ? VERDICT_NO
	                   : judge(msg, msg.n == n, response, false);
	/* It begins in the middle of a message: the next one may be seen. */
	return v == VERDICT_NO && hope ? VERDICT_MAYBE : v;
}

static enum verdict
tcp_probe(const struct probe *p)
{
	bool hope = p->late_join && p->server_port == dns_ports[0];

	return both(judge_stream(p->to_server, false, hope),
	            judge_stream(p->to_client, true, hope));
}

/* --- tables --------------------------------------------------------------- */

const struct dissector proto_dns = {
	.abi = PROTO_ABI,
	.name = "dns",
	.summary = "DNS over UDP",
	.l4 = 17,
	.ports = dns_ports,
	.protocols = dns_protocols,
	.fields = dns_fields,
	.state_size = sizeof(struct dns_state),
	.probe = dns_probe,
	.feed = dns_feed_udp,
	.gap = dns_feed_gap,
	.render = dns_render,
	.represent = dns_represent,
	.body = dns_render_body,
	.partial = dns_feed_truncated,
	.again = "dns/0/tcp",
};

const struct dissector proto_dns_tcp = {
	.abi = PROTO_ABI,
	.name = "dns_tcp",
	.summary = "DNS over TCP",
	.l4 = 6,
	.ports = dns_ports,
	.protocols = tcp_protocols,
	.fields = dns_fields,
	.state_size = sizeof(struct dns_state),
	.probe = tcp_probe,
	.feed = dns_feed_tcp,
	.gap = dns_feed_gap,
	.render = dns_render,
	.represent = dns_represent,
	.body = dns_render_body,
	.before = "dns/0",
};

const struct dissector proto_mdns = {
	.abi = PROTO_ABI,
	.name = "mdns",
	.summary = "multicast DNS",
	.l4 = 17,
	.ports = mdns_ports,
	.protocols = mdns_protocols,
	.fields = dns_fields,
	.state_size = sizeof(struct dns_state),
	.probe = mdns_probe,
	.feed = dns_feed_mdns,
	.gap = dns_feed_gap,
	.render = dns_render,
	.represent = dns_represent,
	.body = dns_render_body,
};

const struct dissector proto_llmnr = {
	.abi = PROTO_ABI,
	.name = "llmnr",
	.summary = "Link-Local Multicast Name Resolution",
	.l4 = 17,
	.ports = llmnr_ports,
	.protocols = llmnr_protocols,
	.fields = dns_fields,
	.state_size = sizeof(struct dns_state),
	.probe = llmnr_probe,
	.feed = dns_feed_llmnr,
	.gap = dns_feed_gap,
	.render = dns_render,
	.represent = dns_represent,
	.body = dns_render_body,
};
