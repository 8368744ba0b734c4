/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: the headers in front of IP.
 *
 * Ethernet II and 802.3, VLAN tags, PPP, PPPoE, MPLS, Linux cooked and BSD
 * loopback, from the capture's link type or from the EtherType a tunnel gives.
 * Sources: IEEE 802.3, RFC 1042, RFC 1661, RFC 1662, RFC 2516, RFC 3032,
 * RFC 4385, and the list of link types of the pcap format.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/net/layer.h"
#include "base/compiler.h"

/* Labels and tags in a row that are taken off; more is TUNNEL_DEEP. */
enum { LINK_TAGS_MAX = 16 };

/*
 * What the first header of a record of this link type is; may take off a
 * header. False when the link type is not read or the record is too short;
 * then *ret_why says which.
 */
bool link_begin(uint16_t linktype, struct layer *io, uint16_t *ret_type,
                enum disposition *ret_why) WARN_UNUSED;

/*
 * Take off everything up to the IP header. *type is what io begins with and
 * becomes ETHER_IPV4 or ETHER_IPV6. False when there is no IP inside.
 */
bool link_to_ip(struct layer *io, uint16_t *type,
                enum disposition *ret_why) WARN_UNUSED;

#endif /* NET_LINK_H */
