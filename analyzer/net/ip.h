/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ip: IPv4 and IPv6 headers, with the extension headers (RFC 791, RFC 8200,
 * RFC 4302). Checksums are not looked at: where the capture is taken, network
 * cards have often not computed them yet.
 */
#ifndef NET_IP_H
#define NET_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/net/layer.h"
#include "analyzer/net/packet.h"
#include "base/compiler.h"

/* Extension headers in one packet; sane ones have three or four. */
enum { IP_EXTENSIONS_MAX = 16 };

enum ip_proto {
	IP_HOP_BY_HOP = 0,
	IP_IPV4 = 4,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_IPV6 = 41,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_GRE = 47,
	IP_AUTH = 51,
	IP_DESTINATION = 60,
	IP_MPLS = 137,
};

/*
 * Take off the header of an IP packet (type ETHER_IPV4 or ETHER_IPV6): fills
 * src, dst, l4 and ip_id of io, leaves the IP payload in l. *ret_fragment says
 * that it is a part of a larger one; then io->frag is filled as well. False
 * when it cannot be read; io->why says why.
 */
bool ip_decode(uint16_t type, struct layer *l, struct packet *io,
               bool *ret_fragment) WARN_UNUSED;

/*
 * Take off the extension headers that may stand in front of the payload of a
 * datagram put together from fragments: io->l4 is what it begins with and
 * becomes what follows them.
 */
bool ip_skip_extensions(struct layer *l, struct packet *io) WARN_UNUSED;

#endif /* NET_IP_H */
