/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_wire: the structure of a message (RFC 1035, section 4.1).
 *
 * A walk goes over a message that lies in memory whole, as far as it was
 * captured: header, questions, records. What a record says is dns_rdata's
 * business. Nothing here allocates, and a walk borrows the message.
 */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/dns/dns_name.h"

enum {
	DNS_HEADER = 12,
	DNS_QUESTION_MIN = 5, /* octets: the root, type, class */
	DNS_RECORD_MIN = 11,
	DNS_MESSAGE_MAX = 65535, /* a TCP message's length has 16 bits */
};

enum dns_section {
	DNS_QUESTION,
	DNS_ANSWER,
	DNS_AUTHORITY,
	DNS_ADDITIONAL,
	DNS_SECTIONS
};

enum dns_flag {
	DNS_QR = 1 << 15, /* it is a response */
	DNS_AA = 1 << 10,
	DNS_TC = 1 << 9,
	DNS_RD = 1 << 8,
	DNS_RA = 1 << 7,
	DNS_Z = 1 << 6,
	DNS_AD = 1 << 5,
	DNS_CD = 1 << 4,
};

struct dns_header {
	uint16_t id;
	uint16_t flags; /* enum dns_flag */
	uint8_t opcode;
	uint8_t rcode; /* the header's four bits */
	uint16_t count[DNS_SECTIONS];
};

struct dns_record {
	struct dns_name name;
	uint16_t type;
	uint16_t rclass;
	uint32_t ttl; /* seconds; 0 in a question */
	size_t off;   /* of its data in the message; none in a question */
	size_t len;
	enum dns_section section;
};

struct dns_walk {
	struct str msg;
	size_t at;
	struct dns_header h;
	enum cur_state state; /* CUR_MORE: the message ends too early */
	enum dns_section section;
	unsigned left; /* of the section */
};

/* False when there is not even a header. */
bool dns_walk_begin(struct dns_walk *w, struct str msg);
/*
 * The next question or record, in order of the message. False after the last
 * one, and at the first that is malformed or not there; the state tells.
 */
bool dns_walk_next(struct dns_walk *w, struct dns_record *ret);

/* What there is to know of a message without looking into its records. */
struct dns_digest {
	struct dns_header h;
	unsigned rcode;             /* with the bits that EDNS adds */
	struct dns_record question; /* the first, if `asks` */
	struct dns_record record;   /* the first, if `tells` */
	struct dns_record answer;   /* the last of the answers, if any */
	struct dns_record opt;      /* EDNS, if `edns` */
	unsigned answers;           /* that could be read */
	size_t trailing;            /* bytes behind the message */
	bool readable;              /* header and first question are there */
	bool asks;
	bool tells;
	bool edns;
	bool netbios; /* its names are of NetBIOS (RFC 1002) */
};
enum cur_state dns_wire_digest(struct str msg, struct dns_digest *ret);

/*
 * Could a message of n bytes begin with what is there of it? Looks at no more
 * than the header and the questions. `strict` is for who does not know where
 * messages begin: one question at most, something in it, nothing odd.
 */
bool dns_wire_begins(struct str part, size_t n, bool strict);

#endif /* DNS_WIRE_H */
