/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns: the Domain Name System and its relatives (RFC 1035, RFC 6762, RFC 4795).
 *
 * Four dissectors share one folder, because they share the message format:
 *
 *   dns      over UDP, on any port
 *   dns_tcp  over TCP, each message with its length in front, pipelined
 *   mdns     multicast DNS; only the port tells it from DNS
 *   llmnr    Link-Local Multicast Name Resolution; likewise
 *
 * The modules:
 *
 *   dns_name    names, compression
 *   dns_wire    header, questions, records
 *   dns_text    what numbers are called
 *   dns_rdata   what records say; dns_svcb a part of that
 *   dns_feed    indexing
 *   dns_view    messages read back from the evidence
 *   dns_render  their JSON; dns_represent their sections
 *
 * Requests and responses are paired by transaction id and first question. A
 * question that is asked again is an entry again; the first answer goes to the
 * first of them, a second one to the second, and an answer that nobody asked
 * for is an entry alone. A zone transfer is one response of many messages.
 * Multicast questions expect no answer in their own stream.
 */
#ifndef DNS_H
#define DNS_H

#include "analyzer/proto/proto.h"

extern const struct protocol dns_udp;
extern const struct protocol dns_tcp;
extern const struct protocol dns_mdns;
extern const struct protocol dns_llmnr;

#endif /* DNS_H */
