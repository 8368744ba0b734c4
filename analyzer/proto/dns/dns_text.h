/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_text: what the numbers of a message are called.
 *
 * Names of types, operations and response codes are those of the compatible
 * API, which has fewer of them; what it calls "Unknown" has its name of IANA's
 * registry here, or TYPE123 and CLASS123 (RFC 3597, section 5).
 */
#ifndef DNS_TEXT_H
#define DNS_TEXT_H

#include <stdint.h>

#include "analyzer/proto/dns/dns_name.h"
#include "base/addr.h"
#include "base/str.h"

enum dns_type {
#define DNS_TYPE(number, name, form) DNS_TYPE_##name = (number),
#include "analyzer/proto/dns/dns_types.def"
#undef DNS_TYPE
};

/* Operations above this one have no meaning. */
enum { DNS_OPCODE_LAST = 6 };

/* Room for the longest that is made up. */
enum { DNS_TEXT_NUMBER = 24 };

/* Either answer is a constant, or text in `out`. */
struct str dns_text_type(uint16_t type, char out[DNS_TEXT_NUMBER]);
struct str dns_text_class(uint16_t rclass, char out[DNS_TEXT_NUMBER]);
/* How the data of a type reads: see dns_types.def. "" for unknown ones. */
const char *dns_text_form(uint16_t type);

struct str dns_text_opcode(unsigned opcode);
struct str dns_text_rcode(unsigned rcode);
/* An EDNS option's name in the compatible API; "Unknown". */
struct str dns_text_option(uint16_t code);

/* The address that a name below in-addr.arpa or ip6.arpa stands for, with all
 * of its digits. False for any other name. */
bool dns_text_reverse(const struct dns_name *name, struct addr *ret_ip);

#endif /* DNS_TEXT_H */
