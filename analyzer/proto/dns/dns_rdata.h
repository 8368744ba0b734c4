/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_rdata: what a record says, as text.
 *
 * All functions append to a buffer of the caller and return 0 or the code of
 * the append. Data that does not have the form of its type reads as RFC 3597,
 * section 5 has it for unknown types: \# LENGTH HEX.
 */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include "analyzer/proto/dns/dns_wire.h"
#include "base/buf.h"
#include "base/compiler.h"

/*
 * Room for the text of any record: 64 KiB of NSEC bitmap, eight types a byte,
 * is the most that comes of a few bytes.
 */
#define DNS_RDATA_TEXT ((size_t)1 << 20)

/* The whole of it, in the order and forms of RFC 1035's master files. */
int dns_rdata_text(struct str msg, const struct dns_record *r,
                   struct buf *out) WARN_UNUSED;

/* --- single parts, as the members of the compatible API have them --------- */

/* Members that one type has; all others have the empty string. */
enum dns_part {
	DNS_PART_CNAME,
	DNS_PART_IP, /* "<nil>" where the type has no address */
	DNS_PART_MX,
	DNS_PART_NS,
	DNS_PART_OPT, /* names of options, each with ", " in front */
	DNS_PART_PTR,
	DNS_PART_SOA, /* the mailbox */
	DNS_PART_SRV,
	DNS_PART_TXTS, /* strings, each with ", " in front */
	DNS_PART_URI,
	DNS_PARTS
};
int dns_rdata_part(struct str msg, const struct dns_record *r,
                   enum dns_part part, struct buf *out) WARN_UNUSED;

/* Is there more to the data than those parts tell? */
bool dns_rdata_has_more(const struct dns_record *r);

/* --- EDNS (RFC 6891, section 6.1.2) --------------------------------------- */

struct dns_option {
	uint16_t code;
	struct str data;
};

/* The next option of an OPT record's data; false when there is none. */
bool dns_rdata_option(struct cursor *data, struct dns_option *ret);
/* Its value: client subnets and extended errors as text, all else in hex. */
int dns_rdata_option_text(const struct dns_option *o,
                          struct buf *out) WARN_UNUSED;

#endif /* DNS_RDATA_H */
