/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_text.h"

#include <stdio.h>

struct type_row {
	uint16_t number;
	struct str name;
	const char *form;
};

static const struct type_row types[] = {
#define DNS_TYPE(number, name, form) { (number), STR_INIT(#name), form },
#include "analyzer/proto/dns/dns_types.def"
#undef DNS_TYPE
};

struct text_row {
	unsigned number;
	struct str text;
};

static const struct text_row opcodes[] = {
	{ 0, STR_INIT("Query") },  { 1, STR_INIT("Inverse Query") },
	{ 2, STR_INIT("Status") }, { 4, STR_INIT("Notify") },
	{ 5, STR_INIT("Update") }, { 6, STR_INIT("Stateful Operations") },
};

/* "Server Failure " ends in a blank there, and clients compare with that. */
static const struct text_row rcodes[] = {
	{ 0, STR_INIT("No Error") },
	{ 1, STR_INIT("Format Error") },
	{ 2, STR_INIT("Server Failure ") },
	{ 3, STR_INIT("Non-Existent Domain") },
	{ 4, STR_INIT("Not Implemented") },
	{ 5, STR_INIT("Query Refused") },
	{ 6, STR_INIT("Name Exists when it should not") },
	{ 7, STR_INIT("RR Set Exists when it should not") },
	{ 8, STR_INIT("RR Set that should exist does not") },
	{ 9, STR_INIT("Server Not Authoritative for zone") },
	{ 10, STR_INIT("Name not contained in zone") },
	{ 11, STR_INIT("Stateful Operation Type Not Implemented") },
	{ 16, STR_INIT("Bad OPT Version") },
	{ 17, STR_INIT("Key not recognized") },
	{ 18, STR_INIT("Signature out of time window") },
	{ 19, STR_INIT("Bad TKEY Mode") },
	{ 20, STR_INIT("Duplicate key name") },
	{ 21, STR_INIT("Algorithm not supported") },
	{ 22, STR_INIT("Bad Truncation") },
	{ 23, STR_INIT("Bad Cookie") },
};

static const struct text_row options[] = {
	{ 3, STR_INIT("NSID") },
	{ 5, STR_INIT("DAU") },
	{ 6, STR_INIT("DHU") },
	{ 7, STR_INIT("N3U") },
	{ 8, STR_INIT("EDNSClientSubnet") },
	{ 9, STR_INIT("EDNSExpire") },
	{ 10, STR_INIT("Cookie") },
	{ 11, STR_INIT("EDNSKeepAlive") },
	{ 12, STR_INIT("CodePadding") },
	{ 13, STR_INIT("CodeChain") },
	{ 14, STR_INIT("CodeEDNSKeyTag") },
	{ 15, STR_INIT("ExtendedError") },
	{ 16, STR_INIT("EDNSClientTag") },
	{ 17, STR_INIT("EDNSServerTag") },
	{ 26946, STR_INIT("DeviceID") },
};

static const struct text_row classes[] = {
	{ 1, STR_INIT("IN") },     { 2, STR_INIT("CS") },
	{ 3, STR_INIT("CH") },     { 4, STR_INIT("HS") },
	{ 254, STR_INIT("NONE") }, { 255, STR_INIT("Any") },
};

static const struct text_row *
find(const struct text_row *rows, size_t n, unsigned number)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].number == number)
			return &rows[i];
	}
	return NULL;
}

static const struct type_row *
find_type(uint16_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].number == type)
			return &types[i];
	}
	return NULL;
}

static struct str
made_up(const char *word, uint16_t number, char out[DNS_TEXT_NUMBER])
{
	int n = snprintf(out, DNS_TEXT_NUMBER, "%s%u", word, number);

	return str_make(out, n > 0 ? (size_t)n : 0);
}

struct str
dns_text_type(uint16_t type, char out[DNS_TEXT_NUMBER])
{
	const struct type_row *row = find_type(type);

	return row != NULL ? row->name : made_up("TYPE", type, out);
}

struct str
dns_text_class(uint16_t rclass, char out[DNS_TEXT_NUMBER])
{
	const struct text_row *row = find(classes, ARRAY_LEN(classes), rclass);

	return row != NULL ? row->text : made_up("CLASS", rclass, out);
}

const char *
dns_text_form(uint16_t type)
{
	const struct type_row *row = find_type(type);

	return row != NULL ? row->form : "";
}

static struct str
known_or_unknown(const struct text_row *row)
{
	return row != NULL ? row->text : STR("Unknown");
}

struct str
dns_text_opcode(unsigned opcode)
{
	return known_or_unknown(find(opcodes, ARRAY_LEN(opcodes), opcode));
}

struct str
dns_text_rcode(unsigned rcode)
{
	return known_or_unknown(find(rcodes, ARRAY_LEN(rcodes), rcode));
}

struct str
dns_text_option(uint16_t code)
{
	return known_or_unknown(find(options, ARRAY_LEN(options), code));
}

/* Labels are numbers from 0 to 255 in decimal, most significant last. */
static bool
reverse_v4(struct str s, struct addr *ret_ip)
{
	uint8_t b[4];
	struct str label;
	uint64_t v;

	for (int i = 3; i >= 0; i--) {
		if (str_split1(s, '.', &label, &s) != (i != 0) ||
		    str_u64(label, &v) != 0 || v > 255)
			return false;
		b[i] = (uint8_t)v;
	}
	*ret_ip = addr_v4(b);
	return true;
}

/* Labels are hexadecimal digits, most significant last. */
static bool
reverse_v6(struct str s, struct addr *ret_ip)
{
	struct cursor c = cur_from_str(s, false);
	uint8_t b[16] = { 0 };

	for (size_t i = 0; i < 32; i++) {
		uint64_t digit = cur_hex(&c, 15);

		if (i != 31)
			(void)cur_expect(&c, STR("."));
		b[15 - i / 2] |= (uint8_t)(digit << 4 * (i % 2));
	}
	cur_done(&c);
	*ret_ip = addr_v6(b);
	return cur_ok(&c) && s.n == 63;
}

/* Without such a domain at its end. */
static bool
below(struct str s, struct str domain, struct str *ret_front)
{
	if (s.n < domain.n ||
	    !str_eq_nocase(str_tail(s, s.n - domain.n), domain))
		return false;
	*ret_front = str_head(s, s.n - domain.n);
	return true;
}

bool
dns_text_reverse(const struct dns_name *name, struct addr *ret_ip)
{
	char text[DNS_NAME_TEXT];
	struct str s = dns_name_text(name, text), front;

	if (below(s, STR(".in-addr.arpa"), &front))
		return reverse_v4(front, ret_ip);
	return below(s, STR(".ip6.arpa"), &front) && reverse_v6(front, ret_ip);
}
