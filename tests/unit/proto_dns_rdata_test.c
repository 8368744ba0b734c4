/* SPDX-License-Identifier: Apache-2.0 */
/* What records say, type by type, whole and damaged. */
#include "analyzer/proto/dns/dns_rdata.h"

#include <string.h>

#include "analyzer/proto/dns/dns_text.h"
#include "tests/support/dns_world.h"
#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

#define DATA(lit)                          \
	{                                  \
		"" lit "", sizeof(lit) - 1 \
	}

/* Data of a record in a message whose name is "x.y" at offset 12. */
static const struct row {
	unsigned type;
	struct str data;
	const char *text;
} rows[] = {
	{ DNS_TYPE_A, DATA("\12\0\0\1"), "10.0.0.1" },
	{ DNS_TYPE_A, DATA("\12\0\0"), "\\# 3 0a0000" },
	{ DNS_TYPE_AAAA, DATA("\x20\x01\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	  "2001:db8::1" },
	{ DNS_TYPE_NS, DATA("\2ns\xc0\xc"), "ns.x.y." },
	{ DNS_TYPE_CNAME, DATA("\0"), "." },
	{ DNS_TYPE_SOA,
	  DATA("\1a\0\1b\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"),
	  "a. b. 1 2 3 4 5" },
	{ DNS_TYPE_PTR, DATA("\xc0\xc"), "x.y." },
	{ DNS_TYPE_PTR,
	  DATA("\xc0\xc"
	       "x"),
	  "\\# 3 c00c78" },
	{ DNS_TYPE_HINFO, DATA("\1A\2b\""), "\"A\" \"b\\\"\"" },
	{ DNS_TYPE_MX, DATA("\0\12\4mail\0"), "10 mail." },
	{ DNS_TYPE_TXT,
	  DATA("\1a\0\3\1\xff"
	       "b"),
	  "\"a\" \"\" \"\\001\\255b\"" },
	{ DNS_TYPE_TXT, DATA("\5abc"), "\\# 4 05616263" },
	{ DNS_TYPE_SRV, DATA("\0\1\0\2\x1f\x90\1t\0"), "1 2 8080 t." },
	{ DNS_TYPE_NAPTR, DATA("\0\1\0\2\1S\3SIP\0\1r\0"),
	  "1 2 \"S\" \"SIP\" \"\" r." },
	{ DNS_TYPE_DS, DATA("\x30\x39\10\2\xab\xcd"), "12345 8 2 abcd" },
	{ DNS_TYPE_SSHFP, DATA("\4\2\1\2"), "4 2 0102" },
	{ DNS_TYPE_RRSIG,
	  DATA("\0\1\10\2\0\0\0\36\x65\x53\xf1\0\x65\x53\xf1\1\0\7\1z\0sig"),
	  "A 8 2 30 20231114221320 20231114221321 7 z. c2ln" },
	{ DNS_TYPE_NSEC, DATA("\1b\0\0\1\x40\1\1\x40"), "b. A CAA" },
	{ DNS_TYPE_NSEC, DATA("\1b\0\1\1\x40\0\1\x40"),
	  "\\# 9 016200010140000140" },
	{ DNS_TYPE_DNSKEY, DATA("\1\1\3\10key"), "257 3 8 a2V5" },
	{ DNS_TYPE_NSEC3, DATA("\1\0\0\2\1\xab\2\xff\xff\0\1\x40"),
	  "1 0 2 ab vvvg A" },
	{ DNS_TYPE_NSEC3PARAM, DATA("\1\0\0\2\0"), "1 0 2 -" },
	{ DNS_TYPE_TLSA, DATA("\3\1\1\xee"), "3 1 1 ee" },
	{ DNS_TYPE_HTTPS,
	  DATA("\0\1\0\0\1\0\6\2h2\2h3\0\3\0\2\x01\xbb\0\4\0\4\1\2\3\4"),
	  "1 . alpn=\"h2,h3\" port=\"443\" ipv4hint=\"1.2.3.4\"" },
	{ DNS_TYPE_SVCB, DATA("\0\0\1t\0\0\2\0\0\0\7\0\2/q\2\x9a\0\1,"),
	  "0 t. no-default-alpn dohpath=\"/q\" key666=\"\\,\"" },
	{ DNS_TYPE_HTTPS, DATA("\0\1\0\0\3\0\1\1"), "\\# 8 0001000003000101" },
	{ DNS_TYPE_URI, DATA("\0\1\0\2http://h/"), "1 2 \"http://h/\"" },
	{ DNS_TYPE_CAA, DATA("\0\5issueca.org"), "0 \"issue\" \"ca.org\"" },
	{ DNS_TYPE_EUI48, DATA("\1\2\3\4\5\xff"), "01-02-03-04-05-ff" },
	{ DNS_TYPE_TSIG, DATA("\1h\0\0\0\0\0\0\11\1\54\0\2\1\2\0\7\0\0\0\0"),
	  "h. 9 300 AQI= 7 0 " },
	{ DNS_TYPE_OPT,
	  DATA("\0\12\0\2\xab\xcd\0\10\0\7\0\1\30\0\1\2\3\0\17\0\4\0\26no"),
	  "Cookie=abcd EDNSClientSubnet=1.2.3.0/24/0 ExtendedError=22 no" },
	{ 65280, DATA("\1\2"), "\\# 2 0102" },
	{ 65280, DATA(""), "" },
};

/* The record of a message that has nothing else. */
static struct dns_record
record_in(struct buf *b, unsigned type, struct str data)
{
	struct dns_record r;
	struct dns_walk w;

	buf_clear(b);
	dns_put_header(b, 1, 0x8180, (const unsigned[]){ 0, 1, 0, 0 });
	dns_put_record(b, "x.y", type, data);
	memset(&r, 0, sizeof(r));
	if (!dns_walk_begin(&w, buf_str(b)) || !dns_walk_next(&w, &r))
		abort();
	return r;
}

static void
test_text(void)
{
	struct buf b, text;
	char name[DNS_TEXT_NUMBER + 1];

	buf_init(&b, 1 << 20);
	buf_init(&text, DNS_RDATA_TEXT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct dns_record r = record_in(&b, rows[i].type, rows[i].data);
		struct str type = dns_text_type(r.type, name);

		buf_clear(&text);
		if (dns_rdata_text(buf_str(&b), &r, &text) != 0 ||
		    buf_append_byte(&text, '\0') != 0)
			abort();
		memmove(name, type.p, type.n);
		name[type.n] = '\0';
		is_str(text.p, rows[i].text, name);
	}
	buf_release(&b);
	buf_release(&text);
}

/* Every truncation and every flipped byte, in front of a guard page. */
static void
test_damage(void)
{
	struct buf b, text;
	bool good = true;

	buf_init(&b, 1 << 20);
	buf_init(&text, DNS_RDATA_TEXT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t n = 0; n < rows[i].data.n; n++) {
			struct dns_record r = record_in(
			    &b, rows[i].type, str_head(rows[i].data, n));
			struct guard g = guard_make(b.p, b.n);

			buf_clear(&text);
			good &= dns_rdata_text(str_make(g.p, g.n), &r, &text) ==
			        0;
			for (int p = 0; p < DNS_PARTS; p++)
				good &= dns_rdata_part(str_make(g.p, g.n), &r,
				                       (enum dns_part)p,
				                       &text) == 0;
			guard_free(&g);
		}
	}
	ok(good, "every truncation has a text");
	buf_release(&b);
	buf_release(&text);
}

static void
test_parts(void)
{
	static const struct {
		unsigned type;
		struct str data;
		enum dns_part part;
		const char *text;
	} parts[] = {
		{ DNS_TYPE_A, DATA("\1\2\3\4"), DNS_PART_IP, "1.2.3.4" },
		{ DNS_TYPE_MX, DATA("\0\1\1m\0"), DNS_PART_IP, "<nil>" },
		{ DNS_TYPE_MX, DATA("\0\1\1m\0"), DNS_PART_MX, "m" },
		{ DNS_TYPE_MX, DATA("\0\1\1m\0"), DNS_PART_NS, "" },
		{ DNS_TYPE_SOA, DATA("\1a\0\1b\0"), DNS_PART_SOA, "b" },
		{ DNS_TYPE_SRV, DATA("\0\0\0\0\0\0\xc0\xc"), DNS_PART_SRV,
		  "x.y" },
		{ DNS_TYPE_TXT, DATA("\3abc\2de"), DNS_PART_TXTS, ", abc, de" },
		{ DNS_TYPE_OPT, DATA("\0\12\0\0\0\1\0\0"), DNS_PART_OPT,
		  ", Cookie, Unknown" },
		{ DNS_TYPE_URI, DATA("\0\0\0\0u:v"), DNS_PART_URI, "u:v" },
	};
	struct buf b, text;

	buf_init(&b, 1 << 20);
	buf_init(&text, DNS_RDATA_TEXT);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct dns_record r = record_in(&b, parts[i].type,
		                                parts[i].data);

		buf_clear(&text);
		if (dns_rdata_part(buf_str(&b), &r, parts[i].part, &text) !=
		        0 ||
		    buf_append_byte(&text, '\0') != 0)
			abort();
		is_str(text.p, parts[i].text, "a part of a record");
	}
	buf_release(&b);
	buf_release(&text);
}

static void
test_names(void)
{
	char text[DNS_TEXT_NUMBER];

	ok(str_eq(dns_text_type(4711, text), STR("TYPE4711")),
	   "unknown types have a number");
	ok(str_eq(dns_text_class(4711, text), STR("CLASS4711")),
	   "and so have classes");
	ok(str_eq(dns_text_rcode(2), STR("Server Failure ")),
	   "response codes are those of the compatible API");
	ok(str_eq(dns_text_rcode(99), STR("Unknown")), "or unknown");
	ok(str_eq(dns_text_opcode(5), STR("Update")), "operations");
}

/* The address of "4.3.2.1.in-addr.arpa", or "none". */
static const char *
reverse(const char *dotted, char out[ADDR_TEXT])
{
	struct str rest = str_from_c(dotted), label;
	struct dns_name name = { .n = 0 };
	struct addr ip;

	while (rest.n != 0) {
		(void)str_split1(rest, '.', &label, &rest);
		name.wire[name.n++] = (uint8_t)label.n;
		memcpy(name.wire + name.n, label.p, label.n);
		name.n += label.n;
	}
	name.wire[name.n++] = 0;
	return dns_text_reverse(&name, &ip) ? addr_format(&ip, out) : "none";
}

static void
test_reverse(void)
{
	static const char *const none[] = {
		"",
		"in-addr.arpa",
		"3.2.1.in-addr.arpa",
		"5.4.3.2.1.in-addr.arpa",
		"256.3.2.1.in-addr.arpa",
		"x.3.2.1.in-addr.arpa",
		"4.3.2.1.in-addr.test",
		"4.3.2.1.ip6.arpa",
		"g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0."
		"0.2.ip6.arpa",
		"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0."
		"2.ip6.arpa",
		"00.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0."
		"2.ip6.arpa",
	};
	char text[ADDR_TEXT];

	is_str(reverse("4.30.200.10.IN-ADDR.arpa", text), "10.200.30.4",
	       "an address backwards");
	is_str(reverse("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.d."
	               "0.1.0.0.2.ip6.arpa",
	               text),
	       "2001:db8::7", "and one of IPv6");
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		is_str(reverse(none[i], text), "none", "no address");
}

int
main(void)
{
	test_text();
	test_damage();
	test_parts();
	test_names();
	test_reverse();
	return tap_done();
}
